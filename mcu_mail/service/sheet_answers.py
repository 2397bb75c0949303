"""The answer to a sheet: each row it names goes the way of its own request.

Nothing of a request's rules is different here: who may answer, whose mail is vouched for, which
version was shown. What was understood is carried out row by row; what was not is answered at once,
and names the rows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.annexes import Removal
from mcu_mail.domain.aside_words import is_courtesy
from mcu_mail.domain.case import STANDING, Purpose
from mcu_mail.domain.codes import find_codes, grouped
from mcu_mail.domain.meaning import Meaning, MeaningKind
from mcu_mail.domain.receipt_words import asks_below
from mcu_mail.domain.sheet_plan import ANY, Asked, asked_of, fits
from mcu_mail.domain.sheet_rows import SheetReply, Unread, Why, read_sheet
from mcu_mail.domain.standing_in import says_he_is_back
from mcu_mail.mail.card import ToldLine, UnclearPart
from mcu_mail.mail.compose import read_message_id
from mcu_mail.service.answer import Heard, spoken_in
from mcu_mail.service.asking import queue_mail
from mcu_mail.service.carriers import MOST_READ, OWN_ID
from mcu_mail.service.closed_by_word import decided_at
from mcu_mail.service.gathering import let_rest_come, take_told, told_by
from mcu_mail.service.sheets import Sheet, keep_sheet, sheet_of
from mcu_mail.service.unheard import refuse_stranger
from mcu_mail.service.words_beside import words_beside
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.service.answer import Answer, Spoken
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork

_OF_CASE = frozenset({
    MeaningKind.accept,
    MeaningKind.citizen,
    MeaningKind.fast_track,
    MeaningKind.first_reply,
    MeaningKind.regional,
    MeaningKind.term,
    MeaningKind.urgent,
})
"""Words that tell of the case: they are taken on its standing request, whatever the row asked."""
_YES = frozenset({MeaningKind.approve, MeaningKind.published})
_BESIDE = frozenset({
    MeaningKind.apart,
    MeaningKind.appeal,
    MeaningKind.by_phone,
    MeaningKind.clarified,
    MeaningKind.close,
    MeaningKind.duplicate,
    MeaningKind.executor,
    MeaningKind.merge,
    MeaningKind.not_ours,
    MeaningKind.reopen,
    MeaningKind.route,
    MeaningKind.template,
})
"""Words that need no question of ours: a row only says which case they are about."""


def named_sheet(work: UnitOfWork, said: Said) -> Sheet | None:
    """The sheet that a mail answers; None when it answers none, or a request as well."""
    mail = said.mail
    thread = [*mail.in_reply_to, *mail.references]
    own = [code.upper() for text in thread for code in OWN_ID.findall(text)]
    above = [*own, *find_codes("\n".join([*thread, *mail.to, mail.subject]))]
    named = _sheets(work, above)
    if not named and not work.requests.by_codes(above[:MOST_READ]):
        named = _sheets(work, find_codes(mail.text, MOST_READ))
    if not named or any(one.closed_at is None for one in work.requests.by_codes(above)):
        return None
    return named[0]


def _sheets(work: UnitOfWork, codes: Sequence[str]) -> list[Sheet]:
    found = (sheet_of(work, code) for code in dict.fromkeys(codes[:MOST_READ]))
    return [sheet for sheet in found if sheet is not None]


def hear_sheet(
    desk: Desk,
    work: UnitOfWork,
    said: Said,
    sheet: Sheet,
    now: datetime,
    act: Callable[[Answer], None],
) -> Heard:
    """Carry out what a sheet's answer says of its rows.

    Args:
        act: what hears the answer to one request.

    """
    rows = {number: work.requests.get(one) for number, one in sheet.rows.items()}
    first = next(iter(rows.values()))
    spoken = spoken_in(desk, work, work.cases.get(first.case_id), said, now)
    heard = Heard(state=MailState.handled, case_id=first.case_id)
    if not spoken.may_speak_for(sheet.person):
        refuse_stranger(spoken, first)
        return heard
    rest = _rest(said, rows)
    if spoken.is_forged:
        act(spoken.to(first, Meaning(kind=MeaningKind.note, text=said.text)))
        return heard
    if says_he_is_back(said.text):
        act(spoken.to(first, Meaning(kind=MeaningKind.note, text=said.text)))
        return heard
    taken = _read(desk, work, said, rows, now)
    if not taken.decided and not said.mail.files and is_courtesy(said.whole):
        # «Ок» while rows wait may be meant as a consent: silence would be taken for «записано».
        waits = any(request.closed_at is None for request in rows.values())
        if not (waits and any(one.why is Why.weak for one in taken.unread)):
            return heard
    if taken.decided and not spoken.is_proven:
        # One question about the mail; when he vouches for it, it is heard anew with all its rows.
        number, meaning = taken.decided[0]
        case = work.cases.get(rows[number].case_id)
        act(spoken_in(desk, work, case, rest, now).to(rows[number], meaning))
        return heard
    done, failed, recalled = _carry_out(desk, work, rest, rows, taken.decided, now, act)
    if taken.decided:
        let_rest_come(work, sheet.person)
    if failed or recalled or taken.unread or not taken.decided or _files(said):
        _answer(
            desk,
            work,
            said,
            sheet,
            now,
            done=done,
            failed=failed,
            recalled=recalled,
            unread=taken.unread,
        )
    return heard


def _spoken(desk: Desk, work: UnitOfWork, said: Said, request: Request, now: datetime) -> Spoken:
    case = work.cases.get(request.case_id)
    return spoken_in(desk, work, case, said, now, sheet_mail=said.stored.id)


def _rest(said: Said, rows: Mapping[int, Request]) -> Said:
    """The mail as one row's answer: no file of it belongs to any row of several."""
    if len(rows) == 1:
        return said
    mail = replace(said.mail, attachments=(), packed=(), enclosed=())
    return replace(
        said,
        mail=mail,
        removal=Removal(),
        links=(),
        word=None,
        unreadable="",
        several_words=False,
        word_forwarded=False,
        word_pictures=False,
    )


def _files(said: Said) -> tuple[str, ...]:
    return tuple(item.name for item in said.mail.files if not item.inline)


def _read(
    desk: Desk, work: UnitOfWork, said: Said, rows: Mapping[int, Request], now: datetime
) -> SheetReply:
    """What the mail says of which rows; of a doubtful one nothing."""
    asked = {
        number: asked_of(work.cases.get(request.case_id), request)
        for number, request in rows.items()
    }
    # Of a row that is decided by now any word is taken to be told so.
    fitting = {number: fits(one) if one else ANY for number, one in asked.items()}
    today = desk.today(now)

    def read(text: str) -> SheetReply:
        return read_sheet(text, rows=max(rows), fits=fitting, today=today)

    reply = read(said.whole)
    doubtful = Unread(why=Why.words, words=said.whole)
    if said.shown is not None and _facts(reply) != _facts(read(said.shown)):
        return SheetReply(decided=(), unread=(doubtful,))
    if said.is_doubtful and not reply.decided:
        return SheetReply(decided=(), unread=(doubtful,))
    if [one.why for one in reply.unread] == [Why.recall]:
        return _recalled(desk, work, reply, rows, now)
    if asks_below(said.signature):
        # A remark stands among the lines of the signature: no row is agreed to for all that.
        held = [number for number, meaning in reply.decided if meaning.kind in _YES]
        below = Unread(why=Why.held, words=said.signature, rows=tuple(held))
        kept = tuple(one for one in reply.decided if one[0] not in held)
        return SheetReply(decided=kept, unread=(*reply.unread, below) if held else reply.unread)
    return reply


def _recalled(
    desk: Desk,
    work: UnitOfWork,
    reply: SheetReply,
    rows: Mapping[int, Request],
    now: datetime,
) -> SheetReply:
    """«СТОП» alone takes back what was decided of this sheet just now."""
    window = timedelta(minutes=desk.settings.mail.undo_minutes)
    decided = {number: decided_at(work, request) for number, request in rows.items()}
    recent = [number for number, at in decided.items() if at is not None and now - at <= window]
    stop = Meaning(kind=MeaningKind.recall)
    return SheetReply(
        decided=tuple((number, stop) for number in recent), unread=() if recent else reply.unread
    )


def _facts(reply: SheetReply) -> list[tuple[object, ...]]:
    return [(number, one.kind, one.name, one.until, one.at) for number, one in reply.decided]


def _carry_out(
    desk: Desk,
    work: UnitOfWork,
    said: Said,
    rows: Mapping[int, Request],
    decided: Sequence[tuple[int, Meaning]],
    now: datetime,
    act: Callable[[Answer], None],
) -> tuple[list[ToldLine], list[ToldLine], list[int]]:
    """Act on each row; return what was taken and what was not, and which rows were taken back."""
    mail = said.stored.id
    done: dict[str, list[str]] = {}
    failed: dict[str, list[str]] = {}
    recalled: list[int] = []
    spoken: dict[int, Spoken] = {}
    for number, meaning in decided:
        request = _request_for(work, rows[number], meaning)
        if request.case_id not in spoken:
            spoken[request.case_id] = _spoken(desk, work, said, request, now)
        whole = spoken[request.case_id]
        before = len(told_by(work, request.person, mail))
        words = meaning.text or meaning.reason or meaning.name
        answer = replace(whole.to(request, meaning), said=replace(said, text=words, whole=words))
        taken = words_beside(answer, request) if meaning.kind in _BESIDE else None
        if not isinstance(taken, Heard):
            act(answer)
        heard = told_by(work, request.person, mail)[before:]
        if meaning.kind is MeaningKind.recall and not any(one.failed for one in heard):
            recalled.append(number)
            continue
        for told in heard:
            # An old sheet's row has another number in the newest: the case has one alone.
            row = f"№ {number} (дело {told.number})" if told.failed else f"№ {number}"
            lines = failed if told.failed else done
            lines.setdefault(told.line, []).append(row)
    return _lines(done), _lines(failed), recalled


def _lines(found: Mapping[str, Sequence[str]]) -> list[ToldLine]:
    return [
        ToldLine(numbers=tuple(dict.fromkeys(numbers)), line=line)
        for line, numbers in found.items()
    ]


def _request_for(work: UnitOfWork, request: Request, meaning: Meaning) -> Request:
    """The request that takes such a word: what tells of the case has one that stands open."""
    if meaning.kind is MeaningKind.published and request.closed_at is not None:
        # Agreed to a while ago, and put up since: the sheet has shown this very version.
        return next(
            (
                one
                for one in work.requests.open_of_case(request.case_id)
                if one.purpose is Purpose.publish
                and one.person == request.person
                and request.purpose is Purpose.approve
                and one.letter_sha == request.letter_sha
            ),
            request,
        )
    if meaning.kind not in _OF_CASE or request.purpose in STANDING:
        return request
    if (
        meaning.kind is MeaningKind.regional
        and asked_of(work.cases.get(request.case_id), request) is Asked.regional
    ):
        return request
    standing = (
        one
        for one in work.requests.open_of_case(request.case_id)
        if one.purpose in STANDING and one.person == request.person
    )
    return next(standing, request)


def _answer(
    desk: Desk,
    work: UnitOfWork,
    said: Said,
    sheet: Sheet,
    now: datetime,
    *,
    done: Sequence[ToldLine],
    failed: Sequence[ToldLine],
    recalled: Sequence[int],
    unread: Sequence[Unread],
) -> None:
    """Tell at once what was taken and what was not; the sheet's code takes another answer."""
    take_told(work, sheet.person, said.stored.id)
    first = work.requests.get(next(iter(sheet.rows.values())))
    keep_sheet(work, replace(sheet, mails=sheet.mails + 1))
    worded = desk.wording.compose(
        "sheet_answer",
        person=desk.office.people[sheet.person],
        done=tuple(done),
        failed=tuple(failed),
        recalled=tuple(recalled),
        unclear=tuple(
            UnclearPart(
                why=one.why.value,
                words=one.words,
                rows=tuple(f"{row}" for row in one.rows),
                waits=tuple(_waits(work, sheet, row) for row in one.rows),
            )
            for one in unread
        ),
        files=_files(said),
        code=grouped(sheet.code),
        now=desk.local(now),
    )
    queue_mail(
        desk,
        work,
        key=f"sheet:{sheet.code}:mail{said.stored.id}",
        kind="notice",
        case=work.cases.get(first.case_id),
        person=sheet.person,
        worded=worded,
        message_id=read_message_id(sheet.code, sheet.mails + 1, desk.domain),
        now=now,
        request_id=first.id,
        code=sheet.code,
        threaded=False,
    )


def _waits(work: UnitOfWork, sheet: Sheet, row: int) -> str:
    """What a row of the sheet waits for now; empty for one that waits for nothing."""
    if row not in sheet.rows:
        return ""
    request = work.requests.get(sheet.rows[row])
    asked = asked_of(work.cases.get(request.case_id), request)
    return asked.value if asked else ""

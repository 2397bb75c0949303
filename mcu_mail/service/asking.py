"""Put our mails into the queue: requests with their code, and mails that ask nothing."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.case import STANDING
from mcu_mail.domain.codes import grouped, new_code
from mcu_mail.domain.track_terms import closing_of
from mcu_mail.mail.compose import ASKS, TELLS, build, case_reference, read_message_id
from mcu_mail.mail.ics import term_event
from mcu_mail.mail.phrases import clip
from mcu_mail.service.cards import buttons_of, card_for
from mcu_mail.service.emergency import emergency_lines
from mcu_mail.service.gathering import can_wait, gather_notice, gather_request
from mcu_mail.service.measuring import FOUND, reply_address
from mcu_mail.service.request_context import proposed_in, refused_in, request_context
from mcu_mail.service.text_files import files_to_put_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcu_mail.domain.case import Case, Purpose, Request
    from mcu_mail.mail.wording import Worded
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.unit_of_work import UnitOfWork

_AFTER_TERM = timedelta(hours=24)
_QUOTED = 200
_STANDING = timedelta(days=90)
_SENDER_NAME = "МЦУ, служба писем"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_RECALLED = frozenset({"receipt", "by_phone"})
"""Mails about what was decided: their code serves a recall."""
_CALENDAR = frozenset({"task", "rework", "approve", "sign"})


def expiry_of(desk: Desk, case: Case, purpose: Purpose, now: datetime) -> datetime:
    """Until when a code that is given out at `now` takes an answer.

    A day beyond the term, and where people do not work daily the working day after it at least:
    an answer that comes late is an answer still, and a term may lie weeks ahead.
    """
    end = max(case.term, now)
    if purpose in STANDING:
        # It takes words until the case is over, and a comment that comes after.
        return end + _STANDING
    if desk.clock_of(case.track, now) is None:
        return end + _AFTER_TERM
    here = desk.local(end)
    day = desk.calendar.next_working_day(here.date(), case.track)
    closing = closing_of(desk.calendar, day, case.track)
    return max(end + _AFTER_TERM, datetime.combine(day, closing, here.tzinfo))


def extend_codes(desk: Desk, work: UnitOfWork, case: Case, now: datetime) -> None:
    """The term has moved: the codes that are out live as long as new ones would, never shorter."""
    for request in work.requests.open_of_case(case.id):
        work.requests.extend(request.id, expiry_of(desk, case, request.purpose, now))


def ask(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    *,
    purpose: Purpose,
    person: str,
    template: str,
    context: Mapping[str, Any],
    data: Mapping[str, str],
    now: datetime,
    late_words: str | None = None,
) -> Request:
    """Make a request and queue its mail; the code's row is committed before the mail can leave.

    `late_words` is what was answered to an earlier code that takes nothing any more.
    """
    request = work.requests.add(
        case=case,
        purpose=purpose,
        person=person,
        code=new_code(desk.random(10)),
        created_at=now,
        expires_at=expiry_of(desk, case, purpose, now),
        data=data,
    )
    work.requests.remember_words(request.id, {"template": template, "context": dict(context)})
    send_request(desk, work, case, request, now, late_words=late_words)
    return request


def send_request(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    request: Request,
    now: datetime,
    *,
    reminder: str = "",
    late_words: str | None = None,
) -> None:
    """Queue the mail of a request, or its reminder with the same code; a sheet may gather it.

    `late_words`: it stands for a request whose code has expired, and that was the answer to it.
    """
    if late_words is None and gather_request(desk, work, case, request, reminder):
        return
    mail_request(desk, work, case, request, now, reminder=reminder, late_words=late_words)


def mail_request(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    request: Request,
    now: datetime,
    *,
    reminder: str = "",
    late_words: str | None = None,
) -> None:
    """Queue a request, or its reminder, as a mail of its own."""
    words = work.requests.words(request.id)
    letter = work.letters.get(case.id, case.version) if case.version else None
    template = str(words["template"])
    context = {
        **request_context(desk, work, case, request, words, now),
        "now": desk.local(now),
        "code": grouped(request.code),
    }
    if reminder:
        worded = desk.wording.compose("reminder", request=template, **context)
    elif late_words is not None:
        worded = desk.wording.compose(
            "asked_anew", request=template, late_words=late_words, **context
        )
    else:
        worded = desk.wording.compose(template, **context)
    ordinal = work.requests.next_mail(request.id)
    message_id = read_message_id(request.code, ordinal, desk.domain)
    attachments = _letter_files(desk, case, letter) if template in {"approve", "sign"} else ()
    attachments = (*attachments, *files_to_put_up(desk, work, case, template))
    if "file" in request.data and not reminder:
        attachments = (*attachments, _paper(desk, request))
    ics = None
    if template in _CALENDAR and ordinal == 1:
        ics = term_event(
            uid=f"{request.code.lower()}@{desk.domain}",
            summary=worded.subject,
            due=desk.local(case.due or case.term),
            now=now,
            description=context["card"].title,
        )
    queue_mail(
        desk,
        work,
        key=f"request:{request.code}:{reminder or ordinal}",
        kind="request",
        case=case,
        person=request.person,
        worded=worded,
        message_id=message_id,
        now=now,
        attachments=attachments,
        ics=ics,
        request_id=request.id,
        code=request.code,
    )


def tell(
    desk: Desk,
    work: UnitOfWork,
    case: Case | None,
    *,
    person: str,
    template: str,
    context: Mapping[str, Any],
    key: str,
    now: datetime,
    request: Request | None = None,
    attachments: Sequence[tuple[str, str, bytes]] = (),
    sheet_mail: int = 0,
) -> bool:
    """Queue a mail that asks nothing new, once per key; it may repeat an open request's buttons.

    `sheet_mail`: the answer to a sheet that it follows from; a sheet may gather it.
    """
    if work.queue.has(key):
        return False
    whole: dict[str, Any] = {
        **context,
        "now": desk.local(now),
        "person": desk.office.people[person],
    }
    if case is not None:
        letter = work.letters.get(case.id, case.version) if case.version else None
        whole["card"] = card_for(case, letter, desk, person, now)
    if template == "danger":
        whole["emergency"] = emergency_lines(desk, now)
    waits = can_wait(desk, case, person, template, context, answers_sheet=bool(sheet_mail))
    if waits and case is not None:
        return gather_notice(
            work,
            case,
            person,
            template,
            desk.wording.compose(template, **whole),
            key=key,
            now=now,
            request=request,
            details=_beside(template, context),
            mail=sheet_mail,
        )
    receipt = template in _RECALLED
    carried = request is not None and (receipt or request.closed_at is None)
    if carried and request is not None and case is not None:
        # A receipt is no request: its code serves a recall alone, from the answer and the button.
        if not receipt:
            whole["code"] = grouped(request.code)
        if not receipt or context.get("undo_until") or template == "by_phone":
            kept = work.requests.words(request.id)["context"]
            whole["buttons"] = buttons_of(
                request,
                case,
                desk,
                after=str(context.get("reason", template)),
                words=str(context.get("words", "")),
                refused=refused_in(kept),
                proposed=proposed_in(kept),
            )
        ordinal = work.requests.next_mail(request.id)
        message_id = read_message_id(request.code, ordinal, desk.domain)
    else:
        message_id = f"<tell.{hashlib.sha256(key.encode()).hexdigest()[:24]}@{desk.domain}>"
    worded = desk.wording.compose(template, **whole)
    queue_mail(
        desk,
        work,
        key=key,
        kind="notice",
        case=case,
        person=person,
        worded=worded,
        message_id=message_id,
        now=now,
        attachments=attachments,
        request_id=request.id if request else None,
        code=request.code if carried and request else "",
    )
    return True


def _beside(template: str, context: Mapping[str, Any]) -> str:
    """What stands on a line of a sheet besides the first sentence of such a mail."""
    if template == "event_told":
        said = " ".join(str(context["excerpt"]).split())
        return f"«{clip(said, _QUOTED)}»" if said else ""
    return str(context.get("details", "")) if template == "receipt" else ""


def queue_mail(
    desk: Desk,
    work: UnitOfWork,
    *,
    key: str,
    kind: str,
    case: Case | None,
    person: str,
    worded: Worded,
    message_id: str,
    now: datetime,
    attachments: Sequence[tuple[str, str, bytes]] = (),
    ics: bytes | None = None,
    request_id: int | None = None,
    code: str = "",
    threaded: bool = True,
) -> None:
    """Build the bytes of a mail to one person, keep them, and queue them once.

    An answer comes back to an address with the request's `code`, where that was seen to work.
    Unless `threaded`, mail programs show it apart from the other mails of its case.
    """
    back = reply_address(work.facts.get(FOUND), desk.settings, code)
    references = [case_reference(case.number, desk.domain)] if case and threaded else []
    raw = build(
        sender=desk.address,
        sender_name=_SENDER_NAME,
        to=[desk.office.people[person].email],
        worded=worded,
        message_id=message_id,
        references=[*references, message_id],
        attachments=attachments,
        ics=ics,
        date=desk.local(now),
        headers={
            **(ASKS if kind == "request" else TELLS),
            **({"Reply-To": back} if back else {}),
        },
    )
    work.queue.add(
        key=key,
        kind=kind,
        message_id=message_id,
        raw=desk.store.files.put(raw),
        subject=worded.subject,
        to=[desk.office.people[person].email],
        created_at=now,
        case_id=case.id if case else None,
        request_id=request_id,
    )


def _paper(desk: Desk, request: Request) -> tuple[str, str, bytes]:
    """The paper whose words a person is to type."""
    content = desk.store.files.get(request.data["file"])
    return request.data["file_name"], "application/octet-stream", content


def _letter_files(
    desk: Desk, case: Case, letter: Letter | None
) -> tuple[tuple[str, str, bytes], ...]:
    if letter is None or letter.pdf is None or letter.docx is None:
        return ()
    name = f"{case.number} Ответ"
    return (
        (f"{name}.pdf", "application/pdf", desk.store.files.get(letter.pdf)),
        (f"{name}.docx", _DOCX, desk.store.files.get(letter.docx)),
    )

"""Mails that were not understood: a person is told, few one by one and the rest in a digest.

Nothing is dropped: the mail lies in its folder until the dispatcher or an administrator says whose
it is. He is asked with a code of its own, because such a mail has no case that a request could
belong to. What he may say: a case's number, «Новое», «Не нужно» (`aside_answers.py` reads it).
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.codes import grouped, new_code
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.notice import Notice, Source
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.errors import McuMailError, RefusedError
from mcu_mail.mail.compose import read_message_id
from mcu_mail.mail.first_look import shown_subject
from mcu_mail.mail.forwarded import is_forward
from mcu_mail.mail.wording import Button
from mcu_mail.service.annex_offers import owe_files
from mcu_mail.service.answer import Spoken
from mcu_mail.service.asking import queue_mail, tell
from mcu_mail.service.carry import Carrier
from mcu_mail.service.opening import open_case
from mcu_mail.service.questions import close_about
from mcu_mail.service.said import read_said
from mcu_mail.store.asides import STRANGER
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
STRANGERS_AN_HOUR = 5
OTHERS_AN_HOUR = 20
"""Mails told of one by one: beyond them an hour's mails are gathered (`threats.md` A37)."""
_LISTED = 30
_LOOKED_AT = 32_000
"""Bytes of a mail in which its subject is looked for."""
_OPEN_STEPS = frozenset({StepKind.draft, StepKind.approve})
BUTTONS = (("К делу…", "К делу "), ("Новое дело", "Новое"), ("Не нужно", "Не нужно"))


def tell_aside(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming | None,
    now: datetime,
    why: str,
) -> None:
    """Ask the dispatcher about a mail, once; in a flood it waits for the digest of the hour."""
    if stored.told_at is not None:
        return
    strangers = why == STRANGER
    limit = STRANGERS_AN_HOUR if strangers else OTHERS_AN_HOUR
    if work.asides.told_alone(now - HOUR, strangers=strangers) >= limit:
        return
    try:
        ask_about(desk, work, stored, mail, now, why=why)
    except McuMailError:
        log.exception("the dispatcher could not be told of mail %d", stored.id)


def ask_about(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    mail: Incoming | None,
    now: datetime,
    *,
    why: str,
) -> None:
    """Queue the question about a mail that was set aside; an open one is asked once more."""
    person = desk.standing_in(desk.office.roles.dispatcher, now)
    code = stored.code or new_code(desk.random(10))
    work.asides.ask(stored.id, code=code, person=person, at=now)
    worded = desk.wording.compose(
        "unreadable",
        now=desk.local(now),
        person=desk.office.people[person],
        code=grouped(code),
        buttons=aside_buttons(code),
        **_named(desk, stored, mail, why),
    )
    queue_mail(
        desk,
        work,
        key=f"unreadable:{stored.id}:{code}:{now.isoformat()}",
        kind="notice",
        case=None,
        person=person,
        worded=worded,
        message_id=read_message_id(code, next_mail(work, stored.id), desk.domain),
        now=now,
    )
    work.asides.act(stored.id, now, "service", "asked", {"person": person})


def next_mail(work: UnitOfWork, mail_id: int) -> int:
    """The ordinal of the next mail of ours about this one."""
    return 1 + sum(act.kind in {"asked", "told"} for act in work.asides.acts(mail_id))


def aside_buttons(code: str) -> tuple[Button, ...]:
    """What the dispatcher may answer; the code stands in every subject."""
    return tuple(
        Button(label=label, subject=f"[МЦУ] {label} {grouped(code)}", body=body)
        for label, body in BUTTONS
    )


def _named(desk: Desk, stored: StoredMail, mail: Incoming | None, why: str) -> dict[str, Any]:
    return {
        "sender": (mail.sender.address or mail.sender.name or "") if mail else "",
        "subject_line": mail.subject if mail else "",
        "received_at": desk.local(stored.arrived_at),
        "folder": desk.settings.mail.imap.aside,
        "why": why,
        "mail_id": stored.id,
    }


def tell_digest(desk: Desk, now: datetime) -> int:
    """Tell in one mail of what an hour has gathered; return how many mails were told of."""
    with desk.store.view() as view:
        waiting = view.asides.untold(_LISTED)
        last = view.facts.get("aside_digest")
    if not waiting or now - waiting[0].stored_at < HOUR:
        return 0
    # A backlog that was fetched at once may take more than an hour to be decided about.
    if last is not None and now - datetime.fromisoformat(last) < HOUR:
        return 0
    rows = [_row(desk, stored) for stored in waiting]
    with desk.store.work() as work:
        count = work.asides.count_untold()
        told = tell(
            desk,
            work,
            None,
            person=desk.standing_in(desk.office.roles.dispatcher, now),
            template="unreadable_many",
            key=f"unreadable_many:{waiting[0].id}",
            now=now,
            context={
                "count": count,
                "mails": rows,
                "folder": desk.settings.mail.imap.aside,
                "since": desk.local(waiting[0].stored_at),
            },
        )
        work.asides.all_told(now)
        work.facts.set("aside_digest", now.isoformat())
        work.commit()
    return count if told else 0


def _row(desk: Desk, stored: StoredMail) -> dict[str, Any]:
    """What the digest says of one mail; nothing but its header is looked at."""
    return {
        **_named(desk, stored, None, stored.kind or ""),
        "sender": stored.sender or "",
        "subject_line": shown_subject(desk.store.files.head(stored.sha256, _LOOKED_AT)),
    }


def assign(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    case: Case,
    now: datetime,
    *,
    by: str,
    remark: str = "",
) -> None:
    """Put a claimed mail to a case: its text as a note to whose turn it is, its files as annexes.

    It decides nothing in the case, whoever wrote it.
    """
    mail = reading.mail
    said = read_said(desk, stored, reading, None, now, vouched=False)
    # Of what is passed on the words are those that a reply would only quote.
    text = mail.text.strip() if is_forward(mail) or not said.whole else said.whole
    names = tuple(item.name for item in mail.attachments if not item.inline)
    carrier = Carrier(desk, work, case, now=now, actor=by, cause=f"mail{stored.id}")
    people = desk.office.people
    actor = case.actor if case.actor in people else desk.office.roles.dispatcher
    carrier.carry((
        Log(
            kind="mail_assigned",
            data={"mail": stored.id, "text": text[:2000], "count": len(names), "reason": remark},
        ),
    ))
    if case.state is not CaseState.closed:
        assert actor is not None
        if ROUTES[case.track].step(case.step).kind in _OPEN_STEPS:
            owe_files(Spoken(desk=desk, work=work, carrier=carrier, said=said, now=now), actor)
        who = mail.sender.name or mail.sender.address or ""
        carrier.carry((
            Tell(
                people=(actor,),
                template="mail_assigned",
                context={"who": who, "note_text": text, "files": names, "remark": remark},
            ),
        ))
    settle(work, stored, MailState.handled, now, by=by, kind="assigned", case_id=case.id)


def settle(
    work: UnitOfWork,
    stored: StoredMail,
    state: MailState,
    now: datetime,
    *,
    by: str,
    kind: str,
    case_id: int | None = None,
    reason: str = "",
) -> None:
    """Somebody has decided about a claimed mail: it waits for nobody any more."""
    work.asides.decide_again(
        stored,
        state,
        kind=kind if state is MailState.handled else stored.kind or kind,
        case_id=case_id,
        at=now,
        note=reason or None,
        settled=True,
    )
    work.asides.act(stored.id, now, by, kind, {"case": case_id, "reason": reason})
    close_about(work, stored.id)


def open_from(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    track: str,
    now: datetime,
    *,
    arrived: datetime,
) -> Case:
    """Open a case from a mail that a person calls a message of this track.

    Its fields are read by the labels of the track's first source; what cannot be read is asked
    for. The term's clock began when the mail arrived.

    Raises:
        RefusedError: this version leads no cases of that track, or the mail says nothing.

    """
    if track not in ROUTES:
        raise RefusedError(f"дела «{track}» эта версия не ведёт; есть: {', '.join(ROUTES)}")
    sources = [item.value() for item in desk.settings.sources if item.track == track]
    source = sources[0] if sources else Source(track=track, senders=())
    read = desk.notices(stored.sha256, source)
    notices = [one for one in read if one.text.strip()]
    if not notices:
        text = reading.mail.text.strip() or reading.mail.subject
        if not text:
            raise RefusedError("в письме нет текста, из него дело не открыть")
        notices = [Notice(track=track, text=text, unsure=("applicant", "address"))]
    cases = [
        open_case(desk, work, stored, notice, arrived=arrived, now=now, ordinal=ordinal)
        for ordinal, notice in enumerate(notices)
    ]
    return cases[0]


def digest_of(text: str) -> str:
    """A key that says nothing of whom it is about."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]

"""Cases, one case and the register as plain values: the stable keys of design §7.

Moments are ISO 8601 with the office's offset. The command line prints them as tables or as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.codes import without_codes
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.notice import Notice
from mcu_mail.domain.rich_text import readable
from mcu_mail.domain.routes import ROUTES

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from mcu_mail.domain.case import Case
    from mcu_mail.store.registry import Entry
    from mcu_mail.store.unit_of_work import UnitOfWork

STATES = {
    "open": "в работе",
    "waiting": "ждёт отправки",
    "aside": "нужен человек",
    "closed": "закрыто",
}
ENTRY_STATES = {"registered": "зарегистрировано", "sent": "отправлено", "void": "аннулировано"}
RECIPIENT_STATES = {
    "queued": "ждёт отправки",
    "sending": "отправляется",
    "accepted": "принято",
    "deferred": "отложено",
    "refused": "не принято",
    "unknown": "неизвестно",
}


def moment(value: datetime | None, zone: ZoneInfo) -> str | None:
    """ISO 8601 to the second, in the office's zone."""
    return value.astimezone(zone).isoformat(timespec="seconds") if value else None


def case_row(case: Case, zone: ZoneInfo) -> dict[str, Any]:
    """One line of the board."""
    step = ROUTES[case.track].step(case.step)
    return {
        "number": case.number,
        "track": case.track,
        "step": step.kind.value,
        "actor": case.actor,
        "due": moment(case.due, zone),
        "term": moment(case.term, zone),
        "state": case.state.value,
        "step_name": step.name,
        "step_title": step.title,
        "goal": moment(case.goal, zone),
        "version": case.version,
    }


def board(work: UnitOfWork, zone: ZoneInfo) -> dict[str, Any]:
    """Open cases, the nearest term first."""
    return {"cases": [case_row(case, zone) for case in work.cases.open()]}


def is_bad(work: UnitOfWork, now: datetime) -> bool:
    """Whether a person is needed: a case set aside, or open past its term.

    An answer that has been published has met the term, whatever still follows.
    """
    return any(
        case.state is CaseState.aside or (case.term <= now and Mark.published not in case.marks)
        for case in work.cases.open()
    )


def one_case(work: UnitOfWork, case: Case, zone: ZoneInfo) -> dict[str, Any]:
    """Everything that is kept of a case, but for its codes: who reads one could use it.

    Of a restricted case no words and no applicant.
    """
    whole: dict[str, Any] = _hidden(_whole(work, case, zone), work.requests.codes_of_case(case.id))
    return whole


def _hidden(value: Any, codes: frozenset[str]) -> Any:
    """The same plain value without a code in any of its texts."""
    if isinstance(value, str):
        return without_codes(value, codes)
    if isinstance(value, dict):
        return {key: _hidden(one, codes) for key, one in value.items()}
    return [_hidden(one, codes) for one in value] if isinstance(value, list) else value


def _whole(work: UnitOfWork, case: Case, zone: ZoneInfo) -> dict[str, Any]:
    notice = case.notice if case.restricted is None else Notice(track=case.track)
    return {
        **case_row(case, zone),
        "received_at": moment(case.received_at, zone),
        "opened_at": moment(case.opened_at, zone),
        "department": case.department,
        "topic": case.topic,
        "territory": case.territory,
        "external_id": case.notice.external_id,
        "restricted": case.restricted is not None,
        "marks": dict(case.marks),
        "term_sentence": case.term_sentence,
        "plan": {name: moment(at, zone) for name, at in case.plan.items()},
        "notice": {
            "applicant": notice.applicant,
            "phone": notice.phone,
            "address": notice.address,
            "link": notice.link,
            "text": notice.text,
            "unsure": list(notice.unsure),
        },
        "events": [
            {
                "at": moment(event.at, zone),
                "actor": event.actor,
                "kind": event.kind,
                "data": dict(event.data),
            }
            for event in work.journal.of_case(case.id)
        ],
        "letters": [
            {
                "version": letter.version,
                "author": letter.author,
                "created_at": moment(letter.created_at, zone),
                "pages": letter.pages,
                "engine": letter.engine,
                "docx_sha256": letter.docx,
                "pdf_sha256": letter.pdf,
                "text": readable(letter.text) if case.restricted is None else "",
            }
            for letter in work.letters.all_of(case.id)
        ],
        "mails": [*_mails_in(work, case, zone), *_mails_out(work, case, zone)],
        "register": [entry_row(work, entry, zone) for entry in work.register.of_case(case.id)],
    }


def _mails_in(work: UnitOfWork, case: Case, zone: ZoneInfo) -> list[dict[str, Any]]:
    return [
        {
            "direction": "in",
            "kind": mail.kind,
            "state": mail.state.value,
            "at": moment(mail.arrived_at, zone),
            "message_id": mail.message_id,
            "sha256": mail.sha256,
        }
        for mail in work.mails.of_case(case.id)
    ]


def _mails_out(work: UnitOfWork, case: Case, zone: ZoneInfo) -> list[dict[str, Any]]:
    return [
        {
            "direction": "out",
            "kind": message.kind,
            "at": moment(message.created_at, zone),
            "message_id": message.message_id,
            "subject": message.subject,
            "sha256": message.raw,
            "recipients": [
                {"address": item.address, "state": item.state.value, "at": moment(item.at, zone)}
                for item in message.addressees
            ],
        }
        for message in work.queue.of_case(case.id)
    ]


def entry_row(work: UnitOfWork, entry: Entry, zone: ZoneInfo) -> dict[str, Any]:
    """One line of the register; the witness copy is no recipient."""
    case = work.cases.get(entry.case_id)
    letters = work.queue.letter_of(entry.case_id)
    recipients = [
        item for message in letters if message.entry == entry.id for item in message.addressees
    ]
    return {
        "number": entry.number,
        "date": entry.on_date,
        "case": case.number,
        "addressee": entry.addressee,
        "subject": entry.subject,
        "state": entry.state,
        "sent_at": moment(entry.sent_at, zone),
        "recipients": [
            {"address": item.address, "state": item.state.value, "at": moment(item.at, zone)}
            for item in recipients
        ],
        "executor": entry.executor,
        "signer": entry.signer,
        "sheets": entry.sheets,
        "void_reason": entry.void_reason,
        "void_by": entry.void_by,
        "void_at": moment(entry.void_at, zone),
        "note": entry.note,
    }


def journal(work: UnitOfWork, zone: ZoneInfo, year: int | None) -> dict[str, Any]:
    """The register of outgoing letters, in the order of registration."""
    return {"entries": [entry_row(work, entry, zone) for entry in work.register.of_year(year)]}

"""The mails that wait for a person, as plain values with stable keys and as tables in Russian."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.domain.aside_catalogue import aside_why
from mcu_mail.mail.first_look import shown_subject
from mcu_mail.reports.board import moment
from mcu_mail.reports.tables import plain, short, table_of
from mcu_mail.reports.words import ACTORS, MAIL_STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from rich.console import RenderableType
    from rich.table import Table

    from mcu_mail.domain.office import Office
    from mcu_mail.store.asides import MailAct
    from mcu_mail.store.files import Files
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

_ACTS = {
    "asked": "спросили диспетчера",
    "told": "ответили диспетчеру",
    "alarmed": "предупреждены об угрозе жизни",
    "polite": "отправлен вежливый ответ",
    "retried": "разобрано заново",
    "assigned": "приложено к делу",
    "opened": "открыто дело",
    "dropped": "отложено",
    "new_case": "открыто дело",
    "notice": "открыто дело",
    "region_event": "привязано к делу",
    "filed": "отложено диспетчером",
}


def listed(
    view: UnitOfWork, mails: Sequence[StoredMail], files: Files, zone: ZoneInfo
) -> dict[str, Any]:
    """The list; `subject` is read from the header alone."""
    return {
        "mails": [
            {**row(mail, zone), "subject": _subject(files, mail), "case": _case(view, mail)}
            for mail in mails
        ]
    }


def row(mail: StoredMail, zone: ZoneInfo) -> dict[str, Any]:
    """One mail of the ledger."""
    return {
        "id": mail.id,
        "arrived_at": moment(mail.arrived_at, zone),
        "sender": mail.sender,
        "kind": mail.kind,
        "why": aside_why(mail.kind or ""),
        "state": mail.state.value,
        "tries": mail.attempts,
        "told_at": moment(mail.told_at, zone),
        "settled_at": moment(mail.settled_at, zone),
        "note": mail.note,
        "error": mail.error,
        "sha256": mail.sha256,
        "size": mail.size,
    }


def one(
    mail: StoredMail,
    acts: Sequence[MailAct],
    read: Mapping[str, Any],
    *,
    case: str | None,
    path: str,
    zone: ZoneInfo,
) -> dict[str, Any]:
    """Everything that is kept of one mail, and what is read from it now."""
    return {
        **row(mail, zone),
        "subject": read["subject"],
        "case": case,
        "raw": path,
        "acts": [
            {
                "at": moment(act.at, zone),
                "actor": act.actor,
                "kind": act.kind,
                "data": dict(act.data),
            }
            for act in acts
        ],
        "read": dict(read),
    }


def table(document: Mapping[str, Any]) -> Table:
    """The list for a terminal."""
    made = table_of(
        "Неразобранные письма",
        ("Номер", "Пришло", "От кого", "Тема", "Почему", "Попыток", "Сказано"),
    )
    for mail in document["mails"]:
        done = MAIL_STATES[mail["state"]]
        why = mail["why"] if mail["state"] == "aside" else done
        if mail["case"]:
            why = f"{why}, дело {mail['case']}"
        cells = (
            mail["id"],
            short(mail["arrived_at"]),
            mail["sender"] or "–",
            mail["subject"][:60] or "–",
            why,
            mail["tries"],
            short(mail["told_at"]),
        )
        made.add_row(*(plain(cell) for cell in cells))
    return made


def parts(document: Mapping[str, Any], office: Office) -> tuple[RenderableType, ...]:
    """One mail for a terminal, above the table of what was read."""
    state = MAIL_STATES[document["state"]]
    lines = [
        f"Письмо {document['id']} от {short(document['arrived_at'])}: {state}",
        f"Почему: {document['why']}" if document["state"] == "aside" else "",
        f"Ошибка при чтении: {document['error']}" if document["error"] else "",
        f"Дело: {document['case']}" if document["case"] else "",
        f"Причина: {document['note']}" if document["note"] else "",
        f"Попыток: {document['tries']}; диспетчеру сказано: {short(document['told_at'])}",
        f"Письмо целиком: {document['raw']} ({document['size']} байт)",
    ]
    made: list[RenderableType] = [plain(line) for line in lines if line]
    if document["acts"]:
        acts = table_of("Что с ним делали", ("Когда", "Кто", "Что"))
        for act in document["acts"]:
            person = office.people.get(act["actor"])
            who = person.name if person else ACTORS.get(act["actor"], act["actor"])
            reason = act["data"].get("reason") or ""
            what = _ACTS.get(act["kind"], act["kind"])
            cells = (short(act["at"]), who, f"{what}: {reason}" if reason else what)
            acts.add_row(*(plain(cell) for cell in cells))
        made.append(acts)
    return tuple(made)


def _subject(files: Files, mail: StoredMail) -> str:
    return shown_subject(files.get(mail.sha256))


def _case(view: UnitOfWork, mail: StoredMail) -> str | None:
    return view.cases.get(mail.case_id).number if mail.case_id is not None else None

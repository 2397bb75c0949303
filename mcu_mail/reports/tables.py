"""The same plain values as tables for a terminal, in Russian: the text side of `board`.

A foreign text is shown as it is: neither mark-up of the table nor control codes of the terminal in
it are obeyed (`threats.md` A30).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from mcu_mail.domain.marks import Mark
from mcu_mail.reports.board import ENTRY_STATES, RECIPIENT_STATES
from mcu_mail.reports.track_words import actor_of, event_of, remarks_of, state_of
from mcu_mail.reports.words import MAIL_STATES, MAILS, details

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

    from mcu_mail.domain.office import Office

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DETAIL = 200


def plain(text: object) -> Text:
    """A foreign text as it reads."""
    return Text(_CONTROLS.sub("�", str(text)))


def short(text: str | None) -> str:
    """`2026-11-23T17:40:00+07:00` → `23.11 17:40`."""
    return f"{text[8:10]}.{text[5:7]} {text[11:16]}" if text else "–"


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=plain(title))


def table_of(title: str, columns: Sequence[str]) -> Table:
    """An empty table."""
    return _table(title, *columns)


def _add(table: Table, *cells: object) -> None:
    table.add_row(*(plain("–" if cell is None or cell == "" else cell) for cell in cells))


def _turn(actor: str | None, office: Office) -> str:
    person = office.people.get(actor or "")
    return person.name if person else "служба"


def open_cases(
    document: Mapping[str, Any], office: Office, remarks: Mapping[str, Sequence[str]]
) -> Table:
    """Whose turn it is in every open case, until when, and the term; then what is to be known."""
    table = _table(
        "Открытые дела", "Дело", "Шаг", "Чей ход", "До", "Крайний срок", "Состояние", "Источник"
    )
    for row in document["cases"]:
        _add(
            table,
            row["number"],
            row["step_title"],
            _turn(row["actor"], office),
            short(row["due"]),
            short(row["term"]),
            state_of(row),
            "; ".join(remarks.get(row["number"], ())),
        )
    return table


def one_case(document: Mapping[str, Any], office: Office) -> tuple[RenderableType, ...]:
    """A case: its state in a line, the arithmetic of its term, its events and its mails."""
    head = (
        f"Дело {document['number']}: {document['step_title']}, {state_of(document)}; "
        f"ход: {_turn(document['actor'], office)}; до {short(document['due'])}, "
        f"крайний срок {short(document['term'])}"
    )
    marked = "; ".join((*remarks_of(document["marks"]), *_published_at(document)))
    return (
        plain(head),
        *((plain(f"Отметки: {marked}"),) if marked else ()),
        plain(document["term_sentence"]),
        _events(document, office),
        _letters(document, office),
        _mails(document),
    )


def _published_at(document: Mapping[str, Any]) -> tuple[str, ...]:
    link = document["marks"].get(Mark.link)
    return (link,) if link else ()


def _events(document: Mapping[str, Any], office: Office) -> Table:
    table = _table("События", "Когда", "Кто", "Событие", "Подробности")
    for event in document["events"]:
        who = office.people.get(event["actor"])
        name = who.name if who else actor_of(event["actor"], document["track"])
        told = details(event["data"], office)[:_DETAIL]
        _add(table, short(event["at"]), name, event_of(event["kind"], document["track"]), told)
    return table


def _letters(document: Mapping[str, Any], office: Office) -> Table:
    table = _table("Варианты ответа", "Вариант", "Когда", "Автор", "Страниц", "Начало текста")
    for letter in document["letters"]:
        author = office.people.get(letter["author"])
        name = author.name if author else letter["author"]
        text = " ".join(letter["text"].split())[:_DETAIL]
        _add(table, letter["version"], short(letter["created_at"]), name, letter["pages"], text)
    return table


def _mails(document: Mapping[str, Any]) -> Table:
    table = _table("Письма", "Когда", "Куда", "Тема или вид", "Состояние")
    for mail in document["mails"]:
        if mail["direction"] == "in":
            kind = MAILS.get(mail["kind"], mail["kind"])
            _add(table, short(mail["at"]), "входящее", kind, MAIL_STATES[mail["state"]])
        else:
            for item in mail["recipients"]:
                _add(
                    table,
                    short(item["at"] or mail["at"]),
                    item["address"],
                    mail["subject"],
                    RECIPIENT_STATES[item["state"]],
                )
    return table


def entry_state(entry: Mapping[str, Any]) -> str:
    """The state of a row in words; a void one with its reason, who and when."""
    word = ENTRY_STATES[entry["state"]]
    if entry["state"] != "void":
        return word
    by = ", ".join(filter(None, [entry["void_by"], short(entry["void_at"])]))
    return f"{word}: {entry['void_reason']} ({by})" if by else f"{word}: {entry['void_reason']}"


def journal(document: Mapping[str, Any]) -> Table:
    """The register of outgoing letters."""
    table = _table(
        "Журнал исходящих", "Номер", "Дата", "Дело", "Адресат", "О чём", "Состояние", "Куда и когда"
    )
    for entry in document["entries"]:
        where = "\n".join(
            f"{item['address']}: {RECIPIENT_STATES[item['state']]} {short(item['at'])}"
            for item in entry["recipients"]
        )
        _add(
            table,
            entry["number"],
            _day(entry["date"]),
            entry["case"],
            entry["addressee"],
            entry["subject"],
            entry_state(entry),
            where,
        )
    return table


def _day(text: str) -> str:
    """«23.11.2026» of an ISO date."""
    return f"{text[8:10]}.{text[5:7]}.{text[:4]}"

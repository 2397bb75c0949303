"""What the demo leaves behind, and the judgement whether the day ended as it should."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.policy import SMTP
from typing import TYPE_CHECKING, Any

from rich.box import ASCII
from rich.console import Console
from rich.table import Table

from mcu_mail.documents.file_names import safe_name
from mcu_mail.documents.folder import Folder, sent_folder
from mcu_mail.mail.phrases import initials
from mcu_mail.rehearsal import day
from mcu_mail.rehearsal.chronicle import subject_of
from mcu_mail.rehearsal.publications import publications
from mcu_mail.reports import board
from mcu_mail.reports.track_words import open_remarks, state_of
from mcu_mail.reports.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from email.message import EmailMessage
    from pathlib import Path

    from mcu_mail.rehearsal.chronicle import Chronicle
    from mcu_mail.rehearsal.stage import Stage

REGISTER, BOARD, MAIL = "Журнал.xlsx", "Доска.txt", "почта"
_PDF, _DOC, _DOCX = b"%PDF-", bytes.fromhex("D0CF11E0A1B11AE1"), b"PK\x03\x04"
_BOARD_WIDTH = 120


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Where the papers lie: (what, path below the folder), and what deserves a word."""

    papers: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def shortfalls(stage: Stage, chronicle: Chronicle) -> list[str]:
    """What is missing from a day that ended well, in Russian; nothing when all is there."""
    missing = []
    for address in chronicle.regional:
        files = [
            bytes(item.get_content())
            for mail in stage.mails(address)
            for item in mail.iter_attachments()
        ]
        if not any(content.startswith(_PDF) for content in files):
            missing.append(f"{address}: нет письма с PDF")
        if not any(content.startswith((_DOC, _DOCX)) for content in files):
            missing.append(f"{address}: нет письма с файлом Word")
    with stage.desk.store.view() as view:
        entries = board.journal(view, stage.desk.zone, day.ON.year)["entries"]
    own = [entry for entry in entries if entry["case"] == day.LETTER_CASE]
    if [entry["state"] for entry in own] != ["sent"]:
        missing.append(f"в журнале нет отправленного письма по делу {day.LETTER_CASE}")
    return missing


def deliveries(stage: Stage, chronicle: Chronicle) -> list[tuple[str, ...]]:
    """What was sent: to whom, when, what, and with what result."""
    with stage.desk.store.view() as view:
        entries = board.journal(view, stage.desk.zone, day.ON.year)["entries"]
    rows: list[tuple[str, ...]] = []
    for entry in entries:
        for item in entry["recipients"]:
            names = [
                part.get_filename() or ""
                for found in chronicle.received
                if found.address == item["address"]
                for part in found.mail.iter_attachments()
            ]
            rows.append((
                item["address"],
                _short(item["at"]),
                f"№ {entry['number']}: {', '.join(names) or 'ничего'}",
                board.RECIPIENT_STATES[item["state"]],
            ))
    return rows


def keep(
    stage: Stage, chronicle: Chronicle, folder: Path, now: datetime, *, letters: bool = True
) -> Kept:
    """Write the register, the board and the mail of everybody; say where all papers lie.

    Args:
        letters: whether a signed letter was among what was played.

    """
    with stage.desk.store.view() as view:
        entries = board.journal(view, stage.desk.zone, day.ON.year)["entries"]
        notes = [
            str(event.data["note"])
            for case in (view.cases.by_number(day.LETTER_CASE),)
            if case is not None
            for event in view.journal.of_case(case.id)
            if event.data.get("note")
        ]
    if entries:
        (folder / REGISTER).write_bytes(write_workbook(entries))
    (folder / BOARD).write_text(_board(stage, entries, now), encoding="utf-8-sig", newline="\r\n")
    (folder / MAIL).mkdir()
    for ordinal, item in enumerate(chronicle.received, start=1):
        name = _file_name(ordinal, item.name, item.mail)
        (folder / MAIL / name).write_bytes(item.mail.as_bytes(policy=SMTP))
    papers = _papers(stage, folder, letters=letters)
    return Kept(papers=tuple(papers), notes=tuple(dict.fromkeys(notes)) if letters else ())


def _papers(stage: Stage, folder: Path, *, letters: bool) -> list[tuple[str, str]]:
    base = stage.desk.folders.base
    sent = base / sent_folder(day.ON.year)
    found = {
        "Ответ с подписью, PDF": sent / f"{day.LETTER_CASE} Ответ.pdf",
        "Ответ, Word": next(iter(sorted(sent.glob(f"{day.LETTER_CASE} Ответ.doc*"))), sent),
        "Подтверждение отправки": sent / f"{day.LETTER_CASE} Подтверждение отправки.pdf",
        "Не принятый скан с запиской": base / Folder.REFUSED,
        "Папки канцелярии": base,
        "Журнал исходящих": folder / REGISTER,
        "Доска на конец дня": folder / BOARD,
        "Что пришло каждому": folder / MAIL,
        "Настройки и база службы": stage.folder,
    }
    home = folder.resolve()
    clerks = {base.resolve(), (base / Folder.REFUSED).resolve()}
    return [
        (what, path.resolve().relative_to(home).as_posix() + ("/" if path.is_dir() else ""))
        for what, path in found.items()
        if path.exists() and (letters or path.resolve() not in clerks)
    ]


def _file_name(ordinal: int, name: str, mail: EmailMessage) -> str:
    at = mail["Date"].datetime
    # A colon of the hour and the stroke of a number are forbidden in names on Windows.
    subject = re.sub(r"(?<=\d)[:/](?=\d)", "-", re.sub(r": ", " – ", subject_of(mail)))
    return safe_name(f"{ordinal:02} {at:%H-%M} {name} – {subject}.eml")


def _board(stage: Stage, entries: Sequence[Mapping[str, Any]], now: datetime) -> str:
    """The board as text: what is open and whose turn it is, and what was sent."""
    desk = stage.desk
    with desk.store.view() as view:
        rows = board.board(view, desk.zone)["cases"]
        remarks = open_remarks(view, desk.settings.tracks.title)
    opened = Table(
        "Дело", "Шаг", "Чей ход", "До", "Крайний срок", "Состояние", "Источник", box=ASCII
    )
    for row in rows:
        person = desk.office.people.get(row["actor"] or "")
        opened.add_row(
            row["number"],
            row["step_title"],
            initials(person.name) if person else "служба",
            _short(row["due"]),
            _short(row["term"]),
            state_of(row),
            "; ".join(remarks[row["number"]]),
        )
    sent = Table("Номер", "Дело", "О чём", "Состояние", "Отправлено", box=ASCII)
    for entry in entries:
        sent.add_row(
            entry["number"],
            entry["case"],
            entry["subject"],
            board.ENTRY_STATES[entry["state"]],
            _short(entry["sent_at"]),
        )
    console = Console(width=_BOARD_WIDTH, color_system=None, force_terminal=False, highlight=False)
    with console.capture() as captured:
        console.print(f"Доска МЦУ, {now:%d.%m.%Y %H:%M}\n")
        texts = publications(stage, now.year)
        published = Table("Дело", "Ответ", box=ASCII)
        for number, what in texts:
            published.add_row(number, what)
        shown = (
            ("Открытые дела", opened, True),
            ("Исходящие письма", sent, bool(entries)),
            ("Опубликованные ответы", published, bool(texts)),
        )
        for title, table in ((name, one) for name, one, is_shown in shown if is_shown):
            console.print(title)
            console.print(table)
    return captured.get()


def _short(moment: str | None) -> str:
    return f"{moment[8:10]}.{moment[5:7]} {moment[11:16]}" if moment else "–"

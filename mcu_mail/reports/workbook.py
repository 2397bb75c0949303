"""The register as an .xlsx: the one door of openpyxl.

Every cell is written as text: a value that begins with `=` must not become a formula
(`threats.md` A30).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from mcu_mail.reports.board import ENTRY_STATES, RECIPIENT_STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS = (
    ("№ п/п", 7),
    ("Рег. номер", 14),
    ("Дата", 12),
    ("Дело", 14),
    ("Адресат", 26),
    ("Краткое содержание", 34),
    ("Исполнитель", 28),
    ("Подписал", 26),
    ("Листов", 8),
    ("Состояние", 16),
    ("Отправлено", 20),
    ("Куда и когда", 48),
    ("Аннулировано: причина", 34),
    ("Кто аннулировал", 28),
    ("Когда", 20),
    ("Примечание", 40),
)


def write_workbook(entries: Sequence[dict[str, Any]]) -> bytes:
    """The register's rows as a workbook for Excel and LibreOffice."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Исходящие"
    sheet.append([name for name, _ in _COLUMNS])
    for index, (_, width) in enumerate(_COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.cell(row=1, column=index).font = Font(bold=True)
    for ordinal, entry in enumerate(entries, start=1):
        where = "\n".join(
            f"{item['address']}: {RECIPIENT_STATES[item['state']]} {_short(item['at'])}".strip()
            for item in entry["recipients"]
        )
        values = (
            str(ordinal),
            entry["number"],
            _day(entry["date"]),
            entry["case"],
            entry["addressee"],
            entry["subject"],
            entry["executor"],
            entry["signer"],
            str(entry["sheets"]),
            ENTRY_STATES[entry["state"]],
            _short(entry["sent_at"]),
            where,
            entry["void_reason"] or "",
            entry["void_by"] or "",
            _short(entry["void_at"]),
            entry["note"] or "",
        )
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row=ordinal + 1, column=column)
            cell.value = value
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"{day}.{month}.{year}"


def _short(text: str | None) -> str:
    """`2026-11-23T17:40:00+07:00` → `23.11.2026 17:40`."""
    if not text:
        return ""
    return f"{_day(text[:10])} {text[11:16]}"

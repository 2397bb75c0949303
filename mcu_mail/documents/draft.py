"""The text of a Word file that an executor or an approver sends as the answer.

Foreign files are read, never run: macros are refused, links are not followed (`threats.md` A20,
A21), and they are unpacked in a process with limits (A19). Only the text goes into our letterhead,
as rich text (`domain/rich_text.py`).
"""

from __future__ import annotations

import json
from typing import Final

from mcu_mail.documents.guard import CrashedError, TooSlowError, guarded
from mcu_mail.documents.office import to_docx
from mcu_mail.documents.word_body import Line
from mcu_mail.documents.word_frame import answer_lines
from mcu_mail.domain.rich_text import BREAK, CELL
from mcu_mail.errors import RefusedError

WORD_SUFFIXES: Final = (".docx", ".doc", ".rtf", ".odt")

_LAST: Final = "Последний абзац"
TEXT_STYLES: Final = frozenset({"Текст письма", _LAST, "Таблица письма"})
"""The styles of the text in our own templates: an approver sends our letter back, edited."""

_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")
_READER: Final = "mcu_mail.documents.draft_reading"
_SECONDS: Final = 20
_FAULTS: Final = {
    "large": "слишком велик в развёрнутом виде",
    "macros": "содержит макросы",
    "damaged": "не открывается как документ Word",
}


def word_text(content: bytes, name: str) -> str:
    """The answer in a Word file as rich text, one paragraph or table row a line.

    Of our own letter it is what stands between salutation and signature; of another letter what is
    left without its letterhead, addressee, signature and executor's mark.

    Raises:
        RefusedError: not a Word file, locked by a password, damaged, too large when unpacked, or
            with macros (Russian).
        TemporaryError: no process can be started here; the file is not to blame.

    """
    suffix = "." + name.rpartition(".")[2].lower()
    if suffix != ".docx":
        content = to_docx(content, suffix)
    elif content.startswith(_COMPOUND):
        # Word wraps a locked .docx into its old format.
        raise RefusedError(f"файл {name} закрыт паролем")
    lines = _lines(content, name)
    own = [_own(line) for line in lines if line.styles & TEXT_STYLES]
    return "\n".join(own or [line.text for line in answer_lines(lines)])


def _own(line: Line) -> str:
    # The last paragraph stands in the table of the signature, so that it goes overleaf with it.
    if _LAST in line.styles:
        return line.text.rstrip(CELL).replace(BREAK, "\n")
    return line.text


def _lines(content: bytes, name: str) -> tuple[Line, ...]:
    try:
        (answer,) = guarded(_READER, blobs=(content,), seconds=_SECONDS)
        told = json.loads(answer)
    except TooSlowError:
        told = {"fault": "large"}
    except CrashedError:
        told = {"fault": "damaged"}
    if "fault" in told:
        raise RefusedError(f"файл {name} {_FAULTS[told['fault']]}")
    return tuple(
        Line(text=text, styles=frozenset(styles), in_table=in_table)
        for text, styles, in_table in told["lines"]
    )

"""The text of a Word file that an executor or an approver sends as the answer.

Foreign files are read, never run: macros are refused, links are not followed (`threats.md` A20,
A21), and they are unpacked in a process with limits (A19). Only the text goes into our letterhead,
as rich text (`domain/rich_text.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from mcu_mail.documents.office import to_docx
from mcu_mail.documents.word_body import Line
from mcu_mail.documents.word_frame import answer_lines
from mcu_mail.domain.rich_text import BREAK, CELL
from mcu_mail.errors import RefusedError
from mcu_mail.guard import CrashedError, TooSlowError, guarded

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


@dataclass(frozen=True, kw_only=True)
class WordDraft:
    """What a Word file says.

    Attributes:
        text: the answer as rich text, one paragraph or table row a line. Of our own letter it is
            what stands between salutation and signature; of another letter what is left without
            its letterhead, addressee, signature and executor's mark.
        salutation: of our own letter; empty for any other.
        addressee: the first line of its addressee; empty for any other letter.
        pictures: (name, content) of the photos in its text.

    """

    text: str
    salutation: str = ""
    addressee: str = ""
    pictures: tuple[tuple[str, bytes], ...] = ()


def word_text(content: bytes, name: str) -> str:
    """The answer in a Word file alone; raises what `word_draft` raises."""
    return word_draft(content, name).text


def whole_text(content: bytes, name: str) -> str:
    """All that a Word file says, frame and all; raises what `word_draft` raises."""
    lines, _, _ = _opened(_as_docx(content, name))
    return "\n".join(line.text for line in lines)


def word_draft(content: bytes, name: str) -> WordDraft:
    """The answer in a Word file, with what belongs to it.

    Raises:
        RefusedError: not a Word file, locked by a password, damaged, too large when unpacked, or
            with macros (Russian).
        TemporaryError: no process can be started here; the file is not to blame.

    """
    lines, told, pictures = _opened(_as_docx(content, name))
    own = [_own(line) for line in lines if line.styles & TEXT_STYLES]
    if not own:
        text = "\n".join(line.text for line in answer_lines(lines))
        return WordDraft(text=text, pictures=pictures)
    return WordDraft(
        text="\n".join(own),
        salutation=told["salutation"],
        addressee=told["addressee"],
        pictures=pictures,
    )


def _as_docx(content: bytes, name: str) -> bytes:
    suffix = "." + name.rpartition(".")[2].lower()
    if suffix != ".docx":
        return to_docx(content, suffix)
    if content.startswith(_COMPOUND):
        # Word wraps a locked .docx into its old format.
        raise RefusedError(f"файл {suffix} закрыт паролем")
    return content


def _own(line: Line) -> str:
    # The last paragraph stands in the table of the signature, so that it goes overleaf with it.
    if _LAST in line.styles:
        return line.text.rstrip(CELL).replace(BREAK, "\n")
    return line.text


def _opened(
    content: bytes,
) -> tuple[tuple[Line, ...], dict[str, Any], tuple[tuple[str, bytes], ...]]:
    """The lines, what else the file says, and its photos, read by a guarded process."""
    pictures: list[bytes] = []
    try:
        answer, *pictures = guarded(_READER, blobs=(content,), seconds=_SECONDS)
        told = json.loads(answer)
    except TooSlowError:
        told = {"fault": "large"}
    except CrashedError:
        told = {"fault": "damaged"}
    if "fault" in told:
        # Its name may be a person's, and a log holds none.
        raise RefusedError(f"файл Word {_FAULTS[told['fault']]}")
    lines = tuple(
        Line(text=text, styles=frozenset(styles), in_table=in_table)
        for text, styles, in_table in told["lines"]
    )
    return lines, told, tuple(zip(told["pictures"], pictures, strict=True))

"""The text of a Word file that an executor or an approver sends as the answer.

Foreign files are read, never run: macros are refused, links are not followed (`threats.md` A20,
A21). Only the text goes into our letterhead, as rich text (`domain/rich_text.py`).
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import docx
from docx.opc.exceptions import PackageNotFoundError
from lxml.etree import XMLSyntaxError

from mcu_mail.documents.office import to_docx
from mcu_mail.documents.word_body import Line, body_lines, first_words
from mcu_mail.documents.word_frame import answer_lines
from mcu_mail.documents.word_pictures import pictures_of
from mcu_mail.domain.rich_text import BREAK, CELL
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from docx.document import Document

WORD_SUFFIXES: Final = (".docx", ".doc", ".rtf", ".odt")

_LAST: Final = "Последний абзац"
TEXT_STYLES: Final = frozenset({"Текст письма", _LAST, "Таблица письма"})
"""The styles of the text in our own templates: an approver sends our letter back, edited."""

_SALUTATION: Final = "Обращение"
_ADDRESSEE: Final = "Адресат"

_LIMIT = 30 * 1024 * 1024
_RATIO = 200
_MACROS = "word/vbaProject.bin"
_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")


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


def word_draft(content: bytes, name: str) -> WordDraft:
    """The answer in a Word file, with what belongs to it.

    Raises:
        RefusedError: not a Word file, locked by a password, damaged, too large when unpacked, or
            with macros (Russian).
        TemporaryError: LibreOffice, asked for .doc, .rtf and .odt, gave nothing.

    """
    suffix = "." + name.rpartition(".")[2].lower()
    if suffix != ".docx":
        content = to_docx(content, suffix)
    elif content.startswith(_COMPOUND):
        # Word wraps a locked .docx into its old format.
        raise RefusedError(f"файл {name} закрыт паролем")
    try:
        _inspect(content, name)
        return _read(docx.Document(io.BytesIO(content)))
    except RefusedError:
        raise
    except (
        zipfile.BadZipFile,
        PackageNotFoundError,
        XMLSyntaxError,
        KeyError,
        ValueError,
        OSError,
    ) as error:
        raise RefusedError(f"файл {name} не открывается как документ Word") from error


def _read(document: Document) -> WordDraft:
    lines = body_lines(document)
    pictures = pictures_of(document)
    own = [_own(line) for line in lines if line.styles & TEXT_STYLES]
    if not own:
        text = "\n".join(line.text for line in answer_lines(lines))
        return WordDraft(text=text, pictures=pictures)
    return WordDraft(
        text="\n".join(own),
        salutation=first_words(document, _SALUTATION),
        addressee=first_words(document, _ADDRESSEE),
        pictures=pictures,
    )


def _own(line: Line) -> str:
    # The last paragraph stands in the table of the signature, so that it goes overleaf with it.
    if _LAST in line.styles:
        return line.text.rstrip(CELL).replace(BREAK, "\n")
    return line.text


def _inspect(content: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = sum(item.file_size for item in package.infolist())
        if size > _LIMIT or size > _RATIO * max(len(content), 1):
            raise RefusedError(f"файл {name} слишком велик в развёрнутом виде")
        if _MACROS in package.namelist():
            raise RefusedError(f"файл {name} содержит макросы")

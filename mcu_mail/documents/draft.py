"""The text of a Word file that an executor or an approver sends as the answer.

Foreign files are read, never run: macros are refused, links are not followed (`threats.md` A20,
A21). Only the text goes into our letterhead.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

import docx
from docx.opc.exceptions import PackageNotFoundError

from mcu_mail.documents.office import to_docx
from mcu_mail.errors import RefusedError

WORD_SUFFIXES: Final = (".docx", ".doc", ".rtf", ".odt")

_LIMIT = 30 * 1024 * 1024
_RATIO = 200
# The styles of the text in our own template: an approver sends our letter back, edited.
_BODY_STYLES = frozenset({"Текст письма", "Последний абзац"})
_MACROS = "word/vbaProject.bin"


def word_text(content: bytes, name: str) -> str:
    """The paragraphs of a Word file, one a line; of our own letter only those of its text.

    Raises:
        RefusedError: not a Word file, damaged, too large when unpacked, or with macros (Russian).
        TemporaryError: LibreOffice, asked for .doc, .rtf and .odt, gave nothing.

    """
    suffix = "." + name.rpartition(".")[2].lower()
    if suffix != ".docx":
        content = to_docx(content, suffix)
    try:
        _inspect(content, name)
        document = docx.Document(io.BytesIO(content))
        pairs = [
            (paragraph.style.name if paragraph.style else "", _plain(paragraph.text))
            for paragraph in document.paragraphs
        ]
    except RefusedError:
        raise
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, OSError) as error:
        raise RefusedError(f"файл {name} не открывается как документ Word") from error
    own = [text for style, text in pairs if style in _BODY_STYLES and text]
    return "\n".join(own or [text for _, text in pairs if text])


def _inspect(content: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = sum(item.file_size for item in package.infolist())
        if size > _LIMIT or size > _RATIO * max(len(content), 1):
            raise RefusedError(f"файл {name} слишком велик в развёрнутом виде")
        if _MACROS in package.namelist():
            raise RefusedError(f"файл {name} содержит макросы")


def _plain(text: str) -> str:
    return re.sub(r"[^\S\n]+", " ", text).strip()

"""The text of a Word file that an executor or an approver sends as the answer.

Foreign files are read, never run: macros are refused, links are not followed, LibreOffice is not
asked (it fetches linked pictures, `threats.md` A21). Only the text goes into our letterhead.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

import docx
from docx.opc.exceptions import PackageNotFoundError

from mcu_mail.errors import RefusedError

WORD_SUFFIXES: Final = (".docx",)

_LIMIT = 30 * 1024 * 1024
_RATIO = 200
_BODY_STYLE = "Текст письма"
_MACROS = "word/vbaProject.bin"


def word_text(content: bytes, name: str) -> str:
    """The paragraphs of a .docx, one a line; of our own letter only the paragraphs of its text.

    Raises:
        RefusedError: not a .docx, damaged, too large when unpacked, or with macros (Russian).

    """
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
    own = [text for style, text in pairs if style == _BODY_STYLE and text]
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

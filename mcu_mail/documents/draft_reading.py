"""Reads a foreign Word file in a process of its own: a small one can be large once it is unpacked.

`python -m mcu_mail.documents.draft_reading` gets the file on standard input (`guarded`) and answers
with its lines and the photos of its text, or with `{"fault": …}`; it may crash instead.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, Final

import docx

from mcu_mail.documents.word_body import body_lines, first_words
from mcu_mail.documents.word_pictures import pictures_of
from mcu_mail.guard import answer, inside

SALUTATION: Final = "Обращение"
ADDRESSEE: Final = "Адресат"
"""The styles of the salutation and the addressee in our own templates."""

_LIMIT: Final = 30 * 1024 * 1024
_RATIO: Final = 200
_LONGEST: Final = 300_000
"""Characters: a hundred pages are no answer to a citizen."""
_MACROS: Final = "word/vbaProject.bin"


def read(content: bytes) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """What the file says and its photos, or why it is no draft.

    Whatever a library raises is for the caller.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = sum(item.file_size for item in package.infolist())
        if size > _LIMIT or size > _RATIO * max(len(content), 1):
            return {"fault": "large"}, ()
        if _MACROS in package.namelist():
            return {"fault": "macros"}, ()
    document = docx.Document(io.BytesIO(content))
    lines = body_lines(document)
    if sum(len(line.text) for line in lines) > _LONGEST:
        return {"fault": "large"}, ()
    pictures = pictures_of(document)
    told = {
        "lines": [(line.text, sorted(line.styles), line.in_table) for line in lines],
        "salutation": first_words(document, SALUTATION),
        "addressee": first_words(document, ADDRESSEE),
        "pictures": [name for name, _ in pictures],
    }
    return told, tuple(picture for _, picture in pictures)


def main() -> None:
    """Answer for the file on standard input."""
    (content,) = inside()
    pictures: tuple[bytes, ...] = ()
    told: dict[str, Any]
    try:
        told, pictures = read(content)
    except MemoryError:
        told = {"fault": "large"}
    except Exception:  # noqa: BLE001 - whatever a library raises on a hostile file, the file is bad
        told = {"fault": "damaged"}
    answer(json.dumps(told).encode("ascii"), *pictures)


if __name__ == "__main__":
    main()

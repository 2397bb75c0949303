"""Reads a foreign Word file in a process of its own: a small one can be large once it is unpacked.

`python -m mcu_mail.documents.draft_reading` gets the file on standard input (`guarded`) and answers
with its lines, or with `{"fault": …}`; it may crash instead.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, Final

import docx

from mcu_mail.documents.guard import answer, inside
from mcu_mail.documents.word_body import body_lines

_LIMIT: Final = 30 * 1024 * 1024
_RATIO: Final = 200
_LONGEST: Final = 300_000
"""Characters: a hundred pages are no answer to a citizen."""
_MACROS: Final = "word/vbaProject.bin"


def read(content: bytes) -> dict[str, Any]:
    """The lines of the file, or why it is none; whatever a library raises is for the caller."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = sum(item.file_size for item in package.infolist())
        if size > _LIMIT or size > _RATIO * max(len(content), 1):
            return {"fault": "large"}
        if _MACROS in package.namelist():
            return {"fault": "macros"}
    lines = body_lines(docx.Document(io.BytesIO(content)))
    if sum(len(line.text) for line in lines) > _LONGEST:
        return {"fault": "large"}
    return {"lines": [(line.text, sorted(line.styles), line.in_table) for line in lines]}


def main() -> None:
    """Answer for the file on standard input."""
    (content,) = inside()
    try:
        told = read(content)
    except MemoryError:
        told = {"fault": "large"}
    except Exception:  # noqa: BLE001 - whatever a library raises on a hostile file, the file is bad
        told = {"fault": "damaged"}
    answer(json.dumps(told).encode("ascii"))


if __name__ == "__main__":
    main()

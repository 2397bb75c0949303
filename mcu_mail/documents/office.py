"""LibreOffice as a converter whose word is never taken for anything.

It returns 0 for missing, truncated and empty input, loses output when two runs share a profile, and
leaves `soffice.bin` alive when its wrapper is killed. So: a cold call, its own profile, its own
process group, a time limit, one retry, no network, and the result is opened and read back.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@cache
def find_soffice() -> Path | None:
    """Return the program, or None when LibreOffice is not installed."""
    return None


def to_pdf(docx: bytes, *, must_contain: Sequence[str] = (), timeout: float = 60) -> bytes:
    """Return the PDF."""
    raise NotImplementedError


def to_doc(docx: bytes, *, timeout: float = 60) -> bytes:
    """Return the Word 97 file."""
    raise NotImplementedError

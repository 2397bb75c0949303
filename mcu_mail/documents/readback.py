"""What a finished PDF really says: the proof that no field was lost on the way.

No converter is believed: a letter counts as made only when every text that was put in is found in
what came out. Spaces, line breaks and letter forms are ignored, because justification, hyphenation
of long words and ligatures change them without losing anything.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pypdfium2
from pypdfium2 import PdfiumError

from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

_HYPHENS: Final = frozenset("-\u2010\u2011")
_INVISIBLE: Final = frozenset({"Cf", "Cc", "Cn"})
_POINTS_PER_MM: Final = 72 / 25.4
_HEADER_MM: Final = 18.0
_FOOTER_MM: Final = 24.0
"""Strips of the sheet with the page number and the mark: they come between two pages of a text."""


@dataclass(frozen=True, kw_only=True)
class PdfText:
    """The text of a PDF by page: all of it, and what stands between header and footer."""

    pages: tuple[str, ...]
    bodies: tuple[str, ...]

    def lacks(self, expected: Iterable[str]) -> tuple[str, ...]:
        """Return those of `expected` that are found nowhere, as they were given."""
        return lacks("".join(self.bodies), lacks("".join(self.pages), expected))


def lacks(heap: str, expected: Iterable[str]) -> tuple[str, ...]:
    """Return those of `expected` that are not found in `heap`, whatever the spacing."""
    haystack = _essence(heap)
    return tuple(text for text in expected if _essence(text) not in haystack)


def read_pdf(pdf: bytes) -> PdfText:
    """Return the text of the PDF. Raises RefusedError when it cannot be opened or has no page."""
    try:
        document = pypdfium2.PdfDocument(pdf)
        with document:
            pages = [_page_text(page) for page in document]
    except PdfiumError as error:
        raise RefusedError("Файл PDF не открывается.") from error
    if not pages:
        raise RefusedError("В файле PDF нет ни одной страницы.")
    return PdfText(pages=tuple(p[0] for p in pages), bodies=tuple(p[1] for p in pages))


def _page_text(page: pypdfium2.PdfPage) -> tuple[str, str]:
    text = page.get_textpage()
    whole = str(text.get_text_bounded())
    inner = str(
        text.get_text_bounded(
            bottom=_FOOTER_MM * _POINTS_PER_MM,
            top=page.get_height() - _HEADER_MM * _POINTS_PER_MM,
        )
    )
    return whole, inner


def _essence(text: str) -> str:
    """Return the characters that must survive.

    The renderer tells a hyphen at the end of a line from a dash by its own guess, so hyphens do
    not count.
    """
    return "".join(
        c
        for c in unicodedata.normalize("NFKC", text)
        if not c.isspace() and c not in _HYPHENS and unicodedata.category(c) not in _INVISIBLE
    )

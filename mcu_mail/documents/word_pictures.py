"""The photos that stand in the body of a foreign Word file: they become annexes of the letter.

Arms, stamps, signatures and our own code are small on their page, and headers and footers are not
the answer: those stay behind. Whether a picture can be opened is found out where annexes are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docx.oxml.ns import qn
from docx.parts.image import ImagePart

if TYPE_CHECKING:
    from docx.document import Document

_EMU_PER_MM: Final = 36_000
_SMALL_MM: Final = 35
"""A picture with a shorter side on paper is a decoration: arms are 20 to 30 mm high."""
_MOST: Final = 20


def pictures_of(document: Document) -> tuple[tuple[str, bytes], ...]:
    """(name, content) of the pictures in the text, in order, each once; at most twenty."""
    found: dict[str, ImagePart] = {}
    for drawing in document.element.body.iter(qn("w:drawing")):
        extent = next(drawing.iter(qn("wp:extent")), None)
        if extent is None or _shorter(extent.get("cx"), extent.get("cy")) < _SMALL_MM:
            continue
        for blip in drawing.iter(qn("a:blip")):
            part = document.part.related_parts.get(blip.get(qn("r:embed")) or "")
            if isinstance(part, ImagePart):
                found.setdefault(str(part.partname), part)
    return tuple(
        (f"Рисунок {number}.{part.partname.ext}", part.blob)
        for number, part in enumerate(list(found.values())[:_MOST], start=1)
    )


def _shorter(*sides: str | None) -> float:
    """The shorter of two sides, mm; 0 when one is not stated."""
    return min(int(side) if side and side.isdecimal() else 0 for side in sides) / _EMU_PER_MM

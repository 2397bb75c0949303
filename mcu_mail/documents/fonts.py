"""The one typeface of our sheets, found on any machine because it comes as a Python package.

PT Serif (OFL) has the whole Russian alphabet; a font of the system could be silently replaced.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import fontpkg_pt_serif
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

TYPEFACE: Final = "PT Serif"
_PICTOGRAPHS: Final = re.compile(" ?[\U0001f000-\U0001faff\ufe0f]+")
REGULAR: Final = "PTSerif"
BOLD: Final = "PTSerif-Bold"


def font_folder() -> Path:
    """Return the folder with the .ttf files, for programs that look for fonts themselves."""
    return Path(fontpkg_pt_serif.ROOT) / "files"


def write_bytes() -> None:
    """Let reportlab write the streams of a PDF as they are, in this process.

    Mail carries bytes: written out as letters, they cost time and a quarter of the size.
    """
    rl_config.useA85 = 0


@cache
def register_fonts() -> None:
    """Make REGULAR and BOLD known to reportlab; done once per process."""
    write_bytes()
    for name, file in ((REGULAR, "PT_Serif-Web-Regular.ttf"), (BOLD, "PT_Serif-Web-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(font_folder() / file)))


def drawable(text: str) -> str:
    """Return `text` with «?» in the place of what the typeface cannot draw; without smileys."""
    absent = set(missing_characters(text))
    shown = "".join("?" if c in absent else c for c in _PICTOGRAPHS.sub("", text))
    return shown if shown.strip() else "".join("?" if c in absent else c for c in text)


def missing_characters(text: str) -> str:
    """Return the characters of `text`, each once, that the typeface cannot draw."""
    known = _glyphs()
    return "".join(dict.fromkeys(c for c in text if ord(c) not in known and not c.isspace()))


@cache
def _glyphs() -> frozenset[int]:
    register_fonts()
    fonts = map(pdfmetrics.getFont, (REGULAR, BOLD))
    return frozenset.intersection(
        *(frozenset(font.face.charToGlyph) for font in fonts if isinstance(font, TTFont))
    )

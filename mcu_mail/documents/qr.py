"""QR symbols of the marks on our sheets: one level of error correction, one quiet zone.

Level Q survives a stamp or a crease over a quarter of the symbol; it is never raised silently,
so that the symbol of every page has the same number of modules and thus the size that was tried.
"""

from __future__ import annotations

import io
from typing import Final

import segno

QUIET_MODULES: Final = 2
"""Quiet zone drawn with the symbol; the margins of the sheet add the rest of the usual four."""


def qr_modules(payload: str) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of the symbol, True = dark, without a quiet zone."""
    symbol = _symbol(payload)
    return tuple(tuple(bool(module) for module in row) for row in symbol.matrix)


def qr_png(payload: str) -> bytes:
    """Return the symbol with its quiet zone as a PNG; the same payload gives the same bytes."""
    out = io.BytesIO()
    _symbol(payload).save(out, kind="png", scale=10, border=QUIET_MODULES)
    return out.getvalue()


def picture_side(payload: str, side_mm: float) -> float:
    """Return the side of the picture, mm, whose dark symbol is `side_mm` wide."""
    modules = len(qr_modules(payload))
    return side_mm * (modules + 2 * QUIET_MODULES) / modules


def _symbol(payload: str) -> segno.QRCode:
    return segno.make(payload, error="q", boost_error=False, micro=False)

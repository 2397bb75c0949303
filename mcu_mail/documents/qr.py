"""QR symbols of the marks on our sheets: one level of error correction, no quiet zone of their own.

Level Q survives a stamp or a crease over a quarter of the symbol; it is never raised silently,
so that the symbol of every page has the same number of modules and thus the size that was tried.
The quiet zone of four modules is the white paper around: a picture that held it would not stand
flush with the margin.
"""

from __future__ import annotations

import io

import segno


def qr_modules(payload: str) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of the symbol, True = dark, without a quiet zone."""
    symbol = _symbol(payload)
    return tuple(tuple(bool(module) for module in row) for row in symbol.matrix)


def qr_png(payload: str) -> bytes:
    """Return the symbol alone as a PNG; the same payload gives the same bytes."""
    out = io.BytesIO()
    _symbol(payload).save(out, kind="png", scale=10, border=0)
    return out.getvalue()


def _symbol(payload: str) -> segno.QRCode:
    return segno.make(payload, error="q", boost_error=False, micro=False)

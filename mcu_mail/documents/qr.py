"""QR symbols of the marks on our sheets: one level of error correction, no quiet zone of their own.

Level Q survives a stamp or a crease over a quarter of the symbol; it is never raised silently,
so that the symbol of every page has the same number of modules and thus the size that was tried.
The quiet zone of four modules is the white paper around: a picture that held it would not stand
flush with the margin. zxing-cpp writes a symbol in half a millisecond; in Python the search for the
best mask took more than half of the time of a letter.
"""

from __future__ import annotations

import io
from typing import Any

import zxingcpp
from PIL import Image

_DOTS = 10
"""Dots of the picture to a module: sharp on any printer."""


def qr_modules(payload: str) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of the symbol, True = dark, without a quiet zone."""
    symbol = _symbol(payload, 1)
    rows = range(symbol.height)
    return tuple(tuple(symbol.getpixel((x, y)) == 0 for x in range(symbol.width)) for y in rows)


def qr_png(payload: str) -> bytes:
    """Return the symbol alone as a PNG; the same payload gives the same bytes."""
    out = io.BytesIO()
    _symbol(payload, _DOTS).convert("1").save(out, "PNG")
    return out.getvalue()


def _symbol(payload: str, scale: int) -> Image.Image:
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    drawn: Any = code.to_image(scale=scale, add_quiet_zones=False)
    height, width = drawn.shape
    return Image.frombytes("L", (width, height), memoryview(drawn))

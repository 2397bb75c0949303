"""Which of the dark places of a picture are strokes of a pen: specks, holes and streaks are none.

Pure: a black and white picture in, millimetres out.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

# A stroke is longer than a speck of dust, and thinner than a punched hole.
_SHORTEST = 2.2
_SOLID = 0.55
# A line of the scanner or of a fold is straight from one end of the field to the other.
_STREAK_WIDTH = 1.6
_STREAK_SHARE = 0.85


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle; `top` is less than `bottom`."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, kw_only=True)
class Strokes:
    """All strokes together: their area (mm²) and the box around them (mm)."""

    area: float
    box: Box


def strokes(dark: Image.Image, per_mm: float) -> Strokes:
    """The strokes among the white places of `dark`, a picture of `per_mm` pixels a millimetre."""
    dark = _without_streaks(dark, per_mm)
    kept = [piece for piece in _pieces(dark) if _is_stroke(piece, per_mm)]
    if not kept:
        return Strokes(area=0.0, box=Box(left=0, top=0, right=0, bottom=0))
    return Strokes(
        area=sum(count for count, _ in kept) / per_mm**2,
        box=Box(
            left=min(box.left for _, box in kept) / per_mm,
            top=min(box.top for _, box in kept) / per_mm,
            right=max(box.right for _, box in kept) / per_mm,
            bottom=max(box.bottom for _, box in kept) / per_mm,
        ),
    )


def _is_stroke(piece: tuple[int, Box], per_mm: float) -> bool:
    count, box = piece
    width, height = box.right - box.left, box.bottom - box.top
    if max(width, height) < _SHORTEST * per_mm:
        return False
    return not (count > _SOLID * width * height and min(width, height) > per_mm)


def _without_streaks(dark: Image.Image, per_mm: float) -> Image.Image:
    """The picture without lines that run straight through it: a scanner's, or those of a fold."""
    clean = dark.copy()
    band = max(1, round(_STREAK_WIDTH * per_mm))
    for place in range(dark.width - band + 1):
        box = (place, 0, place + band, dark.height)
        if _crossed(dark.crop(box).resize((1, dark.height), Image.Resampling.BOX)):
            clean.paste(0, box)
    for place in range(dark.height - band + 1):
        box = (0, place, dark.width, place + band)
        if _crossed(dark.crop(box).resize((dark.width, 1), Image.Resampling.BOX)):
            clean.paste(0, box)
    return clean


def _crossed(line: Image.Image) -> bool:
    dark = line.width * line.height - line.histogram()[0]
    return dark >= _STREAK_SHARE * line.width * line.height


def _pieces(dark: Image.Image) -> list[tuple[int, Box]]:
    """The connected white places: how many pixels, and the box around them."""
    width, height = dark.size
    data = bytearray(dark.tobytes())
    found = []
    for start, level in enumerate(bytes(data)):
        if not level or not data[start]:
            continue
        data[start] = 0
        waiting, count = [start], 0
        left, top, right, bottom = width, height, 0, 0
        while waiting:
            y, x = divmod(waiting.pop(), width)
            count += 1
            left, right = min(left, x), max(right, x + 1)
            top, bottom = min(top, y), max(bottom, y + 1)
            for near_y in range(max(0, y - 1), min(height, y + 2)):
                for near_x in range(max(0, x - 1), min(width, x + 2)):
                    spot = near_y * width + near_x
                    if data[spot]:
                        data[spot] = 0
                        waiting.append(spot)
        found.append((count, Box(left=left, top=top, right=right, bottom=bottom)))
    return found

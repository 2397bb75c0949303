"""A picture such as a citizen's phone takes, so that notices of rehearsals carry real photos."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter

_SIZE = (960, 720)
_SKY, _SNOW, _HOUSE, _TREE = (176, 190, 208), (236, 240, 246), (96, 74, 66), (52, 46, 44)


def snowy_street(seed: int) -> bytes:
    """A JPEG of a street under snow; the same seed gives the same picture."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    width, height = _SIZE
    picture = Image.new("RGB", _SIZE, _SKY)
    draw = ImageDraw.Draw(picture)
    ground = height * 3 // 5
    for left in range(20, width, 230):
        top = ground - chance.randint(110, 170)
        draw.rectangle((left, top, left + 150, ground), fill=_HOUSE)
        draw.polygon(((left - 12, top), (left + 75, top - 60), (left + 162, top)), fill=_SNOW)
    draw.rectangle((0, ground, width, height), fill=_SNOW)
    for _ in range(9):
        left, size = chance.randint(-80, width), chance.randint(120, 300)
        base = chance.randint(ground + 40, height + 60)
        shade = chance.randint(205, 250)
        draw.ellipse((left, base - size // 3, left + size, base + size // 3), fill=(shade,) * 3)
    for _ in range(3):
        foot = chance.randint(40, width - 40)
        draw.line((foot, ground + 30, foot, ground - 200), fill=_TREE, width=9)
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.2)).save(out, "JPEG", quality=80)
    return out.getvalue()

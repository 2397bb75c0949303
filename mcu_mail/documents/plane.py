"""Maps of the plane: where a point of the printed letter lies on a scan of it.

A scanner shifts, turns and scales a sheet. Such a map is fitted here from pairs of points; nothing
in this module knows about files, pages or codes. All functions are pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Affine:
    """The map (x, y) → (a·x + c·y + e, b·x + d·y + f), in the order of PDF's `cm` operator."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def apply(self, point: Point) -> Point:
        """The image of a point."""
        x, y = point
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, other: Affine) -> Affine:
        """The map that applies this one first and `other` after it."""
        return Affine(
            a=other.a * self.a + other.c * self.b,
            b=other.b * self.a + other.d * self.b,
            c=other.a * self.c + other.c * self.d,
            d=other.b * self.c + other.d * self.d,
            e=other.a * self.e + other.c * self.f + other.e,
            f=other.b * self.e + other.d * self.f + other.f,
        )

    @property
    def scale(self) -> float:
        """How much longer the image of a horizontal unit is."""
        return math.hypot(self.a, self.b)

    @property
    def angle(self) -> float:
        """The direction of the image of the horizontal axis, in degrees from -180 to 180."""
        return math.degrees(math.atan2(self.b, self.a))


def moved(dx: float, dy: float) -> Affine:
    """The map that shifts by (dx, dy)."""
    return Affine(a=1, b=0, c=0, d=1, e=dx, f=dy)


def scaled(sx: float, sy: float) -> Affine:
    """The map that stretches by `sx` across and `sy` down; a negative factor mirrors."""
    return Affine(a=sx, b=0, c=0, d=sy, e=0, f=0)


def similarity(source: Sequence[Point], target: Sequence[Point]) -> Affine:
    """The shift, turn and scale that bring `source` closest to `target` (least squares).

    Raises:
        ValueError: fewer than two pairs, or all source points in one place.

    """
    if len(source) != len(target) or len(source) < 2:  # noqa: PLR2004 - a line has two ends
        raise ValueError("at least two pairs of points are needed")
    count = len(source)
    sx, sy = sum(p[0] for p in source) / count, sum(p[1] for p in source) / count
    tx, ty = sum(p[0] for p in target) / count, sum(p[1] for p in target) / count
    along = across = size = 0.0
    for (px, py), (qx, qy) in zip(source, target, strict=True):
        ux, uy, vx, vy = px - sx, py - sy, qx - tx, qy - ty
        along += ux * vx + uy * vy
        across += ux * vy - uy * vx
        size += ux * ux + uy * uy
    if size == 0:
        raise ValueError("the source points lie in one place")
    cos, sin = along / size, across / size
    return Affine(
        a=cos, b=sin, c=-sin, d=cos, e=tx - cos * sx + sin * sy, f=ty - sin * sx - cos * sy
    )

"""Which scans are read, by hand: `python -m tests.bench.scan_matrix [dpi …]`.

Resolution × skew × turn × noise and JPEG × seal over the code. Prints read, unread and wrong, and
the seconds that a page costs. `cases` is what the short test takes a cut of.
"""

from __future__ import annotations

import io
import itertools
import random
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageChops, ImageFilter

from mcu_mail.documents.scan_reading import read_texts
from mcu_mail.domain.codes import PrintMark, print_payload
from mcu_mail.rehearsal.clerk import sign_and_scan
from tests.documents.letters_to_scan import CODE, letter
from tests.documents.worn_sheets import sealed, worn

if TYPE_CHECKING:
    from collections.abc import Iterator

DPI = (100, 150, 200, 300)
SKEW = (0.0, 1.3, -3.0)
TURN = (0, 90, 180, 270)
FIRST = PrintMark(case="2026-000123", version=2, page=1, code=CODE)
# Where the middle of the seal stands: the code of page 1 takes 180–200 × 269–289 mm.
SEALS = {
    "нет": None,
    "край": (176.0, 262.0),
    "половина": (186.0, 268.0),
    "угол": (205.0, 300.0),
    "весь": (190.0, 279.0),
}
LOSSES = ("чисто", "шум", "бледно", "jpeg15", "серое", "чб")


class Case(NamedTuple):
    """One way to scan a sheet."""

    dpi: int
    skew: float
    turn: int
    loss: str
    seal: str


def cases(dpi: tuple[int, ...] = DPI) -> Iterator[Case]:
    """Every case of the matrix."""
    for parts in itertools.product(dpi, SKEW, TURN, LOSSES, SEALS):
        yield Case(*parts)


def scan_of(case: Case) -> bytes:
    """The picture that the scanner makes."""
    sheet = letter()
    place = SEALS[case.seal]
    if place is not None:
        sheet = sealed(sheet, *place)
    if case.loss != "чисто":
        sheet = worn(sheet)
    quality = 15 if case.loss == "jpeg15" else 70
    picture: Image.Image = Image.open(
        io.BytesIO(
            sign_and_scan(
                sheet,
                dpi=case.dpi,
                skew_degrees=case.skew,
                turn=case.turn,
                as_image=True,
                quality=quality,
                grey=case.loss in {"серое", "чб", "бледно"},
            )
        )
    )
    if case.loss == "шум":
        chance = random.Random(1)
        grain = Image.frombytes("L", picture.size, chance.randbytes(picture.width * picture.height))
        grain = grain.point([level * 70 // 255 for level in range(256)])
        picture = ImageChops.subtract(picture, Image.merge("RGB", (grain, grain, grain)))
    if case.loss == "бледно":
        soft = picture.filter(ImageFilter.GaussianBlur(case.dpi / 250))
        picture = soft.point([150 + level * 90 // 255 for level in range(256)])
    if case.loss == "чб":
        picture = picture.point([0] * 150 + [255] * 106).convert("1", dither=Image.Dither.NONE)
    out = io.BytesIO()
    if case.loss == "чб":
        picture.save(out, "TIFF", compression="group4")
    else:
        picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def outcome(scan: bytes) -> str:
    """`read`, `unread` or `wrong`."""
    (texts,) = read_texts(scan, "image")
    if print_payload(FIRST) in texts:
        return "read"
    return "wrong" if texts else "unread"


def say(line: str) -> None:
    """Print a line at once: the whole table takes minutes."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table."""
    wanted = tuple(map(int, sys.argv[1:])) or DPI
    for dpi in wanted:
        for seal in SEALS:
            counts: dict[str, int] = {}
            unread, spent = [], 0.0
            for case in cases((dpi,)):
                if case.seal != seal:
                    continue
                scan = scan_of(case)
                begun = time.perf_counter()
                found = outcome(scan)
                spent += time.perf_counter() - begun
                counts[found] = counts.get(found, 0) + 1
                if found != "read":
                    unread.append((case.skew, case.turn, case.loss, found))
            total = sum(counts.values())
            say(f"{dpi} dpi, seal {seal}: {counts}, {spent / total:.3f} s a page")
            for one in unread[:60]:
                say("    " + " ".join(map(str, one)))


if __name__ == "__main__":
    main()

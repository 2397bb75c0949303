"""Scans that come slowly, with pauses, holes and second thoughts: none is taken half.

    python -m tests.bench.slow_scans [--count 200] [--seed 1]

Each copy is looked at by the service twice in every pause and then given up; the last one is
finished, and only that one becomes a letter.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.documents.folder import WORK, Folder
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.service.scans import take_scans
from tests.stories.signed_letter import (
    NATIVE,
    PASSWORD,
    REGION,
    USER,
    at,
    copies,
    listing,
    prepare,
    register,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from mcu_mail.rehearsal.stage import Stage

WAYS = ("grows", "reserved", "in any order", "renamed", "replaced", "shrinks")
_BLOCK = 4096


def slow_copy(path: Path, whole: bytes, way: str, chance: Random) -> Iterator[Path]:
    """Copy all of a file but its last piece; yields where it lies, once in every pause."""
    blocks = -(-len(whole) // _BLOCK)
    cuts = sorted({0, blocks, *(chance.randrange(1, blocks) for _ in range(3))})
    pieces = list(itertools.pairwise(cuts))
    if way in {"reserved", "in any order"}:
        path.write_bytes(bytes(len(whole)))
        yield path
    if way == "in any order":
        chance.shuffle(pieces)
    for begin, end in pieces[:-1]:
        with path.open("r+b" if path.exists() else "wb") as file:
            file.seek(begin * _BLOCK)
            file.write(whole[begin * _BLOCK : end * _BLOCK])
        yield path
        if way == "renamed":
            path = path.rename(path.with_name(f"Скан {chance.randrange(10**6)}.pdf"))
            yield path
        elif way == "replaced":
            path.unlink()
            path.write_bytes(whole[: chance.randrange(100, len(whole) - 100)])
            yield path
        elif way == "shrinks":
            with path.open("r+b") as file:
                file.truncate(chance.randrange(1, end * _BLOCK))
            yield path


def storm(stage: Stage, whole: bytes, count: int, seed: int) -> Counter[str]:
    """So many slow copies before the service's eyes, and how often it looked at each way."""
    chance, looks = random.Random(seed), Counter[str]()
    signed = stage.desk.folders.base / Folder.SIGNED
    now = at(stage, "16:40")
    for number in range(count):
        way = WAYS[number % len(WAYS)]
        for path in slow_copy(signed / f"Scan{number:04}.pdf", whole, way, chance):
            for _ in range(2):
                looks[way] += 1
                assert take_scans(stage.desk, now) == 0, way
            assert [item.name for item in signed.iterdir()] == [path.name], way
        for left in signed.iterdir():
            left.unlink()
        assert listing(stage, Folder.REFUSED) == [], way
    work = stage.desk.folders.base / WORK
    assert [item for room in work.iterdir() for item in room.iterdir()] == []
    assert register(stage) == ()
    (signed / "Scan.pdf").write_bytes(whole)
    stage.play(at(stage, "16:45"))
    assert [entry.state for entry in register(stage)] == ["sent"]
    assert copies(stage) == [1] * len(REGION)
    return looks


def main() -> int:
    """Play the storm and print how often was looked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        PostOffice({USER: PASSWORD}, ["okrug.example"]) as post,
    ):
        prepared = prepare(Path(name) / "first", NATIVE)
        stage = prepared.on(Path(name) / "office", post)
        with stage.opened():
            looks = storm(stage, prepared.scan, chosen.count, chosen.seed)
    sys.stdout.write(f"{chosen.count} slow copies, {sum(looks.values())} looks, 0 taken half\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How many mails are read a second: `python3 -m tests.bench.reading [ROUNDS]`.

Run by hand on a quiet machine, from the folder of the project. The guarded process and this one
read the same mails in the same round, in turn; the ratio is taken within a round.
"""

from __future__ import annotations

import base64
import random
import statistics
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mcu_mail.domain.notice import Source
from mcu_mail.mail.reader import Reader
from mcu_mail.mail.reading import read_whole
from tests.mail.mutations import originals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SOURCES = (Source(track="governor", senders=("@region.example",)),)
_ZONE = ZoneInfo("Asia/Novokuznetsk")
_PHOTO_BYTES = 3_000_000


def with_photo() -> bytes:
    """A reply with a photo of 3 MB."""
    photo = base64.encodebytes(random.Random(1).randbytes(_PHOTO_BYTES))
    return (
        b"From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=X\n\n--X\n"
        b"Content-Type: text/plain\n\nphoto\n--X\nContent-Type: image/jpeg; name=a.jpg\n"
        b"Content-Transfer-Encoding: base64\n\n" + photo + b"--X--\n"
    )


def rate(read: Callable[[bytes], object], mails: Sequence[bytes]) -> float:
    """Mails read a second."""
    began = time.perf_counter()
    for raw in mails:
        read(raw)
    return len(mails) / (time.perf_counter() - began)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with closing(Reader()) as reader:

        def guarded(raw: bytes) -> object:
            return reader.read(raw, _SOURCES, _ZONE)

        def here(raw: bytes) -> object:
            return read_whole(raw, _SOURCES, _ZONE)

        guarded(originals()[0])
        sets = (("samples", originals()), ("photo of 3 MB", (with_photo(),) * 10))
        for name, mails in sets:
            found = [(rate(guarded, mails), rate(here, mails)) for _ in range(rounds)]
            process, own = (statistics.median(one[i] for one in found) for i in (0, 1))
            share = statistics.median(one[0] / one[1] for one in found)
            print(  # noqa: T201 - the figures are what it is for
                f"{name}: {process:.0f} mails/s in the process, {own:.0f} mails/s here,"
                f" ratio {share:.2f} ({len(mails)} mails × {rounds} rounds)"
            )


if __name__ == "__main__":
    main()

"""The process that reads foreign mails: `python -m mcu_mail.mail.reader_process`; see `reader`."""

from __future__ import annotations

import pickle
from typing import Final

from mcu_mail.guard import serve
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.notices import read_notices
from mcu_mail.mail.plain_values import packed_value
from mcu_mail.mail.reading import read_whole, read_words
from mcu_mail.mail.reply import SEPARATOR, cut

MEMORY: Final = 1 << 30
"""Bytes of address space: a mail of 30 MB with its files needs a quarter of it."""
CPU_SECONDS: Final = 20


def handle(order: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Answer one order of `Reader`; what the daemon says of itself may be unpickled."""
    what, told, raw = order
    if what == b"cut":
        text, sent = pickle.loads(told)  # noqa: S301 - from our own daemon
        return (packed_value(cut(text, SEPARATOR, sent)),)
    if what == b"notices":
        source, zone = pickle.loads(told)  # noqa: S301 - as above
        return (packed_value(read_notices(read_mail(raw), source, zone)),)
    if what == b"words":
        text, sources, zone = pickle.loads(told)  # noqa: S301 - as above
        return (packed_value(read_words(text, sources, zone)),)
    sources, zone = pickle.loads(told)  # noqa: S301 - as above
    return (packed_value(read_whole(raw, sources, zone)),)


def main() -> None:
    """Answer orders until nobody asks any more."""
    serve(handle, memory=MEMORY, cpu_seconds=CPU_SECONDS)


if __name__ == "__main__":
    main()

"""Mutated mails, read as the daemon reads them; `tests.bench.fuzz` drives a daemon with 20 000."""

from __future__ import annotations

from contextlib import closing
from zoneinfo import ZoneInfo

from mcu_mail.domain.notice import Source
from mcu_mail.mail.reader import Reader
from tests.mail.mutations import mutated

ZONE = ZoneInfo("Asia/Novokuznetsk")
SOURCES = tuple(
    Source(track=track, senders=("@region.example",), subjects=subjects)
    for track, subjects in (("incident", ("инцидент",)), ("pos", ("ПОС",)), ("governor", ()))
)
COUNT = 1000


def test_mutated_mails_are_read_by_one_process_without_an_end() -> None:
    with closing(Reader()) as reader:
        reader.read(mutated(0), SOURCES, ZONE)
        process = reader.pid
        for number in range(COUNT):
            found = reader.read(mutated(number), SOURCES, ZONE)
            assert found.mail.text.isprintable() or found.mail.text, number
            assert "\x00" not in found.mail.text
        assert reader.pid == process, "no mail has ended it"

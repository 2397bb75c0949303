"""How fast mail is received, on a real Dovecot: `python3 -m tests.bench.receiving [N]`.

The floor of the same run is what imap-tools itself takes to read the mails and their fields,
storing nothing. django-helpdesk is not installed here: it took 24 × such a floor (SQLite, WAL).
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from base64 import encodebytes
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from imap_tools import BaseMailBox, MailBoxUnencrypted

from mcu_mail.rehearsal.people import Client, Writer, fresh_mail
from mcu_mail.service.collect import collect
from mcu_mail.service.receive import receive
from tests.bench.far import far
from tests.bench.figures import at_least, at_most, megabytes, say
from tests.conftest import DOMAIN, PASSWORD, USER
from tests.peers.post import RealPostOffice
from tests.stories.office_day import NATIVE, SERVICE, SNOW, OfficeDay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcu_mail.service.desk import Desk

_ARRIVED = "2026-11-23 09:05"
_SIZES = (2_000, 4_000, 12_000, 40_000, 96_000)
"""Octets of the files in turn: with the mails around them a thousand make 31 MB."""
_HELPDESK = 24
"""Times the floor that django-helpdesk 2.6.1 takes a mail, with SQLite in WAL mode."""


def mails(day: OfficeDay, count: int) -> Iterator[bytes]:
    """Citizens' messages with photos, each another one."""
    dice = random.Random(1)
    region = Writer(name="Приёмная", address="press@region.example", client=Client.plain)
    for n in range(count):
        text = SNOW.replace("д. 7", f"д. {n}").replace("48213", str(100_000 + n))
        words = fresh_mail(region, SERVICE, "Сообщение", text, day.stage.moment(_ARRIVED))
        size = _SIZES[n % len(_SIZES)] * 7 // 10
        body = encodebytes(dice.randbytes(size)).replace(b"\n", b"\r\n")
        head, _, rest = words.partition(b"\r\n\r\n")
        kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-")]
        typed = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-")]
        yield b"\r\n".join([
            *kept,
            b'Content-Type: multipart/mixed; boundary="-b"',
            b"",
            b"---b",
            *typed,
            b"",
            rest.rstrip(),
            b"---b",
            b'Content-Type: application/octet-stream; name="photo.bin"',
            b"Content-Transfer-Encoding: base64",
            b"Content-Disposition: attachment",
            b"",
            body + b"---b--",
            b"",
        ])


def lay(post: RealPostOffice, raws: Iterator[bytes]) -> int:
    """Put mails into the service's folder as a server would have; the octets of all."""
    first = next(raws)
    post.deliver(SERVICE, first)
    folder = post.base / "mail" / SERVICE / "Maildir" / "new"
    owner = folder.stat()
    octets = len(first)
    for n, raw in enumerate(raws):
        path = folder / f"1700000000.M{n}.bench"
        path.write_bytes(raw)
        os.chown(path, owner.st_uid, owner.st_gid)
        octets += len(raw)
    return octets


def floor(port: int) -> float:
    """Seconds that imap-tools takes to read every mail and its fields, storing nothing."""
    began = time.perf_counter()
    box: BaseMailBox = MailBoxUnencrypted("127.0.0.1", port)
    with box.login_utf8(USER, PASSWORD, "INBOX"):
        for one in box.fetch(mark_seen=False, bulk=200):
            _ = (one.subject, one.from_values, one.date, one.text, one.html, one.attachments)
    return time.perf_counter() - began


def _received(desk: Desk, day: OfficeDay, count: int) -> float:
    """Seconds until all lie in the store, in as many visits as it takes."""
    began = time.perf_counter()
    now = day.stage.moment(_ARRIVED)
    visits = 0
    while receive(desk, now):
        visits += 1
    passed = time.perf_counter() - began
    with desk.store.view() as view:
        stored = len(view.mails.to_handle(count + 1))
    assert stored == count, stored
    return passed


@contextmanager
def _office(post: RealPostOffice, port: int) -> Iterator[OfficeDay]:
    with (
        tempfile.TemporaryDirectory() as folder,
        OfficeDay(
            Path(folder) / "office", post, {**NATIVE, "mail.imap.port": port}
        ).opened() as day,
    ):
        yield day


def main(count: int = 1000) -> None:
    """Receive the same mails near and far, then handle them, and print what came of it."""
    with RealPostOffice({USER: PASSWORD}, [DOMAIN]) as post:
        with _office(post, post.imap_port) as day:
            octets = lay(post, mails(day, count))
            say(f"{count} mails, {octets / 1e6:.0f} MB")
            floor(post.imap_port)
            least = min(floor(post.imap_port) for _ in range(2))
            say(f"floor: {count / least:.0f}/s")
            taken = _received(day.stage.desk, day, count)
            say(f"kept: {count / taken:.0f}/s")
            at_most("  kept ÷ floor", taken / least, 2.5, "")
            at_least("  against helpdesk's ratio", _HELPDESK * least / taken, 8, "×")
            began = time.perf_counter()
            now, done = day.stage.moment(_ARRIVED), 0
            while time.perf_counter() - began < 60 and (
                some := collect(day.stage.desk, now, played=True)
            ):
                done += some
            handled = (time.perf_counter() - began) / done
            whole = handled + taken / count
            say(
                f"notices handled to the end: {1 / handled:.0f}/s, with receiving {1 / whole:.0f}/s"
            )
            at_least("  against helpdesk's ratio", _HELPDESK * least / count / whole, 3, "×")
            say(f"memory: {megabytes():.0f} MB, at most {megabytes(peak=True):.0f} MB")
        with far("127.0.0.1", post.imap_port, 0.020) as port, _office(post, port) as day:
            taken = _received(day.stage.desk, day, count)
            at_least("kept at 20 ms", count / taken, 150, "/s")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))

"""How long an official waits behind a flood: `python3 -m tests.bench.flood [N [ROUNDS]]`.

N mails of unknown senders wait in a real mailbox (Dovecot), the deputy's approval comes last. The
rounds of the daemon are played one by one; printed is when the approval was taken, and at which
rate the flood is worked off. Run by hand, as root, on a quiet machine; nothing fails.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from mcu_mail.rehearsal.people import Client, Writer, fresh_mail
from mcu_mail.service.rounds import Rounds
from tests.conftest import DOMAIN, PASSWORD, USER
from tests.peers.post import RealPostOffice
from tests.stories.office_day import NATIVE, SERVICE, OfficeDay

_TARGET_SECONDS = 120
_ARRIVED = "2026-11-23 09:05"


def _flood(post: RealPostOffice, day: OfficeDay, count: int) -> None:
    """Lay the mails into the mailbox's folder, as a server that was very busy would have."""
    folder = post.base / "mail" / SERVICE / "Maildir" / "new"
    owner = folder.stat()
    for n in range(count):
        who = Writer(name="Спам", address=f"s{n}@flood.example", client=Client.plain)
        raw = fresh_mail(who, SERVICE, f"Купите {n}", f"Товар {n}", day.stage.moment(_ARRIVED))
        path = folder / f"1700000000.M{n}.flood"
        path.write_bytes(raw)
        os.chown(path, owner.st_uid, owner.st_gid)


def main(count: int = 10_000, most_rounds: int = 20) -> None:
    """Play the flood and print what came of it."""
    with (
        RealPostOffice({USER: PASSWORD}, [DOMAIN]) as post,
        tempfile.TemporaryDirectory() as folder,
        OfficeDay(Path(folder) / "office", post, NATIVE).opened() as day,
    ):
        question = day.drafted()
        _flood(post, day, count)
        day.post.deliver(SERVICE, day.reply_bytes("dep_life", "Согласовано", "09:10", to=question))
        rounds = Rounds(desk=day.stage.desk, played=True)
        now = day.stage.moment("2026-11-23 09:10")
        began = time.perf_counter()
        taken = None
        for number in range(1, most_rounds + 1):
            rounds.one(now)
            passed = time.perf_counter() - began
            if taken is None and day.case().step == "sign":
                taken = passed
                _say(f"approval taken in round {number}: {taken:.1f} s (≤ {_TARGET_SECONDS})")
        with day.stage.desk.store.view() as view:
            decided = len(view.asides.all(settled=False))
            left = len(view.mails.to_handle(count + 10))
        _say(f"{count} unknown, {most_rounds} rounds: {passed:.1f} s, {decided} set aside")
        _say(f"{decided / passed:.1f} a second; {left} more fetched, which wait")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))

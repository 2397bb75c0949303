"""Network cuts: letters go through a wire that breaks, and are counted where they arrive.

One office on real servers; before every step a letter is queued, and its sending is cut at one of
the seven places of the SMTP dialogue, in one of both directions, while the reading of the mailbox
is cut at a place of its own. In the end the wire is whole again, and every letter must lie in each
recipient's mailbox once.

    figures = cut_and_count(folder, post, cuts=1000, seed=1)
    assert (figures.lost, figures.second, figures.unknown, figures.unsent) == (0, 0, 0, 0)

By hand: `python3 -m tests.kill.cuts [CUTS [SEED]]` prints the rows; the servers need root.
"""

from __future__ import annotations

import contextlib
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.rounds import Rounds
from mcu_mail.store.queue import RecipientState
from tests.peers.cuts import IMAP_PLACES, SMTP_PLACES, WAYS, BrokenWire, Fault
from tests.peers.post import RealPostOffice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

PASSWORD = "пароль-от-ящика"
OURS = "mcu@okrug.example"
REGION = ("otvetk42@gmail.com", "priem@ako.ru")
EVERY = tuple((place, way) for place in SMTP_PLACES for way in WAYS)
_STEP = timedelta(minutes=6)
"""Longer than any wait for a server that is away: whatever was put off is owed again."""
_SETTLED = 5


@dataclass(kw_only=True)
class Figures:
    """What became of the letters; `cuts` counts by place and direction."""

    letters: int = 0
    cuts: Counter[tuple[str, str]] = field(default_factory=Counter)
    cuts_of_mailbox: int = 0
    lost: int = 0
    second: int = 0
    unknown: int = 0
    """Left for a person to decide."""
    unsent: int = 0
    """Neither sent nor asked about in the end, or refused, which nobody did."""

    def row(self) -> str:
        """One line for the table of the long run."""
        return (
            f"cuts {self.cuts.total()} of the sending, {self.cuts_of_mailbox} of the mailbox; "
            f"letters {self.letters}: lost {self.lost}, second {self.second}, "
            f"unknown {self.unknown}, stuck {self.unsent}"
        )


def cut_and_count(
    folder: Path,
    post: RealPostOffice,
    *,
    cuts: int,
    seed: int = 1,
    witness: bool = True,
    places: Sequence[tuple[str, str]] = EVERY,
) -> Figures:
    """Cut so many sendings, let the wire be whole again, and count.

    Args:
        witness: False refuses our own mailbox at RCPT, so no copy can prove anything.
        places: cut in turn, each as often as the others.

    """
    chance = random.Random(seed)
    figures = Figures()
    then = "resend" if witness else "ask"
    with contextlib.ExitStack() as stack:
        smtp = stack.enter_context(BrokenWire(post.smtp_port, "smtp"))
        imap = stack.enter_context(BrokenWire(post.imap_port, "imap"))
        changes: Mapping[str, Any] = {
            "letters.engine": "native",
            "mail.smtp.port": smtp.port,
            "mail.imap.port": imap.port,
            "mail.witness": {"wait_seconds": 900, "then": then},
        }
        stage = stack.enter_context(Stage(folder, post, PASSWORD, changes).opened())
        if not witness:
            post.refuse(OURS, 452, "4.2.2 mailbox full")
        now = stage.moment("2026-11-23 09:00")
        for number in range(cuts):
            place, way = places[number % len(places)]
            _queue(stage, number, chance)
            smtp.plan(_fault(place, way, chance))
            imap.plan(_fault(chance.choice(IMAP_PLACES), chance.choice(WAYS), chance))
            _round(stage, now)
            assert smtp.happened == 1, f"nothing was cut at {place} {way}"
            figures.cuts[place, way] += 1
            figures.cuts_of_mailbox += imap.happened
            now += _STEP
        figures.letters = cuts
        smtp.heal()
        imap.heal()
        for _ in range(_SETTLED):
            _round(stage, now)
            now += _STEP
        _count(stage, post, figures)
    post.accept(OURS)
    return figures


def _round(stage: Stage, now: datetime) -> None:
    """One round of a daemon that has just forgotten whom it leaves alone."""
    stage.post.settle()
    rounds = Rounds(desk=stage.desk, played=True)
    rounds.mail_in(now)
    rounds.work(now)
    stage.post.settle()


def _fault(place: str, way: Any, chance: random.Random) -> Fault:
    # The address at which it breaks, and how much of the words still passes, differ each time.
    return Fault(
        place=place,
        way=way,
        skip=chance.randrange(2) if place == "rcpt" else 0,
        octets=chance.choice((0, 0, 1, 3, 7, 900)) if place != "body" else chance.randrange(90_000),
    )


def _letter_id(number: int) -> str:
    return f"cut-{number}-ABCDEFGH"


def _queue(stage: Stage, number: int, chance: random.Random) -> None:
    letter_id = _letter_id(number)
    lines = b"words of the letter\r\n" * chance.choice((3, 300, 20_000))
    head = (
        f"From: {OURS}\r\nTo: {', '.join(REGION)}\r\nSubject: cut {number}\r\n"
        f"Message-ID: <letter.{letter_id.lower()}@okrug.example>\r\nX-Letter-Id: {letter_id}\r\n"
    )
    with stage.desk.store.work() as work:
        work.queue.add(
            key=f"cut:{number}",
            kind="letter",
            message_id=f"<letter.{letter_id.lower()}@okrug.example>",
            letter_id=letter_id,
            raw=stage.desk.store.files.put(f"{head}\r\n".encode() + lines),
            subject="cut",
            to=REGION,
            created_at=stage.moment("2026-11-23 08:00"),
            witness=OURS,
        )
        work.commit()


def _count(stage: Stage, post: RealPostOffice, figures: Figures) -> None:
    there = {address: Counter(map(_id_of, post.mailbox(address))) for address in REGION}
    with stage.desk.store.view() as view:
        for number in range(figures.letters):
            message = view.queue.by_letter_id(_letter_id(number))
            assert message is not None
            for item in message.addressees:
                copies = there[item.address][_letter_id(number)]
                figures.second += max(0, copies - 1)
                figures.unknown += item.state is RecipientState.unknown
                figures.lost += item.state is RecipientState.accepted and copies == 0
                figures.unsent += item.state not in {
                    RecipientState.accepted,
                    RecipientState.unknown,
                }


def _id_of(raw: bytes) -> str:
    head = message_from_bytes(raw.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n")
    return str(head["X-Letter-Id"]).rpartition(".")[0]


def main(cuts: int = 1000, seed: int = 1) -> None:
    """Cut with a witness, and a tenth as often without one."""
    with (
        RealPostOffice({"mcu": PASSWORD}, ["okrug.example"]) as post,
        tempfile.TemporaryDirectory() as folder,
    ):
        for witness, count in ((True, cuts), (False, max(14, cuts // 10))):
            name = "with" if witness else "without"
            made = cut_and_count(Path(folder, name), post, cuts=count, seed=seed, witness=witness)
            sys.stdout.write(f"{name} a witness: {made.row()}\n")
            sys.stdout.flush()
            post.reset()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

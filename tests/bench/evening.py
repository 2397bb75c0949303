"""500 letters at 17:50: how long until all have left (`threats.md` F37). By hand, not a test.

    python -m tests.bench.evening [letters]

The letters are registered in a store of an office whose outgoing server was away; it comes back at
17:50, and the rounds of the service are counted until the last address has accepted. The embedded
post office takes them: what is measured is the service.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.rounds import Rounds
from tests.conftest import DOMAIN, PASSWORD, USER
from tests.stories.signed_letter import NATIVE, NUMBER, REGION, prepare
from tests.stories.test_sending_faults import free_port


def main(letters: int) -> None:
    """Print the seconds, and the letters a second."""
    with (
        tempfile.TemporaryDirectory() as place,
        PostOffice({USER: PASSWORD}, [DOMAIN, "okrug.example"]) as post,
    ):
        prepared = prepare(Path(place) / "walked", NATIVE)
        folder = Path(place) / "office"
        stage = prepared.on(folder, post, {"mail.smtp.port": free_port()})
        with stage.opened():
            stage.drop("скан.pdf", prepared.scan)
            stage.play("2026-11-23 16:40")
            _copied(stage, letters)
        stage = Stage(folder, post, PASSWORD, prepared.changes)
        with stage.opened():
            rounds = Rounds(desk=stage.desk, played=True)
            begun = time.perf_counter()
            now = stage.moment("2026-11-23 17:50")
            rounds.start(now)
            rounds.until_idle(now)
            took = time.perf_counter() - begun
            got = [len(post.mailbox(address)) for address in REGION]
        pace = letters / took
        sys.stdout.write(f"{letters} letters: {got} copies, {took:.1f} s, {pace:.1f} a second\n")


def _copied(stage: Stage, letters: int) -> None:
    """The one letter of the office, queued so many times under ids of their own."""
    with stage.desk.store.work() as work:
        case = work.cases.by_number(NUMBER)
        assert case is not None
        (first,) = work.queue.letter_of(case.id)
        raw = stage.desk.store.files.get(first.raw)
        for serial in range(1, letters):
            own = f"{first.letter_id}X{serial}"
            copy = raw.replace((first.letter_id or "").encode(), own.encode())
            work.queue.add(
                key=f"bench:{serial}",
                kind="letter",
                message_id=f"<letter.bench.{serial}@{DOMAIN}>",
                letter_id=own,
                raw=stage.desk.store.files.put(copy),
                subject=first.subject,
                to=REGION,
                created_at=stage.moment("2026-11-23 16:40"),
                witness=stage.desk.address,
            )
        work.commit()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)

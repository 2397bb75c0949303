"""PostgreSQL is lost at COMMIT: the outcome is unknown, and nothing may happen twice for it (F55).

    MCU_MAIL_TEST_STORE=postgresql+psycopg://… python3 -m tests.model.lost_commits SECONDS [RESTART]

Offices work through a proxy that cuts connections at COMMIT, before the server has it or after it
has answered; RESTART is a command that restarts the server, called every few seconds. Prints the
figures; a promise that does not hold ends the run.
"""

from __future__ import annotations

import contextlib
import logging
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tests.model import promises
from tests.model.honest import Honest
from tests.model.office import ModelOffice
from tests.model.outside import wired_to
from tests.stories.office_day import LIGHTS, SNOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEVER, BEFORE, AFTER = "never", "before the server has it", "after it has answered"


class CommitCutter:
    """A proxy before the server; `fate` says what becomes of the next COMMIT."""

    def __init__(self, host: str, port: int, fate: Callable[[], str]) -> None:
        self._server = (host, port)
        self._fate = fate
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.cut: Counter[str] = Counter()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no further connection."""
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        answered = threading.Event()
        silent = threading.Event()
        with contextlib.suppress(OSError), client, self._connected() as server:
            back = threading.Thread(
                target=self._answers, args=(server, client, answered, silent), daemon=True
            )
            back.start()
            while data := client.recv(65536):
                fate = self._fate() if b"COMMIT" in data else NEVER
                if fate != NEVER:
                    self.cut[fate] += 1
                if fate == BEFORE:
                    break
                if fate == AFTER:
                    answered.clear()
                    silent.set()
                    server.sendall(data)
                    answered.wait(10)
                    break
                server.sendall(data)
            # Closing alone would leave it open as long as the other thread reads.
            for end in (server, client):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _connected(self) -> socket.socket:
        return socket.create_connection(self._server, timeout=60)

    @staticmethod
    def _answers(
        server: socket.socket,
        client: socket.socket,
        answered: threading.Event,
        silent: threading.Event,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                answered.set()
                if silent.is_set():
                    return
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def behind_cutter(office: ModelOffice, fate: Callable[[], str]) -> Iterator[CommitCutter]:
    """Let the office reach its server through a proxy."""
    assert office.url is not None
    url = sa.make_url(office.url)
    straight = office.url
    cutter = CommitCutter("127.0.0.1", int(str(url.query.get("port", "5432"))), fate)
    through = url.set(query={}, host="127.0.0.1", port=cutter.port)
    office.url = through.render_as_string(hide_password=False)
    office.die()
    try:
        yield cutter
    finally:
        office.url = straight
        office.die()
        cutter.close()


def patiently(work: Callable[[], object]) -> bool:
    """Whether it was done; not while the database is away."""
    try:
        work()
    except sa.exc.DBAPIError:
        time.sleep(0.2)
        return False
    return True


def one_day(dice: random.Random, figures: Counter[str], calm: threading.Lock) -> None:
    """Two cases from notice to end, while commits are lost; under `calm` the server stays."""
    with calm:
        office = ModelOffice()
    honest = Honest(office)

    def fate() -> str:
        return dice.choice([BEFORE, AFTER]) if dice.random() < 0.06 else NEVER

    with wired_to(office.post):
        with behind_cutter(office, fate) as cutter:
            while not patiently(office.start):
                pass
            for text in (SNOW, LIGHTS):
                office.writes("press@region.example", "Сообщение", text)
            for _ in range(14):
                patiently(office.play)
                patiently(honest.everybody)
                office.rounds.health.until.clear()
                office.passes(promises.HALF_AN_HOUR)
        with calm:
            while not patiently(office.start):
                pass
            honest.bring_to_an_end()
            promises.check(office)
            figures.update(promises.counted(office))
        figures.update({f"cut {name}": count for name, count in cutter.cut.items()})
    office.close()


def main(seconds: float, restart: str) -> None:
    """Days until the time is over."""
    logging.disable(logging.CRITICAL)
    ended = time.monotonic() + seconds
    over = threading.Event()
    calm = threading.Lock()
    figures: Counter[str] = Counter()

    def monkey() -> None:
        while restart and not over.wait(random.SystemRandom().uniform(3, 9)):
            with calm:
                subprocess.run(restart, shell=True, check=False)
            figures["restarts of the server"] += 1

    threading.Thread(target=monkey, daemon=True).start()
    dice = random.Random()
    while time.monotonic() < ended:
        one_day(dice, figures, calm)
        sys.stderr.write(f"{figures['days']} days\n")
    over.set()
    for name, count in sorted(figures.items()):
        sys.stdout.write(f"{name}: {count}\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")

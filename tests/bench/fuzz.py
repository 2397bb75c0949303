"""A daemon between hostile mails: `python3 -m tests.bench.fuzz [MAILS]` (20 000 without a number).

Run by hand, as root, from the folder of the project. A real Dovecot holds mutated mails with an
ordinary one behind each; the real daemon (`mcu_mail run`) reads them. Counted afterwards: whether
the daemon lived, whether the raw bytes of every mail are kept, whether every ordinary mail was
handled, and whether every mail lies in exactly one folder. The exit code says whether all is well.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from mcu_mail.errors import RefusedError
from mcu_mail.rehearsal.stage import PASSWORD_VARIABLE, Stage
from tests.mail.mutations import mutated
from tests.peers.post import RealPostOffice
from tests.stories.signed_letter import NATIVE, OURS, PASSWORD, USER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mcu_mail.store.files import Files

_NOTICE_EVERY = 50
_PATIENCE = 7200
_AT_ONCE = 1000
"""Mails that wait in the mailbox together."""
Injected = tuple[str, str]


def ordinary(number: int) -> tuple[str, bytes]:
    """The mail behind a hostile one, and its kind: a notice now and then, else a vacation."""
    if number % _NOTICE_EVERY == 0:
        text = (
            "From: press@region.example\nTo: mcu@okrug.example\nSubject: Сообщение\n"
            f"Message-ID: <ordinary.{number}@region.example>\nMIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
            f"Заявитель: Небывалова Алла Игнатьевна\nНомер: СС-{number}\n"
            f"Адрес: пгт Тяжинский, ул. Образцовая, д. {number}\nТекст: Не чистят снег, дом "
            f"{number}.\n"
        )
        return "notice", text.replace("\n", "\r\n").encode()
    text = (
        "From: vacation@other.example\nTo: mcu@okrug.example\nSubject: Out of office\n"
        f"Message-ID: <ordinary.{number}@other.example>\nAuto-Submitted: auto-replied\n\nAway.\n"
    )
    return "autoreply", text.replace("\n", "\r\n").encode()


def mails(count: int) -> Iterator[tuple[str, bytes]]:
    """Hostile and ordinary mails in turn, the first ones «hostile»."""
    for number in range(count):
        yield "hostile", mutated(number)
        yield ordinary(number)


def as_served(raw: bytes) -> str:
    """The digest under which the daemon keeps a mail: Dovecot serves NUL as 0x80."""
    return hashlib.sha256(raw.replace(b"\x00", b"\x80")).hexdigest()


def put(post: RealPostOffice, some: Iterable[tuple[int, tuple[str, bytes]]]) -> list[Injected]:
    """Lay these mails into the mailbox as files; returns their kinds and digests."""
    box = post.base / "mail" / OURS / "Maildir"
    injected: list[Injected] = []
    for place, (kind, raw) in some:
        path = box / "tmp" / f"{1_700_000_000 + place}.M{place}.host"
        path.write_bytes(raw)
        shutil.chown(path, "mail", "mail")
        # Dovecot takes it away as soon as it stands there.
        path.rename(box / "new" / path.name)
        injected.append((kind, as_served(raw)))
    return injected


def rows(store: str) -> list[tuple[str, str, str | None]]:
    """(digest, state, kind) of every mail in the ledger."""
    engine = sa.create_engine(f"sqlite:///{store}")
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT sha256, state, kind FROM mails")).all()
    engine.dispose()
    return [tuple(row) for row in found]


def feed(
    post: RealPostOffice, daemon: subprocess.Popen[bytes], store: str, count: int
) -> tuple[Counter[Injected], float]:
    """Lay the mails down portion by portion; returns what was laid down, and seconds."""
    began = time.monotonic()
    injected: Counter[Injected] = Counter()
    waiting = enumerate(mails(count))
    while daemon.poll() is None:
        portion = list(itertools.islice(waiting, _AT_ONCE))
        if not portion:
            break
        injected.update(put(post, portion))
        watch(daemon, store, len(injected))
    return injected, time.monotonic() - began


def watch(daemon: subprocess.Popen[bytes], store: str, total: int) -> None:
    """Wait until nothing is left to decide or to move."""
    began = time.monotonic()
    engine = sa.create_engine(f"sqlite:///{store}")
    # The same bytes once more are one mail, as one that a person has put back.
    query = sa.text(
        "SELECT count(DISTINCT sha256), sum(NOT moved), sum(state = 'stored') FROM mails"
    )
    while time.monotonic() - began < _PATIENCE and daemon.poll() is None:
        time.sleep(1)
        with engine.connect() as connection:
            known, here, waiting = connection.execute(query).one()
        print(f"\r{known} of {total} fetched, {waiting} wait, {here} to move   ", end="")  # noqa: T201 - progress
        if known == total and not here and not waiting:
            break
    print()  # noqa: T201 - ends the line of progress
    engine.dispose()


def main() -> int:
    """Play it and print the figures; 0 when nothing died, was lost or stood still."""
    parser = argparse.ArgumentParser()
    parser.add_argument("mails", type=int, nargs="?", default=20_000)
    count = parser.parse_args().mails
    folder = Path(tempfile.mkdtemp(prefix="mcu-fuzz-"))
    with RealPostOffice({USER: PASSWORD}, ["okrug.example"]) as post:
        stage = Stage(folder, post, PASSWORD, {**NATIVE, "mail.imap.poll_seconds": 1})
        store, files = str(stage.desk.store.engine.url.database), stage.desk.store.files
        stage.close()
        post.mailbox(OURS)
        with (folder / "daemon.log").open("wb") as log:
            daemon = subprocess.Popen(
                [sys.executable, "-m", "mcu_mail", "run", "-c", str(stage.config)],
                stderr=log,
                env={**os.environ, PASSWORD_VARIABLE: PASSWORD},
            )
            injected, seconds = feed(post, daemon, store, count)
            died = daemon.poll() is not None
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(120)
        return report(injected, rows(store), files, folder, post, seconds, died=died)


def is_kept(files: Files, digest: str) -> bool:
    """Whether the very bytes lie in the store."""
    try:
        files.get(digest)
    except RefusedError:
        return False
    return True


def report(
    injected: Counter[Injected],
    ledger: list[tuple[str, str, str | None]],
    files: Files,
    folder: Path,
    post: RealPostOffice,
    seconds: float,
    *,
    died: bool,
) -> int:
    """Print what became of them."""
    digests = {digest for _, digest in injected}
    lost = [digest for digest in digests if not is_kept(files, digest)]
    states = Counter(state for _, state, _ in ledger)
    by_digest = {digest: kind for digest, _, kind in ledger}
    wrong = [
        digest for kind, digest in injected if kind != "hostile" and by_digest.get(digest) != kind
    ]
    folders = {
        name: len(post.mailbox(OURS, name))
        for name in ("INBOX", "МЦУ/Обработано", "МЦУ/Не разобрано", "МЦУ/Прочее")
    }
    log = (folder / "daemon.log").read_text(encoding="utf-8", errors="replace")
    figures = {
        "mails": injected.total(),
        "hostile": sum(number for (kind, _), number in injected.items() if kind == "hostile"),
        "seconds": round(seconds),
        "daemon deaths": int(died),
        "raw bytes not kept": len(lost),
        "ordinary not handled": len(wrong),
        "states": dict(states),
        "failed thrice": sum(kind == "failed" for _, _, kind in ledger),
        "folders": folders,
        "faults in the log": log.count(" ERROR "),
    }
    for name, value in figures.items():
        print(f"{name}: {value}")  # noqa: T201 - the figures are what it is for
    bad = died or lost or wrong or states["stored"] or folders["INBOX"]
    return int(bool(bad) or sum(folders.values()) != injected.total())


if __name__ == "__main__":
    sys.exit(main())

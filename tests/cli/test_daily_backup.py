"""The copy of the day: at its hour, once, read back, the oldest removed only after that."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from mcu_mail import wiring
from mcu_mail.errors import TemporaryError
from mcu_mail.failpoints import armed
from mcu_mail.service.backing_up import back_up_daily, last_backup
from mcu_mail.service.restoring import restore
from tests.cli.offices import TEXT, an_office
from tests.store.stores import NOW, keep_case, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcu_mail.service.desk import Desk

DAY = dt.timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An office that keeps two copies, with one case and one kept file."""
    config = an_office(tmp_path, TEXT.replace("backup_keep: 14", "backup_keep: 2"))
    opened = wiring.open_desk(config)
    keep_case(opened.store)
    opened.store.files.put(b"a mail")
    with closing(opened.press), closing(opened.store):
        yield opened


def made(desk: Desk) -> list[str]:
    return sorted(path.name for path in desk.backups.glob("*"))


def last(desk: Desk) -> dt.datetime | None:
    with desk.store.view() as view:
        return last_backup(view)


def test_a_copy_a_day_is_made_in_the_night_and_so_many_are_kept(desk: Desk, tmp_path: Path) -> None:
    assert back_up_daily(desk, NOW, at_once=True) == 0, "a new store waits for the night"
    assert last(desk) is None
    night = NOW.replace(hour=3, minute=31)
    for day in range(1, 4):
        assert back_up_daily(desk, night + day * DAY - dt.timedelta(minutes=5), at_once=True) == 0
        assert back_up_daily(desk, night + day * DAY, at_once=True) == 1
        assert back_up_daily(desk, night + day * DAY + dt.timedelta(hours=5), at_once=True) == 0
    assert made(desk) == ["files", "mcu-2026-11-25.zip", "mcu-2026-11-26.zip"]
    assert last(desk) == night + 3 * DAY

    folder = tmp_path / "again"
    newest = desk.backups / "mcu-2026-11-26.zip"
    restore(newest, f"sqlite:///{folder / 'mcu.db'}", folder / "files", NOW)
    again = open_store(folder)
    with again.view() as view:
        assert view.cases.by_number("2026-000001") is not None
    assert [path.read_bytes() for path in (folder / "files").rglob("*.bin")] == [b"a mail"]


def test_a_daemon_that_was_down_at_night_makes_it_later(desk: Desk) -> None:
    back_up_daily(desk, NOW, at_once=True)
    left = desk.backups / ".mcu-backup-killed"
    left.mkdir(parents=True)
    (left / "mcu.db").write_bytes(b"half a database")
    os.utime(left, (0, 0))
    assert back_up_daily(desk, NOW + 4 * DAY, at_once=True) == 1
    assert made(desk)[1:] == ["mcu-2026-11-27.zip"]


def test_a_large_store_is_copied_ahead_in_slices(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcu_mail.service.backing_up._SLICE", 1)
    desk.store.files.put(b"another mail")
    back_up_daily(desk, NOW, at_once=False)
    done = [back_up_daily(desk, NOW + DAY, at_once=False) for _ in range(4)]
    assert done == [1, 1, 0, 0]
    assert len(list((desk.backups / "files").rglob("*.bin"))) == 2


@pytest.mark.parametrize(
    "point", ["mirror.write", "backup.write", "backup.written", "backup.rename.before"]
)
def test_a_copy_that_fails_lets_go_of_none_that_is_there(desk: Desk, point: str) -> None:
    back_up_daily(desk, NOW, at_once=True)
    for day in (1, 2):
        back_up_daily(desk, NOW + day * DAY, at_once=True)
    before, at = made(desk), last(desk)
    desk.store.files.put(b"news")
    with armed(f"{point}=ENOSPC"), pytest.raises(TemporaryError):
        back_up_daily(desk, NOW + 3 * DAY, at_once=True)
    assert (made(desk), last(desk)) == (before, at)
    assert back_up_daily(desk, NOW + 3 * DAY, at_once=True) == 1


def test_a_gap_in_the_store_is_told_once(desk: Desk) -> None:
    digest = desk.store.files.put(b"to be lost")
    with desk.store.work() as work:
        work.mails.add(
            folder="INBOX",
            uidvalidity=1,
            uid=1,
            sha256=digest,
            size=10,
            arrived_at=NOW,
            stored_at=NOW,
        )
        work.commit()
    desk.store.files.path(digest).unlink()
    back_up_daily(desk, NOW, at_once=True)
    for day in (1, 2):
        assert back_up_daily(desk, NOW + day * DAY, at_once=True) == 1
    with desk.store.view() as view:
        told = view.queue.owed(NOW + 3 * DAY, 100)
    assert {one.key.rpartition(":")[0] for one in told} == {told[0].key.rpartition(":")[0]}
    assert told[0].key.startswith("backup_gaps:")

"""The health file: whole or not there, and read whatever it holds."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.domain.watch import HealthRecord, JobRecord, State
from mcu_mail.failpoints import armed
from mcu_mail.store import health_file

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Asia/Novokuznetsk")
NOW = datetime(2026, 11, 26, 9, 0, 0, 123456, tzinfo=UTC)
RECORD = HealthRecord(
    version="0.3.0",
    pid=7,
    state=State.working,
    started_at=NOW,
    noted_at=NOW,
    stale_after=300,
    at=NOW,
    job="papers",
    ticked_at=NOW,
    jobs={
        "mailbox": JobRecord(well_at=NOW),
        "smtp": JobRecord(failing_since=NOW, reason="нет связи", tries=4, until=NOW, alarmed=True),
    },
    counts={"open": 3},
    mails={"received": 4, "handled": 4},
    last_mail_at=NOW,
    free_mb=4000,
)


def test_what_is_written_is_read_again_to_the_microsecond(tmp_path: Path) -> None:
    path = tmp_path / "var" / "health.json"
    health_file.write(path, RECORD, ZONE)
    assert health_file.read(path) == RECORD
    document = json.loads(path.read_bytes())
    assert document["noted_at"] == "2026-11-26T16:00:00.123456+07:00"
    assert [item.name for item in path.parent.iterdir()] == ["health.json"]
    # Monitoring runs under a user of its own.
    assert stat.S_IMODE(path.stat().st_mode) == 0o644 or os.name == "nt"


@pytest.mark.parametrize("point", ["health.write", "health.rename.before"])
def test_a_full_disk_leaves_the_older_file_and_no_rest(tmp_path: Path, point: str) -> None:
    path = tmp_path / "health.json"
    health_file.write(path, RECORD, ZONE)
    newer = dataclasses.replace(RECORD, noted_at=NOW + timedelta(minutes=1))
    with armed(f"{point}=ENOSPC"), pytest.raises(OSError, match=point):
        health_file.write(path, newer, ZONE)
    assert health_file.read(path) == RECORD
    assert [item.name for item in tmp_path.iterdir()] == ["health.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'"\xff"',
        b'{"state": "working", "jobs": {}}',
        b'{"state": "asleep", "jobs": {}}',
        b'{"state": "working", "jobs": []}',
        b'{"state": "working", "jobs": {"a": 1}}',
        b'{"noted_at": 5, "state": "working", "jobs": {}}',
        b'{"noted_at": "2026-11-26T09:00:00", "state": "working", "jobs": {}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_health_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "health.json"
    path.write_bytes(content)
    assert health_file.read(path) is None


def test_no_file_and_a_folder_of_that_name_are_none(tmp_path: Path) -> None:
    assert health_file.read(tmp_path / "health.json") is None
    assert health_file.read(tmp_path) is None


def test_keys_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "health.json"
    health_file.write(path, RECORD, ZONE)
    document = json.loads(path.read_bytes())
    document["mood"] = "good"
    document["jobs"]["smtp"]["colour"] = "red"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert health_file.read(path) == RECORD

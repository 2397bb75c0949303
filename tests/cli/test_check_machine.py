"""What `check` says of the machine: a disk that forgets, a full one, a clock that is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mcu_mail.mail.probes import Fate, Measured, Outer
from mcu_mail.service.machine import machine_findings, zone_version
from mcu_mail.service.measured_words import faults_of
from mcu_mail.service.measuring import clock_ahead
from mcu_mail.settings import load
from tests.cli.offices import an_office
from tests.peers.full_disk import small_disk

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_mail.service.findings import Findings

TODAY = date(2026, 11, 23)
BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)
GB = 1_000_000_000


def looked_at(store: Path, *, least_free: int = 0, today: date = TODAY) -> Findings:
    return machine_findings(
        store=store, files=store / "files", share=store, least_free=least_free, today=today
    )


def test_a_store_in_memory_is_told(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        found = looked_at(disk)
        assert found.faults == ()
        assert any("лежит в памяти (tmpfs)" in note for note in found.notes)


def test_a_disk_with_too_little_room_is_a_fault_and_a_share_a_note(tmp_path: Path) -> None:
    found = looked_at(tmp_path, least_free=1_000_000 * GB)
    assert len(found.faults) == 1
    assert found.faults[0].startswith("store.files: На диске хранилища свободно ")
    assert any(note.startswith("folders.base: В сетевой папке") for note in found.notes)


def test_a_disk_whose_syncs_are_switched_off_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_PRELOAD", "libeatmydata.so")
    assert any("eatmydata" in note for note in looked_at(tmp_path).notes)


def test_old_zone_data_are_told(tmp_path: Path) -> None:
    year = int(zone_version()[:4])
    told = [
        any("часовых поясов" in note for note in looked_at(tmp_path, today=date(that, 6, 1)).notes)
        for that in (year, year + 1, year + 2)
    ]
    assert told == [False, False, True]


@pytest.mark.parametrize(
    ("arrived", "elapsed", "ahead"),
    [
        (0.4, 1.0, 0.0),
        (-0.7, 1.0, 0.7),
        (-300.0, 1.0, 300.0),
        (301.0, 1.0, -300.0),
        (5.0, 10.0, 0.0),
    ],
)
def test_the_clock_is_compared_with_that_of_the_mail_server(
    arrived: float, elapsed: float, ahead: float
) -> None:
    found = clock_ahead(BEGAN + timedelta(seconds=arrived), BEGAN, elapsed)
    assert found == pytest.approx(ahead)


@pytest.mark.parametrize(
    ("ahead", "told"),
    [(None, ""), (119.0, ""), (-119.0, ""), (180.0, "спешат на 3 мин"), (-600.0, "отстают на 10")],
)
def test_two_minutes_of_a_wrong_clock_are_a_fault(
    tmp_path: Path, ahead: float | None, told: str
) -> None:
    measured = Measured(
        delay=0.1,
        inner=None,
        top=None,
        plus=None,
        pair=None,
        doubles=None,
        results=Fate.unknown,
        marker=Fate.unknown,
        outer=Outer(seen=0, proven=0, ids=(), hosts=()),
        ahead=ahead,
    )
    faults = faults_of(measured, load(an_office(tmp_path)))
    assert [told in fault for fault in faults] == ([True] if told else [])

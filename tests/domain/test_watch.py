"""What an outside watcher is told, and what a log never holds."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.discreet import discreet
from mcu_mail.domain.watch import HealthRecord, JobRecord, State, faults_of, faults_within

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
WELL = HealthRecord(
    version="0.3.0",
    pid=7,
    state=State.working,
    started_at=NOW - timedelta(days=1),
    noted_at=NOW - timedelta(seconds=20),
    stale_after=300,
    at=NOW,
    ticked_at=NOW,
    jobs={"mailbox": JobRecord(well_at=NOW)},
    counts={"open": 3, "overdue": 1, "unknown": 0},
)


def failing(minutes: float, *, alarmed: bool = False) -> JobRecord:
    since = NOW - timedelta(minutes=minutes)
    return JobRecord(failing_since=since, reason="нет связи", tries=3, alarmed=alarmed)


def codes(record: HealthRecord | None, now: datetime = NOW) -> list[str]:
    return [one.code for one in faults_of(record, now)]


def test_a_service_that_ticks_and_fails_at_nothing_is_well() -> None:
    assert codes(WELL) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"jobs": {"smtp": failing(9)}}, []),
        ({"jobs": {"smtp": failing(10)}}, ["job:smtp"]),
        ({"jobs": {"mailbox": failing(0, alarmed=True)}}, ["job:mailbox"]),
        ({"state": State.stopped}, ["stopped"]),
        ({"state": State.done}, []),
        ({"noted_at": NOW - timedelta(seconds=300)}, []),
        ({"noted_at": NOW - timedelta(seconds=301)}, ["stalled"]),
        ({"noted_at": NOW - timedelta(days=3), "state": State.done}, ["stalled"]),
        # A clock that was put back must not look like a stall for ever, nor hide one.
        ({"noted_at": NOW + timedelta(hours=1)}, []),
        # It notes that it moves, and no round has come to an end for an hour.
        ({"ticked_at": NOW - timedelta(minutes=61)}, ["stalled"]),
        ({"started_at": NOW - timedelta(minutes=61), "ticked_at": None}, ["stalled"]),
        ({"ticked_at": NOW - timedelta(minutes=61), "state": State.done}, []),
        ({"ticked_at": NOW - timedelta(minutes=60)}, []),
        ({"jobs": {"clock": failing(0, alarmed=True)}}, ["job:clock"]),
        ({"free_mb": 499}, ["disk"]),
        ({"free_mb": 500}, []),
        ({"free_mb": 500, "least_free_mb": 501}, ["disk"]),
        ({"free_mb": 1, "least_free_mb": 0}, []),
        ({"certificate_days": 13}, ["certificate"]),
        ({"certificate_days": -1}, ["certificate"]),
        ({"certificate_days": 14}, []),
        ({"quota_percent": 89}, []),
        ({"quota_percent": 90}, ["quota"]),
        ({"backup_at": NOW - timedelta(hours=37)}, ["backup"]),
        ({"backup_at": NOW - timedelta(hours=36)}, []),
        ({"counts": {"unknown": 1}}, ["unknown"]),
        ({"counts": {"overdue": 9, "aside": 9}}, []),
        ({"mails": {"unknown": 2}}, ["census"]),
        ({"mails": {"difference": -1}}, ["census"]),
        ({"mails": {"unknown": 0, "left": 0, "received": 40}}, []),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, object], told: list[str]) -> None:
    assert codes(dataclasses.replace(WELL, **changes)) == told  # type: ignore[arg-type]  # a table


def test_without_a_file_nothing_is_well() -> None:
    assert codes(None) == ["no_file"]


def test_a_stall_names_what_the_service_had_begun_and_stands_first() -> None:
    record = dataclasses.replace(
        WELL, job="papers", noted_at=NOW - timedelta(minutes=40), jobs={"smtp": failing(30)}
    )
    first, second = faults_of(record, NOW)
    assert (first.code, second.code) == ("stalled", "job:smtp")
    assert "40 мин" in first.text
    assert "подготовка файлов писем" in first.text


def test_since_when_a_job_fails_is_reckoned_by_the_services_own_moment() -> None:
    played = dataclasses.replace(
        WELL,
        at=NOW - timedelta(days=300),
        jobs={"smtp": JobRecord(failing_since=NOW - timedelta(days=300, minutes=5))},
    )
    assert faults_within(played) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("550 <anna@okrug.example> unknown", "550 <<address>> unknown"),
        ("ящик «head@okrug.example» не принят", "ящик «<address>» не принят"),
        ("user=фёдор@администрация.рф,x", "user=<address>,x"),
        ("позвоните 8-999-000-11-02", "позвоните <phone>"),
        ("+7 (999) 000-11-02.", "<phone>."),
        ("+79990001102", "<phone>"),
        ("дело 2026-000123, порт 993", "дело 2026-000123, порт 993"),
        ("2026-11-26T09:00:00+07:00", "2026-11-26T09:00:00+07:00"),
        ("452 4.3.1 queue 8A0991112233", "452 4.3.1 queue 8A0991112233"),
    ],
)
def test_neither_addresses_nor_telephones_stay(text: str, said: str) -> None:
    assert discreet(text) == said


@given(st.text(alphabet="a@.,; <>«»89-() +", max_size=200))
def test_whatever_is_left_holds_no_address(text: str) -> None:
    left = discreet(text)
    assert discreet(left) == left
    words = left.replace("<address>", " ").split()
    assert not any(word[0].isalnum() and word[-1].isalnum() for word in words if "a@a" in word)

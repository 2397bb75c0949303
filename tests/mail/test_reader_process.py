"""The process that reads mails: the same values, and nothing that can be done to us through it."""

from __future__ import annotations

import os
import pickle
import signal
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.domain.notice import Source
from mcu_mail.errors import TemporaryError
from mcu_mail.guard import CrashedError, Kept, TooSlowError
from mcu_mail.mail.plain_values import unpacked_value
from mcu_mail.mail.reader import Reader
from mcu_mail.mail.reading import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONE = ZoneInfo("Asia/Novokuznetsk")
SOURCES = (Source(track="governor", senders=("press@region.example",)),)
SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "replies").glob("*.eml"))
NOTICE = (
    "From: press@region.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: 8bit\n\n"
    "Дата и время: 23.11.2026 08:15\nЗаявитель: Небывалова Алла Игнатьевна\n"
    "Адрес: пгт Тяжинский, ул. Образцовая, д. 7\nТекст: Не чистят снег.\n"
    "Ответ направить до 18.00 24.11.2026.\n"
).encode()
POISONED = "tests.peers.poisoned_reader"


def mail(poison: str = "") -> bytes:
    return f"From: a@city.test\nX-Poison: {poison}\n\nСогласовано\n".encode()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with closing(Reader()) as one:
        yield one


def test_the_process_gives_what_reading_here_would_give(reader: Reader) -> None:
    for raw in [NOTICE, *(path.read_bytes() for path in SAMPLES)]:
        assert reader.read(raw, SOURCES, ZONE) == read_whole(raw, SOURCES, ZONE)


def test_one_process_reads_one_mail_after_another(reader: Reader) -> None:
    reader.read(mail(), SOURCES, ZONE)
    first = reader.pid
    reader.read(mail(), SOURCES, ZONE)
    assert first is not None
    assert reader.pid == first


def test_a_large_mail_is_read_and_its_memory_is_given_back(reader: Reader) -> None:
    large = b"From: a@city.test\n\n" + b"word " * 2_000_000
    assert reader.read(large, SOURCES, ZONE).mail.sender.address == "a@city.test"
    assert reader.pid is None
    assert reader.read(mail(), SOURCES, ZONE).new.text == "Согласовано"


@pytest.mark.parametrize(
    ("poison", "error"),
    [
        ("hang", TooSlowError),
        ("spin", (CrashedError, TooSlowError)),
        ("eat", CrashedError),
        ("overflow", CrashedError),
        ("crash", CrashedError),
        ("end", CrashedError),
        ("order", CrashedError),
        ("nonsense", CrashedError),
        ("other", CrashedError),
    ],
)
def test_whatever_a_mail_does_to_its_reader_the_next_one_is_read(
    poison: str, error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(Reader(POISONED, seconds=3)) as reader:
        with pytest.raises(error):
            reader.read(mail(poison), SOURCES, ZONE)
        assert reader.read(mail(), SOURCES, ZONE).new.text == "Согласовано"
    assert list(tmp_path.iterdir()) == [], "nothing of its answer was carried out"


def test_what_a_library_prints_is_no_answer() -> None:
    with closing(Reader(POISONED, seconds=30)) as reader:
        assert reader.read(mail("flood"), SOURCES, ZONE).new.text == "Согласовано"


def test_a_reader_that_was_killed_while_it_waited_is_started_again() -> None:
    with closing(Reader()) as reader:
        reader.read(mail(), SOURCES, ZONE)
        assert reader.pid is not None
        os.kill(reader.pid, signal.SIGKILL)
        while Path(f"/proc/{reader.pid}").exists():
            time.sleep(0.01)
        assert reader.read(mail(), SOURCES, ZONE).new.text == "Согласовано"


def test_a_reader_that_cannot_start_blames_no_mail() -> None:
    with closing(Kept("mcu_mail.no_such_module")) as process, pytest.raises(TemporaryError):
        process.ask(b"")


class _Getattr:
    def __reduce__(self) -> tuple[object, ...]:
        return getattr, (ZoneInfo, "clear_cache")


READING = "mcu_mail.mail.reading:Reading"
VALUES: tuple[object, ...] = (
    ("value", "mcu_mail.guard:Kept", [("module", "x")]),
    ("value", "mcu_mail.mail.reader:Reader", []),
    ("value", "mcu_mail.mail.reading:read_whole", []),
    ("value", "os:system", [("command", "true")]),
    ("value", READING, [("unheard_of", 1)]),
    ("value", "mcu_mail.mail.reading:Reading.is_notification", []),
    ("enum", "mcu_mail.mail.kind:MailKind", "unheard_of"),
    ("moment", "2026-11-26T10:00:00", "../../etc/passwd", 0),
    ("unheard_of",),
    [],
    {"a": 1},
)


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cmcu_mail.mail.reading\nReading\n}S'absent'\nI01\nsb.",
        pickle.dumps(_Getattr()),
        *(pickle.dumps(value) for value in VALUES),
    ],
)
def test_an_answer_can_name_nothing_that_acts(content: bytes) -> None:
    with pytest.raises((
        pickle.UnpicklingError,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        OSError,
    )):
        unpacked_value(content)


def test_an_order_that_was_stopped_half_way_leaves_no_answer_to_the_next_one() -> None:
    with closing(Reader(POISONED, seconds=30)) as reader:
        with pytest.raises(CrashedError):
            reader.read(mail("length"), SOURCES, ZONE)
        assert reader.read(mail(), SOURCES, ZONE).new.text == "Согласовано"


def test_a_stop_of_the_whole_service_is_no_fault_of_the_mail() -> None:
    with closing(Reader(POISONED, seconds=30)) as reader:
        reader.read(mail(), SOURCES, ZONE)
        assert reader.pid is not None
        os.kill(reader.pid, signal.SIGTERM)
        assert reader.read(mail(), SOURCES, ZONE).new.text == "Согласовано"
        with pytest.raises(TemporaryError):
            reader.read(mail("stopped"), SOURCES, ZONE)

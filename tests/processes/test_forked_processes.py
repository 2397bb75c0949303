"""One source forks a fresh child for each order; nothing that a file does reaches further."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mcu_mail import failpoints, guard
from mcu_mail.errors import TemporaryError
from mcu_mail.forking import Forked
from mcu_mail.guard import CPU_SECONDS, MEMORY_BYTES, CrashedError, Kept, TooSlowError, guarded
from mcu_mail.mail.reader_process import handle
from mcu_mail.starting import Started
from tests.peers.guarded_harm import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcu_mail.starting import Way

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not fork")
HARM = "tests.peers.guarded_harm"
CUT = (b"cut", pickle.dumps(("Согласовано", ("Согласуете?",))), b"")
MODULES = (
    ("annex_reading", (b'{"do": "photo"}', b"")),
    ("draft_reading", (b"",)),
    ("esign_reading", (b"",)),
    ("ink_reading", (b"", b"", b"")),
    ("scan_reading", (b"",)),
    ("scan_cutting", (b"",)),
)
MOST_RESIDENT_KB = 80_000
DAEMON = f"""
import sys
from mcu_mail.guard import guarded
guarded({HARM!r}, "hang", sys.argv[1], blobs=())
"""


@pytest.fixture(scope="module")
def way() -> Iterator[Forked]:
    with closing(Forked()) as one:
        yield one


@pytest.fixture(scope="module")
def ways(way: Forked) -> dict[str, Way]:
    return {"forked": way, "started": Started()}


def state(way: Way, *blobs: bytes) -> dict[str, Any]:
    *same, told = guarded(HARM, "tell", blobs=blobs, way=way)
    assert tuple(same) == blobs
    found: dict[str, Any] = json.loads(told)
    return found


def source(way: Forked) -> int:
    return int(state(way)["parent"])


def await_file(path: Path) -> int:
    while not path.exists():
        time.sleep(0.01)
    return int(path.read_text(encoding="ascii"))


def await_end(*pids: int) -> None:
    """A zombie has ended; whoever is its parent by now takes note when he likes."""
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        while (
            stat.exists() and stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
        ):
            time.sleep(0.01)


@pytest.mark.parametrize("name", ["forked", "started"])
@pytest.mark.parametrize(
    ("harm", "error"),
    [
        ("break", CrashedError),
        ("end", CrashedError),
        ("leave", CrashedError),
        ("eat", CrashedError),
        ("hang", TooSlowError),
        ("fail", TemporaryError),
        ("stop", TemporaryError),
    ],
)
def test_whatever_an_order_does_to_its_process_the_next_one_is_done(
    ways: dict[str, Way], name: str, harm: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        guarded(HARM, harm, blobs=(b"a file",), way=ways[name], seconds=60 if harm != "hang" else 1)
    assert type(caught.value) is error
    assert SECRET not in str(caught.value)
    assert ("ValueError" in str(caught.value)) is (harm == "fail")
    assert state(ways[name], b"next", b"")


def test_a_module_that_cannot_be_loaded_blames_no_file(ways: dict[str, Way]) -> None:
    for way in ways.values():
        with pytest.raises(TemporaryError, match="no_such_module не работает: "):
            guarded("mcu_mail.no_such_module", blobs=(b"x" * 5_000_000,), way=way)


def test_an_order_that_fails_leaves_the_source_and_one_that_breaks_memory_a_new_one(
    way: Forked,
) -> None:
    first = source(way)
    for harm in ("end", "eat", "fail"):
        with pytest.raises((CrashedError, TemporaryError)):
            guarded(HARM, harm, blobs=(), way=way)
    assert source(way) == first
    with pytest.raises(CrashedError):
        guarded(HARM, "break", blobs=(), way=way)
    assert source(way) != first, "what is known of its layout is worth nothing any more"
    assert not Path(f"/proc/{first}").exists()


def test_orders_that_go_on_when_another_one_breaks_are_answered(
    way: Forked, tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    first = source(way)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(guarded, HARM, "meet", str(fifo), "r", blobs=(), way=way)
        with fifo.open("w", encoding="ascii"):
            with pytest.raises(CrashedError):
                guarded(HARM, "break", blobs=(), way=way)
            assert source(way) != first
        assert json.loads(waits.result()[0])["parent"] == first
    assert not Path(f"/proc/{first}").exists(), "it ends with its last child"


def test_a_child_has_the_limits_and_nothing_of_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_MAIL_PASSWORD", SECRET)
    monkeypatch.setenv(failpoints.VARIABLE, "*=kill")
    with closing(Forked()) as way, Path(__file__).open("rb"), failpoints.armed("*=kill"):
        found, other = state(way), state(way)
    assert SECRET not in str(found["environment"])
    assert failpoints.VARIABLE not in found["environment"]
    # The fourth is the list of them itself.
    assert found["handles"] == [0, 1, 2, 3]
    memory, core, cpu = found["limits"]
    assert (memory, core) == (MEMORY_BYTES, 0)
    assert CPU_SECONDS <= cpu <= CPU_SECONDS + 2
    assert found["threads"] == 1
    assert found["orders"] == other["orders"] == [], "it has read nothing of another order"
    assert found["pid"] != other["pid"]
    assert found["parent"] == other["parent"] != os.getpid()
    assert not set(found["random"]) & set(other["random"])


def test_orders_of_several_threads_are_done_at_the_same_time(way: Forked, tmp_path: Path) -> None:
    fifos = [tmp_path / str(number) for number in range(4)]
    for fifo in fifos:
        os.mkfifo(fifo)
    with ThreadPoolExecutor(8) as pool:
        done = [
            pool.submit(guarded, HARM, "meet", str(fifo), how, blobs=(how.encode(),), way=way)
            for how in "rw"
            for fifo in fifos
        ]
        assert [one.result()[0] for one in done] == [b"r"] * 4 + [b"w"] * 4


def test_large_orders_go_both_ways(way: Forked) -> None:
    large = os.urandom(1 << 20) * 20
    assert state(way, large, b"", large)


def test_a_child_that_answers_without_an_end_is_ended_by_its_time_and_by_its_size() -> None:
    for most, seconds, error in ((1 << 30, 0.5, TooSlowError), (1 << 16, 60, CrashedError)):
        with closing(Forked(most_bytes=most)) as way:
            with pytest.raises(error):
                guarded(HARM, "flood", blobs=(), way=way, seconds=seconds)
            assert state(way)["orders"] == []


def test_nothing_is_left_of_many_orders(way: Forked) -> None:
    pid = source(way)

    def left() -> tuple[int, int, str]:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        handles = (list(Path(f"/proc/{one}/fd").iterdir()) for one in (pid, os.getpid()))
        ours, its = map(len, handles)
        return ours, its, children

    before = left()
    for harm in ("tell", "end", "hang") * 3:
        fails = harm != "tell"
        with pytest.raises((CrashedError, TooSlowError)) if fails else nullcontext():
            guarded(HARM, harm, blobs=(b"x",), way=way, seconds=0.2 if harm == "hang" else 60)
    assert source(way) == pid
    assert left() == before
    assert before[2] == ""


def test_a_source_that_was_killed_between_two_orders_is_started_anew(way: Forked) -> None:
    first = source(way)
    os.kill(first, signal.SIGKILL)
    assert source(way) != first
    assert not Path(f"/proc/{first}").exists()


def test_a_source_that_is_killed_takes_its_children_along_and_blames_no_file(
    way: Forked, tmp_path: Path
) -> None:
    first = source(way)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(guarded, HARM, "hang", str(tmp_path / "pid"), blobs=(), way=way)
        child = await_file(tmp_path / "pid")
        os.kill(first, signal.SIGKILL)
        with pytest.raises(TemporaryError):
            waits.result()
    await_end(child)
    assert source(way) != first


def test_a_source_that_hangs_before_an_order_is_left_for_a_new_one() -> None:
    with closing(Forked(begin_seconds=1)) as way:
        first = source(way)
        os.kill(first, signal.SIGSTOP)
        assert source(way) != first
        assert not Path(f"/proc/{first}").exists()


def test_a_source_that_hangs_during_an_order_ends_with_it_and_blames_no_file(
    way: Forked, tmp_path: Path
) -> None:
    first = source(way)
    with ThreadPoolExecutor(1) as pool:
        order = pool.submit(
            guarded, HARM, "hang", str(tmp_path / "pid"), blobs=(), way=way, seconds=1
        )
        child = await_file(tmp_path / "pid")
        os.kill(first, signal.SIGSTOP)
        with pytest.raises(TemporaryError):
            order.result()
    await_end(first, child)
    assert source(way) != first


def test_a_killed_daemon_leaves_neither_source_nor_child(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", DAEMON, str(tmp_path / "pid")]) as daemon:
        child = await_file(tmp_path / "pid")
        stat = Path(f"/proc/{child}/stat").read_text(encoding="ascii")
        parent = int(stat.rpartition(")")[2].split()[1])
        daemon.kill()
    await_end(parent, child)
    assert parent != daemon.pid


def test_a_source_that_was_closed_is_gone_and_the_next_order_starts_another() -> None:
    way = Forked()
    first = source(way)
    way.close()
    assert not Path(f"/proc/{first}").exists()
    with closing(way):
        assert source(way) != first


def test_a_source_that_cannot_start_blames_no_file() -> None:
    def start(_orders: object) -> Any:
        raise BlockingIOError

    with closing(Forked(start=start)) as way, pytest.raises(TemporaryError):
        guarded(HARM, "tell", blobs=(), way=way)


def test_the_way_of_other_systems_keeps_a_process_too() -> None:
    with closing(Kept("mcu_mail.mail.reader_process", way=Started())) as process:
        assert process.ask(*CUT) == handle(CUT)


def test_a_source_that_has_everything_loaded_has_one_thread_and_stays_small() -> None:
    with closing(Forked()) as way:
        for module, blobs in MODULES:
            assert guarded(f"mcu_mail.documents.{module}", "pdf", "[]", blobs=blobs, way=way)
        with closing(Kept("mcu_mail.mail.reader_process", way=way)) as process:
            assert process.ask(*CUT) == handle(CUT)
        status = Path(f"/proc/{source(way)}/status").read_text(encoding="ascii")
    figures = dict(line.split(":", 1) for line in status.splitlines())
    assert int(figures["VmRSS"].split()[0]) < MOST_RESIDENT_KB
    assert int(figures["Threads"]) == 1


def test_forking_is_what_this_system_does() -> None:
    assert isinstance(guard._way, Forked)

"""What is on the disk before what, as the kernel sees it: a power cut loses nothing committed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_WRITES = """
import sys
from pathlib import Path
from tests.store.stores import NOW, open_store
store = open_store(Path(sys.argv[1]))
digest = store.files.put(b"a letter")
for index in range(3):
    with store.work() as work:
        work.facts.set(f"letter {index}", digest)
        work.commit()
"""
_CALLS = "trace=openat,close,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2"
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_FD = re.compile(r"^(\d+)<([^>]*)>")


def traced(folder: Path) -> list[tuple[str, str]]:
    """(call, path) of every write, sync and rename of what the script does after the migrations."""
    strace = shutil.which("strace")
    if strace is None:
        if os.environ.get("MCU_MAIL_REQUIRE_PEERS"):
            pytest.fail("strace is required here")
        pytest.skip("strace is absent")
    log = folder / "trace"
    subprocess.run(
        [
            *(strace, "--seccomp-bpf", "-f", "-y", "-s", "0", "-e", _CALLS, "-o", log),
            *(sys.executable, "-c", _WRITES, folder / "office"),
        ],
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "MCU_MAIL_TEST_STORE": ""},
    )
    found = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        call = _CALL.match(line)
        if call is None or int(call[3]) < 0:
            continue
        name, arguments = call[1], call[2]
        handle = _FD.match(arguments)
        if name.startswith("rename"):
            found.append(("rename", arguments.rsplit('"', 2)[1]))
        elif handle is not None and name in {"write", "pwrite64", "fsync", "fdatasync"}:
            kind = "sync" if "sync" in name else "write"
            found.append((kind, handle[2]))
    return [(name, path) for name, path in found if str(folder / "office") in path]


def test_a_file_is_whole_on_disk_before_a_row_that_names_it_and_each_commit_is_synced(
    tmp_path: Path,
) -> None:
    (tmp_path / "office").mkdir()
    calls = traced(tmp_path)
    (renamed,) = [place for place, call in enumerate(calls) if call[0] == "rename"]
    target = calls[renamed][1]
    temporary = [path for name, path in calls[:renamed] if name == "write" and ".tmp" in path]
    assert temporary, "written under another name"
    before = calls[:renamed]
    assert before.index(("sync", temporary[-1])) > before.index(("write", temporary[-1]))
    assert calls[renamed + 1] == ("sync", str(Path(target).parent)), "the name is on disk too"

    after = calls[renamed + 2 :]
    assert {path.rpartition("/")[2] for _, path in after} <= {"mcu.db", "mcu.db-wal", "mcu.db-shm"}
    log = [name for name, path in after if path.endswith("-wal")]
    commits = re.findall(r"(?:write )+sync", " ".join(log))
    assert len(commits) >= 3, "synchronous=FULL: every commit waits for the disk"

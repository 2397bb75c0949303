"""The copy of the templates in use: written once for a set, and no damage to it stops a start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mcu_mail.errors import RefusedError
from mcu_mail.settings.template_set import Templates, TemplateSet

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = b"broken"


def faults(found: TemplateSet) -> tuple[str, ...]:
    return tuple(name for name, content in found.files.items() if content == BROKEN)


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "mails").mkdir(parents=True)
    write(tmp_path, b"good")
    return tmp_path


def write(office: Path, content: bytes) -> None:
    (office / "templates" / "mails" / "task.j2").write_bytes(content)


def start(office: Path) -> Templates:
    return Templates(office / "templates", office / "kept.zip", faults)


def test_a_start_with_the_set_that_is_kept_writes_nothing(office: Path) -> None:
    start(office)
    before = (office / "kept.zip").stat()
    start(office)
    after = (office / "kept.zip").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    write(office, b"better")
    start(office)
    write(office, BROKEN)
    assert start(office).current.files == {"mails/task.j2": b"better"}


def test_a_damaged_copy_is_written_anew_and_never_used(office: Path) -> None:
    start(office)
    whole = (office / "kept.zip").read_bytes()
    damaged = [whole[:length] for length in range(0, len(whole), 5)]
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        damaged.append(bytes(changed))
    for content in damaged:
        (office / "kept.zip").write_bytes(content)
        start(office)
        write(office, BROKEN)
        assert start(office).current.files == {"mails/task.j2": b"good"}
        write(office, b"good")
    (office / "kept.zip").write_bytes(whole[:20])
    write(office, BROKEN)
    with pytest.raises(RefusedError):
        start(office)

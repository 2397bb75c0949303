"""Kept bytes: whole, under their digest, never silently altered."""

import errno
import hashlib
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.failpoints import armed
from mcu_mail.store.files import Files


@pytest.mark.parametrize("content", [b"", b"\x00", "Снег".encode(), os.urandom(300_000)])
def test_a_file_comes_back_whole_under_its_digest(tmp_path: Path, content: bytes) -> None:
    files = Files(tmp_path / "files")
    digest = files.put(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert files.get(digest) == content


def test_the_same_bytes_are_one_file_and_nothing_else_is_left(tmp_path: Path) -> None:
    files = Files(tmp_path)
    first, second = files.put(b"scan"), files.put(b"scan")
    assert first == second
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [files.path(first)]


def test_pieces_and_many_at_once_are_kept_as_any_file(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    content = os.urandom(3_000_000)
    pieces = [content[start : start + 700_000] for start in range(0, len(content), 700_000)]
    assert files.put_pieces(pieces) == (files.put(content), len(content))
    digests = files.put_all([content, b"1", b"2", b"1"])
    assert [files.get(one) for one in digests] == [content, b"1", b"2", b"1"]
    assert files.put_all([]) == []
    assert files.head(digests[0], 100) == content[:100]
    assert files.head(digests[1], 100) == b"1"
    files.path(digests[0]).write_bytes(content + b"!")
    with pytest.raises(RefusedError, match="изменён"):
        files.head(digests[0], 100)
    with pytest.raises(RefusedError, match="не читается"):
        files.head("0" * 64, 100)
    kept = {path for path in (tmp_path / "files").rglob("*") if path.is_file()}
    assert kept == set(map(files.path, digests))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_service_may_read_what_is_kept(tmp_path: Path) -> None:
    files = Files(tmp_path)
    path = files.path(files.put("персональные данные".encode()))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("altered", [b"", b"scam", b"scan\n"])
def test_an_altered_file_is_never_handed_out(tmp_path: Path, altered: bytes) -> None:
    files = Files(tmp_path)
    digest = files.put(b"scan")
    files.path(digest).write_bytes(altered)
    with pytest.raises(RefusedError, match="изменён на диске"):
        files.get(digest)


def test_putting_the_bytes_again_heals_an_altered_file(tmp_path: Path) -> None:
    files = Files(tmp_path)
    digest = files.put(b"scan")
    files.path(digest).write_bytes(b"sc")
    assert files.put(b"scan") == digest
    assert files.get(digest) == b"scan"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="не читается"):
        Files(tmp_path).get("0" * 64)


def test_a_disk_that_cannot_be_written_is_a_temporary_matter(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"a file where the folder should be")
    with pytest.raises(TemporaryError, match="файл не сохранён"):
        Files(tmp_path / "files").put(b"scan")


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size`: the disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_a_temporary_matter_and_leaves_no_half(tmp_path: Path) -> None:
    files = Files(tmp_path)
    with no_more_than(10_000), pytest.raises(TemporaryError, match=os.strerror(errno.EFBIG)):
        files.put(b"x" * 20_000)
    assert list(tmp_path.rglob("*.bin")) == []

    assert files.get(files.put(b"x" * 20_000)) == b"x" * 20_000


def test_a_half_that_a_killed_daemon_left_is_in_nobodys_way_and_does_not_stay(
    tmp_path: Path,
) -> None:
    files = Files(tmp_path)
    with armed("kept.rename.before=EIO"), pytest.raises(TemporaryError):
        files.put(b"scan")
    (half,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert half.suffix == ".tmp"
    assert files.get(files.put(b"letter")) == b"letter"
    assert half.is_file()
    files.end_unfinished()
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"letter"]

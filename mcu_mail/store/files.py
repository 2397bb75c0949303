"""Bytes kept for good, each under its SHA-256: raw mails, letters, scans, sent messages.

A file is written whole, synced and renamed, so a name never stands for half a content; putting
the same bytes twice is one file. Nothing here is ever deleted (rule R6 of `threats.md`).
"""

from __future__ import annotations

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError, TemporaryError, why
from mcu_mail.failpoints import fail_point

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import IO

_PIECE = 1 << 20
_AT_ONCE = 16


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_UNFINISHED = "unfinished"


class Files:
    """The store's files below one folder."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._unfinished = base / _UNFINISHED

    def path(self, sha256: str) -> Path:
        """Where the content of that digest stands, whether it is there or not."""
        return self.base / sha256[:2] / f"{sha256}.bin"

    def put(self, content: bytes) -> str:
        """Keep `content` and return its SHA-256; it is on disk when this returns.

        Raises:
            TemporaryError: the disk is full or cannot be written.

        """
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        try:
            if not self._holds(digest):
                self._write_whole(target, content)
        except OSError as error:
            raise TemporaryError(f"файл не сохранён на диск: {why(error)}") from error
        return digest

    def put_stream(self, sha256: str, source: IO[bytes]) -> tuple[str, int]:
        """Keep what is read under the digest it is said to have, in small pieces of memory.

        Returns:
            (the digest of what was read, its octets): other bytes than said are not kept, where
            the right ones stand already nothing is written.

        """
        target = self.path(sha256)
        if self._holds(sha256):
            return sha256, target.stat().st_size
        part = self._unfinished / f"{target.stem}.{os.getpid()}.tmp"
        for folder in (self._unfinished, target.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest, octets = hashlib.sha256(), 0
        with part.open("wb") as file:
            part.chmod(0o600)
            fail_point("kept.stream.write")
            while piece := source.read(_PIECE):
                digest.update(piece)
                octets += len(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        found = digest.hexdigest()
        if found == sha256:
            fail_point("kept.stream.rename.before")
            part.replace(target)
            fail_point("kept.stream.rename.after")
            sync_folder(target.parent)
        else:
            part.unlink()
        return found, octets

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        """Keep many contents and return their SHA-256 in order; raises as `put`.

        A disk that is asked to sync several files at once does it in hardly more time than one.
        """
        with ThreadPoolExecutor(min(_AT_ONCE, max(1, len(contents)))) as pool:
            return list(pool.map(self.put, contents))

    def put_pieces(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        """Keep a content that is too large for memory; its SHA-256 and its octets.

        Raises:
            TemporaryError: as `put`; so does whatever the pieces come from.

        """
        digest, size = hashlib.sha256(), 0
        arriving = self._unfinished / f"arriving.{os.getpid()}.tmp"
        try:
            self._unfinished.mkdir(parents=True, exist_ok=True, mode=0o700)
            with arriving.open("wb") as file:
                arriving.chmod(0o600)
                for piece in pieces:
                    fail_point("kept.piece")
                    file.write(piece)
                    digest.update(piece)
                    size += len(piece)
                file.flush()
                os.fsync(file.fileno())
            target = self.path(digest.hexdigest())
            target.parent.mkdir(exist_ok=True, mode=0o700)
            fail_point("kept.pieces.rename.before")
            arriving.replace(target)
            fail_point("kept.pieces.rename.after")
            sync_folder(target.parent)
        except OSError as error:
            raise TemporaryError(f"файл не сохранён на диск: {why(error)}") from error
        return digest.hexdigest(), size

    def head(self, sha256: str, octets: int) -> bytes:
        """The first bytes of the content of that digest; raises as `get`."""
        digest, head = hashlib.sha256(), b""
        try:
            with self.path(sha256).open("rb") as file:
                while piece := file.read(_PIECE):
                    head = head or piece[:octets]
                    digest.update(piece)
        except OSError as error:
            raise RefusedError(f"сохранённый файл {sha256[:12]} не читается") from error
        if digest.hexdigest() != sha256:
            raise RefusedError(f"сохранённый файл {sha256[:12]} изменён на диске")
        return head

    def get(self, sha256: str) -> bytes:
        """The content of that digest.

        Raises:
            RefusedError: it is missing or was altered on disk.

        """
        try:
            content = self.path(sha256).read_bytes()
        except OSError as error:
            raise RefusedError(f"сохранённый файл {sha256[:12]} не читается") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise RefusedError(f"сохранённый файл {sha256[:12]} изменён на диске")
        return content

    def _holds(self, sha256: str) -> bool:
        # An altered file is written anew: the bytes at hand are the ones that were kept.
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            return False
        return hashlib.sha256(content).hexdigest() == sha256

    def end_unfinished(self) -> None:
        """Remove what a killed process had begun to keep; for the one who holds the store.

        A command at work beside the daemon would be told that its file could not be kept.
        """
        for path in self._unfinished.glob("*.tmp"):
            fail_point("kept.unfinished.before")
            path.unlink(missing_ok=True)

    def _write_whole(self, target: Path, content: bytes) -> None:
        # In one folder of their own: what a killed process left is found without a long look.
        temporary = self._unfinished / f"{target.stem}.{os.getpid()}.{threading.get_ident()}.tmp"
        for folder in (self._unfinished, target.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with temporary.open("wb") as file:
            temporary.chmod(0o600)
            fail_point("kept.write")
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fail_point("kept.rename.before")
        temporary.replace(target)
        fail_point("kept.rename.after")
        sync_folder(target.parent)

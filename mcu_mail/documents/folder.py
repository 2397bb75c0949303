"""The clerk's folders on a network share: what is put there, and what is taken from there.

Files are written whole under a temporary name and then renamed, so the clerk never sees half a
letter. A scan is taken by renaming it into a hidden work folder on the same file system; nothing is
read before, and what a killed daemon left there is found again by `leftovers`. A file is never
deleted before its bytes are safe elsewhere. An unmounted share looks like an empty folder: a marker
file tells them apart, and without it every call raises `TemporaryError`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.documents.dropped import Claimed, Dropped
from mcu_mail.documents.file_names import is_service_file, numbered, safe_name
from mcu_mail.documents.whole_files import disk, end_unfinished, holds, move, write_whole
from mcu_mail.errors import TemporaryError
from mcu_mail.failpoints import fail_point
from mcu_mail.waits import may_wait

if TYPE_CHECKING:
    Signature = tuple[int, int, int]

__all__ = [
    "MARKER",
    "MAX_BYTES",
    "NOTE",
    "WORK",
    "Claimed",
    "Dropped",
    "Folder",
    "Folders",
    "sent_folder",
]

MARKER = ".mcu-mail"
WORK = ".mcu-work"
MAX_BYTES = 100_000_000
_MARKER_TEXT = "Не удаляйте: по этому файлу видно, что сетевая папка подключена.\r\n"
NOTE = " – НЕ ПРИНЯТ.txt"
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class Folder(StrEnum):
    """The folders as the clerk sees them."""

    TO_SIGN = "На подпись"
    SIGNED = "Подписано"
    REFUSED = "Не принято"
    SENT = "Отправлено"
    INCOMING = "Входящие"
    READY = "К отправке"


def sent_folder(year: int) -> str:
    """The folder of the letters sent in a year, relative to the base."""
    return f"{Folder.SENT}/{year}"


_WITH_FOLDERS = (Folder.SENT, Folder.READY)


class Folders:
    """The folders under one base; `settle_seconds` is how long a file must lie unchanged.

    `drop` is the folder that files are taken from, `work` where they lie meanwhile.
    """

    def __init__(
        self,
        base: Path,
        *,
        settle_seconds: float = 10,
        drop: str = Folder.SIGNED,
        work: str = WORK,
    ) -> None:
        self.base = base
        self._drop, self._work = base / drop, base / work
        self._settle = settle_seconds
        # What was seen at which real moment: (when first seen so, signature) by path.
        self._seen: dict[Path, tuple[datetime, Signature]] = {}

    def prepare(self, *, known: bool = False) -> None:
        """Create the folders and the marker file; what exists is left as it is.

        What a killed daemon had begun to write there is removed.

        Args:
            known: the store remembers that these folders were prepared before, so a missing marker
                means an unmounted share and must not be papered over by a new one.

        Raises:
            TemporaryError: the folders cannot be made, or the share is not mounted.

        """
        if known:
            self._demand_mounted()
        with disk("подготовить папки", self.base):
            for folder in Folder:
                (self.base / folder).mkdir(parents=True, exist_ok=True)
            self._work.mkdir(exist_ok=True)
            # Years, and the sets of letters that somebody sends by hand.
            below = (one for name in _WITH_FOLDERS for one in (self.base / name).glob("*/"))
            end_unfinished(self.base, *(self.base / folder for folder in Folder), *below)
            if not self.is_mounted():
                write_whole(self.base / MARKER, _MARKER_TEXT.encode("utf-8-sig"))

    def is_mounted(self) -> bool:
        """Whether the marker file is there."""
        return (self.base / MARKER).is_file()

    def publish(self, folder: str, name: str, content: bytes) -> Path:
        """Make sure that a file with these bytes stands in a folder; returns its path.

        Args:
            folder: a `Folder` or `sent_folder(year)`.
            name: a file name; characters that Windows forbids are replaced.
            content: the bytes; the same bytes already there are left alone, others replaced.

        Raises:
            TemporaryError: no space, no share, or the old file is open in Word on Windows.

        """
        self._demand_mounted()
        target = self.base / folder / safe_name(name)
        with disk("записать файл", target):
            if holds(target, content):
                return target
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, content)
        return target

    def withdraw(self, folder: str, name: str) -> bool:
        """Remove an outdated file; False when it is open elsewhere and could not be removed."""
        self._demand_mounted()
        may_wait("the share")
        try:
            fail_point("share.withdraw.before")
            (self.base / folder / safe_name(name)).unlink(missing_ok=True)
            fail_point("share.withdraw.after")
        except OSError:
            return False
        return True

    def incoming(self, now_real: datetime) -> tuple[Dropped, ...]:
        """The plain files in «Подписано», oldest first; links, pipes and system files are skipped.

        Args:
            now_real: the real clock (aware), even when a rehearsal plays another moment.

        """
        self._demand_mounted()
        found: list[Dropped] = []
        seen: dict[Path, tuple[datetime, Signature]] = {}
        with disk("прочитать папку", self._drop):
            for entry in os.scandir(self._drop):
                if is_service_file(entry.name):
                    continue
                try:
                    facts = os.lstat(entry.path)
                except FileNotFoundError:
                    continue
                if not _is_plain(facts):
                    continue
                path = Path(entry.path)
                since, signature = self._seen.get(path, (None, None))
                current = _signature(facts)
                same = since is not None and signature == current
                seen[path] = (since if since and same else now_real, current)
                changed = signature is not None and signature != current
                found.append(
                    Dropped(
                        path=path,
                        name=entry.name,
                        size=facts.st_size,
                        modified=datetime.fromtimestamp(facts.st_mtime, UTC),
                        settled=self._has_settled(facts, seen[path][0], now_real, changed=changed),
                    )
                )
        self._seen = seen
        return tuple(sorted(found, key=lambda item: (item.modified, item.name)))

    def _has_settled(
        self, facts: os.stat_result, since: datetime, now_real: datetime, *, changed: bool
    ) -> bool:
        watched = (now_real - since).total_seconds()
        # Windows keeps the old date of a copied file; the time of its inode tells of the copying.
        age = now_real.timestamp() - max(facts.st_mtime, facts.st_ctime)
        if watched >= self._settle:
            return not changed
        return age >= self._settle and not changed

    def not_files(self) -> tuple[str, ...]:
        """Names in «Подписано» that are never read: folders, links, pipes. For the clerk to see."""
        self._demand_mounted()
        with disk("прочитать папку", self._drop):
            return tuple(
                sorted(
                    entry.name
                    for entry in os.scandir(self._drop)
                    if not is_service_file(entry.name) and not _is_plain(os.lstat(entry.path))
                )
            )

    def claim(self, dropped: Dropped) -> Claimed:
        """Take a file into the work folder and read it there.

        Raises:
            TemporaryError: it changed, vanished, is held open, or became something else; it lies
                in «Подписано» as before.

        """
        self._demand_mounted()
        with disk("взять файл", dropped.path):
            facts = os.lstat(dropped.path)
            if not _is_plain(facts) or not _as_listed(facts, dropped):
                raise TemporaryError("файл изменился, пока его брали")
            room = self._work / secrets.token_hex(8)
            room.mkdir(parents=True)
            taken = room / dropped.name
            try:
                fail_point("scan.claim.before")
                dropped.path.rename(taken)
                fail_point("scan.claim.after")
            except OSError:
                room.rmdir()
                raise
            try:
                claimed = _read(taken)
                _demand_unchanged(facts, os.lstat(taken))
            except (OSError, TemporaryError):
                self._return(taken)
                raise
        return claimed

    def give_back(self, claimed: Claimed) -> Path:
        """Put a claimed file back into «Подписано», for instance while it is still being copied."""
        self._demand_mounted()
        with disk("вернуть файл", claimed.path):
            return self._return(claimed.path)

    def _return(self, taken: Path) -> Path:
        return move(taken, self._drop, taken.name)

    def leftovers(self) -> tuple[Claimed, ...]:
        """Files that a killed daemon had claimed, read again; empty work folders are removed."""
        self._demand_mounted()
        found = []
        with disk("прочитать рабочую папку", self._work):
            for room in sorted(self._work.iterdir()):
                if room.is_dir() and not room.is_symlink():
                    files = [path for path in sorted(room.iterdir()) if _is_plain(path.lstat())]
                    found += [_read(path) for path in files]
                    if not files:
                        with contextlib.suppress(OSError):
                            room.rmdir()
        return tuple(found)

    def reject(self, claimed: Claimed, note: str, *, beside: tuple[Claimed, ...] = ()) -> Path:
        """Move a claimed file to «Не принято» with a note beside it; returns its new path.

        Args:
            claimed: the file.
            note: Russian text: what is wrong and what to do, written for Windows Notepad.
            beside: files that go with it under the same note, such as its signature.

        """
        self._demand_mounted()
        folder = self.base / Folder.REFUSED
        with disk("отложить файл", claimed.path):
            folder.mkdir(exist_ok=True)
            # The note is named by the stem, so two files must not share one.
            taken = {path.stem for path in folder.iterdir() if not path.name.endswith(NOTE)}
            free_names = numbered(safe_name(claimed.name))
            name = next(free for free in free_names if Path(free).stem not in taken)
            _write_note(folder, name, note)
            fail_point("scan.reject.note")
            for other in beside:
                move(other.path, folder, safe_name(other.name))
                fail_point("scan.reject.beside")
            return move(claimed.path, folder, name)

    def reject_part(self, name: str, content: bytes, note: str) -> Path:
        """Make sure that a part of a file stands in «Не принято» with its note; returns its path.

        The same part twice, by a daemon that was killed in between, is one file.
        """
        self._demand_mounted()
        folder = self.base / Folder.REFUSED
        with disk("отложить часть файла", folder / name):
            folder.mkdir(exist_ok=True)
            free = next(
                path
                for path in map(folder.joinpath, numbered(safe_name(name)))
                if not path.exists() or holds(path, content)
            )
            _write_note(folder, free.name, note)
            if not free.exists():
                write_whole(free, content)
        return free

    def finish(self, claimed: Claimed, folder: str, name: str) -> Path:
        """Move a claimed file to its last place; returns its path there."""
        self._demand_mounted()
        place = self.base / folder
        with disk("убрать файл на место", claimed.path):
            place.mkdir(parents=True, exist_ok=True)
            return move(claimed.path, place, safe_name(name))

    def _demand_mounted(self) -> None:
        if not self.is_mounted():
            raise TemporaryError(f"Сетевая папка не подключена: нет файла {MARKER} в {self.base}")


def _write_note(folder: Path, name: str, note: str) -> None:
    text = "\r\n".join(note.splitlines()) + "\r\n"
    write_whole(folder / f"{Path(name).stem}{NOTE}", text.encode("utf-8-sig"))


def _signature(facts: os.stat_result) -> Signature:
    return facts.st_size, facts.st_mtime_ns, facts.st_ino


def _is_plain(facts: os.stat_result) -> bool:
    return stat.S_ISREG(facts.st_mode) and facts.st_nlink <= 1


def _as_listed(facts: os.stat_result, dropped: Dropped) -> bool:
    modified = datetime.fromtimestamp(facts.st_mtime, UTC)
    return (facts.st_size, modified) == (dropped.size, dropped.modified)


def _demand_unchanged(before: os.stat_result, after: os.stat_result) -> None:
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise TemporaryError("файл ещё записывается")


def _read(path: Path) -> Claimed:
    """Read a plain file by one handle: what is checked is what is read."""
    handle = os.open(path, os.O_RDONLY | _NO_FOLLOW | _BINARY)
    with os.fdopen(handle, "rb") as file:
        if not _is_plain(os.fstat(file.fileno())):
            raise TemporaryError("это не обычный файл")
        content = file.read(MAX_BYTES + 1)
    digest = hashlib.sha256(content).hexdigest()
    return Claimed(path=path, name=path.name, content=content, sha256=digest)

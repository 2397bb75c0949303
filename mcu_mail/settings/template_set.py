"""The office's templates, taken over as a whole or not at all.

People edit them while the service runs. A set with a fault is not taken over: the one that worked
goes on, and the fault is told. What was taken over last is kept in one file of its own, so that a
daemon that starts beside a broken set has the working one too (`threats.md` F36, F57).
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.domain.answers import ANSWERS, FIRST_REPLIES
from mcu_mail.errors import RefusedError
from mcu_mail.failpoints import fail_point

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Signature = tuple[tuple[str, int, int], ...]

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
"""The templates that come with the program."""
FOLDERS = ("letters", "mails", "notes", "reports", FIRST_REPLIES)
_MOST_BYTES = 20_000_000
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
"""What the library raises on an archive whose bytes were changed by a disk."""


@dataclass(frozen=True, kw_only=True)
class TemplateSet:
    """The files of a templates folder by their path in it («letters/answer.docx»)."""

    files: Mapping[str, bytes]

    def __hash__(self) -> int:
        return hash(self.sha)

    @property
    def sha(self) -> str:
        """SHA-256 over names and contents."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()


def read_templates(folder: Path) -> TemplateSet:
    """Read the folder as it is now; files of editors and of the system are left out."""
    files = {}
    for path in _paths(folder):
        # A file that goes away meanwhile is absent, and its absence is what gets told.
        with suppress(FileNotFoundError):
            files[path.relative_to(folder).as_posix()] = path.read_bytes()[:_MOST_BYTES]
    return TemplateSet(files=files)


def _paths(folder: Path) -> list[Path]:
    inside = [*(folder.joinpath(name).glob("*") for name in FOLDERS)]
    return [
        path
        for found in (*inside, folder.joinpath(ANSWERS).glob("*/*"))
        for path in sorted(found)
        # «~$answer.docx» stands there while Word has the template open.
        if path.is_file() and not path.name.startswith(("~", "."))
    ]


class Templates:
    """The set in use, and the one in the folder.

    Args:
        folder: where the office edits them.
        kept: the file that holds the last set that could be used; None keeps nothing.
        faults: what is wrong with a set, in Russian; empty when it can be used.
        spare: files for a folder that was made before they were known.

    Raises:
        RefusedError: neither the folder nor what was kept can be used.

    """

    def __init__(
        self,
        folder: Path,
        kept: Path | None,
        faults: Callable[[TemplateSet], tuple[str, ...]],
        *,
        spare: Mapping[str, bytes] | None = None,
    ) -> None:
        self._folder = folder
        self._kept = kept
        self._faults = faults
        self._spare = dict(spare or {})
        self._seen: Signature = ()
        self._refused = ""
        self.told: tuple[str, ...] = ()
        """The faults of the set in the folder, while it is not the one in use."""
        self.current = TemplateSet(files={})
        self.refresh()
        if not self.current.files:
            self._fall_back()

    @property
    def refused(self) -> str:
        """The digest of the set in the folder that is not taken over; empty when there is none."""
        return self._refused

    def refresh(self) -> bool:
        """Look at the folder; True when another set is in use since now.

        Costs a look at names, sizes and times while nothing changes.
        """
        seen = self._signature()
        if seen == self._seen:
            return False
        found = TemplateSet(files={**self._spare, **read_templates(self._folder).files})
        self._seen = seen
        if found.sha in {self.current.sha, self._refused}:
            if found.sha == self.current.sha:
                self._refused, self.told = "", ()
            return False
        self.told = self._faults(found)
        if self.told:
            self._refused = found.sha
            return False
        self.current, self._refused = found, ""
        self._keep()
        return True

    def _signature(self) -> Signature:
        found = []
        for path in _paths(self._folder):
            with suppress(FileNotFoundError):
                facts = path.stat()
                found.append((str(path), facts.st_size, facts.st_mtime_ns))
        return tuple(found) or (("", 0, 0),)

    def _keep(self) -> None:
        if self._kept is None or self._read_kept() == self.current:
            return
        out = io.BytesIO()
        # Nothing is compressed: a copy of a few hundred kilobytes is to cost no start.
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.current.files.items():
                archive.writestr(name, content)
        part = self._kept.with_name(f"{self._kept.name}.part")
        # Without this copy the service works as well; a full disk is told by what needs the disk.
        with suppress(OSError):
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(out.getvalue())
                file.flush()
                os.fsync(file.fileno())
            fail_point("templates.rename.before")
            part.replace(self._kept)
            fail_point("templates.rename.after")

    def _read_kept(self) -> TemplateSet:
        """What was kept last; an empty set when it cannot be read."""
        if self._kept is not None:
            with suppress(*_UNREADABLE), zipfile.ZipFile(self._kept) as archive:
                return TemplateSet(files={name: archive.read(name) for name in archive.namelist()})
        return TemplateSet(files={})

    def _fall_back(self) -> None:
        """Use what was kept; with nothing to use the service cannot start."""
        kept = self._read_kept().files
        found = TemplateSet(files={**self._spare, **kept} if kept else {})
        if not found.files or self._faults(found):
            raise RefusedError("; ".join(self.told) or f"в папке {self._folder} нет шаблонов")
        self.current = found

"""The file of settings is read at start alone; who changes it meanwhile is told so (F57).

A reload would change terms and people under cases that are under way; a restart takes seconds and
loses nothing. So a changed file is looked through at once: with faults in it the service would not
start again, and that must be known before it has to.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mcu_mail.domain.surrounding_words import settings_have_changed
from mcu_mail.domain.surroundings import Concern, Matter
from mcu_mail.service.concerns import tell_of
from mcu_mail.settings import inspect

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mcu_mail.service.desk import Desk


class SettingsFile:
    """The file that this run was started with.

    Args:
        path: of the file.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # The first look ends what was told before a restart.
        self._seen: tuple[int, int] | None = (-1, -1)
        self.started_with = self._digest()

    def watch(self, desk: Desk, now: datetime) -> int:
        """Tell once of each change of the file; return how much was told."""
        seen = self._signature()
        if seen == self._seen:
            return 0
        digest = self._digest()
        if not digest:
            # An editor is at work on it; the next pass looks again.
            return 0
        self._seen = seen
        found = []
        if digest != self.started_with:
            faults = inspect(self.path).faults
            text = settings_have_changed(faults)
            found.append(
                Concern(
                    matter=Matter.settings_file, stage=digest[:16], grave=bool(faults), text=text
                )
            )
        return tell_of(desk, found, (Matter.settings_file,), now)

    def _signature(self) -> tuple[int, int] | None:
        try:
            facts = self.path.stat()
        except OSError:
            return None
        return facts.st_size, facts.st_mtime_ns

    def _digest(self) -> str:
        try:
            return hashlib.sha256(self.path.read_bytes()).hexdigest()
        except OSError:
            return ""

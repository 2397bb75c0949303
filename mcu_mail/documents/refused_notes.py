"""The notes in «Не принято»: each stands beside a file, and has nothing to say without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.documents.file_names import safe_name
from mcu_mail.documents.folder import NOTE, Folder
from mcu_mail.documents.whole_files import disk
from mcu_mail.failpoints import fail_point

if TYPE_CHECKING:
    from pathlib import Path


def end_stale_notes(base: Path) -> int:
    """Remove our notes whose file the clerk has taken away; returns how many.

    A note about what is no file stands beside nothing: it ends when that has left «Подписано».

    Raises:
        TemporaryError: the folders cannot be read, or a note is open elsewhere.

    """
    refused = base / Folder.REFUSED
    with disk("убрать записку", refused):
        there = list(refused.iterdir())
        notes = [path for path in there if path.name.endswith(NOTE)]
        wanted = {f"{path.stem}{NOTE}" for path in there if path not in notes}
        for drop in (base / Folder.SIGNED, base / Folder.INCOMING):
            wanted |= {safe_name(f"{path.name}{NOTE}") for path in drop.iterdir()}
        stale = [path for path in notes if path.name not in wanted]
        for path in stale:
            fail_point("share.stale_note.before")
            path.unlink(missing_ok=True)
    return len(stale)

"""A set of files on the share from which a person can send a letter himself.

The note that says how comes last and goes first: a folder with it is whole. What the clerk has put
there, or has changed, is never removed, and a folder that is not empty stays.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mcu_mail.documents.file_names import safe_name
from mcu_mail.documents.folder import Folder, Folders
from mcu_mail.documents.whole_files import disk
from mcu_mail.errors import TemporaryError
from mcu_mail.failpoints import fail_point

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path


def publish_set(
    folders: Folders, name: str, files: Mapping[str, bytes], note: str, ours: Collection[str]
) -> None:
    """Make sure that the set lies in «К отправке» whole.

    Args:
        folders: the clerk's folders.
        name: of the set's own folder.
        files: the bytes by file name.
        note: name of the note among `files`, written last.
        ours: the digests of what was ever put there: anything else is the clerk's, and stays.

    Raises:
        TemporaryError: no space, no share, or a file is open elsewhere.

    """
    place = f"{Folder.READY}/{safe_name(name)}"
    for title, content in files.items():
        if title != note and not _is_clerks(folders.base / place / title, ours):
            folders.publish(place, title, content)
    folders.publish(place, note, files[note])


def _is_clerks(path: Path, ours: Collection[str]) -> bool:
    """Whether a file is there that we have not put there."""
    with disk("прочитать файл", path):
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest() not in ours
        except FileNotFoundError:
            return False


def withdraw_set(folders: Folders, name: str, note: str, ours: Collection[str]) -> bool:
    """Make sure that the set is gone; False when a file of it is open elsewhere.

    Raises:
        TemporaryError: the share is not there, or cannot be read.

    """
    if not folders.is_mounted():
        raise TemporaryError("Сетевая папка не подключена")
    place = folders.base / Folder.READY / safe_name(name)
    if not place.is_dir():
        return True
    if not folders.withdraw(f"{Folder.READY}/{safe_name(name)}", note):
        return False
    with disk("убрать папку", place):
        mine = [one.name for one in place.iterdir() if one.is_file() and not _is_clerks(one, ours)]
    gone = [folders.withdraw(f"{Folder.READY}/{safe_name(name)}", title) for title in mine]
    with disk("убрать папку", place):
        if not any(place.iterdir()):
            fail_point("share.rmdir.before")
            place.rmdir()
            fail_point("share.rmdir.after")
    return all(gone)


def sets(folders: Folders) -> tuple[str, ...]:
    """The names of the folders in «К отправке»; none when the share is not there."""
    try:
        found = [one.name for one in (folders.base / Folder.READY).iterdir() if one.is_dir()]
    except OSError:
        return ()
    return tuple(sorted(found))

"""One daemon per store: the second one is told and leaves (design §6)."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcu_mail.service.desk import Desk


@contextmanager
def alone(desk: Desk) -> Iterator[None]:
    """Hold the store's lock; it ends with the process, whatever ends the process.

    Raises:
        RefusedError: another daemon works on this store, or its folder cannot be made.

    """
    with alone_in(desk.store.files.base):
        yield


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """The same for a store that is not opened yet, by the folder of its files."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise RefusedError(f"store.files: папка не создаётся ({error.strerror})") from None
    with (folder / "daemon.lock").open("a+", encoding="utf-8") as file:
        try:
            if os.name == "nt":
                import msvcrt  # noqa: PLC0415 - exists on Windows only

                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows
            else:
                import fcntl  # noqa: PLC0415 - exists elsewhere only

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RefusedError("служба с этим хранилищем уже работает") from None
        yield

"""One daemon per store: the second one is told and leaves (design §6).

The lock of the folder tells the second one on this machine, the lease in the database the one on
another: see `store/lease.py`.
"""

from __future__ import annotations

import os
import platform
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError
from mcu_mail.store.lease import Lease

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcu_mail.service.desk import Desk


@contextmanager
def alone(desk: Desk) -> Iterator[None]:
    """Hold the store's lock and its lease; they end with the process, whatever ends it.

    Raises:
        RefusedError: another daemon works on this store, or its folder cannot be made.

    """
    with alone_in(desk.store.files.base), _leased(desk):
        yield


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock alone, of a store that is not opened yet, by the folder of its files."""
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


@contextmanager
def _leased(desk: Desk) -> Iterator[None]:
    lease = Lease(desk.store.engine, platform.node(), desk.real_now)
    lease.take()
    desk.store.lease = lease
    try:
        yield
    finally:
        desk.store.lease = None
        lease.give_back()


def say_alive(desk: Desk) -> None:
    """Let daemons of other hosts see that this one lives.

    Raises:
        ReplacedError: another one has taken the store meanwhile.

    """
    lease = desk.store.lease
    if lease is not None and lease.wants_beat:
        with desk.store.work() as work:
            lease.beat(work.facts)
            work.commit()

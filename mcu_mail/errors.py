"""What can go wrong, told apart by what the caller has to do about it.

    McuMailError
    ├── TemporaryError    try again later; nothing was lost
    │   └── StoreError    what was done may be done and not written down
    ├── RefusedError      trying again will not help: a person must look
    ├── ReplacedError     another daemon has taken the store: this one ends
    └── SettingsError     the configuration is wrong; every fault at once

Messages that reach an official are Russian and say what to do; the texts for logs are English.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence


class McuMailError(Exception):
    """The base of every error of this package."""


class TemporaryError(McuMailError):
    """Something outside did not answer: the same call may succeed later."""


class StoreError(TemporaryError):
    """The database cannot be used now: nobody can tell what of the last unit was written."""


class RefusedError(McuMailError):
    """The input or the other side refuses for good: only a person can help."""


class ReplacedError(McuMailError):
    """Another daemon has taken the store while this one did not run: nothing more may be done."""


class SettingsError(McuMailError):
    """The configuration cannot be used.

    Attributes:
        faults: every fault found, one Russian sentence each, with its path and line.

    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


_WHY: Final = {
    errno.ENOSPC: "на диске нет места",
    errno.EDQUOT: "выделенное место кончилось",
    errno.EIO: "диск не читается или не пишется",
    errno.EACCES: "нет права доступа",
    errno.EPERM: "нет права доступа",
    errno.EROFS: "диск доступен только для чтения",
    errno.EMFILE: "открыто слишком много файлов",
    errno.ENFILE: "открыто слишком много файлов",
    errno.ENOENT: "его больше нет",
    errno.ENOTDIR: "на месте папки лежит файл",
    errno.EBUSY: "занят другой программой",
    errno.ESTALE: "сетевая папка отключилась",
    errno.EHOSTDOWN: "сервер сетевой папки не отвечает",
    errno.ETIMEDOUT: "сетевая папка не отвечает",
}


def why(error: OSError) -> str:
    """What the system refused, in Russian where it is known; never with a name of a file."""
    known = _WHY.get(error.errno or 0)
    return known or error.strerror or type(error).__name__

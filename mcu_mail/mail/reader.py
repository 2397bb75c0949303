"""Reads foreign mails in a process with limits on memory, processor, time (`threats.md` R1, F08).

What the process answers is not trusted either: only plain values and our own frozen values are
taken from it.
"""

from __future__ import annotations

import dataclasses
import io
import pickle
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

from mcu_mail.guard import CrashedError, Kept
from mcu_mail.mail.reading import Reading
from mcu_mail.mail.reply import NewText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.domain.notice import Notice, Source

SECONDS: Final = 30
_MODULE: Final = "mcu_mail.mail.reader_process"
_OURS: Final = ("mcu_mail.mail.", "mcu_mail.domain.")
_PLAIN: Final = frozenset({"datetime", "timedelta", "timezone"})
_ZONE: Final = "_unpickle"
_Value = TypeVar("_Value")


class Reader:
    """The process that reads; it is started by the first mail and kept for the next ones.

    Args:
        module: what is run; see `reader_process`.
        seconds: the longest that one mail may take, by the clock on the wall.

    """

    def __init__(self, module: str = _MODULE, seconds: float = SECONDS) -> None:
        self._process = Kept(module, seconds=seconds)

    @property
    def pid(self) -> int | None:
        """The id of the process that waits now, if there is one."""
        return self._process.pid

    def read(self, raw: bytes, sources: Sequence[Source], zone: ZoneInfo) -> Reading:
        """Return what the mail `raw` says; see `mail.reading`.

        Raises:
            TooSlowError: the mail takes longer than any mail should.
            CrashedError: it takes more memory, or breaks what reads it.
            TemporaryError: no process can be started here; the mail is not to blame.

        """
        rules = pickle.dumps((tuple(sources), zone))
        return _taken(self._process.ask(b"read", rules, raw), Reading)

    def cut(self, text: str, sent: Sequence[str]) -> NewText:
        """Return what `text` says beyond the mail that it answers, given in its forms.

        Raises as `read`.
        """
        return _taken(self._process.ask(b"cut", pickle.dumps((text, tuple(sent))), b""), NewText)

    def notices(self, raw: bytes, source: Source, zone: ZoneInfo) -> tuple[Notice, ...]:
        """What `raw` says as a notification of that source, whoever sent it; raises as `read`."""
        told = pickle.dumps((source, zone))
        return _taken(self._process.ask(b"notices", told, raw), tuple)

    def words(self, text: str, sources: Sequence[Source], zone: ZoneInfo) -> tuple[Notice, ...]:
        """The messages of a text that is no mail; see `reading.read_words`. Raises as `read`."""
        told = pickle.dumps((text, tuple(sources), zone))
        return _taken(self._process.ask(b"words", told, b""), tuple)

    def close(self) -> None:
        """End the process; the next mail would start another."""
        self._process.close()


def _taken(answered: tuple[bytes, ...], wanted: type[_Value]) -> _Value:
    try:
        (content,) = answered
        found = _Values(io.BytesIO(content)).load()
    except Exception as error:
        raise CrashedError(f"answered with {type(error).__name__}") from error
    if not isinstance(found, wanted):
        raise CrashedError("answered with something else")
    return found


class _Values(pickle.Unpickler):  # noqa: S301 - it looks up no class but those named below
    """Takes our frozen values, moments and zones, and nothing that could act."""

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the few classes an answer is made of; raises UnpicklingError for others."""
        if module == "datetime" and name in _PLAIN:
            return super().find_class(module, name)
        if (module, name) == ("zoneinfo", "ZoneInfo"):
            return ZoneInfo
        if (module, name) == ("builtins", "getattr"):
            return _attribute
        if module.startswith(_OURS):
            found = super().find_class(module, name)
            if isinstance(found, type) and (
                dataclasses.is_dataclass(found) or issubclass(found, Enum)
            ):
                return found
        raise pickle.UnpicklingError("an answer holds no such value")


def _attribute(owner: object, name: str) -> Any:
    """The two attributes by which pickle names a zone and a member of an enumeration."""
    if owner is ZoneInfo and name == _ZONE:
        return getattr(owner, name)
    if isinstance(owner, type) and issubclass(owner, Enum):
        return owner[name]
    raise pickle.UnpicklingError("an answer names no such attribute")

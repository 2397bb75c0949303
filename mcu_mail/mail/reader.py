"""Reads foreign mails in a process with limits on memory, processor, time (`threats.md` R1, F08).

What the process answers is not trusted either: see `plain_values`.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Final, TypeVar

from mcu_mail.guard import CrashedError, Kept
from mcu_mail.mail.plain_values import unpacked_value
from mcu_mail.mail.reading import Reading
from mcu_mail.mail.reply import NewText

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from mcu_mail.domain.notice import Notice, Source

SECONDS: Final = 30
_MODULE: Final = "mcu_mail.mail.reader_process"
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
        found = unpacked_value(content)
    except Exception as error:
        raise CrashedError(f"чтение ответило не так ({type(error).__name__})") from error
    if not isinstance(found, wanted):
        raise CrashedError("чтение ответило не так")
    return found

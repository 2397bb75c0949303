"""Log lines that say where and what kind of fault, and never whose words it was about.

A traceback's last line repeats the value that did not fit: a name, a telephone, a line of a mail
(`threats.md` A34). A control character in a server's answer could write lines of its own (A33).
What a library says of the files and mails it was given is withheld: the place it speaks from is
named, so that its words can be found there.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
import unicodedata
from typing import TYPE_CHECKING

from mcu_mail.domain.discreet import discreet
from mcu_mail.errors import McuMailError

if TYPE_CHECKING:
    from types import TracebackType

_OURS = "mcu_mail"
_STEERING = frozenset({"Cc", "Cf", "Zl", "Zp"})


class LogLines(logging.Formatter):
    """One line a message; a fault as its places and its type, in words only when they are ours."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        """The line without characters that steer a terminal or begin a new line."""
        if record.name.partition(".")[0] != _OURS:
            record.message = f"said something at {record.filename}:{record.lineno}"
        return discreet(
            "".join(
                f"\\x{ord(letter):02x}" if unicodedata.category(letter) in _STEERING else letter
                for letter in super().formatMessage(record)
            )
        )

    def formatException(  # noqa: N802 - as above
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """The places of a fault and of those it came from, each with its type."""
        return traced(ei[1])


def log_to_stderr() -> None:
    """Let this process log to standard error, and end there as discreetly as it logs.

    Standard error is kept and rotated by whoever runs the process (systemd's journal): no file of
    ours grows.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LogLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in ("alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # A message that cannot be formatted would be printed with the values it was about.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda _type, fault, _trace: _say_end(fault)
    threading.excepthook = lambda ended: _say_end(ended.exc_value)


def _say_end(fault: BaseException | None) -> None:
    if isinstance(fault, KeyboardInterrupt):
        return
    sys.stderr.write(f"{traced(fault)}\n")


def traced(fault: BaseException | None) -> str:
    """The places of a fault and of those it came from, each with its type; lines end with LF."""
    lines: list[str] = []
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        lines[:0] = [*_places(fault), _name(fault)]
        fault = fault.__cause__ or fault.__context__
    return "\n".join(lines)


def _places(fault: BaseException) -> list[str]:
    frames = traceback.extract_tb(fault.__traceback__)
    return [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _name(fault: BaseException) -> str:
    # Errors of ours name servers and reasons, never people or their words.
    words = f": {discreet(str(fault))}" if isinstance(fault, McuMailError) else ""
    return "".join(letter if letter.isprintable() else "?" for letter in f"{_kind(fault)}{words}")


def _kind(fault: BaseException) -> str:
    return f"{type(fault).__module__}.{type(fault).__qualname__}"

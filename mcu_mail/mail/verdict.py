"""What an outgoing mail server says of a letter: its answer, its silence, and its late answer."""

from __future__ import annotations

import contextlib
import select
import smtplib
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.errors import TemporaryError
from mcu_mail.failpoints import fail_point
from mcu_mail.mail.smtp_session import words

if TYPE_CHECKING:
    import socket

    from mcu_mail.mail.smtp_session import PatientSmtp

ACCEPTED = range(200, 300)
TEMPORARY = range(400, 500)
REFUSED = range(500, 600)
CLOSING = 421
_SILENT = "Почтовый сервер не ответил, принял ли он письмо"


class NotSentError(TemporaryError):
    """The letter was certainly not taken: it may be sent again."""


class UnclearError(TemporaryError):
    """The letter may have been taken: it must not simply be sent again."""


@dataclass(frozen=True)
class Answer:
    """A server's reply: its three-digit code and its words."""

    code: int
    text: str

    @property
    def accepted(self) -> bool:
        """The server took it (2xx)."""
        return self.code in ACCEPTED

    @property
    def temporary(self) -> bool:
        """The server asks to try again later (4xx)."""
        return self.code in TEMPORARY


class StillSilentError(UnclearError):
    """The letter may have been taken, and `late` still listens for the answer."""

    def __init__(self, text: str, late: LateVerdict) -> None:
        super().__init__(text)
        self.late = late


def is_speaking(sock: socket.socket, seconds: float) -> bool:
    """Whether the server says something, or hangs up, within so many seconds."""
    if isinstance(sock, ssl.SSLSocket) and sock.pending():
        return True
    return bool(select.select([sock], [], [], seconds)[0])


def read_verdict(smtp: PatientSmtp) -> Answer:
    """The answer to a letter; raises what smtplib raises, also for one that is no verdict."""
    code, text = smtp.getreply()
    fail_point("smtp.verdict.after")
    if code not in ACCEPTED and code not in TEMPORARY and code not in REFUSED:
        raise smtplib.SMTPResponseException(code, text)
    return Answer(code, words(text))


class LateVerdict:
    """The answer to one letter, awaited on a connection of its own while other work goes on."""

    def __init__(self, smtp: PatientSmtp, seconds: float, *, timeout: float) -> None:
        """Listen for `seconds` more; a reply that has begun may take `timeout` seconds in all."""
        self._smtp = smtp
        if smtp.sock is not None:
            smtp.sock.settimeout(timeout)
        self._until = time.monotonic() + seconds
        self._answer: Answer | None = None

    def answer(self) -> Answer | None:
        """The verdict; None while it is still awaited.

        Waits for no beginning; for the rest of a reply that has begun, as for that of any command.

        Raises:
            UnclearError: none came in time, or the connection broke.

        """
        if self._answer is None:
            self._answer = self._heard()
        return self._answer

    def _heard(self) -> Answer | None:
        sock = self._smtp.sock
        try:
            if sock is None:
                raise smtplib.SMTPServerDisconnected("the connection is gone")
            if is_speaking(sock, 0):
                answer = read_verdict(self._smtp)
                self._smtp.close()
                return answer
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise UnclearError(
                f"Почтовый сервер не ответил, принял ли он письмо: {error}"
            ) from error
        if time.monotonic() > self._until:
            self._close()
            raise UnclearError(
                "Почтовый сервер не ответил, принял ли он письмо, за отведённое время"
            )
        return None

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            self._smtp.close()

"""The door to the outgoing mail server: one SMTP transaction by hand, one connection per pass.

smtplib's `sendmail` hides what a register of letters must know: one refused recipient among
accepted ones raises nothing, a fault after the final dot looks like any other, and a 421 at QUIT
raises after the letter was accepted. Here MAIL, RCPT and DATA are driven one by one, and every
outcome has its own name:

* `Delivery`         the server gave its verdict for every recipient;
* `NotSentError`     the server cannot have taken the letter: sending again is safe;
* `UnclearError`     the final dot went out and no answer came back (RFC 1047): only the witness
                     copy or a person can tell.
"""

from __future__ import annotations

import contextlib
import logging
import smtplib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from mcu_mail.errors import RefusedError
from mcu_mail.failpoints import fail_point
from mcu_mail.mail.harmless_lines import check_letter
from mcu_mail.mail.patience import time_for
from mcu_mail.mail.smtp_session import PatientSmtp, SmtpAccount, open_session, words
from mcu_mail.mail.tls import (
    LoginRefusedError,
    TlsError,
    certificate_end,
    check_clear_text,
    no_trust,
)
from mcu_mail.mail.verdict import (
    ACCEPTED,
    CLOSING,
    REFUSED,
    TEMPORARY,
    Answer,
    LateVerdict,
    NotSentError,
    StillSilentError,
    UnclearError,
    is_speaking,
    read_verdict,
)
from mcu_mail.progress import progress
from mcu_mail.waits import may_wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

__all__ = [
    "Answer",
    "Delivery",
    "LoginRefusedError",
    "NotSentError",
    "Post",
    "SmtpAccount",
    "StillSilentError",
    "TlsError",
    "UnclearError",
]

log = logging.getLogger(__name__)

_START_MAIL_INPUT = 354
_PIECE_OCTETS = 128 * 1024
_EARLY_OCTETS = 1000
_FAREWELL = 5.0
"""Seconds that a server is given to answer QUIT: nothing depends on it any more."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The server's verdict for every recipient; `data` is its reply to the letter itself.

    `data` is None when the letter was not handed over because nobody was accepted.
    """

    recipients: Mapping[str, Answer]
    data: Answer | None


class Post:
    """One pass of the outgoing queue over one connection, opened when the first letter goes.

    Every TemporaryError but UnclearError means that the letter was not taken.
    """

    def __init__(self, account: SmtpAccount) -> None:
        check_clear_text(account.host, account.security)
        self._account = account
        self._smtp: PatientSmtp | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take leave; whatever the server says to that changes no verdict."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(min(self._account.timeout, _FAREWELL))
            fail_point("smtp.quit.before")
            code, text = smtp.quit()
            fail_point("smtp.quit.after")
            if code not in ACCEPTED:
                log.info("the mail server answered %s to QUIT: %s", code, words(text))
        except (OSError, smtplib.SMTPException) as error:
            log.info("the mail server left before QUIT: %s", error)
        finally:
            smtp.close()

    @property
    def is_open(self) -> bool:
        """Whether a connection is open now."""
        return self._smtp is not None

    @property
    def max_size(self) -> int | None:
        """The largest letter in octets the server takes (SIZE of EHLO); None when it names none."""
        with self._speaking():
            size = self._connected().esmtp_features.get("size", "")
        return int(size) or None if size.isdecimal() else None

    @property
    def certificate_end(self) -> datetime | None:
        """Until when the server's certificate holds; None in clear text."""
        with self._speaking():
            return certificate_end(self._connected().sock)

    def check(self) -> None:
        """Connect and log in, nothing more."""
        with self._speaking():
            self._connected()

    def send(
        self,
        sender: str,
        recipients: Sequence[str],
        message: bytes,
        *,
        before_data: Callable[[Mapping[str, Answer]], bytes | None] | None = None,
        before_dot: Callable[[], None] | None = None,
    ) -> Delivery:
        """Offer one letter to all recipients in one transaction.

        Args:
            sender: the envelope sender; empty for `<>`.
            recipients: envelope recipients; a repeated one is named once.
            message: the letter with CRLF line ends.
            before_data: gets the RCPT answers when somebody was accepted, before DATA; it may
                return the letter with a fuller header. When it raises, nothing is sent.
            before_dot: called when the whole letter is over but for its final dot: the caller
                commits that from now on nobody may know. When it raises, nothing is sent.

        Raises:
            RefusedError: an address or the letter itself cannot be put on the wire.
            NotSentError: the letter was not taken; safe to send again.
            UnclearError: it may have been taken.
            StillSilentError: the same, and its answer is still awaited.
            LoginRefusedError, TlsError: the connection could not be opened; nothing was sent.

        """
        check_letter(sender, recipients, message)
        with self._speaking():
            refusal = self._mail(sender, message)
            fail_point("smtp.mail.after")
            if refusal is not None:
                return Delivery(recipients=dict.fromkeys(recipients, refusal), data=None)
            answers = {one: self._ask(f"RCPT TO:<{one}>") for one in dict.fromkeys(recipients)}
            fail_point("smtp.rcpt.after")
            if not any(answer.accepted for answer in answers.values()):
                self._reset()
                return Delivery(recipients=answers, data=None)
        if before_data is not None:
            try:
                message = before_data(answers) or message
            except BaseException:
                self._reset()
                raise
        with self._speaking():
            verdict = self._data(message, before_dot)
        for one, answer in answers.items():
            if answer.accepted:
                answers[one] = verdict
        return Delivery(recipients=answers, data=verdict)

    def _mail(self, sender: str, message: bytes) -> Answer | None:
        """Begin the transaction; the server's refusal of the sender, if it refuses."""
        reused = self._smtp is not None
        smtp = self._connected()
        parameters = f" SIZE={len(message)}" if smtp.has_extn("size") else ""
        if not message.isascii():
            if not smtp.has_extn("8bitmime"):
                raise RefusedError("Почтовый сервер не принимает восьмибитные письма")
            parameters += " BODY=8BITMIME"
        try:
            answer = self._ask(f"MAIL FROM:<{sender}>{parameters}")
        except smtplib.SMTPServerDisconnected:
            answer = Answer(CLOSING, "the server closed the connection")
            if not reused:
                raise
        if answer.code == CLOSING:
            self._drop()
            # A server that was tired of waiting for the next letter is asked once more.
            return self._mail(sender, message) if reused else answer
        if answer.accepted:
            return None
        self._reset()
        return answer

    def _data(self, message: bytes, before_dot: Callable[[], None] | None) -> Answer:
        """Hand the letter over; the server's verdict."""
        smtp = self._connected()
        answer = self._ask("DATA")
        if answer.code != _START_MAIL_INPUT:
            self._reset()
            return answer
        fail_point("smtp.data.begun")
        stuffed = message.replace(b"\r\n.", b"\r\n..")
        if stuffed.startswith(b"."):
            stuffed = b"." + stuffed
        if not stuffed.endswith(b"\r\n"):
            stuffed += b"\r\n"
        # Python's time-out is for a whole send, and a large scan on a slow line takes longer.
        smtp.patience.give(self._account.timeout + time_for(len(stuffed)))
        for start in range(0, len(stuffed), _PIECE_OCTETS):
            smtp.send(stuffed[start : start + _PIECE_OCTETS])
            progress()
        smtp.patience.rest()
        if before_dot is not None:
            try:
                before_dot()
            except BaseException:
                # Inside a letter no command is heard: only hanging up takes it back.
                self._drop()
                raise
        early = self._said_early(smtp)
        if early is not None:
            self._drop()
            return early
        fail_point("smtp.dot.before")
        # From here on the server may own the letter.
        try:
            return self._final_dot(smtp)
        except (OSError, smtplib.SMTPException) as error:
            raise UnclearError(
                f"Почтовый сервер {self._account.host} не ответил, принял ли он письмо: {error}"
            ) from error

    def _said_early(self, smtp: smtplib.SMTP) -> Answer | None:
        """What the server says of a letter that it does not have: it has given up, or is gone.

        Raises:
            SMTPServerDisconnected: it is gone. Nothing is unclear then.

        """
        sock = smtp.sock
        if sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is gone")
        sock.settimeout(0)
        try:
            said = sock.recv(_EARLY_OCTETS)
        except (BlockingIOError, ssl.SSLWantReadError):
            sock.settimeout(self._account.timeout)
            return None
        code = int(said[:3]) if said[:3].isdigit() else 0
        if code not in TEMPORARY and code not in REFUSED:
            raise smtplib.SMTPServerDisconnected("the connection broke off inside the letter")
        return Answer(code, words(said[4:]))

    def _final_dot(self, smtp: PatientSmtp) -> Answer:
        sock = smtp.sock
        if sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is gone")
        sock.settimeout(self._account.data_timeout)
        smtp.send(b".\r\n")
        fail_point("smtp.dot.after")
        hold = self._account.hold
        if hold < self._account.data_timeout and not is_speaking(sock, hold):
            # The pass goes on; whoever sends hears the answer at a later one.
            self._smtp = None
            left = self._account.data_timeout - hold
            late = LateVerdict(smtp, left, timeout=self._account.timeout)
            raise StillSilentError(f"Почтовый сервер {self._account.host} ещё молчит", late)
        answer = read_verdict(smtp)
        if answer.code == CLOSING:
            self._drop()
        else:
            sock.settimeout(self._account.timeout)
        return answer

    def _ask(self, command: str) -> Answer:
        code, text = self._connected().docmd(command)
        return Answer(code, words(text))

    def _reset(self) -> None:
        """Forget the transaction, or else the connection."""
        try:
            if self._smtp is not None and self._smtp.rset()[0] not in ACCEPTED:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def _connected(self) -> PatientSmtp:
        if self._smtp is None:
            self._smtp = open_session(self._account)
            fail_point("smtp.connected")
        return self._smtp

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[None]:
        """Name what went wrong; after a fault of the wire the connection is not used again."""
        host = self._account.host
        may_wait("the mail server")
        try:
            yield
        except ssl.SSLError as error:
            self._drop()
            raise no_trust(host, error) from error
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise NotSentError(f"Почтовый сервер {host} (SMTP): {error}") from error
        except UnclearError:
            self._drop()
            raise

"""Opening a session with the outgoing mail server: encryption first, then EHLO and the login.

Guaranteed: the password is spoken only over a verified channel (or on this machine), STARTTLS
never falls back to clear text, and a failed opening leaves no socket behind.
"""

from __future__ import annotations

import base64
import smtplib
import socket
from dataclasses import dataclass

from mcu_mail.mail.patience import Patience
from mcu_mail.mail.tls import LoginRefusedError, Security, TlsError, client_context

_ACCEPTED = range(200, 300)
_TEMPORARY = range(400, 500)
_CODES = range(200, 600)


@dataclass(frozen=True, kw_only=True)
class SmtpAccount:
    """The server that takes our mail.

    `data_timeout` is the wait for its answer to the letter; `hold`, how much of it a pass waits.
    """

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = None
    timeout: float = 60
    helo: str | None = None
    data_timeout: float = 600
    hold: float = 60


class PatientSmtp(smtplib.SMTP):
    """smtplib with a limit of time for a whole reply, however slowly its bytes come."""

    patience: Patience

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # not in typeshed
        self.patience = Patience(sock)
        return sock

    def getreply(self) -> tuple[int, bytes]:
        """The server's whole reply within the time-out of the socket.

        Raises:
            SMTPServerDisconnected: the connection broke. smtplib takes «2», the beginning of
                «250», for a code, and a letter that nobody has refused would be refused.

        """
        if self.sock is not None:
            self.patience.sock = self.sock
            self.patience.give(self.sock.gettimeout() or 0)
        try:
            code, text = super().getreply()
        finally:
            self.patience.rest()
        if code not in _CODES:
            self.close()
            raise smtplib.SMTPServerDisconnected(f"no SMTP reply: {words(text)}")
        return code, text

    def close(self) -> None:
        """Close the connection."""
        if self.sock is not None:
            self.patience.end()
        super().close()


class _PatientTls(PatientSmtp, smtplib.SMTP_SSL):
    """The same over implicit TLS."""


def open_session(account: SmtpAccount) -> PatientSmtp:
    """A session after EHLO and login.

    Raises:
        LoginRefusedError: the server does not take the user or the password.
        TlsError: the server offers no STARTTLS.
        OSError, smtplib.SMTPException: the server does not answer, or not as it should.

    """
    # The machine's own name is nobody's business, and looking it up may take long.
    helo = account.helo or "[127.0.0.1]"
    smtp: PatientSmtp
    if account.security == "tls":
        smtp = _PatientTls(
            account.host, account.port, helo, timeout=account.timeout, context=client_context()
        )
    else:
        smtp = PatientSmtp(account.host, account.port, helo, timeout=account.timeout)
    try:
        _greet(smtp, account)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greet(smtp: smtplib.SMTP, account: SmtpAccount) -> None:
    if smtp.sock is not None:
        # The final dot follows the letter in a packet of its own and must not wait for it.
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    smtp.ehlo_or_helo_if_needed()
    if account.security == "starttls":
        if not smtp.has_extn("starttls"):
            raise TlsError(f"Почтовый сервер {account.host} не предлагает STARTTLS")
        smtp.starttls(context=client_context())
        smtp.ehlo_or_helo_if_needed()
    if account.user is not None:
        _login(smtp, account.host, account.user, account.password or "")


def _login(smtp: smtplib.SMTP, host: str, user: str, password: str) -> None:
    try:
        if "PLAIN" in smtp.esmtp_features.get("auth", "").upper().split():
            _plain(smtp, user, password)
        else:
            smtp.login(user, password)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code in _TEMPORARY:
            raise
        raise LoginRefusedError(
            f"Почтовый сервер {host} не принял имя или пароль (SMTP)"
        ) from error
    except (smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
        raise LoginRefusedError(
            f"Почтовый сервер {host} не предлагает входа по такому паролю"
        ) from error


def _plain(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """AUTH PLAIN in UTF-8: smtplib's own takes ASCII passwords only."""
    secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    code, text = smtp.docmd("AUTH", f"PLAIN {secret}")
    if code not in _ACCEPTED:
        raise smtplib.SMTPAuthenticationError(code, text)


def words(text: bytes | str) -> str:
    """A server's words as one line of at most 500 characters."""
    line = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join("".join(c if c.isprintable() else " " for c in line).split())[:500]

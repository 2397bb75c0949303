"""The wire to the IMAP server: a verified connection, and a guard on every command.

imaplib sends a line end inside an argument as it stands, so a foreign Message-ID in a search could
delete a folder (shown on Dovecot). Here no argument with a control character reaches the wire.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
from dataclasses import dataclass
from typing import Any

from mcu_mail.errors import RefusedError
from mcu_mail.mail.patience import Patience, time_for
from mcu_mail.mail.tls import Security, TlsError, client_context
from mcu_mail.progress import progress

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PIECE_OCTETS = 64 * 1024
_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class ImapAccount:
    """A mailbox and the folders mail is sorted into; `/` stands for the server's delimiter."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str
    done: str
    aside: str
    ignored: str
    timeout: float = 60


class Guarded(imaplib.IMAP4):
    """imaplib with the one check it lacks: an argument cannot start a second command."""

    expected = 0
    """How many octets the next answer may have: a large one has more time."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        connected: socket.socket = super()._create_socket(timeout)  # type: ignore[misc]  # not in typeshed
        self.patience = Patience(connected)
        # The greeting is waited for before any command.
        self.patience.give(timeout or _PATIENCE)
        # imaplib sends an answer and its line end apart: Nagle's delay would hold back the second
        # until the server has acknowledged the first, 40 ms at every login.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def _command(self, name: str, *args: Any) -> bytes:
        for arg in args:
            text = arg if isinstance(arg, str) else bytes(arg or b"").decode("latin-1")
            if CONTROL.search(text):
                raise RefusedError("Управляющий символ в команде почтовому серверу")
        self.patience.sock = self.sock
        self.patience.give((self.sock.gettimeout() or _PATIENCE) + time_for(self.expected))
        return super()._command(name, *args)  # type: ignore[misc, no-any-return]  # not in typeshed

    def read(self, size: int) -> bytes:
        """A literal, piece by piece: who watches sees that a large mail on a slow line goes on."""
        pieces = []
        while size > 0 and (piece := super().read(min(size, _PIECE_OCTETS))):
            pieces.append(piece)
            size -= len(piece)
            progress()
        return b"".join(pieces)

    def _command_complete(self, name: str, tag: bytes) -> Any:
        try:
            return super()._command_complete(name, tag)  # type: ignore[misc]  # not in typeshed
        finally:
            self.expected = 0
            self.patience.rest()

    def shutdown(self) -> None:
        """Close the connection."""
        self.patience.end()
        super().shutdown()


class _GuardedTls(Guarded, imaplib.IMAP4_SSL):
    """The same over implicit TLS."""


def connect(account: ImapAccount) -> Guarded:
    """A connection that is ready for the login.

    Raises:
        TlsError: the server does not offer STARTTLS.
        OSError, imaplib.IMAP4.error: no connection, or no trust in the certificate.

    """
    if account.security == "tls":
        return _GuardedTls(
            account.host, account.port, ssl_context=client_context(), timeout=account.timeout
        )
    client = Guarded(account.host, account.port, timeout=account.timeout)
    if account.security == "starttls":
        try:
            _start_tls(client, account.host)
        except BaseException:
            # After a failed handshake the socket is closed already.
            with contextlib.suppress(OSError):
                client.shutdown()
            raise
    return client


def _start_tls(client: imaplib.IMAP4, host: str) -> None:
    """Encrypt, or do not go on: where STARTTLS is missing, somebody may have taken it out."""
    if "STARTTLS" not in client.capabilities:
        raise TlsError(f"Почтовый сервер {host} не предлагает STARTTLS")
    client.starttls(client_context())

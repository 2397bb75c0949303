"""The one factory of TLS contexts, and the rule of when a password may be spoken.

smtplib and imaplib verify no certificate unless a context is handed to them, so both mail doors
take theirs from here. Guaranteed: certificate and host name are checked, TLS is at least 1.2,
and nothing goes in clear text to a host that is not this machine.

A mail server with its own certificate authority is trusted through the environment: OpenSSL
reads `SSL_CERT_FILE` (and `SSL_CERT_DIR`) instead of its built-in list, and
`ssl.create_default_context` honours both. The file replaces the system's list for this process,
so it has to hold every authority that the mail servers need.
"""

from __future__ import annotations

import ipaddress
import ssl
from typing import Literal

from mcu_mail.errors import RefusedError, TemporaryError

Security = Literal["tls", "starttls", "none"]


class TlsError(TemporaryError):
    """No trusted encrypted channel: nothing secret was sent, a person should look soon."""


class LoginRefusedError(TemporaryError):
    """The server does not take this user and password: try seldom, or it locks the account."""


def client_context(cafile: str | None = None) -> ssl.SSLContext:
    """The context of every outgoing connection: verifying, host name checked, TLS 1.2 or newer.

    Args:
        cafile: authorities to trust instead of the system's (a PEM file).

    """
    context = ssl.create_default_context(cafile=cafile)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def is_loopback(host: str) -> bool:
    """Whether the host is this machine (an address of it, or `localhost`)."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_clear_text(host: str, security: Security) -> None:
    """Refuse an unencrypted connection to another machine.

    Raises:
        RefusedError: `security` is `none` and the host is not loopback.

    """
    if security == "none" and not is_loopback(host):
        raise RefusedError(
            f"Без шифрования можно связаться только с этой же машиной, а не с {host}"
        )

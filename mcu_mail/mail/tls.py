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
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from mcu_mail.errors import RefusedError, TemporaryError

if TYPE_CHECKING:
    import socket

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


# OpenSSL's numbers of what is wrong with a certificate (x509_vfy.h).
_UNTRUSTED: Final = {
    9: "сертификат почтового сервера {host} ещё не действует – проверьте часы этой машины",
    10: "срок сертификата почтового сервера {host} истёк – его должен заменить администратор почты",
    62: "сертификат почтового сервера {host} выдан другому имени",
    64: "сертификат почтового сервера {host} выдан другому адресу",
}


def no_trust(host: str, error: ssl.SSLError) -> TlsError:
    """The error that tells an administrator why there is no encrypted channel to the host."""
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else 0
    known = _UNTRUSTED.get(code)
    if known is not None:
        said = known.format(host=host)
        return TlsError(said[:1].upper() + said[1:])
    return TlsError(f"Нет доверенного шифрованного соединения с почтовым сервером {host}: {error}")


def certificate_end(sock: socket.socket | None) -> datetime | None:
    """Until when the certificate holds that the other side has shown; None in clear text."""
    if not isinstance(sock, ssl.SSLSocket):
        return None
    end = (sock.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(end)), UTC) if end else None


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

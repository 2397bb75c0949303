"""No password byte goes out before there is a trusted channel, by either door."""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING

import pytest

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.mail.imap import ImapAccount, Mailbox
from mcu_mail.mail.smtp import Post, SmtpAccount
from mcu_mail.mail.tls import TlsError, client_context, is_loopback
from tests.peers.authority import write_authority
from tests.peers.wire import Talk, WireServer, smtp_script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mcu_mail.mail.tls import Security

USER, PASSWORD = "mcu", "s3cret-word"


def read_mail(port: int, security: Security, host: str = "127.0.0.1") -> None:
    Mailbox.open(
        ImapAccount(
            host=host,
            port=port,
            security=security,
            user=USER,
            password=PASSWORD,
            folder="INBOX",
            done="a",
            aside="b",
            ignored="c",
            timeout=1,
        )
    ).close()


def send_mail(port: int, security: Security, host: str = "127.0.0.1") -> None:
    account = SmtpAccount(
        host=host, port=port, security=security, user=USER, password=PASSWORD, timeout=5
    )
    with Post(account) as post:
        post.check()


DOORS = pytest.mark.parametrize("door", [read_mail, send_mail])


def imap_script(*capabilities: bytes) -> Callable[[Talk], None]:
    def script(talk: Talk) -> None:
        talk.say(b"* OK ready")
        while command := talk.hear():
            tag, verb = [*command.upper().split(), b"", b""][:2]
            if verb == b"CAPABILITY":
                talk.say(b" ".join([b"* CAPABILITY IMAP4rev1", *capabilities]))
            talk.say(tag + b" OK done")

    return script


@contextlib.contextmanager
def speaking_tls(folder: Path, *, host: str = "127.0.0.1", days: float = 2) -> Iterator[WireServer]:
    """A server that takes whatever is said to it inside TLS."""
    write_authority(folder, address=host, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")

    def script(talk: Talk) -> None:
        with context.wrap_socket(talk.connection, server_side=True) as channel:
            channel.sendall(b"* OK ready\r\n")
            while data := channel.recv(1000):
                server.heard += data

    with WireServer(script) as server:
        yield server


@DOORS
def test_an_untrusted_certificate_is_refused_without_a_password_byte(door, tmp_path):
    with speaking_tls(tmp_path) as server, pytest.raises(TlsError):
        door(server.port, "tls")
    assert server.connections == 1
    assert server.heard == b""


@DOORS
def test_a_trusted_certificate_of_another_host_is_refused(door, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with speaking_tls(tmp_path, host="10.0.0.1") as server, pytest.raises(TlsError):
        door(server.port, "tls")
    assert server.heard == b""


@DOORS
def test_an_expired_certificate_is_named_as_such_and_stops_everything(door, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    expired = pytest.raises(TlsError, match=r"Срок сертификата почтового сервера .* истёк")
    with speaking_tls(tmp_path, days=-1) as server, expired:
        door(server.port, "tls")
    assert server.heard == b""


@pytest.mark.parametrize(
    ("door", "script"),
    [
        (send_mail, smtp_script(features=(b"AUTH PLAIN LOGIN",))),
        (send_mail, smtp_script(answers={b"EHLO": b"502 no"})),
        (read_mail, imap_script(b"AUTH=PLAIN")),
    ],
    ids=["smtp", "smtp without EHLO", "imap"],
)
def test_where_starttls_is_stripped_off_there_is_no_login_in_clear(door, script):
    with WireServer(script) as server, pytest.raises(TlsError):
        door(server.port, "starttls")
    assert server.connections == 1
    assert b"AUTH" not in server.heard.upper()
    assert b"LOGIN" not in server.heard.upper()
    assert PASSWORD.encode() not in server.heard


@pytest.mark.parametrize(
    ("door", "script"),
    [
        (send_mail, smtp_script(features=(b"STARTTLS",), answers={b"STARTTLS": b"454 no"})),
        (send_mail, smtp_script(features=(b"STARTTLS",), answers={b"STARTTLS": b"220 go"})),
        (read_mail, imap_script(b"STARTTLS")),
    ],
    ids=["smtp refuses", "smtp does not go on", "imap does not go on"],
)
def test_where_starttls_is_offered_and_fails_there_is_no_login_in_clear(door, script):
    with WireServer(script) as server, pytest.raises(TemporaryError):
        door(server.port, "starttls")
    assert b"AUTH" not in server.heard.upper()
    assert b"LOGIN" not in server.heard.upper()


@DOORS
def test_clear_text_to_another_machine_is_refused_before_a_connection(door):
    # Were it tried, the closed network of the tests would raise something else.
    with pytest.raises(RefusedError):
        door(25, "none", "mail.okrug.example")


def test_the_context_verifies_and_asks_for_a_modern_protocol():
    context = client_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_an_authority_can_be_given_by_file_or_by_environment(tmp_path, monkeypatch):
    write_authority(tmp_path)
    by_file = client_context(str(tmp_path / "authority.pem"))
    assert [each["subject"] for each in by_file.get_ca_certs()] == [
        ((("commonName", "Test authority"),),)
    ]
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert client_context().get_ca_certs() == by_file.get_ca_certs()


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("localhost.okrug.example", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("127.0.0.1.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_only(host, answer):
    assert is_loopback(host) is answer

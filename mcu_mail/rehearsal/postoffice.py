"""The embedded post office: a real IMAP and a real SMTP server for the demo and for tests.

It gives a rehearsal what the office has, without an office: people and the service send by SMTP,
every address has a mailbox, and the service reads its own by IMAP. Guaranteed: both servers listen
on 127.0.0.1 only and pass nothing on, so no mail of a rehearsal can leave the machine; stopping
forgets everything. The faults of a real server (a refused or deferred recipient) can be scripted.
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import socket
import threading
from argparse import Namespace
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement
from pymap.user import UserMetadata
from pysasl import SASLAuth
from pysasl.hashing import BuiltinHash
from pysasl.prep import saslprep

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Mapping
    from datetime import datetime

T = TypeVar("T")

HOST = "127.0.0.1"

_ACCEPTED = "250 2.1.5 OK"
_PATIENCE_SECONDS = 30
_SIZE_LIMIT = 50 * 1024 * 1024

# aiosmtpd warns at every login of an attribute that it sets itself; nobody here can help it.
logging.getLogger("mail.log").addFilter(
    lambda record: "login_data is deprecated" not in record.getMessage()
)


class PostOffice:
    """Both servers in one background thread; use as a context manager.

    Args:
        accounts: password by user name, for those who log in (IMAP, and SMTP if they like). A
            user is named by a whole address, or by the part before @ of one in `domains`.
        domains: the domains in which a user name without @ stands for an address.
        clock: the servers' own clock, for the arrival time of mail.
        size_limit: the largest message in octets, as EHLO names it.

    """

    def __init__(
        self,
        accounts: Mapping[str, str],
        domains: Collection[str] = (),
        *,
        clock: Callable[[], datetime] = email.utils.localtime,
        size_limit: int = _SIZE_LIMIT,
    ) -> None:
        self._accounts = {user.lower(): password for user, password in accounts.items()}
        self._domains = frozenset(domain.lower() for domain in domains)
        self._clock = clock
        self._size_limit = size_limit
        self._refusals: dict[str, _Refusal] = {}
        self._config = _config()
        self._thread = threading.Thread(target=self._run, name="post office", daemon=True)
        self._ready = threading.Event()
        self._fault: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._imap: socket.socket
        self._smtp: socket.socket
        self.host = HOST
        self.imap_port = 0
        self.smtp_port = 0

    def __enter__(self) -> Self:
        self._imap, self._smtp = _listening(), _listening()
        self.imap_port = self._imap.getsockname()[1]
        self.smtp_port = self._smtp.getsockname()[1]
        self._thread.start()
        self._ready.wait(_PATIENCE_SECONDS)
        if self._fault is not None:
            raise self._fault
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_PATIENCE_SECONDS)

    def deliver(self, address: str, raw: bytes, *, internaldate: datetime | None = None) -> None:
        """Put an outside mail into an address's INBOX, as if its server had just taken it."""
        self._call(self.take(address, raw, internaldate))

    def mailbox(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """The messages in a folder of an address, oldest first; empty when there is no folder."""
        return self._call(self._read(address, folder))

    def mailboxes(self, addresses: Collection[str]) -> dict[str, list[bytes]]:
        """The inbox of each address as `mailbox` gives it, all at one look."""
        return self._call(self._read_all(addresses))

    def settle(self) -> None:
        """Wait until all accepted mail is delivered: here it is before SMTP answers."""

    def refuse(self, address: str, code: int, text: str, times: int | None = None) -> None:
        """Answer RCPT for this address with `code text`, so many times or until `accept`."""
        self._refusals[address.lower()] = _Refusal(code=code, text=text, times=times)

    def accept(self, address: str) -> None:
        """Take mail for this address again."""
        self._refusals.pop(address.lower(), None)

    def answer_to(self, address: str) -> str:
        """The SMTP reply to RCPT for this address; a scripted refusal is used up by it."""
        refusal = self._refusals.get(address.lower())
        if refusal is None or refusal.times == 0:
            return _ACCEPTED
        if refusal.times is not None:
            refusal.times -= 1
        return f"{refusal.code} {refusal.text}"

    def knows(self, user: str, password: str) -> bool:
        """Whether this user may log in with this password."""
        return self._accounts.get(user.lower()) == password

    async def take(self, address: str, raw: bytes, when: datetime | None = None) -> None:
        """Put a mail into an address's INBOX (inside the servers' thread)."""
        inbox = await self._mailboxes(self._user(address)).get_mailbox("INBOX")
        await inbox.append(AppendMessage(raw, when or self._clock()), recent=True)

    def _user(self, address: str) -> str:
        """Whose mailbox an address is."""
        address = address.lower()
        local, _, domain = address.rpartition("@")
        if address not in self._accounts and domain in self._domains and local in self._accounts:
            return local
        return address

    def _mailboxes(self, user: str) -> MailboxSet:
        if user not in self._config.set_cache:
            self._config.set_cache[user] = (MailboxSet(), FilterSet())
        return self._config.set_cache[user][0]

    async def _read(self, address: str, folder: str) -> list[bytes]:
        try:
            mailbox = await self._mailboxes(self._user(address)).get_mailbox(folder)
        except KeyError:
            return []
        messages = [message async for message in mailbox.messages()]
        return [
            bytes((await message.load_content(FetchRequirement.CONTENT)).get_body())
            for message in sorted(messages, key=lambda message: message.uid)
        ]

    async def _read_all(self, addresses: Collection[str]) -> dict[str, list[bytes]]:
        return {address: await self._read(address, "INBOX") for address in addresses}

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as fault:  # noqa: BLE001  # handed to the thread that waits for it
            self._fault = fault
        finally:
            self._ready.set()
            self._imap.close()
            self._smtp.close()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._config.apply_context()
        login = Login(self._config)
        for user, password in self._accounts.items():
            hashed = self._config.hash_context.hash(saslprep(password))
            login.users_dict[user] = UserMetadata(self._config, user, password=hashed)
        reader = ProxyProtocolReader(self._config.proxy_protocol)
        imap = await asyncio.start_server(
            reader.get_callback(IMAPServer(login, self._config)), sock=self._imap
        )
        smtp = await self._loop.create_server(self._smtp_session, sock=self._smtp)
        self._ready.set()
        try:
            await self._stop.wait()
        finally:
            imap.close()
            smtp.close()

    def _smtp_session(self) -> SMTP:
        return SMTP(
            _Desk(self),
            hostname="localhost",
            ident="rehearsal",
            data_size_limit=self._size_limit,
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=self._loop,
        )

    def _authenticate(self, *asked: Any) -> AuthResult:
        given = asked[-1]
        known = isinstance(given, LoginPassword) and self.knows(
            given.login.decode("utf-8", "replace"), given.password.decode("utf-8", "replace")
        )
        return AuthResult(success=known, handled=False)


@dataclass(kw_only=True)
class _Refusal:
    """A scripted answer to RCPT; `times` counts down, None stands for always."""

    code: int
    text: str
    times: int | None


class _Desk:
    """What aiosmtpd asks about each mail; it finds these methods by their names."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    async def handle_RCPT(  # noqa: N802  # aiosmtpd gives the name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._office.answer_to(address)
        if answer == _ACCEPTED:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(  # noqa: N802  # aiosmtpd gives the name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        for address in envelope.rcpt_tos:
            await self._office.take(address, content if isinstance(content, bytes) else b"")
        return "250 2.0.0 OK: delivered"


class _Config(Config):
    """pymap's settings; neither this machine's name nor, at every login, plug-ins are looked up."""

    @property
    def tls_auth(self) -> SASLAuth:
        return _mechanisms()

    @property
    def greeting(self) -> bytes:
        return b"rehearsal"


@cache
def _mechanisms() -> SASLAuth:
    return SASLAuth.defaults()


def _config() -> Config:
    return _Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        host=HOST,
        port=0,
        tls_enabled=False,
        reject_dnsbl=False,
        hash_context=BuiltinHash(rounds=1),
        cpu_subsystem=Subsystem.for_asyncio(),
        proxy_protocol=ProxyProtocolVersion.get(None),
        demo_data=False,
        demo_user="",
        demo_password="",
    )


def _listening() -> socket.socket:
    # asyncio switches Nagle's delay off (46 ms a command) only where the protocol is named.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, 0))
    listening.listen()
    listening.setblocking(False)
    return listening

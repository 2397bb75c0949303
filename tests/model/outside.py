"""What stands outside the service in the model: a mail server's two wires and people's mailboxes.

The doors of the service are its own; only the connections behind them end here, in memory. What a
recipient's mailbox holds is kept, so that a test can count what nobody inside can know.
"""

from __future__ import annotations

import hashlib
import smtplib
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.policy import default
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, cast

import pytest

from mcu_mail.failpoints import fail_point
from mcu_mail.mail import smtp
from mcu_mail.mail.imap import Fetched, Mailbox
from mcu_mail.service import census, looking_back, receive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from email.message import Message

    from mcu_mail.mail.imap import ImapAccount
    from mcu_mail.mail.smtp import SmtpAccount

OURS = "mcu@okrug.example"
INBOX = "INBOX"
TAKEN, CUT_TAKEN, CUT_LOST, CUT_EARLY, LATER, REFUSED = (
    "taken",
    "cut, but taken",
    "cut, and lost",
    "cut before the dot",
    "later",
    "refused",
)
FATES = (TAKEN, CUT_TAKEN, CUT_LOST, CUT_EARLY, LATER, REFUSED)
_REPLIES = {TAKEN: (250, b"OK"), LATER: (451, b"try later"), REFUSED: (554, b"no")}


@dataclass
class PostOffice:
    """The mail server: who is refused, what becomes of the next letters, who holds what."""

    now: datetime
    boxes: dict[str, list[bytes]] = field(default_factory=dict)
    """What lies in everybody's mailbox but ours."""
    folders: dict[str, dict[int, Fetched]] = field(default_factory=lambda: {INBOX: {}})
    """Our own mailbox: UID → mail, by folder."""
    arrived: list[bytes] = field(default_factory=list)
    """All that ever came to us."""
    answers: dict[str, int] = field(default_factory=dict)
    """What is said at RCPT, for those who are not simply accepted."""
    fates: list[str] = field(default_factory=list)
    """What becomes of the next messages that are handed over."""
    witness: str = "at once"
    held: list[bytes] = field(default_factory=list)
    """Copies to ourselves that are late."""
    is_down: bool = False

    def deliver(self, raw: bytes) -> None:
        """A mail comes to us."""
        uid = len(self.arrived) + 1
        self.arrived.append(raw)
        self.folders[INBOX][uid] = Fetched(uid=uid, raw=raw, internaldate=self.now, size=len(raw))

    def release(self) -> None:
        """Late copies arrive."""
        for raw in self.held:
            self.deliver(raw)
        self.held.clear()

    def take(self, raw: bytes, recipients: Iterable[str]) -> None:
        """A message has been handed over whole."""
        for address in recipients:
            if address != OURS:
                self.boxes.setdefault(address, []).append(raw)
            elif self.witness == "at once":
                self.deliver(raw)
            elif self.witness == "late":
                self.held.append(raw)

    def places_of(self, raw: bytes) -> list[str]:
        """The folders of our mailbox that hold this mail."""
        return [
            name
            for name, mails in self.folders.items()
            for mail in mails.values()
            if mail.raw is raw
        ]


class SmtpWire:
    """One session with the server, as smtplib shows it to `mail.smtp`."""

    def __init__(self, office: PostOffice) -> None:
        if office.is_down:
            raise ConnectionRefusedError(111, "Connection refused")
        self._office = office
        self._wanted: list[str] = []
        self._data: bytearray | None = None
        self._verdict: tuple[int, bytes] | None = None
        self._fate = TAKEN
        self.sock = self
        self.patience = self
        self.esmtp_features = {"size": "50000000", "8bitmime": ""}

    def settimeout(self, seconds: float) -> None:
        """Nobody waits here."""

    def give(self, seconds: float) -> None:
        """As `settimeout`."""

    def rest(self) -> None:
        """As `settimeout`."""

    def recv(self, _octets: int) -> bytes:
        """Inside a letter the server says nothing."""
        raise BlockingIOError

    def has_extn(self, name: str) -> bool:
        return name in self.esmtp_features

    def docmd(self, command: str) -> tuple[int, bytes]:
        word = command.split(" ", 1)[0]
        if word == "MAIL":
            self._wanted = []
            return 250, b"OK"
        if word == "RCPT":
            address = command[command.index("<") + 1 : command.index(">")]
            code = self._office.answers.get(address, 250)
            if code == 250:
                self._wanted.append(address)
            return code, b"said at RCPT"
        assert word == "DATA"
        self._data = bytearray()
        self._fate = self._office.fates.pop(0) if self._office.fates else TAKEN
        return 354, b"go on"

    def send(self, piece: bytes) -> None:
        assert self._data is not None
        if self._fate == CUT_EARLY:
            raise ConnectionResetError(104, "Connection reset by peer")
        if piece != b".\r\n":
            self._data += piece
            return
        if self._fate in {TAKEN, CUT_TAKEN}:
            raw = bytes(self._data).replace(b"\r\n..", b"\r\n.")
            self._office.take(raw, self._wanted)
        self._data = None

    def getreply(self) -> tuple[int, bytes]:
        if self._fate in {CUT_TAKEN, CUT_LOST}:
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        return _REPLIES[self._fate]

    def rset(self) -> tuple[int, bytes]:
        self._wanted, self._data = [], None
        return 250, b"OK"

    def quit(self) -> tuple[int, bytes]:
        return 221, b"bye"

    def close(self) -> None:
        self._wanted, self._data = [], None


class ImapWire:
    """One visit of our mailbox, as `mail.imap` shows it to the service."""

    uidvalidity = 1

    def __init__(self, office: PostOffice, folder: str) -> None:
        self._office = office
        self._mails = office.folders.setdefault(folder, {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def all_uids(self) -> list[int]:
        return sorted(self._mails)

    def fetch_many(self, uids: Iterable[int]) -> Iterator[Fetched]:
        for uid in uids:
            fail_point("model.fetch")
            yield self._mails[uid]

    def standing(self, name: str) -> str:
        return f"1:{max(self._office.folders.get(name, {}), default=0) + 1}"

    def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        return {uid: self._mails[uid].size for uid in uids if uid in self._mails}

    def heads(self, uids: Iterable[int], _fields: Iterable[str]) -> dict[int, bytes]:
        return {uid: self._mails[uid].raw.split(b"\r\n\r\n")[0] + b"\r\n\r\n" for uid in uids}

    def arrived(self, uid: int) -> datetime | None:
        return self._mails[uid].internaldate if uid in self._mails else None

    def pieces(self, uid: int) -> Iterator[bytes]:
        yield self._mails[uid].raw

    def located(self, wanted: dict[str, int]) -> dict[str, int]:
        found = {}
        for uid, mail in self._mails.items():
            digest = hashlib.sha256(mail.raw).hexdigest()
            if digest in wanted:
                found[digest] = uid
        return found

    def move(self, uid: int, folder: str) -> bool:
        return bool(self.move_many([uid], folder))

    def move_many(self, uids: Iterable[int], folder: str) -> set[int]:
        moved = set()
        for uid in uids:
            fail_point("model.move.before")
            mail = self._mails.pop(uid, None)
            if mail is not None:
                self._office.folders.setdefault(folder, {})[uid] = mail
                moved.add(uid)
            fail_point("model.move.after")
        return moved


@contextmanager
def wired_to(office: PostOffice) -> Iterator[None]:
    """Let the service's two doors open on this server."""

    class _Box:
        @staticmethod
        def open(account: ImapAccount) -> Mailbox:
            if office.is_down:
                raise smtp.NotSentError("the mail server is down")
            return cast("Mailbox", ImapWire(office, account.folder))

    def session(account: SmtpAccount) -> Any:
        return SmtpWire(office)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(smtp, "open_session", session)
        # Every answer is there at once: no socket has to be asked whether it is.
        patch.setattr(smtp, "is_speaking", lambda _sock, _seconds: True)
        for module in (receive, looking_back, census):
            patch.setattr(module, "Mailbox", _Box)
        yield


@lru_cache(maxsize=500)
def head_of(raw: bytes) -> Message:
    """The header of a mail."""
    return BytesHeaderParser(policy=default).parsebytes(raw)

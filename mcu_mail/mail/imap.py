r"""The door to the mailbox: the one place that knows imap_tools.

It reads mail by number (UID), never by \Seen: a colleague who opens a mail first hides nothing,
and a crash between reading and storing loses nothing, because BODY.PEEK leaves no trace. It never
sends a plain EXPUNGE, which would delete what another client has marked \Deleted. No foreign text
reaches a command: only numbers and configured names do, and a control character stops the command
before the wire (imaplib would send it on, and Dovecot would obey).
"""

from __future__ import annotations

import contextlib
import hashlib
import imaplib
import re
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from imap_tools import BaseMailBox, ImapToolsError
from imap_tools.utils import encode_folder

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.failpoints import fail_point
from mcu_mail.mail.imap_answers import (
    bulks,
    copied_uids,
    internaldate_of,
    is_empty_body,
    joined,
    personal_namespace,
    shown,
    size_of,
    uid_of,
    uid_set,
)
from mcu_mail.mail.imap_wire import CONTROL, Guarded, ImapAccount, connect
from mcu_mail.mail.tls import LoginRefusedError, TlsError, check_clear_text, no_trust
from mcu_mail.waits import may_wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

__all__ = ["Fetched", "ImapAccount", "LoginRefusedError", "Mailbox", "TlsError"]

# One FETCH asks for at most so much, so that memory stays flat behind a large backlog.
_BULK_COUNT = 200
_BULK_OCTETS = 8 * 1024 * 1024
_PIECE_OCTETS = 1024 * 1024
_ANSWER_OCTETS = 2 * 1024
"""Of one mail's answer, beside its body."""
_FAREWELL = 5.0
"""Seconds that a server is given to answer LOGOUT: nothing depends on it any more."""
_VALIDITY = re.compile(rb"UIDVALIDITY (\d{1,12})")
_FOLLOWING = re.compile(rb"UIDNEXT (\d{1,12})")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """One message as the server holds it; `internaldate` is when the server took it."""

    uid: int
    raw: bytes
    internaldate: datetime
    size: int


class _Box(BaseMailBox):
    """imap_tools over a connection whose certificate was verified."""

    def __init__(self, account: ImapAccount) -> None:
        self._account = account
        super().__init__()

    def _get_mailbox_client(self) -> Guarded:
        self.wire = connect(self._account)
        return self.wire


class Mailbox:
    """A selected folder of one account; use as a context manager.

    Every method raises TemporaryError when the server or the network fails; the connection is
    then of no further use: the next pass opens a new one.
    """

    def __init__(self, account: ImapAccount) -> None:
        check_clear_text(account.host, account.security)
        self._account = account
        with _speaking(account.host):
            self._box = _Box(account)
        self._client = self._box.wire
        try:
            with _speaking(account.host):
                fail_point("imap.connected")
                self._login()
                self._capabilities = self._read_capabilities()
                self._prefix, self._delimiter = self._read_namespace()
                self.uidvalidity = self._select(account.folder)
        except BaseException:
            with contextlib.suppress(OSError):
                self._client.shutdown()
            raise

    @classmethod
    def open(cls, account: ImapAccount) -> Self:
        """Connect, log in and select the account's folder.

        Raises:
            LoginRefusedError: the server does not take the user or the password.
            TlsError: no trusted encrypted channel; the password was not sent.
            TemporaryError: the server does not answer.
            RefusedError: clear text to another machine is asked for, or there is no such folder.

        """
        return cls(account)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Log out; a server that is already gone is no fault."""
        with contextlib.suppress(OSError):
            self._client.sock.settimeout(min(self._account.timeout, _FAREWELL))
        with contextlib.suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
            self._box.logout()
        with contextlib.suppress(OSError):
            self._client.shutdown()

    def uids_above(self, uid: int) -> list[int]:
        """UIDs greater than `uid`, oldest first."""
        with _speaking(self._account.host):
            # Without NOOP a server may answer from the view it had at the last command.
            self._client.noop()
            found = map(int, self._box.uids(f"UID {uid + 1}:*", charset=None))
            # `n:*` names the last message even when its UID is below n.
            return sorted(number for number in found if number > uid)

    def all_uids(self) -> list[int]:
        """Every UID of the folder, oldest first."""
        return self.uids_above(0)

    def uids_since(self, day: date) -> list[int]:
        """UIDs of the mails that came on that day of the server's or later, oldest first."""
        with _speaking(self._account.host):
            # English whatever the language of this machine.
            on = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
            return sorted(map(int, self._box.uids(f"SINCE {on}", charset=None)))

    def count(self) -> int:
        """How many messages the folder holds now."""
        return len(self.all_uids())

    def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """Octets of each message that is still there."""
        sizes: dict[int, int] = {}
        for some in _chunks(uids):
            for items, _ in self._fetch(some, "(UID RFC822.SIZE)"):
                uid, size = uid_of(items), size_of(items)
                if uid is not None and size is not None:
                    sizes[uid] = size
        return sizes

    def heads(self, uids: Iterable[int], fields: Iterable[str]) -> dict[int, bytes]:
        """These fields of the header of each message that is still there; the names are ours."""
        names = " ".join(fields)
        heads: dict[int, bytes] = {}
        for some in _chunks(uids):
            for items, body in self._fetch(some, f"(UID BODY.PEEK[HEADER.FIELDS ({names})])"):
                uid = uid_of(items)
                if uid is not None and body is not None:
                    heads[uid] = body
        return heads

    def located(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """Where messages with these bytes lie in the folder.

        Args:
            wanted: SHA-256 of the bytes → their octets. Nothing of a mail reaches a command.

        Returns:
            SHA-256 → UID, without those that are not there.

        """
        sizes = set(wanted.values())
        alike = [uid for uid, size in self.sizes(self.all_uids()).items() if size in sizes]
        found: dict[str, int] = {}
        for uid in alike:
            digest = hashlib.sha256()
            for piece in self.pieces(uid):
                digest.update(piece)
            if digest.hexdigest() in wanted:
                found[digest.hexdigest()] = uid
                if len(found) == len(wanted):
                    break
        return found

    def fetch(self, uid: int) -> Fetched | None:
        """The message with this UID without marking it seen; None when it is gone."""
        return next(self.fetch_many([uid]), None)

    def fetch_many(self, uids: Iterable[int]) -> Iterator[Fetched]:
        """The messages with these UIDs, oldest first; gone ones are skipped.

        They come in bulks bounded by count and octets, so memory stays flat.
        """
        sizes = self.sizes(uids)
        for bulk in bulks(sizes, count=_BULK_COUNT, octets=_BULK_OCTETS):
            fail_point("imap.fetch.before")
            octets = sum(sizes[uid] for uid in bulk)
            fetched = sorted(self._messages(bulk, octets), key=lambda message: message.uid)
            fail_point("imap.fetch.after")
            yield from fetched

    def arrived(self, uid: int) -> datetime | None:
        """When the server took this message, without its bytes; None when it is gone."""
        answers = self._fetch([uid], "(UID INTERNALDATE)")
        return next((internaldate_of(items) for items, _ in answers if uid_of(items) == uid), None)

    def pieces(self, uid: int, octets: int = _PIECE_OCTETS) -> Iterator[bytes]:
        """The raw message in pieces, for one that is too large for memory; none when it is gone.

        Raises:
            TemporaryError: it went while it was being read.

        """
        start = 0
        while True:
            answers = self._fetch([uid], f"(UID BODY.PEEK[]<{start}.{octets}>)", octets)
            piece = next((body for items, body in answers if body and uid_of(items) == uid), b"")
            if piece:
                yield piece
            elif start and uid not in self._there([uid]):
                raise TemporaryError("Письмо исчезло из почтового ящика, пока его читали")
            if len(piece) < octets:
                return
            start += octets

    def ensure_folders(self) -> None:
        """Create the account's folders that are missing, and show them in mail programs."""
        for name in (self._account.done, self._account.aside, self._account.ignored):
            self.ensure_folder(name)

    def ensure_folder(self, name: str) -> None:
        """Create one folder when it is missing."""
        path = self._path(name)
        with _speaking(self._account.host):
            if self._client.status(encode_folder(path).decode("ascii"), "(UIDNEXT)")[0] != "OK":
                fail_point("imap.create.before")
                self._box.folder.create(path)
                fail_point("imap.create.after")
                with contextlib.suppress(ImapToolsError):
                    self._box.folder.subscribe(path, value=True)

    def has(self, name: str) -> bool:
        """Whether there is a folder of that name."""
        with _speaking(self._account.host):
            return bool(self._box.folder.exists(self._path(name)))

    def standing(self, name: str) -> str | None:
        """«UIDVALIDITY:UIDNEXT» of another folder: alike while nothing came to lie there."""
        path = encode_folder(self._path(name)).decode("ascii")
        with _speaking(self._account.host):
            status, data = self._client.status(path, "(UIDVALIDITY UIDNEXT)")
        text = b"".join(one for one in data if isinstance(one, bytes)).upper()
        validity, following = _VALIDITY.search(text), _FOLLOWING.search(text)
        if status != "OK" or validity is None or following is None:
            return None
        return f"{int(validity[1])}:{int(following[1])}"

    def move(self, uid: int, folder: str) -> bool:
        """Move one message; False when it is not in the folder any more."""
        return bool(self.move_many([uid], folder))

    def move_many(self, uids: Iterable[int], folder: str) -> set[int]:
        """Move messages, creating the folder when it is missing; which of them were moved."""
        moved: set[int] = set()
        for some in _chunks(uids):
            with _speaking(self._account.host):
                fail_point("imap.move.before")
                moved |= self._move(some, folder)
                fail_point("imap.move.after")
        return moved

    def _move(self, uids: list[int], folder: str) -> set[int]:
        names_copies = "UIDPLUS" in self._capabilities
        verb = "MOVE" if "MOVE" in self._capabilities else "COPY"
        target = encode_folder(self._path(folder)).decode("ascii")
        # A server that does not name the copies is asked before what is there to be moved.
        present = uids if names_copies else self._present(uids)
        self._client.response("COPYUID")
        status, data = self._client.uid(verb, uid_set(present), target) if present else ("OK", [])
        if status != "OK":
            # The folder is missing, or another client took some of the messages meanwhile.
            self._client.noop()
            self.ensure_folder(folder)
            present = self._present(uids)
            if present:
                status, data = self._client.uid(verb, uid_set(present), target)
        if status != "OK" and present:
            raise TemporaryError(f"Письмо не переносится в папку {folder}: {shown(data)}")
        moved = copied_uids(self._client.response("COPYUID")[1]) if names_copies else set(present)
        if verb == "COPY" and moved:
            fail_point("imap.copied")
            self._remove(sorted(moved))
        return moved

    def _present(self, uids: list[int]) -> list[int]:
        """Which of the UIDs are in the folder and not marked for removal."""
        found = self._box.uids(f"UID {uid_set(uids)} UNDELETED", charset=None)
        return sorted(set(map(int, found)) & set(uids))

    def _remove(self, uids: list[int]) -> None:
        """Take copied messages out of the folder, and only them.

        Without UIDPLUS they stay there, marked: EXPUNGE would delete what others have marked.
        """
        self._client.uid("STORE", uid_set(uids), "+FLAGS.SILENT", r"(\Deleted)")
        fail_point("imap.marked")
        if "UIDPLUS" in self._capabilities:
            self._client.uid("EXPUNGE", uid_set(uids))

    def _login(self) -> None:
        account = self._account
        try:
            if "AUTH=PLAIN" in self._client.capabilities:
                # SASL takes any password; LOGIN takes ASCII only.
                self._box.login_utf8(account.user, account.password, initial_folder=None)
            else:
                self._box.login(account.user, account.password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, ImapToolsError, UnicodeEncodeError) as error:
            if "[UNAVAILABLE]" in str(error):
                raise TemporaryError(
                    f"Почтовый сервер {account.host} временно никого не пускает"
                ) from error
            raise LoginRefusedError(
                f"Почтовый сервер {account.host} не принял имя или пароль почтового ящика"
            ) from error

    def _read_capabilities(self) -> frozenset[str]:
        # Servers offer more after the login: Dovecot names MOVE and UIDPLUS only then.
        _, data = self._client.capability()
        return frozenset(b" ".join(data).decode("ascii", "replace").upper().split())

    def _read_namespace(self) -> tuple[str, str]:
        """The prefix of the user's own folders and the delimiter of their names."""
        if "NAMESPACE" in self._capabilities:
            _, data = self._client.namespace()
            named = personal_namespace(data[0]) if data and isinstance(data[0], bytes) else None
            if named:
                return named
        root = self._box.folder.list("", "")
        return "", root[0].delim if root and root[0].delim.upper() != "NIL" else ""

    def _path(self, name: str) -> str:
        """The server's name of a configured folder."""
        if CONTROL.search(name):
            raise RefusedError(f"Недопустимое имя почтовой папки: {name!r}")
        path = name.replace("/", self._delimiter) if self._delimiter else name
        own = path.split(self._delimiter, 1)[0] if self._delimiter else path
        if own.upper() == "INBOX" or (self._prefix and path.startswith(self._prefix)):
            return path
        return self._prefix + path

    def _select(self, name: str) -> int:
        try:
            self._box.folder.set(self._path(name))
        except ImapToolsError as error:
            raise RefusedError(f"В почтовом ящике нет папки {name}") from error
        _, data = self._client.response("UIDVALIDITY")
        if not data or not isinstance(data[0], bytes):
            raise TemporaryError("Почтовый сервер не назвал UIDVALIDITY")
        return int(data[0])

    def _fetch(
        self, uids: list[int], parts: str, octets: int = 0
    ) -> list[tuple[bytes, bytes | None]]:
        with _speaking(self._account.host):
            self._client.expected = octets + _ANSWER_OCTETS * len(uids)
            status, data = self._client.uid("FETCH", uid_set(uids), parts)
            if status != "OK":
                # Dovecot says NO when another client expunged one of several meanwhile.
                present = self._there(uids)
                if not present:
                    return []
                self._client.expected = octets + _ANSWER_OCTETS * len(uids)
                status, data = self._client.uid("FETCH", uid_set(sorted(present)), parts)
        if status != "OK":
            raise TemporaryError(f"Почтовый сервер не отдаёт письма: {shown(data)}")
        return joined(data)

    def _messages(self, uids: list[int], octets: int) -> Iterator[Fetched]:
        empty = []
        parts = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[])"
        for items, literal in self._fetch(uids, parts, octets):
            uid, arrived = uid_of(items), internaldate_of(items)
            raw = b"" if literal is None and is_empty_body(items) else literal
            # Reports of changed flags come between the answers and carry no body.
            if uid is None or raw is None:
                continue
            if arrived is None:
                raise TemporaryError(f"Почтовый сервер не назвал времени прихода письма {uid}")
            message = Fetched(uid=uid, raw=raw, internaldate=arrived, size=size_of(items) or 0)
            if raw:
                yield message
            else:
                empty.append(message)
        if empty:
            # Dovecot answers OK with NIL and the year 1970 for a mail that another client has
            # just expunged; only what is still there really is an empty mail.
            there = self._there([message.uid for message in empty])
            yield from (message for message in empty if message.uid in there)

    def _speaking(self) -> contextlib.AbstractContextManager[None]:
        return _speaking(self._account.host)

    def _there(self, uids: list[int]) -> set[int]:
        with _speaking(self._account.host):
            self._client.noop()
            return set(map(int, self._box.uids(f"UID {uid_set(uids)}", charset=None)))


def _chunks(uids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(uids))
    for start in range(0, len(ordered), _BULK_COUNT):
        yield ordered[start : start + _BULK_COUNT]


@contextlib.contextmanager
def _speaking(host: str) -> Iterator[None]:
    """Turn what imaplib and the network raise into the project's errors."""
    may_wait("the mailbox")
    try:
        yield
    except ssl.SSLError as error:
        raise no_trust(host, error) from error
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        # A line that was not expected may be one of somebody's mail.
        why = str(error).split("b'")[0].split('b"')[0].rstrip(" [:(")[:200]
        raise TemporaryError(f"Почтовый сервер {host} (IMAP): {why}") from error
    except (ValueError, IndexError) as error:
        # imap_tools and int() meet an answer that is none of the protocol's.
        raise TemporaryError(f"Непонятный ответ почтового сервера {host} (IMAP)") from error

"""An office on real servers, seen from outside: its people's mailboxes, its folders, its clock.

Mailboxes are read where Dovecot keeps them, so that looking costs next to nothing and no server is
asked in the middle of a kill.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import yaml
from imap_tools.imap_utf7 import utf7_encode

from mcu_mail.documents.folder import MARKER, Folder
from mcu_mail.rehearsal.people import Client, Writer, fresh_mail, press, reply, text_of
from mcu_mail.rehearsal.stage import SHIPPED, Stage
from tests.kill.zygote import PASSWORD, office_clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from email.message import EmailMessage

    from tests.peers.post import RealPostOffice

USER, OURS, DOMAIN = "mcu", "mcu@okrug.example", "okrug.example"
REGION = ("otvetk42@gmail.com", "priem@ako.ru")
DONE, ASIDE, OTHER = "МЦУ/Обработано", "МЦУ/Не разобрано", "МЦУ/Прочее"
ZONE = ZoneInfo("Asia/Novokuznetsk")
MORNING = datetime(2026, 11, 23, 8, 40, tzinfo=ZONE)
SETTINGS: Mapping[str, Any] = {
    "sheets.minutes": 60,
    "digests.at": ["08:30", "16:30"],
    "letters.engine": "native",
    "letters.word_format": "docx",
    "letters.templates": "templates",
    "folders.settle_seconds": 0,
    "mail.imap.poll_seconds": 1,
    "store.backup_keep": 1,
}
PEOPLE: Mapping[str, Mapping[str, Any]] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))[
    "people"
]
MINISTRY = Writer(name="Приёмная", address="press@region.example", client=Client.plain)
CITIZEN = Writer(name="Вымысел Ян", address="yan@mail.example", client=Client.plain)
_CLIENTS = {"roads_head": Client.outlook, "uzhtr_head": Client.mailru, "registry": Client.plain}


def writer(person: str) -> Writer:
    """A person of the settings at the mail program he has."""
    known = PEOPLE[person]
    surname, name, _ = known["name"].split()
    client = _CLIENTS.get(person, Client.gmail)
    return Writer(name=f"{name} {surname}", address=known["email"], client=client)


@dataclass(frozen=True)
class Letter:
    """A mail as it lies in a mailbox."""

    file: str
    raw: bytes

    @cached_property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)

    @cached_property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @cached_property
    def text(self) -> str:
        return text_of(self.mail).replace("\r\n", "\n")

    @property
    def number(self) -> str:
        """The case that its subject names."""
        return self.subject.partition("МЦУ ")[2][:11]


class Office:
    """One office in one folder, its day, its people."""

    def __init__(
        self, folder: Path, post: RealPostOffice, changes: Mapping[str, Any] | None = None
    ) -> None:
        self.folder, self.post = folder, post
        self.changes: dict[str, Any] = {**SETTINGS, **(changes or {})}
        self.clock = folder / "clock"
        folder.mkdir(parents=True)
        shutil.copytree(SHIPPED.parent / "templates", folder / "templates")
        self.set_clock(MORNING)
        self._letters: dict[Path, dict[str, Letter]] = {}
        self._serial = 0
        self.promised: Counter[str] = Counter()
        """How many letters to the region each case owes by now."""
        self.sent_again: Counter[str] = Counter()
        """How often a person has asked that a number be sent once more."""
        self.by_hand: set[tuple[str, str]] = set()
        """(case, address) that a person has said to have served himself."""
        self.asked_about_unknown = 0
        """Of how many letters the dispatcher was asked whether they had arrived."""
        self.injected: dict[str, str] = {}
        """SHA-256 → Message-ID of every mail that came from outside."""
        self.dropped: dict[str, bytes] = {}
        """What the clerk has put into folders."""
        self.configure()

    # --- its settings and its clock --------------------------------------------------------------

    def configure(self, **changes: Any) -> None:
        """Write the settings anew; they count from the next start."""
        self.changes |= {name.replace("__", "."): value for name, value in changes.items()}
        self.config = Stage(self.folder, self.post, PASSWORD, self.changes).config

    @property
    def now(self) -> datetime:
        """The moment by the office's clock."""
        return office_clock(self.clock).astimezone(ZONE)

    def set_clock(self, moment: datetime) -> None:
        ahead = moment.timestamp() - datetime.now(tz=ZONE).timestamp()
        part = self.clock.with_name("clock.part")
        part.write_text(str(ahead), encoding="ascii")
        part.replace(self.clock)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.set_clock(self.now + timedelta(**span))

    # --- what lies where -------------------------------------------------------------------------

    def box(self, address: str, folder: str = "INBOX") -> list[Letter]:
        """What lies in a folder of an address, oldest first."""
        place = self.post.base / "mail" / address.lower() / "Maildir"
        if folder != "INBOX":
            place = place.joinpath(*(utf7_encode(one).decode() for one in folder.split("/")))
        known = self._letters.setdefault(place, {})
        there: dict[str, Letter] = {}
        for name, path in sorted(_files(place)):
            try:
                there[name] = known.get(name) or Letter(name, path.read_bytes())
            except FileNotFoundError:
                continue
        known |= there
        return list(there.values())

    def mails(self, person: str) -> list[Letter]:
        """What an official has got."""
        return self.box(PEOPLE[person]["email"])

    def find(self, person: str, subject: str, words: str = "", after: int = 0) -> Letter | None:
        """The newest mail of an official with these words in its subject and text."""
        for letter in reversed(self.mails(person)[after:]):
            if subject in letter.subject and words in f"{letter.subject}\n{letter.text}":
                return letter
        return None

    def files(self, folder: str) -> list[Path]:
        """The files of a folder of the clerk."""
        place = self.folder / "outbox" / folder
        return sorted(one for one in place.glob("*") if one.is_file()) if place.is_dir() else []

    def has_folders(self) -> bool:
        """Whether the daemon has made the clerk's folders."""
        return (self.folder / "outbox" / MARKER).is_file()

    def printed(self, number: str) -> bytes | None:
        """The PDF of a case in «На подпись»."""
        path = self.folder / "outbox" / Folder.TO_SIGN / f"{number} Ответ.pdf"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def is_waiting(self) -> bool:
        """Whether a mail of the office waits for its moment: a later try, or the witness."""
        with closing(sqlite3.connect(f"file:{self.folder}/var/mcu.db?mode=ro", uri=True)) as base:
            # A letter of which nobody knows stays so when a person has closed its case.
            found = base.execute(
                "SELECT COUNT(*) FROM recipients JOIN outgoing ON outgoing.id = outgoing_id "
                "LEFT JOIN cases ON cases.id = case_id WHERE NOT witness AND "
                "(recipients.state IN ('queued', 'deferred', 'sending') OR "
                "recipients.state = 'unknown' AND (kind != 'letter' OR cases.state != 'closed'))"
            ).fetchone()[0]
            found += base.execute("SELECT COUNT(*) FROM tasks WHERE done_at IS NULL").fetchone()[0]
        return bool(found)

    def asides(self) -> list[int]:
        """The numbers of the mails that wait for a person, as the command lists them."""
        with closing(sqlite3.connect(f"file:{self.folder}/var/mcu.db?mode=ro", uri=True)) as base:
            found = base.execute("SELECT id FROM mails WHERE state = 'aside' ORDER BY id")
            return [row[0] for row in found]

    def letters_in_doubt(self) -> int:
        """How many letters were being handed over when the daemon died: none before its first."""
        base = self.folder / "var" / "mcu.db"
        if not self.has_folders():
            return 0
        with closing(sqlite3.connect(f"file:{base}?mode=ro", uri=True)) as database:
            return int(
                database.execute(
                    "SELECT COUNT(DISTINCT outgoing.id) FROM outgoing JOIN recipients "
                    "ON outgoing_id = outgoing.id WHERE kind = 'letter' AND state = 'sending' "
                    "AND NOT witness AND rcpt_at IS NOT NULL"
                ).fetchone()[0]
            )

    def is_closed(self, number: str) -> bool:
        """Whether nothing is owed in a case any more."""
        with closing(sqlite3.connect(f"file:{self.folder}/var/mcu.db?mode=ro", uri=True)) as base:
            found = base.execute("SELECT state FROM cases WHERE number = ?", (number,)).fetchone()
        return bool(found) and found[0] == "closed"

    def step_of(self, external_id: str) -> str:
        """At which step the case of a message stands; empty while there is none."""
        with closing(sqlite3.connect(f"file:{self.folder}/var/mcu.db?mode=ro", uri=True)) as base:
            found = base.execute(
                "SELECT step FROM cases WHERE external_id = ?", (external_id,)
            ).fetchone()
        return str(found[0]) if found else ""

    def number_of(self, number: str) -> str:
        """Under which number of the register the letter of a case goes."""
        with closing(sqlite3.connect(f"file:{self.folder}/var/mcu.db?mode=ro", uri=True)) as base:
            found = base.execute(
                "SELECT register.number FROM register JOIN cases ON cases.id = case_id "
                "WHERE cases.number = ? ORDER BY register.id DESC",
                (number,),
            ).fetchone()
        return str(found[0])

    @property
    def departments(self) -> list[dict[str, Any]]:
        """As the settings have them."""
        return list(yaml.safe_load(self.config.read_text(encoding="utf-8"))["departments"])

    # --- what people do --------------------------------------------------------------------------

    def arrives(self, raw: bytes) -> None:
        """A mail comes into the service's box."""
        digest = digest_of(raw)
        assert digest not in self.injected
        self.injected[digest] = str(message_from_bytes(raw, policy=default)["Message-ID"])
        self.post.deliver(OURS, raw, internaldate=self.now)

    def notice(self, text: str, subject: str = "Сообщение", who: Writer = MINISTRY) -> None:
        self.arrives(self.written(who, subject, text))

    def written(self, who: Writer, subject: str, text: str, **more: Any) -> bytes:
        """A mail that answers nothing."""
        self._serial += 1
        more.setdefault("message_id", f"<own.{self._serial}@pc.example>")
        return fresh_mail(who, OURS, subject, text, self.now, **more)

    def reply(
        self,
        person: str,
        to: Letter,
        text: str,
        files: Sequence[tuple[str, str, bytes]] = (),
    ) -> None:
        self._serial += 1
        self.arrives(
            reply(writer(person), to.mail, text, self.now, files=files, serial=self._serial)
        )

    def press(self, person: str, mail: Letter, label: str, added: str = "") -> None:
        self.arrives(press(writer(person), mail.mail, label, self.now, added))

    def drop(self, folder: str, name: str, content: bytes) -> Path:
        """The clerk puts a whole file into a folder; it has lain there an hour."""
        place = self.folder / "outbox" / folder
        self.dropped[name] = content
        part = self.folder / f"clerk-{name}"
        part.write_bytes(content)
        then = self.now.timestamp() - 3600
        os.utime(part, (then, then))
        return part.rename(place / name)


def digest_of(raw: bytes) -> str:
    """Of a mail, whatever line ends it is kept with."""
    return hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()


def _files(maildir: Path) -> Iterator[tuple[str, Path]]:
    for part in ("new", "cur"):
        try:
            for entry in os.scandir(maildir / part):
                yield entry.name.partition(":")[0], Path(entry.path)
        except FileNotFoundError:
            continue

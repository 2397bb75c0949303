"""An office of the shipped configuration that can die at any fail point and be opened anew."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import yaml

from mcu_mail import wiring
from mcu_mail.documents.engines import Rendered
from mcu_mail.documents.esign import Signature, Signer
from mcu_mail.documents.folder import Folder, Folders
from mcu_mail.documents.scan import Scan, ScanPage
from mcu_mail.domain.codes import PrintMark
from mcu_mail.errors import StoreError
from mcu_mail.failpoints import CrashError, armed, fail_point
from mcu_mail.mail.reader import Reader
from mcu_mail.mail.reader_process import handle
from mcu_mail.rehearsal.people import Client, Writer, fresh_mail, reply
from mcu_mail.rehearsal.stage import PASSWORD_VARIABLE, rehearsal_settings
from mcu_mail.service.paper_names import print_name
from mcu_mail.service.rounds import Rounds
from mcu_mail.service.signed_copy import Copy, take_copy
from mcu_mail.store.files import Files
from mcu_mail.store.unit_of_work import Store
from tests.model.outside import OURS, PostOffice, head_of
from tests.store import stores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from email.message import EmailMessage

    from mcu_mail.service.desk import Desk
    from mcu_mail.service.scan_notes import Refusal

SERVER = "mail.okrug.example"
REGION = ("otvetk42@gmail.com", "priem@ako.ru")
_MEMORY = Path("/dev/shm")
_ON_PAPER = b"%PDF-1.4\n% a sheet of the model\n"


def fresh_folder() -> Path:
    """A folder of its own, in memory where the machine has such a place."""
    return Path(mkdtemp(prefix="mcu-model-", dir=_MEMORY if _MEMORY.is_dir() else None))


class HereReader(Reader):
    """Reads mails in this process: the same code, without the way there and back."""

    def __init__(self) -> None:
        self._process = cast("Any", SimpleNamespace(ask=lambda *order: handle(order), pid=None))


class PlainPress:
    """An office program that makes a sheet in no time; the Word file is the real one."""

    def make_pdf(self, _content: Any, docx: bytes) -> Rendered:
        fail_point("model.press")
        pdf = _ON_PAPER + hashlib.sha256(docx).hexdigest().encode()
        return Rendered(pdf=pdf, engine="native", pages=1)

    def end_leftovers(self) -> int:
        return 0

    def close(self) -> None:
        return None


@dataclass(frozen=True)
class Base:
    """What all offices of one kind share: the open desk, and an empty store to copy."""

    folder: Path
    desk: Desk


@cache
def base_of(mode: str) -> Base:
    """An office with an empty store; made once."""
    folder = fresh_folder()
    os.environ[PASSWORD_VARIABLE] = "unused"
    nowhere = SimpleNamespace(host="127.0.0.1", imap_port=1, smtp_port=1)
    values = rehearsal_settings(cast("Any", nowhere))
    values["letters"] |= {"engine": "native", "word_format": "docx"}
    values["mail"]["trust"] = {"authserv_id": SERVER}
    values["register"] |= {"mode": mode}
    # A question is a mail of its own: what sheets do is shown elsewhere.
    values["sheets"] = {"minutes": 0}
    config = folder / "config.yaml"
    config.write_text(yaml.dump(values, allow_unicode=True), encoding="utf-8")
    desk = wiring.open_desk(config)
    desk.store.close()
    return Base(
        folder=folder, desk=replace(desk, reader=HereReader(), press=cast("Any", PlainPress()))
    )


class ModelOffice:
    """One office: its store and folders on a disk of its own, people, a server, a played clock."""

    def __init__(self, mode: str = "master") -> None:
        self.mode = mode
        self.base = base_of(mode)
        self.folder = fresh_folder()
        # At a server of PostgreSQL, when `tests/store/stores.py` is told of one.
        self.url = stores.store_url(self.folder) if stores.SERVER else None
        if self.url is None:
            shutil.copy(self.base.folder / "var" / "mcu.db", self.folder / "mcu.db")
        self.now = datetime(2026, 11, 23, 8, 40, tzinfo=self.base.desk.zone)
        self.post = PostOffice(now=self.now)
        self.crashes: list[str] = []
        self.serial = 0
        self.read: dict[str, int] = {}
        self.rounds = self._opened()
        if self.url is not None:
            self.rounds.desk.store.prepare()

    def _opened(self) -> Rounds:
        desk = self.base.desk
        folders = Folders(self.folder / "outbox", settle_seconds=0)
        inbox = Folders(folders.base, settle_seconds=0, drop=Folder.INCOMING, work=".mcu-incoming")
        url = self.url or f"sqlite:///{self.folder / 'mcu.db'}"
        store = Store(url, Files(self.folder / "files"))
        return Rounds(
            desk=replace(desk, store=store, folders=folders, inbox=inbox, backlog={}), played=True
        )

    def fork(self) -> ModelOffice:
        """The same office once more, with a disk and a server of its own."""
        twin = ModelOffice(self.mode)
        self.rounds.desk.store.close()
        twin.rounds.desk.store.close()
        shutil.copytree(self.folder, twin.folder, dirs_exist_ok=True)
        twin.now, twin.post, twin.serial = self.now, deepcopy(self.post), self.serial
        return twin

    def another(self) -> Rounds:
        """A second process on the same store and folders."""
        return self._opened()

    @property
    def desk(self) -> Desk:
        """The desk of the process that runs now."""
        return self.rounds.desk

    def start(self) -> None:
        """A process starts."""
        self.rounds.start(self.now)

    def play(self, fault: str = "") -> None:
        """Rounds until nothing is owed; a process that dies in them is started anew.

        A fault of the disk or of the database ends no process: the next round goes on.
        """
        self.post.now = self.now
        with armed(fault):
            self._alive(lambda: self.rounds.until_idle(self.now))
        if fault:
            # What waits after a fault of a job waits for real minutes.
            self.rounds.health.until.clear()
            self._alive(lambda: self.rounds.until_idle(self.now))

    def _alive(self, work: Any) -> None:
        try:
            work()
            return
        except StoreError:
            # A daemon's tick survives it, and the next one goes on (`daemon._tick`).
            return
        except CrashError as crash:
            self.crashes.append(str(crash))
        self.die()
        self.start()
        self.rounds.until_idle(self.now)

    def die(self) -> None:
        """The process is gone with all that it knew; another one opens the store."""
        self.rounds.desk.store.close()
        self.rounds = self._opened()

    def close(self) -> None:
        """Forget the office."""
        self.rounds.desk.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def passes(self, span: timedelta) -> None:
        """Time goes by."""
        self.now += span
        self.post.now = self.now

    # --- people --------------------------------------------------------------------------------

    def address(self, person: str) -> str:
        """The registered address of a person."""
        return self.desk.office.people[person].email

    def proof(self, sender: str, *, good: bool) -> bytes:
        """What our own server writes on top of a mail."""
        result = "dmarc=pass" if good else "dmarc=none"
        domain = sender.partition("@")[2]
        return (
            f"Authentication-Results: {SERVER}; {result} header.from={domain}\r\n"
            f"Received: from pc by {SERVER} with ESMTPS id 1; Mon, 23 Nov 2026 09:00:00 +0700\r\n"
        ).encode()

    def answers(
        self,
        raw: bytes,
        sender: str,
        text: str,
        *,
        proven: bool = True,
        files: Sequence[tuple[str, str, bytes]] = (),
    ) -> None:
        """Somebody answers a mail of ours."""
        self.serial += 1
        mail = cast("EmailMessage", head_of(raw))
        writer = Writer(name="", address=sender, client=Client.plain)
        answer = reply(writer, mail, text, self.now, serial=self.serial, files=files)
        self.post.deliver(self.proof(sender, good=proven) + answer)

    def writes(self, sender: str, subject: str, text: str, *, proven: bool = True) -> None:
        """Somebody writes a mail that answers nothing."""
        self.serial += 1
        writer = Writer(name="", address=sender, client=Client.plain)
        raw = fresh_mail(
            writer, OURS, subject, text, self.now, message_id=f"<own.{self.serial}@pc.example>"
        )
        self.post.deliver(self.proof(sender, good=proven) + raw)

    def printed(self, number: str) -> bool:
        """Whether the letter lies in «На подпись»."""
        return (self.desk.folders.base / Folder.TO_SIGN / print_name(number, ".pdf")).is_file()

    def scan(self, case_id: int, version: int, content: bytes, fault: str = "") -> Refusal | None:
        """The clerk brings the signed copy of a version."""
        with self.desk.store.view() as view:
            letter = view.letters.get(case_id, version)
            case = view.cases.get(case_id)
        if letter is None:
            return None
        mark = PrintMark(case=case.number, version=version, page=1, code=letter.print_code)
        copy = Copy(
            content=_ON_PAPER + content,
            sha256=hashlib.sha256(content).hexdigest(),
            name="scan.pdf",
            scan=Scan(
                pages=(ScanPage(index=0, marks=(mark,), foreign=()),),
                media="pdf",
                signed_electronically=False,
            ),
            detached=b"a signature",
            signature=Signature(
                kind="detached",
                signers=(
                    Signer(
                        owner="Глава",
                        serial="01",
                        valid_from="",
                        valid_to="",
                        signed_at="",
                        belongs=True,
                    ),
                ),
            ),
        )
        found: list[Refusal | None] = []
        try:
            with armed(fault):
                found.append(take_copy(self.desk, copy, self.now, again=False))
        except CrashError as crash:
            self.crashes.append(str(crash))
            self.die()
            self.start()
            # The file lies in the work folder: the next process takes it up again.
            found.append(take_copy(self.desk, copy, self.now, again=True))
        except OSError:
            # A fence of the folder gives the file back, and it is taken once more.
            found.append(take_copy(self.desk, copy, self.now, again=False))
        return found[-1]

    # --- what the store says -------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Rows as anybody may read them beside the service."""
        if self.url is None:
            database = sqlite3.connect(self.folder / "mcu.db")
            try:
                database.row_factory = sqlite3.Row
                return [dict(row) for row in database.execute(query, values)]
            finally:
                database.close()
        with self.desk.store.engine.connect() as connection:
            found = connection.exec_driver_sql(
                query.replace("%", "%%").replace("?", "%s"), tuple(values)
            )
            return [_as_text(row._asdict()) for row in found]

    def mails_of(self, person: str) -> Mapping[str, bytes]:
        """What lies in a person's mailbox, by Message-ID, the newest last."""
        return {
            str(head_of(raw)["Message-ID"]): raw
            for raw in self.post.boxes.get(self.address(person), [])
        }


def _as_text(row: dict[str, Any]) -> dict[str, Any]:
    """A row as SQLite's driver would give it: JSON as its text."""
    return {
        key: json.dumps(value) if isinstance(value, dict | list) else value
        for key, value in row.items()
    }

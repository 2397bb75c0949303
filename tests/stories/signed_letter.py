"""A case brought by real mail to the step where the head signs, and the clerk's part after it.

The way there (notice, draft, approval) is walked once for all tests that start at the same place:
the office's whole folder is copied, as a restored backup would be, and opened at a new post office.
"""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from mcu_mail.documents.folder import Folder
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import Client, Writer, fresh_mail, press, reply, text_of
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.stage import Post, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from email.message import EmailMessage
    from pathlib import Path

    from mcu_mail.domain.case import Case
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.registry import Entry

USER, PASSWORD = "mcu", "пароль-от-ящика"
OURS = "mcu@okrug.example"
REGION = ("otvetk42@gmail.com", "priem@ako.ru")
NUMBER = "2026-000001"
DRAFT = (
    "Улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25. Посыпка "
    "противогололёдным материалом проведена. Повторная уборка запланирована на 25.11.2026.\n"
    "Связались: 23.11 11:20, по телефону"
)
NATIVE: Mapping[str, Any] = {"letters.engine": "native", "folders.settle_seconds": 0}

ministry = Writer(name="Пресс-служба", address="press@region.example")
head = Writer(name="Фёдор Трассов", address="dorogi@okrug.example", client=Client.outlook)
deputy = Writer(name="Илья Хозяйственнов", address="zam-zhkh@okrug.example")
dispatcher = Writer(name="Алла Письменнова", address="obr@okrug.example")
clerk = Writer(name="Нина Журналова", address="kanc@okrug.example")


def notice(stage: Stage, when: str, *, text: str = "", serial: int = 1, street: str = "") -> bytes:
    """A notice about snow; `street` and `serial` tell several citizens apart."""
    street = street or f"ул. Образцовая, д. {serial}"
    at = stage.moment(when)
    body = (
        f"Дата и время: {at:%d.%m.%Y %H:%M}\n"
        "Заявитель: Небывалова Алла Игнатьевна\n"
        f"Телефон: 8-900-000-00-{serial:02}\n"
        f"Адрес: пгт Тяжинский, {street}\n"
        f"Ссылка: https://vk.com/wall-{serial}_77\n"
        f"Текст: {text or 'Не чистят снег на дороге, вторую неделю не проехать трактору.'}\n"
    )
    return fresh_mail(ministry, OURS, f"Сообщение из соцсетей {serial}", body, at)


def bring_to_sign(stage: Stage, *, day: str = "2026-11-23", serial: int = 1) -> str:
    """From a notice to a letter in «На подпись», by mail; the number of the case."""
    known = {case.number for case in cases(stage)}
    stage.post.deliver(OURS, notice(stage, f"{day} 08:15", serial=serial))
    stage.play(f"{day} 08:53")
    stage.post.deliver(
        OURS, reply(head, stage.mails(head.address)[-1], DRAFT, stage.moment(f"{day} 11:30"))
    )
    stage.play(f"{day} 11:31")
    asked = stage.mails(deputy.address)[-1]
    stage.post.deliver(OURS, press(deputy, asked, "Согласовать", stage.moment(f"{day} 13:00")))
    stage.play(f"{day} 13:01")
    (number,) = {case.number for case in cases(stage)} - known
    assert the_case(stage, number).step == "sign"
    return number


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An office's folder in which one letter waits for the head, and its scan."""

    folder: Path
    changes: Mapping[str, Any]
    scan: bytes

    def on(self, folder: Path, post: Post, changes: Mapping[str, Any] | None = None) -> Stage:
        """The same office at another post office; `changes` are settings changed since."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        stage = Stage(folder, post, PASSWORD, {**self.changes, **(changes or {})})
        assert stage.to_sign(NUMBER)
        return stage


def prepare(folder: Path, changes: Mapping[str, Any]) -> Prepared:
    """Bring one case to the step where the head signs."""
    with PostOffice({USER: PASSWORD}, ["okrug.example"]) as post:
        stage = Stage(folder, post, PASSWORD, changes)
        with stage.opened():
            assert bring_to_sign(stage) == NUMBER
            scan = sign_and_scan(stage.to_sign(NUMBER), grey=True, dpi=150)
    return Prepared(folder=folder, changes=changes, scan=scan)


# --- what the store says ------------------------------------------------------------------------


def cases(stage: Stage) -> tuple[Case, ...]:
    """Every case, closed ones too."""
    found: list[Case] = []
    with stage.desk.store.view() as view:
        for year in (2026, 2027):
            serial = 1
            while (case := view.cases.by_number(f"{year}-{serial:06}")) is not None:
                found.append(case)
                serial += 1
    return tuple(found)


def faulty(stage: Stage) -> PostOffice:
    """The stage's post office with its scripted faults; the real one has them too."""
    return cast("PostOffice", stage.post)


def the_case(stage: Stage, number: str = NUMBER) -> Case:
    """One case as it stands."""
    with stage.desk.store.view() as view:
        case = view.cases.by_number(number)
    assert case is not None
    return case


def kinds(stage: Stage, number: str = NUMBER) -> list[str]:
    """The kinds of a case's events, in order."""
    case = the_case(stage, number)
    with stage.desk.store.view() as view:
        return [event.kind for event in view.journal.of_case(case.id)]


def register(stage: Stage) -> tuple[Entry, ...]:
    """The register of outgoing letters."""
    with stage.desk.store.view() as view:
        return view.register.of_year(None)


def letter_out(stage: Stage, number: str = NUMBER) -> Outgoing:
    """The letter in the outgoing queue."""
    case = the_case(stage, number)
    with stage.desk.store.view() as view:
        (message,) = view.queue.letter_of(case.id)
    return message


def states(stage: Stage, number: str = NUMBER) -> dict[str, str]:
    """State by address of the letter."""
    return {item.address: item.state.value for item in letter_out(stage, number).addressees}


def mail_states(stage: Stage) -> list[tuple[str, str]]:
    """(kind, state) of every mail that was taken in, in the order of the ledger."""
    with sqlite3.connect(stage.folder / "var" / "mcu.db") as database:
        rows = database.execute("SELECT kind, state FROM mails ORDER BY id").fetchall()
    database.close()
    return [(kind or "", state) for kind, state in rows]


# --- what people and the folder see -------------------------------------------------------------


def listing(stage: Stage, folder: str) -> list[str]:
    """The names in a folder of the clerk, our own notes about the day aside."""
    place = stage.desk.folders.base / folder
    if not place.is_dir():
        return []
    return sorted(item.name for item in place.iterdir() if item.name != "Сегодня.txt")


def note_of(stage: Stage, stem: str) -> str:
    """The `.txt` beside a refused file, its encoding and line ends checked."""
    path = stage.desk.folders.base / Folder.REFUSED / f"{stem} – НЕ ПРИНЯТ.txt"
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    return raw.decode("utf-8-sig")


def subjects(stage: Stage, address: str) -> list[str]:
    """The subjects an address has received, oldest first."""
    return [str(mail["Subject"]) for mail in stage.mails(address)]


def texts(stage: Stage, address: str) -> str:
    """Everything an address has received, as one text."""
    return "\n".join(text_of(mail) for mail in stage.mails(address))


def attached(mail: EmailMessage) -> dict[str, bytes]:
    """Content by name of a mail's attachments."""
    return {str(part.get_filename()): part.get_content() for part in mail.iter_attachments()}


def copies(stage: Stage) -> list[int]:
    """How many letters each regional address has got."""
    return [len(stage.mails(address)) for address in REGION]


def at(stage: Stage, text: str) -> datetime:
    """«16:40» of the first day."""
    return stage.moment(f"2026-11-23 {text}")


def tell(stage: Stage, writer: Writer, mail: EmailMessage, words: str, when: str) -> None:
    """A person answers a mail of ours, and the service hears it."""
    stage.post.deliver(OURS, reply(writer, mail, words, at(stage, when)))


def bounce(
    address: str, original: bytes, *, writer: str = "relay.example", serial: int = 1
) -> bytes:
    """What a mail server sends when it cannot deliver what it had accepted (RFC 3464)."""
    headers = original.split(b"\r\n\r\n", 1)[0].decode()
    return (
        f"From: MAILER-DAEMON@{writer}\r\n"
        f"To: {OURS}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <bounce.{serial}.{address}@{writer}>\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; "
        'boundary="B"\r\n\r\n'
        f"--B\r\nContent-Type: text/plain\r\n\r\n<{address}>: user unknown in table\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; {writer}\r\n\r\nFinal-Recipient: rfc822; {address}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n"
        f"--B\r\nContent-Type: text/rfc822-headers\r\n\r\n{headers}\r\n--B--\r\n"
    ).encode()

"""One day of the office for stories: people by the names of the configuration, a clock in words.

Every step of a story delivers a mail and plays its moment. After it `got` says who received what
because of it, and `moved` what of the case changed: a story can so state what did not happen.
"""

from __future__ import annotations

import dataclasses
import logging
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import yaml

from mcu_mail.rehearsal.people import Client, Writer, fresh_mail, press, reply, text_of
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.stage import SHIPPED, Stage
from tests.conftest import DOMAIN, PASSWORD, USER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from email.message import EmailMessage
    from pathlib import Path

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.rehearsal.stage import Post
    from mcu_mail.store.journal import Event
    from mcu_mail.store.letters import Letter

SERVICE = "mcu@okrug.example"
REGION = ("otvetk42@gmail.com", "priem@ako.ru")
PEOPLE: Mapping[str, Mapping[str, Any]] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))[
    "people"
]
CLIENTS = {
    "roads_head": Client.outlook,
    "dep_life": Client.gmail,
    "uzhtr_head": Client.mailru,
    "uzhtr_deputy": Client.phone,
    "appeals": Client.outlook,
    "registry": Client.plain,
}
MORNING_LINE = "Служба работает, "
NATIVE = {"letters.engine": "native", "letters.word_format": "docx"}
"""Letters in a few hundredths of a second, where the engine does not matter."""

SNOW = """Дата и время: 23.11.2026 08:15
Заявитель: Небывалова Алла Игнатьевна
Телефон: 8-999-000-11-01
Адрес: пгт Тяжинский, ул. Образцовая, д. 7
Ссылка: https://vk.com/wall-990000001_48213?reply=48240
Текст: По улице Образцовой третий день не чистят снег, дети идут по проезжей части. Помогите!
"""
LIGHTS = """Дата и время: 23.11.2026 08:20
Заявитель: Придумкин Олег Макарович
Телефон: 8-999-000-11-02
Адрес: пгт Тяжинский, ул. Модельная, д. 5
Ссылка: https://vk.com/wall-990000001_48177
Текст: На улице Модельной не горят фонари, темнота, вечером страшно ходить.
"""
BLURRED = """Дата и время: 23.11.2026 08:25
Заявитель: Вымыслова Тамара Петровна
Телефон: 8-999-000-11-03
Адрес: пгт Тяжинский, ул. Макетная, д. 31
Ссылка: https://vk.com/wall-990000001_48301
Текст: У нас на улице Макетной дорога вся в ямах, и свалка рядом, мусор не вывозят. Сделайте уже!
"""
ANSWER = (
    "Улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25. Посыпка "
    "противогололёдным материалом проведена. Повторная уборка запланирована на 25.11.2026."
)
CONTACT = "Связались: 23.11 08:55, по телефону"
DRAFT = f"{ANSWER}\n{CONTACT}"
OTHER_ANSWER = (
    "Улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 31. Посыпка "
    "противогололёдным материалом проведена дважды. Повторная уборка запланирована на 25.11.2026."
)
_NOTICES = {SNOW: "snow", LIGHTS: "lights", BLURRED: "blurred"}
DECISIONS = frozenset({"approved", "returned", "head_returned", "edited", "draft", "executor"})
"""Events that only a verdict or a draft makes."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What of a case a mail may change."""

    step: str
    entry: int
    actor: str | None
    state: str
    department: str | None
    executor: str | None
    version: int
    letter_sha: str | None
    term: str
    draft: str | None
    contacts: int
    requests: tuple[tuple[str, str, str], ...]
    """(purpose, person, code) of the open ones."""
    decisions: int


@dataclass(frozen=True, kw_only=True)
class Walked:
    """An office's folder and mailboxes at a place where many stories begin."""

    folder: Path
    mails: Mapping[str, Sequence[bytes]]
    got: Mapping[str, Sequence[EmailMessage]]
    moved: frozenset[str]


def walk(folder: Path, place: str) -> Walked:
    """Walk to a place by real mail, once for all stories that begin there."""
    with PostOffice({USER: PASSWORD}, [DOMAIN]) as post:
        with OfficeDay(folder, post, NATIVE).opened() as day:
            if place in _NOTICES.values():
                day.notice(text=next(text for text, name in _NOTICES.items() if name == place))
            else:
                getattr(day, place)()
        boxes = post.mailboxes(_addresses().values())
        mails = {person: boxes[address] for person, address in _addresses().items()}
        return Walked(folder=folder, mails=mails, got=day.got, moved=frozenset(day.moved))


class OfficeDay:
    """The 23rd of November 2026, a Monday, in the office of the shipped configuration."""

    def __init__(
        self,
        folder: Path,
        post: Post,
        changes: Mapping[str, Any] | None = None,
        *,
        walked: Callable[[str], Walked] | None = None,
    ) -> None:
        self._walked = walked
        self.stage = Stage(folder, post, PASSWORD, changes)
        self.post = post
        self.got: dict[str, list[EmailMessage]] = {}
        self.moved: set[str] = set()
        self._seen: dict[str, int] = {}
        self._serial = 0
        self.year = 2026
        """Of the numbers of the cases."""
        server = (changes or {}).get("mail.trust", {}).get("authserv_id")
        domain = writer("roads_head").address.partition("@")[2]
        self._proof = (
            f"Authentication-Results: {server}; dmarc=pass header.from={domain}\r\n"
            f"Received: from pc by {server} with ESMTPS id 1; Mon, 23 Nov 2026 09:00:00 +0700\r\n"
            if server
            else ""
        )

    @contextmanager
    def opened(self) -> Iterator[OfficeDay]:
        """Hold the store while the story is told."""
        with self.stage.opened():
            yield self

    # --- what people do --------------------------------------------------------------------------

    def play(self, at: str) -> None:
        """Let the service do all that is owed at «09:30», and see what came of it."""
        before = self.standings()
        with _no_errors():
            faults = self.stage.play(_moment(at))
        assert faults == ()
        after = self.standings()
        self.moved = {
            field.name
            for number, standing in after.items()
            for field in dataclasses.fields(Standing)
            if getattr(before.get(number), field.name, None) != getattr(standing, field.name)
        }
        self.got = {}
        boxes = self.post.mailboxes(_addresses().values())
        for person, address in _addresses().items():
            mails = boxes[address]
            fresh = [
                message_from_bytes(raw, policy=default)
                for raw in mails[self._seen.get(person, 0) :]
            ]
            self._seen[person] = len(mails)
            # The line of each morning concerns no case.
            told = [one for one in fresh if MORNING_LINE not in str(one["Subject"])]
            if told:
                self.got[person] = told

    def arrives(self, raw: bytes, at: str) -> None:
        """A mail comes into the service's box, and its moment is played."""
        self.post.deliver(SERVICE, raw)
        self.play(at)

    def notice(self, at: str = "08:40", text: str = SNOW, *, subject: str = "Сообщение") -> None:
        """The region sends a citizen's message."""
        region = Writer(name="Приёмная", address="press@region.example", client=Client.plain)
        if at == "08:40" and text in _NOTICES and self._begin_at(_NOTICES[text]):
            return
        self.arrives(fresh_mail(region, SERVICE, subject, text, self.stage.moment(_moment(at))), at)

    def reply(
        self,
        person: str,
        text: str,
        at: str,
        *,
        to: EmailMessage | None = None,
        files: Sequence[tuple[str, str, bytes]] = (),
        sender: str | None = None,
        headers: str = "",
    ) -> None:
        """A person answers the last mail he got, or `to`, and the service hears it."""
        self.arrives(
            headers.encode()
            + self.reply_bytes(person, text, at, to=to, files=files, sender=sender),
            at,
        )

    def reply_bytes(
        self,
        person: str,
        text: str,
        at: str,
        *,
        to: EmailMessage | None = None,
        files: Sequence[tuple[str, str, bytes]] = (),
        sender: str | None = None,
    ) -> bytes:
        """The bytes of such an answer; every one has its own Message-ID."""
        self._serial += 1
        return reply(
            writer(person),
            to or self.last(person),
            text,
            self.stage.moment(_moment(at)),
            files=files,
            serial=self._serial,
            sender=sender,
        )

    def press(
        self,
        person: str,
        label: str,
        at: str,
        *,
        mail: EmailMessage | None = None,
        added: str = "",
        sender: str | None = None,
    ) -> None:
        """A person presses a button of the last mail he got, or of `mail`."""
        when = self.stage.moment(_moment(at))
        who = writer(person)
        if sender:
            who = dataclasses.replace(who, address=sender)
        self.arrives(press(who, mail or self.last(person), label, when, added), at)

    def fresh(
        self,
        person: str,
        subject: str,
        text: str,
        at: str,
        *,
        sender: str | None = None,
        files: Sequence[tuple[str, str, bytes]] = (),
        headers: str = "",
    ) -> None:
        """A person writes a mail that answers nothing."""
        raw = self.fresh_bytes(person, subject, text, at, sender=sender, files=files)
        self.arrives(headers.encode() + raw, at)

    def fresh_bytes(
        self,
        person: str,
        subject: str,
        text: str,
        at: str,
        *,
        sender: str | None = None,
        files: Sequence[tuple[str, str, bytes]] = (),
    ) -> bytes:
        """The bytes of such a mail; every one has its own Message-ID."""
        who = writer(person)
        if sender:
            who = dataclasses.replace(who, address=sender)
        self._serial += 1
        return fresh_mail(
            who,
            SERVICE,
            subject,
            text,
            self.stage.moment(_moment(at)),
            message_id=f"<own.{self._serial}@pc.example>",
            files=files,
        )

    # --- what is to be seen ----------------------------------------------------------------------

    def mails(self, person: str) -> list[EmailMessage]:
        """All that a person has received."""
        return self.stage.mails(_addresses()[person])

    def newest(self, person: str) -> Iterator[EmailMessage]:
        """All that a person has received, the newest first; read only as far as they are wanted."""
        for raw in reversed(self.post.mailbox(_addresses()[person])):
            yield message_from_bytes(raw, policy=default)

    def last(self, person: str) -> EmailMessage:
        """The newest mail of a person."""
        return next(self.newest(person))

    def told(self, person: str) -> str:
        """The words of what this person has just received, on one line."""
        return " ".join(" ".join(text_of(mail).split()) for mail in self.got.get(person, []))

    def case(self, number: int = 1) -> Case:
        """A case by its ordinal of 2026."""
        with self.stage.desk.store.view() as view:
            case = view.cases.by_number(f"{self.year}-{number:06}")
        assert case is not None
        return case

    def standings(self) -> dict[str, Standing]:
        """How every open and closed case stands."""
        found = {}
        with self.stage.desk.store.view() as view:
            number = 0
            while (case := view.cases.by_number(f"{self.year}-{number + 1:06}")) is not None:
                number += 1
                events = view.journal.of_case(case.id)
                found[case.number] = Standing(
                    step=case.step,
                    entry=case.entry,
                    actor=case.actor,
                    state=case.state,
                    department=case.department,
                    executor=case.executor,
                    version=case.version,
                    letter_sha=case.letter_sha,
                    term=case.term.isoformat(),
                    draft=case.draft.text if case.draft else None,
                    contacts=len(case.contacts),
                    requests=tuple(
                        (item.purpose.value, item.person, item.code)
                        for item in view.requests.open_of_case(case.id)
                    ),
                    decisions=sum(event.kind in DECISIONS for event in events),
                )
        return found

    def asked(self, number: int = 1) -> list[tuple[str, str]]:
        """(purpose, person) of the open requests of a case."""
        return [(item.purpose.value, item.person) for item in self.requests(number)]

    def requests(self, number: int = 1) -> tuple[Request, ...]:
        """The open requests of a case."""
        case = self.case(number)
        with self.stage.desk.store.view() as view:
            return view.requests.open_of_case(case.id)

    def events(self, kind: str, number: int = 1) -> list[Event]:
        """The events of one kind in the course of a case."""
        case = self.case(number)
        with self.stage.desk.store.view() as view:
            return [event for event in view.journal.of_case(case.id) if event.kind == kind]

    def reasons(self, number: int = 1) -> list[str]:
        """Why replies were not taken so far."""
        return [str(event.data["reason"]) for event in self.events("not_taken", number)]

    def letter(self, version: int, number: int = 1) -> Letter:
        """A version of the letter."""
        case = self.case(number)
        with self.stage.desk.store.view() as view:
            letter = view.letters.get(case.id, version)
        assert letter is not None
        return letter

    def files(self, folder: str) -> list[str]:
        """The names in one of the clerk's folders, besides the list of the day."""
        place = self.stage.desk.folders.base / folder
        names = (path.name for path in place.rglob("*") if path.is_file())
        return sorted(name for name in names if name != "Сегодня.txt")

    # --- how far a day may have got --------------------------------------------------------------

    def drafted(self) -> EmailMessage:
        """The head of the roads has answered; the deputy's request to approve is returned."""
        if not self._begin_at("drafted"):
            self.notice()
            self.reply("roads_head", DRAFT, "09:00", headers=self._proof)
        return self.last("dep_life")

    def approved(self) -> EmailMessage:
        """The deputy has approved too; the reception's request is returned."""
        self.drafted()
        self.press("dep_life", "Согласовать", "09:10")
        return self.last("registry")

    def executor_drafts(self) -> EmailMessage:
        """The deputy of the unit answers about the lights; her head's request is returned."""
        if not self._begin_at("executor_drafts"):
            self.notice(text=LIGHTS)
            self.reply("uzhtr_head", "Исполнитель: Заместителева", "08:45", headers=self._proof)
            self.reply("uzhtr_deputy", DRAFT, "09:00", headers=self._proof)
        return self.last("uzhtr_head")

    def _begin_at(self, place: str) -> bool:
        """Begin a fresh office's story at a place that was walked to before; False: walk."""
        if self._walked is None or self.standings():
            return False
        walked = self._walked(place)
        self.stage.close()
        for name in ("var", "outbox"):
            shutil.copytree(
                walked.folder / name,
                self.stage.folder / name,
                dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("daemon.lock"),
            )
        for person, mails in walked.mails.items():
            for raw in mails:
                self.post.deliver(_addresses()[person], raw)
            self._seen[person] = len(mails)
        self.got = {person: list(mails) for person, mails in walked.got.items()}
        self.moved = set(walked.moved)
        return True


class _Errors(logging.Handler):
    """Keeps what the service reports as an error of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))


@contextmanager
def _no_errors() -> Iterator[None]:
    """Fences keep the daemon alive; a story must not pass because of one."""
    errors = _Errors()
    log = logging.getLogger("mcu_mail")
    log.addHandler(errors)
    try:
        yield
    finally:
        log.removeHandler(errors)
    assert errors.found == []


def writer(person: str) -> Writer:
    """A person of the configuration at the mail program he has."""
    known = PEOPLE[person]
    surname, name, _ = known["name"].split()
    return Writer(
        name=f"{name} {surname}",
        address=known["email"],
        client=CLIENTS.get(person, Client.gmail),
    )


def _addresses() -> dict[str, str]:
    return {
        **{key: str(value["email"]) for key, value in PEOPLE.items()},
        **dict(zip(REGION, REGION, strict=True)),
    }


def _moment(at: str) -> str:
    return at if re.match(r"\d{4}-", at) else f"2026-11-23 {at}"


def code_of(mail: EmailMessage) -> str:
    """The code in the foot of a mail, grouped; empty when it has none."""
    found = re.search(r"Код: ([0-9A-Z-]+)", text_of(mail))
    return found[1] if found else ""

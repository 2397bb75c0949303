"""A whole day of a coordinator: forty incidents, five letters, and people who answer their mail.

Everybody acts on the mail he gets and on nothing else, some minutes later; every mail of every
person is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime
from random import Random

from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import Client, Writer, buttons_of, fresh_mail, press, text_of
from tests.stories.office_day import MORNING_LINE, PEOPLE, SERVICE, OfficeDay

MATTERS = (
    ("Уборка снега", "На улице {} не чистят снег, сугробы по колено, дети идут по дороге."),
    ("Уличное освещение", "На улице {} не горят фонари, темнота, опоры без лампы."),
    ("Вывоз мусора", "На улице {} мусор не вывозят, контейнеры переполнены, бак разбит."),
    ("Школы", "В школе на улице {} холодно в спортзале, уроки отменяют, класс закрыт."),
    ("Водоснабжение", "На улице {} нет воды вторые сутки, колонка замёрзла, напор слабый."),
)
LETTERS = (
    ("Придумкин Олег Макарович", "На улице Модельной не горят фонари, темнота, страшно ходить."),
    ("Небывалова Алла Игнатьевна", "По улице Образцовой не чистят снег, сугробы, гололёд."),
    ("Вымыслова Тамара Петровна", "В школе холодно, спортзал закрыт, уроки отменяют."),
    ("Макетова Инна Львовна", "Мусор не вывозят, контейнеры переполнены вторую неделю."),
    ("Чертёжный Юрий Ильич", "Дом культуры закрыт, концерт отменили, библиотека не работает."),
)
STREETS = ("Образцовая", "Модельная", "Макетная", "Чертёжная", "Эскизная", "Примерная", "Тестовая")
NAMES = ("Алиса", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Захар")
SURNAMES = ("Примерова", "Тестов", "Эскизова", "Шаблонов", "Макетова")
TICK = timedelta(minutes=10)
ANSWER = (
    "Улица {} проверена 23.11.2026, работы выполнены бригадой МКУ, ответственный – мастер участка, "
    "телефон 2-22-02. Приносим извинения за неудобства."
)
_ROW = re.compile(r"^№ (\d+) ждёт (\w+)", re.MULTILINE)
_ASKS_TEXT = ("Нужно время", "Не наше")


@dataclass
class Figures:
    """What was counted."""

    received: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    subjects: dict[str, list[str]] = field(default_factory=dict)


class CoordinatorDay:
    """The 23rd of November 2026, played in ticks of ten minutes."""

    def __init__(self, day: OfficeDay) -> None:
        self.day = day
        self.figures = Figures()
        self.coming: list[tuple[datetime, bytes, str]] = []
        """(when, the mail, who has written it)."""
        self.seen: Counter[str] = Counter()
        self.random = Random(23)
        self.published: list[str] = []
        self.returned = 0
        self.serial = 0

    def moment(self, clock: str) -> datetime:
        """That clock of the day."""
        return self.day.stage.moment(f"2026-11-23 {clock}")

    def play(self) -> Figures:
        """From half past eight to the evening."""
        for number in range(40):
            minutes = self.random.randrange(0, 7 * 60 + 50)
            self._incident(number, self.moment("08:00") + timedelta(minutes=minutes))
        for number, (who, words) in enumerate(LETTERS):
            self._letter(number, who, words, self.moment(f"{9 + number:02}:2{number}"))
        now = self.moment("08:30")
        while now <= self.moment("17:40"):
            self._tick(now)
            now += TICK
        return self.figures

    def _tick(self, now: datetime) -> None:
        arrived = [one for one in self.coming if one[0] <= now]
        self.coming = [one for one in self.coming if one[0] > now]
        for _, raw, who in arrived:
            self.day.post.deliver(SERVICE, raw)
            self.figures.written[who] += 1
        assert self.day.stage.play(now) == ()
        for person, values in PEOPLE.items():
            mails = self.day.post.mailbox(str(values["email"]))
            for raw in mails[self.seen[person] :]:
                self._received(person, message_from_bytes(raw, policy=default), now)
            self.seen[person] = len(mails)

    def _received(self, person: str, mail: EmailMessage, now: datetime) -> None:
        subject = str(mail["Subject"])
        self.figures.received[person] += 1
        self.figures.subjects.setdefault(person, []).append(f"{now:%H:%M} {subject}")
        if MORNING_LINE in subject:
            return
        labels = buttons_of(mail)
        if "Лист: ждут вас" in subject:
            self._answers_sheet(person, mail, now)
        elif all(label in labels for label in _ASKS_TEXT):
            after = timedelta(minutes=self.random.choice((40, 60, 80, 110)))
            street = self.random.choice(STREETS)
            contact = "\nСвязались: 23.11 09:10, по телефону" if "№" not in text_of(mail) else ""
            self._answers(person, mail, ANSWER.format(street) + contact, now + after)
        elif "На подпись" in subject or "Подпи" in subject:
            self._signs(subject)
        elif "Согласовать" in labels:
            self._presses(person, mail, "Согласовать", now)
        elif "Опубликовано" in labels:
            self._presses(person, mail, "Опубликовано", now)
        elif "Первичный ответ дан" in labels:
            self._presses(person, mail, "Первичный ответ дан", now)

    def _answers_sheet(self, person: str, mail: EmailMessage, now: datetime) -> None:
        """What she is asked she does in the system, and says so in one mail."""
        words: dict[str, list[int]] = {}
        for number, what in _ROW.findall(text_of(mail)):
            words.setdefault(what, []).append(int(number))
        lines = []
        if "первичного" in words:
            lines.append(f"первичный ответ дан {_list(words['первичного'])}")
        texts = words.get("согласования", []) + words.get("публикации", [])
        if len(texts) > 3 and self.returned < 3:
            lines.append(f"вернуть {texts.pop()}: нет фото")
            self.returned += 1
        if texts:
            lines.append(f"опубликовано {_list(texts)}")
            self._regional(mail, texts, now)
        if lines:
            self._answers(person, mail, "; ".join(lines), now + TICK)

    def _regional(self, mail: EmailMessage, rows: list[int], now: datetime) -> None:
        """The regional centre agrees an hour later."""
        text = text_of(mail)
        for row in rows:
            found = re.search(rf"^№ {row} ждёт .*\n.*№ (\d+), дело", text, re.MULTILINE)
            assert found is not None, "a row names the incident"
            at = now + timedelta(minutes=70)
            body = (
                f"Инцидент № {found[1]}\nРешение куратора: СОГЛАСОВАНО\nДата: {at:%d.%m.%Y %H:%M}\n"
            )
            subject = f"Re: [Инцидент] № {found[1]} – ответ согласован"
            self._comes("curator@cur.example", subject, body, at)

    def _signs(self, subject: str) -> None:
        found = re.search(r"2026-\d{6}", subject)
        if found is not None:
            scan = sign_and_scan(self.day.stage.to_sign(found[0]), dpi=150, grey=True)
            self.day.stage.drop(f"{found[0]}.pdf", scan)

    def _answers(self, person: str, mail: EmailMessage, words: str, at: datetime) -> None:
        raw = self.day.reply_bytes(person, words, f"{at:%Y-%m-%d %H:%M}", to=mail)
        self.coming.append((at, raw, person))

    def _presses(self, person: str, mail: EmailMessage, label: str, now: datetime) -> None:
        at = now + TICK
        values = PEOPLE[person]
        who = Writer(name=str(values["name"]), address=str(values["email"]), client=Client.outlook)
        self.coming.append((at, press(who, mail, label, at), person))

    def _incident(self, number: int, at: datetime) -> None:
        topic, words = MATTERS[number % len(MATTERS)]
        street = STREETS[number % len(STREETS)]
        name = f"{NAMES[number % len(NAMES)]} {SURNAMES[number % len(SURNAMES)]}"
        ident = 8124000 + number
        body = (
            f"Номер: {ident}\nСтатус: Новый\nТема: {topic}\nМесто: пгт Тяжинский, ул. {street}, "
            f"д. {number + 1}\nАвтор: {name}\n"
            f"Ссылка: https://vk.com/wall-990000002_{ident}\n"
            f"Поступил: {at:%d.%m.%Y %H:%M}\n"
            f"Текст: {words.format(street)} Дом {number + 1}.\n"
        )
        subject = f"[Инцидент] Новый инцидент № {ident} – Тяжинский МО"
        self._comes("noreply@incident.example", subject, body, at)

    def _letter(self, number: int, who: str, words: str, at: datetime) -> None:
        text = (
            f"Дата и время: {at:%d.%m.%Y %H:%M}\nЗаявитель: {who}\n"
            f"Телефон: 8-999-000-12-0{number}\nАдрес: пгт Тяжинский, ул. Образцовая, "
            f"д. {number + 3}\nСсылка: https://vk.com/wall-990000001_{4800 + number}\n"
            f"Текст: {words}\n"
        )
        region = Writer(name="Приёмная", address="press@region.example", client=Client.plain)
        raw = fresh_mail(
            region, SERVICE, "Сообщение", text, at, message_id=f"<gov.{number}@x.test>"
        )
        self.coming.append((at, raw, "region"))

    def _comes(self, sender: str, subject: str, body: str, at: datetime) -> None:
        self.serial += 1
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = sender, SERVICE, subject
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<notice.{self.serial}@src.example>"
        mail.set_content(body, cte="base64")
        self.coming.append((at, mail.as_bytes(), "region"))


def _list(numbers: list[int]) -> str:
    """«1-3, 5» as a person writes it."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{a}-{b}" if b > a else f"{a}" for a, b in spans)

"""The script of the demo's day: who does what and when. What the service makes of it is not here.

Only people act by this script; every line about the service in the timeline is read afterwards
from mailboxes, folders and the journal, so the demo cannot claim what did not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from mcu_mail.rehearsal.people import Client, Writer
from mcu_mail.rehearsal.photo import snowy_street

if TYPE_CHECKING:
    from collections.abc import Sequence

ON = date(2026, 11, 23)
BEGINS, ENDS = "08:30", "18:00"
LETTER_CASE = f"{ON.year}-000001"
"""The case whose answer has to arrive for the day to be a success."""

REGION = Writer(name="Соцсети Губернатора", address="press@region.example")
ROADS = Writer(name="Трассов Ф.М.", address="dorogi@okrug.example", client=Client.outlook)
ROADS_PHONE = Writer(name="Трассов Ф.М.", address="dorogi@okrug.example", client=Client.phone)
ROADS_MAILRU = Writer(name="Трассов Ф.М.", address="dorogi@okrug.example", client=Client.mailru)
DEPUTY = Writer(name="Хозяйственнов И.М.", address="zam-zhkh@okrug.example")
DISPATCHER = Writer(name="Письменнова А.П.", address="obr@okrug.example", client=Client.mailru)
STRANGER = Writer(name="Посторонний П.П.", address="pomoshnik@pochta.example", client=Client.phone)
CLERK = "Канцелярия"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """The region, or a system of it, sends a notification."""

    subject: str
    sender: Writer = REGION
    text: str = ""
    html: str = ""
    photos: int = 0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A person answers the last mail he has; `forwarded_by`: a mail that was forwarded to him."""

    writer: Writer
    text: str
    forwarded_by: Writer | None = None
    photos: int = 0


@dataclass(frozen=True, kw_only=True)
class Press:
    """A person presses a button of the last mail he has: one whose label begins so."""

    writer: Writer
    label: str


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The clerk has a letter signed and scans it.

    Without `mailed_to` it is the one that waits in «На подпись»; with it, the PDF that came first
    by mail to that person.
    """

    name: str
    mailed_to: Writer | None = None
    skew_degrees: float = 0.8
    grey: bool = False


@dataclass(frozen=True, kw_only=True)
class Say:
    """A person answers what he was asked about one message.

    Attributes:
        of: the number of the message in its system.
        asked: what the open request asks for (`Purpose`); `her` stands for the mail that takes the
            responsible's word at any step.

    """

    writer: Writer
    of: str
    asked: str
    text: str


Act: TypeAlias = Notice | Answer | Press | Scan | Say


@dataclass(frozen=True, kw_only=True)
class Beat:
    """One act of a person.

    Attributes:
        at: the office's time, «08:47».
        on: the day.
        who: who acts, as the timeline names him.
        told: what he does, for the timeline.
        act: how he does it.

    """

    at: str
    who: str
    told: str
    act: Act
    on: date = ON


_SNOW = """\
Добрый день!

Направляем для подготовки ответа сообщение жителя, поступившее в социальные сети Губернатора.

Номер: СС-2026-11-3341
Дата и время: 23.11.2026 08:31
Муниципалитет: Тяжинский МО
Заявитель: Сугробова Вера Метелевна
Телефон: 8-999-000-12-34
Адрес: пгт Тяжинский, ул. Примерная, д. 14
Ссылка: https://vk.com/wall-990000001_50117?reply=50122
Текст: Здравствуйте! Вторую неделю на улице Примерной не чистят снег. После метели у дома 14 \
сугробы по пояс, машины не могут разъехаться. Просим расчистить проезд!
Фото: 2 шт. (во вложении)

Ответ в формате pdf и doc просим направить до 18.00 23.11.2026.

--
Управление по работе с обращениями
тел. 8 (3842) 00-00-00
"""

_FIRST_ANSWER = """\
Здравствуйте, Вера Метелевна!

Улица Примерная расчищена от снега 23.11.2026 автогрейдером от дома № 1 до дома № 25. Сугробы \
у дома № 14 вывезены, проезд открыт. Улица включена в график еженедельной уборки.
"""

_SECOND_ANSWER = """\
Здравствуйте, Вера Метелевна!

Улица Примерная расчищена от снега 23.11.2026 автогрейдером от дома № 1 до дома № 25. Сугробы \
у дома № 14 вывезены, проезд открыт.

Следующая уборка улицы запланирована на 27.11.2026. Сообщить о снежных заносах можно \
круглосуточно в единую дежурно-диспетчерскую службу по телефону 8 (38449) 0-00-09.
"""


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td><b>{name}</b></td><td>{value}</td></tr>" for name, value in rows)
    return (
        "<html><body><p>Коллеги, добрый день! Прошу взять в работу.</p>"
        f'<table border="1" cellpadding="4">{cells}</table>'
        "<p>С уважением,<br>Управление по работе с обращениями</p></body></html>"
    )


_BUS = _table((
    ("№", "СС-2026-11-3358"),
    ("Дата поступления", "23.11.2026, 15:02"),
    ("ФИО", "Дорожкин Иван Примерович"),
    ("Контактный телефон", "+7 (999) 000-12-35"),
    ("Адрес", "с. Листвянка, ул. Полевая, д. 3"),
    ("Ссылка", "https://vk.com/wall-990000001_50140?reply=50141"),
    (
        "Текст сообщения",
        (
            "Добрый день! Отменили утренний рейс, дети из Листвянки опаздывают в школу. Кто за "
            "это отвечает и когда всё наладится?"
        ),
    ),
))

_BUS_ANSWER = """\
Утренний рейс из села Листвянка восстановлен с 24.11.2026, отправление в 07:20. Перевозчику \
указано на недопустимость отмены рейсов без предупреждения жителей и школы.

Связались: 23.11 15:45, по телефону
"""

SNOW_BEATS = (
    Beat(
        at="08:47",
        who=REGION.name,
        told="сообщение жителя: не чистят снег; 2 фото",
        act=Notice(
            subject="Сообщение из соцсетей Губернатора (Тяжинский МО)", text=_SNOW, photos=2
        ),
    ),
    Beat(
        at="11:20",
        who=ROADS.name,
        told="отвечает из Outlook текстом для заявителя, но не пишет, связался ли с ним",
        act=Answer(writer=ROADS, text=_FIRST_ANSWER),
    ),
    Beat(
        at="12:20",
        who=ROADS.name,
        told="с телефона: «Связались: 23.11 12:15, по телефону» и 2 фото расчищенной улицы",
        act=Answer(writer=ROADS_PHONE, text="Связались: 23.11 12:15, по телефону", photos=2),
    ),
    Beat(
        at="14:05",
        who=DEPUTY.name,
        told="из Gmail: «На доработку: укажите дату следующей уборки и телефон для жителей»",
        act=Answer(
            writer=DEPUTY,
            text="На доработку: укажите дату следующей уборки и телефон для жителей",
        ),
    ),
    Beat(
        at="14:32",
        who=ROADS.name,
        told="из Outlook: новый текст",
        act=Answer(writer=ROADS, text=_SECOND_ANSWER),
    ),
    Beat(
        at="14:45",
        who=STRANGER.name,
        told="ему переслали письмо заместителя, он пишет «Согласовано»",
        act=Answer(writer=STRANGER, text="Согласовано", forwarded_by=DEPUTY),
    ),
    Beat(
        at="15:20",
        who=DEPUTY.name,
        told="в Gmail нажимает кнопку «Согласовать»",
        act=Press(writer=DEPUTY, label="Согласовать"),
    ),
    Beat(
        at="16:10",
        who=CLERK,
        told="кладёт в «Подписано» скан Scan0007.pdf – старый вариант 1",
        act=Scan(name="Scan0007.pdf", mailed_to=DEPUTY, grey=True),
    ),
    Beat(
        at="16:25",
        who=CLERK,
        told="печатает верный вариант, глава подписывает; скан Scan0008.pdf",
        act=Scan(name="Scan0008.pdf", skew_degrees=-1.1),
    ),
)
_BUS_BEATS = (
    Beat(
        at="15:10",
        who=REGION.name,
        told="второе сообщение (HTML): отменили рейс, дети опаздывают в школу",
        act=Notice(subject="Соцсети Губернатора. Тяжинский. Листвянка", html=_BUS),
    ),
    Beat(
        at="15:28",
        who=DISPATCHER.name,
        told="с опозданием на 3 минуты нажимает кнопку отдела",
        act=Press(writer=DISPATCHER, label="Отдел дорожного хозяйства"),
    ),
    Beat(
        at="15:55",
        who=ROADS.name,
        told="из Mail.ru по второму делу: сразу текст и запись о звонке",
        act=Answer(writer=ROADS_MAILRU, text=_BUS_ANSWER),
    ),
)
BEATS = tuple(sorted((*SNOW_BEATS, *_BUS_BEATS), key=lambda beat: beat.at))


def photos_of(notice: Notice | Answer) -> list[tuple[str, str, bytes]]:
    """The attached photos: name, content type, content."""
    return [
        (f"IMG_20261123_08{20 + index}.jpg", "image/jpeg", snowy_street(index))
        for index in range(1, notice.photos + 1)
    ]

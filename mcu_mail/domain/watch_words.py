"""The Russian words about the health of the service: read and mend them here.

They name jobs, moments and counts, never a person, an address or a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta


@dataclass(frozen=True)
class Named:
    """How people hear of one thing that fails: its name, that it fails, that it works again."""

    name: str
    fails: str
    works: str


JOBS: Final[Mapping[str, Named]] = {
    "mailbox": Named("почтовый ящик", "Почта не читается", "почта читается"),
    "collect": Named("разбор писем", "Письма не разбираются", "письма разбираются"),
    "folder": Named("сетевая папка", "Сетевая папка недоступна", "сетевая папка доступна"),
    "incoming": Named(
        "файлы из «Входящих»",
        "Файлы из «Входящих» не разбираются",
        "файлы из «Входящих» разбираются",
    ),
    "papers": Named("подготовка файлов писем", "Файлы писем не готовятся", "файлы писем готовятся"),
    "smtp": Named("отправка писем", "Почта не отправляется", "письма отправляются"),
    "remind": Named("напоминания", "Напоминания не уходят", "напоминания уходят"),
    "room": Named(
        "проверка места на диске", "Место на диске не проверяется", "место на диске проверяется"
    ),
    "around": Named(
        "осмотр серверов и диска",
        "Почтовые серверы и диск не осматриваются",
        "почтовые серверы и диск осматриваются",
    ),
    "settings": Named("файл настроек", "Файл настроек не проверяется", "файл настроек проверяется"),
    "late": Named(
        "вопросы об опоздавших письмах",
        "Вопросы об опоздавших письмах не заданы",
        "вопросы об опоздавших письмах заданы",
    ),
    "sheets": Named("листы", "Листы не уходят", "листы уходят"),
    "digests": Named("сводки", "Сводки не уходят", "сводки уходят"),
    "templates": Named("шаблоны", "Папка шаблонов не читается", "папка шаблонов читается"),
    "people": Named("замещения", "Замещения не проверяются", "замещения проверяются"),
    "today": Named(
        "записка канцелярии",
        "Записка канцелярии не обновляется",
        "записка канцелярии обновляется",
    ),
    "year_end": Named(
        "итоговая запись за год", "Итоговая запись за год не готова", "итоговая запись за год"
    ),
    "calendar": Named("проверка календаря", "Календарь не проверяется", "календарь проверяется"),
    "backup": Named("резервная копия", "Нет резервной копии", "резервная копия сделана"),
    "watch": Named("присмотр за службой", "Присмотр за службой не работает", "присмотр за службой"),
    "round": Named("проход службы", "Служба не может работать", "служба"),
    "clock": Named("часы компьютера", "Часы компьютера идут неверно", "часы компьютера"),
    "office": Named("файлы PDF и Word", "Письма не печатаются в PDF", "письма печатаются в PDF"),
    "settle": Named(
        "учёт отправки", "Отправка писем не заносится в учёт", "отправка писем заносится в учёт"
    ),
}
"""What the service does, and what of it can fail. Its own files and mails call it nothing else."""
NOTICES: Final[Mapping[str, str]] = {
    "store_space": "Мало места на диске",
    "share_space": "Мало места в сетевой папке",
    "imap_certificate": "Сертификат почтового сервера",
    "smtp_certificate": "Сертификат почтового сервера",
    "imap_door": "Почтовый ящик недоступен",
    "smtp_door": "Сервер отправки писем недоступен",
    "quota": "Почтовый ящик почти полон",
    "calendar_year": "Пора сверить календарь",
    "settings_file": "Файл настроек изменён",
    "template_faults": "Ошибка в шаблоне",
    "backup_gaps": "В резервной копии не хватает файлов",
    "nobody": "Решать некому",
}
"""What a person is to see to although every job works; no job has such a name."""
STATES: Final[Mapping[str, str]] = {
    "starting": "запускается",
    "working": "работает",
    "done": "проход закончен",
    "stopped": "остановлена",
}
COUNTS: Final[Mapping[str, str]] = {
    "open": "дел в работе",
    "overdue": "из них просрочено",
    "aside": "дел ждут человека",
    "mails_aside": "писем не разобрано",
    "mails_waiting": "писем ждут разбора",
    "queued": "писем ждут отправки",
    "unknown": "отправок с неясным исходом",
}
NO_FILE: Final = (
    "Служба не оставила сведений о себе: она ни разу не запускалась с этими настройками, "
    "или файл health.json не читается."
)
ALL_WELL: Final = "Всё работает."
STARTED: Final = "Запущена: незаконченное до остановки улажено"
STOPPING: Final = "Останавливается: начатое заканчивается"


def job(name: str) -> str:
    """What a job is called."""
    return JOBS[name].name if name in JOBS else name


def fails(what: str) -> str:
    """The subject of an alarm about a job, or about something else that a person is to see to."""
    if what in JOBS:
        return JOBS[what].fails
    return NOTICES.get(what, f"Сбой: {what}")


def works(what: str) -> str:
    """«почта читается»: what is well again."""
    return JOBS[what].works if what in JOBS else what


def is_notice(what: str) -> bool:
    """Whether an alarm tells of something to see to, and not of a job that fails."""
    return what in NOTICES


def waiting_case(number: str) -> str:
    """What a file that could not be made keeps waiting."""
    return f"Ждёт письмо по делу {number}."


def moment(value: datetime) -> str:
    """«23.11.2026 15:20», in the zone the moment carries."""
    return f"{value:%d.%m.%Y %H:%M}"


def at_work(counts: Mapping[str, int], faults: int, at: datetime) -> str:
    """The line of `systemctl status`."""
    cases = f"дел в работе {counts.get('open', 0)}, просрочено {counts.get('overdue', 0)}"
    broken = f"; не работает заданий: {faults}" if faults else ""
    return f"Работает: {cases}{broken}; последний проход {at:%d.%m %H:%M}"


def failing(name: str, since: datetime, reason: str) -> str:
    """A job that does not work."""
    return f"Не работает: {job(name)}, с {moment(since)}. {reason}".rstrip()


def well(name: str, at: datetime | None) -> str:
    """A job that works."""
    return f"{job(name)}: {moment(at)}" if at is not None else f"{job(name)}: ещё не было"


def summary(state: str, noted: datetime, counts: Mapping[str, int]) -> tuple[str, ...]:
    """Two lines: what the service does, what is open."""
    said = ", ".join(f"{text}: {counts[name]}" for name, text in COUNTS.items() if name in counts)
    return tuple(
        filter(None, (f"Служба {STATES.get(state, state)}, отметка {moment(noted)}", said))
    )


def tally_line(received: int, handled: int, ignored: int, aside: int, waiting: int) -> str:
    """Every mail that came, by where it ended."""
    line = (
        f"Писем пришло {received} = разобрано {handled} + прочее {ignored}"
        f" + отложено {aside} + ждут {waiting}"
    )
    missing = received - handled - ignored - aside - waiting
    return f"{line}; не сходится на {missing}" if missing else line


def alarm_line(office: str, name: str, since: datetime | None) -> str:
    """What the office's own command is given: short enough for an SMS."""
    if since is None:
        return f"{office}, служба писем МЦУ: снова работает – {job(name)}."
    return f"{office}, служба писем МЦУ: не работает – {job(name)}, с {moment(since)}."


def stalled(noted: datetime, age: timedelta, name: str) -> str:
    """Nothing ticks any more."""
    minutes = int(age.total_seconds()) // 60
    busy = f" Последнее, что она начала: {job(name)}." if name else ""
    return f"Служба не отвечает с {moment(noted)}, уже {minutes} мин.{busy}"


def stopped(noted: datetime) -> str:
    """The service was told to end."""
    return f"Служба остановлена {moment(noted)}."


def disk(megabytes: int) -> str:
    """Little space is left."""
    return f"На диске осталось {megabytes} МБ: освободите место."


def certificate(days: int) -> str:
    """The mail server's certificate ends soon, or has ended."""
    if days < 0:
        return "Срок сертификата почтового сервера истёк: почта не работает."
    return f"Сертификат почтового сервера истекает, осталось дней: {days}."


def quota(percent: int) -> str:
    """The mailbox is nearly full: mail of citizens would be turned away by the server."""
    return f"Почтовый ящик заполнен на {percent} %: увеличьте его или освободите место."


def old_backup(at: datetime) -> str:
    """The last backup is too old."""
    return f"Резервная копия старая: последняя от {moment(at)}."


def unclear(count: int) -> str:
    """Letters of which nobody can tell whether they have gone."""
    return f"Отправок с неясным исходом: {count}. Решает диспетчер." if count else ""


def census(mails: Mapping[str, int]) -> str:
    """Mails that lie where they should not, or that the ledger does not know."""
    parts = (
        ("во «Входящих» лежат не учтённые", mails.get("unknown", 0)),
        ("во «Входящих» остались разобранные", mails.get("left", 0)),
        ("в папках разобранного лежат не учтённые", mails.get("strange", 0)),
        ("в учёте не сходится", abs(mails.get("difference", 0))),
    )
    said = "; ".join(f"{text}: {count}" for text, count in parts if count)
    return f"Перепись почты не сходится – {said}." if said else ""

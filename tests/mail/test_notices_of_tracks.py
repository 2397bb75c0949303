"""Notices of «Инцидент», «ПОС» and «Кузбасс-онлайн»: sent, passed on, typed by hand."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest

from mcu_mail.domain.notice import EVENTS, STATUS_EVENTS, Notice, Source
from mcu_mail.mail.outcomes import rating_of, satisfaction_of
from mcu_mail.mail.reading import read_whole
from tests.mail.test_notices_samples import OFFICE, lines, moment

SAMPLES = lines("notices_of_tracks.jsonl")
SOURCES = (
    Source(track="incident", senders=("@incident.example",)),
    Source(track="pos", senders=("@pos.example",), timezone="Europe/Moscow"),
    Source(track="kuzbass_online", senders=("@kuzbass-online.example",)),
    Source(track="governor", senders=("@region.example",)),
)


def read(sample: dict[str, Any]) -> tuple[Notice, ...]:
    message = EmailMessage()
    message["From"] = sample["from"]
    message["Subject"] = sample["subject"]
    message["Date"] = datetime.fromisoformat(sample["date"])
    if "body_text" in sample:
        message.set_content(sample["body_text"])
    else:
        message.set_content(sample["body_html"], subtype="html")
    found = read_whole(message.as_bytes(), SOURCES, OFFICE)
    if sample["way"] == "forwarded":
        return tuple(notice for one in found.passed_on for notice in one.notices)
    return found.typed if sample["way"] == "typed" else found.notices


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in SAMPLES])
def test_what_a_system_tells_of_a_message_is_read(sample: dict[str, Any]) -> None:
    [notice] = read(sample)
    [expected] = sample["expected"]

    wanted = {
        key: moment(value) if key in {"due", "received_at"} else value
        for key, value in expected.items()
    }
    assert {key: getattr(notice, key) for key in wanted} == wanted
    assert notice.track == sample["track"]


@pytest.mark.parametrize(
    ("words", "satisfaction"),
    [
        ("Спасибо, всё убрали!", "positive"),
        ("Всё сделали, молодцы", "positive"),
        ("Вопрос решён, благодарю", "positive"),
        ("Спасибо, а когда уберут вторую кучу?", None),
        ("Спасибо, но свет только у магазина", None),
        ("Добавляю фото", None),
        ("Это не мой дом", None),
        ("", None),
        ("Спасибо за отписку", "negative"),
        ("Так и не убрали", "negative"),
        ("Опять не вывезли мусор", "negative"),
        ("Обещали вчера", "negative"),
    ],
)
def test_a_comment_complains_or_praises_only_where_its_words_show_it(
    words: str, satisfaction: str | None
) -> None:
    assert satisfaction_of([], words) == satisfaction


def test_what_the_system_says_of_a_comment_counts_before_the_citizens_words() -> None:
    assert satisfaction_of(["Инцидент возвращён в работу"], "Спасибо") == "negative"
    assert satisfaction_of(["Положительный отзыв"], "Опять") == "positive"
    assert satisfaction_of(["Положительный отзыв"], "", 1) == "negative"


def test_a_status_is_an_event_and_neither_a_new_message_nor_a_reason_to_work_on_one() -> None:
    assert set(EVENTS) > STATUS_EVENTS
    assert not STATUS_EVENTS & {"new", "appeal_59fz", "returned", "citizen_comment", "urgent"}


@pytest.mark.parametrize(
    "words",
    [
        "Ответ опубликован, а яма на месте. Заявка принята в работу и забыта.",
        "Исполнитель назначен ещё в мае, срок истёк!",
        "Отправили на оценку, а оценивать нечего.",
    ],
)
def test_the_words_of_a_citizen_are_no_status(words: str) -> None:
    body = f"Номер: 8199001\nАвтор: Ада Словесная\nАдрес: с. Итат, ул. Новая, 1\nТекст: {words}\n"
    sample = {"way": "notice", "from": "noreply@incident.example", "subject": "Инцидент 8199001",
              "date": "2026-11-25T10:00:00+07:00", "body_text": body}  # fmt: skip
    [notice] = read(sample)

    assert (notice.event, notice.text) == ("new", words)


@pytest.mark.parametrize(
    "body",
    [
        "№ 8200003 – ответ согласован\n№ 8200005 – ответ возвращён на доработку: нет фото",
        "№ 8200003: ответ согласован\nИнцидент № 8200005: ответ возвращён. Причина: нет фото",
        "Номер | Статус\n8200003 | Ответ согласован\n8200005 | Возвращено на доработку: нет фото",
    ],
)
def test_states_of_several_messages_in_one_mail_go_each_to_its_own(body: str) -> None:
    sample = {"way": "notice", "from": "noreply@incident.example", "subject": "Статусы",
              "date": "2026-11-25T10:00:00+07:00", "body_text": body}  # fmt: skip

    found = read(sample)

    assert [(one.external_id, one.event) for one in found] == [
        ("8200003", "approved"),
        ("8200005", "returned"),
    ]


@pytest.mark.parametrize(
    "heads",
    [
        ("=== Сообщение 994400610 ===", "=== Сообщение 994400618 ==="),
        ("Заявка 994400610", "Заявка 994400618"),
        ("СГ-27/0151", "СГ-27/0152"),
    ],
)
def test_messages_under_their_numbers_keep_them(heads: tuple[str, str]) -> None:
    forms = (
        f"{heads[0]}\nЗаявитель: Кашемиров Влас Игоревич\nТекст: Гудит всю ночь.\n",
        f"{heads[1]}\nЗаявитель: Вискозова Римма Львовна\nТекст: Люк без крышки.\n",
    )
    sample = {"way": "notice", "from": "noreply@incident.example", "subject": "Новые сообщения: 2",
              "date": "2026-11-25T10:00:00+07:00", "body_text": "\n".join(forms)}  # fmt: skip

    found = read(sample)

    assert [(one.external_id, one.text) for one in found] == [
        (heads[0].strip("= ").split()[-1], "Гудит всю ночь."),
        (heads[1].strip("= ").split()[-1], "Люк без крышки."),
    ]


def test_of_a_letter_that_went_through_two_hands_the_system_s_is_read() -> None:
    outer = (
        "---------- Forwarded message ---------\nОт: Наталья <b@okrug.example>\nSubject: Fwd: отзыв"
    )
    inner = "---------- Forwarded message ---------\nОт: <a@incident.example>\nSubject: отзыв\n"
    body = f"Опять.\n\n{outer}\n\nЖители недовольны.\n\n{inner}\nК ответу по инциденту 8199002 "
    body += "добавлен негативный комментарий.\nКомментарий: Лёд опять."
    sample = {"way": "forwarded", "from": "a@okrug.example", "subject": "Fwd: Fwd: отзыв",
              "date": "2026-11-25T10:00:00+07:00", "body_text": body}  # fmt: skip

    for subject in ("Fwd: Fwd: отзыв", "Re: Fwd: отзыв"):
        [notice] = read({**sample, "subject": subject})
        assert (notice.event, notice.external_id) == ("citizen_comment", "8199002")
        assert notice.text == "Лёд опять."


@pytest.mark.parametrize(
    ("said", "rating"),
    [
        ("пять звёзд из пяти", 5),
        ("поставил нам единицу", 1),
        ("оценка: две звезды", 2),
        ("пятеро жителей", None),
    ],
)
def test_a_mark_in_words_is_a_mark(said: str, rating: int | None) -> None:
    assert rating_of([said]) == rating


MOSCOW_TERM = "2026-12-10T23:59:00+03:00"


def read_form(line: str, subject: str = "Сообщение № 990000001") -> Notice:
    """What a form with this line says; its times are the office's where nothing marks them."""
    body = f"Номер: 990000001\nЗаявитель: Иванова Мария Петровна\nТекст: Нет воды.\n{line}\n"
    sample = {"way": "notice", "from": "noreply@incident.example", "subject": subject,
              "date": "2026-11-25T10:00:00+07:00", "body_text": body}  # fmt: skip
    [notice] = read(sample)
    return notice


@pytest.mark.parametrize(
    "line",
    [
        "Срок: 10.12.2026 23:59 МСК",
        "Срок (МСК): 10.12.2026 23:59",
        "Срок ответа, МСК: 10.12.2026 23:59",
        "Срок ответа (время московское): 10.12.2026 23:59",
        "Срок ответа: 23:59 МСК 10.12.2026",
        "Срок ответа: до 23:59 (мск) 10.12.2026",
        "Срок ответа: 10.12.2026, 23:59 (UTC+3)",
        "Срок ответа: 10 декабря 2026 года, 23 часа 59 минут по Москве",
        "Срок ответа: 2026-12-10T23:59:00+03:00",
        "Срок ответа: 11.12.2026 03:59 (МСК+4)",
        "Срок ответа: 11.12.2026 03:59 (10.12.2026 23:59 МСК)",
        "Ответ необходимо дать до 23:59 МСК 10.12.2026.",
    ],
)
def test_the_mark_of_moscow_time_counts_wherever_it_stands(line: str) -> None:
    notice = read_form(line)

    assert notice.due == moment(MOSCOW_TERM)
    assert notice.text == "Нет воды."


@pytest.mark.parametrize(
    ("line", "length"),
    [
        ("Срок: 10 рабочих дней", (10, "working_days")),
        ("Срок: 10 р.д.", (10, "working_days")),
        ("Ускоренный срок рассмотрения: 10 раб.дней", (10, "working_days")),
        ("Срок подготовки ответа: 15 (пятнадцать) рабочих дней", (15, "working_days")),
        ("Ответ подготовить в течение 10 рабочих дней со дня поступления.", (10, "working_days")),
        ("Срок ответа – 30 дней", (30, "days")),
        ("Нормативный срок: 20 дн.", (20, "days")),
        ("Срок: 2 недели", (14, "days")),
        ("Срок ответа: 8 рабочих часов", (8, "working_hours")),
        ("Примечание: заявитель не ответил в течение двух дней.", (None, None)),
    ],
)
def test_a_term_may_be_stated_as_a_length(line: str, length: tuple[int | None, str | None]) -> None:
    notice = read_form(line)

    assert (notice.term_length, notice.term_unit) == length


@pytest.mark.parametrize(
    ("subject", "line", "due"),
    [
        ("СРОЧНО, к 15:00. Сообщение № 990000001", "", "2026-11-25T15:00:00+07:00"),
        ("Срочно! Сообщение № 990000001", "\nОтвет нужен до 22:00.", "2026-11-25T22:00:00+07:00"),
        ("Срочно! Сообщение № 990000001", "\nОтвет нужен к 16 часам", "2026-11-25T16:00:00+07:00"),
        ("Срочно! Сообщение № 990000001", "\nМагазин работает до 22:00.", None),
        ("Срочно! Сообщение № 990000001", "\nОтвет нужен до 09:00.", None),
        ("Сообщение № 990000001", "\nОтвет нужен до 22:00.", "2026-11-25T22:00:00+07:00"),
        ("Сообщение № 990000001, к 15:00", "", None),
    ],
)
def test_an_hour_is_a_term_of_that_day_where_a_label_or_the_urgency_says_so(
    subject: str, line: str, due: str | None
) -> None:
    assert read_form(line, subject).due == moment(due)


@pytest.mark.parametrize(
    ("subject", "body", "event"),
    [
        ("8123999", "8123999 :: синхронизация выполнена, журнал во вложении", "note"),
        ("8123999!", "8123999: присвоен тег «зима».", "note"),
        ("Итоги месяца", "За ноябрь обработано 310 сообщений, решено 87 %.", "note"),
        ("С праздником!", "Поздравляем с Днём работника связи!", "note"),
        ("8123999", "Во дворе яма, когда её засыплют?", "new"),
        ("8123999", "Вода из крана ржавая. Пить нельзя.", "new"),
        ("8123999", "Светофор мигает вторую неделю.", "new"),
        ("8123999", "Файл прикреплён.", "note"),
        ("8123999", "Назначена встреча на 15:00.", "note"),
        ("8123999", "Ответ согласовываю, спасибо за фото.", "approved"),
        ("8123999", "Прошу вывезти снег с Хвойной улицы.", "new"),
        ("Поступил инцидент 8123999", "Снег лежит вдоль всей Хвойной улицы.", "new"),
        ("8123999: на проверке", "Ответ по 8123999 прошёл модерацию.", "approved"),
        ("8123999", "Ответ по 8123999 не прошёл модерацию.", "returned"),
        ("8123999", "Текст по 8123999 развернули.", "returned"),
        ("8123999", "Замечаний к ответу по 8123999 много, без возврата.", "note"),
        ("8123999", "8123999 дублирует 8123000.", "duplicate"),
        ("8123999", "По 8123999 продлили срок до 20.12.2026 12:00.", "extended"),
        ("8123999", "По 8123999 срок не продлили.", "note"),
        ("8123999", "Заявитель отказался от дальнейшего рассмотрения.", "withdrawn"),
        ("8123999", "Кейс передан по подведомственности в лесничество.", "redirected"),
        ("8123999", "Решение видно автору с утра.", "live"),
        ("8123999", "Решение не видно автору.", "note"),
        ("8123999", "Кейс 8123999 на особом контроле, ответ дать вне очереди.", "urgent"),
        ("8123999", "Осталось 2 дня, поторопитесь.", "reminder"),
    ],
)
def test_only_what_a_citizens_message_brings_makes_a_new_one(
    subject: str, body: str, event: str
) -> None:
    sample = {"way": "notice", "from": "noreply@incident.example", "subject": subject,
              "date": "2026-11-25T10:00:00+07:00", "body_text": f"{body}\n"}  # fmt: skip
    [notice] = read(sample)

    assert notice.event == event

"""What waits for a person comes as numbered rows of one mail, and one reply answers many."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from mcu_mail.failpoints import CrashError, armed
from mcu_mail.rehearsal.people import buttons_of, text_of
from mcu_mail.service.gathering import forget_told
from mcu_mail.store.tables import meta
from tests.stories.office_day import SERVICE
from tests.stories.test_sender_trust import FAIL, trusting

if TYPE_CHECKING:
    from tests.stories.office_day import OfficeDay

ANSWER = (
    "Ответ: улица Чертёжная расчищена 23.11.2026, работы вела бригада МКУ, дом {}. "
    "Приносим извинения за неудобства."
)


@pytest.fixture
def changes(request: pytest.FixtureRequest) -> dict[str, object]:
    """The settings of an office that gathers."""
    return {"sheets.minutes": 60, "digests.at": ["16:30"], **getattr(request, "param", {})}


def incident(day: OfficeDay, number: int, at: str, *, urgent: str = "") -> bytes:
    moment = day.stage.moment(f"2026-11-23 {at}")
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "noreply@incident.example", SERVICE
    mail["Subject"] = f"[Инцидент] Новый инцидент № {8125000 + number} – Тяжинский МО"
    mail["Date"] = format_datetime(moment)
    mail["Message-ID"] = f"<incident.{number}@src.example>"
    mail.set_content(
        f"Номер: {8125000 + number}\nСтатус: Новый\nТема: Уборка снега\n"
        f"Место: пгт Тяжинский, ул. Чертёжная, д. {number}\nАвтор: Алиса Примерова\n"
        f"Ссылка: https://vk.com/wall-990000002_{number}\n"
        f"Поступил: {moment:%d.%m.%Y %H:%M}\n{urgent}"
        f"Текст: На улице Чертёжной не чистят снег, сугробы. Дом {number}.\n",
        cte="base64",
    )
    return mail.as_bytes()


def come(day: OfficeDay, numbers: range, at: str) -> None:
    for number in numbers:
        day.post.deliver(SERVICE, incident(day, number, at))
    day.play(at)


def sheets(day: OfficeDay, person: str = "appeals") -> list[EmailMessage]:
    return [mail for mail in day.mails(person) if "Лист: ждут вас" in str(mail["Subject"])]


def rows(mail: EmailMessage) -> list[tuple[str, str]]:
    """(number, what is asked) of a sheet."""
    return re.findall(r"^№ (\d+) ждёт (\w+)", text_of(mail), re.MULTILINE)


def drafted(day: OfficeDay, count: int) -> None:
    """Three incidents have come, the first replies are given, and every draft is handed in."""
    come(day, range(1, count + 1), "09:00")
    day.press("appeals", "Первичный ответ дан всем", "09:05")
    for number, mail in enumerate(day.mails("roads_head"), start=1):
        day.reply("roads_head", ANSWER.format(number), f"09:1{number}", to=mail)


def test_one_mail_gathers_what_waits_and_one_reply_answers_it(day):
    come(day, range(1, 4), "09:00")
    (sheet,) = day.got["appeals"]
    assert rows(sheet) == [("1", "первичного"), ("2", "первичного"), ("3", "первичного")]
    assert list(buttons_of(sheet)) == ["Первичный ответ дан всем"]
    assert "8125002" in text_of(sheet)
    assert "Ваше сообщение принято в работу" in text_of(sheet)

    day.press("appeals", "Первичный ответ дан всем", "09:05")
    assert "appeals" not in day.got
    assert [len(day.events("first_reply", number)) for number in (1, 2, 3)] == [1, 1, 1]

    for number, mail in enumerate(day.mails("roads_head"), start=1):
        day.reply("roads_head", ANSWER.format(number), f"09:1{number}", to=mail)
    assert "appeals" not in day.got, "no sheet before its hour"
    come(day, range(4, 5), "09:20")
    # The first reply of the fourth is due at 10:20: half an hour before, everything comes.
    day.play("09:49")
    assert "appeals" not in day.got
    day.play("09:50")
    (sheet,) = day.got["appeals"]
    assert [what for _, what in rows(sheet)] == ["первичного", *["согласования"] * 3]
    text = text_of(sheet)
    assert "дом 3. Приносим извинения" in text
    assert "2026-000001, 2026-000002, 2026-000003: отметка о первичном ответе записана" in text

    day.reply("appeals", "1 первичный ответ дан; опубликовано 2, 4\nвернуть 3: нет фото", "10:00")
    assert "appeals" not in day.got
    assert [day.case(number).step for number in (1, 2, 3)] == ["regional", "draft", "regional"]
    (returned,) = day.events("returned", 2)
    assert returned.data["reason"] == "нет фото"
    assert len(day.events("first_reply", 4)) == 1
    (again,) = day.got["roads_head"]
    assert "Причина: нет фото" in text_of(again)

    # What was taken is told with the next sheet, and nothing is told twice.
    day.play("10:50")
    (news,) = day.got["appeals"]
    assert "публикация записана" in text_of(news)
    assert "если ниже не сказано иного" in " ".join(text_of(news).split())
    assert not rows(news)
    day.play("12:00")
    assert "appeals" not in day.got


def test_what_is_not_understood_is_answered_at_once_and_decides_nothing(day):
    drafted(day, 3)
    day.play("10:00")
    sheet = sheets(day)[-1]
    day.reply("appeals", "Согласовано 1\nвернуть 2\nсогласовано 9", "10:05", to=sheet)
    assert [day.case(number).step for number in (1, 2, 3)] == ["publish", "approve", "approve"]
    (told,) = day.got["appeals"]
    text = text_of(told)
    assert "№ 2 (дело 2026-000002): чтобы вернуть ответ, нужна причина" in text
    assert "Такой строки в листе нет" in text
    assert "№ 1: ваше согласие" in text

    # A verdict for nobody in particular, and one that was given already.
    day.reply("appeals", "Согласовано", "10:06", to=sheet)
    assert "Не названы строки" in day.told("appeals")
    # «Ок» may be meant as a consent: while rows wait it is answered, and thanks are not.
    day.reply("appeals", "ок", "10:06", to=sheet)
    assert "Одного такого слова мало" in day.told("appeals")
    day.reply("appeals", "Спасибо!", "10:06", to=sheet)
    assert "appeals" not in day.got
    day.reply("appeals", "вернуть 1: нет фото", "10:07", to=sheet)
    assert "№ 1 (дело 2026-000001): по этому запросу решение уже записано" in day.told("appeals")
    assert [day.case(number).step for number in (1, 2, 3)] == ["publish", "approve", "approve"]

    # Inside five minutes a row can be taken back; the answer to the answer names rows as well.
    day.reply("appeals", "Согласовано 3", "10:08")
    assert day.case(3).step == "publish"
    day.reply("appeals", "СТОП 3", "10:10", to=sheet)
    assert day.case(3).step == "approve"
    assert "ваше решение по строке 3 отозвано. Она ждёт нового" in day.told("appeals")
    day.play("10:40")
    assert ("1", "согласования") in rows(sheets(day)[-1])


def test_a_row_takes_every_word_that_a_mail_of_its_case_takes(day):
    drafted(day, 6)
    day.play("10:00")
    sheet = sheets(day)[-1]
    words = (
        "передать 1: Управление по жизнеобеспечению\nуточнено 2: сугроб у дома 5\n"
        "закрыть 3: заявитель отозвал\n"
        "дубль 4: 2026-000002: тот же двор\n6 обращение по 59-ФЗ, № 12 от 23.11.2026"
    )
    day.reply("appeals", words, "10:05", to=sheet)
    assert "appeals" not in day.got
    assert (day.case(1).department, day.case(1).step) == ("uzhtr", "draft")
    assert "сугроб у дома 5" in day.case(2).marks["clarified"]
    assert day.case(3).state == day.case(4).state == "closed"
    assert day.case(6).marks["appeal"]

    # «Все» is too wide a word for an end; a basis is missing, and nothing is taken for granted.
    day.reply("appeals", "все закрыть: сделано", "10:07", to=sheet)
    assert "Непонятно, что решено" in day.told("appeals")
    day.reply("appeals", "закрыть 5", "10:08", to=sheet)
    assert ": нужно основание" in day.told("appeals")
    assert (day.case(2).state, day.case(5).state) == ("open", "open")


def test_what_was_agreed_to_and_put_up_since_is_told_on_the_same_sheet(day):
    drafted(day, 2)
    day.play("10:00")
    sheet = sheets(day)[-1]
    day.reply("appeals", "согласовано 1, 2", "10:05", to=sheet)
    day.reply("appeals", "опубликовано 1, 2", "10:20", to=sheet)
    assert "appeals" not in day.got
    assert [day.case(number).step for number in (1, 2)] == ["regional", "regional"]
    # Once is enough.
    day.reply("appeals", "опубликовано 1", "10:25", to=sheet)
    assert "решение уже записано" in day.told("appeals")


def test_a_sheet_gives_no_power_to_anybody_else(day):
    drafted(day, 2)
    day.play("10:00")
    sheet = sheets(day)[-1]
    day.reply("uzhtr_head", "Согласовано 1-2", "10:05", to=sheet)
    assert [day.case(number).step for number in (1, 2)] == ["approve", "approve"]
    assert "решение по этому делу ждём не от вас" in day.told("uzhtr_head")
    day.reply("appeals", "Согласовано 1-2", "10:06", to=sheet)
    assert [day.case(number).step for number in (1, 2)] == ["publish", "publish"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"mail.undo_minutes": 20}, "время на это – 20 мин."), ({"mail.undo_minutes": 0}, "")],
    indirect=["changes"],
)
def test_a_sheet_names_the_minutes_in_which_a_decision_can_be_taken_back(day, words):
    come(day, range(1, 3), "09:00")
    text = " ".join(text_of(sheets(day)[-1]).split())
    assert ("«СТОП»" in text) == bool(words)
    assert words in text


def subject(mail: EmailMessage) -> str:
    return str(mail["Subject"])


@pytest.mark.parametrize("changes", [{"sheets.most_rows": 5}], indirect=True)
def test_a_sheet_has_no_more_rows_than_can_be_read_and_the_rest_comes_with_the_answer(day):
    come(day, range(1, 13), "09:00")
    (first,) = sheets(day)
    assert len(rows(first)) == 5
    assert "ждут вас 12" in subject(first)
    assert "Ещё 7 не поместились" in text_of(first)
    day.play("09:05")
    assert len(sheets(day)) == 1, "the rest waits for the answer, or for the hour"
    day.reply("appeals", "Первичный ответ дан 1-4", "09:10", to=first)
    second = sheets(day)[1]
    assert len(rows(second)) == 5
    assert "повторно" not in text_of(second), "what she has not seen goes before what she has"
    assert "Ещё 2 не поместились" in text_of(second)
    assert "не повторены 1" in text_of(second)
    day.reply("appeals", "Закрыть 5: повтор", "09:15", to=first)
    third = sheets(day)[2]
    asked = [numbers for mail in sheets(day) for numbers in named(mail)]
    assert {f"81250{number:02}" for number in range(1, 13)} <= set(asked), "no row is lost"
    assert text_of(third).count("повторно") == 3
    assert [one.state for one in day.standings().values()].count("closed") == 1
    day.reply("appeals", "СТОП", "09:17", to=first)
    assert {one.state for one in day.standings().values()} == {"open"}
    assert "решение отозвано" in " ".join(subject(mail) for mail in day.got["appeals"])


def named(mail: EmailMessage) -> list[str]:
    """The systems' numbers of a sheet's rows."""
    return re.findall(r"№ (8125\d{3}), дело", text_of(mail))


def test_at_night_only_what_is_urgent_comes(day):
    come(day, range(1, 3), "17:20")
    assert len(sheets(day)) == 1
    come(day, range(3, 4), "18:30")
    day.play("21:00")
    assert len(sheets(day)) == 1
    day.reply("appeals", "1 срочно до 22:00: поручение главы", "21:10", to=sheets(day)[-1])
    day.reply("roads_head", ANSWER.format(1), "21:20", to=day.mails("roads_head")[0])
    (urgent, *_) = day.got["appeals"]
    assert "согласования" in [what for _, what in rows(urgent)]


def facts(day: OfficeDay) -> list[str]:
    """The keys of what the daemon keeps of itself."""
    with day.stage.desk.store.engine.connect() as connection:
        return list(connection.execute(sa.select(meta.c.key)).scalars())


def test_the_heads_get_the_whole_picture_in_a_mail(day):
    come(day, range(1, 3), "09:00")
    words = f"Шаблон: улица расчищена\n\n{ANSWER.format(1)}"
    day.reply("roads_head", words, "09:30", to=day.mails("roads_head")[0])
    day.play("16:30")
    for person in ("press", "dep_affairs"):
        mail = next(one for one in day.got[person] if "Сводка на 16:30" in str(one["Subject"]))
        text = text_of(mail)
        assert "Инцидент менеджмент: новых 2, в работе 2" in text
        assert "2026-000002 (№ 8125002), Уборка снега" in text
        assert "Трассов Ф.М., 8 (38449) 0-00-13" in text
        assert "Предложено в шаблоны ответов" in text
        assert "– улица расчищена" in text.lower()
    desk = day.stage.desk
    told = [key for key in facts(day) if key.startswith("sheet_told:")]
    assert told
    assert forget_told(desk, day.stage.moment("2026-12-30 09:00")) == 0
    assert forget_told(desk, day.stage.moment("2027-06-30 09:00")) == len(told)
    assert not [key for key in facts(day) if key.startswith("sheet_told:")]
    day.play("16:40")
    assert "press" not in day.got


@pytest.mark.parametrize("changes", [trusting("confirm")], indirect=True)
def test_an_answer_that_nobody_vouches_for_counts_with_all_its_rows_after_one_question(day):
    come(day, range(1, 4), "09:00")
    sheet = sheets(day)[-1]
    words = "первичный ответ дан 1, 2; срок 30.11.2026 – 3"
    day.reply("appeals", words, "09:05", to=sheet, headers=FAIL)
    assert "отправлено оно не с этого адреса" in day.told("appeals")
    assert not any(day.events("first_reply", number) for number in (1, 2, 3))

    day.reply("appeals", "первичный ответ дан 1, 2", "09:10", to=sheet)
    (question,) = day.got["appeals"]
    assert list(buttons_of(question)) == ["Да, это я"]
    assert not any(day.events("first_reply", number) for number in (1, 2, 3))
    day.press("appeals", "Да, это я", "09:15")
    assert [len(day.events("first_reply", number)) for number in (1, 2, 3)] == [1, 1, 0]
    assert "appeals" not in day.got


def test_a_text_and_another_one_in_html_decide_no_row(day):
    come(day, range(1, 3), "09:00")
    raw = day.reply_bytes("appeals", "первичный ответ дан 1", "09:05", to=sheets(day)[-1])
    mail = message_from_bytes(raw, policy=SMTP)
    shown = mail.get_body(("html",))
    assert shown is not None
    shown.set_content(shown.get_content().replace("дан 1", "дан 2", 1), subtype="html")
    day.arrives(mail.as_bytes(), "09:05")
    assert "по листу ничего не записано" in day.told("appeals")
    assert not any(day.events("first_reply", number) for number in (1, 2))


def test_what_waits_outlives_a_service_that_was_killed(day):
    come(day, range(1, 3), "09:00")
    day.press("appeals", "Первичный ответ дан всем", "09:05")
    with armed("commit:*sheets.send_sheets:before=crash"), pytest.raises(CrashError):
        day.play("10:05")
    day.play("10:06")
    (news,) = day.got["appeals"]
    assert "отметка о первичном ответе записана" in text_of(news)

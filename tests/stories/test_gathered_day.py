"""What an office that gathers meets in a day: another district, no term, haste, a likely repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mcu_mail.rehearsal.people import buttons_of, text_of
from mcu_mail.rehearsal.photo import snowy_street
from tests.stories.track_course import mail_of
from tests.stories.track_notices import incident, kuzbass, pos

if TYPE_CHECKING:
    from tests.stories.office_day import OfficeDay

DAY = "2026-11-23"
PHOTO = ("IMG_01.jpg", "image/jpeg", snowy_street(1))
DUG = "Ответ: проезд по ул. Чертёжной расчищен 23.11.2026, работы вела бригада МКУ «Дорожник»."


@pytest.fixture
def changes() -> dict[str, object]:
    """The settings of an office that gathers."""
    return {"sheets.minutes": 60, "digests.at": ["16:30"]}


def returned(day: OfficeDay, why: str, at: str) -> bytes:
    """ЦУР returns the answer to the incident."""
    subject = "[Инцидент] № 8123401: ответ возвращён на доработку"
    body = f"Инцидент № 8123401\nРешение куратора: вернуть на доработку.\nПричина: {why}"
    moment = day.stage.moment(f"{DAY} {at}")
    return mail_of("noreply@incident.example", subject, body, moment)


def test_a_message_of_another_district_is_passed_on_and_the_citizen_reads_so(day: OfficeDay):
    there = incident(f"{DAY} 09:00", place="г. Мариинск, ул. Ленина", district="Мариинский МО")
    day.arrives(there, "09:00")
    (asked,) = day.got["appeals"]
    assert "передайте его дальше в «Инцидент менеджмент»" in text_of(asked)
    assert "письмо" not in text_of(asked).partition("Обращение")[0]
    day.play("09:40")
    assert "первичный ответ" not in day.told("appeals").casefold()

    day.press("appeals", "Переслать по принадлежности", "09:45", mail=asked, added="суду")
    assert "подпис" not in day.told("appeals")
    assert day.case().step == "publish"
    text = day.letter(1).text
    assert text.endswith("Ваше сообщение передано по принадлежности: суду.")
    assert "Примерова" not in text, "the citizen's data stand in no public answer"
    day.play("10:10")
    assert day.events("first_reply_late") == [], "the answer itself is on its way"
    day.reply("appeals", "Опубликовано", "10:50")
    assert day.case().step == "regional"
    assert [purpose for purpose, _ in day.asked()] == ["control"], "ЦУР's word is taken on it"


def test_a_row_that_wants_a_term_says_so_and_nobody_is_reminded_of_a_likely_repeat(day: OfficeDay):
    day.arrives(pos(f"{DAY} 08:35", due="2026-12-23 21:00"), "08:40")
    day.arrives(pos(f"{DAY} 08:48", number="990012346"), "08:50")
    (asked,) = day.got["it"]
    assert list(buttons_of(asked)) == ["Это повтор"]
    assert "План" not in text_of(asked), "nothing is planned before the term is known"
    day.play("09:20")
    (sheet,) = day.got["it"]
    text = text_of(sheet)
    assert "№ 1 ждёт отметки о приёме" in text
    assert "«1 в работу, срок 23.11.2026», но с верным днём" in text
    assert "начните ответ словами «В работу 2»" in text, "one word for what it can accept"
    for at in ("09:40", "09:50"):
        day.play(at)
        assert all("Лист" in str(mail["Subject"]) for mail in day.got.get("it", []))
    day.reply("it", "В работу 2; 1 в работу, срок 21.12.2026", "09:55", to=sheet)
    assert [day.case(number).step for number in (1, 2)] == ["draft", "draft"]
    assert day.case(2).term_sentence == (
        "Срок установлен системой (п. 5.2 постановления № 138-п): пн 21.12 в 17:30."
    )

    # What becomes an appeal is no row any more, and the digest says what it waits for.
    formal = pos(f"{DAY} 10:05", number="990012347", due="2026-12-23 21:00", appeal=True)
    day.arrives(formal, "10:10")
    day.play("10:55")
    (sheet,) = day.got["it"]
    assert "№ 1 ждёт отметки о приёме" in text_of(sheet)
    assert "Похоже, это обращение по 59-ФЗ, а не сообщение: решаете вы." in text_of(sheet)
    assert not buttons_of(sheet), "no button takes it into the track among the others"
    said = "Обращение по 59-ФЗ, № П-12 от 23.11.2026"
    day.fresh("it", "2026-000003", said, "11:00")
    day.play("12:00")
    assert "ведётся как обращение по 59-ФЗ" in day.told("it")
    assert "ждёт отметки" not in day.told("it")
    day.play("16:30")
    picture = day.told("press")
    assert "ответить на обращение по 59-ФЗ, № П-12" in picture
    assert "отметить «в работу»" not in picture
    assert "не назначен" not in picture


def test_the_mail_that_hastens_an_executor_is_answered_with_the_text(day: OfficeDay):
    day.arrives(incident(f"{DAY} 09:00"), "09:00")
    day.press("appeals", "Первичный ответ дан", "09:05")
    day.press("appeals", "Фаст-трек", "09:30", mail=next(day.newest("appeals")))
    (hastened,) = day.got["roads_head"]
    assert "Фаст-трек, сегодня до 13:30" in str(hastened["Subject"])
    assert "Текст ответа можно прислать и на это письмо" in text_of(hastened)
    day.reply("roads_head", DUG, "10:00", to=hastened, files=[PHOTO])
    assert day.case().step == "approve"
    assert [one.version for one in day.requests() if one.purpose.value == "approve"] == [1]
    assert len(day.events("draft")) == 1, "a text and its photo are one version"

    # What the system closes or moves into the past is a person's to settle, and says so.
    for word, said in (
        ("закрыт", "Дело само не закрывается"),
        ("срок изменён", "Новый срок не взят"),
    ):
        body = f"Инцидент № 8123401. {word.capitalize()}: 20.11.2026 10:00."
        subject = f"[Инцидент] № 8123401: инцидент {word}"
        moment = day.stage.moment(f"{DAY} 10:02")
        day.arrives(mail_of("noreply@incident.example", subject, body, moment), "10:02")
        day.play("11:00" if word == "закрыт" else "12:00")
        assert said in day.told("appeals")
    # One photo may show the work that two messages asked for.
    day.arrives(incident(f"{DAY} 12:05", number="8123402"), "12:05")
    later = (
        "Промежуточный ответ до 26.11.2026: Уважаемая Алиса! Техника выйдет на улицу 25.11.2026."
    )
    day.fresh("roads_head", "2026-000002", later, "12:10", files=[PHOTO])
    assert "Взято в приложение" in day.told("roads_head")
    assert day.case(2).step == "approve", "an interim text needs no code, as no other text does"


def test_what_comes_when_the_text_is_on_its_way_is_shown_in_its_words(day: OfficeDay):
    day.arrives(incident(f"{DAY} 09:00"), "09:00")
    task = day.last("roads_head")
    day.press("appeals", "Первичный ответ дан", "09:05")
    day.reply("roads_head", DUG, "09:30", to=task)
    day.arrives(returned(day, "не указан ответственный", "09:40"), "09:40")
    day.play("10:10")
    (sheet,) = day.got["appeals"]
    assert "ЦУР вернул ответ. Учтите это в ответе. «не указан ответственный»" in text_of(sheet)

    better = f"{DUG} Ответственный – мастер участка, телефон 2-22-02."
    day.reply("roads_head", better, "10:20", to=task)
    assert "сейчас дело у сотрудника: Письменнова А.П." in day.told("roads_head")
    assert "телефон 2-22-02" in day.told("appeals")
    assert "верните ответ на доработку" in day.told("appeals")

    day.reply("appeals", "В работу 1", "10:25", to=sheet)
    assert "Такого решения здесь не ждут: № 1 ждёт согласования." in day.told("appeals")
    day.reply("appeals", "Опубликовано 1", "10:30", to=sheet)
    day.arrives(returned(day, "нет телефона", "11:00"), "11:00")
    day.reply("roads_head", better, "11:20")
    day.play("11:30")
    day.reply("appeals", "Опубликовано", "11:40")
    assert day.case().step == "regional"
    day.play("16:30")
    assert "согласование ЦУР, Письменнова А.П., 8 (38449) 0-00-07; ответ снова опубликован" in (
        day.told("press")
    )


def test_who_may_help_sees_at_once_that_somebody_is_late(day: OfficeDay):
    day.arrives(incident(f"{DAY} 09:00"), "09:00")
    day.play("09:40")
    (again,) = day.got["appeals"]
    assert "№ 1 ждёт первичного ответа, сегодня до 10:00" in text_of(again)
    assert "Осталось" not in str(again["Subject"]), "what is left is the executor's time"
    day.play("10:00")
    (told,) = day.got["press"]
    assert "Задержки по делам: 1" in str(told["Subject"])
    assert "нужна ваша помощь" in text_of(told)
    assert "Ждём: Письменнова Алла Проектовна, 8 (38449) 0-00-07" in text_of(told)


def test_claims_whose_category_is_proposed_are_accepted_by_one_word(day: OfficeDay):
    day.arrives(kuzbass(f"{DAY} 08:35"), "08:40")
    day.arrives(kuzbass(f"{DAY} 08:41", number="345679"), "08:45")
    day.play("09:45")
    (sheet,) = day.got["edds_head"]
    assert "Предложено: категория: ЖКХ / Уличное освещение" in text_of(sheet)
    day.press("edds_head", "Принять все", "09:50", mail=sheet)
    assert [day.case(number).marks["category"] for number in (1, 2)] == [
        "ЖКХ / Уличное освещение",
        "ЖКХ / Уличное освещение",
    ]

"""One matter that came by two systems: a person links it, and one text serves both."""

from __future__ import annotations

from datetime import timedelta

from mcu_mail.rehearsal.people import buttons_of, text_of
from tests.stories.office_day import DRAFT, LIGHTS, SNOW
from tests.stories.other_notices import incident, of_case, pos, sent
from tests.stories.track_notices import kuzbass

ASKED = "Прошу расчистить от снега улицу Образцовую, третий день проехать нельзя."
TEXT = (
    "Ответ: Тротуар вдоль улицы Образцовой очищен 23.11.2026, работы вела бригада МКУ «Дорожник». "
    "Следующая очистка назначена на 25.11.2026, за сроком следит отдел дорожного хозяйства."
)


def test_a_letter_s_text_goes_to_the_platform_once_it_is_agreed_to_and_the_drafter_writes_once(day):
    day.notice("09:00", SNOW)
    sent(day, "pos", pos("990012399", ASKED), "09:32")
    asked = of_case(day, "it", "Похоже на 2026-000001")
    assert set(buttons_of(asked)) == {"Объединить", "Не повтор"}
    assert day.case(2).marks.get("matter") is None, "nothing is merged silently"

    day.press("it", "Объединить", "09:40", mail=asked)
    assert day.case(2).marks["matter"] == "2026-000001"
    assert "10.12" not in day.told("roads_head"), "the later term changes nothing for the drafter"
    assert "ПОС" in day.told("roads_head")
    assert [one for one, _ in day.asked(2)] == ["accept"]

    day.reply("it", "В работу", "09:50", to=of_case(day, "it", "Возьмите в работу"))
    assert (day.case(2).step, day.case(2).actor) == ("draft", "roads_head")
    assert day.case(2).due is not None
    assert "roads_head" not in day.got, "one executor, asked once"

    # The newest mail he has names both cases, and he answers that one.
    day.reply("roads_head", DRAFT, "10:00", to=of_case(day, "roads_head", "по второму делу"))
    assert day.case(2).version == 0, "the text is not agreed to yet"
    day.press("dep_life", "Согласовать", "10:10")
    assert (day.case().step, day.case(2).step) == ("sign", "approve")
    given = day.letter(1, 2).text
    assert given.startswith("Здравствуйте!\nУлица Образцовая расчищена")
    assert "Связались" not in given
    assert day.asked(2) == [("accept", "it"), ("approve", "it")]
    assert "Фото к ответу не приложено" in day.told("it")

    day.reply("dep_life", "СТОП", "10:15", to=of_case(day, "dep_life", "Записано"))
    assert "снова на доработке" in day.told("it")
    day.reply("dep_life", "На доработку: назовите ответственного", "10:20")
    day.reply("roads_head", f"{DRAFT}\nОтветственный – мастер участка.", "10:30")
    day.press("dep_life", "Согласовать", "10:40")
    assert "мастер участка" in day.letter(2, 2).text
    assert [event.data["version"] for event in day.events("matter_text", 2)] == [1, 2]

    day.press("it", "Согласовать", "10:50", mail=of_case(day, "it", "000002] Согласуйте"))
    day.reply("it", "Опубликовано https://pos.example/990012399", "11:00")
    assert day.case(2).step == "regional"
    assert day.case().step == "sign", "each goes through its own steps"


def test_the_one_text_is_asked_for_by_when_the_nearer_term_needs_it(day):
    day.arrives(kuzbass("2026-11-23 08:35"), "08:40")
    day.press("edds_head", "Принято", "08:45")
    later = day.case().due
    day.notice("09:00", LIGHTS.replace("Модельная", "Сборная").replace("д. 5", "д. 3"))
    day.fresh("appeals", "2026-000002", "Объединить с 2026-000001: один двор", "09:10")
    needed = day.stage.desk.local(day.case(2).plan["draft"])
    assert day.case().due == needed < later, "fourteen days are the platform's, not the Governor's"
    assert f"поэтому текст нужен сегодня до {needed:%H:%M}" in day.told("uzhtr_head")
    day.play(f"{needed - timedelta(minutes=60):%H:%M}")
    assert "Осталось 1 ч" in str(of_case(day, "uzhtr_head", "Осталось")["Subject"])


def test_a_published_text_becomes_a_letter_that_waits_for_the_record_of_contact(day):
    sent(
        day,
        "incident",
        incident(
            "8123401",
            "Когда почистят Образцовую у дома 7?",
            author="Алла Небывалова",
            place="пгт Тяжинский, ул. Образцовая, д. 7",
        ),
        "09:02",
    )
    day.notice("09:20", SNOW)
    asked = of_case(day, "appeals", "Похоже на 2026-000001")
    day.reply("appeals", "Объединить с 2026-000001: одна жалоба", "09:30", to=asked)
    assert "000002" in day.told("roads_head")
    assert day.asked(2) == []
    assert [one.data["basis"] for one in day.events("matter", 2)] == ["одна жалоба"]

    day.reply("roads_head", TEXT, "10:00", to=of_case(day, "roads_head", "000001] Уборка"))
    day.press("appeals", "Согласовать", "10:10", mail=of_case(day, "appeals", "Согласуйте"))
    assert day.case().step == "publish"
    assert day.asked(2) == [("draft", "roads_head")], "decree 5.3: the applicant is spoken with"
    draft = day.case(2).draft
    assert draft is not None
    assert draft.text.startswith("Тротуар вдоль")

    day.reply("roads_head", "Связались: 23.11 10:20, по телефону", "10:25")
    assert day.case(2).step == "approve_deputy"
    assert day.letter(1, 2).text.startswith("Тротуар вдоль")

    day.fresh("appeals", "2026-000002", "Не дубль: это другая улица", "10:40")
    assert "matter" not in day.case(2).marks
    assert day.case(2).step == "approve_deputy", "its text is its own from now on"


def test_a_case_that_waits_for_another_ones_text_is_not_late_unnoticed(day):
    sent(day, "pos", pos("990012399", ASKED), "09:02")
    day.reply("it", "В работу", "09:10", to=of_case(day, "it", "Возьмите в работу"))
    place = "пгт Тяжинский, ул. Образцовая, д. 7"
    sent(day, "incident", incident("8123401", ASKED, place=place), "10:02")
    day.fresh("appeals", "2026-000002", "Объединить с 2026-000001: одна жалоба", "10:10")
    assert (day.case(2).step, day.asked(2)) == ("draft", [("control", "appeals")])
    local = day.stage.desk.local
    assert f"{local(day.case(2).term):%d.%m %H:%M}" == "24.11 09:02"
    day.play("2026-11-24 08:30")
    words = [" ".join(text_of(mail).split()) for mail in day.got["roads_head"]]
    assert any("Напоминаем: просрочено" in one for one in words)
    assert any("Срок там раньше, поэтому текст нужен сегодня до 09:02" in one for one in words)
    day.play("2026-11-24 09:02")
    for person in ("press", "appeals", "dep_affairs"):
        assert day.case(2).number in " ".join(str(mail["Subject"]) for mail in day.got[person])


def test_a_wrong_merge_is_put_right_and_a_leading_case_without_text_lets_the_other_go(day):
    day.notice("09:00", SNOW)
    sent(day, "pos", pos("990012399", ASKED), "09:32")
    day.press("it", "Объединить", "09:35", mail=of_case(day, "it", "Похоже"))
    day.reply("it", "В работу", "09:40", to=of_case(day, "it", "Возьмите в работу"))
    day.fresh("appeals", "2026-000001", "Разъединить 2026-000002", "09:50")
    assert day.asked(2) == [("accept", "it"), ("draft", "roads_head")]
    assert "подготовьте ответ" in day.told("roads_head")

    day.fresh("it", "дело 2026-000002", "Объединить с 2026-000001: тот же заявитель", "10:00")
    assert day.asked(2) == [("accept", "it")]
    assert "Отдельный ответ" in day.told("roads_head")
    day.fresh("it", "2026-000002", "Передать: УЖТР", "10:05")
    assert day.reasons(2)[-1] == "outside_matter_follows"
    day.fresh("appeals", "2026-000001", "Закрыть: ответ дан главой на приёме", "10:10")
    assert day.case().state == "closed"
    assert day.asked(2) == [("accept", "it"), ("draft", "roads_head")]
    assert "matter" not in day.case(2).marks


def test_a_duplicate_closed_by_mistake_goes_on_where_it_stood(day):
    day.notice("09:00", SNOW)
    day.notice("09:05", SNOW.replace("48240", "48299"), subject="Ещё раз")
    day.fresh("appeals", "2026-000002", "Дубль 2026-000001", "09:10")
    assert day.case(2).state == "closed"
    assert (
        day.events("duplicate", 2)[0].data["basis"]
        == "программа нашла сходство с делом 2026-000001"
    )
    day.fresh("appeals", "2026-000002", "Не дубль: другой дом", "09:20")
    assert (day.case(2).state, day.case(2).step) == ("open", "draft")
    assert day.asked(2) == [("draft", "roads_head")]
    day.fresh("appeals", "2026-000002", "Дубль 2026-000009: тот же", "09:30")
    assert day.reasons(2)[-1] == "outside_matter_unknown"
    day.fresh("roads_head", "2026-000002", "Дубль 2026-000001: тот же", "09:40")
    assert day.case(2).state == "open", "only who may says so"

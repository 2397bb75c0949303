"""The regional centre's terms: named where the notice has none, changed by whoever may say so."""

from __future__ import annotations

from mcu_mail.rehearsal.people import text_of
from tests.stories.track_notices import incident, kuzbass, pos


def term_of(day, number=1):
    return f"{day.stage.desk.local(day.case(number).term):%d.%m %H:%M}"


def test_a_message_without_its_term_is_asked_for_every_working_morning_till_it_is_named(day):
    day.arrives(pos("2026-11-26 15:00"), "2026-11-26 15:01")
    asked = day.last("it")
    day.reply("it", "В работу", "15:10", to=asked)
    assert day.case().step == "accept"
    assert "term_asked" in day.case().marks
    day.play("2026-11-26 17:30")
    for moment in ("2026-11-27 08:30", "2026-11-30 08:30"):
        day.play(moment)
        assert "Срок в уведомлении не назван" in day.told("it")
        assert "не назван срок из системы" in day.told("press")
        assert not day.events("term_passed")
    day.play("2026-11-28 12:00")
    assert not day.got

    day.reply("it", "Срок 23.12.2026", "2026-11-30 09:00", to=asked)
    assert day.case().step == "draft"
    assert term_of(day) == "23.12 17:30"
    assert f"{day.stage.desk.local(day.case().due):%d.%m %H:%M}" == "03.12 17:30"
    day.play("2026-12-01 08:30")
    assert "press" not in day.got


def test_curator_and_head_of_the_centre_change_a_term_by_the_number_and_others_do_not(day):
    day.arrives(incident("2026-11-23 10:00"), "2026-11-23 10:01")
    number = day.case().number
    said = "Срок до 18:00 25.11: ЦУР продлил по звонку"
    day.fresh("press", f"Дело {number}", said, "10:30")
    assert term_of(day) == "25.11 18:00"
    event = day.events("term_changed")[-1]
    assert (event.actor, event.data["by"]) == ("press", "press")
    assert "ЦУР продлил" in event.data["reason"]
    assert {"roads_head", "appeals", "press"} == set(day.got)
    assert "25.11" in day.told("roads_head")
    day.play("2026-11-24 09:01")
    assert not {"dep_affairs", "dep_life"} & set(day.got), "the old term tells nobody"
    assert "дело стоит" not in day.told("press")

    day.fresh("uzhtr_head", f"Дело {number}", "Срок до 18:00 27.11: так решили", "2026-11-24 10:00")
    assert term_of(day) == "25.11 18:00"
    day.fresh(
        "dep_affairs", f"Дело {number}", "Срок до 12:00 24.11: просит ЦУР", "2026-11-24 10:10"
    )
    assert term_of(day) == "24.11 12:00", "who acts for the curator says so too"
    day.fresh("press", f"Дело {number}", "Срок до 12:00 23.11.2026: ошибка", "2026-11-24 10:20")
    assert term_of(day) == "24.11 12:00"
    assert "press" in day.got, "what is not taken is answered"


def test_the_responsible_changes_a_term_at_any_step(day):
    day.arrives(kuzbass("2026-11-27 16:00"), "2026-11-27 16:01")
    asked = day.last("edds_head")
    assert term_of(day) == "11.12 17:30"
    day.reply("edds_head", "Принято: ЖКХ / Освещение", "2026-11-27 16:10", to=asked)
    assert day.case().step == "draft"
    day.reply("edds_head", "Срок до 04.12.2026: ЦУР сократил", "2026-11-27 16:20", to=asked)
    assert term_of(day) == "04.12 17:30"
    executor = day.case().actor
    assert "04.12" in day.told(executor)
    assert day.case().due < day.case().term


def test_both_moments_are_shown_when_the_mail_came_late(day):
    day.arrives(incident("2026-11-23 09:00", arrived="2026-11-23 09:40"), "2026-11-23 09:41")
    told = " ".join(text_of(day.last("roads_head")).split())
    assert "Поступило в систему пн 23.11 в 09:00, письмо пришло пн 23.11 в 09:41" in told
    assert term_of(day) == "23.11 17:00"

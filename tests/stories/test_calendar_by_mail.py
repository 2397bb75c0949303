"""A holiday that comes later moves open terms, says which, and nothing that a person has set."""

from __future__ import annotations

from datetime import date

from mcu_mail.rehearsal.people import text_of
from mcu_mail.service.calendar_orders import FACT, order_lines
from tests.stories.office_day import NATIVE, OfficeDay
from tests.stories.track_course import Course
from tests.stories.track_notices import incident, kuzbass


def terms(day):
    local = day.stage.desk.local
    return [f"{local(day.case(n).term):%d.%m %H:%M}" for n in (1, 2, 3)]


def test_a_day_off_and_the_hours_of_a_track_by_mail_move_what_was_counted_by_them(day):
    day.arrives(incident("2026-11-26 10:00"), "2026-11-26 10:01")
    day.arrives(
        incident("2026-11-26 10:05", number="8123402", place="ул. Сборная"), "2026-11-26 10:06"
    )
    number = day.case(2).number
    day.fresh("press", f"Дело {number}", "Срок до 12:00 27.11: поручение ЦУР", "2026-11-26 10:10")
    day.arrives(kuzbass("2026-11-26 10:15"), "2026-11-26 10:16")
    assert terms(day) == ["27.11 09:00", "27.11 12:00", "10.12 17:30"]

    day.fresh("press", "Календарь", "Календарь 27.11.2026 выходной", "2026-11-26 11:00")
    assert "нужно основание" in day.told("press")
    day.fresh(
        "uzhtr_head", "Календарь", "Календарь 27.11.2026 выходной: приказ", "2026-11-26 11:05"
    )
    assert terms(day) == ["27.11 09:00", "27.11 12:00", "10.12 17:30"]

    day.fresh(
        "press", "Календарь", "Календарь 27.11.2026 выходной: распоряжение № 9", "2026-11-26 11:10"
    )
    assert terms(day) == ["30.11 09:00", "27.11 12:00", "10.12 17:30"]
    event = day.events("term_changed", 1)[-1]
    assert (event.data["basis"], event.data["reason"]) == ("calendar", "распоряжение № 9")
    for person in ("press", "appeals"):
        told = day.told(person)
        assert day.case(1).number in told
        assert "было завтра, пт 27.11, до 09:00, стало пн 30.11 до 09:00" in told
        assert number not in told
    assert "сроки прежние" in str(day.got["it"][-1]["Subject"])
    assert "принять, указать категорию и подкатегорию: было" in day.told("edds_head")
    assert "завтра, пт 27.11, до 10:15, стало пн 30.11 до 10:15" in day.told("edds_head")
    assert set(day.got) <= {"press", "appeals", "edds_head", "it"}
    assert "распоряжение № 9" in text_of(day.last("press")) + day.told("press")

    # The regional centre's hours for that day, on one track.
    day.fresh(
        "appeals",
        "Календарь",
        "Календарь 27.11.2026 инцидент 10:00–14:00: график ЦУР",
        "2026-11-26 12:00",
    )
    assert terms(day) == ["27.11 10:30", "27.11 12:00", "10.12 17:30"]
    day.play("2026-11-27 09:00")
    assert "roads_head" not in day.got
    day.play("2026-11-27 10:00")
    assert "roads_head" in day.got


def test_a_day_off_moves_the_first_reply_and_what_is_waited_for_as_well(tmp_path, post_office):
    settings = {**NATIVE, "tracks.incident.satisfaction_wait": "working_days"}
    with OfficeDay(tmp_path / "office", post_office, settings).opened() as day:
        waits, asked, fresh = (Course(day, "appeals", number) for number in (1, 2, 3))
        for course, number in ((waits, "8123411"), (asked, "8123412")):
            place = f"ул. Лекальная, д. {number[-1]}"
            raw = incident("2026-11-26 09:00", number=number, place=place)
            course.comes(raw, "2026-11-26 09:01")
            course.published("Ответ: снег убран, посыпка проведена.", "2026-11-26 11:00")
        waits.says("ЦУР согласовал", "2026-11-26 11:30")
        assert (waits.stands, waits.due) == ("citizen appeals waiting", "30.11 17:30")
        assert (asked.stands, asked.due) == ("regional appeals waiting", "27.11 10:00")
        fresh.comes(incident("2026-11-26 17:00"), "2026-11-26 17:01")

        # Of what is passed on no first reply is owed: nothing of it can move.
        passed = Course(day, "appeals", 4)
        there = incident(
            "2026-11-26 17:02",
            number="8123414",
            place="г. Мариинск, ул. Ленина",
            district="Мариинский МО",
        )
        passed.comes(there, "2026-11-26 17:03")
        passed.answers("outside", "Переслать: администрации Мариинского округа", "2026-11-26 17:05")

        off = "Календарь 27.11.2026 выходной: распоряжение № 9"
        day.fresh("press", "Календарь", off, "2026-11-26 17:10")
        told = day.told("appeals")
        assert told.count("дать первичный ответ: было") == 1
        assert (waits.due, asked.due) == ("01.12 17:30", "30.11 10:00")
        number = fresh.case.number
        assert f"{number}, Уборка снега, пгт Тяжинский: было завтра, пт 27.11, до 16:00" in told
        assert "дать первичный ответ: было завтра, пт 27.11, до 09:00, стало пн 30.11" in told
        assert "ожидание оценки заявителя: было пн 30.11 до 17:30, стало вт 01.12" in told
        assert "согласование ЦУР: было завтра, пт 27.11, до 10:00, стало пн 30.11" in told

        for moment in ("2026-11-27 08:40", "2026-11-27 10:00", "2026-11-30 08:35"):
            day.play(moment)
            assert "ервичный ответ" not in day.told("appeals")
            assert not day.events("first_reply_late", 3)
        day.play("2026-11-30 08:40")
        assert "ервичный ответ" in day.told("appeals")
        assert any("ответ сегодня до 09:00" in str(mail["Subject"]) for mail in day.got["appeals"])
        day.play("2026-11-30 09:00")
        assert len(day.events("first_reply_late", 3)) == 1
        day.play("2026-11-30 10:00")
        # Asked after once, the word of the regional centre is waited for from then on.
        assert asked.due == "01.12 09:00"
        back = "Календарь 01.12.2026 выходной: распоряжение № 10"
        day.fresh("press", "Календарь", back, "2026-11-30 11:00")
        assert (waits.due, asked.due) == ("02.12 17:30", "02.12 09:00")
        assert "ервичный ответ" not in day.told("appeals")
        day.play("2026-12-02 17:31")
        assert waits.stands == "closed"


def test_a_day_of_the_configuration_moves_terms_after_the_restart(tmp_path, post_office):
    with OfficeDay(tmp_path / "office", post_office, NATIVE).opened() as day:
        day.arrives(incident("2026-11-26 10:00"), "2026-11-26 10:01")
    holiday = {date(2026, 11, 27): {"day_off": True, "why": "распоряжение № 9"}}
    settings = {**NATIVE, "calendar.overrides": holiday}
    with OfficeDay(tmp_path / "office", post_office, settings).opened() as day:
        day.play("2026-11-26 12:00")
        assert f"{day.stage.desk.local(day.case().term):%d.%m %H:%M}" == "30.11 09:00"
        assert "распоряжение № 9" in day.told("appeals")
        # What the configuration has settled, no mail changes.
        said = "Календарь 27.11.2026 рабочий: отмена"
        day.fresh("press", "Календарь", said, "2026-11-26 12:10")
        assert "в настройках" in day.told("press")
        assert f"{day.stage.desk.local(day.case().term):%d.%m %H:%M}" == "30.11 09:00"


def test_the_days_ordered_by_mail_are_shown_with_who_and_when(day):
    day.fresh("press", "Календарь", "Календарь 30.12.2026 выходной: распоряжение № 9", "11:10")
    day.fresh("appeals", "График", "Календарь 30.12.2026 инцидент 10:00–14:00: письмо ЦУР", "11:20")
    desk = day.stage.desk
    with desk.store.view() as view:
        lines = order_lines(desk.settings, desk.zone, view.facts.get(FACT))
    expected = (
        "Календарь по письму: ср 30.12 – выходной; Инцидент менеджмент: с 10:00 до 14:00 "
        "(письмо ЦУР); Письменнова Алла Проектовна, 23.11.2026 11:20"
    )
    assert lines == (expected,)

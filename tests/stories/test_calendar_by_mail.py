"""A holiday that comes later moves open terms, says which, and nothing that a person has set."""

from __future__ import annotations

from datetime import date

from mcu_mail.rehearsal.people import text_of
from mcu_mail.service.calendar_orders import FACT, order_lines
from tests.stories.office_day import NATIVE, OfficeDay
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
    assert "сроки прежние" in str(day.got["edds_head"][-1]["Subject"])
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
    assert lines == (
        "Календарь по письму: ср 30.12 – выходной; Инцидент менеджмент: с 10:00 до 14:00 "
        "(письмо ЦУР); Письменнова Алла Проектовна, 23.11.2026 11:20",
    )

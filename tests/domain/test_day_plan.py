from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.plan import PlanSettings, plan_back

ZONE = ZoneInfo("Asia/Novokuznetsk")
STEPS = ("route", "draft", "approve_head", "approve_deputy", "sign", "register", "send")
SHARES = {"route": 0.1, "draft": 0.4, "approve_head": 0.25, "approve_deputy": 0.25}
SIGNING = ((time(9), time(9, 30)), (time(16), time(17, 30)))


def at(day: int, clock: str) -> datetime:
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), ZONE)


def plan(start, target, *, steps=STEPS, signing=SIGNING, settings=None, shares=SHARES):
    return plan_back(steps, start, target, signing, settings or PlanSettings(), shares)


def clocks(planned: dict[str, datetime]) -> dict[str, str]:
    return {step: f"{moment:%d %H:%M}" for step, moment in planned.items()}


def test_a_morning_message_is_planned_back_from_18_and_the_signing_hours():
    assert clocks(plan(at(23, "08:45"), at(23, "18:00"))) == {
        "route": "23 09:30",
        "draft": "23 12:35",
        "approve_head": "23 14:30",
        "approve_deputy": "23 16:30",
        "sign": "23 17:30",
        "register": "23 17:50",
        "send": "23 18:00",
    }


def test_an_evening_message_is_signed_in_the_last_hours_before_its_term():
    planned = clocks(plan(at(23, "19:00"), at(24, "16:10")))
    assert planned["sign"] == "24 09:30"
    assert planned["approve_deputy"] == "24 09:00"
    assert planned["route"] == "24 08:30"


def test_signing_hours_that_the_term_cuts_short_end_before_registering():
    planned = clocks(plan(at(23, "10:00"), at(23, "16:50")))
    assert planned["sign"] == "23 16:30"
    assert planned["approve_deputy"] == "23 16:00"


def test_without_fitting_signing_hours_the_signature_is_due_before_registering():
    planned = clocks(plan(at(23, "10:00"), at(23, "15:00")))
    assert planned["sign"] == "23 14:40"
    assert planned["approve_deputy"] == "23 13:40"


def test_an_office_without_signing_hours_still_gets_a_plan():
    planned = plan(at(23, "10:00"), at(23, "15:00"), signing=())
    assert clocks(planned)["sign"] == "23 14:40"


def test_when_the_approval_hour_has_passed_half_of_the_rest_is_left_to_it():
    planned = clocks(plan(at(23, "17:00"), at(23, "18:00"), steps=STEPS[2:]))
    assert planned["sign"] == "23 17:30"
    assert planned["approve_deputy"] == "23 17:15"


def test_at_night_the_time_is_shared_by_the_clock():
    planned = plan(at(23, "18:30"), at(24, "08:00"), signing=())
    moments = list(planned.values())
    assert clocks(planned)["approve_deputy"] == "24 06:40"
    assert moments == sorted(moments)
    assert at(23, "22:00") < planned["draft"] < at(24, "03:00")


def test_a_step_without_a_share_gets_a_small_one():
    planned = plan(at(23, "08:30"), at(23, "18:00"), shares={"draft": 1.0})
    assert at(23, "08:30") < planned["route"] < planned["draft"] < planned["approve_head"]


def test_steps_without_any_shares_share_evenly():
    planned = clocks(plan(at(23, "08:30"), at(23, "18:00"), shares={}))
    assert planned["route"] == "23 10:30"
    assert planned["draft"] == "23 12:30"


def test_only_the_steps_still_to_come_are_planned():
    assert clocks(plan(at(23, "12:00"), at(23, "18:00"), steps=("register", "send"))) == {
        "register": "23 17:50",
        "send": "23 18:00",
    }
    assert clocks(plan(at(23, "12:00"), at(23, "18:00"), steps=("draft", "send"))) == {
        "draft": "23 17:50",
        "send": "23 18:00",
    }
    assert clocks(plan(at(23, "12:00"), at(23, "18:00"), steps=("draft",))) == {"draft": "23 18:00"}
    assert plan(at(23, "12:00"), at(23, "18:00"), steps=()) == {}


def test_a_draft_before_registering_leaves_time_for_it():
    planned = clocks(plan(at(23, "12:00"), at(23, "18:00"), steps=("draft", "register", "send")))
    assert planned["draft"] == "23 17:40"


def test_when_the_target_has_passed_everything_is_due_at_it():
    planned = plan(at(23, "18:05"), at(23, "18:00"))
    assert set(planned.values()) == {at(23, "18:00")}
    assert tuple(planned) == STEPS


def test_ten_minutes_before_the_term_every_step_still_has_a_moment():
    moments = list(plan(at(23, "17:50"), at(23, "18:00")).values())
    assert moments == sorted(moments)
    assert moments[0] > at(23, "17:50")
    assert moments[-1] == at(23, "18:00")


def test_a_target_in_another_zone_is_planned_in_the_zone_of_the_start():
    moscow = datetime(2026, 11, 23, 14, 0, tzinfo=ZoneInfo("Europe/Moscow"))
    assert clocks(plan(at(23, "08:45"), moscow))["send"] == "23 18:00"


MOMENTS = st.integers(0, 366 * 24 * 3600).map(lambda n: at(1, "00:00") + timedelta(seconds=n))
HOURS = st.tuples(st.times(), st.times()).map(lambda pair: (min(pair), max(pair)))


@given(
    MOMENTS,
    st.timedeltas(timedelta(microseconds=100), timedelta(days=20)),
    st.lists(st.sampled_from(STEPS), unique=True, min_size=1),
    st.lists(HOURS, max_size=3),
    st.dictionaries(st.sampled_from(STEPS), st.floats(0, 1)),
    st.integers(0, 300),
)
def test_a_plan_is_in_order_and_lies_between_start_and_target(
    start, span, steps, signing, shares, minutes
):
    steps = sorted(steps, key=STEPS.index)
    settings = PlanSettings(send_minutes=minutes, sign_minutes=minutes)
    planned = plan(
        start, start + span, steps=steps, signing=tuple(signing), settings=settings, shares=shares
    )
    moments = list(planned.values())
    assert list(planned) == steps
    assert all(start < moment <= start + span for moment in moments)
    assert moments == sorted(moments)
    assert moments[-1] == start + span

"""An interim answer becomes a letter that promises a day, and the case goes on to that day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mcu_mail.domain.case import Draft, Purpose
from mcu_mail.domain.course import on_delivery
from mcu_mail.domain.decisions import Change, Enter, KeepDraft, Log, NewVersion
from tests.domain.offices import case
from tests.domain.test_case_course import answer, entered, rules, told

WORDS = "Заявка передана подрядчику, щебень завезут до конца недели, после этого дорогу выровняют."
CALLED = "\nСвязались: 23.11 11:20, по телефону"
PROMISE = datetime(2026, 12, 1, 11, tzinfo=UTC)


def versions(decisions) -> list[tuple[str | None, date | None, str]]:
    return [(one.text, one.promised, one.then) for one in decisions if isinstance(one, NewVersion)]


def test_words_and_a_day_make_an_interim_letter():
    said = f"Промежуточный ответ до 01.12.2026: {WORDS}{CALLED}"
    decisions = answer(case(), Purpose.draft, said)

    assert versions(decisions) == [(WORDS, date(2026, 12, 1), "approve_deputy")]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(
            "Промежуточный ответ до 01.12.2026: нет техники", id="too short for a citizen"
        ),
        pytest.param(f"Промежуточный ответ: {WORDS}", id="no day"),
        pytest.param(f"Прошу продлить до 01.12.2026: {WORDS}", id="a wish for time"),
        pytest.param(
            "Нужно время до 01.12.2026: техника на ремонте, подрядчик обещает к концу недели"
        ),
    ],
)
def test_anything_else_stays_a_wish_for_time(said):
    decisions = answer(case(), Purpose.draft, said + CALLED)

    assert versions(decisions) == []
    assert [template for template, _ in told(decisions)] == ["time_asked", "receipt"]


@pytest.mark.parametrize("day", ["22.11.2026", "23.11.2026"])
def test_a_day_that_has_come_is_no_promise(day):
    decisions = answer(case(), Purpose.draft, f"Промежуточный ответ до {day}: {WORDS}{CALLED}")

    assert versions(decisions) == []
    assert told(decisions) == [("not_taken", "promise_past")]


def test_without_a_record_of_contact_the_promise_waits_with_its_words():
    decisions = answer(case(), Purpose.draft, f"Промежуточный ответ до 01.12.2026: {WORDS}")

    (kept,) = [one.draft for one in decisions if isinstance(one, KeepDraft)]
    assert kept == Draft(text=WORDS, author="roads_head", promised="2026-12-01")
    later = answer(case(draft=kept), Purpose.draft, CALLED.strip())
    assert versions(later) == [(WORDS, date(2026, 12, 1), "approve_deputy")]


def test_a_full_answer_after_a_kept_interim_one_promises_nothing():
    kept = Draft(text=WORDS, author="roads_head", promised="2026-12-01")
    said = f"Ответ: дорога выровнена, щебень завезён, работы приняты комиссией сегодня.{CALLED}"
    ((_, promised, _),) = versions(answer(case(draft=kept), Purpose.draft, said))

    assert promised is None


def test_when_it_is_sent_the_case_is_owed_to_the_promised_day():
    sending = replace(case(), step="send")
    states = {"a@region.example": "accepted", "b@region.example": "accepted"}
    decisions = on_delivery(sending, states, rules(), late=False, promised=PROMISE)

    assert entered(decisions) == ["draft"]
    assert [one.values for one in decisions if isinstance(one, Change)] == [
        {"term": PROMISE, "goal": None}
    ]
    (log,) = [one for one in decisions if isinstance(one, Log)]
    assert (log.kind, log.data["interim"]) == ("sent", True)
    assert [one.template for one in decisions if isinstance(one, Enter)] == ["task"]


def test_a_refused_interim_answer_is_asked_about_like_any_other():
    sending = replace(case(), step="send")
    states = {"a@region.example": "accepted", "b@region.example": "refused"}

    assert on_delivery(sending, states, rules(), late=False, promised=PROMISE) == on_delivery(
        sending, states, rules(), late=False
    )

"""«Назначить: Фамилия», «Передать: отдел»: one rule at the step that asks for it and beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mcu_mail.domain.assigning import who_answers
from mcu_mail.domain.case import Purpose
from mcu_mail.domain.course import Reply, Rules, on_reply
from mcu_mail.domain.decisions import Change, Enter, Log
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.told_outside import reassigned
from mcu_mail.domain.verdicts import read_meaning
from tests.domain.offices import OFFICE, case, request

RULES = Rules(office=OFFICE, route=ROUTES["governor"], today=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("words", "department", "expected"),
    [
        ("дороги", None, ("roads", None)),
        ("Трассов", None, ("roads", None)),
        ("Грейдеров", None, ("roads", "grader")),
        ("Грейдерову", "water", ("roads", "grader")),
        ("Новостина", "water", ("water", "press")),
        ("Новостина", None, "unknown_person"),
        ("Неизвестнов", "water", "unknown_department"),
    ],
)
def test_words_name_a_department_or_a_person_of_one(words, department, expected):
    assert who_answers(words, replace(case(), department=department), OFFICE) == expected


def outcome(decisions):
    """What became of the case: who is to answer, about what, and where it stands."""
    changed = {
        name: value
        for one in decisions
        if isinstance(one, Change)
        for name, value in one.values.items()
    }
    entered = [(one.step, one.context["why"]) for one in decisions if isinstance(one, Enter)]
    logs = [dict(one.data) for one in decisions if isinstance(one, Log) and one.kind == "assigned"]
    return changed, entered, logs


@pytest.mark.parametrize(
    ("words", "executor", "department"),
    [
        ("Передать: дороги", None, "roads"),
        ("Исполнитель: Грейдеров", "grader", "roads"),
        ("Передать: водоснабжение", None, "water"),
    ],
)
def test_who_is_asked_whose_matter_it_is_and_who_says_it_unasked_appoint_alike(
    words, executor, department
):
    here = replace(case(), step="route", department=None, topic=None)
    meaning = read_meaning(words, RULES.today)
    asked = request(Purpose.route, here, "dispatcher")
    reply = Reply(person="dispatcher", meaning=meaning, text=words)
    by_answer = outcome(on_reply(here, asked, reply, RULES))
    told = reassigned(here, meaning, "dispatcher", RULES)
    assert not isinstance(told, str)
    assert by_answer == outcome(told)
    changed, entered, _ = by_answer
    assert (changed["department"], changed["executor"]) == (department, executor)
    assert entered == [("draft", "task")]


def test_a_surname_that_is_no_order_appoints_nobody():
    here = replace(case(), step="route", department=None)
    words = "Грейдеров"
    reply = Reply(person="dispatcher", meaning=read_meaning(words, RULES.today), text=words)
    decisions = on_reply(here, request(Purpose.route, here, "dispatcher"), reply, RULES)
    assert outcome(decisions) == ({}, [], [])

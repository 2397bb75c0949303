from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mcu_mail.domain.annexes import asked_again
from mcu_mail.domain.fields import read_fields
from mcu_mail.domain.office import Absence, Delegate
from mcu_mail.domain.routes import GOVERNOR
from mcu_mail.domain.whose_turn import (
    actor_of,
    find_department,
    find_person,
    first_approval,
    may_speak_for,
    person_at,
    superior_of,
)
from tests.domain.offices import OFFICE, case

TODAY = date(2026, 11, 23)


def away(who: str, acting: str) -> Absence:
    return Absence(person=who, first=TODAY, last=TODAY, acting=acting)


@pytest.mark.parametrize(
    ("step", "person"),
    [
        ("route", "dispatcher"),
        ("draft", "roads_head"),
        ("approve_head", "roads_head"),
        ("approve_deputy", "deputy"),
        ("sign", "registry"),
        ("register", "registry"),
        ("send", None),
    ],
)
def test_each_step_has_its_actor(step, person):
    assert actor_of(GOVERNOR.step(step), case(), OFFICE, TODAY) == person


def test_a_named_executor_drafts():
    assert actor_of(GOVERNOR.step("draft"), case(executor="grader"), OFFICE, TODAY) == "grader"


def test_acting_persons_stand_in_along_a_chain():
    office = replace(OFFICE, absences=(away("deputy", "curator"), away("curator", "press")))

    assert actor_of(GOVERNOR.step("approve_deputy"), case(), office, TODAY) == "press"


def test_what_a_stand_in_has_written_himself_is_approved_above_him():
    office = replace(OFFICE, absences=(away("deputy", "roads_head"),))
    step = GOVERNOR.step("approve_deputy")

    assert actor_of(step, case(author="grader"), office, TODAY) == "roads_head"
    assert actor_of(step, case(author="roads_head"), office, TODAY) == "curator"
    assert actor_of(step, case(author="deputy"), OFFICE, TODAY) == "deputy"


def test_nobody_approves_his_own_draft_as_department_head():
    assert first_approval(case(), "roads_head", GOVERNOR, OFFICE, TODAY).name == "approve_deputy"
    assert first_approval(case(), "grader", GOVERNOR, OFFICE, TODAY).name == "approve_head"


def test_what_an_absent_head_adds_is_not_asked_of_the_stand_in_who_wrote_the_letter():
    office = replace(OFFICE, absences=(away("roads_head", "grader"),))
    waits = case(step="approve_deputy", author="grader", version=1)

    assert asked_again(waits, "roads_head", office, GOVERNOR, TODAY) == "approve_deputy"
    assert asked_again(waits, "press", office, GOVERNOR, TODAY) == "approve_head"


@pytest.mark.parametrize(
    ("speaker", "asked", "may"),
    [
        ("deputy", "deputy", True),
        ("secretary", "deputy", True),
        ("roads_head", "deputy", False),
        ("deputy", "secretary", False),
    ],
)
def test_a_delegate_speaks_for_his_principal_and_not_the_other_way(speaker, asked, may):
    assert may_speak_for(speaker, asked, OFFICE, TODAY) is may


@pytest.mark.parametrize(
    ("first", "last", "may"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (None, TODAY - timedelta(days=1), False),
        (TODAY + timedelta(days=1), None, False),
    ],
)
def test_a_delegate_speaks_within_his_term(first, last, may):
    delegate = Delegate(person="secretary", first=first, last=last)
    people = {**OFFICE.people, "deputy": replace(OFFICE.people["deputy"], delegates=(delegate,))}
    assert may_speak_for("secretary", "deputy", replace(OFFICE, people=people), TODAY) is may


@pytest.mark.parametrize("gone", ["deputy", "secretary", "curator"])
def test_who_has_left_speaks_for_nobody_and_nobody_for_him(gone):
    left = replace(OFFICE.people[gone], left=TODAY)
    office = replace(
        OFFICE, people={**OFFICE.people, gone: left}, absences=(away("deputy", "curator"),)
    )
    for speaker in ("deputy", "secretary", "curator"):
        may = gone not in {"deputy", speaker}
        assert may_speak_for(speaker, "deputy", office, TODAY) is may
    assert may_speak_for(gone, gone, office, TODAY - timedelta(days=1))
    assert not may_speak_for("nobody", "deputy", office, TODAY)
    assert not may_speak_for("deputy", "nobody", office, TODAY)


def test_an_acting_person_speaks_only_on_the_days_of_the_absence():
    office = replace(OFFICE, absences=(away("deputy", "curator"),))

    assert may_speak_for("curator", "deputy", office, TODAY)
    assert not may_speak_for("curator", "deputy", office, date(2026, 11, 24))


def test_an_alias_is_the_same_person_and_an_unknown_address_is_nobody():
    assert person_at("fedor@mail.example", OFFICE) is OFFICE.people["roads_head"]
    assert person_at("fedor@evil.example", OFFICE) is None


@pytest.mark.parametrize(
    ("late", "superior"),
    [
        ("grader", "roads_head"),
        ("roads_head", "deputy"),
        ("deputy", "curator"),
        ("curator", "press"),
    ],
)
def test_a_delay_is_reported_one_rung_up(late, superior):
    assert superior_of(late, case(), OFFICE, TODAY) == superior


@pytest.mark.parametrize(
    ("words", "department"),
    [
        ("дорожного хозяйства", "roads"),
        ("отдел дорожного хозяйства и транспорта", "roads"),
        ("roads", "roads"),
        ("снег", "roads"),
        ("Трассову", "roads"),
        ("управление по жизнеобеспечению", "water"),
        ("отдел", "roads"),
        ("", None),
        ("???", None),
        ("культура", None),
    ],
)
def test_a_department_is_found_by_name_topic_or_head(words, department):
    assert find_department(words, OFFICE) == department


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Грейдеров", "grader"),
        ("Грейдерову Павлу", "grader"),
        ("грейдеров п.с.", "grader"),
        ("Трассов", "roads_head"),
        ("Иванов", None),
        ("", None),
    ],
)
def test_a_person_is_found_by_surname_in_any_case(words, found):
    assert find_person(words, OFFICE, ("grader",)) == found


@pytest.mark.parametrize(
    ("text", "fields", "rest"),
    [
        ("Заявитель: Иванова Мария", {"applicant": "Иванова Мария"}, ""),
        (
            "Адрес - с. Кубитет\nПередать: водоканал",
            {"address": "с. Кубитет"},
            "Передать: водоканал",
        ),
        ("Текст: нет воды\nвторой день", {"text": "нет воды\nвторой день"}, ""),
        ("Прочее: не поле", {}, "Прочее: не поле"),
        ("", {}, ""),
    ],
)
def test_fields_are_read_line_by_line(text, fields, rest):
    assert read_fields(text) == (fields, rest)

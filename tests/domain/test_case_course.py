from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.case import CaseState, Draft, Purpose
from mcu_mail.domain.course import (
    Reply,
    Rules,
    enough_contact,
    on_delivery,
    on_recall,
    on_rendered,
    on_reply,
)
from mcu_mail.domain.decisions import (
    Ask,
    Change,
    Enter,
    KeepDraft,
    Log,
    NewVersion,
    SetState,
    Tell,
)
from mcu_mail.domain.route import Actor, Outcome, StepKind
from mcu_mail.domain.routes import GOVERNOR, ROUTES
from mcu_mail.domain.verdicts import read_meaning
from tests.domain.offices import OFFICE, case, request

TODAY = date(2026, 11, 23)
_THE_SERVICE_S = {Purpose.confirm, Purpose.absent}
"""Questions about a mail or a person: their answers never reach the course of a case."""
DRAFT = (
    "Ответ: улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25, "
    "повторная уборка запланирована на 25.11.2026."
)
CONTACT = "\nСвязались: 23.11 11:20, по телефону"


def rules(contact: str = "block") -> Rules:
    return Rules(office=OFFICE, route=GOVERNOR, today=TODAY, contact=contact)


def said(text: str, who: str = "roads_head", *, drafting: bool = False, word: str | None = None):
    return Reply(
        person=who, meaning=read_meaning(text, TODAY, drafting=drafting), text=text, word_text=word
    )


def answer(of, purpose, text, who="roads_head", contact="block", **more):
    reply = said(text, who, drafting=purpose is Purpose.draft, word=more.get("word"))
    return on_reply(of, request(purpose, of, who), reply, rules(contact))


def entered(decisions) -> list[str]:
    return [one.step for one in decisions if isinstance(one, Enter)]


def told(decisions) -> list[tuple[str, object]]:
    return [(one.template, one.context.get("reason")) for one in decisions if isinstance(one, Tell)]


def test_the_governors_route_reads_as_the_decree_does():
    assert [(step.kind, step.actor) for step in GOVERNOR.steps] == [
        (StepKind.route, Actor.dispatcher),
        (StepKind.draft, Actor.drafter),
        (StepKind.approve, Actor.department_head),
        (StepKind.approve, Actor.curator),
        (StepKind.sign, Actor.reception),
        (StepKind.register, Actor.registry),
        (StepKind.send, Actor.service),
        (StepKind.close, Actor.service),
    ]


@pytest.mark.parametrize("track", ROUTES)
def test_every_way_out_of_a_step_leads_to_a_step_of_the_same_route(track):
    route = ROUTES[track]
    names = {step.name for step in route.steps}

    assert {target for step in route.steps for target in step.on.values()} <= names


def test_a_route_has_no_step_of_an_unknown_name():
    with pytest.raises(KeyError):
        GOVERNOR.step("publish")


def test_a_heads_own_draft_goes_to_the_deputy_at_once():
    (version,) = [
        one for one in answer(case(), Purpose.draft, DRAFT + CONTACT) if isinstance(one, NewVersion)
    ]

    assert (version.author, version.then) == ("roads_head", "approve_deputy")
    assert "Связались" not in (version.text or "")


def test_an_executors_draft_goes_to_his_head_first():
    decisions = answer(case(executor="grader"), Purpose.draft, DRAFT + CONTACT, who="grader")

    assert [one.then for one in decisions if isinstance(one, NewVersion)] == ["approve_head"]


@pytest.mark.parametrize(
    ("contact", "text", "becomes_version"),
    [
        ("block", DRAFT, False),
        ("block", DRAFT + CONTACT, True),
        ("warn", DRAFT, True),
        ("none", DRAFT, True),
    ],
)
def test_a_record_of_contact_is_required_as_configured(contact, text, becomes_version):
    decisions = answer(case(), Purpose.draft, text, contact=contact)

    assert any(isinstance(one, NewVersion) for one in decisions) is becomes_version
    if not becomes_version:
        assert ("missing", None) in told(decisions)
        assert [one.draft for one in decisions if isinstance(one, KeepDraft)] != [None]


def test_the_record_alone_completes_a_kept_text():
    kept = case(draft=Draft(text="Расчищено.", author="roads_head"))

    decisions = answer(kept, Purpose.draft, CONTACT.strip())

    assert [one.text for one in decisions if isinstance(one, NewVersion)] == ["Расчищено."]


@pytest.mark.parametrize(
    ("lines", "enough"),
    [
        ("Связались: 23.11 11:20, по телефону", True),
        ("Не дозвонились 23.11 11:20", False),
        ("Не дозвонились 23.11 11:20\nНе дозвонились 23.11 15:40", True),
        ("Контакта нет", True),
        ("", False),
    ],
)
def test_two_failed_calls_count_as_one_that_reached(lines, enough):
    assert enough_contact(read_meaning(lines, TODAY, drafting=True).contacts) is enough


def test_a_note_becomes_the_draft_by_one_tap():
    noted = answer(case(), Purpose.draft, "Завтра уточню у подрядчика")
    kept = next(one.draft for one in noted if isinstance(one, KeepDraft))

    decisions = answer(case(draft=kept), Purpose.draft, "Это ответ" + CONTACT)

    assert ("note_kept", None) in told(noted)
    assert [one.text for one in decisions if isinstance(one, NewVersion)] == [
        "Завтра уточню у подрядчика"
    ]


def test_not_ours_goes_to_the_dispatcher_with_the_reason():
    decisions = answer(case(), Purpose.draft, "Не наше: дорога областная")

    enter = next(one for one in decisions if isinstance(one, Enter))
    assert (enter.step, enter.context["reason"]) == ("route", "дорога областная")


def test_the_head_names_his_executor():
    decisions = answer(case(), Purpose.draft, "Исполнитель: Грейдеров")

    assert [one.values["executor"] for one in decisions if isinstance(one, Change)] == ["grader"]
    assert entered(decisions) == ["draft"]


def test_a_record_of_contact_in_a_word_file_is_no_part_of_the_letter():
    prose = DRAFT.removeprefix("Ответ: ")
    for word in (f"{prose}{CONTACT}", f"{prose} {CONTACT.strip()}", f"{CONTACT.strip()}\n{prose}"):
        decisions = answer(case(), Purpose.draft, "", word=word)
        versions = [one.text for one in decisions if isinstance(one, NewVersion)]
        assert versions == [prose]
    kept = f"{prose} Связались с заявителем, порядок разъяснён."
    versions = [
        one.text
        for one in answer(case(), Purpose.draft, CONTACT.strip(), word=kept)
        if isinstance(one, NewVersion)
    ]
    assert len(versions) == 1
    assert "порядок разъяснён" in (versions[0] or "")


def test_an_executors_mark_beside_his_word_file_does_not_lose_the_draft():
    decisions = answer(
        case(executor="grader"),
        Purpose.draft,
        "Исп.: Грейдеров",
        who="grader",
        word=DRAFT + CONTACT,
    )
    assert [one.author for one in decisions if isinstance(one, NewVersion)] == ["grader"]


def test_an_executor_names_nobody():
    decisions = answer(case(executor="grader"), Purpose.draft, "Исполнитель: Трассов", who="grader")

    assert told(decisions) == [("not_taken", "not_the_head")]


@pytest.mark.parametrize(
    ("step", "who", "leads_to"),
    [("approve_head", "roads_head", "approve_deputy"), ("approve_deputy", "deputy", "sign")],
)
def test_an_approval_leads_to_the_next_row_of_the_table(step, who, leads_to):
    decisions = answer(case(step=step, version=1), Purpose.approve, "Согласовано", who=who)

    assert entered(decisions) == [leads_to]
    assert ("receipt", None) in told(decisions)


def test_nobody_approves_his_own_letter_in_the_place_of_another():
    waits = case(step="approve_deputy", version=1, author="roads_head")
    asked = request(Purpose.approve, waits, "deputy")
    decisions = on_reply(waits, asked, said("Согласовано"), rules())

    assert entered(decisions) == []
    assert told(decisions) == [("not_taken", "own_letter")]
    assert entered(on_reply(waits, asked, said("Согласовано", "deputy"), rules())) == ["sign"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("На доработку", "no_reason"),
        ("ок", "weak"),
        ("да", "weak"),
        ("Согласен, но уберите вторую строку", "conditional"),
        ("", "empty"),
        ("А когда уберут снег?", "not_understood"),
    ],
)
def test_less_than_a_verdict_moves_nothing(text, reason):
    decisions = answer(case(step="approve_deputy", version=1), Purpose.approve, text, who="deputy")

    assert entered(decisions) == []
    assert ("not_taken", reason) in told(decisions)


def test_a_return_carries_its_reason_back_to_the_drafter():
    decisions = answer(
        case(step="approve_deputy", version=1),
        Purpose.approve,
        "На доработку: нет срока",
        who="deputy",
    )

    enter = next(one for one in decisions if isinstance(one, Enter))
    assert (enter.step, enter.template, enter.context["reason"]) == ("draft", "rework", "нет срока")


def test_an_approvers_own_word_file_is_shown_to_him_first():
    decisions = answer(
        case(step="approve_deputy", version=1),
        Purpose.approve,
        "",
        who="deputy",
        word="Улица расчищена полностью.",
    )

    assert [(one.author, one.then) for one in decisions if isinstance(one, NewVersion)] == [
        ("deputy", "approve_deputy")
    ]


def test_the_heads_refusal_is_told_by_the_clerk():
    decisions = answer(
        case(step="sign", version=1),
        Purpose.sign,
        "Глава вернул: исправить дату",
        who="registry",
    )

    assert entered(decisions) == ["draft"]


def test_an_approval_word_of_the_clerk_is_no_signature():
    decisions = answer(case(step="sign", version=1), Purpose.sign, "Согласовано", who="registry")

    assert told(decisions) == [("not_taken", "scan_expected")]


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("Передать: Управление по жизнеобеспечению", "water"),
        ("Передать: водоснабжение", "water"),
        ("Передать: Коммунальцеву", "water"),
    ],
)
def test_the_dispatcher_names_a_department_in_any_words(text, department):
    decisions = answer(case(step="route"), Purpose.route, text, who="dispatcher")

    assert [one.values["department"] for one in decisions if isinstance(one, Change)] == [
        department
    ]
    assert entered(decisions) == ["draft"]


def test_an_unknown_department_is_asked_again():
    decisions = answer(
        case(step="route"), Purpose.route, "Передать: отдел космоса", who="dispatcher"
    )

    assert told(decisions) == [("not_taken", "unknown_department")]


def test_the_dispatcher_fills_in_what_could_not_be_read():
    of = case(step="route", department="roads")
    of = case(
        step="route", notice=type(of.notice)(track="governor", text="", unsure=("applicant",))
    )

    decisions = answer(
        of,
        Purpose.route,
        "Заявитель: Вымыслова Тамара Петровна\nПередать: дорожный отдел",
        who="dispatcher",
    )

    changed = [one.values for one in decisions if isinstance(one, Change)]
    assert changed[0]["notice"].applicant == "Вымыслова Тамара Петровна"
    assert changed[0]["notice"].unsure == ()
    assert entered(decisions) == ["draft"]


@pytest.mark.parametrize(
    ("states", "late", "expected"),
    [
        ({"a": "accepted", "b": "accepted"}, False, "close"),
        ({"a": "accepted", "b": "refused"}, False, "aside"),
        ({"a": "accepted", "b": "deferred"}, False, "waiting"),
        ({"a": "accepted", "b": "unknown"}, False, "aside"),
        ({"a": "accepted", "b": "queued"}, False, None),
        ({"a": "accepted", "b": "accepted"}, True, "close"),
    ],
)
def test_sent_means_that_every_address_accepted(states, late, expected):
    decisions = on_delivery(case(step="send"), states, rules(), late=late)

    seen = entered(decisions) or [one.state.value for one in decisions if isinstance(one, SetState)]
    assert seen[:1] == ([expected] if expected else [])
    assert any(isinstance(one, Ask) for one in decisions) is ("refused" in states.values())


def test_what_is_not_being_sent_draws_no_conclusions():
    assert on_delivery(case(step="sign"), {"a": "accepted"}, rules(), late=False) == ()


def test_a_recalled_approval_is_asked_for_anew():
    of = case(step="sign", entry=4, version=1)
    approved = request(Purpose.approve, of, "deputy", step="approve_deputy", entry=3, version=1)

    assert entered(on_recall(of, approved)) == ["approve_deputy"]


def test_a_recall_after_another_step_moves_nothing():
    of = case(step="register", entry=6, version=1)
    approved = request(Purpose.approve, of, "deputy", step="approve_deputy", entry=3, version=1)

    assert entered(on_recall(of, approved)) == []


def test_a_rendered_version_goes_where_its_author_made_it_go():
    entered_as = [
        (one.step, one.template)
        for one in on_rendered("approve_head", rules())
        if isinstance(one, Enter)
    ]

    assert entered_as == [("approve_head", "approve")]


@given(
    purpose=st.sampled_from([item for item in Purpose if item not in _THE_SERVICE_S]),
    text=st.one_of(
        st.text(max_size=200),
        st.sampled_from(["Согласовано", "На доработку: нет", "Не наше", "Закрыть: дубль", DRAFT]),
    ),
    step=st.sampled_from([item.name for item in GOVERNOR.steps[:-1]]),
)
def test_no_reply_ever_sends_or_registers_by_itself(purpose, text, step):
    of = case(step=step, version=1)

    decisions = on_reply(
        of, request(purpose, of), said(text, drafting=purpose is Purpose.draft), rules()
    )

    assert not {"register", "send"} & set(entered(decisions))
    if "sign" in entered(decisions):
        assert (purpose, step) == (Purpose.approve, "approve_deputy")
    assert decisions == () or any(isinstance(one, Log | Tell | Enter | Change) for one in decisions)


def test_outcomes_are_few():
    assert {item.value for item in Outcome} == {"done", "returned", "not_ours", "commented"}
    assert CaseState("aside") is CaseState.aside

"""A case changes hands: not ours, another executor, a department named by the dispatcher."""

from __future__ import annotations

import pytest

from mcu_mail.rehearsal.people import buttons_of
from tests.stories.office_day import ANSWER, CONTACT, DRAFT, LIGHTS, code_of

ROADS = "Отдел дорожного хозяйства и транспорта"


def test_not_ours_goes_to_the_dispatcher_and_nobody_else(day):
    day.notice(text=LIGHTS)
    task = day.last("uzhtr_head")
    day.reply("uzhtr_head", "Не наше: это областная дорога", "08:50")
    assert day.asked() == [("route", "appeals")]
    assert set(day.got) == {"appeals"}
    assert "Коммунальцев О.П. считает, что вопрос не их" in day.told("appeals")
    assert "это областная дорога" in day.told("appeals")
    # The text of him who gave the case away is no draft any more.
    day.reply("uzhtr_head", DRAFT, "08:55", to=task)
    assert day.moved == set()
    assert day.case().version == 0


def test_the_dispatcher_s_button_names_the_proposed_department_first(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", f"Передать: {ROADS}", "08:50")
    question = day.last("appeals")
    assert next(iter(buttons_of(question))) == ROADS
    day.press("appeals", ROADS, "08:55")
    assert day.asked() == [("draft", "roads_head")]
    assert day.case().department == "roads"
    assert set(day.got) == {"roads_head"}


def test_the_dispatcher_writes_another_department_in_words_of_his_own(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", "Не наше", "08:50")
    day.reply("appeals", "Передать: отдел жилищной политики", "08:55")
    assert day.asked() == [("draft", "resettlement_head")]
    # And the new head's answer goes the new department's way.
    day.reply("resettlement_head", DRAFT, "09:00")
    assert day.asked() == [("approve", "dep_life")]
    assert day.letter(1).author == "resettlement_head"


@pytest.mark.parametrize("words", ["Передать: отдел полётов", "Передать: управление", "Передать:"])
def test_a_department_that_is_none_or_several_is_asked_again(day, words):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", "Не наше", "08:50")
    code = code_of(day.last("appeals"))
    day.reply("appeals", words, "08:55")
    assert day.moved == set()
    assert set(day.got) == {"appeals"}
    assert day.reasons()[-1] in {"unknown_department", "not_understood"}
    assert code_of(day.last("appeals")) == code
    assert list(buttons_of(day.last("appeals")))
    day.reply("appeals", f"Передать: {ROADS}", "09:00")
    assert day.case().department == "roads"


def test_only_the_dispatcher_may_move_a_case_to_another_department(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", "Не наше", "08:50")
    day.reply("roads_head", f"Передать: {ROADS}", "08:55", to=day.last("appeals"))
    assert day.moved == set()
    assert day.case().department == "uzhtr"


def test_the_executor_drafts_then_his_head_and_then_the_deputy_approve(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", "Исполнитель: Заместителева", "08:45")
    assert day.asked() == [("draft", "uzhtr_deputy")]
    assert set(day.got) == {"uzhtr_deputy"}
    day.reply("uzhtr_deputy", DRAFT, "09:00")
    assert day.asked() == [("approve", "uzhtr_head")]
    assert set(day.got) == {"uzhtr_head"}
    day.press("uzhtr_head", "Согласовать", "09:10")
    assert day.asked() == [("approve", "dep_life")]
    day.press("dep_life", "Согласовать", "09:20")
    assert day.case().step == "sign"
    assert [event.actor for event in day.events("approved")] == ["uzhtr_head", "dep_life"]


def test_the_head_who_drafts_himself_is_not_asked_to_approve_his_own(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", DRAFT, "09:00")
    assert day.asked() == [("approve", "dep_life")]
    assert set(day.got) == {"dep_life"}


@pytest.mark.parametrize(
    "form", ["Исполнитель Заместителевой Д.П.", "Исполнитель: Дина Заместителева"]
)
def test_a_surname_is_understood_in_any_case(day, form):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", form, "08:45")
    assert day.asked() == [("draft", "uzhtr_deputy")]


@pytest.mark.parametrize("name", ["Неизвестнов", "Начальников", "кто-нибудь"])
def test_an_unknown_or_ambiguous_surname_is_asked_again(day, name):
    day.notice(text=LIGHTS)
    code = code_of(day.last("uzhtr_head"))
    day.reply("uzhtr_head", f"Исполнитель: {name}", "08:45")
    assert day.moved == set()
    assert day.reasons() == ["unknown_person"]
    assert set(day.got) == {"uzhtr_head"}
    assert code_of(day.last("uzhtr_head")) == code
    day.reply("uzhtr_head", "Исполнитель: Заместителева", "08:50")
    assert day.case().executor == "uzhtr_deputy"


def test_an_executor_cannot_hand_his_work_on(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", "Исполнитель: Заместителева", "08:45")
    day.reply("uzhtr_deputy", "Исполнитель: Коммунальцев", "08:50")
    assert day.moved == set()
    assert day.reasons() == ["not_the_head"]
    assert set(day.got) == {"uzhtr_deputy"}
    assert day.case().executor == "uzhtr_deputy"


def test_an_executor_who_says_not_ours_sends_the_case_to_the_dispatcher(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", "Исполнитель: Заместителева", "08:45")
    day.press("uzhtr_deputy", "Не наше", "08:50", added="дорожный отдел")
    assert day.asked() == [("route", "appeals")]
    day.reply("appeals", f"Передать: {ROADS}", "08:55")
    # The new department's head is asked, not somebody's former executor.
    assert day.asked() == [("draft", "roads_head")]
    assert day.case().executor is None


def test_a_wish_for_time_is_passed_on_and_changes_no_term(day):
    day.notice(text=LIGHTS)
    day.press("uzhtr_head", "Нужно время", "08:50", added=" 25.11.2026: ждём бригаду")
    assert day.moved == set()
    assert set(day.got) == {"uzhtr_head", "appeals", "dep_affairs"}
    assert "25.11" in day.told("appeals")
    assert "ждём бригаду" in day.told("appeals")
    day.reply("uzhtr_head", f"{ANSWER}\n{CONTACT}", "09:00")
    assert day.case().step == "approve_deputy"

"""Decree 5.3 wants the applicant reached: the record of it is asked for, in every order."""

from __future__ import annotations

import pytest

from tests.stories.office_day import ANSWER, CONTACT, code_of

WARN = {"tracks.governor.contact": "warn"}
NONE = {"tracks.governor.contact": "none"}


def assert_waits_for(day, *words):
    """No version, nobody else mailed, the same code, and what is missing said in words."""
    assert day.case().step == "draft"
    assert day.case().version == 0
    assert day.asked() == [("draft", "roads_head")]
    assert set(day.got) == {"roads_head"}
    for word in words:
        assert word in day.told("roads_head")


def assert_went_on(day):
    assert day.asked() == [("approve", "dep_life")]
    assert day.letter(1).text == ANSWER
    assert set(day.got) == {"dep_life"}


def test_a_text_without_a_record_is_kept_and_the_record_alone_completes_it(day):
    day.notice()
    code = code_of(day.last("roads_head"))
    day.reply("roads_head", ANSWER, "08:50")
    assert_waits_for(day, "строку о связи с заявителем", "Уже сохранено", "текст ответа")
    assert code_of(day.last("roads_head")) == code
    day.reply("roads_head", CONTACT, "08:55")
    assert_went_on(day)


def test_the_record_may_come_before_the_text(day):
    day.notice()
    day.reply("roads_head", CONTACT, "08:50")
    assert_waits_for(day, "текст ответа заявителю", "запись о связи с заявителем")
    day.reply("roads_head", ANSWER, "08:55")
    assert_went_on(day)


def test_a_record_written_again_is_shown_once(day):
    day.notice()
    day.reply("roads_head", CONTACT, "08:50")
    day.reply("roads_head", f"{ANSWER}\n{CONTACT}", "08:55")
    assert day.told("dep_life").count(CONTACT) == 1


def test_one_failed_call_is_not_enough_and_two_are(day):
    day.notice()
    day.reply("roads_head", f"{ANSWER}\nНе дозвонились: 23.11 08:45", "08:50")
    assert_waits_for(day, "вторую попытку")
    day.press("roads_head", "Не дозвонился", "09:00", added="23.11 08:58")
    assert_went_on(day)
    assert [contact.outcome for contact in day.case().contacts] == ["not_reached", "not_reached"]


def test_two_calls_in_one_line_are_two(day):
    day.notice()
    day.reply("roads_head", f"{ANSWER}\nНе дозвонились 23.11 в 08:41 и 08:48", "08:50")
    assert_went_on(day)


def test_where_there_is_no_contact_to_be_had_saying_so_is_enough(day):
    day.notice()
    day.reply("roads_head", f"{ANSWER}\nКонтакта нет", "08:50")
    assert_went_on(day)


@pytest.mark.parametrize("changes", [WARN], indirect=True)
def test_an_office_that_only_warns_takes_the_text_and_says_what_is_missing(day):
    day.notice()
    day.reply("roads_head", ANSWER, "08:50")
    assert day.asked() == [("approve", "dep_life")]
    assert set(day.got) == {"roads_head", "dep_life"}
    assert "Записи о связи с заявителем нет" in day.told("roads_head")


@pytest.mark.parametrize("changes", [NONE], indirect=True)
def test_an_office_that_needs_no_record_says_nothing_of_it(day):
    day.notice()
    day.reply("roads_head", ANSWER, "08:50")
    assert_went_on(day)


def test_a_note_does_not_push_out_the_text_that_waits_for_its_record(day):
    day.notice()
    day.reply("roads_head", ANSWER, "08:50")
    day.reply("roads_head", "Звоню заявителю, пока занято", "08:52")
    assert_waits_for(day, "строку о связи с заявителем")
    day.reply("roads_head", CONTACT, "08:55")
    assert_went_on(day)


def test_a_better_text_takes_the_place_of_the_one_that_waits(day):
    day.notice()
    day.reply("roads_head", "Ответ: Расчистили.", "08:50")
    day.reply("roads_head", ANSWER, "08:52")
    day.reply("roads_head", CONTACT, "08:55")
    assert_went_on(day)


def test_a_colleague_s_record_of_contact_completes_nothing(day):
    day.notice()
    day.reply("roads_head", ANSWER, "08:50")
    day.reply("dep_social", CONTACT, "08:55", to=day.last("roads_head"))
    assert day.moved == set()
    assert day.case().contacts == ()

"""Our own mail server vouches for a sender, says nothing, or says that he is not who he claims."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from mcu_mail.mail.reader import Reader
from mcu_mail.rehearsal.people import text_of
from mcu_mail.service.remind import remind
from tests.stories.office_day import DRAFT, LIGHTS, code_of

SERVER = "mail.okrug.example"
RECEIVED = (
    f"Received: from pc by {SERVER} (Postfix) with ESMTPS id 1; Mon, 23 Nov 2026 09:00:00 +0700\r\n"
)


def stated(result: str) -> str:
    """What our server writes above the mail it has taken."""
    return f"Authentication-Results: {SERVER}; {result}\r\n{RECEIVED}"


PASS = stated("dmarc=pass header.from=okrug.example")
FAIL = stated("dmarc=fail header.from=okrug.example")
FORGED = f"{RECEIVED}Authentication-Results: {SERVER}; dmarc=pass header.from=okrug.example\r\n"


def trusting(unproven: str) -> dict[str, object]:
    return {
        "mail.trust": {
            "authserv_id": SERVER,
            "accept": ["dmarc", "dkim", "auth"],
            "unproven": unproven,
        }
    }


@pytest.fixture
def asked(day):
    """The deputy is asked; drafts and notices came from senders our server said nothing of."""
    day.drafted()
    return day


confirming = pytest.mark.parametrize("changes", [trusting("confirm")], indirect=True)
holding = pytest.mark.parametrize("changes", [trusting("hold")], indirect=True)
refusing = pytest.mark.parametrize("changes", [trusting("refuse")], indirect=True)
any_policy = pytest.mark.parametrize(
    "changes", [trusting(one) for one in ("confirm", "hold", "refuse")], indirect=True
)


@any_policy
def test_a_draft_of_a_silent_sender_is_accepted(asked):
    assert asked.case().step == "approve_deputy"
    assert asked.reasons() == []


@any_policy
def test_a_proven_sender_s_verdict_counts_at_once(asked):
    asked.reply("dep_life", "Согласовано", "09:10", headers=PASS)
    assert asked.case().step == "sign"
    assert set(asked.got) == {"dep_life", "registry"}


@confirming
def test_a_silent_sender_is_asked_whether_it_was_he_and_yes_makes_his_verdict_count(asked):
    request = asked.last("dep_life")
    asked.reply("dep_life", "Согласовано", "09:10")
    assert asked.case().step == "approve_deputy"
    assert asked.events("approved") == []
    assert set(asked.got) == {"dep_life"}
    question = asked.last("dep_life")
    assert code_of(question) not in {"", code_of(request)}
    assert "Согласовано" in text_of(question)
    asked.reply("dep_life", "ДА", "09:15")
    assert asked.case().step == "sign"
    assert [event.actor for event in asked.events("approved")] == ["dep_life"]
    assert asked.asked() == [("sign", "registry")]


@confirming
def test_a_statement_below_our_own_received_field_is_anybody_s(asked):
    asked.reply("dep_life", "Согласовано", "09:10", headers=FORGED)
    assert asked.case().step == "approve_deputy"
    assert asked.asked() == [("approve", "dep_life"), ("confirm", "dep_life")]


@confirming
def test_the_button_confirms_a_return_with_its_reason(asked):
    asked.reply("dep_life", "На доработку: нет даты", "09:10")
    asked.press("dep_life", "Да, это я", "09:15")
    assert asked.case().step == "draft"
    assert [event.data["reason"] for event in asked.events("returned")] == ["нет даты"]


@confirming
@pytest.mark.parametrize("words", ["", "Это не я", "А что это?"])
def test_anything_but_yes_confirms_nothing_and_keeps_both_codes(asked, words):
    asked.reply("dep_life", "Согласовано", "09:10")
    question = asked.last("dep_life")
    asked.reply("dep_life", words, "09:15", to=question)
    assert asked.moved == set()
    assert asked.asked() == [("approve", "dep_life"), ("confirm", "dep_life")]
    asked.reply("dep_life", "ДА", "09:20", to=question)
    assert asked.case().step == "sign"


@confirming
def test_a_stranger_cannot_confirm(asked):
    asked.reply("dep_life", "Согласовано", "09:10")
    asked.reply("dep_life", "ДА", "09:15", sender="dep@gmail.example")
    assert asked.moved == set()
    assert asked.events("approved") == []


@confirming
def test_a_confirmation_of_what_was_decided_meanwhile_moves_nothing(asked):
    request = asked.last("dep_life")
    asked.reply("dep_life", "Согласовано", "09:10")
    question = asked.last("dep_life")
    asked.reply("dep_life", "На доработку: нет даты", "09:12", to=request, headers=PASS)
    assert asked.case().step == "draft"
    asked.reply("dep_life", "ДА", "09:15", to=question)
    assert asked.moved == set()
    assert asked.events("approved") == []


@holding
def test_a_held_verdict_counts_after_a_quarter_of_an_hour(asked):
    asked.reply("dep_life", "Согласовано", "09:10")
    assert asked.moved == set()
    # The registered address hears of it, and how to stop it.
    assert set(asked.got) == {"dep_life"}
    assert "СТОП" in asked.told("dep_life")
    asked.play("09:24")
    assert asked.moved == set()
    # Where no process can be started to read it, it stays owed.
    with closing(Reader("tests.peers.no_such_reader")) as reader:
        desk = replace(asked.stage.desk, reader=reader)
        assert remind(desk, asked.stage.moment("2026-11-23 09:25")) == 0
    assert asked.events("approved") == []
    asked.play("09:25")
    assert asked.case().step == "sign"
    assert [event.actor for event in asked.events("approved")] == ["dep_life"]


@holding
def test_a_held_verdict_that_was_stopped_never_counts(asked):
    request = asked.last("dep_life")
    asked.reply("dep_life", "Согласовано", "09:10")
    asked.reply("dep_life", "СТОП", "09:12")
    assert asked.moved == set()
    asked.play("09:40")
    assert asked.moved == set()
    assert asked.events("approved") == []
    asked.reply("dep_life", "Согласовано", "09:45", to=request, headers=PASS)
    assert asked.case().step == "sign"


@holding
def test_a_held_verdict_is_void_when_the_rightful_person_decides_first(asked):
    request = asked.last("dep_life")
    asked.reply("dep_life", "Согласовано", "09:10")
    asked.reply("dep_life", "На доработку: нет даты", "09:15", to=request, headers=PASS)
    asked.play("09:30")
    assert asked.case().step == "draft"
    assert asked.events("approved") == []


@refusing
def test_an_unproven_verdict_is_refused_with_a_word_why(asked):
    asked.reply("dep_life", "Согласовано", "09:10")
    assert asked.moved == set()
    assert asked.reasons() == ["unproven"]
    assert set(asked.got) == {"dep_life"}
    assert "не подтвердил" in asked.told("dep_life")


@any_policy
def test_a_stated_failure_is_refused_and_the_official_and_the_dispatcher_hear_of_it(asked):
    asked.reply("dep_life", "Согласовано", "09:10", headers=FAIL)
    assert asked.moved == set()
    assert asked.reasons() == ["forged"]
    assert set(asked.got) == {"dep_life", "appeals"}
    assert "Хозяйственнов" in asked.told("appeals")
    assert "не засчитано" in asked.told("appeals")
    assert code_of(asked.last("appeals")) == ""


@confirming
def test_a_draft_whose_sender_failed_the_check_is_refused(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", DRAFT, "09:00", headers=FAIL)
    assert day.moved == set()
    assert day.case().version == 0
    assert set(day.got) == {"uzhtr_head", "appeals"}

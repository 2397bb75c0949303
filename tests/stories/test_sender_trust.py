"""Our own mail server vouches for a sender, says nothing, or says that he is not who he claims."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from mcu_mail.mail.reader import Reader
from mcu_mail.rehearsal.people import text_of
from mcu_mail.service.remind import remind
from tests.documents.annex_files import photo
from tests.stories.office_day import DRAFT, LIGHTS, OTHER_ANSWER, code_of

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
    """The deputy is asked about a draft that our server vouched for."""
    day.drafted()
    return day


confirming = pytest.mark.parametrize("changes", [trusting("confirm")], indirect=True)
holding = pytest.mark.parametrize("changes", [trusting("hold")], indirect=True)
refusing = pytest.mark.parametrize("changes", [trusting("refuse")], indirect=True)
any_policy = pytest.mark.parametrize(
    "changes", [trusting(one) for one in ("confirm", "hold", "refuse")], indirect=True
)


@any_policy
def test_a_draft_of_a_silent_sender_is_accepted(day):
    day.notice()
    day.reply("roads_head", DRAFT, "09:00")
    assert day.case().step == "approve_head"
    assert day.reasons() == []


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
def test_a_held_verdict_that_can_no_longer_be_read_is_kept_and_told(asked):
    asked.reply("dep_life", "Согласовано", "09:10", headers="X-Poison: crash\r\n")
    with closing(Reader("tests.peers.poisoned_reader", seconds=5)) as reader:
        asked.stage._desk = replace(asked.stage.desk, reader=reader)
        asked.play("09:25")
    assert asked.events("approved") == []
    assert asked.reasons()[-1] == "unread"
    assert asked.case().step == "approve_deputy"
    assert "Не разобрано" in asked.last("appeals")["Subject"]
    aside = asked.post.mailbox("mcu@okrug.example", "МЦУ/Не разобрано")
    assert [b"X-Poison" in raw for raw in aside] == [True]


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


@any_policy
def test_a_forged_stop_leaves_a_proven_verdict_and_is_asked_about(asked, changes):
    request = asked.last("dep_life")
    asked.reply("dep_life", "Согласовано", "09:10", headers=PASS)
    assert asked.case().step == "sign"
    asked.reply("dep_life", "СТОП", "09:12", to=request, headers=RECEIVED)
    assert asked.moved <= {"requests"}
    assert asked.case().step == "sign"
    assert "не подтвердил" in asked.told("appeals")
    assert "решение действует" in asked.told("dep_life")
    # The tap comes after the window: what counts is when he wrote.
    asked.press("dep_life", "Да, это я", "09:40", mail=asked.last("dep_life"))
    assert asked.case().step == "approve_deputy"
    assert asked.reasons() == ["recall_unproven"]


@holding
def test_nothing_counts_that_nobody_can_be_warned_of_and_the_end_of_warnings_is_told_once(asked):
    request = asked.last("dep_life")
    for at in range(5):
        asked.reply("dep_life", "На доработку: нет даты", f"09:1{at}", to=request)
        asked.reply("dep_life", "СТОП", f"09:1{at}", to=request)
    asked.reply("dep_life", "Согласовано", "09:20", to=request)
    assert "много писем" in asked.told("dep_life")
    assert "Хозяйственнов" in asked.told("appeals")
    asked.reply("dep_life", "Согласовано", "09:21", to=request)
    assert asked.got == {}
    asked.play("09:50")
    assert asked.case().step == "approve_deputy"
    assert asked.events("approved") == []


@confirming
def test_forged_chatter_and_invented_codes_leave_the_real_code_its_answer(asked):
    request = asked.last("dep_life")
    guesses = " ".join(f"ABCD-EFGH-JKM{one}-NPQR" for one in range(9))
    asked.fresh("dep_life", guesses, "x", "09:05", headers=RECEIVED)
    told = ""
    for at in range(12):
        subject = f"[МЦУ 2026-000001] {at}"
        asked.fresh("dep_life", subject, "Согласовано", f"09:{at + 10}", headers=RECEIVED)
        told += asked.told("appeals")
    assert told.count("много писем") == 1
    asked.press("dep_life", "Согласовать", "09:30", mail=request)
    assert asked.asked() == [("approve", "dep_life"), ("confirm", "dep_life")]
    asked.press("dep_life", "Да, это я", "09:31")
    assert asked.case().step == "sign"


@confirming
def test_a_draft_nobody_vouches_for_saves_no_approval_and_its_author_can_disown_it(day):
    day.notice()
    subject = "[МЦУ 2026-000001] ответ"
    day.fresh("roads_head", subject, DRAFT, "09:00", headers=RECEIVED)
    assert day.asked() == [("approve", "roads_head")]
    told = day.told("roads_head")
    assert "от вашего имени" in told
    assert "Отправитель ответа не подтверждён" in told
    assert "по телефону (отправитель не подтверждён почтовым сервером)" in told
    receipt = next(m for m in day.got["roads_head"] if "от вашего имени" in text_of(m))
    day.reply("roads_head", "СТОП", "09:05", to=receipt)
    assert day.case().step == "draft"
    assert "прислал не он" in day.told("appeals")
    assert day.asked() == [("draft", "roads_head")]
    # His own proven answer goes the short way again.
    day.reply("roads_head", OTHER_ANSWER, "09:10", headers=PASS)
    assert day.asked() == [("approve", "dep_life")]
    assert "Отправитель ответа не подтверждён" not in day.told("dep_life")


@confirming
def test_a_photo_nobody_vouches_for_voids_no_version_until_its_sender_confirms_it(asked):
    request = asked.last("dep_life")
    files = [("IMG_20261121_0800.jpg", "image/jpeg", photo(1))]
    subject = "[МЦУ 2026-000001] фото"
    asked.fresh("roads_head", subject, "фото", "09:05", files=files, headers=RECEIVED)
    assert asked.moved == {"requests"}
    assert asked.asked() == [("approve", "dep_life"), ("confirm", "roads_head")]
    assert "IMG_20261121_0800.jpg" in asked.told("roads_head")
    rest = f"Продолжение: {OTHER_ANSWER}"
    asked.fresh("roads_head", "[МЦУ 2026-000001] ещё", rest, "09:06", headers=RECEIVED)
    assert asked.case().version == 1
    asked.fresh("roads_head", subject, "фото", "09:07", files=files, headers=RECEIVED)
    asked.press("roads_head", "Да, это я", "09:10")
    assert asked.case().version == 2
    asked.reply("dep_life", "Согласовано", "09:11", to=request, headers=PASS)
    assert asked.reasons()[-1] == "old_version"

"""Verdicts that count for nothing: explained once, and the rightful person still decides."""

from __future__ import annotations

import pytest

from tests.stories.office_day import ANSWER, LIGHTS, OTHER_ANSWER, SERVICE, SNOW, code_of


def assert_rightful_person_still_decides(day, at="09:40"):
    day.reply("dep_life", "Согласовано", at, to=request_of(day))
    assert day.case().step == "sign"
    assert [event.actor for event in day.events("approved")] == ["dep_life"]


def request_of(day):
    """The mail that asks the deputy about the present version."""
    code = next(item.code for item in day.requests() if item.person == "dep_life")
    return next(
        mail for mail in reversed(day.mails("dep_life")) if code_of(mail).replace("-", "") == code
    )


def test_a_verdict_on_an_old_version_moves_nothing(day):
    old = day.drafted()
    day.reply("dep_life", "На доработку: нет даты", "09:10")
    day.reply("roads_head", OTHER_ANSWER, "09:20")
    day.reply("dep_life", "Согласовано", "09:30", to=old)
    assert day.moved == set()
    assert day.reasons() == ["old_version"]
    assert set(day.got) == {"dep_life"}
    assert "относится к варианту 1, а сейчас решается вариант 2" in day.told("dep_life")
    assert_rightful_person_still_decides(day)


def test_a_stranger_with_the_code_has_no_power_and_the_one_asked_hears_of_it_once(day):
    request = day.drafted()
    for at in ("09:10", "09:15"):
        day.reply("dep_life", "Согласовано", at, to=request, sender="boss@gmail.example")
        assert day.moved == set()
        # Nothing is ever written to a stranger.
        assert day.post.mailbox("boss@gmail.example") == []
        assert set(day.got) == ({"dep_life"} if at == "09:10" else set())
        if at == "09:10":
            assert "boss@gmail.example" in day.told("dep_life")
            assert "Вы написали" not in day.told("dep_life")
    assert day.reasons() == ["stranger", "stranger"]
    assert_rightful_person_still_decides(day)


def test_a_button_pressed_in_a_forwarded_request_gives_no_power(day):
    request = day.drafted()
    day.press("dep_life", "Согласовать", "09:10", mail=request, sender="wife@gmail.example")
    assert day.moved == set()
    assert set(day.got) == {"dep_life"}
    assert_rightful_person_still_decides(day)


def test_a_colleague_who_got_the_request_forwarded_is_told_whose_decision_it_is(day):
    request = day.drafted()
    for at in ("09:10", "09:15"):
        day.reply("dep_social", "Согласовано", at, to=request)
        assert day.moved == set()
        assert set(day.got) == ({"dep_life", "dep_social"} if at == "09:10" else set())
    told = " ".join(
        str(mail.get_body(("plain",)).get_content()) for mail in day.mails("dep_social")
    )
    assert "Хозяйственнов" in told
    assert code_of(request) not in told
    assert_rightful_person_still_decides(day)


def test_somebody_in_copy_of_a_reply_to_all_cannot_decide_for_the_one_asked(day):
    request = day.drafted()
    question = day.reply_bytes("dep_life", "Коллеги, посмотрите", "09:10", to=request)
    copied = question.replace(b"\r\nTo: ", b"\r\nCc: upravdel@okrug.example\r\nTo: ", 1)
    day.arrives(copied, "09:10")
    assert day.moved == set()
    day.reply("dep_affairs", "Согласовано", "09:20", to=request)
    assert day.moved == set()
    assert_rightful_person_still_decides(day)


def test_a_second_verdict_is_told_that_there_is_one_already(day):
    request = day.drafted()
    day.press("dep_life", "Согласовать", "09:10")
    day.reply("dep_life", "На доработку: передумал", "09:30", to=request)
    assert day.moved == set()
    assert day.reasons() == ["already_decided"]
    assert set(day.got) == {"dep_life"}
    assert day.events("returned") == []


def test_the_very_same_mail_delivered_twice_counts_once_and_is_not_answered(day):
    request = day.drafted()
    raw = day.reply_bytes("dep_life", "Согласовано", "09:10", to=request)
    day.arrives(raw, "09:10")
    day.arrives(raw, "09:11")
    assert day.moved == set()
    assert day.got == {}
    assert day.reasons() == []
    assert len(day.events("approved")) == 1


def test_a_verdict_after_the_case_went_on_without_it_moves_nothing(day):
    day.notice(text=LIGHTS)
    task = day.last("uzhtr_head")
    day.reply("uzhtr_head", "Не наше: дорожный отдел", "08:50")
    day.reply("uzhtr_head", "Исполнитель: Заместителева", "08:55", to=task)
    assert day.moved == set()
    assert day.case().executor is None
    assert set(day.got) == {"uzhtr_head"}
    assert day.mails("uzhtr_deputy") == []


def test_two_open_codes_in_one_mail_decide_nothing_and_both_are_asked_again(day):
    first = day.drafted()
    day.notice("09:05", SNOW.replace("Образцовой", "Эскизной").replace("Образцовая", "Эскизная"))
    day.reply("roads_head", f"{ANSWER}\nСвязались: 23.11 09:06, по телефону", "09:10")
    second = day.last("dep_life")
    assert code_of(first) != code_of(second)
    answer = day.reply_bytes("dep_life", "Согласовано", "09:20", to=second)
    both = answer.replace(
        b"\r\nReferences: ", f"\r\nReferences: {first['Message-ID']}\r\n ".encode()
    )
    day.arrives(both, "09:20")
    assert day.moved == set()
    assert [len(day.got.get(one, [])) for one in ("dep_life", "registry")] == [2, 0]
    assert {code_of(mail) for mail in day.got["dep_life"]} == {code_of(first), code_of(second)}
    assert (day.reasons(1), day.reasons(2)) == (["two_codes"], ["two_codes"])


@pytest.mark.parametrize(
    "subject", ["Согласовать 0000-0000-0000-0000", "Re: [МЦУ 2026-000001]", ""]
)
def test_a_guessed_code_or_none_decides_nothing_and_the_request_is_repeated(day, subject):
    code = code_of(day.drafted())
    day.fresh("dep_life", subject, "Согласовано", "09:10")
    assert day.moved == set()
    assert day.reasons() == ["no_code"]
    assert set(day.got) == {"dep_life"}
    assert code_of(day.last("dep_life")) == code
    assert_rightful_person_still_decides(day)


def test_a_stranger_s_mail_without_a_code_is_set_aside_and_nobody_but_the_dispatcher_hears(day):
    day.drafted()
    day.fresh("dep_life", "[МЦУ 2026-000001]", "Согласовано", "09:10", sender="dep@gmail.example")
    assert day.moved == set()
    assert day.post.mailbox("dep@gmail.example") == []
    assert set(day.got) == {"appeals"}
    assert len(day.post.mailbox(SERVICE, "МЦУ/Не разобрано")) == 1
    assert_rightful_person_still_decides(day)


def test_an_expired_code_decides_nothing_and_the_question_comes_again_with_a_fresh_one(day):
    old = day.drafted()
    at = "2026-11-25 10:00"
    day.play("2026-11-25 09:50")
    day.reply("dep_life", "Согласовано", at, to=old)
    assert day.case().step == "approve_deputy"
    assert day.events("approved") == []
    assert day.reasons() == ["expired"]
    assert set(day.got) == {"dep_life"}
    assert code_of(day.last("dep_life")) not in {"", code_of(old)}
    day.reply("dep_life", "Согласовано", "2026-11-25 10:05")
    assert day.case().step == "sign"


def test_automatic_replies_never_decide_and_are_never_answered(day):
    request = day.drafted()
    raw = day.reply_bytes("dep_life", "Согласовано", "09:10", to=request)
    day.arrives(b"Auto-Submitted: auto-replied\r\n" + raw, "09:10")
    assert day.moved == set()
    assert day.got == {}
    assert day.reasons() == []
    assert_rightful_person_still_decides(day)

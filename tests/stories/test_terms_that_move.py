"""A term that moves takes its reminders and codes along; nothing that comes late is lost."""

from __future__ import annotations

from mcu_mail.rehearsal.people import buttons_of, text_of
from tests.stories.office_day import DRAFT, SNOW, code_of

LATER = SNOW + "\nОтвет в формате pdf и doc просим направить до 18.00 27.11.2026.\n"
SUPERIORS = ("dep_life", "press", "upravdel")


def at(day, moment):
    return f"{day.stage.desk.local(moment):%Y-%m-%d %H:%M}"


def heads_told(day):
    return [person for person in SUPERIORS if person in day.got]


def test_reminders_follow_a_term_that_was_made_later_and_no_superior_hears_of_the_old_one(day):
    day.notice(text=LATER)
    before = day.case()
    asked = next(mail for mail in day.got["appeals"] if code_of(mail))
    day.press("appeals", "Срок из уведомления", "09:00", mail=asked)
    after = day.case()
    assert after.due > before.due
    assert after.due > before.term
    for moment in (before.due, before.term):
        day.play(at(day, moment))
        assert not heads_told(day), "the old moments are nobody's any more"
    expected = {
        one.kind: at(day, one.at)
        for one in _planned(day)
        if one.kind in {"remind", "late_superior", "term"}
    }
    assert expected["late_superior"] == at(day, after.due)
    assert expected["term"] == at(day, after.term)
    reminded = False
    for one in [one for one in _planned(day) if one.kind == "remind"]:
        day.play(at(day, one.at))
        reminded = reminded or "roads_head" in day.got
        assert not heads_told(day)
    assert reminded
    day.play(at(day, after.due))
    assert heads_told(day) == ["dep_life"]


def _planned(day):
    case = day.case()
    with day.stage.desk.store.view() as view:
        owed = view.due.owed(day.stage.moment("2027-12-31 00:00"), 1000)
    return sorted((one for one in owed if one.case_id == case.id), key=lambda one: one.at)


def test_codes_live_on_with_a_later_term(day):
    day.notice(text=LATER)
    asked = next(mail for mail in day.got["appeals"] if code_of(mail))
    old = {item.code: item.expires_at for item in day.requests()}
    day.press("appeals", "Срок из уведомления", "09:00", mail=asked)
    task = next(item for item in day.requests() if item.purpose == "draft")
    assert task.expires_at > max(old[task.code], day.case().term)
    # An answer to the first mail, when the old code would long have been over.
    day.reply("roads_head", DRAFT, "2026-11-27 10:00", to=day.mails("roads_head")[0])
    assert day.case().version == 1


def test_a_text_on_an_expired_code_is_taken_by_turn(day):
    day.notice()
    task = day.last("roads_head")
    late = "2026-12-10 10:00"
    assert all(item.expires_at < day.stage.moment(late) for item in day.requests())
    day.reply("roads_head", DRAFT, late, to=task)
    assert day.case().version == 1
    assert day.case().step == "approve_deputy"
    assert not day.reasons()


def test_a_verdict_on_an_expired_code_is_asked_for_at_once_with_what_was_said(day):
    asked, words = day.drafted(), "На доработку: где фото?"
    late = "2026-12-10 10:00"
    day.reply("dep_life", words, late, to=asked)
    assert day.case().step == "approve_deputy"
    assert day.reasons() == ["expired"]
    assert day.events("not_taken")[0].data["text"].startswith(words)
    fresh = next(mail for mail in day.got["dep_life"] if code_of(mail) and "кода" not in mail)
    assert code_of(fresh) != code_of(asked)
    told = " ".join(text_of(fresh).split())
    assert f"Вы писали: «{words}»" in told
    assert "код которого больше не действует" in told
    assert any(part.get_filename() for part in fresh.walk()), "the letter is in the fresh mail too"
    day.press("dep_life", "Согласовать", "2026-12-10 10:05", mail=fresh)
    assert day.case().step == "sign"


def test_a_question_beside_the_step_that_has_expired_is_asked_anew(day):
    day.notice(text=LATER)
    asked = next(mail for mail in day.got["appeals"] if code_of(mail))
    day.reply("roads_head", DRAFT, "09:00")
    day.press("appeals", "Срок из уведомления", "2026-12-10 10:00", mail=asked)
    assert day.reasons() == ["expired"]
    fresh = next(mail for mail in day.got["appeals"] if "Срок из уведомления" in buttons_of(mail))
    day.press("appeals", "Срок из уведомления", "2026-12-10 10:05", mail=fresh)
    assert ("later_term", "appeals") not in day.asked()

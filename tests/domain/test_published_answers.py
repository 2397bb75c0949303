"""An answer that stands in a system: what comes back, what is owed, what is only told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.domain.case import CaseState, Purpose
from mcu_mail.domain.course import Reply, on_reply
from mcu_mail.domain.decisions import NewVersion, Tell
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.notice import Notice
from mcu_mail.domain.told_events import Happened, What
from mcu_mail.domain.verdicts import read_meaning
from mcu_mail.service.case_events import happened_of
from tests.domain.course_in_memory import COORDINATOR, Walk

START = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Novokuznetsk"))
ANSWER = (
    "Ответ: улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25, "
    "повторная уборка запланирована на 25.11.2026."
)
INTERIM = (
    "Промежуточный ответ до 15.12.2026: работы на улице Образцовой начаты, щебень завезён, "
    "покрытие будет уложено после оттепели."
)


def walk(track: str, *, term_known: bool = True) -> Walk:
    return Walk(track, START, "roads", term_known=term_known)


def says(one: Walk, purpose: Purpose, text: str):
    """Whoever has the open request of that purpose answers it."""
    (request,) = [item for item in one.open if item.purpose is purpose]
    one.replies(request, text)
    return request


def at_publish(track: str, text: str = ANSWER) -> Walk:
    one = walk(track)
    if track != "incident":
        says(one, Purpose.accept, "Принято: ЖКХ / Освещение" if "kuzbass" in track else "В работу")
    says(one, Purpose.draft, text)
    if track != "kuzbass_online":
        says(one, Purpose.approve, "Согласовано")
    return one


def at_consent() -> Walk:
    one = at_publish("pos")
    says(one, Purpose.publish, "Опубликовано")
    one.happens(Happened(what=What.approved))
    assert one.case.step == "consent"
    return one


def readers(one: Walk) -> set[str]:
    return {person for item in one.last if isinstance(item, Tell) for person in item.people}


def test_a_text_whose_consent_was_refused_is_approved_anew_and_no_notice_skips_that():
    one = at_consent()
    says(one, Purpose.approve, "На доработку: нет фото")
    assert one.case.step == "draft"
    assert Mark.published not in one.case.marks
    says(one, Purpose.draft, f"{ANSWER} Фото прилагаем.")
    one.happens(Happened(what=What.consented))
    assert one.case.step == "approve", "the consent was to the text of before"


def test_a_text_that_is_changed_before_its_consent_is_put_up_anew():
    one = at_consent()
    (request,) = [item for item in one.open if item.purpose is Purpose.approve]
    meaning = read_meaning("Поправил", START.date())
    reply = Reply(
        person=request.person, meaning=meaning, text="Поправил", word_text=f"{ANSWER} Дважды."
    )
    one.carry(on_reply(one.case, request, reply, one.rules))
    assert one.case.step == "approve"
    assert Mark.published not in one.case.marks


def test_the_responsible_who_sends_back_her_own_publication_gives_time_to_mend_it():
    one = at_publish("incident")
    says(one, Purpose.publish, "Опубликовано")
    one.now = one.case.term + timedelta(days=2)
    says(one, Purpose.control, "Вернуть: ошибка в адресе")
    assert one.case.term > one.now, "the answer was in time; what mends it is not late at once"
    says(one, Purpose.draft, f"{ANSWER} Исправлено.")
    says(one, Purpose.approve, "Опубликовано")
    assert Mark.late not in one.case.marks


def test_a_reopened_message_needs_its_outcome_anew():
    one = at_publish("kuzbass_online")
    says(one, Purpose.publish, "Опубликовано решено")
    one.happens(Happened(what=What.commented, words="не горит", sense="negative"))
    says(one, Purpose.draft, f"{ANSWER} Ещё раз.")
    says(one, Purpose.publish, "Опубликовано")
    assert one.case.step == "publish", "what was решено then says nothing of now"


def test_a_publication_taken_back_owes_again_what_was_promised():
    one = at_publish("incident", INTERIM)
    says(one, Purpose.publish, "Опубликовано")
    owed = one.case.marks[Mark.owed]
    says(one, Purpose.draft, ANSWER)
    says(one, Purpose.approve, "Согласовано")
    request = says(one, Purpose.publish, "Опубликовано")
    assert Mark.owed not in one.case.marks
    one.recalls(request)
    assert one.case.marks[Mark.owed] == owed


def test_a_late_interim_answer_counts_as_late():
    one = at_publish("incident", INTERIM)
    one.now = one.case.term + timedelta(hours=2)
    says(one, Purpose.publish, "Опубликовано")
    assert Mark.late in one.case.marks


@pytest.mark.parametrize("what", [What.submitted, What.live, What.approved])
def test_an_interim_answer_that_the_system_tells_of_leaves_the_full_one_owed(what: What):
    one = at_publish("incident", INTERIM)
    one.happens(Happened(what=what))
    assert one.case.step == "draft"
    assert one.case.marks[Mark.owed].startswith("2026-12-15")
    assert Mark.published not in one.case.marks


def test_a_full_text_put_up_by_its_author_is_no_interim_one():
    one = at_publish("kuzbass_online", INTERIM)
    says(one, Purpose.publish, "На доработку: нужен полный ответ")
    says(one, Purpose.draft, "Опубликовано решено\n\nУлица Образцовая расчищена вся 23.11.2026.")
    assert one.case.state is CaseState.closed
    assert Mark.owed not in one.case.marks


def test_a_notice_that_restates_the_term_tells_no_moment_of_publication():
    told = happened_of(Notice(track="incident", event="live", due=START), "Ответ размещён")
    assert told is not None
    assert told.at is None
    one = at_publish("incident")
    one.now = one.case.term + timedelta(hours=3)
    one.happens(Happened(what=What.live, due=one.case.term))
    assert Mark.late in one.case.marks


def test_a_term_that_nobody_named_is_named_by_whatever_notice_tells_it():
    one = walk("pos", term_known=False)
    due = START + timedelta(days=9)
    one.happens(Happened(what=What.accepted, due=due))
    assert one.case.term == due
    assert one.case.step == "draft"


def test_a_return_and_a_comment_bring_the_term_that_they_name_and_no_old_one():
    due = START + timedelta(days=2)
    for what in (What.returned, What.commented):
        one = at_publish("incident")
        says(one, Purpose.publish, "Опубликовано")
        one.happens(Happened(what=what, words="нет фото", due=due))
        assert one.case.term == due
    one = at_publish("incident")
    says(one, Purpose.publish, "Опубликовано")
    old = one.case.term
    one.now += timedelta(hours=20)
    one.happens(Happened(what=What.commented, words="не убрано", due=old))
    assert one.case.term != old, "the old term said once more is no fresh one"


def test_an_appeal_that_has_left_its_track_is_moved_by_no_notice():
    one = walk("pos")
    one.case = replace(one.case, marks={Mark.appeal: "12"}, state=CaseState.waiting)
    before = one.case
    for what in What:
        one.happens(Happened(what=what, words="слова", due=START + timedelta(days=2)))
        assert one.case == before, what
        assert COORDINATOR in readers(one), "it is told all the same"


def test_a_restricted_case_is_moved_by_no_notice_and_shown_to_few():
    one = walk("incident")
    one.case = replace(one.case, restricted=())
    before = one.case
    for what in What:
        one.happens(Happened(what=what, words="слова", due=START + timedelta(days=2)))
        assert one.case == before, what
        assert readers(one) == {"press", "dispatcher"}


@pytest.mark.parametrize("what", [What.approved, What.submitted, What.live, What.term])
def test_what_does_not_fit_the_step_is_shown_to_the_responsible(what: What):
    one = walk("incident")
    one.happens(Happened(what=what, words="срок изменён на завтра"))
    assert one.case.step == "draft"
    assert COORDINATOR in readers(one)


def at_regional(track: str = "pos") -> Walk:
    one = at_publish(track)
    says(one, Purpose.publish, "Опубликовано")
    assert one.case.step == "regional"
    return one


def test_an_answer_that_everybody_reads_was_agreed_and_consented_to():
    for one in (at_regional(), at_consent()):
        one.happens(Happened(what=What.live, link="https://pos.example/m/1"))
        assert one.case.state is CaseState.closed
        assert {Mark.regional, Mark.published} <= one.case.marks.keys()
        assert one.case.marks[Mark.link] == "https://pos.example/m/1"
        kinds = [item.kind for item in one.log]
        assert (kinds.count("regional_approved"), kinds.count("consented")) == (1, 1)
        assert not [item for item in one.open if item.purpose is Purpose.approve]
        one.happens(Happened(what=What.returned, words="нет фото"))
        assert one.case.step == "draft"


def test_what_everybody_reads_on_a_social_network_waits_for_the_regional_centre_still():
    one = at_regional("incident")
    one.happens(Happened(what=What.live))
    assert one.case.step == "regional"
    one = at_publish("pos")
    one.happens(Happened(what=What.live))
    assert one.case.step == "regional", "the system calls the entry a publication, too"


def test_a_consent_given_before_the_regional_centre_agrees_is_not_asked_for_again():
    one = at_regional()
    one.happens(Happened(what=What.consented))
    assert one.case.step == "regional"
    one.happens(Happened(what=What.approved))
    assert one.case.state is CaseState.closed
    one = at_regional()
    one.happens(Happened(what=What.consented))
    one.happens(Happened(what=What.returned, words="нет фото"))
    says(one, Purpose.draft, f"{ANSWER} Фото прилагаем.")
    says(one, Purpose.approve, "Опубликовано")
    one.happens(Happened(what=What.approved))
    assert one.case.step == "consent", "the consent was to the text of before"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Опубликовано решено\n\nзвонил заявителю, доволен", None),
        ("Опубликовано решено, лампы заменены", None),
        ("Опубликовано решено\n\nЛампы на опорах заменены.", "Лампы на опорах заменены."),
    ],
)
def test_a_remark_on_a_publication_is_not_taken_for_what_was_published(words, text):
    one = walk("kuzbass_online")
    says(one, Purpose.accept, "Принято: ЖКХ / Освещение")
    says(one, Purpose.draft, words)
    assert one.case.state is CaseState.closed
    texts = [item.text for item in one.last if isinstance(item, NewVersion)]
    assert texts == ([text] if text else [])
    notes = [item.data["text"] for item in one.log if item.kind == "note"]
    assert notes == ([] if text else [words])

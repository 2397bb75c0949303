"""Questions that belong to no case: whose answer counts, once, and that they do not stay silent."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mcu_mail.rehearsal.people import fresh_mail
from mcu_mail.service import retrying
from tests.stories.office_day import PEOPLE, SERVICE, code_of, writer
from tests.stories.test_opened_by_people import FORWARDED, TYPED, subjects
from tests.stories.test_sender_trust import FAIL, PASS, trusting
from tests.stories.test_stand_ins import away


def titled(day, person, words):
    """The newest mail of a person whose subject holds these words."""
    return [one for one in day.mails(person) if words in one["Subject"]][-1]


def in_two_forms(person, to, text, shown, at):
    """An answer whose text and whose HTML say different things."""
    mail = EmailMessage()
    mail["From"] = PEOPLE[person]["email"]
    mail["To"] = SERVICE
    mail["Subject"] = f"Re: {to['Subject']}"
    mail["In-Reply-To"] = to["Message-ID"]
    mail["Message-ID"] = f"<two.{at.replace(':', '')}@pc.example>"
    mail.set_content(text)
    mail.add_alternative(f"<p>{shown}</p>", subtype="html")
    return PASS.encode() + mail.as_bytes(policy=SMTP)


@pytest.mark.parametrize("changes", [trusting("confirm")], indirect=True)
def test_an_answer_counts_once_and_only_from_whom_our_server_vouches_for(day):
    day.fresh("roads_head", "Новое", TYPED, "08:40", headers=PASS)
    question = day.last("appeals")
    day.arrives(in_two_forms("appeals", question, "Новое", "Закрыть: не наше", "08:41"), "08:41")
    assert day.standings() == {}
    assert "не поняла ваш ответ" in day.told("appeals")
    # A forger with the code of a forwarded question; then somebody whom our server denies.
    day.reply("appeals", "Новое", "08:42", to=question)
    assert day.standings() == {}
    [fresh] = day.got["appeals"]
    assert code_of(fresh) != code_of(question)
    day.reply("appeals", "Новое", "08:43", to=question, headers=FAIL)
    assert day.standings() == {}
    day.reply("roads_head", "ДА", "08:44", to=fresh, headers=PASS)
    assert day.standings() == {}
    day.press("appeals", "Да, это я", "08:45", mail=fresh)
    assert len(day.standings()) == 1
    day.reply("appeals", "Новое", "08:46", to=question, headers=PASS)
    assert "уже решено" in day.told("appeals")
    assert len(day.standings()) == 1

    # What the console has settled is asked about no more.
    day.fresh("roads_head", "Ещё", TYPED.replace("д. 5", "д. 9"), "08:50", headers=PASS)
    question = titled(day, "appeals", "Открыть новое дело")
    with day.stage.desk.store.view() as view:
        [waiting] = [one for one in view.asides.all(settled=False) if one.kind == "new_refused"]
    now = day.stage.moment("2026-11-23 08:51")
    retrying.retry_safely(day.stage.desk, waiting.id, now, by="console")
    day.play("08:51")
    assert "Открыть новое дело?" not in subjects(day, "appeals")
    retrying.put_to_case(day.stage.desk, waiting.id, "2026-000001", now, by="console")
    day.reply("appeals", "Новое", "08:53", to=question, headers=PASS)
    assert "уже решено" in day.told("appeals")
    assert len(day.standings()) == 1


@pytest.mark.parametrize(
    "changes", [{**trusting("confirm"), "absences": [away("press", "it")]}], indirect=True
)
def test_whether_one_wrote_a_mail_is_asked_of_nobody_who_stands_in_for_him(day):
    day.fresh("press", "FW: Сообщение", FORWARDED, "08:42")
    assert set(day.got) == {"press"}
    day.reply("it", "ДА", "08:44", to=day.last("press"), headers=PASS)
    assert day.standings() == {}


@pytest.mark.parametrize("changes", [trusting("confirm")], indirect=True)
def test_a_flood_in_an_official_s_name_ends_and_the_rest_is_in_the_digest(day):
    day.stage.play("2026-11-23 08:00")
    for who, first in (("appeals", 10), ("roads_head", 30)):
        for n in range(14):
            at = f"08:{first + n}"
            raw = fresh_mail(
                writer(who),
                SERVICE,
                "Звонок",
                TYPED.replace("д. 5", f"д. {n}"),
                day.stage.moment(f"2026-11-23 {at}"),
                message_id=f"<{who}.{n}@pc.example>",
            )
            day.post.deliver(SERVICE, raw)
    day.play("08:50")
    assert len(day.got["roads_head"]) == 10
    assert len(day.got["appeals"]) == 20
    day.play("09:51")
    [digest] = [one for one in day.got["appeals"] if "Не разобрано писем" in one["Subject"]]
    assert digest["Subject"] == "[МЦУ] Не разобрано писем: 8"


def test_a_question_that_nobody_answers_is_asked_again_and_then_raised(day):
    day.fresh("roads_head", "Новое", TYPED, "08:40")
    question = day.last("appeals")
    day.play("09:50")
    assert day.got == {}, "who was told in words of its own is in no digest"
    day.play("11:05")
    [again] = day.got["appeals"]
    assert code_of(again) == code_of(question)
    assert "press" not in day.got
    day.play("14:30")
    assert "не горят фонари" in day.told("press")
    day.play("17:30")
    assert "press" not in day.got
    day.press("appeals", "Открыть дело", "17:40", mail=again)
    assert len(day.standings()) == 1


SHARED = {
    "sources": [{"track": "governor", "from": ["press@region.example", PEOPLE["appeals"]["email"]]}]
}


@pytest.mark.parametrize("changes", [SHARED], indirect=True)
def test_an_official_whose_address_is_a_source_s_too_answers_questions(day):
    day.fresh("roads_head", "Вопрос", "Здравствуйте, подскажите, пожалуйста", "08:40")
    day.fresh("roads_head", "Новое", TYPED, "08:42")
    day.press("appeals", "Не нужно", "08:50", mail=titled(day, "appeals", "Не разобрано"))
    assert day.standings() == {}
    assert "отложено" in day.told("appeals")
    question = titled(day, "appeals", "Открыть новое дело")
    day.press("appeals", "Открыть дело", "08:52", mail=question)
    assert len(day.standings()) == 1
    day.reply("appeals", "Новое", "08:55", to=question)
    assert len(day.standings()) == 1

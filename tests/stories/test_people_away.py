"""Somebody who was asked cannot be reached: the dispatcher hears of it once and chooses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mcu_mail.rehearsal.people import text_of
from tests.stories.office_day import ANSWER, CONTACT, LIGHTS, SERVICE, code_of

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.stories.office_day import OfficeDay

ROADS = "dorogi@okrug.example"
DEPUTY = "Передать: Хозяйственнов И.М."
AWAY = "Я в отпуске с 23.11.2026 по 04.12.2026. По срочным вопросам – тел. 2-00-00."
SECOND_SNOW = """Дата и время: 23.11.2026 09:10
Заявитель: Придумкина Ольга Макаровна
Телефон: 8-999-000-11-09
Адрес: пгт Тяжинский, ул. Чертёжная, д. 3
Ссылка: https://vk.com/wall-990000001_48999
Текст: На улице Чертёжной сугробы, не чистят дорогу четвёртый день.
"""
THIRD_SNOW = SECOND_SNOW.replace("Чертёжная, д. 3", "Линейная, д. 8").replace("48999", "48777")


def autoreply(to: EmailMessage, sender: str, text: str, serial: int = 1) -> bytes:
    """What a vacation responder makes of a mail."""
    return (
        f"From: {sender}\r\nTo: {SERVICE}\r\nSubject: =?utf-8?q?Re?=: x\r\n"
        f"Message-ID: <away.{serial}@pc.example>\r\nIn-Reply-To: {to['Message-ID']}\r\n"
        "Auto-Submitted: auto-replied\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{text}\r\n"
    ).encode()


def returned(to: EmailMessage, address: str, *, action: str = "failed", serial: int = 1) -> bytes:
    """What the office's mail server makes of a mail it cannot deliver, or not yet."""
    status, words = ("5.2.2", "552 mailbox full") if action == "failed" else ("4.4.1", "timed out")
    return (
        f"From: MAILER-DAEMON@mail.okrug.example\r\nTo: {SERVICE}\r\n"
        f"Subject: Undelivered Mail\r\nMessage-ID: <back.{serial}@mail.okrug.example>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n"
        f"--B\r\nContent-Type: text/plain\r\n\r\n<{address}>: {words}\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mail.okrug.example\r\n\r\nFinal-Recipient: rfc822; {address}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {words}\r\n"
        "--B\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {to['Message-ID']}\r\nSubject: x\r\n--B--\r\n"
    ).encode()


def labels(mail: EmailMessage) -> list[str]:
    """The buttons of a mail."""
    return re.findall(r"чтобы выбрать «([^»]+)»", text_of(mail))


def test_a_vacation_is_offered_to_the_dispatcher_once_and_handed_over_by_his_word(
    day: OfficeDay,
) -> None:
    day.notice()
    task = day.last("roads_head")

    day.arrives(autoreply(task, ROADS, AWAY), "08:50")
    assert set(day.got) == {"appeals"}, "nobody answers the one who is away"
    assert day.moved == {"requests"}
    (offer,) = day.got["appeals"]
    assert "Нет на месте: Трассов Ф.М., ждут дела: 1" in offer["Subject"]
    words = " ".join(text_of(offer).split())
    assert "до 04.12.2026 включительно" in words
    assert "2026-000001, Уборка снега, пгт Тяжинский: подготовить ответ, сегодня до" in words
    assert "По срочным вопросам" in words
    assert labels(offer)[0] == DEPUTY
    assert labels(offer)[-1] == "Ждать"
    assert ("absent", "appeals") in day.asked()

    day.arrives(autoreply(task, ROADS, AWAY, serial=2), "08:55")
    assert day.got == {}, "once an absence"

    day.reply("appeals", "Согласовано", "08:56", to=offer)
    assert day.reasons() == ["absent_decide"]
    assert ("draft", "roads_head") in day.asked()

    day.press("appeals", DEPUTY, "09:00", mail=offer)
    assert day.asked() == [("draft", "dep_life")]
    assert set(day.got) == {"appeals", "dep_life"}
    assert "дела переданы" in day.told("appeals")
    fresh = day.last("dep_life")
    assert code_of(fresh) != code_of(task)
    (event,) = day.events("handed_over")
    assert (event.actor, event.data["from"], event.data["to"]) == (
        "appeals",
        "roads_head",
        "dep_life",
    )

    # The old code is spent: who wrote hears who has it. What comes later goes to the chosen one.
    day.reply("roads_head", f"Ответ: {ANSWER}\n{CONTACT}", "09:05", to=task)
    assert day.case().version == 0
    assert set(day.got) == {"roads_head"}
    assert "дело передано: Хозяйственнов И.М." in day.told("roads_head")
    assert "Я на месте" in day.told("roads_head")
    day.notice("09:12", SECOND_SNOW)
    assert day.asked(2) == [("draft", "dep_life")]
    assert "roads_head" not in day.got

    day.reply("dep_life", f"Ответ: {ANSWER}\n{CONTACT}", "09:20", to=fresh)
    assert day.case().version == 1


def test_waiting_is_a_choice_and_so_is_anybody_else(day: OfficeDay) -> None:
    day.notice()
    task = day.last("roads_head")
    day.arrives(autoreply(task, ROADS, "Отсутствую на рабочем месте."), "08:45")
    assert "До какого дня – не сказано" in day.told("appeals")
    day.press("appeals", "Ждать", "08:47")
    assert day.asked() == [("draft", "roads_head")]
    assert "ждём" in day.told("appeals")
    assert [event.data["person"] for event in day.events("waits")] == ["roads_head"]

    # A mailbox that is full is another thing; anybody can be named.
    day.arrives(returned(task, ROADS), "08:50")
    (offer,) = day.got["appeals"]
    assert "Письмо вернулось: Трассов Ф.М." in offer["Subject"]
    words = " ".join(text_of(offer).split())
    assert "почтовый ящик получателя переполнен (5.2.2)" in words
    assert "552 mailbox full" in words
    assert "8 (38449) 0-00-13" in words
    assert "скажите администратору" in words
    day.reply("appeals", "Передать: Неведомов", "08:52", to=offer)
    assert day.reasons()[-1] == "unknown_person"
    day.reply("appeals", "Передать: Коммунальцев", "08:54", to=offer)
    assert day.asked() == [("draft", "uzhtr_head")]
    assert day.case().actor == "uzhtr_head"


def test_returned_mails_of_a_day_are_told_once_a_person(day: OfficeDay) -> None:
    day.notice()
    snow = day.last("roads_head")
    day.notice("08:45", LIGHTS)
    lights = day.last("uzhtr_head")
    day.notice("08:50", SECOND_SNOW)
    again = day.last("roads_head")

    day.arrives(returned(snow, ROADS), "08:51")
    assert "ждут дела: 2" in day.got["appeals"][0]["Subject"]
    day.arrives(returned(again, ROADS, serial=2), "08:52")
    assert day.got == {}
    # Whoever could change it by mail would read the mails of a colleague.
    day.reply("appeals", "Адрес Трассов: new@okrug.example", "08:52")
    assert day.reasons()[-1] == "outside_address"
    assert "вносит администратор" in day.told("appeals")
    assert [event.data["recipients"] for event in day.events("bounced", 3)] == [[ROADS]]
    day.arrives(returned(lights, "uzhtr@okrug.example", serial=3), "08:53")
    # Who keeps the addresses hears as well: by mail nobody changes them.
    assert set(day.got) == {"appeals", "it"}
    assert "uzhtr@okrug.example" in day.told("it")
    # Of the dispatcher's own mailbox somebody else hears.
    offer = day.last("appeals")
    day.arrives(returned(offer, "obr@okrug.example", serial=4), "08:54")
    assert set(day.got) == {"press", "it"}


def test_a_late_mail_is_told_of_only_when_its_term_is_near(day: OfficeDay) -> None:
    day.notice()
    task = day.last("roads_head")
    due = day.stage.desk.local(day.case().due or day.case().term)
    day.arrives(returned(task, ROADS, action="delayed"), "08:45")
    assert day.got == {}
    assert [event.data["recipients"] for event in day.events("delayed")] == [[ROADS]]
    assert due.hour >= 10
    day.play(f"{due.hour - 1:02}:{due.minute:02}")
    subjects = [str(mail["Subject"]) for mail in day.got.get("appeals", [])]
    assert sum("Письмо задерживается: Трассов Ф.М." in one for one in subjects) == 1


@pytest.mark.parametrize(
    "changes", [{"mail.trust": {"authserv_id": "mail.okrug.example"}}], indirect=True
)
def test_forged_absences_with_many_dates_are_one_doubted_mail_and_hide_no_true_one(
    day: OfficeDay,
) -> None:
    day.notice()
    task = day.last("roads_head")
    for serial in range(1, 4):
        text = f"Я в отпуске до 0{serial}.12.2026."
        day.post.deliver(SERVICE, autoreply(task, ROADS, text, serial))
    day.play("08:50")
    (told,) = day.got["appeals"]
    assert "не подтверждён почтовым сервером" in text_of(told)
    assert [one for one in day.asked() if one[0] == "absent"] == [("absent", "appeals")]
    proof = (
        "Authentication-Results: mail.okrug.example; dmarc=pass header.from=okrug.example\r\n"
        "Received: from pc by mail.okrug.example with ESMTP id 1; x\r\n"
    )
    day.arrives(proof.encode() + autoreply(task, ROADS, AWAY, 4), "08:52")
    assert "до 04.12.2026 включительно" in day.told("appeals")
    assert "не подтверждён" not in day.told("appeals")


def test_a_forged_absence_or_one_of_nobody_asked_moves_nothing(day: OfficeDay) -> None:
    day.notice()
    task = day.last("roads_head")
    day.arrives(autoreply(task, "kult@okrug.example", AWAY), "08:45")
    day.arrives(autoreply(task, "stranger@evil.example", AWAY, serial=2), "08:46")
    day.arrives(autoreply(task, ROADS, "Ваше письмо получено. Спасибо!", serial=3), "08:47")
    assert day.got == {}
    assert day.asked() == [("draft", "roads_head")]
    assert day.mails("appeals") == []


def test_another_service_behind_an_officials_address_gets_no_second_mail(day: OfficeDay) -> None:
    day.notice()
    ours = day.post.mailbox(ROADS)[-1]
    answer = ours.replace(b"<mcu@okrug.example>", b"<dorogi@okrug.example>")
    for serial in (1, 2):
        line = b"Message-ID: <echo.%d@sosed.example>\r\nX-Was: <req." % serial
        day.arrives(answer.replace(b"Message-ID: <req.", line), f"08:4{serial}")
        assert day.got == {}
    assert day.reasons() == []
    # And a rule that sends our own mail back to us opens nothing.
    day.arrives(ours, "08:50")
    assert day.got == {}
    assert day.asked() == [("draft", "roads_head")]


def test_a_hand_over_is_changed_by_a_later_word_and_ends_with_the_absence(day: OfficeDay) -> None:
    day.notice()
    task = day.last("roads_head")
    day.arrives(autoreply(task, ROADS, AWAY), "08:50")
    offer = day.last("appeals")
    day.press("appeals", DEPUTY, "09:00", mail=offer)
    first = day.last("dep_life")
    day.notice("09:12", SECOND_SNOW)
    assert [day.asked(1), day.asked(2)] == [[("draft", "dep_life")]] * 2

    # The latest word of hers holds, for what was handed over and for what came since.
    day.reply("appeals", "Передать: Коммунальцев", "09:15", to=offer)
    assert [day.asked(1), day.asked(2)] == [[("draft", "uzhtr_head")]] * 2
    assert day.case().actor == "uzhtr_head"
    assert set(day.got) == {"appeals", "dep_life", "uzhtr_head"}
    assert "Делать ничего не нужно" in day.told("dep_life")
    day.reply("dep_life", f"Ответ: {ANSWER}\n{CONTACT}", "09:17", to=first)
    assert day.case().version == 0

    day.reply("roads_head", "Я на месте.", "09:20", to=task)
    assert [day.asked(1), day.asked(2)] == [[("draft", "roads_head")]] * 2
    assert set(day.got) == {"roads_head", "uzhtr_head", "appeals"}
    assert "снова на месте" in day.told("appeals")
    fresh = day.last("roads_head")
    day.notice("09:25", THIRD_SNOW)
    assert day.asked(3) == [("draft", "roads_head")]

    # She may choose again, and take it back herself.
    day.reply("appeals", "Передать: Хозяйственнов", "09:30", to=offer)
    assert day.asked(3) == [("draft", "dep_life")]
    day.reply("appeals", "Вернуть: Трассов", "09:35", to=offer)
    assert day.asked(3) == [("draft", "roads_head")]
    assert len(day.events("handed_back", 3)) == 1
    assert code_of(day.last("roads_head")) != code_of(fresh)


DEPUTY_AWAY = {
    "absences": [
        {
            "person": "dep_life",
            "from": "2026-11-20",
            "to": "2026-12-04",
            "acting": "dep_social",
            "order": "распоряжение № 12-р",
        }
    ]
}


@pytest.mark.parametrize("changes", [DEPUTY_AWAY], indirect=True)
def test_neither_the_author_nor_another_absentee_is_offered_for_an_approval(
    day: OfficeDay,
) -> None:
    day.notice()
    day.reply("roads_head", f"Ответ: {ANSWER}\n{CONTACT}", "09:00")
    assert day.asked() == [("approve", "dep_social")]
    asked = day.last("dep_social")
    day.arrives(autoreply(asked, "zam-soc@okrug.example", "Меня нет до 04.12.2026."), "09:05")
    offer = day.last("appeals")
    offered = " ".join(labels(offer))
    assert "Трассов" not in offered, "he has written the letter"
    assert "Хозяйственнов" not in offered, "he is away himself"
    assert "Передать: Управляева И.О." in offered
    assert "исполняющему" not in offered, "nobody was appointed for her"
    day.reply("appeals", "Передать: Трассов", "09:07", to=offer)
    assert day.reasons() == ["author_named"]
    assert day.asked()[0] == ("approve", "dep_social")

"""What a system writes about a message it has sent before, and matters that are not the okrug's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.documents.folder import Folder
from mcu_mail.domain.notice import Notice
from mcu_mail.mail.mime import read_mail
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import text_of
from mcu_mail.service.case_events import bind
from mcu_mail.service.opening import open_case
from mcu_mail.service.retrying import retry
from mcu_mail.store.ledger import MailState
from tests.stories.office_day import (
    ANSWER,
    BLURRED,
    CONTACT,
    LIGHTS,
    OTHER_ANSWER,
    REGION,
    SERVICE,
    SNOW,
)

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case

NUMBERED = SNOW + "Номер обращения: СГ-4711\n"
RETURNED = (
    "Ответ на сообщение № СГ-4711 возвращается на доработку: укажите дату повторной уборки.\n"
    "Номер обращения: СГ-4711\n"
)
ASIDE = "МЦУ/Не разобрано"
ROUTE = {"roads_head", "dep_life", "registry", "appeals", "press"}


def opened(day, at: str, **fields) -> Case:
    """A case of a notice whose flags were read, as the service opens it."""
    desk, now = day.stage.desk, day.stage.moment(f"2026-11-23 {at}")
    values = {"track": "governor", "address": "пгт Тяжинский, ул. Образцовая, д. 7", **fields}
    raw = f"From: press@region.example\n\n{at}".encode()
    with desk.store.work() as work:
        sha = desk.store.files.put(raw)
        place = {"folder": "Проба", "uidvalidity": 1, "uid": int(at.replace(":", ""))}
        work.mails.add(**place, sha256=sha, size=len(raw), arrived_at=now, stored_at=now)
        (mail,) = work.mails.to_handle(1)
        case = open_case(desk, work, mail, Notice(**values), arrived=now, now=now, ordinal=0)
        work.mails.decide(mail.id, MailState.handled, kind="notice", case_id=case.id)
        work.mails.moved(mail.id)
        work.commit()
    assert read_mail(raw).sender.address == "press@region.example"
    day.play(at)
    return case


def happened(day, at: str, event: str, words: str = "", **fields) -> None:
    """What a system says of the first case."""
    desk, now = day.stage.desk, day.stage.moment(f"2026-11-23 {at}")
    with desk.store.work() as work:
        case = work.cases.get(day.case().id)
        notice = Notice(track="governor", event=event, **fields)
        bind(desk, work, case, notice, words, cause=f"{event}{at}", now=now)
        work.commit()
    day.play(at)


def test_an_urgent_wish_is_told_to_the_whole_route_and_the_dispatcher_shortens_the_term(day):
    day.notice("08:41", NUMBERED)
    term = day.case().term
    wish = NUMBERED + "Ответ просим направить до 12.00 23.11.2026.\n"
    day.notice("08:50", wish, subject="СРОЧНО! Сообщение № СГ-4711")
    assert len(day.standings()) == 1
    assert day.case().term == term
    assert set(day.got) == ROUTE
    assert all("СРОЧНО" in str(day.got[person][0]["Subject"]) for person in ROUTE)
    assert "до 12:00" in day.told("roads_head")
    question = day.last("appeals")
    happened(day, "08:52", "urgent", "Ответьте срочно!")
    assert day.got == {}
    assert [event.data["text"] for event in day.events("urgent")][1:] == ["Ответьте срочно!"]
    day.press("appeals", "Изменить срок", "08:55", mail=question)
    assert day.case().term == day.stage.moment("2026-11-23 12:00")
    assert "подтвердил: до 12:00 23.11.2026" in day.case().term_sentence
    # A later term changes nothing by itself either.
    happened(day, "09:00", "extended", due=day.stage.moment("2026-11-25 12:00"))
    assert day.case().term == day.stage.moment("2026-11-23 12:00")
    day.press("appeals", "Срок оставить", "09:01")
    assert day.case().term == day.stage.moment("2026-11-23 12:00")
    assert all(purpose != "urgent" for purpose, _ in day.asked())
    # What a platform does by itself is filed and told.
    happened(day, "09:05", "approved", "Согласовано ЦУР")
    assert [event.data["note"] for event in day.events("event")][-1] == "ответ согласован"
    assert set(day.got) == {"roads_head", "appeals"}
    assert day.case().step == "draft"


def test_returns_and_comments_find_their_case_and_the_dispatcher_decides(day):
    day.notice("08:41", NUMBERED)
    day.reply("roads_head", f"{ANSWER}\n{CONTACT}", "09:00")
    day.notice("09:05", RETURNED, subject="Возврат ответа на доработку, № СГ-4711")
    assert len(day.standings()) == 1
    assert ("event", "appeals") in day.asked()
    assert day.case().step == "approve_deputy"
    assert "повторной уборки" in day.told("appeals")
    day.press("appeals", "Вернуть исполнителю", "09:10")
    assert day.asked() == [("draft", "roads_head")]
    assert "повторной уборки" in day.told("roads_head")
    day.reply("roads_head", OTHER_ANSWER, "09:15")
    assert day.case().step == "approve_deputy"

    # The citizen's comment: the drafter and the dispatcher see it, the case stays where it is.
    comment = "На сообщение № СГ-4711 поступил новый комментарий: Так и не почистили!\n"
    subject = "№ СГ-4711: новый комментарий заявителя"
    day.notice("09:30", comment + "Номер обращения: СГ-4711\n", subject=subject)
    assert len(day.standings()) == 1
    assert {"roads_head", "appeals"} <= set(day.got)
    assert all("Так и не почистили" in day.told(one) for one in ("roads_head", "appeals"))
    assert day.case().step == "approve_deputy"

    # The number of the case alone names it as well.
    returned = "Ответ возвращается на доработку: укажите ответственного.\n"
    day.notice("09:35", returned, subject="Возврат ответа на доработку [МЦУ 2026-000001]")
    assert len(day.standings()) == 1
    assert "укажите ответственного" in day.told("appeals")

    # Of a case that nobody knows the dispatcher is asked; nothing is opened silently.
    unknown = RETURNED.replace("СГ-4711", "СГ-9999")
    day.notice("09:40", unknown, subject="Возврат ответа на доработку, № СГ-9999")
    assert len(day.standings()) == 1
    assert "К какому делу это относится?" in str(day.last("appeals")["Subject"])
    day.reply("appeals", "2026-000001", "09:45")
    assert len(day.standings()) == 1
    assert ("event", "appeals") in day.asked()
    day.notice("09:50", unknown.replace("9999", "9998"), subject="Возврат на доработку № СГ-9998")
    day.press("appeals", "Открыть дело", "09:55")
    assert len(day.standings()) == 2


def test_a_comment_on_a_closed_case_reopens_it_by_a_person_s_decision_alone(day):
    day.notice("08:41", NUMBERED)
    happened(day, "08:45", "citizen_comment", "Спасибо, жду")
    day.fresh("appeals", "2026-000001", "Закрыть: разъяснено", "08:50")
    with day.stage.desk.store.work() as work:
        work.cases.change(day.case().id, {"state": "closed", "step": "close", "actor": None})
        work.commit()
    happened(day, "09:00", "citizen_comment", "Так и не почистили!")
    assert day.case().state == "closed"
    assert ("event", "appeals") in day.asked()
    day.press("appeals", "Вернуть исполнителю", "09:05")
    assert day.case().state == "open"
    assert day.asked() == [("draft", "roads_head")]
    assert "Так и не почистили" in day.told("roads_head")


def test_a_matter_of_another_place_is_passed_on_by_a_letter_like_any_other(day):
    opened(day, "08:40", flags=("outside",), text="Не чистят снег на дороге.", applicant="Ли А.Б.")
    assert day.asked() == [("outside", "appeals")]
    assert set(day.got) == {"appeals"}
    day.reply("appeals", "Переслать", "08:42")
    assert day.asked() == [("outside", "appeals")]
    day.press(
        "appeals",
        "Переслать по принадлежности",
        "08:45",
        mail=day.mails("appeals")[0],
        added="администрации Образцового муниципального округа",
    )
    assert day.asked() == [("approve", "dep_affairs")]
    letter = day.letter(1)
    assert letter.kind == "forward"
    content = day.stage.desk.store.files.get(letter.content).decode()
    for words in (
        "О направлении обращения по принадлежности",
        "администрации Образцового муниципального округа",
        "Уважаемые коллеги!",
        "не относятся к полномочиям",
        "Не чистят снег на дороге.",
    ):
        assert words in content
    # The deputy wants another wording; it stays a letter that passes on.
    day.reply("dep_affairs", "На доработку: добавьте срок", "08:50")
    assert day.asked() == [("draft", "appeals")]
    day.reply(
        "appeals", "Ответ:\nПросим рассмотреть сообщение заявителя в срок по закону.", "08:55"
    )
    assert day.letter(2).kind == "forward"
    day.press("dep_affairs", "Согласовать", "09:00")
    day.stage.drop("скан.pdf", sign_and_scan(day.stage.to_sign("2026-000001"), grey=True, dpi=150))
    day.play("16:40")
    assert day.case().state == "closed"
    for address in REGION:
        (mail,) = day.mails(address)
        assert "О переадресации сообщения" in str(mail["Subject"])
        assert "администрации Образцового муниципального округа" in text_of(mail)
    assert day.files(Folder.REFUSED) == []


def test_what_is_ours_all_the_same_and_what_many_or_nobody_has_signed(day):
    opened(day, "08:40", flags=("outside",), text="Не чистят снег на дороге, сугробы.")
    day.press("appeals", "Наше", "08:45")
    assert ("draft", "roads_head") in day.asked()
    # Several have signed: one letter to the one who is named.
    flags, name = ("collective",), "Небывалова Алла Игнатьевна"
    opened(day, "08:50", flags=flags, text="Не чистят снег на дороге.", applicant=name)
    assert "коллективное сообщение" in day.told("roads_head")
    day.reply("roads_head", f"{ANSWER}\n{CONTACT}", "09:00")
    content = day.stage.desk.store.files.get(day.letter(1, 2).content).decode()
    assert "Небываловой А.И. и другим заявителям" in content
    # Nobody is named: the dispatcher says who it shall be.
    opened(day, "09:05", flags=flags, text="Не чистят снег на дороге у школы, сугробы.")
    assert ("fields", "appeals") in day.asked(3)
    # Nobody has signed: the dispatcher decides whether there is anybody to answer.
    opened(day, "09:10", flags=("anonymous",), text="Снег и сугробы на дороге, не чистят.")
    assert day.asked(4) == [("route", "appeals")]
    assert "анонимное сообщение" in day.told("appeals")
    day.press("appeals", "Закрыть: анонимное", "09:15")
    assert day.case(4).state == "closed"


HEAD = "Сообщение № {}\n"
BACK = "Номер: {}\nСтатус: возвращено на доработку\nТекст: не указаны сроки\n\n"


def test_one_unbound_event_among_several_messages_keeps_nothing_from_the_others(day):
    three = [HEAD.format(1) + SNOW, HEAD.format(2) + BACK.format("СГ-77"), HEAD.format(3) + LIGHTS]
    day.notice("08:41", "\n".join(three))
    applicants = ["Небывалова Алла Игнатьевна", "Придумкин Олег Макарович"]
    assert [day.case(n).notice.applicant for n in (1, 2)] == applicants
    assert len(day.standings()) == 2
    question = next(mail for mail in day.mails("appeals") if "К какому делу" in mail["Subject"])
    words = text_of(question)
    assert "не указаны сроки" in words
    assert not any(name.split()[0] in words for name in applicants)
    assert len(day.post.mailbox(SERVICE, ASIDE)) == 1
    with day.stage.desk.store.view() as view:
        (first, *_) = view.mails.of_case(day.case(1).id)
    again = retry(day.stage.desk, first.id, day.stage.moment("2026-11-23 08:45"), by="console:a")
    day.play("08:46")
    assert again.outcome == "aside"
    assert (len(day.standings()), day.got) == (2, {})

    # A number binds the event alone; the mail then leaves the folder of what is not understood.
    day.reply("appeals", "2026-000002", "08:50", to=question)
    assert (day.asked(1), len(day.standings())) == ([("draft", "roads_head")], 2)
    assert [event.data["text"] for event in day.events("region_returned", 2)] == [
        "не указаны сроки"
    ]
    assert day.post.mailbox(SERVICE, ASIDE) == []

    # What heads a message in its letter is nobody's number, and each case gets its own words only.
    grave = BLURRED.replace("Сделайте уже", "Сегодня повешусь")
    more = [HEAD.format(2) + BACK.format("СГ-88"), HEAD.format(4) + grave]
    day.notice("09:00", "\n".join(more))
    assert len(day.events("region_returned", 2)) == 1
    assert [day.case(n).restricted for n in (1, 2, 3)] == [None, None, ()]
    newest = [mail for mail in day.mails("appeals") if "К какому делу" in mail["Subject"]][-1]
    day.reply("appeals", "Закрыть: не наше", "09:05", to=newest)
    assert day.post.mailbox(SERVICE, ASIDE) == []
    assert (len(day.standings()), day.case(3).notice.applicant) == (3, "Вымыслова Тамара Петровна")

    # «Закрыть» settles the question; the answer that is on its way goes on.
    asked = next(mail for mail in day.mails("appeals") if "Область вернула" in mail["Subject"])
    day.reply("appeals", "Закрыть: в работе", "09:10", to=asked)
    assert (day.case(2).state, day.asked(2)) == ("open", [("draft", "uzhtr_head")])

    # By the link the citizen's comment finds its case.
    link = "Ссылка: https://vk.com/wall-990000001_48213?reply=48240\nКомментарий: Не почистили!\n"
    day.notice("09:20", f"Комментарий заявителя по сообщению\n{link}")
    assert len(day.standings()) == 3
    assert "Не почистили" in day.told("roads_head")


def test_numbers_above_messages_cut_a_letter_and_new_opens_the_asked_one_alone(day):
    text = HEAD.format("4711") + BACK.format("4711") + HEAD.format("1703") + LIGHTS
    day.notice("08:41", text)
    assert (day.case().notice.external_id, len(day.standings())) == ("1703", 1)
    question = next(mail for mail in day.mails("appeals") if "К какому делу" in mail["Subject"])
    assert "Придумкин" not in text_of(question)
    day.reply("appeals", "Новое", "08:45", to=question)
    assert [day.case(n).notice.external_id for n in (1, 2)] == ["1703", "4711"]
    assert len(day.standings()) == 2

    # Of a case that is closed «Закрыть» leaves nothing open.
    with day.stage.desk.store.work() as work:
        work.cases.change(day.case().id, {"state": "closed", "step": "close", "actor": None})
        work.commit()
    happened(day, "08:50", "returned", "Нет сроков")
    assert day.case().state == "aside"
    day.reply("appeals", "Закрыть: область согласна", "08:52")
    assert day.case().state == "closed"

    # What was found by another way meanwhile is opened by no late answer.
    day.notice("09:00", RETURNED.replace("4711", "6001"), subject="Возврат ответа, № СГ-6001")
    late = day.last("appeals")
    with day.stage.desk.store.view() as view:
        (aside,) = view.asides.all(settled=False)
    day.notice("09:02", SNOW + "Номер обращения: СГ-6001\n")
    again = retry(day.stage.desk, aside.id, day.stage.moment("2026-11-23 09:05"), by="console:a")
    assert again.case == "2026-000003"
    day.reply("appeals", "Новое", "09:10", to=late)
    assert len(day.standings()) == 3
    assert "appeals" in day.got

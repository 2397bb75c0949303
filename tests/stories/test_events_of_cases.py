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
from mcu_mail.store.ledger import MailState
from tests.stories.office_day import ANSWER, CONTACT, OTHER_ANSWER, REGION, SNOW

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case

NUMBERED = SNOW + "Номер обращения: СГ-4711\n"
RETURNED = (
    "Ответ на сообщение № СГ-4711 возвращается на доработку: укажите дату повторной уборки.\n"
    "Номер обращения: СГ-4711\n"
)
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

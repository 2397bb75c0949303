"""Mails that were set aside: asked about, put right, put back; strangers; floods; loops."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from mcu_mail.cli import app
from mcu_mail.mail.imap import Mailbox
from mcu_mail.rehearsal.people import Client, Writer, fresh_mail, text_of
from mcu_mail.service import retrying
from mcu_mail.service.receive import receive
from tests.conftest import DOMAIN
from tests.stories.office_day import NATIVE, PEOPLE, SERVICE, SNOW, OfficeDay, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path
    from typing import Any

    from mcu_mail.rehearsal.postoffice import PostOffice

DONE, ASIDE, OTHER = "МЦУ/Обработано", "МЦУ/Не разобрано", "МЦУ/Прочее"
CITIZEN = Writer(name="Вымысел Ян", address="yan@mail.example", client=Client.plain)
DISPATCHER = PEOPLE["appeals"]["email"]


@pytest.fixture
def bare(tmp_path: Path, post_office: PostOffice) -> Iterator[OfficeDay]:
    """An office that knows no regional sender."""
    changes = {**NATIVE, "sources": [{"track": "governor", "from": ["other@region.example"]}]}
    with OfficeDay(tmp_path / "office", post_office, changes).opened() as office:
        yield office


def written(day: OfficeDay, who: Writer, text: str, at: str, **more: Any) -> bytes:
    day._serial += 1
    more.setdefault("message_id", f"<w{day._serial}@{who.address.partition('@')[2]}>")
    return fresh_mail(who, SERVICE, "Вопрос", text, day.stage.moment(f"2026-11-23 {at}"), **more)


def where(day: OfficeDay) -> dict[str, int]:
    folders = ("INBOX", DONE, ASIDE, OTHER)
    return {folder: len(day.post.mailbox(SERVICE, folder)) for folder in folders}


def places(inbox: int = 0, done: int = 0, aside: int = 0, other: int = 0) -> dict[str, int]:
    return {"INBOX": inbox, DONE: done, ASIDE: aside, OTHER: other}


def aside(day: OfficeDay, *arguments: str) -> Any:
    """The command as an administrator calls it beside the running daemon."""
    return CliRunner().invoke(app, ["aside", *arguments, "-c", str(day.stage.config)])


def answers_to(day: OfficeDay, address: str) -> list[EmailMessage]:
    return [message_from_bytes(raw, policy=default) for raw in day.post.mailbox(address)]


def asked(day: OfficeDay) -> list[EmailMessage]:
    return [one for one in day.mails("appeals") if "Не разобрано письмо" in one["Subject"]]


def put_back(day: OfficeDay) -> None:
    """A person drags the mail that was set aside back into the inbox in his mail program."""
    account = day.stage.desk.imap()
    with Mailbox.open(dataclasses.replace(account, folder=ASIDE)) as mailbox:
        assert mailbox.move_many(mailbox.all_uids(), "INBOX")


def test_after_the_settings_are_corrected_a_retry_opens_the_case_with_the_term_of_its_arrival(bare):
    text = SNOW.split("\n", 1)[1]
    region = Writer(name="Приёмная", address="press@region.example", client=Client.plain)
    bare.arrives(written(bare, region, text, "08:40"), "08:40")
    assert where(bare) == places(aside=1)
    listed = json.loads(aside(bare, "list", "--json").stdout)["mails"]
    assert [(one["id"], one["sender"], one["state"]) for one in listed] == [
        (1, "press@region.example", "aside")
    ]
    assert "нет среди сотрудников" in listed[0]["why"]

    config = bare.stage.config
    config.write_text(config.read_text().replace("other@region", "press@region"))
    bare.stage.close()
    done = aside(bare, "retry", "--all", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["mails"] == [
        {"id": 1, "outcome": "opened", "text": "открыто дело 2026-000001", "case": "2026-000001"}
    ]
    again = aside(bare, "retry", "1")
    assert (again.exit_code, "уже разобрано" in again.stdout) == (2, True)

    bare.play("10:40")
    assert where(bare) == places(done=1)
    assert len(bare.standings()) == 1
    assert bare.case().received_at.astimezone(bare.stage.desk.zone).hour == 8
    assert bare.case().term - bare.case().received_at <= timedelta(hours=24)
    [event] = bare.events("mail_retried")
    assert event.actor == retrying.operator()
    assert aside(bare, "list").exit_code == 0


def test_a_mail_dragged_back_into_the_inbox_is_tried_again_and_told_again_if_it_is_no_use(bare):
    region = Writer(name="Приёмная", address="press@region.example", client=Client.plain)
    bare.arrives(written(bare, region, SNOW, "08:40"), "08:40")
    put_back(bare)
    assert where(bare) == places(inbox=1)
    bare.play("08:50")
    assert where(bare) == places(aside=1)
    assert len(asked(bare)) == 2
    config = bare.stage.config
    config.write_text(config.read_text().replace("other@region", "press@region"))
    bare.stage.close()
    put_back(bare)
    bare.play("09:00")
    assert where(bare) == places(done=1)
    assert len(bare.standings()) == 1
    with bare.stage.desk.store.view() as view:
        assert view.mails.get(1).kind == "notice"


def test_the_dispatcher_says_by_reply_what_is_to_become_of_it(day):
    day.drafted()
    photo = ("двор.jpg", "image/jpeg", b"\xff\xd8 no photo")
    day.arrives(
        written(day, CITIZEN, "Снег так и лежит у дома 25.", "09:05", files=(photo,)), "09:05"
    )
    question = day.last("appeals")
    assert code_of(question)
    assert "К делу" in text_of(question)
    day.reply("roads_head", "К делу 2026-000001", "09:06", to=question)
    day.reply("appeals", "Хорошо, посмотрю", "09:07", to=question)
    assert "непонятно, что сделать" in day.told("appeals")
    day.reply("appeals", "К делу 2026-000077", "09:08", to=question)
    assert "дела 2026-000077 нет" in day.told("appeals")
    assert day.events("mail_assigned") == []
    day.reply("appeals", "К делу 2026-000001", "09:09", to=question)
    [event] = day.events("mail_assigned")
    assert (event.actor, event.data["text"]) == ("appeals", "Снег так и лежит у дома 25.")
    assert "приложено к делу 2026-000001" in day.told("appeals")
    assert "Снег так и лежит" in day.told("dep_life")
    day.reply("appeals", "Не нужно", "09:10", to=question)
    assert "уже решено" in day.told("appeals")
    assert len(day.events("mail_assigned")) == 1
    assert day.events("approved") == []

    day.arrives(written(day, CITIZEN, "Продам гараж.", "09:20"), "09:20")
    day.press("appeals", "Не нужно", "09:21")
    assert "отложено" in day.told("appeals")
    day.arrives(written(day, CITIZEN, "На ул. Модельной, д. 5 не горят фонари.", "09:30"), "09:30")
    day.reply("appeals", "Добрый день!\nНовое", "09:31")
    assert "открыто дело 2026-000002" in day.told("appeals")
    assert "фонари" in day.case(2).notice.text
    folders = where(day)
    assert (folders[ASIDE], folders[OTHER]) == (0, 1)


@pytest.mark.parametrize(
    "changes", [{"mail.trust": {"authserv_id": "mail.okrug.example"}}], indirect=True
)
def test_an_unproven_answer_counts_after_a_tap_on_a_fresh_code_only(day):
    day.arrives(written(day, CITIZEN, "Когда откроют каток?", "09:00"), "09:00")
    question = day.last("appeals")
    day.reply("appeals", "Не нужно", "09:01", to=question)
    assert where(day)[ASIDE] == 1
    fresh = day.last("appeals")
    assert code_of(fresh) not in {"", code_of(question)}
    day.reply("appeals", "Не нужно", "09:02", to=question)
    assert where(day)[ASIDE] >= 1
    day.press("appeals", "Да, это я", "09:03", mail=fresh)
    assert "отложено" in day.told("appeals")
    assert where(day)[OTHER] == 1


@pytest.mark.parametrize(
    "changes", [{"mail.trust": {"authserv_id": "mail.okrug.example"}}], indirect=True
)
def test_forged_answers_spend_no_code_and_are_asked_about_a_few_times(day):
    day.arrives(written(day, CITIZEN, "Когда откроют каток?", "09:00"), "09:00")
    question = day.last("appeals")
    told = []
    for minute in range(1, 8):
        day.reply("appeals", "Не нужно", f"09:0{minute}", to=question)
        told.append(len(day.got.get("appeals", ())))
    assert told == [1, 1, 1, 1, 1, 1, 0]
    day.reply("appeals", "ДА", "09:10", to=question)
    assert where(day)[ASIDE] >= 1
    proof = (
        "Authentication-Results: mail.okrug.example; dmarc=pass header.from=okrug.example\r\n"
        "Received: from pc by mail.okrug.example with ESMTP id 1; x\r\n"
    )
    day.reply("appeals", "Новое", "09:11", to=question, headers=proof)
    assert len(day.standings()) == 1


def test_a_stranger_gets_one_polite_answer_a_day_without_his_words(day):
    day.arrives(written(day, CITIZEN, "Секретное слово абракадабра", "09:00"), "09:00")
    day.arrives(written(day, CITIZEN, "И ещё вопрос", "09:30"), "09:30")
    [answer] = answers_to(day, CITIZEN.address)
    assert answer["Subject"].startswith("Автоматический ответ:")
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["In-Reply-To"] == "<w1@mail.example>"
    words = text_of(answer)
    assert "абракадабра" not in answer.as_string() + words
    assert "59-ФЗ" in words
    assert "ул. Советская, д. 2" in words
    assert len(asked(day)) == 2
    day.arrives(written(day, CITIZEN, "Вопрос назавтра", "09:00"), "2026-11-24 09:01")
    assert len(answers_to(day, CITIZEN.address)) == 2


def test_tags_and_dots_make_no_other_person_and_a_domain_gets_ten_a_day(day):
    day.stage.play("2026-11-23 08:00")
    same = ["one+1@a.example", "one+2@a.example", "o.n.e@a.example"]
    many = [f"p{n}@b.example" for n in range(12)]
    for address in (*same, *many):
        who = Writer(name="Вымысел Ян", address=address, client=Client.plain)
        day.post.deliver(SERVICE, written(day, who, "Вопрос", "08:30"))
    day.play("08:40")
    assert sum(len(answers_to(day, address)) for address in same) == 1
    assert sum(len(answers_to(day, address)) for address in many) == 10


NO_ANSWER = {
    "auto": ("yan@mail.example", "Auto-Submitted: auto-replied\n"),
    "generated": ("yan@mail.example", "Auto-Submitted: auto-generated\n"),
    "list": ("yan@mail.example", "List-Id: <news.example>\n"),
    "unsubscribe": ("yan@mail.example", "List-Unsubscribe: <mailto:u@mail.example>\n"),
    "bulk": ("yan@mail.example", "Precedence: bulk\n"),
    "null sender": ("yan@mail.example", "Return-Path: <>\n"),
    "suppressed": ("yan@mail.example", "X-Auto-Response-Suppress: All\n"),
    "elsewhere": ("yan@mail.example", "Reply-To: victim@world.example\n"),
    "no-reply": ("no-reply@shop.example", ""),
    "noreply tagged": ("noreply+17@shop.example", ""),
    "postmaster": ("postmaster@mail.example", ""),
    "own domain": ("newcomer@okrug.example", ""),
    "region": ("otvetk42@gmail.com", ""),
    "two senders": ("yan@mail.example", "From: other@world.example\n"),
    "threaded": ("yan@mail.example", f"References: <case.2026-000001@{DOMAIN}>\n"),
}


def test_nobody_else_is_answered(day):
    day.stage.play("2026-11-23 08:00")
    for name, (address, headers) in NO_ANSWER.items():
        if name == "threaded":
            continue
        who = Writer(name="Вымысел Ян", address=address, client=Client.plain)
        day.post.deliver(SERVICE, headers.encode() + written(day, who, "Здравствуйте", "09:00"))
    hidden = written(day, CITIZEN, "Скрытая копия", "09:00")
    day.post.deliver(SERVICE, hidden.replace(b"To: mcu@", b"To: else@"))
    day.play("09:00")
    for address in {address for address, _ in NO_ANSWER.values()} | {"victim@world.example"}:
        assert answers_to(day, address) == [], address
    assert sum(where(day).values()) == len(NO_ANSWER)


@pytest.mark.parametrize("changes", [{"mail.strangers": "silent"}], indirect=True)
def test_the_polite_answer_can_be_switched_off(day):
    day.arrives(written(day, CITIZEN, "Вопрос", "09:00"), "09:00")
    assert answers_to(day, CITIZEN.address) == []
    assert len(asked(day)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {
            "mail.strangers_per_day": 3,
            "mail.trust": {"authserv_id": "mail.okrug.example"},
            "office.channels": ["звоните 8-800"],
        }
    ],
    indirect=True,
)
def test_a_flood_is_a_few_questions_and_one_digest_and_hides_no_official(day):
    day.stage.play("2026-11-23 08:00")
    for n in range(40):
        who = Writer(name="Спам", address=f"s{n}@flood.example", client=Client.plain)
        day.post.deliver(SERVICE, written(day, who, f"Купите {n}", "08:30"))
    forged = b"Authentication-Results: mail.okrug.example; dmarc=fail header.from=m.example\n"
    who = Writer(name="Спам", address="refused@m.example", client=Client.plain)
    day.post.deliver(
        SERVICE,
        forged
        + b"Received: from x by mail.okrug.example; x\n"
        + written(day, who, "Купите", "08:30"),
    )
    day.play("08:40")
    assert len(asked(day)) == 5
    polite = [address for n in range(40) if answers_to(day, address := f"s{n}@flood.example")]
    assert len(polite) == 3
    assert "звоните 8-800" in text_of(answers_to(day, polite[0])[0])
    assert answers_to(day, "refused@m.example") == []
    day.play("09:10")
    assert "appeals" not in day.got
    day.play("09:41")
    [digest] = day.got["appeals"]
    assert digest["Subject"] == "[МЦУ] Не разобрано писем: 36"
    day.play("11:00")
    assert "appeals" not in day.got
    assert where(day) == places(aside=41)


def test_the_known_are_read_before_a_flood_of_the_unknown(day):
    question = day.drafted()
    for n in range(7):
        who = Writer(name="Спам", address=f"s{n}@flood.example", client=Client.plain)
        day.post.deliver(SERVICE, written(day, who, f"Купите {n}", "09:05"))
    guess = b"References: <req.7f3a9c2km4xqt8rb.1@okrug.example>\r\n"
    day.post.deliver(SERVICE, guess + written(day, CITIZEN, "Согласовано", "09:06"))
    known = Writer(name="Трассов", address=PEOPLE["roads_head"]["email"], client=Client.plain)
    day.post.deliver(SERVICE, written(day, known, "Связались: 23.11 09:00", "09:07"))
    day.post.deliver(SERVICE, day.reply_bytes("dep_life", "Согласовано", "09:10", to=question))
    receive(day.stage.desk, day.stage.moment("2026-11-23 09:10"))
    with day.stage.desk.store.view() as view:
        order = [(mail.id, mail.rank) for mail in view.mails.to_handle(50)]
    strangers = [(one, 2) for one in range(3, 11)]
    assert order == [(12, 0), (11, 1), *strangers]
    day.play("09:10")
    assert day.case().step == "sign"


def test_two_services_that_write_to_each_other_stop_after_one_answer_each(tmp_path, post_office):
    address = "mcu@sosed.example"
    with OfficeDay(tmp_path / "office", post_office, NATIVE).opened() as day:
        other = Writer(name="МЦУ соседей", address=address, client=Client.plain)
        day.arrives(written(day, other, "Вы нам писали?", "09:00"), "09:00")
        [ours] = answers_to(day, address)
        polite = ours.as_bytes().replace(b"mcu@okrug.example", b"x@y.example")
        polite = polite.replace(address.encode(), SERVICE.encode())
        polite = polite.replace(b"x@y.example", address.encode())
        day.arrives(polite, "09:05")
        day.play("12:00")
        assert len(answers_to(day, address)) == 1
        assert where(day)[OTHER] == 1


def test_the_commands_show_save_assign_and_drop_and_refuse_what_is_not_there(day, tmp_path):
    day.notice()
    hostile = "Вот \x1b[2J\u202e и [bold]слова[/bold]"
    for at in ("09:00", "09:01", "09:02"):
        day.arrives(written(day, CITIZEN, f"{hostile} {at}", at), at)
    shown = aside(day, "show", "2")
    assert shown.exit_code == 0, shown.output
    assert "\x1b[2J" not in shown.stdout
    assert "[bold]слова[/bold]" in shown.stdout
    assert "нет среди сотрудников" in " ".join(shown.stdout.split())
    document = json.loads(aside(day, "show", "2", "--json").stdout)
    assert document["read"]["kind"] == "reply"
    assert [act["kind"] for act in document["acts"]] == ["asked", "polite"]
    copy = tmp_path / "письмо.eml"
    assert aside(day, "show", "2", "--eml", str(copy)).exit_code == 0
    assert copy.read_bytes() == day.post.mailbox(SERVICE, ASIDE)[0]

    for wrong, words in (
        (("show", "99"), "письма 99 нет"),
        (("assign", "2", "2026-000099"), "дела 2026-000099 нет"),
        (("assign", "99", "2026-000001"), "письма с таким номером нет"),
        (("drop", "2", " "), "укажите причину"),
        (("retry",), "укажите номера писем или --all"),
        (("retry", "2", "--as", "notice:pos2"), "не понять"),
        (("retry", "1"), "уже разобрано"),
    ):
        said = aside(day, *wrong)
        assert said.exit_code == 2, wrong
        assert words in " ".join(said.output.split())
    assert aside(day, "retry", "2").exit_code == 1
    assert aside(day, "assign", "2", "2026-000001").exit_code == 0
    assert aside(day, "drop", "3", "реклама").exit_code == 0
    opened = aside(day, "retry", "4", "--as", "notice:governor", "--json")
    assert json.loads(opened.stdout)["mails"][0]["case"] == "2026-000002"
    assert aside(day, "list", "--json").exit_code == 0
    settled = json.loads(aside(day, "list", "--all", "--json").stdout)["mails"]
    assert [(one["id"], one["state"], one["note"], one["case"]) for one in settled] == [
        (2, "handled", None, "2026-000001"),
        (3, "ignored", "реклама", None),
        (4, "handled", None, "2026-000002"),
    ]
    day.play("09:10")
    assert where(day) == places(done=2, other=1)
    assert [event.actor for event in day.events("mail_assigned")] == [retrying.operator()]

"""What officials write without a code: nothing of it is lost, and nothing is decided by it."""

from __future__ import annotations

import dataclasses
from contextlib import closing

import pytest
from typer.testing import CliRunner

from mcu_mail import wiring
from mcu_mail.cli import app
from mcu_mail.mail.reader import Reader
from mcu_mail.rehearsal.people import fresh_mail
from mcu_mail.service import retrying
from tests.stories.office_day import BLURRED, SERVICE, writer
from tests.stories.signed_letter import bounce
from tests.stories.test_sender_trust import FAIL, PASS, trusting

ERROR = "В письме ошибка: дом не 25, а 52! Нужно отозвать."
POISONED = "tests.peers.poisoned_reader"


@pytest.mark.parametrize("changes", [trusting("hold")], indirect=True)
def test_words_about_a_closed_case_reach_the_dispatcher_and_its_course(day):
    day.notice(text=BLURRED)
    day.reply("appeals", "Закрыть: повтор", "08:45", headers=PASS)
    assert day.case().state == "closed"
    day.fresh("roads_head", "2026-000001", "Спасибо, принято!", "08:50")
    assert (day.got, day.events("note")) == ({}, [])
    day.fresh("roads_head", "2026-000001", ERROR, "08:55")
    assert set(day.got) == {"appeals"}
    assert "дом не 25, а 52" in day.told("appeals")
    assert "2026-000001" in day.last("appeals")["Subject"]
    [event] = day.events("note")
    assert (event.actor, event.data["text"]) == ("roads_head", ERROR)
    # Who is not who he claims says nothing in the case.
    day.fresh("dep_life", "2026-000001", "Отозвать немедленно", "09:00", headers=FAIL)
    assert len(day.events("note")) == 1
    assert "Не разобрано" in day.last("appeals")["Subject"]


def test_a_bare_forward_is_asked_about_and_a_request_that_came_back_is_sent_whole_again(day):
    asked = day.drafted()
    day.arrives(bounce("zam-zhkh@okrug.example", asked.as_bytes()), "09:05")
    day.fresh("dep_life", "Почта", "Ящик почистил, пришлите ещё раз", "09:10")
    [again] = day.got["dep_life"]
    assert [part.get_filename() for part in again.iter_attachments()] == [
        "2026-000001 Ответ.pdf",
        "2026-000001 Ответ.docx",
    ]
    day.fresh("dep_life", "Почта", "И что теперь?", "09:12")
    assert "нет кода" in day.told("dep_life")
    day.press("dep_life", "Согласовать", "09:15", mail=again)
    assert day.case().step == "sign"

    inside = (
        "-----Исходное сообщение-----\nОт: Подрядчик [mailto:p@world.example]\n"
        "Отправлено: понедельник, 23 ноября 2026 г. 8:20\nТема: Ответ\n\nДорога расчищена."
    )
    moment = day.stage.moment("2026-11-23 09:20")
    forward = fresh_mail(writer("roads_head"), SERVICE, "FW: Ответ подрядчика", inside, moment)
    day.arrives(forward, "09:20")
    assert "без единого слова" in day.told("appeals")
    day.reply("appeals", "К делу 2026-000001", "09:25")
    assert "Дорога расчищена" in day.events("mail_assigned")[0].data["text"]


def test_a_mail_that_breaks_its_reader_is_put_to_a_case_by_its_head(day, monkeypatch):
    day.notice()
    filler = "Снег не убран.\r\n" * 1500
    raw = (
        f"From: uszn@okrug.example\r\nTo: {SERVICE}\r\nSubject: =?utf-8?q?=D0=92?=\r\n"
        "Message-ID: <long@pc.example>\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\nКогда уберут?\r\n{filler}X-Poison: end\r\n"
    )
    day.arrives(raw.encode(), "08:50")
    question = day.last("appeals")
    with closing(Reader(POISONED, seconds=5)) as reader:
        healthy = day.stage.desk
        day.stage._desk = dataclasses.replace(healthy, reader=reader)
        day.reply("appeals", "Новое", "08:55", to=question)
        assert "не открывается" in day.told("appeals")
        assert (
            "не открывается"
            in retrying.retry_safely(
                day.stage.desk, 2, day.stage.moment("2026-11-23 08:56"), by="console"
            ).text
        )
        monkeypatch.setattr(wiring, "reader", lambda: reader)
        shown = CliRunner().invoke(app, ["aside", "show", "2", "-c", str(day.stage.config)])
        assert shown.exit_code == 0, shown.output
        assert "показано только его начало" in shown.output
        day.reply("appeals", "К делу 2026-000001", "09:00", to=question)
    assert "Когда уберут?" in day.events("mail_assigned")[0].data["text"]

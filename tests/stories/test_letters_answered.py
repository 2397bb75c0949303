"""What the region and the servers say of a letter that has left, and what follows."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mcu_mail.rehearsal.people import buttons_of, press, text_of
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.stage import Stage
from tests.stories.signed_letter import (
    NUMBER,
    OURS,
    PASSWORD,
    REGION,
    USER,
    Prepared,
    at,
    bounce,
    copies,
    dispatcher,
    head,
    kinds,
    mail_states,
    register,
    states,
    subjects,
    the_case,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

FIRST, SECOND = REGION
FAIL = b"Authentication-Results: mail.okrug.example; dmarc=fail header.from=relay.example\r\n"
CENTRE, CURATOR = "press@okrug.example", "upravdel@okrug.example"
TRUST = {"authserv_id": "mail.okrug.example", "accept": ["dmarc", "dkim"], "unproven": "confirm"}


@pytest.fixture
def changes(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(getattr(request, "param", {}))


@pytest.fixture(scope="module")
def gone(
    waiting_letter: Prepared, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, list[bytes]]]:
    """The folder of an office whose letter has gone to both addresses, and all mailboxes."""
    folder: Path = tmp_path_factory.mktemp("gone") / "office"
    with PostOffice({USER: PASSWORD}, ["okrug.example"]) as post:
        stage = waiting_letter.on(folder, post)
        with stage.opened():
            stage.drop("скан.pdf", waiting_letter.scan)
            for moment in ("16:40", "16:41"):
                stage.play(at(stage, moment))
        people = (dispatcher.address, head.address, *REGION)
        return folder, {address: post.mailbox(address) for address in people}


@pytest.fixture
def sent(
    gone: tuple[Path, dict[str, list[bytes]]],
    waiting_letter: Prepared,
    tmp_path: Path,
    post_office: PostOffice,
    changes: dict[str, Any],
) -> Iterator[Stage]:
    """The same office at a post office of its own."""
    folder, mailboxes = gone
    shutil.copytree(folder, tmp_path / "office")
    for address, mails in mailboxes.items():
        for raw in mails:
            post_office.deliver(address, raw)
    stage = Stage(tmp_path / "office", post_office, PASSWORD, {**waiting_letter.changes, **changes})
    with stage.opened():
        yield stage


def region(
    stage: Stage,
    text: str,
    when: str,
    *,
    sender: str = "press@region.example",
    subject: str = "Re: ответ",
    to: EmailMessage | None = None,
    headers: str = "",
    serial: int = 1,
) -> list[str]:
    """Somebody of the region writes; the subjects that the dispatcher gets because of it."""
    before = len(stage.mails(dispatcher.address))
    thread = f"In-Reply-To: {to['Message-ID']}\r\n" if to is not None else ""
    raw = (
        f"From: {sender}\r\nTo: {OURS}\r\n"
        f"Message-ID: <region.{serial}.{when[-2:]}@region.example>\r\n"
        f"{thread}{headers}Subject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{text}\r\n"
    )
    stage.post.deliver(OURS, raw.encode())
    stage.play(at(stage, when))
    return subjects(stage, dispatcher.address)[before:]


def events(stage: Stage, kind: str) -> list[dict[str, Any]]:
    case = the_case(stage)
    with stage.desk.store.view() as view:
        return [dict(one.data) for one in view.journal.of_case(case.id) if one.kind == kind]


def test_thanks_and_an_incoming_number_are_filed_and_open_nothing(sent: Stage) -> None:
    (copy,) = sent.mails(SECOND)
    number = "Ваше письмо зарегистрировано за № 7/1234 от 23.11.2026."
    assert region(sent, number, "16:45", to=copy) == []
    # Another clerk of theirs, whose program has lost the thread.
    subject = "RE: исх. № 01-12/1"
    assert region(sent, "Принято, спасибо!", "16:46", sender="kanc@ako.ru", subject=subject) == []
    robot = "Auto-Submitted: auto-replied\r\n"
    told = "Документ зарегистрирован, № 77-вх."
    assert region(sent, told, "16:47", sender=SECOND, subject=NUMBER, headers=robot) == []

    assert the_case(sent).state == "closed"
    assert [(one["number"], one["on"]) for one in events(sent, "region_filed")] == [
        ("7/1234", "2026-11-23"),
        ("", ""),
        ("77-вх", ""),
    ]
    assert mail_states(sent)[-3:] == [("region_reply", "handled")] * 3
    assert [entry.state for entry in register(sent)] == ["sent"]


def test_a_return_by_the_region_is_made_anew_by_one_tap(sent: Stage) -> None:
    words = "Возвращаем на доработку: не указан срок уборки."
    subject = "Ответ по исх. № 01-12/1"
    (told,) = region(sent, words, "16:50", sender="ivanova@region.example", subject=subject)
    assert "Область вернула ответ" in told
    assert (the_case(sent).state, the_case(sent).step) == ("aside", "send")
    asked = sent.mails(dispatcher.address)[-1]
    assert words in " ".join(text_of(asked).split())
    sent.post.deliver(OURS, press(dispatcher, asked, "Готовить новый ответ", at(sent, "16:52")))
    sent.play(at(sent, "16:53"))

    assert (the_case(sent).state, the_case(sent).step) == ("open", "draft")
    rework = sent.mails(head.address)[-1]
    assert "не указан срок уборки" in text_of(rework)
    assert [one.get("by") for one in events(sent, "returned")] == ["region"]
    assert [entry.state for entry in register(sent)] == ["sent"], "it was sent all the same"
    assert copies(sent) == [1, 1]


def test_strangers_and_other_mailboxes_of_a_public_domain_are_no_region(sent: Stage) -> None:
    words, subject = "Возвращаем на доработку: плохо", "Re: исх. № 01-12/1"
    for serial, sender in enumerate(("x@evil.example", "someone@gmail.com")):
        told = region(sent, words, f"16:5{serial}", sender=sender, subject=subject, serial=serial)
        assert not any("вернула" in one for one in told)
        assert mail_states(sent)[-1] == ("reply", "aside")
    assert the_case(sent).state == "closed"
    # A new message of the region opens its own case, whatever number its subject bears.
    message = (
        "Дата и время: 23.11.2026 16:30\r\nЗаявитель: Небывалов Олег Игнатьевич\r\n"
        "Телефон: 8-900-000-00-09\r\nАдрес: пгт Тяжинский, ул. Новая, д. 9\r\n"
        "Текст: Просим доработать освещение, темно. Верните фонари на улицу Новую."
    )
    region(sent, message, "16:55", subject="Сообщение № 01-12/1", serial=9)
    assert the_case(sent).state == "closed"
    assert the_case(sent, "2026-000002").step in {"route", "draft"}


def test_what_came_back_is_sent_again_to_that_address_alone(sent: Stage) -> None:
    (copy,) = sent.post.mailbox(SECOND)
    sent.post.deliver(OURS, bounce(SECOND, copy))
    sent.play(at(sent, "16:50"))
    asked = sent.mails(dispatcher.address)[-1]
    assert "такого почтового ящика нет (5.1.1)" in text_of(asked)
    assert "user unknown in table" in text_of(asked)
    sent.post.deliver(OURS, press(dispatcher, asked, "Отправить ещё раз", at(sent, "16:52")))
    sent.play(at(sent, "16:53"))

    assert copies(sent) == [1, 2]
    assert states(sent) == dict.fromkeys(REGION, "accepted")
    assert the_case(sent).state == "closed"
    assert [entry.state for entry in register(sent)] == ["sent"]
    assert len(register(sent)) == 1
    assert [one["recipients"] for one in events(sent, "sent_again")] == [[SECOND]]


def test_a_silent_dispatcher_is_reminded_of_what_came_back_and_her_superior_hears(
    sent: Stage,
) -> None:
    (copy,) = sent.post.mailbox(SECOND)
    sent.post.deliver(OURS, bounce(SECOND, copy))
    after_term = sent.desk.local(the_case(sent).term) + timedelta(hours=2)
    sent.play(after_term)
    case = the_case(sent)
    assert (case.state, case.actor) == ("aside", sent.desk.office.roles.dispatcher)
    asked = next(one for one in sent.mails(dispatcher.address)[::-1] if buttons_of(one))
    assert case.due == after_term + timedelta(hours=1)
    known = {one: len(sent.mails(one)) for one in (dispatcher.address, CURATOR, CENTRE)}

    def heard(minutes: int) -> list[int]:
        sent.play(after_term + timedelta(minutes=minutes))
        return [len(sent.mails(one)) - before for one, before in known.items()]

    assert heard(44) == [0, 0, 0]
    assert heard(45) == [1, 0, 0]
    assert "Напоминаем" in text_of(sent.mails(dispatcher.address)[-1])
    assert heard(60) == [2, 1, 0]
    assert "Письменнова" in text_of(sent.mails(CURATOR)[-1])
    assert heard(90) == heard(119) == [2, 1, 1]

    # Her word gives the step back to the service.
    sent.post.deliver(OURS, press(dispatcher, asked, "Отправить ещё раз", after_term))
    sent.play(after_term + timedelta(minutes=121))
    assert (the_case(sent).state, the_case(sent).actor) == ("closed", None)


@pytest.mark.parametrize("changes", [{"mail.trust": TRUST}], indirect=True)
def test_a_forged_return_marks_nothing_and_one_that_knows_the_attempt_does(sent: Stage) -> None:
    (copy,) = sent.post.mailbox(SECOND)
    without = b"\r\n".join(
        line for line in copy.split(b"\r\n") if not line.lower().startswith(b"x-letter-id")
    )
    told = len(sent.mails(dispatcher.address))
    for serial in (1, 2):
        forged = bounce(SECOND, without, writer="evil.example", serial=serial)
        sent.post.deliver(OURS, forged)
        sent.play(at(sent, f"16:5{serial}"))
    assert states(sent) == dict.fromkeys(REGION, "accepted")
    assert the_case(sent).state == "closed"
    assert [entry.state for entry in register(sent)] == ["sent"]
    (looked_at,) = sent.mails(dispatcher.address)[told:]
    assert "в деле ничего не изменено" in text_of(looked_at)
    assert kinds(sent).count("bounce_unproven") == 2

    sent.post.deliver(OURS, bounce(SECOND, copy, serial=3))
    sent.play(at(sent, "16:55"))
    assert states(sent) == {FIRST: "accepted", SECOND: "refused"}
    assert the_case(sent).state == "aside"

    # A notice of delay that our server calls forged is noted, and nobody is alarmed.
    (first,) = sent.post.mailbox(FIRST)
    late = bounce(FIRST, first, serial=4).replace(
        b"Action: failed\r\nStatus: 5.1.1", b"Action: delayed"
    )
    sent.post.deliver(OURS, FAIL + late)
    sent.play(sent.desk.local(the_case(sent).term) - timedelta(minutes=30))
    assert kinds(sent).count("delayed") == 1
    assert not any("задерживается" in one for one in subjects(sent, dispatcher.address))


def test_a_letter_that_is_late_on_its_way_is_told_of_before_its_term(sent: Stage) -> None:
    (copy,) = sent.post.mailbox(SECOND)
    late = bounce(SECOND, copy).replace(b"Action: failed\r\nStatus: 5.1.1", b"Action: delayed")
    told = len(sent.mails(dispatcher.address))
    sent.post.deliver(OURS, late)
    sent.play(at(sent, "16:50"))
    assert the_case(sent).state == "closed"
    assert [one["recipients"] for one in events(sent, "delayed")] == [[SECOND]]
    assert len(sent.mails(dispatcher.address)) == told
    near = sent.desk.local(the_case(sent).term)
    sent.play(near.replace(hour=near.hour - 1))
    (warned,) = sent.mails(dispatcher.address)[told:]
    assert "задерживается в пути" in warned["Subject"]
    assert SECOND in text_of(warned)


@pytest.mark.parametrize("changes", [{"mail.trust": TRUST}], indirect=True)
def test_an_unproven_return_by_the_region_opens_nothing_but_by_the_dispatchers_word(
    sent: Stage,
) -> None:
    words = "Возвращаем на доработку: не указан срок уборки."
    subject = "Ответ по исх. № 01-12/1"
    (told,) = region(sent, words, "16:50", subject=subject)
    asked = sent.mails(dispatcher.address)[-1]
    assert "Не подтверждено" in told
    assert "Отправитель не подтверждён" in text_of(asked)
    assert words in text_of(asked)
    for serial in (2, 3):
        assert region(sent, words, f"16:5{serial}", subject=subject, serial=serial) == []
    assert (the_case(sent).state, the_case(sent).step) == ("closed", "close")
    assert kinds(sent).count("region_unproven") == 3

    server = TRUST["authserv_id"]
    proof = (
        f"Authentication-Results: {server}; dmarc=pass header.from=okrug.example\r\n"
        f"Received: from pc by {server} with ESMTPS id 1; x\r\n"
    )
    tap = press(dispatcher, asked, "Готовить новый ответ", at(sent, "16:56"))
    sent.post.deliver(OURS, proof.encode() + tap)
    sent.play(at(sent, "16:56"))
    assert (the_case(sent).state, the_case(sent).step) == ("open", "draft")

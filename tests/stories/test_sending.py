"""The letter leaves: what each answer of the mail servers does to register, folder and people."""

from __future__ import annotations

import os
import time
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from mcu_mail.documents.folder import Folder
from mcu_mail.documents.office import find_soffice
from mcu_mail.documents.readback import read_pdf
from mcu_mail.mail.wording import SEPARATOR
from mcu_mail.rehearsal.people import html_of, text_of
from mcu_mail.reports import board
from tests.peers.post import BOUNCING
from tests.stories.signed_letter import (
    NUMBER,
    OURS,
    REGION,
    Prepared,
    at,
    attached,
    bounce,
    copies,
    deputy,
    dispatcher,
    faulty,
    head,
    kinds,
    letter_out,
    listing,
    register,
    states,
    subjects,
    tell,
    texts,
    the_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice
    from mcu_mail.rehearsal.stage import Stage
    from tests.peers.post import RealPostOffice

FIRST, SECOND = REGION


on_both = pytest.mark.parametrize(
    "either_post",
    ["post_office", pytest.param("real_post", marks=pytest.mark.peers)],
    indirect=True,
)


@pytest.fixture
def either_post(request: pytest.FixtureRequest) -> PostOffice | RealPostOffice:
    """The embedded post office, or the one a story asks for."""
    office: PostOffice | RealPostOffice = request.getfixturevalue(
        getattr(request, "param", "post_office")
    )
    return office


@pytest.fixture
def stage(
    waiting_letter: Prepared, tmp_path: Path, either_post: PostOffice | RealPostOffice
) -> Iterator[Stage]:
    """An office in which one letter waits for the head."""
    stage = waiting_letter.on(tmp_path / "office", either_post)
    with stage.opened():
        yield stage


@pytest.fixture
def signed(stage: Stage, waiting_letter: Prepared) -> Stage:
    """The same, with the scan in «Подписано» and nothing played yet."""
    stage.drop("Scan0001.pdf", waiting_letter.scan)
    return stage


def journal_row(stage: Stage) -> dict[str, object]:
    with stage.desk.store.view() as view:
        (row,) = board.journal(view, stage.desk.zone, 2026)["entries"]
    return dict(row)


def is_bad(stage: Stage, when: str) -> bool:
    with stage.desk.store.view() as view:
        return board.is_bad(view, at(stage, when))


def questions(stage: Stage) -> list[str]:
    """The subjects of what the dispatcher was asked or told."""
    return subjects(stage, dispatcher.address)


@on_both
def test_accepted_by_both_addresses_is_sent_registered_and_filed(signed: Stage) -> None:
    assert signed.play(at(signed, "16:40")) == ()

    assert states(signed) == dict.fromkeys(REGION, "accepted")
    assert copies(signed) == [1, 1]
    row = journal_row(signed)
    assert row["number"] == "01-12/1"
    assert row["state"] == "sent"
    assert row["sent_at"] == "2026-11-23T16:40:00+07:00"
    assert row["recipients"] == [
        {"address": one, "state": "accepted", "at": "2026-11-23T16:40:00+07:00"} for one in REGION
    ]
    assert listing(signed, Folder.TO_SIGN) == []
    assert listing(signed, Folder.SIGNED) == []
    assert listing(signed, Folder.REFUSED) == []
    assert listing(signed, "Отправлено/2026") == [
        f"{NUMBER} Ответ.docx",
        f"{NUMBER} Ответ.pdf",
        f"{NUMBER} Подтверждение отправки.pdf",
        f"{NUMBER} Скан.pdf",
    ]
    proof = signed.desk.folders.base / "Отправлено/2026" / f"{NUMBER} Подтверждение отправки.pdf"
    words = read_pdf(proof.read_bytes())
    assert not words.lacks([FIRST, SECOND, "01-12/1", "23.11.2026 16:40", "принято"])
    for person in (head, dispatcher):
        assert sum("Отправлено, № 01-12/1" in one for one in subjects(signed, person.address)) == 1
    assert subjects(signed, deputy.address) == []
    assert the_case(signed).state.value == "closed"
    assert not is_bad(signed, "16:40")


def test_a_second_pass_sends_nothing_again(signed: Stage) -> None:
    signed.play(at(signed, "16:40"))
    told = len(signed.mails(dispatcher.address))

    for moment in ("16:40", "16:41", "17:00", "18:30"):
        assert signed.play(at(signed, moment)) == ()

    assert copies(signed) == [1, 1]
    assert len(signed.mails(dispatcher.address)) == told
    assert len(register(signed)) == 1


def test_the_letter_to_the_region_holds_nothing_of_ours_but_the_letter(signed: Stage) -> None:
    signed.play(at(signed, "16:40"))

    (first,), (second,) = (signed.mails(address) for address in REGION)
    for mail in (first, second):
        assert [one.addr_spec for one in mail["To"].addresses] == list(REGION)
        assert mail["Cc"] is None
        assert mail["Bcc"] is None
        assert str(mail["From"].addresses[0].addr_spec) == OURS
        whole = text_of(mail) + html_of(mail)
        assert SEPARATOR not in whole
        assert "Код:" not in whole
        assert "mailto:" not in whole.replace(f"mailto:{OURS}", "")
        assert "[МЦУ" not in str(mail["Subject"])
        assert mail["Auto-Submitted"] is None
    assert list(attached(first)) == ["Ответ 01-12-1.pdf", "Ответ 01-12-1.docx"]
    assert attached(first) == attached(second)
    kept = signed.desk.folders.base / "Отправлено/2026"
    assert attached(first)["Ответ 01-12-1.pdf"] == (kept / f"{NUMBER} Ответ.pdf").read_bytes()
    assert attached(first)["Ответ 01-12-1.docx"] == (kept / f"{NUMBER} Ответ.docx").read_bytes()


@pytest.mark.office
def test_the_region_gets_pdf_and_doc_where_libreoffice_is(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    if find_soffice() is None and "MCU_MAIL_REQUIRE_PEERS" not in os.environ:
        pytest.skip("LibreOffice is not installed")
    stage = waiting_letter.on(tmp_path / "office", post_office, {"letters.engine": "auto"})
    with stage.opened():
        stage.drop("скан.pdf", waiting_letter.scan)
        stage.play(at(stage, "16:40"))
        files = attached(stage.mails(SECOND)[0])
        assert list(files) == ["Ответ 01-12-1.pdf", "Ответ 01-12-1.doc"]
        assert files["Ответ 01-12-1.doc"].startswith(b"\xd0\xcf\x11\xe0"), "a real Word file"
        assert f"{NUMBER} Ответ.doc" in listing(stage, "Отправлено/2026")


@on_both
def test_the_witness_copy_is_filed_and_opens_nothing(signed: Stage) -> None:
    signed.play(at(signed, "16:40"))
    signed.play(at(signed, "16:41"))

    (witness,) = signed.post.mailbox(OURS, "МЦУ/Прочее")
    assert message_from_bytes(witness, policy=default)["X-Letter-Id"].startswith(f"{NUMBER}-1-")
    assert signed.post.mailbox(OURS) == []
    with signed.desk.store.view() as view:
        assert view.cases.by_number("2026-000002") is None
        assert view.mails.get(4).kind == "witness"
    assert letter_out(signed).witnessed_at is not None
    assert OURS not in states(signed)


@on_both
def test_one_refusal_asks_the_dispatcher_and_repeats_nothing(signed: Stage) -> None:
    faulty(signed).refuse(SECOND, 550, "5.1.1 no such user")
    signed.play(at(signed, "16:40"))

    assert copies(signed) == [1, 0]
    assert states(signed) == {FIRST: "accepted", SECOND: "refused"}
    assert the_case(signed).state.value == "aside"
    assert is_bad(signed, "16:40")
    assert journal_row(signed)["state"] == "registered"
    asked = [mail for mail in signed.mails(dispatcher.address) if "не принял" in mail["Subject"]]
    assert len(asked) == 1
    words = texts(signed, dispatcher.address)
    assert "no such user" in words
    assert f"{FIRST}: принято" in words

    for moment in ("16:45", "17:30"):
        signed.play(at(signed, moment))
    assert copies(signed) == [1, 0]
    assert sum("не принял" in one for one in questions(signed)) == 1
    assert listing(signed, "Отправлено/2026") == [f"{NUMBER} Скан.pdf"]

    tell(signed, dispatcher, asked[0], "Отправлено вручную 17:58", "17:59")
    signed.play(at(signed, "18:00"))
    assert the_case(signed).state.value == "closed"
    assert not is_bad(signed, "18:00")
    row = journal_row(signed)
    assert row["state"] == "sent"
    assert row["sent_at"] == "2026-11-23T17:58:00+07:00"
    assert f"{NUMBER} Подтверждение отправки.pdf" in listing(signed, "Отправлено/2026")
    assert listing(signed, Folder.TO_SIGN) == []
    assert copies(signed) == [1, 0]


def test_a_refusal_can_be_closed_with_a_reason_but_not_without(signed: Stage) -> None:
    faulty(signed).refuse(FIRST, 554, "5.7.1 refused")
    signed.play(at(signed, "16:40"))
    asked = signed.mails(dispatcher.address)[-1]

    tell(signed, dispatcher, asked, "Закрыть", "16:50")
    signed.play(at(signed, "16:51"))
    assert the_case(signed).state.value == "aside"

    tell(signed, dispatcher, asked, "Закрыть: регион получил по второму адресу", "16:55")
    signed.play(at(signed, "16:56"))
    assert the_case(signed).state.value == "closed"
    row = journal_row(signed)
    assert row["state"] == "sent"
    assert row["sent_at"] == "2026-11-23T16:40:00+07:00"
    assert copies(signed) == [0, 1]


def test_refused_by_both_and_closed_stays_unsent_in_the_register(signed: Stage) -> None:
    for address in REGION:
        faulty(signed).refuse(address, 550, "5.1.1 no such user")
    signed.play(at(signed, "16:40"))
    asked = signed.mails(dispatcher.address)[-1]
    assert sum("не принял" in one for one in questions(signed)) == 1

    tell(signed, dispatcher, asked, "Закрыть: вручим нарочно", "16:50")
    signed.play(at(signed, "16:51"))

    assert the_case(signed).state.value == "closed"
    assert journal_row(signed)["state"] == "registered"
    assert journal_row(signed)["sent_at"] is None
    assert copies(signed) == [0, 0]
    assert signed.post.mailbox(OURS, "МЦУ/Прочее") == []


@on_both
def test_deferred_then_accepted_reaches_each_address_exactly_once(signed: Stage) -> None:
    faulty(signed).refuse(SECOND, 450, "4.2.1 greylisted", times=2)
    signed.play(at(signed, "16:40"))
    assert copies(signed) == [1, 0]
    assert states(signed) == {FIRST: "accepted", SECOND: "deferred"}
    assert the_case(signed).state.value == "waiting"
    assert not is_bad(signed, "16:40")

    signed.play(at(signed, "16:40"))
    assert copies(signed) == [1, 0]
    for moment in ("16:41", "16:43", "16:48", "17:00"):
        signed.play(at(signed, moment))

    assert copies(signed) == [1, 1]
    assert states(signed) == dict.fromkeys(REGION, "accepted")
    assert journal_row(signed)["sent_at"] == "2026-11-23T16:43:00+07:00"
    assert the_case(signed).state.value == "closed"
    assert not any("не принял" in one or "не уходит" in one for one in questions(signed))


def test_deferred_until_the_term_is_told_once_and_tried_on(signed: Stage) -> None:
    for address in REGION:
        faulty(signed).refuse(address, 451, "4.7.1 try again later")
    for moment in ("16:40", "16:45", "17:30"):
        signed.play(at(signed, moment))
    assert not any("не уходит" in one for one in questions(signed))
    assert copies(signed) == [0, 0]
    assert signed.post.mailbox(OURS, "МЦУ/Прочее") == [], "nobody was accepted: no copy for us"

    for moment in ("2026-11-24 08:20", "2026-11-24 08:50", "2026-11-24 09:30"):
        signed.play(moment)
    assert sum("не уходит" in one for one in questions(signed)) == 1
    assert "try again later" in texts(signed, dispatcher.address)
    assert states(signed) == dict.fromkeys(REGION, "deferred")

    for address in REGION:
        faulty(signed).accept(address)
    signed.play("2026-11-24 10:30")
    assert copies(signed) == [1, 1]
    assert journal_row(signed)["state"] == "sent"
    with signed.desk.store.view() as view:
        (sent,) = (one for one in view.journal.of_case(1) if one.kind == "sent")
    assert sent.data["late"] is True
    assert sum("не уходит" in one for one in questions(signed)) == 1


def test_a_scan_after_the_term_goes_at_once_and_no_server_is_blamed(
    waiting_letter: Prepared, tmp_path: Path, either_post: PostOffice | RealPostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", either_post)
    with stage.opened():
        stage.drop("скан.pdf", waiting_letter.scan)
        stage.play("2026-11-24 09:00")
        assert copies(stage) == [1, 1]
        assert not any("не уходит" in one for one in questions(stage))


def test_deferred_past_the_term_can_be_ended_by_the_dispatchers_word(signed: Stage) -> None:
    faulty(signed).refuse(FIRST, 451, "4.7.1 try again later")
    signed.play(at(signed, "16:40"))
    signed.play("2026-11-24 08:20")
    (asked,) = (mail for mail in signed.mails(dispatcher.address) if "не уходит" in mail["Subject"])
    tell(signed, dispatcher, asked, "Отправлено вручную 08:25", "17:00")
    signed.play("2026-11-24 08:26")
    assert the_case(signed).state.value == "closed"

    faulty(signed).accept(FIRST)
    signed.play("2026-11-24 10:00")

    assert copies(signed) == [0, 1], "what a person has sent is not sent again"
    assert journal_row(signed)["state"] == "sent"


def test_a_disabled_address_gets_nothing(
    waiting_letter: Prepared, tmp_path: Path, either_post: PostOffice | RealPostOffice
) -> None:
    rows = [{"address": FIRST, "enabled": False}, {"address": SECOND, "enabled": True}]
    stage = waiting_letter.on(
        tmp_path / "office", either_post, {"tracks.governor.recipients": rows}
    )
    with stage.opened():
        stage.drop("скан.pdf", waiting_letter.scan)
        stage.play(at(stage, "16:40"))
        assert copies(stage) == [0, 1]
        assert states(stage) == {SECOND: "accepted"}
        assert journal_row(stage)["state"] == "sent"
        assert FIRST not in str(stage.mails(SECOND)[0]["To"])


def test_a_forged_letter_id_does_nothing(signed: Stage) -> None:
    for address in REGION:
        faulty(signed).refuse(address, 450, "4.2.1 later")
    signed.play(at(signed, "16:40"))
    real = letter_out(signed).letter_id
    for serial, forged in enumerate((
        f"{NUMBER}-1-AAAAAAAAAAAAAAAA.1",
        f"{real}",
        f"{real}.99",
        "",
    )):
        raw = (
            f"From: {OURS}\r\nTo: {OURS}\r\nSubject: copy\r\n"
            f"Message-ID: <f{serial}@evil.example>\r\nX-Letter-Id: {forged}\r\n\r\nletter\r\n"
        )
        signed.post.deliver(OURS, raw.encode())
    signed.play(at(signed, "16:40"))

    assert states(signed) == dict.fromkeys(REGION, "deferred")
    assert letter_out(signed).witnessed_at is None
    assert journal_row(signed)["state"] == "registered"


def test_a_bounce_of_a_sent_letter_reopens_its_sending(signed: Stage) -> None:
    signed.play(at(signed, "16:40"))
    (copy,) = signed.post.mailbox(SECOND)
    signed.post.deliver(OURS, bounce(SECOND, copy))
    signed.play(at(signed, "16:50"))

    case = the_case(signed)
    assert (case.state.value, case.step) == ("aside", "send")
    assert is_bad(signed, "16:50")
    assert states(signed) == {FIRST: "accepted", SECOND: "refused"}
    assert journal_row(signed)["state"] == "registered"
    (asked,) = (mail for mail in signed.mails(dispatcher.address) if "вернулось" in mail["Subject"])
    assert "user unknown in table" in texts(signed, dispatcher.address)

    signed.play(at(signed, "17:10"))
    assert copies(signed) == [1, 1], "a person decides; nothing is sent again by itself"

    tell(signed, dispatcher, asked, "Отправлено вручную 17:20", "17:21")
    signed.play(at(signed, "17:22"))
    assert the_case(signed).state.value == "closed"
    assert journal_row(signed)["state"] == "sent"
    assert len(register(signed)) == 1


@pytest.mark.peers
def test_a_real_bounce_reopens_the_sending(
    waiting_letter: Prepared, tmp_path: Path, real_post: RealPostOffice
) -> None:
    lost = f"priem@{BOUNCING}"
    rows = [{"address": FIRST, "enabled": True}, {"address": lost, "enabled": True}]
    stage = waiting_letter.on(tmp_path / "office", real_post, {"tracks.governor.recipients": rows})
    with stage.opened():
        stage.drop("скан.pdf", waiting_letter.scan)
        stage.play(at(stage, "16:40"))
        folders = ("INBOX", "МЦУ/Обработано")
        wait_for(
            lambda: any(
                b"multipart/report" in one
                for folder in folders
                for one in real_post.mailbox(OURS, folder)
            )
        )
        stage.play(at(stage, "16:45"))

        assert states(stage) == {FIRST: "accepted", lost: "refused"}
        assert the_case(stage).state.value == "aside"
        assert journal_row(stage)["state"] == "registered"
        assert sum("вернулось" in one for one in questions(stage)) == 1
        assert len(stage.mails(FIRST)) == 1


def wait_for(done: Callable[[], bool]) -> None:
    """What another process does takes its time."""
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_bounce_of_a_request_is_told_to_the_dispatcher(stage: Stage) -> None:
    with stage.desk.store.view() as view:
        asked = next(
            one for one in view.queue.of_case(1) if one.addressees[0].address == deputy.address
        )
    stage.post.deliver(OURS, bounce(deputy.address, stage.desk.store.files.get(asked.raw)))
    stage.play(at(stage, "13:30"))

    assert sum("вернулось" in one for one in questions(stage)) == 1
    assert deputy.address in texts(stage, dispatcher.address)
    assert the_case(stage).step == "sign"
    assert "bounced" in kinds(stage)


def test_a_request_refused_at_the_door_is_told_to_the_dispatcher(
    waiting_letter: Prepared, tmp_path: Path, either_post: PostOffice | RealPostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", either_post)
    with stage.opened():
        either_post.refuse("kanc@okrug.example", 550, "5.2.1 mailbox disabled")
        stage.play(at(stage, "17:16"))
        assert any("вернулось" in one for one in questions(stage))
        assert "mailbox disabled" in texts(stage, dispatcher.address)


def test_the_regions_answer_to_a_letter_comes_to_the_dispatcher(signed: Stage) -> None:
    signed.play(at(signed, "16:40"))
    (copy,) = signed.mails(SECOND)
    raw = (
        f"From: press@region.example\r\nTo: {OURS}\r\nSubject: Re: {NUMBER}\r\n"
        f"Message-ID: <r1@region.example>\r\nIn-Reply-To: {copy['Message-ID']}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nПросим уточнить срок уборки.\r\n"
    )
    signed.post.deliver(OURS, raw.encode())
    signed.play(at(signed, "16:50"))

    assert the_case(signed).state.value == "aside"
    assert journal_row(signed)["state"] == "sent", "the letter has been sent all the same"
    (asked,) = (mail for mail in signed.mails(dispatcher.address) if "ответил" in mail["Subject"])
    assert "Просим уточнить срок уборки" in texts(signed, dispatcher.address)
    tell(signed, dispatcher, asked, "Закрыть: уточнили по телефону", "17:00")
    signed.play(at(signed, "17:01"))
    assert the_case(signed).state.value == "closed"
    assert copies(signed) == [1, 1]

"""A power cut at 17:50: what a person has sent meanwhile is sent by nobody else, and nothing stays.

The letter is registered while the outgoing server is away; at 18:20 the service is back.
"""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import TYPE_CHECKING

import pytest

from mcu_mail.documents.folder import Folder
from mcu_mail.failpoints import armed
from mcu_mail.rehearsal.people import fresh_mail, press, text_of
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.retrying import retry, waiting
from mcu_mail.service.rounds import Rounds
from tests.stories.signed_letter import (
    NUMBER,
    OURS,
    PASSWORD,
    REGION,
    Prepared,
    at,
    clerk,
    copies,
    dispatcher,
    kinds,
    letter_out,
    listing,
    mail_states,
    register,
    states,
    subjects,
    tell,
    texts,
    the_case,
)
from tests.stories.test_sending_faults import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mcu_mail.rehearsal.people import Writer
    from mcu_mail.rehearsal.postoffice import PostOffice

FIRST, SECOND = REGION
ASKED = "Отправлен ли ответ вручную?"
SET = f"{Folder.READY}/{NUMBER}"
FILES = ["Как отправить.txt", "Ответ 01-12-1.docx", "Ответ 01-12-1.pdf"]


class Evening:
    """An office whose letter was ready at 17:45 and could not leave."""

    def __init__(self, waiting: Prepared, folder: Path, post: PostOffice) -> None:
        self.folder, self.post, self.changes = folder, post, dict(waiting.changes)
        away = {"mail.smtp.port": free_port(), "letters.word_format": "docx"}
        stage = waiting.on(folder, post, away)
        stage.drop("Scan0001.pdf", waiting.scan)
        with stage.opened():
            stage.play(at(stage, "17:45"))
            assert states(stage) == dict.fromkeys(REGION, "deferred")

    def back(self, changes: Mapping[str, object] | None = None) -> Stage:
        """The office when the power is back."""
        return Stage(self.folder, self.post, PASSWORD, {**self.changes, **(changes or {})})


@pytest.fixture
def evening(waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice) -> Evening:
    return Evening(waiting_letter, tmp_path / "office", post_office)


def questions(stage: Stage, person: Writer) -> list[EmailMessage]:
    return [one for one in stage.mails(person.address) if ASKED in str(one["Subject"])]


def by_hand(
    stage: Stage,
    files: Sequence[tuple[str, bytes]],
    *,
    to: Sequence[str] = REGION,
    cc: str = OURS,
    sender: str = clerk.address,
    subject: str = "Ответ на сообщение",
    serial: int = 1,
) -> bytes:
    """What the clerk has sent to the region from her own mail program at 17:58."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(to), subject
    if cc:
        mail["Cc"] = cc
    mail["Date"] = at(stage, "17:58").strftime("%a, %d %b %Y %H:%M:%S %z")
    mail["Message-ID"] = f"<own.{serial}@pc.example>"
    mail.set_content("Направляем ответ на сообщение.")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes(policy=SMTP)


def ready(stage: Stage) -> dict[str, bytes]:
    """The set on the share."""
    place = stage.desk.folders.base / SET
    return {name: (place / name).read_bytes() for name in listing(stage, SET)}


def test_what_is_late_is_asked_about_first_and_goes_when_nobody_answers(evening: Evening) -> None:
    stage = evening.back()
    with stage.opened():
        for moment in ("18:20", "18:34"):
            stage.play(at(stage, moment))
            assert copies(stage) == [0, 0]
        for person in (dispatcher, clerk):
            (mail,) = questions(stage, person)
            words = text_of(mail)
            assert "с 17:45 до 18:20" in words
            assert "до 18:00" in words
            assert "сам" in words
            assert "18:35" in words
        assert not any("не уходит" in one for one in subjects(stage, dispatcher.address))
        stage.play(at(stage, "18:36"))
        assert copies(stage) == [1, 1]
        assert register(stage)[0].state == "sent"
        assert listing(stage, Folder.READY) == []


def test_the_button_sends_it_at_once_and_both_questions_are_over(evening: Evening) -> None:
    stage = evening.back()
    with stage.opened():
        stage.play(at(stage, "18:20"))
        (mail,) = questions(stage, clerk)
        evening.post.deliver(OURS, press(clerk, mail, "Отправить службой", at(stage, "18:22")))
        stage.play(at(stage, "18:23"))
        assert copies(stage) == [1, 1]
        (other,) = questions(stage, dispatcher)
        tell(stage, dispatcher, other, "Отправлено вручную 17:58", "18:24")
        stage.play(at(stage, "18:40"))
        assert copies(stage) == [1, 1]
        assert "send_now" in kinds(stage)


def test_the_answer_that_it_was_sent_by_hand_ends_it(evening: Evening) -> None:
    stage = evening.back()
    with stage.opened():
        stage.play(at(stage, "18:20"))
        tell(stage, clerk, questions(stage, clerk)[0], "Отправлено вручную 17:58", "18:22")
        stage.play(at(stage, "18:23"))
        stage.play(at(stage, "18:40"))
        assert copies(stage) == [0, 0]
        row = register(stage)[0]
        assert (row.state, row.sent_at) == ("sent", at(stage, "17:58"))
        assert the_case(stage).state.value == "closed"
        assert listing(stage, Folder.READY) == []


def test_a_copy_to_us_is_read_before_anything_is_sent_and_counts(evening: Evening) -> None:
    stage = evening.back()
    with stage.opened():
        files = [(name, content) for name, content in ready(stage).items() if "Ответ" in name]
        evening.post.deliver(OURS, by_hand(stage, files))
        stage.play(at(stage, "18:20"))
        stage.play(at(stage, "18:40"))
        assert copies(stage) == [0, 0]
        assert questions(stage, clerk) == []
        assert states(stage) == dict.fromkeys(REGION, "accepted")
        for item in letter_out(stage).addressees:
            assert item.at == at(stage, "17:58")
            assert "отправлено вручную 23.11.2026 в 17:58" in (item.answer or "")
        assert register(stage)[0].sent_at == at(stage, "17:58")
        assert ("hand_copy", "handled") in mail_states(stage)
        assert "hand_copy" in kinds(stage)
        assert f"{NUMBER} Подтверждение отправки.pdf" in listing(stage, "Отправлено/2026")
        assert listing(stage, Folder.READY) == []
        sent = [one for one in subjects(stage, dispatcher.address) if "Отправлено, №" in one]
        assert len(sent) == 1


def test_a_copy_that_names_one_address_settles_that_one_alone(evening: Evening) -> None:
    stage = evening.back()
    with stage.opened():
        pdf = ready(stage)["Ответ 01-12-1.pdf"]
        # Renamed, so that only its bytes tell; the number does not stand in the subject.
        evening.post.deliver(OURS, by_hand(stage, [("письмо.pdf", pdf)], to=[SECOND], cc=""))
        stage.play(at(stage, "18:20"))
        assert states(stage) == {FIRST: "deferred", SECOND: "accepted"}
        assert FIRST in text_of(questions(stage, clerk)[0])
        assert SECOND not in text_of(questions(stage, clerk)[0])
        note = ready(stage)["Как отправить.txt"].decode("utf-8-sig")
        assert f"Уже отправлено, сюда не нужно:\r\n– {SECOND}" in note
        stage.play(at(stage, "18:36"))
        assert copies(stage) == [1, 0]
        assert register(stage)[0].state == "sent"


@pytest.mark.parametrize(
    ("writer", "subject", "words"),
    [
        (clerk, NUMBER, "Отправлено вручную 17:58"),
        (dispatcher, "Письмо № 01-12/1", "Добрый вечер!\nОтправила сама в 17:58, света не было."),
    ],
    ids=["the clerk by the case", "the dispatcher by the number"],
)
def test_a_word_without_a_code_counts_when_it_names_the_letter(
    evening: Evening, writer: Writer, subject: str, words: str
) -> None:
    stage = evening.back()
    with stage.opened():
        evening.post.deliver(OURS, fresh_mail(writer, OURS, subject, words, at(stage, "17:59")))
        stage.play(at(stage, "18:20"))
        stage.play(at(stage, "18:40"))
        assert copies(stage) == [0, 0]
        assert questions(stage, clerk) == []
        assert register(stage)[0].sent_at == at(stage, "17:58")
        assert "отправлено вручную" in texts(stage, writer.address)


def test_what_proves_nothing_settles_nothing(evening: Evening) -> None:
    stage = evening.back()
    with stage.opened():
        ours = [("Ответ 01-12-1.pdf", ready(stage)["Ответ 01-12-1.pdf"])]
        unnamed = fresh_mail(clerk, OURS, "Вечер", "Отправлено вручную 17:58", at(stage, "17:59"))
        for raw in (
            by_hand(stage, ours, sender="a@evil.example", serial=1),
            by_hand(stage, [], subject="Дошло ли письмо № 01-12/1?", serial=2),
            by_hand(stage, ours, to=["sosed@okrug.example"], serial=3),
            by_hand(stage, [("смета.xlsx", b"x")], subject="О письме № 01-12/12", serial=4),
            unnamed,
        ):
            evening.post.deliver(OURS, raw)
        stage.play(at(stage, "18:20"))
        assert states(stage) == dict.fromkeys(REGION, "deferred")
        assert "hand_copy" not in kinds(stage)
        stage.play(at(stage, "18:36"))
        assert copies(stage) == [1, 1]


def test_a_copy_that_nobody_vouches_for_is_asked_about(evening: Evening) -> None:
    trust = {"authserv_id": "mail.okrug.example", "accept": ["dmarc"], "unproven": "confirm"}
    stage = evening.back({"mail.trust": trust})
    with stage.opened():
        pdf = ready(stage)["Ответ 01-12-1.pdf"]
        evening.post.deliver(OURS, by_hand(stage, [("Ответ 01-12-1.pdf", pdf)]))
        stage.play(at(stage, "17:59"))
        assert copies(stage) == [0, 0]
        assert "не подтвердил" in text_of(questions(stage, dispatcher)[0])
        # A flood in her name holds the letter no longer than one wait.
        evening.post.deliver(OURS, by_hand(stage, [("Ответ 01-12-1.pdf", pdf + b" ")], serial=2))
        stage.play(at(stage, "18:13"))
        assert len(questions(stage, dispatcher)) == 1
        stage.play(at(stage, "18:15"))
        assert copies(stage) == [1, 1]


def test_the_clerk_may_have_sent_her_own_scan_before_it_was_registered(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        stage.drop("Scan0001.pdf", waiting_letter.scan)
        raw = by_hand(stage, [("SKM_C250i26112317550.pdf", waiting_letter.scan)])
        post_office.deliver(OURS, raw)
        stage.play(at(stage, "18:20"))
        stage.play(at(stage, "18:40"))
        assert copies(stage) == [0, 0]
        assert (register(stage)[0].state, register(stage)[0].number) == ("sent", "01-12/1")


def test_a_copy_that_was_set_aside_counts_when_it_is_taken_up_again(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office, {"mail.read_mb": 1})
    with stage.opened():
        scan = ("SKM_C250i26112317550.pdf", waiting_letter.scan)
        post_office.deliver(OURS, by_hand(stage, [scan, ("photo.raw", bytes(1_000_000))]))
        stage.play(at(stage, "18:20"))
        assert ("too_large", "aside") in mail_states(stage)
        (mail_id,) = waiting(stage.desk)
        assert retry(stage.desk, mail_id, at(stage, "18:25"), by="console").outcome == "handled"
        assert ("hand_copy", "handled") in mail_states(stage)
        stage.drop("Scan0001.pdf", waiting_letter.scan)
        stage.play(at(stage, "18:30"))
        stage.play(at(stage, "18:50"))
        assert copies(stage) == [0, 0]
        assert register(stage)[0].state == "sent"


def test_a_mailbox_that_cannot_be_read_holds_the_letter_for_one_wait(evening: Evening) -> None:
    stage = evening.back({"mail.imap.port": free_port()})
    with stage.opened():
        start = at(stage, "18:20")
        minutes = [0.0]
        rounds = Rounds(desk=stage.desk, played=True, ticks=lambda: minutes[0] * 60)
        rounds.start(start)
        asked, sent = {}, {}
        for minute in (0, 10, 14, 16, 30, 32):
            minutes[0] = float(minute)
            rounds.until_idle(start + timedelta(minutes=minute))
            asked[minute], sent[minute] = len(questions(stage, clerk)), copies(stage)
        assert asked == {0: 0, 10: 0, 14: 0, 16: 1, 30: 1, 32: 1}
        assert sent[30] == [0, 0]
        assert sent[32] == [1, 1]
        alarms = [one for one in subjects(stage, "it@okrug.example") if "не читается" in one]
        assert len(alarms) == 1, "what is wrong is told at once, not after the wait"


def test_the_set_says_how_to_send_and_keeps_what_is_the_clerks(evening: Evening) -> None:
    stage = evening.back()
    with stage.opened():
        files = ready(stage)
        assert sorted(files) == FILES
        note = files["Как отправить.txt"]
        assert note.startswith(b"\xef\xbb\xbf")
        assert note.count(b"\n") == note.count(b"\r\n")
        words = note.decode("utf-8-sig")
        for said in (*REGION, OURS, "№ 01-12/1", NUMBER, "Отправлено вручную 17:58", *FILES[1:]):
            assert said in words
        letter = message_from_bytes(
            stage.desk.store.files.get(letter_out(stage).raw), policy=default
        )
        assert str(letter["Subject"]) in words
        assert "Небывалова" not in words

        place = stage.desk.folders.base / SET
        (place / "Заметка.txt").write_text("не трогать", encoding="utf-8")
        (place / "Ответ 01-12-1.docx").write_bytes(b"changed by the clerk")
        # Half-way through, the share fails: the next start ends it.
        (place / "Как отправить.txt").unlink()
        evening.post.deliver(OURS, by_hand(stage, [("Ответ 01-12-1.pdf", files[FILES[2]])]))
        with armed("share.withdraw.after=EIO"):
            stage.play(at(stage, "18:00"))
        stage.play(at(stage, "18:05"))
        assert listing(stage, SET) == ["Заметка.txt", "Ответ 01-12-1.docx"]
        assert (place / "Ответ 01-12-1.docx").read_bytes() == b"changed by the clerk"


def test_a_set_lies_there_from_registration_on_and_goes_with_a_void(
    evening: Evening, waiting_letter: Prepared
) -> None:
    stage = evening.back({"mail.smtp.port": free_port()})
    with stage.opened():
        assert listing(stage, Folder.READY) == [NUMBER]
        stage.play(at(stage, "17:46"))
        today = (stage.desk.folders.base / "На подпись" / "Сегодня.txt").read_text("utf-8-sig")
        assert "«К отправке»" in today
        mail = fresh_mail(
            clerk,
            OURS,
            "Аннулировать № 01-12/1",
            "Аннулировать № 01-12/1: ошибка",
            at(stage, "17:47"),
        )
        evening.post.deliver(OURS, mail)
        stage.play(at(stage, "17:48"))
    stage = evening.back()
    with stage.opened():
        stage.play(at(stage, "17:49"))
        asked = stage.mails(clerk.address)[-1]
        tell(stage, clerk, asked, "да", "17:49")
        stage.play(at(stage, "17:50"))
        assert register(stage)[0].state in {"void", "sent"}
        assert listing(stage, Folder.READY) == []

"""An interim answer goes the whole way, its day becomes the term, and the full answer follows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import docx
import pytest

from mcu_mail.documents.folder import sent_folder
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import fresh_mail, press, reply
from mcu_mail.rehearsal.stage import Stage
from tests.stories.signed_letter import (
    DRAFT,
    NATIVE,
    NUMBER,
    OURS,
    PASSWORD,
    REGION,
    bounce,
    clerk,
    copies,
    deputy,
    dispatcher,
    faulty,
    head,
    kinds,
    listing,
    note_of,
    notice,
    register,
    subjects,
    texts,
    the_case,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice

WORDS = "Заявка передана подрядчику, щебень завезут до конца недели, затем дорогу выровняют."
INTERIM = f"Промежуточный ответ до 01.12.2026: {WORDS}\nСвязались: 23.11 11:20, по телефону"


@pytest.fixture(name="office")
def _office(tmp_path: Path, post_office: PostOffice) -> Stage:
    return Stage(tmp_path / "office", post_office, PASSWORD, NATIVE)


def agreed(stage: Stage, day: str, words: str) -> None:
    """The head drafts, the deputy agrees: the letter waits for its signature."""
    asked = stage.mails(head.address)[-1]
    stage.post.deliver(OURS, reply(head, asked, words, stage.moment(f"{day} 11:30")))
    stage.play(f"{day} 11:31")
    asked = stage.mails(deputy.address)[-1]
    stage.post.deliver(OURS, press(deputy, asked, "Согласовать", stage.moment(f"{day} 13:00")))
    stage.play(f"{day} 13:01")


def signed(stage: Stage, day: str) -> None:
    scan = sign_and_scan(stage.to_sign(NUMBER), grey=True, dpi=150)
    stage.drop(f"scan {day}.pdf", scan)
    stage.play(f"{day} 16:30")


def test_the_promised_day_is_approved_sent_and_becomes_the_term(office: Stage) -> None:
    with office.opened():
        office.post.deliver(OURS, notice(office, "2026-11-23 08:15"))
        office.play("2026-11-23 08:53")
        agreed(office, "2026-11-23", INTERIM)
        assert "промежуточный ответ" in texts(office, deputy.address)
        assert "до 01.12.2026" in texts(office, deputy.address)
        printed = docx.Document(
            io.BytesIO(
                (office.desk.folders.base / "На подпись" / f"{NUMBER} Ответ.docx").read_bytes()
            )
        )
        cells = [cell.text for table in printed.tables for row in table.rows for cell in row.cells]
        assert "Полный ответ будет направлен Вам до 01.12.2026." in cells

        signed(office, "2026-11-23")
        assert copies(office) == [1, 1]
        assert any("Промежуточный ответ на сообщение" in one for one in subjects(office, REGION[0]))
        case = the_case(office)
        assert (case.state, case.step) == ("open", "draft")
        assert office.desk.local(case.term).isoformat() == "2026-12-01T18:00:00+07:00"
        # What is promised by a day is not wanted, and nobody is late with it, before that day.
        assert case.due is not None
        assert f"{office.desk.local(case.due):%d.%m %H:%M}" == "01.12 13:30"
        assert "отправлен промежуточный ответ" in texts(office, head.address)
        assert [entry.state for entry in register(office)] == ["sent"]

        agreed(office, "2026-11-30", DRAFT.replace("23.11 11:20", "30.11 11:20"))
        signed(office, "2026-11-30")
        assert copies(office) == [2, 2]
        assert the_case(office).state == "closed"
        assert [entry.number for entry in register(office)] == ["01-12/1", "01-12/2"]
        assert kinds(office).count("sent") == 2
        filed = listing(office, sent_folder(2026))
        assert f"{NUMBER} Ответ (промежуточный).pdf" in filed
        assert f"{NUMBER} Ответ.pdf" in filed
        assert f"{NUMBER} Подтверждение отправки (промежуточный).pdf" in filed
        assert f"{NUMBER} Подтверждение отправки.pdf" in filed


def test_an_approver_who_mends_it_leaves_the_promise(office: Stage) -> None:
    with office.opened():
        office.post.deliver(OURS, notice(office, "2026-11-23 08:15"))
        office.play("2026-11-23 08:53")
        asked = office.mails(head.address)[-1]
        office.post.deliver(OURS, reply(head, asked, INTERIM, office.moment("2026-11-23 11:30")))
        office.play("2026-11-23 11:31")
        asked = office.mails(deputy.address)[-1]
        back = "На доработку: назовите улицу"
        office.post.deliver(OURS, reply(deputy, asked, back, office.moment("2026-11-23 12:00")))
        office.play("2026-11-23 12:01")
        again = INTERIM.replace("дорогу", "улицу Образцовую")
        asked = office.mails(head.address)[-1]
        office.post.deliver(OURS, reply(head, asked, again, office.moment("2026-11-23 12:30")))
        office.play("2026-11-23 12:31")
        with office.desk.store.view() as view:
            letters = view.letters.all_of(1)
        assert [(one.kind, one.until) for one in letters] == [("interim", "2026-12-01")] * 2


def test_what_became_of_the_interim_answer_says_nothing_of_the_full_one(office: Stage) -> None:
    with office.opened():
        office.post.deliver(OURS, notice(office, "2026-11-23 08:15"))
        office.play("2026-11-23 08:53")
        agreed(office, "2026-11-23", INTERIM)
        first = office.to_sign(NUMBER)
        signed(office, "2026-11-23")
        agreed(office, "2026-11-30", DRAFT.replace("23.11 11:20", "30.11 11:20"))
        for address in REGION:
            faulty(office).refuse(address, 550, "5.1.1 no such user")
        signed(office, "2026-11-30")
        assert copies(office) == [1, 1]
        asked = office.mails(dispatcher.address)[-1]
        office.drop("ещё раз.pdf", sign_and_scan(first, grey=True, dpi=150, seed=7))
        office.play("2026-11-30 16:40")
        assert "(№ 01-12/1) уже ушло" in note_of(office, "ещё раз")

        words = "Закрыть: регион принял бумагу"
        office.post.deliver(
            OURS, reply(dispatcher, asked, words, office.moment("2026-11-30 16:50"))
        )
        office.play("2026-11-30 16:51")
        assert the_case(office).state == "closed"
        assert [entry.state for entry in register(office)] == ["sent", "registered"]


def test_a_scan_of_the_interim_answer_names_the_number_it_has_gone_under(office: Stage) -> None:
    with office.opened():
        office.post.deliver(OURS, notice(office, "2026-11-23 08:15"))
        office.play("2026-11-23 08:53")
        agreed(office, "2026-11-23", INTERIM)
        first = office.to_sign(NUMBER)
        signed(office, "2026-11-23")
        agreed(office, "2026-11-30", DRAFT.replace("23.11 11:20", "30.11 11:20"))
        for address in REGION:
            faulty(office).refuse(address, 451, "4.7.1 later")
        signed(office, "2026-11-30")
        raw = fresh_mail(
            clerk,
            OURS,
            "журнал",
            "Аннулировать № 01-12/2: опечатка",
            office.moment("2026-11-30 16:35"),
            message_id="<void@pc.example>",
        )
        office.post.deliver(OURS, raw)
        office.play("2026-11-30 16:36")
        asked = office.mails(clerk.address)[-1]
        office.post.deliver(
            OURS, press(clerk, asked, "Да, верно", office.moment("2026-11-30 16:37"))
        )
        office.play("2026-11-30 16:38")
        assert [entry.state for entry in register(office)] == ["sent", "void"]
        office.drop("ещё раз.pdf", sign_and_scan(first, grey=True, dpi=150, seed=7))
        office.play("2026-11-30 16:50")
        assert "(№ 01-12/1) уже ушло" in note_of(office, "ещё раз")


def test_an_interim_answer_that_came_back_is_sent_again_beside_the_full_one(office: Stage) -> None:
    with office.opened():
        office.post.deliver(OURS, notice(office, "2026-11-23 08:15"))
        office.play("2026-11-23 08:53")
        agreed(office, "2026-11-23", INTERIM)
        signed(office, "2026-11-23")
        (copy,) = office.post.mailbox(REGION[1])
        office.post.deliver(OURS, bounce(REGION[1], copy))
        office.play("2026-11-23 16:40")
        case = the_case(office)
        assert (case.state, case.step) == ("open", "draft"), "the full answer is still owed"
        assert [entry.state for entry in register(office)] == ["registered"]
        asked = office.mails(dispatcher.address)[-1]
        assert "не дошёл промежуточный ответ" in texts(office, dispatcher.address)
        assert "Работа по делу продолжается" in texts(office, dispatcher.address)

        # The next version comes in meanwhile: the question about the earlier letter stays open.
        agreed(office, "2026-11-30", DRAFT.replace("23.11 11:20", "30.11 11:20"))
        again = press(dispatcher, asked, "Отправить ещё раз", office.moment("2026-11-30 13:10"))
        office.post.deliver(OURS, again)
        office.play("2026-11-30 13:11")
        assert copies(office) == [1, 2]
        assert [entry.state for entry in register(office)] == ["sent"]
        assert the_case(office).step == "sign"

        signed(office, "2026-11-30")
        assert copies(office) == [2, 3]
        assert [entry.state for entry in register(office)] == ["sent", "sent"]
        # Later news of the interim answer does not open the case that is done.
        office.post.deliver(OURS, bounce(REGION[0], copy, serial=2))
        office.play("2026-11-30 16:40")
        assert the_case(office).state == "closed"
        asked = office.mails(dispatcher.address)[-1]
        for place, words in enumerate((
            "Отправлено вручную",
            "Закрыть",
            "На доработку: короче",
            "Отправлено вручную 16:41",
        )):
            moment = office.moment("2026-11-30 16:42")
            said = reply(dispatcher, asked, words, moment, serial=50 + place)
            office.post.deliver(OURS, said)
        office.play("2026-11-30 16:43")
        with office.desk.store.view() as view:
            course = view.journal.of_case(case.id)
        refused = [one.data["reason"] for one in course if one.kind == "not_taken"]
        assert refused == ["no_time", "no_basis", "step_over"]
        assert [one.data["at"] for one in course if one.kind == "earlier_by_hand"] == ["16:41"]
        assert [entry.state for entry in register(office)] == ["sent", "sent"]
        assert the_case(office).state == "closed"

"""What counts as an answer: prose, a Word file, a note declared one; from whom and how."""

from __future__ import annotations

import io
import subprocess
import zipfile
from typing import TYPE_CHECKING

import docx
import pytest

from mcu_mail.rehearsal.people import buttons_of
from tests.stories.office_day import ANSWER, CONTACT, DRAFT, LIGHTS, code_of

if TYPE_CHECKING:
    from pathlib import Path

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOC = "application/msword"
NOTE = "Трактор будет после обеда"


def word(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_macros(content: bytes) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    return out.getvalue()


def as_doc(content: bytes, folder: Path) -> bytes:
    """The same document in the old format, saved by a real LibreOffice."""
    (folder / "draft.docx").write_bytes(content)
    old = folder / "draft.doc"
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "doc", "draft.docx"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return old.read_bytes()


def test_a_note_is_answered_with_three_buttons_and_moves_nothing(day):
    day.notice()
    code = code_of(day.last("roads_head"))
    day.reply("roads_head", NOTE, "08:50")
    assert day.case().step == "draft"
    assert day.case().version == 0
    assert set(day.got) == {"roads_head"}
    assert list(buttons_of(day.last("roads_head"))) == ["Это ответ", "Нужно время", "Не наше"]
    assert code_of(day.last("roads_head")) == code
    assert day.events("draft") == []


def test_this_is_the_answer_makes_a_note_the_draft(day):
    day.notice()
    day.reply("roads_head", f"{NOTE}\n{CONTACT}", "08:50")
    day.reply("roads_head", NOTE, "08:52")
    day.press("roads_head", "Это ответ", "08:55")
    assert day.asked() == [("approve", "dep_life")]
    assert day.letter(1).text == NOTE
    assert set(day.got) == {"dep_life"}


def test_this_is_the_answer_still_needs_the_record_of_contact(day):
    day.notice()
    day.reply("roads_head", NOTE, "08:50")
    day.press("roads_head", "Это ответ", "08:55")
    assert day.case().version == 0
    assert "строку о связи с заявителем" in day.told("roads_head")
    day.reply("roads_head", CONTACT, "09:00")
    assert day.letter(1).text == NOTE


@pytest.mark.parametrize("verdict", ["Согласовано", "На доработку: что-то", "ок"])
def test_a_verdict_instead_of_a_draft_is_none(day, verdict):
    day.notice()
    day.reply("roads_head", verdict, "08:50")
    assert day.moved == set()
    assert day.reasons() == ["verdict_on_draft"]
    assert "текст ответа заявителю" in day.told("roads_head")
    assert set(day.got) == {"roads_head"}


def test_an_empty_mail_is_no_draft(day):
    day.notice()
    day.reply("roads_head", "", "08:50")
    assert day.moved == set()
    assert day.reasons() == ["empty"]


def test_salutation_and_signature_of_the_author_are_not_part_of_the_letter(day):
    day.notice()
    own = f"Уважаемая Алла Игнатьевна!\n{ANSWER}\n{CONTACT}\n\nС уважением,\nФ. Трассов"
    day.reply("roads_head", own, "08:50")
    assert day.letter(1).text == ANSWER


def test_a_draft_needs_no_code_when_the_number_is_named_by_the_one_whose_turn_it_is(day):
    day.notice()
    day.fresh("roads_head", "По делу 2026-000001", DRAFT, "08:50")
    assert day.asked() == [("approve", "dep_life")]
    assert day.letter(1).author == "roads_head"


def test_the_same_from_a_colleague_moves_nothing(day):
    day.notice()
    day.fresh("uzhtr_head", "По делу 2026-000001", DRAFT, "08:50")
    assert day.moved == set()
    assert day.case().version == 0
    assert "сейчас очередь не ваша" in day.told("uzhtr_head")
    # It is kept and shown to the head of the department, who may use it.
    assert set(day.got) == {"uzhtr_head", "roads_head"}
    assert "автогрейдером" in day.told("roads_head")
    assert code_of(day.last("uzhtr_head")) == ""


def test_the_same_from_a_stranger_moves_nothing_and_is_not_answered(day):
    day.notice()
    subject = "По делу 2026-000001"
    day.fresh("roads_head", subject, DRAFT, "08:50", sender="f.trassov@gmail.example")
    assert day.moved == set()
    assert set(day.got) == {"appeals"}
    assert day.post.mailbox("f.trassov@gmail.example") == []


def test_without_code_and_number_nothing_is_guessed_even_if_one_case_is_open(day):
    day.notice()
    code = code_of(day.last("roads_head"))
    day.fresh("roads_head", "Ответ", DRAFT, "08:50")
    assert day.moved == set()
    assert day.reasons() == ["no_code"]
    assert code_of(day.last("roads_head")) == code


def test_each_of_several_open_requests_is_sent_again_to_him_who_named_none(day):
    day.notice()
    day.notice("08:45", LIGHTS)
    day.reply("uzhtr_head", "Не наше", "08:46")
    day.reply("appeals", "Передать: Отдел дорожного хозяйства и транспорта", "08:47")
    day.fresh("roads_head", "Ответ", DRAFT, "08:50")
    assert day.moved == set()
    assert len(day.got["roads_head"]) == 2


def test_a_draft_on_a_spent_code_counts_when_it_is_his_turn_again(day):
    day.notice()
    task = day.last("roads_head")
    day.reply("roads_head", DRAFT, "08:50")
    day.reply("dep_life", "На доработку: нет даты", "08:55")
    day.reply("roads_head", ANSWER.replace("25.11", "26.11"), "09:00", to=task)
    assert day.case().version == 2
    assert day.asked() == [("approve", "dep_life")]


def test_a_word_file_is_the_draft_and_the_mail_may_hold_the_record(day):
    day.notice()
    file = ("Ответ жителю.docx", DOCX, word("Уважаемая Алла Игнатьевна!", ANSWER))
    day.reply("roads_head", f"Ответ во вложении.\n{CONTACT}", "08:50", files=[file])
    assert day.letter(1).text == ANSWER
    assert day.asked() == [("approve", "dep_life")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Ответ.docx", with_macros(word(ANSWER))),
        ("Ответ.docx", b"PK\x03\x04 half a file"),
        ("Ответ.docx", b""),
    ],
)
def test_a_word_file_with_macros_or_damaged_is_refused_with_a_word_why(day, name, content):
    day.notice()
    day.reply("roads_head", CONTACT, "08:50", files=[(name, DOCX, content)])
    assert day.moved == set()
    assert day.reasons() == ["word_unreadable"]
    assert day.case().version == 0
    assert set(day.got) == {"roads_head"}
    assert "Ответ.docx" in day.told("roads_head")


@pytest.mark.office
def test_an_old_word_file_is_the_draft_where_libreoffice_is(day, tmp_path):
    day.notice()
    old = as_doc(word(ANSWER), tmp_path)
    day.reply("roads_head", CONTACT, "08:50", files=[("Ответ.doc", DOC, old)])
    assert day.letter(1).text == ANSWER
    assert day.asked() == [("approve", "dep_life")]

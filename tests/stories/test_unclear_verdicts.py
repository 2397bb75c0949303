"""Words that are not plain: nothing moves, the one asked hears how to say it."""

from __future__ import annotations

import io

import docx
import pytest

from mcu_mail.documents.readback import read_pdf
from mcu_mail.rehearsal.people import buttons_of, text_of
from tests.stories.office_day import OTHER_ANSWER, code_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def edited(letter: bytes, old: str, new: str) -> bytes:
    """Our own letter as an approver saves it after a change in Word."""
    document = docx.Document(io.BytesIO(letter))
    for paragraph in document.paragraphs:
        if old in paragraph.text:
            paragraph.runs[0].text = paragraph.text.replace(old, new)
            for run in paragraph.runs[1:]:
                run.text = ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def attached(mail, suffix):
    return next(
        part.get_content()
        for part in mail.iter_attachments()
        if str(part.get_filename()).endswith(suffix)
    )


def assert_nothing_moved(day, reason):
    assert day.moved == set()
    assert day.reasons()[-1:] == [reason]
    assert day.events("approved") == []
    assert set(day.got) == {"dep_life"}
    assert len(day.got["dep_life"]) == 1


def test_an_approval_with_a_condition_is_held_with_two_buttons(day):
    code = code_of(day.drafted())
    day.reply("dep_life", "Согласен, но уберите вторую фразу", "09:10")
    assert_nothing_moved(day, "conditional")
    assert list(buttons_of(day.last("dep_life"))) == ["Отправить так", "Вернуть с замечанием"]
    assert code_of(day.last("dep_life")) == code
    # What stands among the lines of a signature is cut off, and still holds the approval.
    for at, signed in (
        ("09:20", "С уважением, Орлова. Срок исправьте"),
        ("09:30", "--\nПосле 25.11"),
    ):
        day.reply("dep_life", f"Согласовано\n\n{signed}", at)
        assert_nothing_moved(day, "conditional")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("👍\r\n\r\nИлья Хозяйственнов отреагировал(а) через Gmail", '{"emoji":"👍","version":1}'),
        ("👍 Илья Хозяйственнов отреагировал(а) на ваше сообщение:\r\n\r\n> Согласовано", ""),
    ],
    ids=["gmail", "outlook"],
)
def test_a_reaction_is_too_weak_and_answered_with_the_buttons(day, text, part):
    asked = day.drafted()
    reaction = f"--z\r\nContent-Type: text/vnd.google.email-reaction+json\r\n\r\n{part}\r\n"
    raw = (
        "From: zam-zhkh@okrug.example\r\nTo: mcu@okrug.example\r\nSubject: Re: x\r\n"
        f"Message-ID: <tap@pc.example>\r\nIn-Reply-To: {asked['Message-ID']}\r\n"
        "Content-Type: multipart/alternative; boundary=z\r\n\r\n"
        f"--z\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"{reaction if part else ''}--z--\r\n"
    )
    day.arrives(raw.encode(), "09:10")
    assert_nothing_moved(day, "weak")
    assert list(buttons_of(day.last("dep_life"))) == ["Согласовать", "Вернуть с причиной"]


def test_a_held_approval_can_be_sent_as_it_is(day):
    day.drafted()
    day.reply("dep_life", "Согласовано с замечанием: короче бы", "09:10")
    day.press("dep_life", "Отправить так", "09:20")
    assert day.case().step == "sign"
    assert len(day.events("approved")) == 1


def test_a_held_approval_can_become_a_return_with_its_remark(day):
    day.drafted()
    day.reply("dep_life", "Согласен, но уберите вторую фразу", "09:10")
    day.press("dep_life", "Вернуть с замечанием", "09:20", added="уберите вторую фразу")
    assert day.case().step == "draft"
    assert "уберите вторую фразу" in day.told("roads_head")


@pytest.mark.parametrize("word", ["ок", "+", "да", "👍", "Хорошо", "Ознакомлен"])
def test_a_weak_word_asks_for_one_tap_more(day, word):
    code = code_of(day.drafted())
    day.reply("dep_life", word, "09:10")
    assert_nothing_moved(day, "weak")
    assert code_of(day.last("dep_life")) == code
    day.press("dep_life", "Согласовать", "09:20")
    assert day.case().step == "sign"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("А до какого дома расчистили?", "not_understood"),
        ("Согласовано?", "not_understood"),
        ("", "empty"),
        ("Посмотрю после обеда", "not_understood"),
        ("Исполнитель: Заместителева", "not_understood"),
    ],
)
def test_what_is_no_verdict_leaves_the_code_open(day, text, reason):
    day.drafted()
    day.reply("dep_life", text, "09:10")
    assert_nothing_moved(day, reason)
    day.reply("dep_life", "Согласовано", "09:20")
    assert day.case().step == "sign"


def test_an_approver_s_own_word_file_is_shown_to_him_and_then_approved_by_him(day):
    request = day.drafted()
    mended = edited(attached(request, ".docx"), "до дома № 25", "до дома № 31")
    day.reply("dep_life", "Поправил сам", "09:10", files=[("Ответ.docx", DOCX, mended)])
    assert day.case().version == 2
    assert day.asked() == [("approve", "dep_life")]
    assert day.events("approved") == []
    assert set(day.got) == {"dep_life"}
    assert "Что изменилось в варианте 2: – было «25.», стало «31.»" in day.told("dep_life")
    assert "до дома № 31" in day.letter(2).text
    # The opening and the record of contact that the template adds stand there once.
    shown = docx.Document(io.BytesIO(attached(day.last("dep_life"), ".docx")))
    body = "\n".join(paragraph.text for paragraph in shown.paragraphs)
    assert body.count("23.11.2026 автогрейдером") == 1
    assert body.lower().count("ваше сообщение") == 1
    # He who prepared the answer stays its executor, whoever mended the words.
    assert day.letter(2).author == "roads_head"
    day.press("dep_life", "Согласовать", "09:20")
    assert day.case().step == "sign"
    assert set(day.got) == {"dep_life", "registry"}


def test_a_salutation_that_an_approver_changes_in_our_letter_stands_in_the_next_version(day):
    request = day.drafted()
    mended = edited(attached(request, ".docx"), "Уважаемая Алла Игнатьевна!", "Дорогая Алла!")
    day.reply("dep_life", "", "09:10", files=[("Ответ.docx", DOCX, mended)])
    assert day.case().version == 2
    assert day.letter(2).text == day.letter(1).text
    shown = docx.Document(io.BytesIO(attached(day.last("dep_life"), ".docx")))
    said = [one.text for one in shown.paragraphs]
    assert "Дорогая Алла!" in said
    assert "Уважаемая Алла Игнатьевна!" not in said


def test_an_addressee_that_an_approver_changes_in_our_letter_stands_in_the_next_version(day):
    request = day.drafted()
    document = docx.Document(io.BytesIO(attached(request, ".docx")))
    for cell in document.tables[0]._cells:
        for paragraph in cell.paragraphs:
            if paragraph.text.startswith("Небываловой"):
                paragraph.runs[0].text = "Небываловой Алле"
    document.save(mended := io.BytesIO())
    day.reply("dep_life", "", "09:10", files=[("Ответ.docx", DOCX, mended.getvalue())])
    assert day.case().version == 2
    assert day.letter(2).text == day.letter(1).text
    (page,) = read_pdf(attached(day.last("dep_life"), ".pdf")).pages
    assert "Небываловой Алле" in page
    assert "А.И." not in page


def test_a_change_of_the_form_alone_is_said_not_to_be_carried_over(day):
    request = day.drafted()
    mended = edited(attached(request, ".docx"), "Об уборке снега", "О расчистке улицы")
    day.reply("dep_life", "", "09:10", files=[("Ответ.docx", DOCX, mended)])
    assert_nothing_moved(day, "word_unchanged")
    assert "правка в них не переносится" in day.told("dep_life")


def test_an_approval_with_an_edited_word_file_approves_nothing_yet(day):
    request = day.drafted()
    mended = edited(attached(request, ".docx"), "до дома № 25", "до дома № 31")
    day.reply("dep_life", "Согласовано", "09:10", files=[("Ответ.docx", DOCX, mended)])
    assert day.events("approved") == []
    assert day.asked() == [("approve", "dep_life")]
    assert day.case().version == 2


def test_our_own_letter_attached_once_more_changes_nothing_and_the_approval_counts(day):
    request = day.drafted()
    same = attached(request, ".docx")
    day.reply("dep_life", "Согласовано", "09:10", files=[("Ответ.docx", DOCX, same)])
    assert day.case().step == "sign"
    assert day.case().version == 1


@pytest.mark.parametrize("by_button", [True, False])
def test_stop_within_the_window_takes_an_approval_back(day, by_button):
    day.approved()
    receipt = day.last("dep_life")
    assert "СТОП" in text_of(receipt)
    if by_button:
        day.press("dep_life", "Отозвать решение", "09:13")
    else:
        day.reply("dep_life", "СТОП", "09:13")
    assert day.asked() == [("approve", "dep_life")]
    assert day.files("На подпись") == []
    assert len(day.events("recalled")) == 1
    # The clerk, who may have the paper in her hand, hears of it too.
    assert set(day.got) == {"dep_life", "registry"}
    # The version is the same; the request is a new one.
    assert day.case().version == 1
    day.reply("dep_life", "На доработку: нет даты", "09:20")
    assert day.case().step == "draft"


def test_stop_as_an_answer_to_the_request_itself_works_too(day):
    request = day.drafted()
    day.press("dep_life", "Согласовать", "09:10")
    day.reply("dep_life", "Отбой, ошибся", "09:12", to=request)
    assert day.asked() == [("approve", "dep_life")]


def test_stop_after_the_window_moves_nothing(day):
    day.approved()
    day.reply("dep_life", "СТОП", "09:30")
    assert day.moved == set()
    assert day.reasons() == ["recall_late"]
    assert set(day.got) == {"dep_life"}
    assert len(day.files("На подпись")) == 2


def test_stop_after_the_next_one_has_decided_moves_nothing(day):
    day.executor_drafts()
    day.press("uzhtr_head", "Согласовать", "09:10")
    receipt = day.last("uzhtr_head")
    day.press("dep_life", "Согласовать", "09:12")
    day.reply("uzhtr_head", "СТОП", "09:13", to=receipt)
    assert day.moved == set()
    assert day.reasons() == ["recall_late"]
    assert set(day.got) == {"uzhtr_head"}


def test_a_return_can_be_taken_back_too(day):
    day.drafted()
    day.reply("dep_life", "На доработку: не то", "09:10")
    day.reply("dep_life", "Стоп", "09:12")
    assert day.asked() == [("approve", "dep_life")]
    assert OTHER_ANSWER not in day.letter(1).text

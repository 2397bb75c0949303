"""Whom the letter addresses: told instead of guessed, put right by a line, or set by the office."""

from __future__ import annotations

import io

import docx
import pytest
from pypdf import PdfReader

from mcu_mail.service.addressing import registered_addressee
from tests.stories.office_day import ANSWER, CONTACT, DRAFT, LIGHTS, SNOW

HARD = SNOW.replace("Небывалова Алла Игнатьевна", "Стрелец Саша")
NICKNAME = SNOW.replace("Небывалова Алла Игнатьевна", "Мама Двойняшек")
NOBODY = SNOW.replace("Заявитель: Небывалова Алла Игнатьевна\n", "")
SALUTATION = "Обращение: Уважаемая Саша Петровна!"
TO = "Кому: Стрельцу С.П."
NEUTRAL_NOTE = "В письме будет «Здравствуйте!»"
NAME_NOTE = "Адресат в письме – как в сообщении: «Стрелец Саша»"
OFFICIAL = {
    "letters.addressee": {
        "title": "Первый заместитель Губернатора Кемеровской области – Кузбасса – председатель "
        "Правительства Кемеровской области – Кузбасса",
        "name": "Образцов Илья Примерович",
        "address_lines": ["пр. Советский, д. 62", "г. Кемерово, 650000"],
    }
}
SETTLED = {"letters.declension": {"Стрелец Саша": "Стрельцу А."}}
HEAD = {
    "name": "Тестов Пётр Примерович",
    "title": "Руководитель администрации Тяжинского муниципального округа",
    "email": "glava@okrug.example",
    "phone": "",
}
CHAIRMAN_AWAY = {
    "people.head": HEAD,
    "absences": [
        {
            "person": "head",
            "from": "2026-11-20",
            "to": "2026-12-04",
            "acting": "dep_affairs",
            "order": "распоряжение № 12-р",
        }
    ],
}


def words_of(mail) -> str:
    """Every word of the Word file in a mail, tables included, on one line."""
    (content,) = (
        part.get_payload(decode=True)
        for part in mail.walk()
        if str(part.get_filename()).endswith(".docx")
    )
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*cells, *(one.text for one in document.paragraphs)]).split())


def printed(day, version: int) -> str:
    """Every word of the PDF of a version, on one line."""
    pdf = day.stage.desk.store.files.get(day.letter(version).pdf)
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def assert_reads(day, version: int, *wanted: str) -> None:
    """Word file and PDF of this version hold the words."""
    for text in (words_of(day.last("dep_life")), printed(day, version)):
        for words in wanted:
            assert words in text


def test_a_certain_name_is_greeted_and_declined_without_a_word_to_anybody(day):
    day.notice()
    assert NEUTRAL_NOTE not in day.told("roads_head")
    day.reply("roads_head", DRAFT, "09:00")
    assert_reads(day, 1, "Небываловой А.И.", "Уважаемая Алла Игнатьевна!")
    assert "Указано вручную" not in day.told("dep_life")
    assert "В письме будет" not in day.told("dep_life")


def test_drafter_and_approver_are_told_what_the_letter_leaves_open(day):
    day.notice(text=HARD)
    for note in (NEUTRAL_NOTE, NAME_NOTE, "Обращение: Уважаемая", "Кому: Фамилии И.О."):
        assert note in day.told("roads_head")
    day.reply("roads_head", DRAFT, "09:00")
    assert_reads(day, 1, "Стрелец Саша", "Здравствуйте!")
    for note in (NEUTRAL_NOTE, NAME_NOTE):
        assert note in day.told("dep_life")


def test_a_nickname_is_neither_declined_nor_dear(day):
    day.notice(text=NICKNAME)
    day.reply("roads_head", DRAFT, "09:00")
    assert_reads(day, 1, "Автору сообщения", "Здравствуйте!")
    assert "Уважаем" not in printed(day, 1)


def test_who_gave_no_name_is_the_author_of_the_message(day):
    day.notice(text=NOBODY)
    if day.asked() == [("fields", "appeals")]:
        pytest.fail("a message without a name must not wait for one")
    day.reply("roads_head", DRAFT, "09:00")
    assert_reads(day, 1, "Автору сообщения", "Здравствуйте!")
    assert "заявитель не назвал имени" in day.told("dep_life")
    assert "Адресат в письме" not in day.told("dep_life")


def test_lines_of_the_drafter_settle_both_and_leave_the_text(day):
    day.notice(text=HARD)
    day.reply("roads_head", f"{SALUTATION}\n{ANSWER}\n{CONTACT}\n{TO}", "09:00")
    assert day.letter(1).text == ANSWER
    assert_reads(day, 1, "Стрельцу С.П.", "Уважаемая Саша Петровна!")
    assert "Здравствуйте" not in printed(day, 1)
    assert "Кому" not in printed(day, 1)
    told = day.told("dep_life")
    assert "Указано вручную: обращение «Уважаемая Саша Петровна!», кому – «Стрельцу С.П.»" in told
    assert NEUTRAL_NOTE not in told
    assert NAME_NOTE not in told
    assert [event.data["what"] for event in day.events("addressing")] == [["salutation", "to"]]


def test_the_lines_may_stand_in_the_word_file(day):
    day.notice(text=HARD)
    document = docx.Document()
    for line in (TO, ANSWER, SALUTATION):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    file = ("Ответ.docx", "application/octet-stream", out.getvalue())
    day.reply("roads_head", CONTACT, "09:00", files=[file])
    assert day.letter(1).text == ANSWER
    assert_reads(day, 1, "Стрельцу С.П.", "Уважаемая Саша Петровна!")


def test_the_lines_may_come_before_the_text_and_alone(day):
    day.notice(text=HARD)
    day.reply("roads_head", f"{SALUTATION}\n{TO}", "08:50")
    assert day.case().version == 0
    assert "обращение и адресат" in day.told("roads_head")
    day.reply("roads_head", DRAFT, "09:00")
    assert_reads(day, 1, "Стрельцу С.П.", "Уважаемая Саша Петровна!")


def test_they_are_kept_for_the_next_version(day):
    day.notice(text=HARD)
    day.reply("roads_head", f"{DRAFT}\n{SALUTATION}\n{TO}", "09:00")
    day.reply("dep_life", "На доработку: укажите номер дома", "09:10")
    assert "Указано вручную" in day.told("roads_head")
    day.reply("roads_head", f"{ANSWER} Дом № 7 расчищен.", "09:20")
    assert day.case().version == 2
    assert_reads(day, 2, "Стрельцу С.П.", "Уважаемая Саша Петровна!", "Дом № 7 расчищен.")


def test_a_returned_letter_may_change_in_its_address_alone(day):
    day.notice(text=HARD)
    day.reply("roads_head", DRAFT, "09:00")
    day.reply("dep_life", "На доработку: это женщина", "09:10")
    day.reply("roads_head", SALUTATION, "09:20")
    assert day.letter(2).text == ANSWER
    assert day.asked() == [("approve", "dep_life")]
    assert_reads(day, 2, "Стрелец Саша", "Уважаемая Саша Петровна!")


def test_an_approver_settles_it_himself_and_is_shown_the_letter_again(day):
    day.notice(text=HARD)
    day.reply("roads_head", DRAFT, "09:00")
    day.reply("dep_life", f"Согласовано\n{SALUTATION}\n{TO}", "09:10")
    # He has approved a letter that he has not seen: nothing goes to the head yet.
    assert day.case().step == "approve_deputy"
    assert day.events("approved") == []
    assert day.asked() == [("approve", "dep_life")]
    assert day.letter(2).text == ANSWER
    assert day.case().author == "roads_head"
    assert_reads(day, 2, "Стрельцу С.П.", "Уважаемая Саша Петровна!")
    day.press("dep_life", "Согласовать", "09:20")
    assert day.case().step == "sign"


def test_a_return_with_such_a_line_keeps_it_and_goes_back(day):
    day.notice(text=HARD)
    day.reply("roads_head", DRAFT, "09:00")
    day.reply("dep_life", f"На доработку: нет фото\n{SALUTATION}", "09:10")
    assert day.case().step == "draft"
    assert day.case().version == 1
    assert day.case().addressing.salutation == "Уважаемая Саша Петровна!"


def test_a_line_that_comes_too_late_is_shown_to_the_head_of_the_department(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", "Исполнитель: Заместителева", "08:45")
    task = day.last("uzhtr_deputy")
    day.reply("uzhtr_deputy", DRAFT, "09:00")
    day.reply("uzhtr_deputy", SALUTATION, "09:05", to=task)
    assert day.case().version == 1
    assert "Уважаемая Саша Петровна!" in day.told("uzhtr_head")
    # It is shown, never lost and never a decision of the head's own.
    assert day.case().addressing.salutation == ""


def test_the_register_names_the_applicant_and_never_the_dative(day):
    day.notice(text=HARD)
    day.reply("roads_head", f"{DRAFT}\n{TO}", "09:00")
    assert registered_addressee(day.stage.desk.settings, day.case()) == "Стрелец Саша"


@pytest.mark.parametrize("changes", [OFFICIAL], indirect=True)
def test_the_register_names_the_official(day):
    day.notice()
    assert registered_addressee(day.stage.desk.settings, day.case()).startswith(
        "Образцов Илья Примерович, первый заместитель Губернатора"
    )


@pytest.mark.parametrize("changes", [SETTLED], indirect=True)
def test_the_offices_own_declension_goes_before_the_rules(day):
    day.notice(text=HARD)
    assert NAME_NOTE not in day.told("roads_head")
    day.reply("roads_head", DRAFT, "09:00")
    assert_reads(day, 1, "Стрельцу А.", "Здравствуйте!")


@pytest.mark.parametrize("changes", [OFFICIAL], indirect=True)
def test_an_office_may_write_to_an_official(day):
    day.notice(text=HARD)
    day.reply("roads_head", DRAFT, "09:00")
    assert_reads(
        day,
        1,
        "Первому заместителю Губернатора Кемеровской области – Кузбасса – председателю "
        "Правительства Кемеровской области – Кузбасса Образцову И.П. пр. Советский, д. 62 "
        "г. Кемерово, 650000",
        "Уважаемый Илья Примерович!",
        "На сообщение заявителя (Стрелец Саша, пгт Тяжинский, ул. Образцовая, д. 7), поступившее",
        "с заявителем связались по телефону",
    )
    assert "Вам" not in printed(day, 1)
    assert "о заявителе пишите в третьем лице" in day.told("dep_life")
    assert "В письме будет" not in day.told("dep_life")
    assert "Адресат в письме" not in day.told("dep_life")


@pytest.mark.parametrize("changes", [CHAIRMAN_AWAY], indirect=True)
def test_who_acts_signs_with_the_post_in_the_genitive_without_the_organisation(day):
    day.drafted()
    assert_reads(day, 1, "Исполняющий обязанности руководителя администрации")

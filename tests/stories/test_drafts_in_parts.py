"""Drafts and photos as they really come: in several mails, from a phone, from an alias."""

from __future__ import annotations

import pytest

from mcu_mail.rehearsal.people import buttons_of, text_of
from tests.documents.annex_files import DOCX, JPEG, photo, word
from tests.stories.office_day import ANSWER, CONTACT, DRAFT, LIGHTS, OTHER_ANSWER, PEOPLE

NUMBER = "2026-000001"
ALIAS = {"people.roads_head": {**PEOPLE["roads_head"], "aliases": ["f.trassov@okrug.example"]}}
HALF = "Улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25."
REST = "Повторная уборка запланирована на 25.11.2026, контроль ведёт отдел."


def shot(seed: int) -> tuple[str, str, bytes]:
    return f"IMG_2026112{seed}_0800.jpg", JPEG, photo(seed)


@pytest.mark.parametrize("changes", [ALIAS], indirect=True)
def test_photos_of_three_mails_and_a_draft_from_an_alias_come_together(day):
    day.notice()
    task = day.last("roads_head")
    # From a phone: the number alone, no word; then a thanks that begins like a weak verdict.
    day.fresh("roads_head", NUMBER, "", "08:45", files=[shot(1)])
    day.reply("roads_head", "Хорошо, вот фото", "08:46", to=task, files=[shot(2)])
    assert day.case().version == 0
    alias = "f.trassov@okrug.example"
    day.fresh("roads_head", f"По делу {NUMBER}", DRAFT, "08:50", sender=alias)
    assert day.letter(1).text == ANSWER
    assert day.letter(1).author == "roads_head"
    day.reply("roads_head", "ещё фото", "08:55", to=task, files=[shot(3)])
    assert day.asked() == [("approve", "dep_life")]
    assert sum(event.data["added"] for event in day.events("annexes")) == 3
    assert day.letter(day.case().version).annex_pages == 2
    assert day.letter(day.case().version).text == ANSWER


def test_an_answer_of_two_mails_is_put_together(day):
    day.notice()
    day.reply("roads_head", f"Ответ: {HALF}\n{CONTACT}\nПродолжение следует.", "08:50")
    assert day.case().version == 0
    assert "начните письмо словом «Продолжение:»" in day.told("roads_head")
    day.reply("roads_head", f"Продолжение: {REST}", "08:55")
    assert day.letter(1).text == f"{HALF}\n{REST}"
    assert day.asked() == [("approve", "dep_life")]


def test_a_note_and_its_continuation_wait_for_the_record_of_contact(day):
    day.notice()
    day.reply("roads_head", f"Ответ: {HALF}", "08:50")
    day.reply("roads_head", f"Окончание ответа. {REST}", "08:52")
    assert day.case().version == 0
    day.reply("roads_head", CONTACT, "08:55")
    assert day.letter(1).text == f"{HALF}\n{REST}"


def test_a_second_part_after_the_first_went_to_approval_makes_a_new_version(day):
    day.drafted()
    day.reply("roads_head", f"Продолжение: {REST}", "09:05", to=day.mails("roads_head")[0])
    assert day.letter(2).text == f"{ANSWER}\n{REST}"
    assert day.asked() == [("approve", "dep_life")]
    day.fresh("uzhtr_head", NUMBER, "Продолжение: и ещё кое-что", "09:10")
    assert day.case().version == 2


def test_of_several_word_files_the_author_is_asked_which_is_the_answer(day):
    day.notice()
    files = [
        ("Документ1.docx", DOCX, word(ANSWER)),
        ("Документ2.docx", DOCX, word(OTHER_ANSWER)),
        shot(1),
    ]
    day.reply("roads_head", CONTACT, "08:50", files=files)
    assert day.case().version == 0
    assert day.reasons() == ["file_which"]
    assert "несколько файлов Word" in day.told("roads_head")
    # The photo is kept, neither of the files is put behind the letter.
    assert day.events("annexes")[0].data["added"] == 1
    named = [("Схема.docx", DOCX, word("Схема")), ("Ответ жителю.docx", DOCX, word(OTHER_ANSWER))]
    day.reply("roads_head", CONTACT, "08:55", files=named)
    assert day.letter(1).text == OTHER_ANSWER


def test_numbers_of_two_cases_in_one_mail_move_neither(day):
    day.notice()
    day.notice("08:45", LIGHTS)
    day.fresh("roads_head", f"По делам {NUMBER} и 2026-000002", DRAFT, "08:50", files=[shot(1)])
    assert day.moved == set()
    assert day.reasons() == ["case_which"]
    assert day.reasons(2) == ["case_which"]
    assert set(day.got) == {"roads_head"}
    assert "номера нескольких дел" in day.told("roads_head")
    assert "2026-000001, 2026-000002" in day.told("roads_head")


def test_a_word_of_another_track_is_answered_plainly_and_moves_nothing(day):
    day.notice()
    day.reply("roads_head", "В работу", "08:45")
    day.reply("roads_head", "Дубль 2026-000120", "08:46")
    assert day.reasons() == ["other_track", "dispatchers_word"]
    assert "отметки по делу ставит диспетчер" in day.told("roads_head")
    day.reply("roads_head", DRAFT, "08:50")
    day.reply("dep_life", "Опубликовано https://vk.com/wall-1_2 решено", "08:55")
    assert day.moved == set()
    assert "в нём такого шага нет" in day.told("dep_life")
    assert "Согласовать" in buttons_of(day.last("dep_life"))


def test_a_number_that_no_case_has_is_told_and_asks_of_no_other_case(day):
    day.notice()
    before = day.standings()
    day.fresh("roads_head", "2026-000777", "Не наше: это управление ЖКХ", "08:50")
    (told,) = day.got["roads_head"]
    assert str(told["Subject"]) == "[МЦУ] Такого дела нет: 2026-000777"
    assert "Код:" not in text_of(told), "whoever answers it decides no other case"
    assert day.standings() == before
    assert set(day.got) == {"roads_head"}

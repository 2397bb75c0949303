"""Names, order, numbers of annexes, and lines that take them out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.annexes import (
    Annex,
    Removal,
    captions,
    changes,
    enclosure,
    fitting,
    headings,
    human_title,
    letter_pages,
    parts_of,
    removed,
    sheets_of,
    take_removals,
)
from mcu_mail.domain.drafts import points_to_file


def an_annex(number: int, name: str = "IMG_1.jpg", kind: str = "photo", pages: int = 0) -> Annex:
    return Annex(id=number, name=name, kind=kind, pages=pages, size=100, least=10)


def act(number: int, pages: int = 3) -> Annex:
    return an_annex(number, "Акт обследования.pdf", "pdf", pages)


ANNEXES = st.lists(
    st.tuples(st.sampled_from(["photo", "pdf", "word"]), st.integers(1, 9)), max_size=9
).map(
    lambda found: [
        an_annex(n, f"файл {n}.bin", kind, 0 if kind == "photo" else pages)
        for n, (kind, pages) in enumerate(found, start=1)
    ]
)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("IMG_20261123_101500.jpg", ""),
        ("IMG-20261123-WA0003.jpg", ""),
        ("DSC_0042.JPG", ""),
        ("PXL_20261123_081500123.MP.jpg", ""),
        ("WhatsApp Image 2026-11-23 at 08.15.00.jpeg", ""),
        ("Изображение WhatsApp 2026-11-23 в 08.15.00_1a2b.jpg", ""),
        ("Фото WhatsApp 2026.jpg", ""),
        ("photo_2026-11-23_08-15-00.jpg", ""),
        ("Снимок экрана 2026-11-23 081500.png", ""),
        ("Скриншот 23-11-2026.png", ""),
        ("image001.png", ""),
        ("20261123_081500.heic", ""),
        ("фото1.jpg", ""),
        ("Фото (2).jpg", ""),
        ("скан.pdf", ""),
        ("Документ Microsoft Word.docx", ""),
        ("Без имени-1.pdf", ""),
        ("5f3a9c2km4xqt8rb.jpg", ""),
        ("yard.jpg", ""),
        ("", ""),
        ("до уборки.jpg", "До уборки"),
        ("улица_Образцовая_после.jpg", "Улица Образцовая после"),
        ("1. Двор дома 5.jpg", "Двор дома 5"),
        ("двор-после-уборки.jpg", "Двор после уборки"),
        ("Акт обследования от 23.11.2026.pdf", "Акт обследования от 23.11.2026"),
        ("Акт обследования (1).pdf", "Акт обследования"),
        ("Акт – копия.docx", "Акт"),
        ("Фото двора до уборки.jpg", "Фото двора до уборки"),
        ("Скан акта.pdf", "Скан акта"),
    ],
)
def test_a_name_is_a_title_only_when_a_person_has_given_it(name, title):
    assert human_title(name) == title


@given(st.text(max_size=300))
def test_any_name_gives_a_short_title_or_none(name):
    title = human_title(name)
    assert len(title) <= 120
    assert title == title.strip()


def test_the_letter_names_one_annex_in_a_line_and_several_by_number():
    photos = [an_annex(1), an_annex(2), an_annex(3)]
    assert enclosure(parts_of(photos)) == "фотографии на 2 л. в 1 экз."
    assert enclosure(parts_of(photos[:1])) == "фотография на 1 л. в 1 экз."
    assert enclosure(parts_of([act(1)])) == "Акт обследования на 3 л. в 1 экз."
    assert enclosure(parts_of([an_annex(1, "1.pdf", "pdf", 2)])) == "документ на 2 л. в 1 экз."
    assert enclosure(parts_of([*photos, act(4)])) == (
        "1. Фотографии на 2 л. в 1 экз. 2. Акт обследования на 3 л. в 1 экз."
    )
    assert enclosure(()) is None


def test_annexes_stand_as_they_came_and_photos_with_the_first_of_them():
    parts = parts_of([act(1), an_annex(2), act(3), an_annex(4, "Двор.jpg")])
    assert [[one.id for one in part.members] for part in parts] == [[1], [2, 4], [3]]
    assert headings(parts) == ("Приложение 1", "Приложение 2", "Приложение 3")
    assert captions(parts[1]) == ("Фото 1", "Фото 2. Двор")
    assert headings(parts[:1]) == ("Приложение",)


@given(ANNEXES)
def test_every_file_stands_in_exactly_one_annex_and_every_sheet_is_counted(annexes):
    parts = parts_of(annexes)
    members = [one for part in parts for one in part.members]
    assert sorted(one.id for one in members) == [one.id for one in annexes]
    photos = sum(one.kind == "photo" for one in annexes)
    assert sheets_of(annexes) == -(-photos // 2) + sum(one.pages for one in annexes)
    assert (enclosure(parts) is None) == (not annexes)


@pytest.mark.parametrize(
    ("line", "removal"),
    [
        ("Убрать приложение 2", Removal(parts=(2,))),
        ("уберите приложение № 2.", Removal(parts=(2,))),
        ("Убрать приложения 1, 2 и 3", Removal(parts=(1, 2, 3))),
        ("Удалить фото 3", Removal(photos=(3,))),
        ("Убрать фотографии 1 и 4!", Removal(photos=(1, 4))),
        ("Убрать все фото", Removal(all_photos=True)),
        ("Убрать приложение", Removal(all_parts=True)),
        ("Без приложений", Removal(all_parts=True)),
        ("– без приложений.", Removal(all_parts=True)),
    ],
)
def test_a_line_takes_annexes_out(line, removal):
    assert take_removals(f"{line}\nОтвет: улица убрана.") == (removal, "Ответ: улица убрана.")


@pytest.mark.parametrize(
    "line",
    [
        "Убрать приложение 2 нельзя",
        "Просим убрать снег",
        "Ответ направлен без приложений в адрес заявителя",
        "Убрали фото 2",
        "Приложение 2",
        "",
    ],
)
def test_other_lines_take_nothing_out_and_stay(line):
    assert take_removals(line) == (Removal(), line)


@given(ANNEXES, st.lists(st.integers(0, 12), max_size=4), st.lists(st.integers(0, 12), max_size=4))
def test_only_what_is_named_is_taken_out(annexes, parts, photos):
    gone, unknown = removed(annexes, Removal(parts=tuple(parts), photos=tuple(photos)))
    known = parts_of(annexes)
    pictures = [one for one in annexes if one.kind == "photo"]
    named = {one.id for n in parts if 1 <= n <= len(known) for one in known[n - 1].members}
    named |= {pictures[n - 1].id for n in photos if 1 <= n <= len(pictures)}
    assert {one.id for one in gone} == named
    assert len(unknown) == sum(not 1 <= n <= len(known) for n in parts) + sum(
        not 1 <= n <= len(pictures) for n in photos
    )


@given(ANNEXES, st.integers(0, 100), st.integers(0, 30))
def test_what_is_taken_fits_and_nothing_is_lost(annexes, most_bytes, most_sheets):
    taken, refused = fitting([], annexes, most_bytes=most_bytes, most_sheets=most_sheets)
    assert sum(one.least for one in taken) <= most_bytes
    assert sheets_of(taken) <= most_sheets
    assert sorted([*taken, *(one for one, _ in refused)], key=lambda one: one.id) == annexes


def test_an_approver_is_told_what_is_new():
    before, after = [an_annex(1), act(2)], [an_annex(1), an_annex(3), an_annex(4)]
    assert changes(before, after) == (
        "добавлено фото: 2",
        "убрано приложение: «Акт обследования», 3 л.",
    )
    assert changes(before, before) == ()


@pytest.mark.parametrize(
    ("marks", "letter", "annex", "kept"),
    [
        ([[1]], 1, 3, (0,)),
        ([[1], [2], [3], [4]], 1, 3, (0,)),
        ([[1], [0], [3], [4]], 2, 2, (0, 1)),
        ([[4], [1], [3], [2]], 2, 2, (1, 3)),
        ([[1], [], [3]], 2, 1, (0, 1)),
        # All that was printed is there and the letter is known: the unread page is an annex.
        ([[1], [2], []], 1, 2, (0,)),
        # A sheet that the clerk has laid in stays.
        ([[1], [], [2], [3]], 1, 2, (0, 1)),
        ([[], [], []], 1, 2, (0, 1, 2)),
    ],
)
def test_the_letters_own_pages_are_told_from_its_annexes_on_a_scan(marks, letter, annex, kept):
    assert letter_pages(marks, letter=letter, annex=annex) == kept


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("Направляю проект ответа во вложении, прошу согласовать.", True),
        ("Ответ в прикреплённом файле.", True),
        ("Прилагаю ответ, посмотрите.", True),
        ("Ответ: прилагаю акт обследования, улица убрана.", False),
        ("Уважаемая Алла Игнатьевна! Акт прилагается.", False),
        ("Улица Образцовая расчищена 23.11.2026 автогрейдером.", False),
    ],
)
def test_a_text_that_only_leads_to_the_file_is_told_from_an_answer(text, leads):
    assert points_to_file(text) is leads

"""What two messages are one matter, an adapted answer, and a template without anybody's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.adapting import adapted, left_to_a_person
from mcu_mail.domain.answers import AnswerTemplate, by_fit, read_template, without_persons
from mcu_mail.domain.appeal import due_of
from mcu_mail.domain.calendar import WorkCalendar
from mcu_mail.domain.matters import is_same_matter, keys_of
from mcu_mail.domain.notice import Notice
from mcu_mail.domain.route import Form
from mcu_mail.domain.told_outside import basis_of_publication, hour_of_publication, is_told_by_word

ZONE = ZoneInfo("Asia/Novokuznetsk")
ONE = Notice(
    track="governor",
    event="new",
    text="Третий день не чистят улицу, скорая не проехала к дому.",
    applicant="Небывалова Алла Игнатьевна",
    phone="8-999-000-11-01",
    address="пгт Тяжинский, ул. Образцовая, д. 7",
)
OTHER = "Прошу отремонтировать крышу школы."


def same_person(**changes):
    return replace(ONE, track="pos", phone=None, text=OTHER, **changes)


@pytest.mark.parametrize(
    "other",
    [
        same_person(applicant="Алла Небывалова"),
        same_person(applicant="НЕБЫВАЛОВА А.И."),
        same_person(address="Тяжинский м.о., пгт Тяжинский, улица Образцовая, дом 7"),
        same_person(address="Тяжинский, Образцовая, 7"),
        replace(ONE, track="pos", applicant="И. Другой", phone="+7 (999) 000 11 01"),
        replace(ONE, track="incident", applicant=None, phone=None),
        replace(ONE, track="incident", applicant=None, phone=None, address=None, link="https://a"),
    ],
)
def test_like_messages_are_found_however_they_are_written(other):
    one = replace(ONE, link="https://a")
    assert is_same_matter(one, other)
    assert is_same_matter(other, one)
    assert set(keys_of(one)) & set(keys_of(other)) or other.link


@pytest.mark.parametrize(
    "other",
    [
        same_person(address="пгт Тяжинский, ул. Образцовая, д. 9"),
        same_person(applicant="Небывалова Ольга Игнатьевна"),
        same_person(applicant="Алла Выдумкина", address=ONE.address),
        replace(ONE, text=OTHER, applicant=None, phone=None),
        replace(ONE, text=OTHER, applicant="Иной Олег", phone=None, link="https://a"),
    ],
)
def test_what_only_looks_alike_in_part_is_no_duplicate(other):
    assert not is_same_matter(replace(ONE, link="https://a"), other)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_word_can_be_read_from_a_key(name, address, phone):
    keys = keys_of(replace(ONE, applicant=name, address=address, phone=phone))
    assert all(len(key) == 32 and set(key) <= set("0123456789abcdef") for key in keys)


@pytest.mark.parametrize(
    ("text", "letter", "published"),
    [
        ("Снег убран.", "Снег убран.", "Здравствуйте!\nСнег убран."),
        ("Здравствуйте! Снег убран.", "Снег убран.", "Здравствуйте!\nСнег убран."),
        ("Уважаемая Алла!\nСнег убран.", "Снег убран.", "Здравствуйте!\nСнег убран."),
        (
            "На Ваше обращение в адрес Губернатора сообщаем, что снег убран.",
            "Снег убран.",
            "Здравствуйте!\nСнег убран.",
        ),
        (
            "По сообщению на портале ПОС информируем: снег убран.\nФото прилагаем.",
            "Снег убран.\nФото прилагаем.",
            "Здравствуйте!\nСнег убран.\nФото прилагаем.",
        ),
    ],
)
def test_an_answer_gets_the_frame_of_its_channel_alone(text, letter, published):
    assert adapted(text, Form.letter) == letter
    assert adapted(text, Form.text) == published
    assert adapted(published, Form.text) == published


@pytest.mark.parametrize(
    ("text", "form", "words"),
    [
        ("Снег убран.", Form.text, ()),
        ("Работы по просьбе Губернатора.", Form.text, ("другой канал",)),
        ("Ответ дан на портале.", Form.letter, ("другой канал",)),
        ("Настоящее письмо – ответ.", Form.text, ("«письмо»",)),
        ("Небываловой сообщили по 8-999-000-11-01.", Form.text, ("имя или телефон",)),
        ("Небываловой сообщили.", Form.letter, ()),
        ("Снег. " * 20, Form.text, ("знаков",)),
    ],
)
def test_what_a_program_cannot_mend_is_named_to_whoever_approves(text, form, words):
    notes = left_to_a_person(text, form, ONE, longest=100)
    assert len(notes) == len(words)
    assert all(word in note for word, note in zip(words, notes, strict=True))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Бригада МКУ «Дорожник» убрала 12 тонн 23.11.2026.", True),
        ("Сообщили Небываловой Алле Игнатьевне.", False),
        ("Мастер Трассов Ф.М., Ф. М. Трассов.", False),
        ("Звоните: 8 (38449) 2-22-02, +79990001101, 2-22-02, 8-999-000-11-01.", False),
        ("У дома 7 на Образцовой, по ул. Образцовой, д. 7, кв. 12.", False),
        ("Пишите на mail@okrug.example или https://okrug.example/a", False),
    ],
)
def test_a_template_holds_nobody_s_name_address_or_telephone(text, kept):
    found = without_persons(text, ONE, ["Трассов Фёдор Макетович"])
    assert (found == text) is kept
    for secret in ("Небывал", "Алл", "Трассов", "22-02", "9990001101", "Образцов", "7", "@", "://"):
        assert kept or secret not in found


def test_the_template_that_shares_most_words_stands_first():
    known = [
        AnswerTemplate(path=f"answers/snow/{name}.txt", topic="snow", title=title, body=body)
        for name, title, body in (
            ("a", "Посыпка", "Тротуар посыпан песком, работы продолжаются по графику района."),
            ("b", "Тротуар очищен", "Тротуар очищен."),
        )
    ]
    assert [one.path[-5] for one in by_fit(known, "snow", "Когда почистят тротуар?")] == ["b", "a"]
    assert by_fit(known, "roads", "тротуар") == []


@pytest.mark.parametrize("content", [b"", "Одна строка".encode(), "Тема\nтекст".encode("cp1251")])
def test_a_file_that_is_no_template_answer_is_none(content):
    assert read_template("answers/snow/a.txt", "snow", content) is None


@pytest.mark.parametrize(
    ("registered", "due"),
    [
        (date(2026, 11, 23), datetime(2026, 12, 23, 17, 30, tzinfo=ZONE)),
        (date(2026, 11, 27), datetime(2026, 12, 25, 17, 30, tzinfo=ZONE)),
        (date(2026, 12, 9), datetime(2026, 12, 30, 17, 30, tzinfo=ZONE)),
    ],
)
def test_an_appeal_ends_on_the_working_day_up_to_its_thirtieth(registered, due):
    off = {date(2026, 12, 31): "", **{date(2027, 1, day): "" for day in range(1, 11)}}
    calendar = WorkCalendar(days_off=off, working_weekends=frozenset())
    assert due_of(registered, calendar, "incident", ZONE) == due


@pytest.mark.parametrize(
    ("words", "by_word", "at", "basis"),
    [
        ("Опубликовано вручную 14:30: нет связи", True, time(14, 30), "нет связи"),
        ("Опубликовано по телефону: дежурный, решено", True, None, "дежурный, решено"),
        ("Опубликовано по звонку в 9:05, Орлова https://a.example/1", True, time(9, 5), "Орлова"),
        ("Опубликовано вручную 14.30", True, time(14, 30), ""),
        ("Опубликовано руками в 10:22, сбой\n\nПисьменнова", True, time(10, 22), "сбой"),
        ("Опубликовано вручную 24.11.2026: сбой", True, None, "24.11.2026: сбой"),
        ("Опубликовано https://a.example/1", False, None, ""),
    ],
)
def test_a_publication_told_by_word_has_its_hour_and_its_basis(words, by_word, at, basis):
    assert is_told_by_word(words) is by_word
    assert hour_of_publication(words) == at
    assert basis_of_publication(words) == basis or not by_word

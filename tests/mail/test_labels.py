"""Which words are labels, and where in a line they are found."""

import pytest

from mcu_mail.mail.fields import read_form
from mcu_mail.mail.labels import Labels
from mcu_mail.mail.layout import pieces_of_html, pieces_of_text
from mcu_mail.mail.segments import split_line

BUILT_IN = Labels.of({})
WORDS = {
    "applicant": "ФИО;Ф.И.О.;Ф. И. О. заявителя:;ЗАЯВИТЕЛЬ;Автор:;Гражданин;От кого;"
    "Кто обратился ....;Отправитель;1. ФИО;*Автор*;Автор комментария;Имя и фамилия",
    "phone": "Телефон;Контактный телефон;Контакт;Моб.;Тел.;Моб. тел.;Номер телефона;"
    "Телефон для связи",
    "address": "Адрес;Адрес проблемы;Место;Место происшествия;Где;Адрес (место):;Почтовый адрес;"
    "Откуда;Откуда заявитель",
    "settlement": "Населённый пункт;населенный\xa0пункт;Н.п.",
    "link": "Ссылка;Ссылка на пост;URL;Пост;Где размещено;Источник;Прямая ссылка",
    "text": "Текст;Суть;Суть обращения;Содержание;Сообщение;Вопрос;Комментарий;Текст сообщения;"
    "Жалоба",
    "received_at": "Дата;Дата и время;Дата/время;Когда;Поступило;Опубликовано;Создано;"
    "Дата обращения",
    "external_id": "№;Номер;ID;Рег. №;Обращение №;№ обращения;Регистрационный номер",
    "due": "Срок;Ответить до;Контрольный срок;Срок ответа;Регламентный срок;Дедлайн",
    "photos": "Фото;Вложения;Прикреплено;Файлы;Количество фото",
    "other": "Исполнитель;Телефон исполнителя;E-mail;Адрес электронной почты;Профиль автора;Тема;"
    "Муниципалитет;Дата рождения;Текст ответа;Откуда поступило;Откуда сообщение",
}


@pytest.mark.parametrize(
    ("field", "words"), [(field, one) for field, many in WORDS.items() for one in many.split(";")]
)
def test_a_usual_label_is_known(field: str, words: str) -> None:
    label = BUILT_IN.find(words)

    assert label is not None
    assert label.field == field


@pytest.mark.parametrize(
    "words",
    [
        "в доме холодно",
        "Прошу почистить снег",
        "",
        ":",
        "Адресная помощь",
        "Медианов Руслан",
        "Фотов Иван Ильич",
        "телефонная линия",
    ],
)
def test_words_of_a_sentence_are_no_label(words: str) -> None:
    assert BUILT_IN.find(words) is None


def test_a_configured_label_wins_over_a_built_in_one() -> None:
    labels = Labels.of({"applicant": ("Тема", "Кто жалуется")})

    for words in ("тема:", "КТО ЖАЛУЕТСЯ"):
        label = labels.find(words)
        assert label is not None
        assert (label.field, label.rank) == ("applicant", -1)


@pytest.mark.parametrize(
    "line",
    [
        "Адрес: с. Кубитет",
        "Адрес - с. Кубитет",
        "Адрес – с. Кубитет",
        "Адрес ........ с. Кубитет",
        "Адрес = с. Кубитет",
        "Адрес:с. Кубитет",
        "Адрес\tс. Кубитет",
        "АДРЕС    с. Кубитет",
        "3) Адрес: с. Кубитет",
        "• Адрес: с. Кубитет",
        "*Адрес:* с. Кубитет",
        "Адрес (точный) :  с. Кубитет",
    ],
)
def test_a_label_is_told_from_its_value_by_any_sign(line: str) -> None:
    [(label, value)] = split_line(line, BUILT_IN)

    assert (label.field, value) == ("address", "с. Кубитет")


@pytest.mark.parametrize(
    "html",
    [
        "<b>Адрес</b><b>:</b> с. Кубитет",
        "<b>Адрес</b> <b>:</b> с. Кубитет",
        "<b>Адрес</b><b>: </b>с. Кубитет",
        "<b>Адр</b><b>ес:</b> с. Кубитет",
        "<b><u>Адрес</u></b><b>:</b> с. Кубитет",
        "<b>ФИО</b><b>:</b> Хордов <b>Адрес</b><b>:</b> с. Кубитет",
        "<table><tr><td>Адрес</td><td>:</td><td>с. Кубитет</td></tr></table>",
        "<table><tr><td><b>Адрес</b></td><td><b>:</b> с. Кубитет</td></tr></table>",
        "<p>Адрес<br>: с. Кубитет</p>",
        "Адрес : : с. Кубитет",
    ],
)
def test_no_value_begins_with_the_colon_of_its_label(html: str) -> None:
    entry = read_form(pieces_of_html(html), BUILT_IN).entries[-1]

    assert (entry.field, entry.value) == ("address", "с. Кубитет")


def test_several_labels_of_one_line_are_cut_apart() -> None:
    line = "ФИО: Призраков Юрий; тел.: 8-999; Адрес: ул. Тестовая; текст: Снег; адрес: не тот"

    cut = [(label.field, value) for label, value in split_line(line, BUILT_IN)]

    assert cut == [
        ("applicant", "Призраков Юрий"),
        ("phone", "8-999"),
        ("address", "ул. Тестовая"),
        ("text", "Снег; адрес: не тот"),
    ]


def test_a_sentence_is_not_cut() -> None:
    assert split_line("Прошу: почистите улицу, телефон отключён - жду", BUILT_IN) == []


def test_a_table_of_headings_gives_one_set_per_row() -> None:
    html = (
        "<table><tr><th>ФИО</th><th>Адрес</th></tr>"
        "<tr><td>А</td><td>Б</td></tr><tr><td>В</td><td>Г</td></tr></table>"
    )

    entries = read_form(pieces_of_html(html), BUILT_IN).entries

    assert [(one.field, one.value) for one in entries] == [
        ("applicant", "А"),
        ("address", "Б"),
        ("applicant", "В"),
        ("address", "Г"),
    ]
    assert len({one.set_ for one in entries}) == 2


def test_a_text_lasts_until_the_next_label_and_a_short_value_does_not() -> None:
    plain = "Текст: раз\nдва\n\nтри\nТелефон: нет\nещё строка"

    form = read_form(pieces_of_text(plain), BUILT_IN)

    assert [(one.field, one.value) for one in form.entries] == [
        ("text", "раз\nдва\nтри"),
        ("phone", "нет"),
    ]
    assert len(form.free) == 1

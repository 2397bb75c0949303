"""What a dispatcher answers about a mail that was set aside: 0 wrong, not understood is allowed."""

import pytest

from mcu_mail.domain.aside_words import AsideWord, is_courtesy, read_aside_answer

ASSIGN, NEW, DROP, YES, THANKS, UNCLEAR = AsideWord


@pytest.mark.parametrize(
    "text",
    [
        "К делу 2026-000123",
        "к делу № 2026-000123.",
        "2026-000123",
        "Это к делу 2026-000123",
        "дело 2026–000123",
        "Приложите к делу 2026-000123!",
        "Здравствуйте, коллеги!\nК делу 2026-000123",
        "Добрый день.\n\nк делу 2026-000123\nспасибо",
        "Относится к делу 2026-000123",
        "прошу приложить к делу 2026-000123",
        "№ 2026-000123",
    ],
)
def test_a_case_is_named(text):
    answer = read_aside_answer(text)
    assert (answer.word, answer.number) == (ASSIGN, "2026-000123")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Новое", ""),
        ("новое.", ""),
        ("Новое обращение", ""),
        ("Новое дело", ""),
        ("Открыть дело", ""),
        ("Заведите новое дело", ""),
        ("Новое: жительница жалуется на снег", "жительница жалуется на снег"),
        ("Это новое сообщение\nпозвоните ей", "позвоните ей"),
    ],
)
def test_a_case_is_to_be_opened(text, reason):
    answer = read_aside_answer(text)
    assert (answer.word, answer.reason) == (NEW, reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Не нужно", ""),
        ("не нужно, спам", "спам"),
        ("Не нужно: не наш район", "не наш район"),
        ("Не надо.", ""),
        ("Не наше", ""),
        ("Спам", ""),
        ("реклама", ""),
        ("Ненужное", ""),
        ("Это рассылка", ""),
        ("Не требуется\nуже решили по телефону", "уже решили по телефону"),
    ],
)
def test_nothing_is_to_be_done(text, reason):
    answer = read_aside_answer(text)
    assert (answer.word, answer.reason) == (DROP, reason)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ок",
        "Хорошо",
        "дело",
        "Спасибо, а это куда?",
        "Не к делу 2026-000123",
        "К делу 2026-000123 не нужно",
        "К делу 2026-000123 или 2026-000124",
        "Это не дело 2026-000123",
        "К делу 2026-000123?",
        "Новое – не открывать",
        "Новое дело не надо",
        "Новое?",
        "Новое: открывать не надо",
        "Не новое",
        "Не нужно отвечать",
        "Не нужно, приложите к делу",
        "Не нужно, но лучше новое",
        "Не нужно?",
        "Не спам",
        "Не знаю, к какому делу",
        "Нужно подумать",
        "нужно",
        "Новое дело 2026-000123 не связано",
        "А это точно не наше?",
        "Не реклама, откройте дело",
    ],
)
def test_anything_else_is_not_understood(text):
    assert read_aside_answer(text).word is UNCLEAR


def test_thanks_ask_for_nothing():
    assert read_aside_answer("Спасибо, разобрались").word is THANKS


def test_a_yes_is_told_apart():
    assert read_aside_answer("Да.").word is YES
    assert read_aside_answer("Да, но потом").word is UNCLEAR


def test_a_long_hostile_text_takes_no_time():
    assert read_aside_answer("это " * 500_000).word is UNCLEAR
    assert read_aside_answer("не" * 500_000).word is UNCLEAR


@pytest.mark.parametrize(
    ("words", "wants_nothing"),
    [
        ("Спасибо!", True),
        ("Спасибо большое, Алла Проектовна!", True),
        ("Добрый день! Принято, спасибо", True),
        ("ок", True),
        ("+", True),
        ("", True),
        ("С уважением, Иванова", True),
        ("Спасибо. Отозвать", False),
        ("Спасибо, но дом не 25, а 52", False),
        ("Получили?", False),
        ("хорошо, нет", False),
        ("Ошибка", False),
    ],
)
def test_only_plain_thanks_want_nothing_of_anybody(words, wants_nothing):
    assert is_courtesy(words) is wants_nothing

"""«Обращение: …» and «Кому: …» in a drafter's reply, and all that only looks like them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.addressing import UNSETTLED, Addressing, take_addressing
from mcu_mail.domain.rich_text import bold
from mcu_mail.domain.verdicts import MeaningKind, read_meaning

TODAY = date(2026, 11, 23)
PROSE = "Улица Образцовая расчищена 23.11.2026, повторная уборка назначена на 25.11.2026."


@pytest.mark.parametrize(
    ("line", "salutation"),
    [
        ("Обращение: Уважаемая Саша Петровна!", "Уважаемая Саша Петровна!"),
        ("обращение - уважаемая Саша Петровна", "Уважаемая Саша Петровна!"),
        ("ОБРАЩЕНИЕ: Уважаемый Женя Ильич,", "Уважаемый Женя Ильич!"),
        ("  – Обращение: Уважаемые жители дома № 5!", "Уважаемые жители дома № 5!"),
        ("Обращение двоеточие здравствуйте", "Здравствуйте!"),
        ("Обращение: Дорогая Анна Ивановна.", "Дорогая Анна Ивановна!"),
    ],
)
def test_a_salutation_is_read_from_its_line(line: str, salutation: str) -> None:
    text, found = take_addressing(f"{PROSE}\n{line}\n{PROSE}")
    assert text == f"{PROSE}\n{PROSE}"
    assert found == Addressing(salutation=salutation)


@pytest.mark.parametrize(
    ("line", "to"),
    [
        ("Кому: Зайцу В.В.", "Зайцу В.В."),
        ("кому - Зайцу Виктору Викторовичу.", "Зайцу Виктору Викторовичу"),
        ("Кому: Иванову И.И., Петровой А.А.", "Иванову И.И., Петровой А.А."),
        ("Кому: ТСЖ «Уют»;", "ТСЖ «Уют»"),
        ("Кому: Д'Артаньяну Ш.П.", "Д'Артаньяну Ш.П."),
    ],
)
def test_an_addressee_is_read_from_his_line(line: str, to: str) -> None:
    assert take_addressing(f"{PROSE}\n{line}") == (PROSE, Addressing(to=to))


@pytest.mark.parametrize(
    "text",
    [
        "Обращение: гражданки Ивановой рассмотрено.",
        "Обращение: № 123 от 24.11.2026",
        "Обращение: Уважаемая Имя Отчество!",
        "Кому: Фамилии И.О.",
        "Обращение Уважаемая Саша Петровна поступило вчера.",
        "> Обращение: Уважаемая Саша Петровна!",
        "Кому: всем",
        "Кому: МЦУ <mcu@okrug.example>",
        "Кому:",
        "Кому: 😀",
        "Обращение:",
        "Обращение: " + "Уважаемая " * 30,
        "От: Трассов Фёдор\nОтправлено: 23.11.2026\nКому: Служба писем\nТема: Снег",
        "From: x\nКому: Служба писем",
        f"{PROSE} Кому: Зайцу В.В.",
    ],
)
def test_what_only_looks_like_such_a_line_stays_in_the_text(text: str) -> None:
    assert take_addressing(text) == (text, UNSETTLED)


def test_a_line_of_a_word_file_may_be_bold() -> None:
    line = f"{bold('Кому:')} Зайцу В.В."
    assert take_addressing(line) == ("", Addressing(to="Зайцу В.В."))


def test_the_last_line_of_each_kind_counts() -> None:
    text = "Кому: Зайцу В.В.\nОбращение: Уважаемый Виктор!\nКому: Заяц В.В."
    found = Addressing(salutation="Уважаемый Виктор!", to="Заяц В.В.")
    assert take_addressing(text) == ("", found)
    assert found.changed_by(Addressing(to="Зайцу В.В.")).salutation == "Уважаемый Виктор!"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Обращение: Уважаемая Саша Петровна!", MeaningKind.addressing),
        ("Добрый день!\nОбращение: Уважаемая Саша Петровна!\nСпасибо", MeaningKind.addressing),
        ("Согласовано\nОбращение: Уважаемая Саша Петровна!", MeaningKind.approve),
        ("На доработку: нет фото\nКому: Зайцу В.В.", MeaningKind.return_),
        ("Связались: 23.11 08:55, по телефону\nКому: Зайцу В.В.", MeaningKind.contact_only),
    ],
)
def test_a_reply_means_the_same_with_such_a_line(text: str, kind: MeaningKind) -> None:
    meaning = read_meaning(text, TODAY)
    assert meaning.kind is kind
    assert meaning.addressing
    assert "Кому" not in meaning.text + meaning.reason
    assert "Обращение" not in meaning.text + meaning.reason


@given(st.text())
def test_no_text_is_lost_but_the_lines_that_were_read(text: str) -> None:
    left, found = take_addressing(text)
    assert found or left == "\n".join(text.splitlines())


@given(st.text())
def test_whatever_a_line_holds_a_salutation_is_one_line_that_ends_well(text: str) -> None:
    _, found = take_addressing(f"Обращение: Уважаемая {text}")
    assert found.salutation == "" or found.salutation.endswith("!")
    assert len(found.salutation.splitlines()) <= 1

"""A name may hold the letters of a label: «Пантелеевич» is no phone, «Бородина» no birth."""

from __future__ import annotations

import pytest

from mcu_mail.mail.names import names_several, read_person


@pytest.mark.parametrize(
    "name",
    [
        "Бородина Анна Петровна",
        "Родионов Пётр Родионович",
        "Примеров Иван Пантелеевич",
        "Телегина Вера Метелевна",
        "Мобутин Адам Образцович",
        "Безродный Иван Макетович",
    ],
)
@pytest.mark.parametrize(
    "tail",
    [
        "",
        " тел. 8-999-000-11-22",
        ", тел.: нет",
        " Тел 89990001122",
        " телефон: 8999",
        " г.р. 1960",
    ],
)
def test_letters_of_a_label_inside_a_name_do_not_cut_it(name, tail):
    assert read_person(name + tail).full == name


@pytest.mark.parametrize(
    "tail",
    [
        " моб. 8-999-000-11-22",
        " мобильный 89990001122",
        " род. 01.01.1960",
        " родилась в 1960",
        " проживает: пгт Тяжинский",
        " адрес: ул. Образцовая, 7",
    ],
)
def test_what_follows_a_name_is_cut_off(tail):
    assert read_person("Бородина Анна Петровна" + tail).full == "Бородина Анна Петровна"


@pytest.mark.parametrize("trader", ["ИП ", "Индивидуальный предприниматель "])
def test_a_sole_trader_is_addressed_as_a_person(trader):
    assert read_person(f"{trader}Бородина Анна Петровна").full == "Бородина Анна Петровна"


def test_the_name_of_a_firm_keeps_both_its_quotation_marks():
    assert read_person("ООО «Тяжинские зори»").nickname == "ООО «Тяжинские зори»"
    assert read_person("«Добрый сосед»").nickname == "Добрый сосед"


@pytest.mark.parametrize(
    ("value", "several"),
    [
        ("Бородин Пётр Ильич, Бородина Анна Петровна", True),
        ("Бородин П.И. и Бородина А.П.", True),
        ("Бородина Анна Петровна, пгт Тяжинский, ул. Образцовая", False),
        ("Бородина Анна Петровна; 8-999-000-11-22", False),
        ("Бородина Анна и дети", False),
    ],
)
def test_two_applicants_are_noticed(value, several):
    assert names_several(value) is several

"""A name may hold the letters of a label: «Пантелеевич» is no phone, «Бородина» no birth."""

from __future__ import annotations

import pytest

from mcu_mail.mail.names import read_person


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

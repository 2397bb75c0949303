"""The addressee of letters and the office's own declension, as config.yaml states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mcu_mail.errors import SettingsError
from mcu_mail.service.addressing import official_faults
from mcu_mail.settings import Settings, load
from tests.settings.broken_configs import TEXT

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = next(line.removesuffix("}") for line in TEXT.splitlines() if line.startswith("letters:"))


def with_letters(folder: Path, added: str) -> Path:
    assert TEXT.count(LETTERS + "}") == 1
    path = folder / "config.yaml"
    path.write_text(TEXT.replace(LETTERS + "}", f"{LETTERS}, {added}}}"), encoding="utf-8")
    return path


def loaded(folder: Path, added: str) -> Settings:
    return load(with_letters(folder, added))


def test_letters_go_to_the_applicant_unless_stated_otherwise(tmp_path: Path) -> None:
    assert loaded(tmp_path, "addressee: applicant").letters.addressee is None


def test_letters_may_go_to_an_official(tmp_path: Path) -> None:
    added = "addressee: {title: Губернатор Кузбасса, name: Образцов Илья Примерович}"
    official = loaded(tmp_path, added).letters.addressee
    assert official is not None
    assert (official.title, official.address_lines, official.salutation) == (
        "Губернатор Кузбасса",
        (),
        "",
    )


def test_the_example_in_the_shipped_file_can_be_used_as_it_stands(tmp_path: Path) -> None:
    lines = [line.removeprefix("#   ") for line in TEXT.splitlines() if line.startswith("#   ")]
    start = next(i for i, line in enumerate(lines) if line.startswith("addressee: "))
    example = " ".join(lines[start : start + 4])
    settings = loaded(tmp_path, example.replace(" declension:", ", declension:"))
    assert settings.letters.addressee is not None
    assert settings.letters.declension["Заяц|м"] == "Зайцу"
    assert official_faults(settings) == ()


@pytest.mark.parametrize(
    ("added", "place", "fault"),
    [
        ("addressee: governor", "letters.addressee", "нужно applicant (заявитель) или должност"),
        ("addressee: {title: Губернатор}", "letters.addressee.name", "не указан обязательный ключ"),
        (
            "addressee: {title: Губернатор, name: Образцов И.П., titel: x}",
            "letters.addressee.titel",
            "возможно, «title»",
        ),
        ('declension: {"Заяц|х": Зайцу}', "letters.declension.Заяц|х", "после «|» может стоять"),
        ('declension: {"|м": Зайцу}', "letters.declension.|м", "перед «|» нужна фамилия"),
        ('declension: {"Заяц В.В.|м": Зайцу}', "letters.declension", "указывают одну фамилию"),
        ('declension: {"Заяц|м": Зайцу В.В.}', "letters.declension", "нужна одна фамилия"),
        ('declension: {"Заяц|м": Зайцy}', "letters.declension", "русские и латинские буквы"),
        ('declension: {"Заяц|м": ""}', "letters.declension", "не может быть пустым"),
        (
            'declension: {"Заяц|м": Зайцу, "ЗАЯЦ|m": Заяцу}',
            "letters.declension",
            "«Заяц|м» и «ЗАЯЦ|m» – это одно и то же",
        ),
        ("declension: [Заяц]", "letters.declension", "нужен раздел с ключами"),
    ],
)
def test_a_fault_names_its_place_in_russian(
    tmp_path: Path, added: str, place: str, fault: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        loaded(tmp_path, added)
    assert len(raised.value.faults) == 1
    assert place in raised.value.faults[0]
    assert fault in raised.value.faults[0]


@pytest.mark.parametrize(
    ("added", "faults"),
    [
        ("addressee: {title: Губернатор Кузбасса, name: Образцов Илья Примерович}", []),
        (
            "addressee: {title: Замруковод, name: Ким Саша}",
            ["letters.addressee.title", "letters.addressee.name", "letters.addressee.salutation"],
        ),
        (
            (
                "addressee: {title: Замруковод, name: Ким Саша, salutation: Уважаемый г-н Ким!}, "
                "declension: {Замруковод: Замруководу, Ким Саша: Киму А.}"
            ),
            [],
        ),
    ],
)
def test_an_official_who_cannot_be_addressed_is_told_by_check(
    tmp_path: Path, added: str, faults: list[str]
) -> None:
    found = official_faults(loaded(tmp_path, added))
    assert [fault.partition(":")[0] for fault in found] == faults

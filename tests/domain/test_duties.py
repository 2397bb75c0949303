"""`docs/duties.md` names only mails, words and parts of the service that are there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.verdicts import read_meaning

ROOT = Path(__file__).parent.parent.parent
DUTIES = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in (ROOT / "docs" / "duties.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| роль"))
]
WORDS = sorted({
    (words, kind) for row in DUTIES for words, kind in re.findall(r"«([^»]+)» \(`(\w+)`\)", row[3])
})


def named(column: int) -> set[str]:
    return {name for row in DUTIES for name in re.findall(r"`(\w+)`", row[column])}


def test_every_row_says_who_does_what_and_how_it_is_covered():
    assert len(DUTIES) > 30
    for row in DUTIES:
        assert len(row) == 5
        assert row[1], row
        assert any(row[2:]), f"{row[1]}: covered by nothing"


def test_every_mail_named_is_a_template():
    mails = {path.stem for path in (ROOT / "templates" / "mails").glob("*.j2")}
    assert named(2) <= mails


def test_every_part_of_the_service_named_is_there():
    parts = {path.stem for path in (ROOT / "mcu_mail" / "service").glob("*.py")}
    assert named(4) <= parts


@pytest.mark.parametrize(("words", "kind"), WORDS)
def test_every_word_is_read_as_the_table_says(words, kind):
    expected = MeaningKind[kind]
    readings = {
        read_meaning(words, date(2026, 11, 23), drafting=drafting).kind
        for drafting in (False, True)
    }
    assert expected in readings

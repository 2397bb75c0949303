"""Replies that quote our own requests without any mark, as some programs and some people do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mcu_mail.mail.html_text import html_to_text
from mcu_mail.mail.reply import SEPARATOR, cut
from mcu_mail.mail.wording import ANSWERS, REQUESTS, Wording
from mcu_mail.mail.wording_samples import MAILS
from mcu_mail.settings.template_set import read_templates

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES = Path(__file__).parents[2] / "templates"
WORDING = Wording(read_templates(TEMPLATES).files, "Тяжинский МО", "mcu@okrug.example")
OWN = "Трактор выйдет завтра в девять утра"


def forms(name: str) -> Iterator[tuple[str, str]]:
    """Each of our requests as text and as its HTML reads, without the separator on top."""
    for context in MAILS[name]:
        worded = WORDING.compose(name, **context)
        yield (
            worded.text.replace(SEPARATOR, "").strip(),
            html_to_text(worded.html).replace(SEPARATOR, "").strip(),
        )


ASKING = sorted(set(MAILS) & (REQUESTS - ANSWERS))


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("said", ["Согласовано", "На доработку: нет даты", OWN])
def test_an_answer_above_or_below_our_unmarked_letter_is_all_that_is_left(name, said):
    for both in forms(name):
        for quoted in both:
            assert cut(f"{said}\n\n{quoted}", sent_text=both).text == said
            assert cut(f"{quoted}\n\n{said}", sent_text=both).text == said


@pytest.mark.parametrize("name", ASKING)
def test_our_unmarked_letter_alone_says_nothing(name):
    for both in forms(name):
        for quoted in both:
            assert cut(quoted, sent_text=both).text == ""


@pytest.mark.parametrize("name", ASKING)
def test_an_answer_between_the_lines_of_our_letter_is_found(name):
    for both in forms(name):
        lines = both[0].split("\n")
        for at in range(2, len(lines), 9):
            reply = "\n".join([*lines[:at], OWN, *lines[at:]])
            assert cut(reply, sent_text=both).text == OWN

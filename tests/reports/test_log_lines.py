from __future__ import annotations

import io
import logging

import pytest

from mcu_mail.errors import RefusedError
from mcu_mail.reports.log_lines import LogLines

CANARY = "Канарейкина 8-999-000-11-01"


def stumble() -> None:
    try:
        int(CANARY)
    except ValueError as error:
        raise KeyError(CANARY) from error


@pytest.fixture
def logged():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(LogLines())
    log = logging.Logger("mcu_mail.test")  # noqa: LOG001 - nobody else may hear it
    log.addHandler(handler)
    return log, out


def test_a_fault_tells_its_places_and_types_but_not_the_words_it_was_about(logged):
    log, out = logged
    try:
        stumble()
    except KeyError:
        log.exception("mail %d could not be handled", 7)
    text = out.getvalue()
    assert CANARY not in text
    assert text.index("builtins.ValueError") < text.index("builtins.KeyError")
    assert "test_log_lines.py:" in text
    assert "mail 7 could not be handled" in text


def test_the_words_of_our_own_errors_are_kept(logged):
    log, out = logged
    log.error("job failed", exc_info=RefusedError("порт занят\x1b[31m"))
    assert "порт занят?[31m" in out.getvalue()


@pytest.mark.parametrize(
    "words", ["a\r\n2026 ERROR forged", "\x1b[2J", "x\u2028y", "\u202egnp.exe"]
)
def test_no_message_writes_a_line_of_its_own_or_steers_the_terminal(logged, words):
    log, out = logged
    log.warning("smtp: %s", words)
    (line,) = out.getvalue().removesuffix("\n").split("\n")
    assert line.isprintable()


def test_a_loop_of_faults_comes_to_its_end(logged):
    log, out = logged
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    log.error("x", exc_info=first)
    assert out.getvalue().count("Error\n") == 2

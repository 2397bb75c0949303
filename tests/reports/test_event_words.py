from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import mcu_mail
from mcu_mail.mail.wording_samples import MAILS, NOTES
from mcu_mail.reports.words import EVENTS, details
from tests.domain.offices import OFFICE

# Files of these have no case yet, so no event speaks of them.
NO_CASE = {
    "batch_again",
    "bad_signature",
    "damaged",
    "empty",
    "encrypted",
    "foreign_signature",
    "incomplete",
    "mixed",
    "no_code_in_batch",
    "not_a_file",
    "not_a_scan",
    "other",
    "signature_alone",
    "too_large",
    "unsure_signature",
}
SOURCES = sorted(
    path
    for part in ("domain", "service")
    for path in (Path(mcu_mail.__file__).parent / part).glob("*.py")
)


def kinds_in(tree: ast.AST) -> set[str]:
    """The kinds of events that a module writes: `Log(kind="…")` and `carrier.log("…", …)`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name == "Log":
            values = [item.value for item in node.keywords if item.arg == "kind"]
        elif name == "log" and node.args:
            values = node.args[:1]
        else:
            continue
        found |= {
            value.value
            for value in values
            if isinstance(value, ast.Constant) and isinstance(value.value, str)
        }
    return found


def test_every_event_the_service_writes_has_a_russian_word():
    written = {kind for path in SOURCES for kind in kinds_in(ast.parse(path.read_text("utf-8")))}

    assert len(written) > 30
    assert written <= set(EVENTS)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            {"step": "draft", "actor": "roads_head", "due": "2026-11-23T13:35:00+07:00"},
            "шаг: подготовить ответ; ход: Трассов Фёдор Макетович; до: 23.11 13:35",
        ),
        (
            {"topic": "snow", "department": "roads", "cause": "mail1", "rules": {"text": "label"}},
            "тема: Уборка снега; подразделение: Отдел дорожного хозяйства и транспорта",
        ),
        (
            {"states": {"a@b.example": "accepted"}, "late": False},
            "состояния: a@b.example – принято",
        ),
        ({"lines": ["Связались: 23.11"], "missing": []}, "запись: Связались: 23.11"),
        ({}, ""),
        (
            {"engine": "native", "pages": 1, "actor": "service"},
            "движок: встроенный; страниц: 1; ход: служба",
        ),
        ({"reason": "wrong_version"}, "причина: подписан старый вариант"),
        ({"reason": "нет срока уборки"}, "причина: нет срока уборки"),
    ],
)
def test_details_are_told_in_words_and_codes_are_left_out(data, words):
    assert details(data, OFFICE) == words


def test_every_reason_the_service_writes_has_a_russian_word():
    samples = (*MAILS["not_taken"], *NOTES["scan_refused"])
    written = {str(sample["reason"]) for sample in samples} - NO_CASE

    assert len(written) > 50
    assert not {code for code in written if re.search("[a-z]", details({"reason": code}, OFFICE))}

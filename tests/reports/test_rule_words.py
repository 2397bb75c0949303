"""The rules by which a notice was read, as an administrator reads them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcu_mail import mail
from mcu_mail.reports.one_mail import rule_words

_RULE = re.compile(r'"((?:pattern|line|record|words of|subject and)[: ][^"{}]+|the whole body)"')
RULES = sorted({
    rule
    for module in Path(mail.__path__[0]).glob("*.py")
    for rule in _RULE.findall(module.read_text(encoding="utf-8"))
})


def test_the_rules_are_found():
    assert {"pattern: prose", "words of the reason", "pattern: «до …»"} <= set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_told_in_russian(rule: str):
    assert re.search(r"[a-z]{3}", rule_words(rule)) is None

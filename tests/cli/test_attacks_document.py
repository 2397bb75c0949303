"""The page that names a test for every attack names tests that exist, and no attack is missing."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")


def test_every_attack_has_a_line_and_every_test_named_exists() -> None:
    rows = re.findall(r"^\| (A\d\d) .*\| (.+) \|$", PAGE, re.MULTILINE)
    assert [number for number, _ in rows] == [f"A{n:02}" for n in range(1, 48)]
    for number, tests in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", tests)
        assert named, number
        for file, test in named:
            code = (ROOT / file).read_text(encoding="utf-8")
            assert f"def {test}(" in code if test else "def test_" in code, (number, file, test)

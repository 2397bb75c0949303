"""The page on reliability names, for every fault, tests that exist or says why there is none."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_every_fault_has_a_line_and_every_test_named_exists() -> None:
    rows = re.findall(r"^\| (F\d\d) .*\| (.+) \|$", PAGE, re.MULTILINE)
    assert [number for number, _ in rows] == [f"F{n:02}" for n in range(1, 61)]
    for number, shown in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", shown)
        assert named or shown.startswith("no test: "), number
        for file, test in named:
            code = (ROOT / file).read_text(encoding="utf-8")
            assert f"def {test}(" in code if test else "def test_" in code, (number, file, test)

"""Expressions that are compiled late: every one of them is sound."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mcu_mail.domain import sheet_described, sheet_shapes, sheet_words
from mcu_mail.domain.late_regex import LateRegex


@pytest.mark.parametrize("module", [sheet_words, sheet_shapes, sheet_described])
def test_every_expression_compiles(module):
    found = [one for one in vars(module).values() if isinstance(one, LateRegex)]
    assert found
    for one in found:
        assert one.compiled.pattern == one.pattern


def test_a_start_compiles_none_of_them():
    said = (
        "from mcu_mail.domain import sheet_rows, sheet_shapes, sheet_words\n"
        "from mcu_mail.domain.late_regex import LateRegex\n"
        "found = [one for module in (sheet_words, sheet_shapes) for one in vars(module).values()]\n"
        "late = [one for one in found if isinstance(one, LateRegex)]\n"
        "assert late\n"
        "assert not any('compiled' in vars(one) for one in late)\n"
    )
    subprocess.run([sys.executable, "-c", said], check=True)

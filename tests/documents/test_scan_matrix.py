"""A cut of the scan matrix (`tests/bench/scan_matrix.py`): what an office machine makes is read."""

from __future__ import annotations

import pytest

from tests.bench.scan_matrix import Case, outcome, scan_of


@pytest.mark.parametrize(
    "case",
    [
        Case(150, 0.0, 0, "чб", "край"),
        Case(150, -3.0, 180, "jpeg15", "край"),
        Case(150, 1.3, 90, "бледно", "нет"),
        Case(150, -3.0, 270, "шум", "угол"),
        Case(150, 1.3, 0, "серое", "половина"),
        Case(150, 0.0, 180, "чисто", "весь"),
        Case(200, 1.3, 90, "шум", "край"),
        Case(200, -3.0, 0, "бледно", "весь"),
        Case(200, 0.0, 270, "jpeg15", "половина"),
        Case(300, -3.0, 90, "чб", "край"),
        Case(300, 1.3, 180, "серое", "половина"),
    ],
    ids=lambda case: " ".join(map(str, case)),
)
def test_a_worn_and_sealed_sheet_is_read_at_150_dpi_and_above(case: Case) -> None:
    assert outcome(scan_of(case)) == "read"


@pytest.mark.parametrize("loss", ["чисто", "чб", "jpeg15"])
@pytest.mark.parametrize("dpi", [72, 100])
def test_a_coarse_scan_is_read_or_not_but_never_wrong(dpi: int, loss: str) -> None:
    assert outcome(scan_of(Case(dpi, 1.3, 0, loss, "край"))) in {"read", "unread"}

"""A sample of the loop of `nth_call`: whichever call fails, the day ends as it should."""

from __future__ import annotations

import pytest

from tests.kill.nth_call import one_day

SAMPLE = [("points", "ENOSPC", 118), ("database", "FULL", 1002)]


@pytest.mark.parametrize(("kind", "action", "at"), SAMPLE)
def test_a_day_in_which_one_call_fails_ends_right(kind: str, action: str, at: int) -> None:
    reached, told, wrong, _ = one_day(kind, action, at, None)
    assert reached
    assert (wrong, told.foreign) == ([], [])

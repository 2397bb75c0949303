"""A few network cuts at each place, on real servers; the long run makes a thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kill.cuts import EVERY, cut_and_count

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.post import RealPostOffice

pytestmark = pytest.mark.peers


def test_cuts_at_every_place_lose_no_letter_and_send_none_twice(
    tmp_path: Path, real_post: RealPostOffice
) -> None:
    figures = cut_and_count(tmp_path / "office", real_post, cuts=len(EVERY))
    assert figures.cuts.total() == len(EVERY) == 14
    assert (figures.lost, figures.second, figures.unsent, figures.unknown) == (0, 0, 0, 0)


def test_without_a_witness_what_nobody_can_know_is_left_to_a_person(
    tmp_path: Path, real_post: RealPostOffice
) -> None:
    places = [(place, way) for place, way in EVERY if place in {"mail", "dot"}]
    figures = cut_and_count(
        tmp_path / "office", real_post, cuts=len(places), witness=False, places=places
    )
    assert (figures.lost, figures.second, figures.unsent) == (0, 0, 0)
    # Two letters, two addresses each: the dot that never came, and the answer that never came.
    assert figures.unknown == 4

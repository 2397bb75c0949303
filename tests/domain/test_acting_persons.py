from __future__ import annotations

from datetime import date

import pytest

from mcu_mail.domain.acting import Acting, acting_for, loops, overlaps
from mcu_mail.domain.office import Absence


def away(person: str, first: int, last: int, acting: str) -> Absence:
    """An absence in November 2026."""
    first_day, last_day = date(2026, 11, first), date(2026, 11, last)
    return Absence(person=person, first=first_day, last=last_day, acting=acting)


A_TO_B = away("a", 10, 20, "b")
B_TO_C = away("b", 15, 25, "c")


@pytest.mark.parametrize(
    ("day", "person", "through"),
    [
        (9, "a", ()),
        (10, "b", (A_TO_B,)),
        (14, "b", (A_TO_B,)),
        (15, "c", (A_TO_B, B_TO_C)),
        (20, "c", (A_TO_B, B_TO_C)),
        (21, "a", ()),
    ],
)
def test_the_acting_person_is_found_through_chains_on_every_day(day, person, through):
    found = acting_for("a", date(2026, 11, day), [A_TO_B, B_TO_C])
    assert found == Acting(person=person, through=through)


def test_in_a_loop_the_person_himself_stays_responsible():
    ring = [A_TO_B, away("b", 1, 30, "a")]
    assert acting_for("a", date(2026, 11, 12), ring) == Acting(person="a", through=())
    assert acting_for("c", date(2026, 11, 12), ring) == Acting(person="c", through=())


def test_a_loop_is_found_once_and_from_its_first_entry():
    ring = [A_TO_B, B_TO_C, away("c", 18, 30, "a")]
    assert loops(ring) == (tuple(ring),)


def test_a_ring_whose_periods_share_no_day_is_no_loop():
    assert loops([A_TO_B, away("b", 21, 25, "a")]) == ()
    # Each pair shares a day, all three do not.
    assert loops([away("a", 1, 5, "b"), away("b", 5, 9, "c"), away("c", 1, 4, "a")]) == ()


def test_a_ring_that_shares_a_single_day_is_a_loop():
    ring = (away("a", 1, 5, "b"), away("b", 5, 9, "a"))
    assert loops(ring) == (ring,)


def test_acting_for_oneself_is_a_loop():
    own = away("a", 1, 2, "a")
    assert loops([own]) == ((own,),)


def test_two_loops_over_one_person_are_both_found():
    one = (away("a", 1, 9, "b"), away("b", 1, 9, "a"))
    other = (away("a", 1, 9, "c"), away("c", 1, 9, "a"))
    assert {frozenset(ring) for ring in map(repr_ring, loops([*one, *other]))} == {
        frozenset(repr_ring(one)),
        frozenset(repr_ring(other)),
    }


def repr_ring(ring: tuple[Absence, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((absence.person, absence.acting) for absence in ring)


def test_a_chain_that_leads_into_a_loop_is_not_part_of_it():
    ring = (away("b", 1, 9, "c"), away("c", 1, 9, "b"))
    assert loops([away("a", 1, 9, "b"), *ring]) == (ring,)


def test_two_acting_persons_on_one_day_are_named():
    other = away("a", 20, 22, "c")
    assert overlaps([A_TO_B, B_TO_C, other]) == ((A_TO_B, other),)


def test_periods_that_follow_each_other_or_name_the_same_person_do_not_overlap():
    assert overlaps([A_TO_B, away("a", 21, 22, "c"), away("a", 15, 16, "b")]) == ()

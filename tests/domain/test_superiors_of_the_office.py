"""A delay of the dispatcher or of the clerk is nobody's in the department of the case."""

from __future__ import annotations

from datetime import date

import pytest

from mcu_mail.domain.whose_turn import superior_of
from tests.domain.offices import OFFICE, case


@pytest.mark.parametrize("late", [OFFICE.roles.dispatcher, OFFICE.roles.registry])
def test_it_is_reported_to_the_curator_and_not_to_the_head_of_a_department(late):
    assert superior_of(late, case(), OFFICE, date(2026, 11, 23)) == OFFICE.roles.curator

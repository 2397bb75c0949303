"""The target: a coordinator with forty messages a day needs her mailbox and a dozen mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.coordinator_day import CoordinatorDay

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stories.office_day import OfficeDay

pytestmark = pytest.mark.long


@pytest.fixture
def changes() -> dict[str, object]:
    """What an office is shipped with."""
    return {
        "sheets": {"minutes": 60, "at_once_before_minutes": 30},
        "digests.at": ["08:30", "16:30"],
    }


def test_forty_incidents_and_five_letters_cost_the_coordinator_a_dozen_mails(
    day: OfficeDay, record_property: Callable[[str, object], None]
) -> None:
    figures = CoordinatorDay(day).play()
    row = (
        f"coordinator {figures.received['appeals']} received, "
        f"{figures.written['appeals']} written; "
        f"deputies {figures.received['dep_life']} and {figures.received['dep_social']} received; "
        f"head of the okrug {figures.received['head']}; "
        f"centre {figures.received['press']}, curator {figures.received['dep_affairs']}"
    )
    record_property("figures", row)

    stands = day.standings().values()
    assert len(stands) == 45
    assert sum(one.step in {"regional", "citizen"} for one in stands) >= 35
    assert sum(one.step == "close" for one in stands) == 5
    late = [number for number in range(1, 46) if day.events("first_reply_late", number)]
    assert late == []
    assert figures.received["appeals"] <= 20
    assert figures.written["appeals"] <= 15
    assert max(figures.received["dep_life"], figures.received["dep_social"]) <= 8
    assert figures.received["head"] == 0

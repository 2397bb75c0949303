"""A day on real Dovecot and Postfix whose daemon dies at every fail point that it passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kill.daemon import Zygote
from tests.kill.fail_points import fail_points
from tests.kill.runs import figures, one_day
from tests.kill.unreached import ONCE, WITHOUT_MOVE, missed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.peers.post import RealPostOffice


@pytest.mark.peers
@pytest.mark.office
@pytest.mark.timeout(1500)
def test_a_day_survives_a_kill_at_the_first_passing_of_every_point(
    real_post: RealPostOffice, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    points = fail_points()
    with Zygote() as zygote:
        story = one_day(tmp_path / "office", real_post, zygote, dict.fromkeys(points, (1,)))
    assert story.count.faults == {}
    assert set(missed(points, story.passed)) <= WITHOUT_MOVE | ONCE
    assert set(story.killed) >= set(story.passed) & set(points)
    record_property("figures", figures("each point at its first passing", story))

"""The decision core as a whole, in days where anything happens: see `machine`."""

from datetime import timedelta

from hypothesis import HealthCheck, settings

from mcu_mail.failpoints import armed
from tests.model.machine import Days
from tests.model.office import ModelOffice
from tests.model.outside import wired_to
from tests.stories.office_day import LIGHTS

TestDays = Days.TestCase
TestDays.settings = settings(
    max_examples=6, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_full_disk_that_stops_the_alarm_too_does_not_stop_the_other_jobs() -> None:
    office = ModelOffice()
    with wired_to(office.post):
        office.start()
        office.writes("press@region.example", "Сообщение", LIGHTS)
        office.play()
        office.post.is_down = True
        office.passes(timedelta(minutes=1))
        office.play()
        office.passes(timedelta(minutes=30))
        # The alarm of the job that has failed for long finds no room for its mail.
        with armed("kept.*@1=ENOSPC"):
            office.rounds.one(office.now)
        assert "mailbox" in office.rounds.health.faults
        office.rounds.health.until.clear()
        office.rounds.one(office.now)
        assert office.rows("SELECT key FROM outgoing WHERE key LIKE 'alarm:%'")
    office.close()

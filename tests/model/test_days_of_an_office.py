"""The decision core as a whole, in days where anything happens: see `machine`."""

from hypothesis import HealthCheck, settings

from tests.model.machine import Days

TestDays = Days.TestCase
TestDays.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)

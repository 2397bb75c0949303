"""The one door of the `holidays` library: the production calendar of Russia as plain values.

The library is lazy (working weekend days are empty until a year is filled in) and silently
invents a calendar for a year whose decree is not out; the first is settled here, the second by
`calendar.years_confirmed` of the configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import holidays

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


def production_calendar(years: Iterable[int]) -> tuple[dict[date, str], frozenset[date]]:
    """Days off of `years` with their Russian reason, and the weekend days that are worked.

    Plain weekends are not listed. A moved day off names the day it was moved from:
    «Выходной (перенесено с 27.04.2024)».
    """
    wanted = sorted(set(years))
    if not wanted:
        return {}, frozenset()
    # `observed=False` would lose the Mondays after a holiday on a weekend (09.03.2026).
    country = holidays.country_holidays("RU", years=wanted, observed=True, language="ru")
    days_off = {day: country[day] for day in sorted(country) if day.year in wanted}
    worked = frozenset(day for day in country.weekend_workdays if day.year in wanted)
    return days_off, worked

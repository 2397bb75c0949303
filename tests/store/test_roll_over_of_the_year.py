"""The 31st of December, 23:59:59: the year of a number is the office's date, in one transaction."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mcu_mail.rehearsal.stage import SHIPPED
from mcu_mail.service.counting import next_number
from mcu_mail.settings import inspect
from tests.store.stores import NOW, ZONE, keep_case, open_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LAST = datetime(2026, 12, 31, 23, 59, 59, tzinfo=ZONE)
LETTERS = 100
ROW: Mapping[str, Any] = {
    "case_id": 1,
    "version": 1,
    "addressee": "Управление",
    "subject": "О снеге",
    "executor": "",
    "signer": "",
    "sheets": 1,
    "state": "registered",
    "registered_at": NOW,
    "scan": "a" * 64,
}


def test_a_hundred_letters_around_midnight_end_one_year_and_begin_the_next(tmp_path: Path) -> None:
    settings = inspect(SHIPPED).settings
    assert settings is not None
    store = open_store(tmp_path)
    case = keep_case(store)
    dice = random.Random(39)
    for count in range(LETTERS):
        moment = LAST + timedelta(milliseconds=20 * count + dice.randrange(20))
        on = moment.date()
        for cut_off in (dice.random() < 0.5, False):
            with store.work() as work:
                scope, n, number = next_number(work, settings, case, on)
                work.register.add(
                    **ROW, scope=scope, n=n, number=number, year=on.year, on_date=on.isoformat()
                )
                if not cut_off:
                    work.commit()
            if not cut_off:
                break
    with store.view() as view:
        rows = view.register.of_year(None)
    store.close()
    assert len(rows) == LETTERS
    for year in (2026, 2027):
        mine = [row for row in rows if row.year == year]
        assert [row.number for row in mine] == [f"01-12/{n + 1}" for n in range(len(mine))]
        assert all(row.on_date.startswith(str(year)) for row in mine)
    assert all(one.on_date <= two.on_date for one, two in pairwise(rows))

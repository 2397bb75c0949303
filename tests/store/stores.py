"""A store in a folder of a test, and the plainest case that can stand in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mcu_mail.domain.case import Case, CaseState
from mcu_mail.domain.notice import Notice
from mcu_mail.store.files import Files
from mcu_mail.store.unit_of_work import Store

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Asia/Novokuznetsk")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)


def open_store(folder: Path) -> Store:
    """A store on a real file below `folder`, its schema up to date."""
    store = Store(f"sqlite:///{folder / 'mcu.db'}", Files(folder / "files"))
    store.prepare()
    return store


def a_case(number: str = "2026-000001", **changes: Any) -> Case:
    values: dict[str, Any] = {
        "id": 0,
        "number": number,
        "track": "governor",
        "state": CaseState.open,
        "step": "draft",
        "entry": 1,
        "actor": "roads_head",
        "department": "roads",
        "topic": "snow",
        "territory": None,
        "executor": None,
        "author": None,
        "notice": Notice(track="governor", applicant="Небывалова Алла Игнатьевна", text="Снег"),
        "received_at": NOW,
        "opened_at": NOW,
        "term": NOW + timedelta(hours=24),
        "goal": None,
        "term_sentence": "до 09:00 24.11.2026",
        "due": NOW + timedelta(hours=2),
    }
    return Case(**{**values, **changes})


def keep_case(store: Store, number: str = "2026-000001", **changes: Any) -> Case:
    """A committed case."""
    with store.work() as work:
        case = work.cases.add(a_case(number, **changes), mail_id=None)
        work.commit()
    return case

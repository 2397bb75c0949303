"""A store in a folder of a test, and the plainest case that can stand in it.

`MCU_MAIL_TEST_STORE=postgresql+psycopg://user@/postgres?host=…` names a server of PostgreSQL: then
every folder's store is a database of its own there. Without it the stores are SQLite's.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from mcu_mail.domain.case import Case, CaseState
from mcu_mail.domain.notice import Notice
from mcu_mail.store.files import Files
from mcu_mail.store.unit_of_work import Store

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Asia/Novokuznetsk")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)


SERVER = os.environ.get("MCU_MAIL_TEST_STORE", "")
only_sqlite = pytest.mark.skipif(bool(SERVER), reason="it is about SQLite's own file")


def store_url(folder: Path) -> str:
    """Where the store of a folder is; at a server it is made when it is not there yet."""
    if not SERVER:
        return f"sqlite:///{folder / 'mcu.db'}"
    name = f"mcu_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    server = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        known = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(known, {"name": name}).scalar() is None:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    server.dispose()
    return sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False)


def same_store(folder: Path) -> Store:
    """The store of a folder, opened once more."""
    return Store(store_url(folder), Files(folder / "files"))


def open_store(folder: Path) -> Store:
    """The store of a folder, its schema up to date."""
    store = same_store(folder)
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

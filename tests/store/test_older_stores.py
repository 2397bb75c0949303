"""A store that an earlier version has written is taken over with what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from mcu_mail.store import database
from mcu_mail.store.registry import Register
from mcu_mail.store.tables import metadata
from tests.store.stores import store_url

if TYPE_CHECKING:
    from pathlib import Path

_MOMENT = "2026-11-23T02:00:00.000000Z"


def _least(column: sa.Column[Any]) -> object:
    """A value that a column of an old table takes."""
    if isinstance(column.type, sa.Integer | sa.Boolean):
        return 1
    if isinstance(column.type, sa.JSON):
        return []
    return _MOMENT if column.name.endswith("_at") else "x"


def test_rows_of_the_first_version_are_there_and_the_tables_are_those_of_today(
    tmp_path: Path,
) -> None:
    engine = database.open_database(store_url(tmp_path))
    command.upgrade(database._config(engine), "0001")
    old = sa.MetaData()
    old.reflect(engine)
    with engine.begin() as connection:
        for table in old.sorted_tables:
            if table.name != "alembic_version":
                wanted = [one for one in table.columns if not one.nullable]
                connection.execute(table.insert().values({one.name: _least(one) for one in wanted}))

    database.migrate(engine)

    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        (entry,) = Register(connection).of_year(1)
        assert (entry.note, entry.signature, entry.void_at) == (None, None, None)
        kinds = connection.execute(sa.text("SELECT kind, annex_pages FROM letters")).all()
        assert [tuple(row) for row in kinds] == [("answer", None)]
    engine.dispose()


def test_the_revisions_that_a_start_knows_are_those_that_migrate(tmp_path: Path) -> None:
    engine = database.open_database(store_url(tmp_path))
    script = ScriptDirectory.from_config(database._config(engine))
    oldest_first = tuple(item.revision for item in script.walk_revisions())[::-1]
    assert database.revisions() == oldest_first
    with database.reading(engine) as connection:
        assert database.revision_of(connection) is None
    database.migrate(engine)
    with database.reading(engine) as connection:
        assert database.revision_of(connection) == script.get_current_head()
    engine.dispose()

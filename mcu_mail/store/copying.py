"""A copy of the whole database as one SQLite file, consistent while others write.

SQLite copies itself within one look (`VACUUM INTO`); any other database is read row by row within
one snapshot. Either way the copy is a file of the same tables, so that an office can move from one
database to another.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mcu_mail.errors import RefusedError
from mcu_mail.failpoints import fail_point
from mcu_mail.store.database import (
    migrate,
    open_database,
    reading,
    revision_of,
    vacuum_into,
    writing,
)
from mcu_mail.store.files import sync_folder
from mcu_mail.store.journal import Journal
from mcu_mail.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BATCH = 500
_FILES = {
    "mails": ("sha256",),
    "letters": ("content", "docx", "pdf", "annex"),
    "annexes": ("sha256", "ready"),
    "outgoing": ("raw",),
    "register": ("scan", "pdf", "doc", "signature", "annex"),
}
"""The columns whose values name kept files."""
_COUNTED = ("cases", "events", "mails", "outgoing", "register")


def copy_to_file(engine: sa.Engine, target: Path) -> None:
    """Write the database into the new file `target`, which is on disk when this returns."""
    target.unlink(missing_ok=True)
    fail_point("copy.database.before")
    if engine.dialect.name == "sqlite":
        vacuum_into(engine, target)
    else:
        with opened(target) as copy:
            migrate(copy)
            _copy_rows(engine, copy)
        flattened(target)
    target.chmod(0o600)
    # SQLite does not wait for the disk here.
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    fail_point("copy.database.after")
    sync_folder(target.parent)


@contextmanager
def opened(path: Path) -> Iterator[sa.Engine]:
    """An engine on a copy; nothing of it is held open afterwards."""
    engine = open_database(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


def flattened(path: Path) -> None:
    """Make the copy one file again: without the log that stands beside a database in use."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def faults_of(path: Path) -> tuple[str, ...]:
    """What is wrong with a copy, in Russian; empty when it is whole and its history unbroken."""
    try:
        # As a file that nobody changes: looking at a copy leaves nothing beside it.
        with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchall()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name='meta'").fetchone()
    except sqlite3.DatabaseError:
        return ("база данных в копии не читается",)
    faults = []
    if found != [("ok",)]:
        faults.append("база данных в копии повреждена")
    if orphans is not None:
        faults.append(f"в копии базы нарушены связи строк (таблица {orphans[0]})")
    if known is None:
        faults.append("в копии нет базы данных mcu_mail")
    return tuple(faults)


def history_fault(engine: sa.Engine) -> str:
    """Where the course of the cases was changed behind our back, in Russian; empty: nowhere."""
    with reading(engine) as connection:
        broken = Journal(connection).first_broken()
    return f"история дел изменена в обход службы, начиная с события {broken}" if broken else ""


def facts_of(engine: sa.Engine) -> tuple[str, dict[str, int]]:
    """(schema revision, rows of the main tables) of a copy."""
    counts = {}
    with reading(engine) as connection:
        for name in _COUNTED:
            counts[name] = int(
                connection.execute(
                    sa.select(sa.func.count()).select_from(metadata.tables[name])
                ).scalar_one()
            )
        return revision_of(connection) or "", counts


def files_named(engine: sa.Engine) -> Iterator[str]:
    """The digest of every kept file that a row names; some come more than once."""
    with reading(engine) as connection:
        known = sa.inspect(connection)
        for table, columns in _FILES.items():
            # A copy of an earlier version has fewer columns.
            there = {column["name"] for column in known.get_columns(table)}
            for name in filter(there.__contains__, columns):
                column: sa.ColumnElement[Any] = sa.column(name)
                rows = connection.execution_options(yield_per=_BATCH).execute(
                    sa.select(column).select_from(sa.table(table)).where(column.is_not(None))
                )
                for row in rows:
                    if row[0]:
                        yield str(row[0])


def fill_from(copy: sa.Engine, target: sa.Engine) -> None:
    """Put every row of a copy into an empty database of the present schema: all of them or none.

    Raises:
        RefusedError: rows stand there already.

    """
    with reading(target) as connection:
        for table in metadata.sorted_tables:
            if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                raise RefusedError(
                    "store.url: база не пуста; создайте новую и впишите её адрес в store.url – "
                    "прежняя останется как есть"
                )
    _copy_rows(copy, target)


def _copy_rows(source: sa.Engine, target: sa.Engine) -> None:
    """Copy all tables in one look and one transaction; JSON goes as the text that it is."""
    level = {} if source.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with (
        source.connect().execution_options(reading=True, **level) as read,
        writing(target) as write,
    ):
        read.begin()
        for table in metadata.sorted_tables:
            columns = [_as_text(column) for column in table.columns]
            rows = read.execution_options(yield_per=_BATCH).execute(sa.select(*columns))
            statement = table.insert().values({
                column.name: _from_text(column, target.dialect.name) for column in table.columns
            })
            for some in rows.mappings().partitions(_BATCH):
                write.execute(statement, [{f"v_{name}": row[name] for name in row} for row in some])
            if target.dialect.name == "postgresql" and "id" in table.columns:
                write.execute(
                    sa.text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "  # noqa: S608 - our own table's name
                        f"coalesce(max(id), 1), max(id) IS NOT NULL) FROM {table.name}"
                    )
                )
        fail_point("copy.rows.before")
        write.commit()
        fail_point("copy.rows.after")


def _as_text(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    if isinstance(column.type, sa.JSON):
        return sa.cast(column, sa.Text).label(column.name)
    return column


def _from_text(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    name = f"v_{column.name}"
    if not isinstance(column.type, sa.JSON):
        return sa.bindparam(name, type_=column.type)
    # Bound as text: a JSON type would quote the text once more. SQLite keeps JSON as text.
    text = sa.bindparam(name, type_=sa.Text)
    return sa.cast(text, column.type) if dialect != "sqlite" else text

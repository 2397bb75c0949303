"""Open the database as the durability rules of design §6 want it.

SQLite: WAL, `synchronous=FULL` (asserted), foreign keys on, and every transaction is
`BEGIN IMMEDIATE`: a deferred one that reads and then writes fails at once with «database is
locked» whatever the time-out (`threats.md` F50).

PostgreSQL: every writing transaction holds one advisory lock to its end, so there too one writes
at a time and what he has read is still so when he writes: the chain of events cannot fork, and a
row that is looked for and then added is added once. Nobody waits long: no transaction holds a
network call or the making of a document.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from mcu_mail.errors import RefusedError, StoreError, TemporaryError
from mcu_mail.failpoints import fail_point
from mcu_mail.store.disk import NETWORK, file_system

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config

BUSY_SECONDS = 30
WRITER, DAEMON = 0x6D63750001, 0x6D63750002
"""The advisory locks of PostgreSQL: of whoever writes, and of the daemon while it lives."""
_AT_A_SERVER = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    # A host that is gone holds its locks until the server has noticed; its own default is hours.
    "options": " ".join((
        f"-c lock_timeout={BUSY_SECONDS}s",
        "-c idle_in_transaction_session_timeout=120s",
        "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
    )),
}
_MIGRATIONS = Path(__file__).parent / "migrations"
_REASONS: Final = {
    sqlite3.SQLITE_FULL: "на её диске нет места",
    sqlite3.SQLITE_BUSY: "она занята другой программой",
    sqlite3.SQLITE_LOCKED: "она занята другой программой",
    sqlite3.SQLITE_IOERR: "её диск не читается или не пишется",
    sqlite3.SQLITE_CANTOPEN: "её файл не открывается",
    sqlite3.SQLITE_READONLY: "в неё нельзя писать",
}
_PRIMARY: Final = 0xFF
"""The part of SQLite's extended codes that names the kind of fault."""


def open_database(url: str) -> sa.Engine:
    """Return an engine for `url` with the house's settings; nothing is opened yet."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=_AT_A_SERVER,
        )
    # An error of the database ends up in a log, and parameters are people's names and words (A34).
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transactions are switched off: `_on_begin` opens every one.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def without_password(url: str) -> str:
    """The address of a database as it may be written down."""
    return sa.make_url(url).render_as_string(hide_password=True)


@contextmanager
def speaking() -> Iterator[None]:
    """Name what the database's disk, lock or server refuses; a fault of a statement stays as it is.

    Raises:
        StoreError: the database cannot be used now.

    """
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_ERROR:
            # A statement that SQLite does not understand is a fault of ours.
            raise
        reason = _REASONS.get(code & _PRIMARY) if code is not None else None
        raise StoreError(f"база данных не отвечает: {reason or 'сервер недоступен'}") from error


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that rolls back unless the caller commits (`connection.commit()`)."""
    with engine.connect() as connection:
        connection.begin()
        lock_writer(connection)
        yield connection


def lock_writer(connection: sa.Connection) -> None:
    """Let nobody else write until this transaction ends; SQLite's `BEGIN IMMEDIATE` did so."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITER)))


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A consistent view that takes no write lock and is always rolled back."""
    with engine.connect().execution_options(reading=True) as connection:
        if connection.dialect.name == "postgresql":
            # One moment for all that is read, as in SQLite.
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        connection.begin()
        yield connection


def _config(engine: sa.Engine) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - a start that migrates nothing is sooner

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def revisions() -> tuple[str, ...]:
    """The revisions of the schema that this version of the program knows, oldest first."""
    files = _MIGRATIONS.joinpath("versions").glob("[0-9]*_*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def revision_of(connection: sa.Connection) -> str | None:
    """The revision of the schema; None of a database without one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = sa.text("SELECT version_num FROM alembic_version")
    revision: str | None = connection.scalar(found)
    return revision


def migrate(engine: sa.Engine) -> None:
    """Bring the schema to this version of the program; a newer schema is refused (F54).

    Raises:
        RefusedError: the database was written by a newer version.

    """
    known = revisions()
    with reading(engine) as connection:
        current = revision_of(connection)
    if current is not None and current not in known:
        raise RefusedError("база данных записана более новой версией mcu_mail")
    if current == known[-1]:
        return
    from alembic import command  # noqa: PLC0415 - as above

    if current is not None and engine.dialect.name == "sqlite":
        _keep_before(engine, current)
    command.upgrade(_config(engine), "head")


def vacuum_into(engine: sa.Engine, target: Path) -> None:
    """Write a SQLite database as it is at one moment into the new file `target`.

    Raises:
        TemporaryError: there is no room, or the database cannot be read.

    """
    raw = engine.raw_connection()
    try:
        # Outside any transaction of ours: the statement looks once and blocks no writer.
        raw.cursor().execute("VACUUM INTO ?", (os.fspath(target),))
    except sqlite3.Error as error:
        raise TemporaryError(f"база данных не копируется: {error}") from error
    finally:
        raw.close()


def _keep_before(engine: sa.Engine, revision: str) -> None:
    """Keep the database as it was before its schema is changed, beside it (F54)."""
    path = Path(str(engine.url.database))
    kept = path.with_name(f"{path.stem}.schema-{revision}{path.suffix or '.db'}")
    part = path.with_name(f"{kept.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        fail_point("migration.copy.before")
        vacuum_into(engine, part)
        part.chmod(0o600)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        # A copy of the same revision that stands there is of an attempt that came to nothing.
        part.replace(kept)
        fail_point("migration.copy.after")
    except (OSError, TemporaryError) as error:
        part.unlink(missing_ok=True)
        raise RefusedError(
            f"перед обновлением базы не сделать её копию, база не изменена: {error}"
        ) from error


def durability_faults(engine: sa.Engine) -> tuple[str, ...]:
    """What SQLite really uses, if it is not what was asked for (Russian); empty = fine."""
    if engine.dialect.name != "sqlite":
        return ()
    with reading(engine) as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    faults = []
    if mode != "wal":
        faults.append(f"база данных работает без WAL (режим {mode}): так бывает на сетевом диске")
    kind = file_system(Path(engine.url.database or "."))
    if kind in NETWORK:
        faults.append(f"база данных лежит на сетевом диске ({kind}): SQLite там теряет записи")
    if level != 2:  # noqa: PLR2004 - SQLite's number for FULL
        faults.append("база данных не ждёт записи на диск (synchronous не FULL)")
    return tuple(faults)

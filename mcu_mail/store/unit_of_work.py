"""One transaction with everything in it: rolls back unless told to commit."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.errors import ReplacedError, StoreError, why
from mcu_mail.failpoints import commit_point
from mcu_mail.progress import progress
from mcu_mail.store.annexes import Annexes
from mcu_mail.store.asides import Asides
from mcu_mail.store.cases import Cases
from mcu_mail.store.census import Census
from mcu_mail.store.database import (
    durability_faults,
    migrate,
    open_database,
    reading,
    speaking,
    writing,
)
from mcu_mail.store.journal import Journal
from mcu_mail.store.ledger import Ledger
from mcu_mail.store.letters import Letters
from mcu_mail.store.moments import DueMoments, Facts, Scans, Tasks
from mcu_mail.store.queue import Queue
from mcu_mail.store.registry import Register, counted, raise_counter, take_number
from mcu_mail.store.requests import Requests
from mcu_mail.waits import holding

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

    from mcu_mail.store.files import Files
    from mcu_mail.store.lease import Lease


class UnitOfWork:
    """The store's parts over one open transaction; `lease`: of the daemon whose work it is."""

    def __init__(self, connection: sa.Connection, lease: Lease | None = None) -> None:
        self._connection = connection
        self._lease = lease
        self.cases = Cases(connection)
        self.letters = Letters(connection)
        self.annexes = Annexes(connection)
        self.requests = Requests(connection)
        self.journal = Journal(connection)
        self.mails = Ledger(connection)
        self.asides = Asides(connection)
        self.queue = Queue(connection)
        self.census = Census(connection)
        self.register = Register(connection)
        self.due = DueMoments(connection)
        self.tasks = Tasks(connection)
        self.facts = Facts(connection)
        self.scans = Scans(connection)

    def next_case_number(self, year: int) -> int:
        """The next case of a year, from 1; spent only if the transaction commits."""
        return take_number(self._connection, f"case:{year}")

    def case_numbers_spent(self, year: int, last: int) -> None:
        """Case numbers of a year up to `last` were given: none of them is given again."""
        raise_counter(self._connection, f"case:{year}", last)

    def last_case_number(self, year: int) -> int:
        """The greatest case number of a year that was given; 0 without one."""
        return counted(self._connection, f"case:{year}")

    def commit(self) -> None:
        """Make everything done in this unit durable.

        Raises:
            ReplacedError: another daemon has taken the store; nothing of this unit happened.

        """
        if self._lease is not None and not self._lease.is_held(self.facts):
            raise ReplacedError("хранилище взяла другая служба, эта завершается")
        try:
            commit_point("before")
            self._connection.commit()
            commit_point("after")
            progress()
        except OSError as error:
            # What a fail point says for the disk; the driver speaks through `speaking`.
            raise StoreError(f"база данных не отвечает: {why(error)}") from error


class Store:
    """The database and the kept files of one office."""

    def __init__(self, url: str, files: Files) -> None:
        self.engine = open_database(url)
        self.files = files
        self.lease: Lease | None = None
        """Of the daemon that works on the store; None for commands that only look."""

    @property
    def folder(self) -> Path:
        """Where the database stands; beside the kept files when it stands on a server."""
        database = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not database or database == ":memory:":
            return self.files.base.parent
        return Path(database).parent

    def prepare(self) -> None:
        """Bring the schema up to date; see `database.migrate` for errors."""
        migrate(self.engine)

    def durability_faults(self) -> tuple[str, ...]:
        """See `database.durability_faults`."""
        return durability_faults(self.engine)

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        """A unit of work that takes the write lock; without `commit()` nothing happened.

        Nothing slow may begin in it; see `waits`.

        Raises:
            StoreError: the database cannot be used now.

        """
        with speaking(), writing(self.engine) as connection, holding():
            yield UnitOfWork(connection, self.lease)

    @contextmanager
    def view(self) -> Iterator[UnitOfWork]:
        """A consistent look that changes nothing; raises as `work`."""
        with speaking(), reading(self.engine) as connection:
            yield UnitOfWork(connection)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

"""Post offices for every test that needs one: the embedded one, and the real one.

`real_post` starts Dovecot and Postfix once for the whole run. Where they are absent its tests are
skipped, unless MCU_MAIL_REQUIRE_PEERS is set, as in CI: then their absence is a failure.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from mcu_mail import waits
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.store.files import Files
from mcu_mail.store.unit_of_work import Store
from tests.peers.post import RealPostOffice, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

# A red CI must be repeatable; at the desk every run looks elsewhere. A slow machine is no fault.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

USER = "mcu"
PASSWORD = "пароль-от-ящика"
DOMAIN = "okrug.example"
LONG = ("tests/stories/", "tests/documents/", "tests/rehearsal/", "tests/cli/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the directories of long files, so that all cores have work to the end.

    What waits for real seconds belongs to the long run.
    """
    if not os.environ.get("MCU_MAIL_LONG"):
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    items.sort(key=lambda item: item.nodeid.startswith(LONG), reverse=True)


@pytest.fixture(autouse=True)
def _nothing_slow_in_a_transaction() -> Iterator[None]:
    """No test passes in whose course something slow was begun while the database was held."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign] # a list will do
    waits.log.addHandler(handler)
    yield
    waits.log.removeHandler(handler)
    assert not lines, lines


@pytest.fixture(scope="session", autouse=True)
def _blank_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every stage begins with a store whose schema was made once: it takes a third of a second."""
    folder = tmp_path_factory.mktemp("blank")
    store = Store(f"sqlite:///{folder / 'mcu.db'}", Files(folder / "files"))
    store.prepare()
    # A copy of the file alone must be whole: nothing of it may stand in the log beside it.
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    Stage.blank = folder / "mcu.db"
    yield
    Stage.blank = None


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """An embedded post office; `mcu` may log in, and is mcu@okrug.example."""
    with PostOffice({USER: PASSWORD}, [DOMAIN]) as office:
        yield office


@pytest.fixture(scope="session")
def real_post_servers() -> Iterator[RealPostOffice]:
    """Dovecot and Postfix, started once."""
    reason = missing()
    if reason is not None:
        if os.environ.get("MCU_MAIL_REQUIRE_PEERS"):
            pytest.fail(f"the real peers are required here, but {reason}")
        pytest.skip(reason)
    with RealPostOffice({USER: PASSWORD}, [DOMAIN]) as office:
        yield office


@pytest.fixture
def real_post(real_post_servers: RealPostOffice) -> RealPostOffice:
    """Dovecot and Postfix with empty mailboxes; `mcu` may log in, and is mcu@okrug.example."""
    real_post_servers.reset()
    return real_post_servers


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests have recorded, in the order of their rows."""
    rows = [
        str(value)
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for key, value in report.user_properties
        if key == "figures"
    ]
    if rows:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(rows))

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
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the directories of long files, so that all cores have work to the end."""
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

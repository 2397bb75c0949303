"""Offices for stories: one walked to the head's signature once, and a fresh one for each story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.office_day import NATIVE as NATIVE_LETTERS
from tests.stories.office_day import OfficeDay
from tests.stories.signed_letter import NATIVE, Prepared, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice


@pytest.fixture(scope="session")
def waiting_letter(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """One letter in «На подпись», made by the native engine."""
    folder: Path = tmp_path_factory.mktemp("waiting")
    return prepare(folder / "office", NATIVE)


@pytest.fixture
def changes(request: pytest.FixtureRequest) -> dict[str, object]:
    """Settings of a story beside the shipped ones; its parametrisation may fill them."""
    return dict(getattr(request, "param", {}))


@pytest.fixture
def day(tmp_path: Path, post_office: PostOffice, changes: dict[str, object]) -> Iterator[OfficeDay]:
    """A fresh office on the embedded post office, whose letters are made natively."""
    settings = {**NATIVE_LETTERS, **changes}
    with OfficeDay(tmp_path / "office", post_office, settings).opened() as office:
        yield office

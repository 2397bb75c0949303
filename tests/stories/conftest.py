"""Offices for stories: one walked to the head's signature once, and a fresh one for each story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.office_day import NATIVE as NATIVE_LETTERS
from tests.stories.office_day import OfficeDay, Walked, walk
from tests.stories.plans import Plans
from tests.stories.signed_letter import NATIVE, Prepared, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice


@pytest.fixture(scope="session")
def _plans() -> Iterator[Plans]:
    """The plans of every statement that stories cause."""
    plans = Plans()
    plans.listen()
    yield plans
    plans.end()


@pytest.fixture(autouse=True)
def _nothing_reads_a_whole_table(_plans: Plans) -> Iterator[None]:
    """A pass costs the same however many cases are open: no story reads a whole table."""
    yield
    # What a shared office has caused on its way counts too: it is explained only once.
    found = "\n".join(_plans.whole)
    _plans.whole.clear()
    assert not found, found


@pytest.fixture(scope="session")
def waiting_letter(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """One letter in «На подпись», made by the native engine."""
    folder: Path = tmp_path_factory.mktemp("waiting")
    return prepare(folder / "office", NATIVE)


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Walked]:
    """Offices walked once to where many stories begin, by the name of the place."""
    known: dict[str, Walked] = {}

    def walked_to(place: str) -> Walked:
        if place not in known:
            known[place] = walk(tmp_path_factory.mktemp("walked") / place, place)
        return known[place]

    return walked_to


@pytest.fixture
def changes(request: pytest.FixtureRequest) -> dict[str, object]:
    """Settings of a story beside the shipped ones; its parametrisation may fill them."""
    return dict(getattr(request, "param", {}))


@pytest.fixture
def day(
    tmp_path: Path,
    post_office: PostOffice,
    changes: dict[str, object],
    walked: Callable[[str], Walked],
) -> Iterator[OfficeDay]:
    """A fresh office on the embedded post office, whose letters are made natively."""
    settings = {**NATIVE_LETTERS, **changes}
    # Under other settings the whole way is walked: they may matter on it.
    begun = None if changes else walked
    with OfficeDay(tmp_path / "office", post_office, settings, walked=begun).opened() as office:
        yield office

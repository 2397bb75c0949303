"""Offices whose way to the head's signature has been walked once for the whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.signed_letter import NATIVE, Prepared, prepare

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def waiting_letter(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """One letter in «На подпись», made by the native engine."""
    folder: Path = tmp_path_factory.mktemp("waiting")
    return prepare(folder / "office", NATIVE)

"""The days of the kill run begin with stores of their own, one of them of the first version."""

from __future__ import annotations

import pytest

from mcu_mail.rehearsal.stage import Stage


@pytest.fixture(autouse=True)
def _a_store_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stage, "blank", None)

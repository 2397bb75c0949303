"""Samples of the mails and the note about the service itself, for `wording_samples`."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Samples = tuple["Mapping[str, Any]", ...]

_COUNTS = {
    "open": 12,
    "overdue": 1,
    "aside": 2,
    "queued": 0,
    "unknown": 0,
    "mails_aside": 3,
    "mails_waiting": 0,
}
_MAILS = SimpleNamespace(received=48, handled=40, ignored=5, aside=3, waiting=0)
_JOBS = ("mailbox", "smtp", "folder", "backup", "перепись почты")


def mails(case: Mapping[str, Any]) -> Mapping[str, Samples]:
    """The contexts of each mail about the service; `case`: person and now."""
    now: datetime = case["now"]
    asked = {"now": now, "person": case["person"]}
    since = now - timedelta(hours=2)
    daily = {
        **asked,
        "faults": (),
        "since": now - timedelta(days=1),
        "sent": 9,
        "mails": _MAILS,
        "counts": _COUNTS,
        "census": {},
        "backup_at": None,
        "free_mb": None,
        "certificate_days": None,
        "daily_at": "08:30",
    }
    clean: Mapping[str, Any] = {
        **asked, "inbox": "INBOX", "unknown": (), "left": (), "strange": (), "difference": 0,
    }  # fmt: skip
    return {
        "alarm_over": tuple({**asked, "what": what, "since": since} for what in _JOBS),
        "daily": (
            daily,
            {
                **daily,
                "faults": ("Не работает: отправка писем, с 23.11.2026 15:20.",),
                "census": {"megabytes": 2140},
                "backup_at": since,
                "free_mb": 48_000,
                "certificate_days": 61,
            },
            {**daily, "free_mb": 480},
        ),
        "census": (
            {**clean, "unknown": (17, 18)},
            {**clean, "left": (21,)},
            {**clean, "strange": ("МЦУ/Обработано:5",)},
            {**clean, "difference": 2},
        ),
    }


def notes(now: datetime) -> Mapping[str, Samples]:
    """The contexts of the note on the share."""
    since = now - timedelta(minutes=40)
    return {
        "mail_down": tuple(
            {"now": now, "reading": reading, "sending": sending, "by_hand": by_hand}
            for reading, sending in ((since, None), (None, since), (since, since))
            for by_hand in (False, True)
        )
    }

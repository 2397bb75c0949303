"""Which messages of one mail are dealt with: each is opened, bound or filed once.

A letter may hold several messages, and a question about one of them keeps the others from nothing.
Kept only for letters of several messages and for those that a question is open about.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Parts:
    """How the messages of a mail stand, by their ordinals from 0.

    Attributes:
        done: the case that a message belongs to; None: filed without one.
        asked: messages that an open question is about.

    """

    done: Mapping[int, int | None] = field(default_factory=dict)
    asked: frozenset[int] = frozenset()

    @property
    def cases(self) -> tuple[int, ...]:
        """The cases that the mail belongs to, each once, in the order of its messages."""
        found = (self.done[ordinal] for ordinal in sorted(self.done))
        return tuple(dict.fromkeys(case for case in found if case is not None))


def parts_of(work: UnitOfWork, mail_id: int) -> Parts:
    """How the messages of this mail stand."""
    kept = work.facts.get(_key(mail_id))
    if not kept:
        return Parts()
    values = json.loads(kept)
    return Parts(
        done={int(ordinal): case for ordinal, case in values["done"].items()},
        asked=frozenset(values["asked"]),
    )


def mark_asked(work: UnitOfWork, mail_id: int, ordinal: int) -> None:
    """A person is asked about this message."""
    parts = parts_of(work, mail_id)
    _keep(work, mail_id, Parts(done=parts.done, asked=parts.asked | {ordinal}))


def mark_done(work: UnitOfWork, mail_id: int, ordinal: int, case_id: int | None) -> None:
    """A message is dealt with: it belongs to that case, or was filed without one."""
    parts = parts_of(work, mail_id)
    done = {**parts.done, ordinal: case_id}
    _keep(work, mail_id, Parts(done=done, asked=parts.asked - {ordinal}))


def _keep(work: UnitOfWork, mail_id: int, parts: Parts) -> None:
    work.facts.set(
        _key(mail_id), json.dumps({"done": dict(parts.done), "asked": sorted(parts.asked)})
    )


def _key(mail_id: int) -> str:
    return f"parts:{mail_id}"

"""The wanted engine failed and another stepped in: the letter goes, and people are told.

One mail a day for each cause, however many letters it touched; every letter keeps its own note in
its course and in the register.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

from mcu_mail.service.roles_told import tell_roles

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.documents.engines import Rendered, WordFile
    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


def tell_of_failure(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    made: Rendered | WordFile,
    what: Literal["pdf", "doc"],
    now: datetime,
) -> None:
    """Log it, and tell the registry and the administrator, once a day for each cause."""
    if not made.failure:
        return
    log.warning("case %s: the wanted engine made no %s (%s)", case.number, what, made.failure)
    roles = (desk.office.roles.registry, desk.settings.roles.administrator)
    tell_roles(
        desk,
        work,
        roles,
        template="engine_failed",
        key=f"engine:{made.failure}:{desk.today(now)}",
        now=now,
        context={"number": case.number, "what": what, "reason": made.note},
    )


def register_note(pdf_note: str | None, word: WordFile | None) -> str | None:
    """What the register should say of the files of one letter: why they are not the usual ones."""
    word_note = word.note if word is not None and word.failure else None
    return " ".join(filter(None, [pdf_note, word_note])) or None

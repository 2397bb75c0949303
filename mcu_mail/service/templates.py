"""Take over what the office has changed in its templates, and tell of what cannot be used.

A set with a fault never replaces a working one (`settings/template_set.py`); whoever looks after
the service hears of it once for each state of the folder, with the file and the fault.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mcu_mail.service.health import raise_alarm

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk

log = logging.getLogger(__name__)

_SHOWN = 5


def take_over(desk: Desk, now: datetime) -> int:
    """Look at the templates folder; return 1 when another set is in use since now."""
    templates = desk.templates
    changed = templates.refresh()
    if changed:
        desk.wording.use(templates.current.files)
        log.info("another set of templates is in use: %s", templates.current.sha[:12])
    if templates.refused:
        rest = len(templates.told) - _SHOWN
        more = (f"и ещё ошибок: {rest}",) if rest > 0 else ()
        with desk.store.work() as work:
            raise_alarm(
                desk,
                work,
                what="template_faults",
                key=f"templates:{templates.refused[:16]}",
                since=now,
                error="\n".join((*templates.told[:_SHOWN], *more)),
                now=now,
            )
            work.commit()
    return int(changed)

"""«Писали вы?»: a question to the registered address of the one who seems to have written.

His tap on the fresh code is the proof that our mail server did not give (`threats.md` §3.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CloseReason, Purpose
from mcu_mail.domain.decisions import Ask
from mcu_mail.service.floods import may_warn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork


def ask_sender(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    said: Said,
    person: str,
    now: datetime,
    *,
    about: str,
    what: str = "verdict",
    files: Sequence[str] = (),
) -> bool:
    """Ask whether the mail is his; of several about the same the newest waits.

    Args:
        about: what the mail would do: the id of the request it answers, or the name of an act.
        what: `verdict`, `stop` or `files`, for the wording.
        files: names of what came with it.

    Returns:
        False when nothing was asked, because enough was asked about that today.

    """
    if not may_warn(desk, work, carrier.case, about, person, now):
        return False
    for item in work.requests.open_of_case(carrier.case.id):
        if item.purpose is Purpose.confirm and item.data["request"] == about:
            work.requests.close(item.id, now, CloseReason.new_version)
    carrier.warn((
        Ask(
            purpose=Purpose.confirm,
            person=person,
            template="confirm_needed",
            context={"words": said.text[:500], "what": what, "files": tuple(files)},
            data={
                "mail": str(said.stored.id),
                "request": about,
                "key": f"confirm:{said.stored.id}",
            },
        ),
    ))
    return True

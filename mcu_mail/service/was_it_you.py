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

    from mcu_mail.service.answer import Spoken


def ask_sender(
    spoken: Spoken,
    person: str,
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
    work, said, case, now = spoken.work, spoken.said, spoken.case, spoken.now
    if not may_warn(spoken.desk, work, case, about, person, now):
        return False
    for item in work.requests.open_of_case(case.id):
        if item.purpose is Purpose.confirm and item.data["request"] == about:
            work.requests.close(item.id, now, CloseReason.new_version)
    spoken.carrier.warn((
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

"""A server or the region has answered a sent letter: the dispatcher is asked what becomes of it.

The case is opened again only for the letter it ended with: one about an earlier letter (an interim
answer) is asked beside what goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState, Purpose
from mcu_mail.domain.decisions import Ask, Change, Enter, Log, SetState, Work
from mcu_mail.store.registry import VOID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.registry import Entry
    from mcu_mail.store.unit_of_work import UnitOfWork


def reopen(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    letter: Outgoing,
    *,
    kind: str,
    addresses: Sequence[str],
    excerpt: str,
    cause: str,
    explanation: str = "",
    reason: str = "",
    files: Sequence[str] = (),
) -> None:
    """Ask the dispatcher about a letter that was answered (design §3.9).

    Args:
        desk: the office's desk.
        work: the transaction.
        carrier: of the letter's case.
        letter: the message that was answered.
        kind: `bounce` (it did not arrive), `return` (the region wants another one) or `reply`.
        addresses: whose mailboxes, or who writes.
        excerpt: the server's or the region's words.
        cause: which mail says so.
        explanation: why it came back, in Russian.
        reason: the region's words as the reason of a return.
        files: names of what came with the region's mail.

    """
    case = carrier.case
    entry = work.register.get(letter.entry) if letter.entry is not None else None
    current = entry is not None and entry.version == case.version
    opened = current and (case.state is CaseState.closed or case.step == "send")
    if opened and case.state is CaseState.closed:
        carrier.carry((
            Log(kind="reopened", data={"why": kind}),
            Enter(step="send", template=""),
            Change(values={"closed_at": None}),
        ))
    if kind == "bounce" and entry is not None and entry.state != VOID:
        work.register.change(entry.id, {"state": "registered", "sent_at": None})
        # It may have to be sent by hand after all.
        carrier.carry((Work(kind="set", data={"entry": entry.id, "back": cause}),))
    # The key of the question about a refusal: the same addresses are asked about once.
    about = f"refused:{case.id}" if opened else f"refused:{case.id}:{letter.id}"
    key = f"{about}:{','.join(sorted(addresses))}" if kind == "bounce" else f"region:{cause}"
    data = {"key": key, "why": kind, "reason": reason}
    data |= {"entry": str(entry.id)} if entry is not None else {}
    interim = entry is not None and _is_interim(work, entry)
    carrier.carry((
        *((SetState(state=CaseState.aside),) if opened else ()),
        Ask(
            purpose=Purpose.sending,
            person=desk.office.roles.dispatcher,
            template="reopened",
            context={
                "kind": kind,
                "from_address": ", ".join(addresses),
                "excerpt": excerpt,
                "explanation": explanation,
                "about": "промежуточный ответ" if interim else "",
                "opened": opened,
                "sure": True,
                "files": tuple(files),
            },
            data=data if opened else {**data, "beside": "1"},
        ),
    ))


def _is_interim(work: UnitOfWork, entry: Entry) -> bool:
    letter = work.letters.get(entry.case_id, entry.version)
    return letter is not None and letter.until is not None

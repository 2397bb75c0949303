"""A video of the work done goes to whoever publishes the answer (decree 3.6, 3.8).

An answer keeps photos and documents; a video is passed on as it came, for the system to take it.
"""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Final

from mcu_mail.documents.file_kinds import AnnexFault
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.whose_turn import actor_of
from mcu_mail.service.asking import tell
from mcu_mail.service.cards import name_of
from mcu_mail.service.enclosing import room

if TYPE_CHECKING:
    from mcu_mail.service.carry import Carrier
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_PASSED: Final = "video_passed"
_OWN: Final = "video_own"


def fault_of(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    fault: AnnexFault,
    file: tuple[str, bytes],
    sender: str,
) -> str:
    """Why a file is no annex, as `annex_refusal` names it; a video is passed on where it can be.

    Args:
        desk: the office's desk.
        work: the transaction.
        carrier: of the case.
        fault: why it cannot be kept.
        file: its name and its bytes.
        sender: who has sent it.

    """
    case, now, (name, content) = carrier.case, carrier.now, file
    step = ROUTES[case.track].kind(StepKind.publish)
    if fault is not AnnexFault.VIDEO or step is None or case.restricted is not None:
        return fault.value
    publisher = actor_of(step, case, desk.office, desk.today(now))
    if publisher is None or publisher == sender:
        return _OWN
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if len(content) > room(desk, work) // 2:
        return fault.value
    tell(
        desk,
        work,
        case,
        person=publisher,
        template="video",
        context={"who": name_of(sender, desk)},
        key=f"video:{case.id}:{desk.store.files.put(content)}",
        now=now,
        attachments=((name, kind, content),),
    )
    return _PASSED

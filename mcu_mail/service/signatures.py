"""A signature file that came without its letter: is it under one that we printed ourselves?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.documents.esign import read_signature
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import steps_of_kind

if TYPE_CHECKING:
    from mcu_mail.documents.esign import Signature
    from mcu_mail.service.desk import Desk

_MOST = 40


def letter_of_signature(desk: Desk, content: bytes) -> tuple[bytes, Signature] | None:
    """The letter that waits for the head and that this signature belongs to; None when none does.

    The letter was signed as it lay in «На подпись», so its bytes are known here.
    """
    with desk.store.view() as view:
        waiting = [
            letter
            for case in view.cases.at_steps(steps_of_kind(StepKind.sign))
            if (letter := view.letters.get(case.id, case.version)) is not None
        ]
    for letter in waiting[:_MOST]:
        if letter.pdf is None:
            continue
        printed = desk.store.files.get(letter.pdf)
        signature = read_signature(content, printed)
        if signature is not None and signature.belongs:
            return printed, signature
    return None

"""Words that count beside whatever was asked: of what happened outside, of the applicant.

They need no question of ours; what is left of the mail below them goes the ordinary way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.service.answer import Heard, Spoken, spoken_in
from mcu_mail.service.clarified import clarified
from mcu_mail.service.outside_words import WORDS, case_meant, outside_word
from mcu_mail.service.proposals import proposed
from mcu_mail.service.said import meaning_of

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork

_BESIDE: Final = WORDS | {MeaningKind.clarified, MeaningKind.template, MeaningKind.contact_only}


def words_beside(spoken: Spoken, request: Request | None = None) -> Heard | Spoken:
    """What became of the mail, or the mail as it is to be heard further."""
    heard = outside_word(spoken, request)
    if heard is not None:
        return heard
    for take in (clarified, proposed):
        found = take(spoken, request)
        if isinstance(found, Heard):
            return found
        if found is not None:
            spoken = spoken_in(spoken.desk, spoken.work, spoken.case, found, spoken.now)
    return spoken


def words_by_number(desk: Desk, work: UnitOfWork, said: Said, now: datetime) -> Heard | Said:
    """The same of a mail that answers no question: its thread, subject or words name the case."""
    if said.person is None:
        return said
    meaning = meaning_of(desk, said, now, drafting=False)
    if meaning.kind not in _BESIDE | {MeaningKind.return_}:
        return said
    case = case_meant(work, said, meaning)
    if case is None:
        return said
    found = words_beside(spoken_in(desk, work, case, said, now))
    return found if isinstance(found, Heard) else found.said

"""What of a case came in a mail that nobody vouches for: its text, its records of contact.

A draft is taken all the same, for it decides nothing; but it never saves its author an approval,
and whoever approves is told (`asking.py`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mcu_mail.domain.catalogue import doubted_contact, doubted_draft
from mcu_mail.domain.decisions import AddContacts, KeepDraft, NewVersion
from mcu_mail.domain.drafts import continuation, is_draft
from mcu_mail.mail.proof import TrustLevel

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.domain.course_parts import Decisions, Reply
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork


def is_author_proven(work: UnitOfWork, case: Case, said: Said, reply: Reply) -> bool:
    """Whether the text that this reply would make a version is surely its author's own.

    A text that waits keeps its doubt, whoever completes it.
    """
    if said.level is not TrustLevel.PROVEN:
        return False
    if not work.facts.get(_draft_key(case)):
        return True
    body = reply.meaning.text or reply.text
    own = bool(reply.word_text) or is_draft(body) == "draft"
    return own and continuation(body) is None


def remember(
    work: UnitOfWork, case: Case, said: Said, decisions: Decisions, *, proven: bool
) -> str:
    """Keep what came unproven.

    Returns:
        what of it the one in whose name it came is to hear of, as a decision of the receipt:
        `answer` or `contact`; empty when nothing did.

    """
    text = any(
        isinstance(one, NewVersion) or (isinstance(one, KeepDraft) and one.draft is not None)
        for one in decisions
    )
    if text:
        work.facts.set(_draft_key(case), "" if proven else "1")
    if said.level is TrustLevel.PROVEN:
        return ""
    lines = [
        item.line for one in decisions if isinstance(one, AddContacts) for item in one.contacts
    ]
    if lines:
        known = _lines(work, case)
        work.facts.set(_contact_key(case), json.dumps([*known, *lines], ensure_ascii=False))
    return "answer" if text else "contact" if lines else ""


def is_draft_doubted(work: UnitOfWork, case: Case) -> bool:
    """Whether the case's text, or the one that waits, came unproven."""
    return bool(work.facts.get(_draft_key(case)))


def doubts_of(work: UnitOfWork, case: Case) -> tuple[str, ...]:
    """What an approver has to know of where the text came from, in Russian."""
    return (doubted_draft(),) if is_draft_doubted(work, case) else ()


def marked_contacts(work: UnitOfWork, case: Case, lines: tuple[str, ...]) -> tuple[str, ...]:
    """The records of contact as shown, those of unproven mails marked."""
    known = {line.strip() for line in _lines(work, case)}
    return tuple(doubted_contact(line) if line in known else line for line in lines)


def _lines(work: UnitOfWork, case: Case) -> list[str]:
    return list(json.loads(work.facts.get(_contact_key(case)) or "[]"))


def _draft_key(case: Case) -> str:
    return f"unproven_draft:{case.id}"


def _contact_key(case: Case) -> str:
    return f"unproven_contact:{case.id}"

"""What an official's reply says, read from its first line by a closed list (design §4).

The rule of this module is: never guess. An approval counts only when nothing but harmless words
follows it; a remark holds it, a question is a question, and whatever is not on the list is a note
that is kept and answered with buttons.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.domain import clerk_readers as clerk
from mcu_mail.domain import verdict_readers as readers
from mcu_mail.domain import verdict_words as words
from mcu_mail.domain.addressing import take_addressing
from mcu_mail.domain.contacts import Contact, take_contacts
from mcu_mail.domain.drafts import is_draft, is_prose, opening, skip_greeting, strip_frame
from mcu_mail.domain.meaning import Meaning, MeaningKind
from mcu_mail.domain.verdict_denials import Denial, is_denied
from mcu_mail.domain.verdict_readers import Said, asked_too
from mcu_mail.domain.verdict_tails import is_harmless
from mcu_mail.domain.verdict_words import clean, same_length

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    Reader = Callable[[Said], Meaning | None]

__all__ = [
    "Contact",
    "Meaning",
    "MeaningKind",
    "is_draft",
    "read_meaning",
    "strip_frame",
]


def read_meaning(
    new_text: str, today: date, *, drafting: bool = False, numbering: bool = False
) -> Meaning:
    """What the new text of a reply means (quotation and disclaimers are cut off already).

    `drafting`: it comes from the one whose turn it is to write the answer, so that prose may be
    the answer itself. `numbering`: from the one who was asked for a register number, so that a
    bare «01-12/345» is one. `today` completes days without a year.
    """
    body, contacts = take_contacts(clean(new_text), today, inside=drafting)
    body, addressing = take_addressing(body)
    only = MeaningKind.contact_only if contacts else MeaningKind.addressing
    head, below = _first_line(body)
    given = clerk.read_number(head, below, today) if numbering and head else None
    if given is not None:
        return replace(given, text=body.strip())
    if head:
        meaning = _read(head, below, body, today, drafting=drafting)
    elif contacts or addressing:
        meaning = Meaning(kind=only)
    else:
        quoted_only = any(_QUOTED.match(line) for line in body.split("\n"))
        meaning = Meaning(kind=MeaningKind.note if quoted_only else MeaningKind.empty)
    if (
        (contacts or addressing)
        and meaning.kind is MeaningKind.note
        and is_harmless(f"{head}\n{below}")
    ):
        meaning = Meaning(kind=only)
    return replace(meaning, contacts=contacts, addressing=addressing, text=body.strip())


_QUOTED = re.compile(r"\s*(?:>|&gt;)")
_BARE = re.compile(r"[\s.,:;!…*_\"'«»()–—-]*")


def _first_line(body: str) -> tuple[str, str]:
    """The first line that is not only a greeting, without its greeting, and the lines below.

    A line of quotation that the cutter has left decides nothing, whoever wrote it.
    """
    lines = body.split("\n")
    for i, line in enumerate(lines):
        said = skip_greeting(line).strip()
        if not _BARE.fullmatch(said) and not _QUOTED.match(line):
            return said, "\n".join(lines[i + 1 :])
    return "", ""


def _read(head: str, below: str, body: str, today: date, *, drafting: bool) -> Meaning:
    """The meaning of a reply whose first line is `head`."""
    opened = opening(body)
    if drafting and opened == "label":
        return Meaning(kind=MeaningKind.answer)
    meaning = _by_words(head, below, today, _OF_A_DRAFTER if drafting else _COMMANDS)
    if meaning is _DENIED:
        meaning = None
    if drafting and _reads_as_prose(meaning, body, salutation=opened == "salutation"):
        return Meaning(kind=MeaningKind.answer)
    if meaning is not None:
        return meaning
    if opened == "label" or (drafting and is_draft(body) == "draft"):
        return Meaning(kind=MeaningKind.answer)
    if words.LATIN.fullmatch(head) and _is_approval_in_latin(head, today):
        return Meaning(kind=MeaningKind.weak)
    asks = "?" in head or words.QUESTION.match(same_length(head))
    return Meaning(kind=MeaningKind.question if asks else MeaningKind.note)


def _is_approval_in_latin(head: str, today: date) -> bool:
    """Whether a line typed in the other layout or in Latin letters may approve: it is asked."""
    for said in words.in_cyrillic(head):
        meaning = _by_words(said, "", today, _COMMANDS)
        if meaning is not None and meaning.kind is MeaningKind.approve:
            return True
    return False


_MOST_PREFIXES = 6
_ALSO_PROSE = frozenset(
    {
        MeaningKind.approve,
        MeaningKind.conditional,
        MeaningKind.weak,
        MeaningKind.return_,
        MeaningKind.accept,
        MeaningKind.published,
        MeaningKind.close,
        MeaningKind.urgent,
        MeaningKind.confirm,
        MeaningKind.recall,
        MeaningKind.question,
        MeaningKind.void,
        MeaningKind.pen,
        MeaningKind.register_number,
    },
)
"""Verdicts that nobody asks of a drafter, and whose words may open the answer itself."""


def _reads_as_prose(meaning: Meaning | None, body: str, *, salutation: bool) -> bool:
    """Whether a drafter's text that looks like a verdict is the answer to the citizen."""
    if meaning is None:
        return salutation
    return meaning.kind in _ALSO_PROSE and (salutation or is_prose(body))


def _by_words(
    head: str, below: str, today: date, listed: Sequence[tuple[re.Pattern[str], Reader]]
) -> Meaning | None:
    """The meaning by the closed list; None when the line is not on it."""
    plain = same_length(head)
    starts = _starts(plain)
    # A weak word counts only when no real one follows it: «Ок, согласовано».
    for commands in (listed, _WEAK):
        for start in starts:
            meaning = _at((start, plain), head, below, today, commands)
            if meaning is not None:
                return _recalled(plain, start, meaning)
    return Meaning(kind=MeaningKind.recall) if _has_recall(plain) else None


def _starts(plain: str) -> list[int]:
    """Where a verdict may begin: at the beginning, and after each of a few harmless prefixes."""
    starts = [0]
    for _ in range(_MOST_PREFIXES):
        prefix = words.PREFIX.match(plain, starts[-1])
        if prefix is None:
            break
        starts.append(prefix.end())
    return starts


def _at(
    place: tuple[int, str],
    head: str,
    below: str,
    today: date,
    commands: Sequence[tuple[re.Pattern[str], Reader]],
) -> Meaning | None:
    """The meaning of the first of `commands` that stands at `place` and can be read."""
    start, plain = place
    for pattern, reader in commands:
        match = pattern.match(plain, start)
        if match is None:
            continue
        rest = head[words.skip_gap(plain, match.end()) :]
        said = Said(line=head, rest=rest, below=below, match=match, today=today)
        meaning = reader(said)
        if meaning is None:
            continue
        how = _DENIABLE.get(pattern)
        if how is None or meaning.kind is MeaningKind.question or not is_denied(said, how):
            return meaning
        return _DENIED
    return None


_DENIED = Meaning(kind=MeaningKind.note)
"""A command that is denied is no other command either: it is kept, and asked about."""


def _has_recall(plain: str) -> bool:
    """A word of recall near the beginning, or in a short line."""
    if "?" in plain:
        return False
    spoken = re.findall(r"[\w-]+", plain)
    near = spoken if len(spoken) <= 6 else spoken[:3]  # noqa: PLR2004 - six words are a short line
    return any(words.RECALL.fullmatch(word) for word in near)


def _recalled(plain: str, start: int, meaning: Meaning) -> Meaning:
    """An approval in whose line a recall stands is a recall: «Согласовано. Отбой!»."""
    yes = {MeaningKind.approve, MeaningKind.conditional, MeaningKind.weak, MeaningKind.confirm}
    if meaning.kind in yes and words.RECALL.search(plain, start) and "?" not in plain:
        return Meaning(kind=MeaningKind.recall)
    return meaning


_COMMANDS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (words.RECALL, asked_too(readers.all_as_reason(MeaningKind.recall))),
    (words.CALLED_BACK, readers.all_as_reason(MeaningKind.recall)),
    (words.BY_PHONE, asked_too(readers.all_as_reason(MeaningKind.by_phone))),
    (words.REGIONAL_YES, asked_too(readers.regional("approved"))),
    (words.REGIONAL_NO, asked_too(readers.regional("returned"))),
    (words.HEAD_RETURNED, asked_too(readers.all_as_reason(MeaningKind.head_returned))),
    (words.NOT_OURS, readers.not_ours),
    (words.PASS_ON, readers.passed_on),
    (words.NOT_AGREED, readers.returned),
    (words.SENT_BACK, readers.returned),
    (words.REDO, readers.redone),
    (words.REMARKS, readers.all_as_reason(MeaningKind.conditional)),
    (words.APPROVE, readers.approved),
    (words.EXECUTOR, readers.executor),
    (words.ENTRUST, readers.entrusted),
    (words.ROUTE, readers.routed),
    (words.INTERIM, readers.promised(MeaningKind.interim)),
    (words.WAIT, readers.promised(MeaningKind.wait)),
    (words.FIRST_REPLY, asked_too(readers.first_reply)),
    (words.ACCEPT_WORK, asked_too(readers.all_as_reason(MeaningKind.accept))),
    (words.ACCEPT, asked_too(readers.all_as_reason(MeaningKind.accept))),
    (words.PUBLISHED, asked_too(readers.published)),
    (words.CLOSE, asked_too(readers.all_as_reason(MeaningKind.close))),
    (words.DUPLICATE, asked_too(readers.duplicate)),
    (words.BY_HAND, asked_too(readers.sent_by_hand)),
    (words.FAST_TRACK, asked_too(readers.all_as_reason(MeaningKind.fast_track))),
    (words.URGENT, asked_too(readers.urgent)),
    (words.COMMENT, readers.all_as_reason(MeaningKind.citizen)),
    (words.MARK, readers.marked),
    (words.IS_ANSWER, readers.note_is_answer),
    (words.PEN, clerk.changed_by_pen),
    (words.VOID, clerk.voided),
    (words.IS_NUMBERED, clerk.numbered),
)
"""The closed list, the more exact words before the more general ones."""

_DENIABLE = {
    words.RECALL: Denial.STOP,
    words.BY_PHONE: Denial.FACT,
    words.REGIONAL_YES: Denial.FACT,
    words.REGIONAL_NO: Denial.TOLD,
    words.HEAD_RETURNED: Denial.TOLD,
    words.NOT_OURS: Denial.PROMISE,
    words.PASS_ON: Denial.NAME,
    words.NOT_AGREED: Denial.ORDER,
    words.SENT_BACK: Denial.ORDER,
    words.REDO: Denial.CHANGE,
    words.EXECUTOR: Denial.NAME,
    words.ROUTE: Denial.NAME,
    words.INTERIM: Denial.PROMISE,
    words.WAIT: Denial.PROMISE,
    words.FIRST_REPLY: Denial.PROMISE,
    words.ACCEPT_WORK: Denial.ORDER,
    words.ACCEPT: Denial.ORDER,
    words.PUBLISHED: Denial.FACT,
    words.CLOSE: Denial.ORDER,
    words.DUPLICATE: Denial.FACT,
    words.BY_HAND: Denial.ACT,
    words.FAST_TRACK: Denial.ACT,
    words.URGENT: Denial.PROMISE,
    words.IS_ANSWER: Denial.ACT,
    words.PEN: Denial.PROMISE,
    words.VOID: Denial.ORDER,
}
"""How each command is looked at for words that deny it.

An approval is not here: whatever follows it holds it anyway. A citizen's words deny nothing.
"""

_OF_A_DRAFTER = tuple(item for item in _COMMANDS if item[0] is not words.REDO)
"""«Замените фото», «Уберите машины»: from a drafter a note, or the answer itself."""

_WEAK: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (words.CONFIRM, readers.confirmed),
    (words.WEAK, readers.weak),
)

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
from mcu_mail.domain import verdict_words as words
from mcu_mail.domain.addressing import take_addressing
from mcu_mail.domain.contacts import Contact, take_contacts
from mcu_mail.domain.drafts import is_draft, is_prose, opening, skip_greeting, strip_frame
from mcu_mail.domain.meaning import Meaning, MeaningKind
from mcu_mail.domain.verdict_denials import is_denied
from mcu_mail.domain.verdict_list import COMMANDS, DENIABLE, OF_A_DRAFTER, WEAK, named_rows
from mcu_mail.domain.verdict_readers import Said
from mcu_mail.domain.verdict_tails import is_harmless
from mcu_mail.domain.verdict_words import clean, same_length

if TYPE_CHECKING:
    from datetime import date

    from mcu_mail.domain.verdict_list import Commands

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
    text = meaning.text if meaning.kind is MeaningKind.published else body.strip()
    return replace(meaning, contacts=contacts, addressing=addressing, text=text)


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
    meaning = _by_words(head, below, today, OF_A_DRAFTER if drafting else COMMANDS)
    if meaning is _DENIED:
        meaning = None
    if drafting and _reads_as_prose(meaning, body, salutation=opened == "salutation"):
        # «Решено. …» of the one who publishes himself: the outcome is told with the answer.
        outcome = meaning.name if meaning and meaning.kind is MeaningKind.published else ""
        return Meaning(kind=MeaningKind.answer, name=outcome)
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
        meaning = _by_words(said, "", today, COMMANDS)
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
        MeaningKind.term,
        MeaningKind.regional,
        MeaningKind.citizen,
        MeaningKind.apart,
        MeaningKind.appeal,
        MeaningKind.rows,
    },
)
"""Verdicts that nobody asks of a drafter, and whose words may open the answer itself."""


_TO_CITIZEN = re.compile(
    r"(?<!\w)(?:(?:вам|вы)\s+(?:\w{2,14}\s+)?(?:следует|необходимо|нужно|можете|вправе|рекоменду\w+)"
    r"|(?:рекоменду|предлага|совету)\w{1,3}\s+(?:вам\s+)?(?:\w{2,14}\s+)?обратиться|обратитесь"
    r"|сообща(?:ем|ю)\s+вам)"
)
"""What is said to a citizen, and to no colleague."""


def _reads_as_prose(meaning: Meaning | None, body: str, *, salutation: bool) -> bool:
    """Whether a drafter's text that looks like a verdict is the answer to the citizen."""
    if meaning is None:
        return salutation
    if meaning.kind is MeaningKind.not_ours and not meaning.name:
        # «Вопрос не относится к полномочиям округа. Вам следует обратиться …» is an answer.
        return is_prose(body) and _TO_CITIZEN.search(same_length(body)) is not None
    return meaning.kind in _ALSO_PROSE and (salutation or is_prose(body))


def _by_words(head: str, below: str, today: date, listed: Commands) -> Meaning | None:
    """The meaning by the closed list; None when the line is not on it."""
    plain = same_length(head)
    starts = _starts(plain)
    # A weak word counts only when no real one follows it: «Ок, согласовано».
    for commands in (listed, WEAK):
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
    commands: Commands,
) -> Meaning | None:
    """The meaning of the first of `commands` that stands at `place` and can be read."""
    start, plain = place
    for pattern, reader in commands:
        match = pattern.match(plain, start)
        if match is None:
            continue
        rest = head[words.skip_gap(plain, match.end()) :]
        said = Said(line=head, rest=rest, below=below, match=match, today=today)
        meaning = named_rows(pattern, said) or reader(said)
        if meaning is None:
            continue
        if meaning.kind is MeaningKind.rows:
            return meaning
        how = DENIABLE.get(pattern)
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

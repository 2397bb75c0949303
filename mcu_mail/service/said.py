"""A mail with what it says, read once: who wrote it, in which words, and who vouches for him.

Reading decides nothing. It goes without the quotation, the signature and lines of a bare code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcu_mail.documents.draft import WORD_SUFFIXES, word_draft
from mcu_mail.domain.annexes import Removal, take_removals
from mcu_mail.domain.cloud_links import joined, links_in_html, take_cloud_links
from mcu_mail.domain.codes import LENGTH, find_codes
from mcu_mail.domain.drafts import which_answers
from mcu_mail.domain.receipt_words import asks_below
from mcu_mail.domain.rich_text import without_marks
from mcu_mail.domain.verdicts import MeaningKind, read_meaning
from mcu_mail.domain.whose_turn import person_at
from mcu_mail.errors import RefusedError
from mcu_mail.mail.alternative import is_ambiguous
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.waits import foreseen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from mcu_mail.domain.cloud_links import CloudLink
    from mcu_mail.domain.office import Person
    from mcu_mail.domain.verdicts import Meaning
    from mcu_mail.mail.mime import Attachment, Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail

HARMLESS = frozenset({
    MeaningKind.answer,
    MeaningKind.note,
    MeaningKind.contact_only,
    MeaningKind.addressing,
    MeaningKind.question,
    MeaningKind.empty,
})
"""Meanings that are no verdict: a text, a record of contact, a note."""
HANDED_IN = HARMLESS | {MeaningKind.interim}
"""What is taken of the one whose turn it is to write, by whatever mail: somebody approves it."""
_YES = frozenset({MeaningKind.approve, MeaningKind.confirm})


@dataclass(frozen=True, kw_only=True)
class WordFile:
    """The text of an attached Word file, or why it could not be read (Russian)."""

    text: str | None = None
    fault: str = ""
    salutation: str = ""
    """Of our own letter sent back."""
    addressee: str = ""
    has_pictures: bool = False
    forwarded: bool = False
    """It lies in an attached mail: perhaps not the sender's own work."""
    several: bool = False
    """Nothing was read: it is not sure which of several files is the draft."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A mail with what it says, read once."""

    stored: StoredMail
    mail: Incoming
    text: str
    """The new text, without lines that take annexes out and without links to clouds."""
    whole: str
    """The same text with them."""
    signature: str
    """What was cut off below it."""
    removal: Removal
    links: tuple[CloudLink, ...]
    """Files that were not sent but lie in somebody's cloud."""
    word: str | None
    unreadable: str
    several_words: bool
    """There are several Word files, and any of them may be the draft."""
    word_salutation: str
    """How the Word file greets, when it is our own letter sent back."""
    word_addressee: str
    """Whom it addresses then."""
    word_pictures: bool
    """Whether photos stand in the Word file."""
    word_forwarded: bool
    """Whether it lies in an attached mail."""
    person: Person | None
    level: TrustLevel
    is_doubtful: bool
    """Whether another program would show another verdict: none is taken from it."""
    shown: str | None
    """The new text as a program that shows HTML would show it; None without HTML."""


def read_said(
    desk: Desk,
    stored: StoredMail,
    reading: Reading,
    word: WordFile | None,
    now: datetime,
    *,
    sent: Sequence[str] = (),
    vouched: bool,
) -> Said:
    """The mail as read.

    Args:
        sent: the mail of ours that it answers, in each form its reader may have seen.
        vouched: its sender has confirmed it by a fresh code.

    """
    mail = reading.mail
    new = desk.cut(mail.text, sent) if sent else reading.new
    # The marks of rich text can only come from a Word file that we have read ourselves.
    whole = without_marks(_without_codes(new.text))
    removal, text = take_removals(whole)
    text, links = take_cloud_links(text)
    # A mail program puts its block of links below the signature, or only behind words of HTML.
    _, below = take_cloud_links(new.signature)
    address = mail.sender.address
    person = person_at(address, desk.office) if address else None
    return Said(
        stored=stored,
        mail=mail,
        text=text,
        whole=whole,
        signature=new.signature,
        removal=removal,
        links=joined(links, below, links_in_html(mail.html)),
        word=word.text if word else None,
        unreadable=word.fault if word else "",
        several_words=word is not None and word.several,
        word_salutation=word.salutation if word else "",
        word_addressee=word.addressee if word else "",
        word_pictures=word is not None and word.has_pictures,
        word_forwarded=word is not None and word.forwarded,
        person=person,
        level=TrustLevel.PROVEN if vouched else prove(mail, desk.trust),
        is_doubtful=person is not None and is_doubtful(reading, whole, desk.today(now)),
        shown=None if reading.shown is None else _without_codes(reading.shown),
    )


def is_doubtful(reading: Reading, text: str, today: date) -> bool:
    """Whether the mail's forms say different things, or it can be read in two ways at all.

    `text` is what is new in it. No verdict is taken from such a mail.
    """
    if is_ambiguous(reading.mail):
        return True
    if reading.shown is None:
        return False
    one, two = (read_meaning(_without_codes(form), today) for form in (text, reading.shown))
    if one.kind in HARMLESS and two.kind in HARMLESS:
        return False
    facts = [(said.kind, said.name, said.until, said.at, said.changes) for said in (one, two)]
    return facts[0] != facts[1] or not _alike(one.reason, two.reason)


def _alike(one: str, two: str) -> bool:
    """Whether two forms of a reason share most of their words: lists and links differ a little."""
    words, others = (set(re.findall(r"\w+", text.casefold())) for text in (one, two))
    fewer = min(len(words), len(others))
    return len(words & others) * 2 >= fewer if fewer else not words and not others


def _without_codes(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not _is_code_line(line)).strip()


def _is_code_line(line: str) -> bool:
    """Whether a line holds a code alone, copied into a new mail: it is no remark."""
    bare = re.sub(r"^\W*код\b", "", line.casefold())
    return bool(find_codes(line)) and sum(map(str.isalnum, bare)) == LENGTH


def word_of(stored: StoredMail, mail: Incoming) -> WordFile | None:
    """Read the Word file that is the draft: slow (LibreOffice), so outside any transaction.

    Raises:
        TemporaryError: no process can be started here; the file is not to blame.

    """
    return foreseen(("word", stored.sha256), lambda: _word_of(mail))


def _word_of(mail: Incoming) -> WordFile | None:
    item = draft_file(mail)
    if item is None:
        return WordFile(several=True) if any(map(is_word, mail.files)) else None
    forwarded = item in mail.enclosed
    try:
        draft = word_draft(item.content, item.name)
    except RefusedError as error:
        # Whose file it is, its sender is told by its name; the error itself says none, for the log.
        return WordFile(fault=f"{item.name} – {error}", forwarded=forwarded)
    return WordFile(
        text=draft.text,
        salutation=draft.salutation,
        addressee=draft.addressee,
        has_pictures=bool(draft.pictures),
        forwarded=forwarded,
    )


def is_word(item: Attachment) -> bool:
    """Whether an attachment is a Word file that may hold the answer."""
    return not item.inline and item.name.lower().endswith(WORD_SUFFIXES)


def draft_file(mail: Incoming) -> Attachment | None:
    """The attached Word file that is the draft, unless the mail's own text is one.

    The sender's own files come before those of a mail that he passes on. None without such a
    file, and when nothing tells which of several it is.
    """
    own = list(filter(is_word, (*mail.attachments, *mail.packed)))
    files = own or list(filter(is_word, mail.enclosed))
    place = which_answers([item.name for item in files])
    return None if place is None else files[place]


def meaning_of(
    desk: Desk, said: Said, now: datetime, *, drafting: bool, numbering: bool = False
) -> Meaning:
    """What the new text means; `drafting` when an answer may stand in it, `numbering` a number."""
    today = desk.today(now)
    meaning = read_meaning(said.text, today, drafting=drafting, numbering=numbering)
    linked = said.links and not drafting
    if (said.removal or linked) and meaning.kind not in HARMLESS:
        # «Согласовано. Без приложений» is no plain approval: the line was a condition.
        meaning = read_meaning(said.whole, today, drafting=drafting, numbering=numbering)
    if linked and meaning.kind is MeaningKind.approve:
        # What lies behind the link may be a remark.
        return replace(meaning, kind=MeaningKind.conditional, reason=said.whole)
    if meaning.kind in _YES and asks_below(said.signature):
        # «С уважением, Орлова. Срок поправьте»: a remark stands among the lines of the signature.
        reason = f"{said.whole}\n{said.signature}".strip()
        return replace(meaning, kind=MeaningKind.conditional, reason=reason)
    return meaning

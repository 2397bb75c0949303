"""Notices of the four systems, read from a mail: whose notification it is and what each field says.

Why: this is where a citizen's words enter the service. Every field comes from a label (configured
or built in), else from a pattern that cannot well be mistaken, else stays unknown and is named in
`unsure` for a person to fill. Nothing is guessed and nothing is lost: when the citizen's words
cannot be told from the rest, the whole readable body becomes the text. Never raises; work is
linear.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.events import read_event
from mcu_mail.mail.fields import Entry, Form, read_form
from mcu_mail.mail.filling import Draft, Setting, fill
from mcu_mail.mail.labels import Labels
from mcu_mail.mail.layout import Piece, pieces_of_html, pieces_of_text
from mcu_mail.mail.leftover import complete
from mcu_mail.mail.prose import without_mail_headers, without_signatures
from mcu_mail.mail.several import split_messages
from mcu_mail.mail.values import collapse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from mcu_mail.domain.notice import Notice, Source
    from mcu_mail.mail.mime import Incoming

MAX_MESSAGES: Final = 40
"""No press office puts more messages into one letter; beyond it a person reads the letter."""
MAX_ENTRIES: Final = 200
"""More labelled values than one message has: the reading is doubtful."""
_IDENTITY: Final = (
    "external_id",
    "received_at",
    "applicant",
    "text",
    "address",
    "link",
    "phone",
    "due",
)


def matching_source(mail: Incoming, sources: Sequence[Source]) -> Source | None:
    """Return the first source whose senders and subjects fit, or None.

    Only the strictly parsed sender counts; a mail without one is nobody's notification.
    """
    address = mail.sender.address
    if address is None:
        return None
    address = address.casefold()
    domain = "@" + address.rpartition("@")[2]
    subject = mail.subject.casefold()
    for source in sources:
        senders = {sender.casefold() for sender in source.senders}
        fits = not source.subjects or any(words.casefold() in subject for words in source.subjects)
        if fits and (address in senders or domain in senders):
            return source
    return None


def read_notices(mail: Incoming, source: Source, zone: ZoneInfo) -> tuple[Notice, ...]:
    """Return the notices of a mail, one per citizen's message, at least one.

    `zone` is the office's: moments are given in it, and unmarked times are read in it unless the
    source has a zone of its own.
    """
    setting = Setting.of(mail, source, zone)
    bodies = [pieces_of_html(mail.html)] if mail.html else []
    if mail.plain is not None or not bodies:
        bodies.append(pieces_of_text(mail.plain if mail.plain is not None else mail.text))
    readings = [_read_body(body, setting) for body in bodies]
    return min(readings, key=_doubt)


def _doubt(notices: tuple[Notice, ...]) -> tuple[int, int]:
    """Order the readings of the two bodies of a mail: fewer open questions, then more fields."""
    known = sum(
        value is not None
        for notice in notices
        for value in (notice.phone, notice.address, notice.link, notice.external_id)
    )
    return sum(len(notice.unsure) for notice in notices), -known


def _read_body(body: Sequence[Piece], setting: Setting) -> tuple[Notice, ...]:
    labels = Labels.of(setting.source.labels)
    pieces = without_signatures(without_mail_headers(body), labels)
    parts = split_messages(pieces)
    if 1 < len(parts) <= MAX_MESSAGES:
        return _share_due([
            _notice(part, read_form(part, labels), setting, numbered=True) for part in parts
        ])
    form = read_form(pieces, labels)
    groups = _groups(form.entries)
    if len(groups) == 1 or len(groups) > MAX_MESSAGES:
        return (_notice(pieces, form, setting),)
    return _share_due([
        _notice(pieces, Form(entries=group, free=form.free), setting, alone=False)
        for group in groups
    ])


def _share_due(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """Give the one term that a letter states («Ответы … до 18:00») to each of its messages."""
    dues = {notice.due: notice.rules.get("due", "") for notice in notices if notice.due}
    if len(dues) != 1:
        return tuple(notices)
    [(due, rule)] = dues.items()
    return tuple(replace(one, due=due, rules={**one.rules, "due": rule}) for one in notices)


def _groups(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    """Entries of each citizen's message: rows of a table, or a form that is repeated."""
    rows = list(dict.fromkeys(entry.set_ for entry in entries if entry.set_))
    if len(rows) > 1:
        return [tuple(entry for entry in entries if entry.set_ == row) for row in rows]
    persons = [entry for entry in entries if entry.field == "applicant" and entry.value]
    if len({collapse(entry.value) for entry in persons}) < 2 or len(persons) < 2:  # noqa: PLR2004 - one is a form
        return [tuple(entries)]
    starts = _starts(entries, len(persons))
    bounds = [*starts, len(entries)]
    return [tuple(entries[a:b]) for a, b in itertools.pairwise(bounds)]


def _starts(entries: Sequence[Entry], count: int) -> list[int]:
    """Where each repetition of the form begins: at the first field that all of them have."""
    for first in entries:
        starts = [i for i, entry in enumerate(entries) if entry.field == first.field]
        if first.field in _IDENTITY and len(starts) == count:
            return starts
    return [i for i, entry in enumerate(entries) if entry.field == "applicant"]


def _notice(
    pieces: Sequence[Piece],
    form: Form,
    setting: Setting,
    *,
    alone: bool = True,
    numbered: bool = False,
) -> Notice:
    draft: Draft = fill(form.entries, setting)
    if alone and len(form.entries) > MAX_ENTRIES:
        draft.unsure["text"] = None
    if numbered:
        # The subject speaks of all messages, and «Сообщение 2» is no external number.
        draft.none.add("external_id")
    complete(draft, pieces, form, setting, alone=alone)
    event = read_event(draft, setting.subject)
    return draft.notice(setting.source.track, event)

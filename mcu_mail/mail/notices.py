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

from mcu_mail.mail.draft import OWN_MESSAGE, Draft, Setting
from mcu_mail.mail.events import Event, read_event
from mcu_mail.mail.fields import Entry, Form, read_form
from mcu_mail.mail.filling import fill
from mcu_mail.mail.labels import Labels
from mcu_mail.mail.layout import Piece, pieces_of_html, pieces_of_text
from mcu_mail.mail.leftover import complete
from mcu_mail.mail.leftover_terms import hour_of_day, moment_of_event, term_of_event
from mcu_mail.mail.marks import marked_text, without_skipped
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.prose import without_mail_headers, without_signatures
from mcu_mail.mail.prose_fields import fill_from_prose
from mcu_mail.mail.several import (
    headed_by_number,
    number_above,
    ordinal_of,
    split_messages,
    without_ordinal,
)
from mcu_mail.mail.values import collapse, fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from mcu_mail.domain.notice import Notice, Source
    from mcu_mail.mail.mime import Incoming

MAX_MESSAGES: Final = 40
"""No press office puts more messages into one letter; beyond it a person reads the letter."""
MAX_ENTRIES: Final = 200
"""More labelled values than one message has: the reading is doubtful."""
MAX_ATTACHED: Final = 20
"""Attached mails of one letter that are looked at."""
MAX_FORWARDS: Final = 3
"""How often one mail may have been forwarded as an attachment."""
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
    source has a zone of its own. A notification that a colleague forwarded as an attached mail is
    read there when his own words bring no message.
    """
    own = _read_mail(mail, source, zone)
    inner = [] if any(map(_is_whole, own)) else _read_attached(mail, source, zone)
    if not inner:
        return own
    return _share_due(inner, _cover_note(own, Setting.of(mail, source, zone)))


def _cover_note(own: Sequence[Notice], setting: Setting) -> Notice | None:
    """What a colleague's few words above an attached notification add to it: a term."""
    draft = Draft(text=" ".join(one.text for one in own))
    term_of_event(draft, setting)
    stated = [one for one in own if one.due is not None]
    return stated[0] if stated else draft.notice(setting.source.track, Event(name="new"))


def _read_mail(mail: Incoming, source: Source, zone: ZoneInfo) -> tuple[Notice, ...]:
    setting = Setting.of(mail, source, zone)
    bodies = [pieces_of_html(mail.html)] if mail.html else []
    if mail.plain is not None or not bodies:
        bodies.append(pieces_of_text(mail.plain if mail.plain is not None else mail.text))
    readings = [_read_body(body, setting) for body in bodies]
    return min(readings, key=_doubt)


def _read_attached(mail: Incoming, source: Source, zone: ZoneInfo) -> list[Notice]:
    """Read the notices of attached mails, also of one forwarded twice."""
    found: list[Notice] = []
    waiting = [(child.content, 1) for child in mail.children[:MAX_ATTACHED]]
    while waiting and len(found) < MAX_MESSAGES:
        content, depth = waiting.pop(0)
        inner = read_mail(content)
        read = [one for one in _read_mail(inner, source, zone) if _is_whole(one)]
        found.extend(read)
        if not read and depth < MAX_FORWARDS:
            waiting.extend((one.content, depth + 1) for one in inner.children[:MAX_ATTACHED])
    return found


def _is_whole(notice: Notice) -> bool:
    """Say whether the notice brings a citizen's message or an event, and no mere cover note."""
    marked = notice.rules.get("text", "").startswith(("label:", "marks:"))
    return (marked and bool(notice.applicant or notice.link or notice.external_id)) or (
        notice.event != "new" and notice.external_id is not None
    )


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
    pieces = without_skipped(body, setting.source.skip)
    pieces = without_signatures(without_mail_headers(pieces), labels)
    parts = split_messages(pieces, setting.source.separator)
    before, *messages = parts
    # What stands before the first mark is a message only where separators stand between them.
    if messages and setting.source.separator and _brings_message(before, labels):
        before, messages = [], [before, *messages]
    if 1 < len(messages) <= MAX_MESSAGES:
        notices = [_part(part, setting, labels) for part in messages]
        return _share_due(notices, _preamble(before, setting, labels))
    text, rest = marked_text(pieces, setting.source)
    form = read_form(rest, labels)
    groups = [] if text else _groups(form.entries)
    if len(groups) < 2 or len(groups) > MAX_MESSAGES:  # noqa: PLR2004 - one is a form
        return (_notice(pieces, setting, labels),)
    return _share_due([
        _filled(pieces, Form(entries=group, free=form.free), setting, alone=False)
        for group in groups
    ])


def _part(part: Sequence[Piece], setting: Setting, labels: Labels) -> Notice:
    """One message of several, with its ordinal, which must not be taken for its number."""
    ordinal = ordinal_of(part)
    # A part without one is headed by its own number, or by a configured line.
    notice = _notice(without_ordinal(part), setting, labels, numbered=not headed_by_number(part))
    number = notice.external_id or number_above(part)
    return replace(notice, ordinal=ordinal, external_id=None if number == ordinal else number)


def _brings_message(pieces: Sequence[Piece], labels: Labels) -> bool:
    return any(one.field in {"applicant", "text"} for one in read_form(pieces, labels).entries)


def _preamble(pieces: Sequence[Piece], setting: Setting, labels: Labels) -> Notice | None:
    """What is said of all messages before the first of them: a term."""
    if not pieces:
        return None
    return _filled(pieces, read_form(pieces, labels), setting, alone=False)


def _share_due(notices: Sequence[Notice], common: Notice | None = None) -> tuple[Notice, ...]:
    """Give the one term that a letter states («Ответы … до 18:00») to each of its messages."""
    stated = [*notices, *([common] if common else [])]
    terms = {one.due: one for one in stated if one.due}
    if len(terms) != 1:
        return tuple(notices)
    [(due, first)] = terms.items()
    rule = first.rules.get("due", "")
    return tuple(
        replace(
            one,
            due=due,
            term_length=first.term_length,
            term_unit=first.term_unit,
            rules={**one.rules, "due": rule},
        )
        for one in notices
    )


def _groups(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    """Entries of each citizen's message: rows of a table, or a form that is repeated."""
    rows = list(dict.fromkeys(entry.set_ for entry in entries if entry.set_))
    if len(rows) > 1:
        # A term below the table holds for each of its rows.
        common = [entry for entry in entries if not entry.set_ and entry.field == "due"]
        return [(*(entry for entry in entries if entry.set_ == row), *common) for row in rows]
    persons = [entry for entry in entries if entry.field == "applicant" and entry.value]
    numbers = _numbered_forms(entries)
    if len(numbers) > 1:
        return [tuple(entries[a:b]) for a, b in itertools.pairwise([*numbers, len(entries)])]
    if len({collapse(entry.value) for entry in persons}) < 2 or len(persons) < 2:  # noqa: PLR2004 - one is a form
        return [tuple(entries)]
    starts = _starts(entries, len(persons))
    first = entries[: starts[0]]
    if any(entry.field == "text" for entry in first):
        # What stands before the first citizen is a message of its own: an event.
        starts = [0, *starts]
    bounds = [*starts, len(entries)]
    return [tuple(entries[a:b]) for a, b in itertools.pairwise(bounds)]


def _numbered_forms(entries: Sequence[Entry]) -> list[int]:
    """Where forms begin that open with «Номер: …», each with a number of its own."""
    if not entries or entries[0].field != "external_id":
        return []
    label = fold(entries[0].label)
    found = [i for i, one in enumerate(entries) if fold(one.label) == label]
    numbers = {collapse(entries[i].value) for i in found}
    bounds = [*found, len(entries)]
    whole = all(b - a > 1 for a, b in itertools.pairwise(bounds))
    return found if whole and len(numbers) == len(found) else []


def _starts(entries: Sequence[Entry], count: int) -> list[int]:
    """Where each repetition of the form begins: at the first field that all of them have."""
    for first in entries:
        starts = [i for i, entry in enumerate(entries) if entry.field == first.field]
        if first.field in _IDENTITY and len(starts) == count:
            return starts
    return [i for i, entry in enumerate(entries) if entry.field == "applicant"]


def _notice(
    pieces: Sequence[Piece], setting: Setting, labels: Labels, *, numbered: bool = False
) -> Notice:
    text, rest = marked_text(pieces, setting.source)
    form = read_form(rest, labels)
    return _filled(rest, form, setting, numbered=numbered, text=text)


def _filled(
    pieces: Sequence[Piece],
    form: Form,
    setting: Setting,
    *,
    alone: bool = True,
    numbered: bool = False,
    text: tuple[str, str] | None = None,
) -> Notice:
    draft: Draft = fill(form.entries, setting, text)
    if alone and len(form.entries) > MAX_ENTRIES:
        draft.unsure["text"] = None
    if numbered:
        # The subject speaks of all messages, and «Сообщение 2» is no external number.
        draft.none.add("external_id")
    complete(draft, pieces, form, setting, alone=alone)
    event = read_event(draft, setting.subject, form.entries, setting.source.events)
    if event.name == "new" and alone:
        fill_from_prose(draft)
    if event.name not in {"new", "appeal_59fz"}:
        moment_of_event(draft, form.entries, setting, theirs=event.name in OWN_MESSAGE)
    if event.name not in OWN_MESSAGE:
        term_of_event(draft, setting)
    else:
        labelled = [f"{one.label} {one.value}" for one in form.entries if one.field == "due"]
        said = [setting.subject, *draft.frame] if draft.urgent else []
        hour_of_day(draft, [*said, *labelled], setting)
    return draft.notice(setting.source.track, event)

"""Why a mail was read as it was: for the administrator who tunes `sources` on real letters.

Guarantees: pure, never raises, decides nothing; the service itself never asks here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.address import read_sender
from mcu_mail.mail.fields import read_form
from mcu_mail.mail.labels import OTHER, Labels, without_numbering
from mcu_mail.mail.layout import BOLD_OFF, BOLD_ON, Piece, pieces_of_html, pieces_of_text
from mcu_mail.mail.marks import without_skipped
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.moments import read_moment
from mcu_mail.mail.names import read_person
from mcu_mail.mail.notices import matching_source
from mcu_mail.mail.prose import without_mail_headers, without_signatures
from mcu_mail.mail.segments import split_line
from mcu_mail.mail.values import collapse, fold, is_place, read_links, read_number, read_phone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from mcu_mail.domain.notice import Source
    from mcu_mail.mail.mime import Incoming

MOST: Final = 30
_LOOKS_LABELLED: Final = re.compile(
    rf"[\W_]{{0,6}}([А-ЯЁA-Z№][^:=\n{BOLD_ON}{BOLD_OFF}]{{1,58}}?)[{BOLD_ON}{BOLD_OFF}\s]{{0,4}}"
    r"(?::(?!//)|=|\s[–—-]\s|>>|→|~|\t|\.{3,})\s{0,4}(\S.{0,2000})"
)
_LONGEST_LABEL: Final = 6
_PROSE: Final = 6
_FROM_LINE: Final = re.compile(
    r"[*>\s]{0,4}(?:от(?: кого)?|from)[*\s]{0,3}:\s{0,3}(.{3,300})", re.IGNORECASE
)
_SUBJECT_LINE: Final = re.compile(
    r"[*>\s]{0,4}(?:тема|subject)[*\s]{0,3}:\s{0,3}(.{1,300})", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,6}")
_PLACE: Final = re.compile(r"(?<!\w)(?:пгт|пос|с|село|д|дер|п|г|город|ул|улица|пер)\.?\s[А-ЯЁ]")


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A line that looks like a label with its value and is known to no rule.

    `field` is what its value looks like (a field of `sources[].labels`), None when nobody can say.
    """

    label: str
    value: str
    field: str | None


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """Why the source number `at` (from 0) is not this mail's."""

    at: int
    sender_fits: bool


def mismatches(mail: Incoming, sources: Sequence[Source]) -> tuple[Mismatch, ...]:
    """Return for each source why the mail is none of its notifications."""
    found = []
    for at, source in enumerate(sources):
        if matching_source(mail, [source]) is None:
            whatever = replace(source, subjects=())
            fits = matching_source(mail, [whatever]) is not None
            found.append(Mismatch(at=at, sender_fits=fits))
    return tuple(found)


def forwarded_source(mail: Incoming, sources: Sequence[Source]) -> Source | None:
    """Return the source of the notification that a mail forwards, attached or in its text.

    The forwarded «От» is only quoted words: it proves nothing, so who forwards must be trusted.
    """
    for child in mail.children:
        if (found := matching_source(read_mail(child.content), sources)) is not None:
            return found
    for address, subject in _quoted_heads(mail.plain if mail.plain is not None else mail.text):
        quoted = replace(mail, sender=read_sender([address.encode()]), subject=subject)
        if (found := matching_source(quoted, sources)) is not None:
            return found
    return None


def _quoted_heads(text: str) -> Iterator[tuple[str, str]]:
    lines = text[:200_000].splitlines()
    for index, line in enumerate(lines):
        sender = _FROM_LINE.match(line[:400])
        address = _ADDRESS.search(sender[1]) if sender else None
        if address is None:
            continue
        near = lines[max(0, index - 6) : index + 7]
        subject = next((hit[1] for one in near if (hit := _SUBJECT_LINE.match(one[:400]))), "")
        yield address[0], collapse(subject)


def unread_lines(mail: Incoming, source: Source, zone: tzinfo) -> tuple[Unread, ...]:
    """Return the lines of a notification that look labelled and that no label knows."""
    labels = Labels.of(source.labels)
    found: dict[str, Unread] = {}
    for label, value in _pairs(_body(mail, source)):
        known = labels.find(label) is not None or split_line(f"{label}: {value}", labels)
        if not known and fold(label) not in found and len(found) < MOST:
            found[fold(label)] = Unread(label=label, value=value, field=_looks_like(value, zone))
    return tuple(found.values())


def passed_labels(mail: Incoming, source: Source) -> tuple[str, ...]:
    """Return the labels that are known and mean nothing to the service («Категория»)."""
    found: dict[str, None] = {}
    for one in read_form(_body(mail, source), Labels.of(source.labels)).entries:
        if one.field == OTHER and len(found) < MOST:
            found[one.label] = None
    return tuple(found)


def _body(mail: Incoming, source: Source) -> tuple[Piece, ...]:
    body = (
        pieces_of_html(mail.html)
        if mail.html
        else pieces_of_text(mail.plain if mail.plain is not None else mail.text)
    )
    pieces = without_mail_headers(without_skipped(body, source.skip))
    return without_signatures(pieces, Labels.of(source.labels))


def _pairs(pieces: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    for piece in pieces:
        cells = [collapse(cell) for cell in piece.cells if collapse(cell)]
        if piece.kind == "row" and len(cells) == 2:  # noqa: PLR2004 - a label and its value
            if len(cells[0].split()) <= _LONGEST_LABEL:
                yield cells[0].strip(" :"), cells[1]
            continue
        for cell in piece.cells:
            found = _LOOKS_LABELLED.match(without_numbering(cell.strip())[:2200])
            if found and len(found[1].split()) <= _LONGEST_LABEL and collapse(found[2]):
                yield collapse(found[1]).strip(" .:"), collapse(found[2])


def _looks_like(value: str, zone: tzinfo) -> str | None:
    """Say which field a value looks like; a moment ahead could be a term as well as an arrival."""
    if read_links(value):
        return "link"
    if read_phone(value) and len(value) < 60:  # noqa: PLR2004 - no prose
        return "phone"
    if read_moment(value, zone=zone) is not None and len(value) < 60:  # noqa: PLR2004 - no prose
        return "received_at"
    if _PLACE.search(value) and is_place(value):
        return "address"
    if len(value.split()) <= 4 and read_person(value).full:  # noqa: PLR2004 - a name
        return "applicant"
    if len(value.split()) == 1 and read_number(value):
        return "external_id"
    return "text" if len(value.split()) >= _PROSE else None

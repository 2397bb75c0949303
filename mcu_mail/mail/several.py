"""One letter with several citizens' messages, cut where each of them begins.

Why: two messages read as one would mix up two people. Only plain signs cut.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.marks import begins_with
from mcu_mail.mail.names import name_in
from mcu_mail.mail.values import collapse, fold, read_links, read_phone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.mail.layout import Piece

_NUMBERED: Final = re.compile(r"\s{0,8}(?:№\s{0,2})?(\d{1,2})\s?[).]\s{1,4}(?=\S)")
_ORDINAL: Final = re.compile(r"\D{0,20}(\d{1,2})(?!\d)")
_MESSAGE_HEAD: Final = re.compile(
    r"[\-–—=*#_\s]{2,12}\d{1,2}[\-–—=*#_\s]{2,12}|\W{0,6}(?:(?:сообщение|обращение"
    r"|комментарий)\s{1,2}(?:№\s?)?\d{1,2}"
    r"|\d{1,2}(?:-?[ое]е)? сообщение)\W{0,6}"
)


def split_messages(pieces: Sequence[Piece], separator: Sequence[str] = ()) -> list[list[Piece]]:
    """Cut a letter with several messages at «1) …», «Сообщение 2», or at configured lines.

    The first part is what stands before the first message (perhaps nothing); a letter with one
    message is one part. A numbered line opens a message only when it holds a full name or a phone
    beside a day: a numbered form («1. ФИО: …») and a citizen's own list are no messages.
    """
    marked = (
        [i for i, piece in enumerate(pieces) if begins_with(piece.text, separator)]
        if separator
        else []
    )
    found = [index for index, piece in enumerate(pieces) if _opens_message(piece)]
    if marked or len(found) >= 2:  # noqa: PLR2004 - one head is a title
        bounds = [0, *(marked or found), len(pieces)]
        return [_record_cut(pieces[a:b]) for a, b in itertools.pairwise(bounds)]
    return [list(pieces)]


def ordinal_of(part: Sequence[Piece]) -> str | None:
    """The number that a message has in its letter («2) …», «Сообщение 2»)."""
    found = _ORDINAL.match(part[0].text) if part else None
    return found[1] if found else None


def _record_cut(part: Sequence[Piece]) -> list[Piece]:
    """Cut «1. ФИО, дата, телефон: «слова» ссылка» into the record, the words and the rest."""
    found = _RECORD.fullmatch(part[0].text) if part and part[0].kind == "line" else None
    if found is None:
        return list(part)
    cut = [
        replace(part[0], cells=(one,), links=(read_links(one),)) for one in found.groups() if one
    ]
    return [*cut, *part[1:]]


_RECORD: Final = re.compile(r"([^«»]{20,300}?)\s?[:–—-]\s?(«.{10,4000}»)\s?([^»]{0,400})")


def _opens_message(piece: Piece) -> bool:
    if piece.kind != "line":
        return False
    text = collapse(piece.text[:400])
    if _MESSAGE_HEAD.fullmatch(fold(text)):
        return True
    found = _NUMBERED.match(text)
    if found is None:
        return False
    record = text[found.end() :]
    signs = (name_in(record) is not None) + (read_phone(record) is not None)
    signs += re.search(r"\d{1,2}\.\d{2}\.\d{2,4}", record) is not None
    return signs >= 2  # noqa: PLR2004 - a record, not a point of a list

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
    r"|№\s?\d{1,2}|\d{1,2}(?:-?[ое]е)? сообщение)\W{0,6}"
)
_MESSAGE: Final = r"(?:сообщени|обращени|комментари|инцидент|заявк)\w{0,2}\s{1,2}"
_BARE_HEAD: Final = re.compile(
    rf"\W{{0,6}}(?:{_MESSAGE}(?=[\w/-]{{0,8}}\d{{3}})|(?=[a-zа-я]{{1,4}}-\d))([\w/-]{{5,24}})\W{{0,6}}"
)
"""«=== Сообщение 994400618 ===», «СГ-27/0151» and nothing else."""
_NUMBER_HEAD: Final = re.compile(
    rf"\W{{0,6}}(?:{_MESSAGE})?№\s?"
    r"(?=[\w/-]{0,8}\d)([\w/-]{3,24})"
    r"(?:\W{0,6}|(?P<tells>\W{1,4}(?:\w{1,12}\s){0,2}(?:возвра|закрыт|снят|продлен|срок|согласован|утвержден"
    r"|отклонен|на доработк|новый комментари|комментари|установлен|переведен|признан|статус"
    r"|отработан|завершен|исполнен|оценен|дубл).{0,200}))"
)
_LONGEST_HEAD: Final = 240
_LABELLED: Final = re.compile(r"[^:]{2,40}:\s{0,4}\S")


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
    found = found if len(found) >= 2 else _by_number(pieces)  # noqa: PLR2004 - one head is a title
    if marked or len(found) >= 2:  # noqa: PLR2004 - one head is a title
        bounds = [0, *(marked or found), len(pieces)]
        return [_record_cut(pieces[a:b]) for a, b in itertools.pairwise(bounds)]
    return [list(pieces)]


def ordinal_of(part: Sequence[Piece]) -> str | None:
    """The number that a message has in its letter («2) …», «Сообщение 2»)."""
    if not part or headed_by_number(part):
        return None
    found = _ORDINAL.match(part[0].text)
    return found[1] if found else None


def headed_by_number(part: Sequence[Piece]) -> bool:
    """Whether «Сообщение № 4711» stands above it: a number that the system knows it by."""
    return bool(part) and _head(part[0], collapse(part[0].text)) is not None


def number_above(part: Sequence[Piece]) -> str | None:
    """The number that stands above a message and by which the system knows it."""
    text = collapse(part[0].text) if part else ""
    head = _head(part[0], text) if part else None
    return text[head.start(1) : head.end(1)] if head is not None else None


def without_ordinal(part: Sequence[Piece]) -> Sequence[Piece]:
    """The part without «Сообщение № 2» above it, which is no number of the message."""
    if part and part[0].kind == "line" and _MESSAGE_HEAD.fullmatch(fold(collapse(part[0].text))):
        return part[1:]
    return part


def _by_number(pieces: Sequence[Piece]) -> list[int]:
    """Where messages begin that are headed by numbers of their own, when these differ.

    A citizen may write «Сообщение № 17 закрыто» too: the first head must stand above all that is
    labelled, each at the beginning of a paragraph, and words of an event head nothing below a form.
    """
    found: list[int] = []
    numbers: set[str] = set()
    may_tell = True
    labelled = 0
    for index, piece in enumerate(pieces):
        text = collapse(piece.text[: _LONGEST_HEAD + 60])
        head = _head(piece, text)
        begins = index == 0 or pieces[index - 1].kind in {"blank", "rule"}
        # «№ 4711 – ответ согласован», «№ 4712 – на доработку»: a line each.
        begins = begins or (head is not None and _tells(head) and index - 1 in found)
        if head is None:
            labelled += not found and _LABELLED.match(text) is not None
            continue
        if labelled > 1:
            return []
        tells = _tells(head)
        if begins and head[1] not in numbers and (may_tell or not tells):
            found.append(index)
            numbers.add(head[1])
            may_tell = tells
    return found if len(found) >= 2 else []  # noqa: PLR2004 - one head is a title


def _head(piece: Piece, text: str) -> re.Match[str] | None:
    if piece.kind != "line" or len(text) > _LONGEST_HEAD or text[:1].islower():
        return None
    low = fold(text)
    return _NUMBER_HEAD.fullmatch(low) or _BARE_HEAD.fullmatch(low)


def _tells(head: re.Match[str]) -> bool:
    """Whether it says what happened as well: «№ 4711 – ответ согласован»."""
    return head.re is _NUMBER_HEAD and head["tells"] is not None


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

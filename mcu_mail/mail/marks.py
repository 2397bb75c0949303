"""What an administrator marks in config.yaml: the citizen's text by its borders, lines to skip.

Why: a layout nobody has seen may put the text between «Текст гражданина начинается ниже» and
«Конец» with no label at all; a rule for it must need no programmer. Marks are beginnings of lines,
compared without regard to case, ё, numbering and punctuation at the edges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcu_mail.mail.labels import without_numbering
from mcu_mail.mail.layout import BOLD_OFF, BOLD_ON, Piece
from mcu_mail.mail.values import collapse, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.domain.notice import Source

_BORDER: Final = Piece(kind="rule")
_LINE: Final = 400
_AFTER_MARK: Final = " :：=–—-.*_«" + BOLD_ON + BOLD_OFF


def begins_with(line: str, marks: Sequence[str]) -> str | None:
    """Return the mark that `line` begins with, or None."""
    if not marks:
        return None
    plain = fold(line[:_LINE])
    bare = fold(without_numbering(collapse(line[:_LINE])))
    return next(
        (one for one in marks if plain.startswith(fold(one)) or bare.startswith(fold(one))), None
    )


def without_skipped(pieces: Sequence[Piece], skip: Sequence[str]) -> tuple[Piece, ...]:
    """Take out the lines that begin with words of `sources[].skip`."""
    if not skip:
        return tuple(pieces)
    return tuple(piece for piece in pieces if not begins_with(piece.text, skip))


def marked_text(
    pieces: Sequence[Piece], source: Source
) -> tuple[tuple[str, str] | None, tuple[Piece, ...]]:
    """Return the citizen's words between the marks with their rule, and the pieces left.

    Without a beginning mark nothing is taken; an end mark then only closes an open text.
    """
    if not source.text_begin:
        return None, _closed(pieces, source.text_end)
    start = next(
        (i for i, one in enumerate(pieces) if begins_with(one.text, source.text_begin)), None
    )
    if start is None:
        return None, _closed(pieces, source.text_end)
    mark = begins_with(pieces[start].text, source.text_begin) or ""
    end = next(
        (i for i in range(start + 1, len(pieces)) if begins_with(pieces[i].text, source.text_end)),
        len(pieces),
    )
    first = collapse(without_numbering(pieces[start].text))[len(collapse(mark)) :]
    words = [
        first.lstrip(_AFTER_MARK),
        *(one.text for one in pieces[start + 1 : end] if one.kind != "rule"),
    ]
    text = collapse(" ".join(words))
    if not text:
        return None, tuple(pieces)
    return (text, f"marks: {mark}"), (*pieces[:start], _BORDER, *pieces[end:])


def _closed(pieces: Sequence[Piece], ends: Sequence[str]) -> tuple[Piece, ...]:
    if not ends:
        return tuple(pieces)
    kept: list[Piece] = []
    for piece in pieces:
        if begins_with(piece.text, ends):
            kept.append(_BORDER)
        kept.append(piece)
    return tuple(kept)

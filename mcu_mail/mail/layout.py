"""The body of a notice as a flat sequence of lines, table rows and rules, from HTML or plain text.

Why: labels stand in tables, lists, bold words and plain lines; after this module they all look the
same. Guarantees: never raises, work is linear in the (bounded) size of the body, links keep their
addresses, bold words stay marked by `BOLD_ON` and `BOLD_OFF` because a bold word is often a label.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from lxml import etree

from mcu_mail.mail.values import collapse, is_web, read_links

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BOLD_ON: Final = "\x02"
BOLD_OFF: Final = "\x03"
MAX_CHARS: Final = 400_000
MAX_PIECES: Final = 4_000
_MAX_NESTING: Final = 24
_PARAGRAPHS: Final = frozenset([
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "blockquote",
    "ul",
    "ol",
    "dl",
    "pre",
    "article",
    "section",
    "header",
    "footer",
])
_LINES: Final = _PARAGRAPHS | frozenset([
    "div",
    "li",
    "tr",
    "br",
    "form",
    "fieldset",
    "center",
    "address",
])
_CELLS: Final = frozenset(("td", "th", "dt", "dd"))
_BOLD: Final = frozenset(("b", "strong", "u"))
_SKIPPED: Final = frozenset(("script", "style", "head", "title", "template", "noscript"))
_HIDDEN: Final = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_HEAVY: Final = re.compile(r"font-weight\s{0,3}:\s{0,3}(?:bold|[6-9]00)", re.IGNORECASE)
_RULE: Final = re.compile(r"[\-–—_=*~#.·\s]{2,400}")
_BORDER: Final = re.compile(r"[+|][\-=+|:\s]{2,2000}")
_QUOTE_MARK: Final = re.compile(r"(?:>\s?){1,10}")
_BOLD_SEAM: Final = re.compile(f"{BOLD_OFF}+{BOLD_ON}+")
_BOLD_TWICE: Final = re.compile(f"([{BOLD_ON}{BOLD_OFF}])\\1+")
_SPLIT: Final = re.compile(r"\s*\|\s*|\t+\s*")

Kind = Literal["line", "blank", "rule", "row"]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One line, table row, blank or rule; `links` are the addresses in each cell."""

    kind: Kind
    cells: tuple[str, ...] = ()
    links: tuple[tuple[str, ...], ...] = ()
    quoted: bool = False
    """Stands in a `blockquote`."""
    heading: bool = False

    @property
    def text(self) -> str:
        """The whole piece as one collapsed line."""
        return collapse(" ".join(self.cells))


_BLANK: Final = Piece(kind="blank")
_HR: Final = Piece(kind="rule")
SIGNATURE: Final = Piece(kind="rule", cells=("--",))
"""The rule under which a mail program puts the sender's own lines."""
FORWARDED: Final = Piece(kind="rule", cells=(">>",))
"""The place where a forwarded mail begins."""


def pieces_of_text(plain: str) -> tuple[Piece, ...]:
    """Cut plain text into pieces; quotation marks `>` of a forwarded mail are taken off."""
    pieces: list[Piece] = []
    for raw in plain[:MAX_CHARS].splitlines()[:MAX_PIECES]:
        line = _QUOTE_MARK.sub("", raw, count=1) if raw.startswith(">") else raw
        if not collapse(line):
            pieces.append(_BLANK)
        elif _RULE.fullmatch(line.strip()):
            bare = line.strip()
            pieces.append(SIGNATURE if bare == "--" else Piece(kind="rule", cells=(bare,)))
        elif _BORDER.fullmatch(line.strip()):
            continue
        else:
            pieces.append(_plain_piece(line))
    return tuple(pieces)


def _plain_piece(line: str) -> Piece:
    cells: tuple[str, ...] = (line.rstrip(),)
    if "|" in line or "\t" in line.strip():
        cut = _SPLIT.split(line.strip().strip("|"))
        cells = tuple(cell.strip() for cell in cut)
        if not any(cells[1:]):
            cells = (line.rstrip().rstrip("|").rstrip(),)
    links = tuple(read_links(cell) for cell in cells)
    return Piece(kind="row" if len(cells) > 1 else "line", cells=cells, links=links)


def pieces_of_html(html: str) -> tuple[Piece, ...]:
    """Cut HTML into pieces; scripts, styles and hidden parts are left out. Never raises."""
    builder = _Builder()
    # A parser of bytes is used because lxml refuses strings that declare an encoding.
    data = html[:MAX_CHARS].replace("\x00", " ").encode("utf-8", errors="replace")
    if not data.strip():
        return ()
    parser = etree.HTMLParser(target=builder, encoding="utf-8", no_network=True)
    # What was built before a fault is still worth reading.
    with suppress(etree.LxmlError, ValueError, AssertionError):
        etree.fromstring(data, parser)
    return builder.close()


@dataclass(kw_only=True)
class _Box:
    """A cell (or the page) being filled."""

    tag: str
    pieces: list[Piece] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class _Row:
    cells: list[list[Piece]] = field(default_factory=list)


class _Builder:
    """Target of the HTML parser: hears tags in order, keeps boxes and rows, builds pieces."""

    def __init__(self) -> None:
        self._boxes: list[_Box] = [_Box(tag="page")]
        self._rows: list[_Row] = []
        self._open: list[tuple[str, bool, bool]] = []  # tag, it hides its content, it is bold
        self._hidden = 0
        self._quotes = 0
        self._headings = 0
        self._count = 0
        self._term: list[Piece] = []
        self._done: tuple[Piece, ...] | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        style = attributes.get("style") or ""
        void = tag in {"br", "hr", "img", "input", "meta", "link"}
        hides = not void and (tag in _SKIPPED or _HIDDEN.search(style) is not None)
        bold = tag in _BOLD or _HEAVY.search(style) is not None
        self._open.append((tag, hides, bold))
        self._hidden += hides
        if self._hidden:
            return
        self._open_block(tag)
        if bold:
            self._boxes[-1].words.append(BOLD_ON)
        if tag == "a":
            self._take_link(attributes.get("href") or "")

    def _open_block(self, tag: str) -> None:
        flushed = (tag in _LINES or tag == "hr" or tag in _CELLS) and self._flush()
        if tag in _PARAGRAPHS or (tag == "br" and not flushed):
            # Two line breaks in a row are how mail programs write an empty line.
            self._blank()
        if tag == "hr":
            self._emit(_HR)
        elif tag == "tr" and len(self._rows) < _MAX_NESTING:
            self._rows.append(_Row())
        elif tag in _CELLS and len(self._boxes) < _MAX_NESTING:
            self._boxes.append(_Box(tag=tag))
        elif tag == "blockquote":
            self._quotes += 1
        elif tag[0] == "h" and tag in _PARAGRAPHS:
            self._headings += 1

    def _take_link(self, href: str) -> None:
        address = href.strip()
        if address.casefold().startswith("tel:"):
            self._boxes[-1].words.append(f" {address[4:]} ")
        elif is_web(address):
            self._boxes[-1].links.append(address)

    def data(self, data: str) -> None:
        if self._hidden:
            return
        if any(tag == "pre" for tag, _, _ in self._open[-6:]):
            for index, line in enumerate(data.split("\n")):
                if index:
                    self._flush()
                self._boxes[-1].words.append(line)
        else:
            self._boxes[-1].words.append(data)

    def end(self, tag: str) -> None:
        hid, bold = False, False
        while self._open:
            opened, hid, bold = self._open.pop()
            self._hidden -= hid
            if opened == tag:
                break
        if hid or self._hidden:
            return
        if bold:
            self._boxes[-1].words.append(BOLD_OFF)
        self._close_block(tag)

    def _close_block(self, tag: str) -> None:
        if tag in _LINES or tag in _CELLS:
            self._flush()
        if tag in _CELLS and self._boxes[-1].tag == tag:
            self._close_cell(self._boxes.pop())
        elif tag == "tr" and self._rows:
            self._close_row(self._rows.pop())
        elif tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif tag[0] == "h" and tag in _PARAGRAPHS:
            self._headings = max(0, self._headings - 1)
        if tag in _PARAGRAPHS:
            self._blank()

    def _close_cell(self, box: _Box) -> None:
        if box.tag == "dt":
            self._term = box.pieces
        elif box.tag == "dd":
            self._close_row(_Row(cells=[self._term, box.pieces]))
            self._term = []
        elif self._rows:
            self._rows[-1].cells.append(box.pieces)
        else:
            self._boxes[-1].pieces.extend(box.pieces)

    def _close_row(self, row: _Row) -> None:
        full = [cell for cell in row.cells if any(piece.kind != "blank" for piece in cell)]
        nested = any(piece.kind in {"row", "rule"} for cell in row.cells for piece in cell)
        if len(full) < 2 or nested:  # noqa: PLR2004 - one cell is no row but a frame
            for cell in full:
                self._boxes[-1].pieces.extend(cell)
                self._blank()
            return
        self._emit(
            Piece(
                kind="row",
                cells=tuple(
                    "\n".join(line for piece in cell for line in piece.cells) for cell in row.cells
                ),
                links=tuple(
                    tuple(link for piece in cell for links in piece.links for link in links)
                    for cell in row.cells
                ),
                quoted=self._quotes > 0,
            )
        )

    def _flush(self) -> bool:
        """End the line being filled; says whether there was one."""
        box = self._boxes[-1]
        text = _one_bold(" ".join("".join(box.words).split()))
        links = dict.fromkeys([*box.links, *read_links(text)])
        box.words, box.links = [], []
        if not collapse(text):
            if links and box.pieces and box.pieces[-1].kind == "line":
                box.pieces.append(Piece(kind="line", cells=("",), links=(tuple(links),)))
            return False
        if (
            _RULE.fullmatch(collapse(text))
            and len(self._boxes) == 1
            and collapse(text) not in "—–…"
        ):
            self._emit(SIGNATURE if collapse(text) == "--" else _HR)
            return True
        self._emit(
            Piece(
                kind="line",
                cells=(text,),
                links=(tuple(links),),
                quoted=self._quotes > 0,
                heading=self._headings > 0,
            )
        )
        return True

    def _emit(self, piece: Piece) -> None:
        self._count += 1
        if self._count <= MAX_PIECES:
            self._boxes[-1].pieces.append(piece)

    def _blank(self) -> None:
        pieces = self._boxes[-1].pieces
        if pieces and pieces[-1].kind != "blank":
            pieces.append(_BLANK)

    def close(self) -> tuple[Piece, ...]:
        if self._done is None:
            self._flush()
            while len(self._boxes) > 1:
                box = self._boxes.pop()
                self._boxes[-1].pieces.extend(box.pieces)
            for row in self._rows:
                for cell in row.cells:
                    self._boxes[-1].pieces.extend(cell)
            self._done = _without_edges(self._boxes[0].pieces)
        return self._done


def _one_bold(text: str) -> str:
    """Join bold words that mail programs cut apart: `<b>Адрес</b><b>:</b>` is one label."""
    return _BOLD_TWICE.sub(r"\1", _BOLD_SEAM.sub("", text))


def _without_edges(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    end = len(pieces)
    while end and pieces[end - 1].kind == "blank":
        end -= 1
    return tuple(pieces[:end])

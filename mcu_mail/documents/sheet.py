"""What stands on the sheet of an outgoing letter, and where, whoever draws it.

The Word template, the native PDF and the stamp on the scan must agree on the place of the number
and the date: the rows of the letterhead have exact heights, so these rectangles never move.
Geometry follows ГОСТ Р 7.0.97-2025 (margins 20/10/20/20 mm, requisites 10, 11, 15, 17-19, 22, 25,
31). All lengths are millimetres, measured from the top left corner of the first page.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcu_mail.domain import rich_text
from mcu_mail.domain.codes import PrintMark, print_payload

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

PAGE_WIDTH: Final = 210.0
PAGE_HEIGHT: Final = 297.0
MARGIN_LEFT: Final = 20.0
MARGIN_RIGHT: Final = 10.0
MARGIN_TOP: Final = 20.0
MARGIN_BOTTOM: Final = 20.0

FORM_WIDTH: Final = 75.0
FORM_GAP: Final = 25.0
ADDRESS_WIDTH: Final = 80.0
FORM_HEIGHT: Final = 48.0
LINE_HEIGHT: Final = 7.0
"""Height of the row with date and number, and of the row «На № … от …» under it."""


@dataclass(frozen=True, kw_only=True)
class Type:
    """A size of type and the height of its lines, points.

    The heights are exact in the Word template too: left to a program, each would take another one
    from the same font, and the sheets would differ by a line a page.
    """

    size: float
    line: float


BODY_TYPE: Final = Type(size=14, line=18)
HIGHER_TYPE: Final = Type(size=9.5, line=12.5)
NAME_TYPE: Final = Type(size=12, line=15.5)
DETAILS_TYPE: Final = Type(size=8.5, line=11)
TABLE_TYPE: Final = Type(size=12, line=15)
EXECUTOR_TYPE: Final = Type(size=10, line=13)

CELL_MARGIN: Final = 1.5
"""Between the rule of a table's column and its words, mm."""
TABLE_GAP: Final = 2.0
"""Above and below a table of the text, mm."""
_NARROWEST: Final = 14.0

SIGNATURE_COLUMNS: Final = (68.0, 58.0, 54.0)
"""Post, free place for the signature or the mark of an electronic one, name.

The name stands at the right margin: its column is wide enough for «И.М. Хозяйственнов» on one line.
"""

FOOTER_EDGE: Final = 8.0
"""From the lower edge of the sheet to the lower edge of the mark."""

MARK_CLEARANCE: Final = 2.75
"""Between the text and the mark below it, as an office program lays it out: lines break alike."""

FIRST_MARK: Final = 20.0
"""Side of the symbol on page 1, without its quiet zone: read at 150 dpi in every trial."""

NEXT_MARK: Final = 15.0
"""Side of the symbol on following pages: read at 200 dpi in every trial."""

FOLLOWING_PAGE: Final = 0
"""The page number in the mark of a Word file's following pages.

A footer of Word is one for all of them, so it can only say «some following page»; the native PDF
carries true page numbers.
"""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A rectangle of page 1, in millimetres from its top left corner."""

    x_mm: float
    y_mm: float
    w_mm: float
    h_mm: float


DATE_FIELD: Final = Field(x_mm=20.0, y_mm=68.0, w_mm=30.0, h_mm=LINE_HEIGHT)
NUMBER_FIELD: Final = Field(x_mm=58.0, y_mm=68.0, w_mm=37.0, h_mm=LINE_HEIGHT)


def stamp_place() -> tuple[Field, Field]:
    """Where the date and the number of registration stand: (date, number)."""
    return DATE_FIELD, NUMBER_FIELD


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """The corner form of the office. `lines`: the higher body first, then the office's name."""

    lines: tuple[str, ...]
    address: str
    phone: str
    email: str
    requisites: tuple[str, ...] = ()

    @property
    def higher(self) -> tuple[str, ...]:
        """The line of the higher body, in smaller type; none when there is one line only."""
        return self.lines[:1] if len(self.lines) > 1 else ()

    @property
    def name(self) -> tuple[str, ...]:
        """The lines of the office's own name."""
        return self.lines[1:] if len(self.lines) > 1 else self.lines

    @property
    def details(self) -> tuple[str, ...]:
        """Reference data under the name, one line each; empty ones are left out."""
        return tuple(filter(None, (self.address, self.phone, self.email, *self.requisites)))


@dataclass(frozen=True, kw_only=True)
class LetterContent:
    """Everything that is written on one version of a letter.

    `kind` is «answer» or «interim»; an interim answer ends in its `promise` of a full one. `number`
    and `date` are None until registration: the sheet shows blank lines then. `addressee`
    is in the dative. `print_code` is 16 characters of Crockford base32, new for each version.
    """

    case: str
    version: int
    letterhead: Letterhead
    number: str | None
    date: dt.date | None
    ref_number: str | None
    ref_date: dt.date | None
    addressee: str
    address_lines: tuple[str, ...]
    heading: str
    salutation: str
    paragraphs: tuple[str, ...]
    enclosure: str | None
    signer_title: str
    signer_name: str
    executor_name: str
    executor_details: tuple[str, ...]
    print_code: str
    kind: str = "answer"
    promise: str = ""


def specimen(letterhead: Letterhead) -> LetterContent:
    """Return an invented letter on this form, to try templates and forms before they are needed."""
    return LetterContent(
        case="2026-000001",
        version=1,
        letterhead=letterhead,
        number="1",
        date=None,
        ref_number=None,
        ref_date=None,
        addressee="Образцу О.О.",
        address_lines=("Образец",),
        heading="Об образце",
        salutation="Здравствуйте!",
        paragraphs=("Образец.", "Образец."),
        enclosure="Образец",
        signer_title="Глава",
        signer_name="О.О. Образец",
        executor_name="Образец",
        executor_details=("1",),
        print_code="0" * 16,
        promise="Образец.",
    )


_ALWAYS_DROPPED = (
    "\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff9-\uffff\ud800-\udfff"
)
_UNPRINTABLE = re.compile(f"[\x00-\x08\x0b-\x1f{_ALWAYS_DROPPED}]")
_BUT_MARKS = re.compile(f"[\x00\x01\x05-\x08\x0b-\x1e{_ALWAYS_DROPPED}]")


def printable(text: str) -> str:
    """Return `text` as one line that every engine can set: NFC, no controls, single spaces.

    Characters that XML forbids, direction marks and invisible joiners are dropped; a no-break
    space stays (it keeps «№ 5» together).
    """
    flat = re.sub(r"[\t\n\v\f\r\x85\u2028\u2029]+", " ", text)
    clean = unicodedata.normalize("NFC", _UNPRINTABLE.sub("", flat))
    return re.sub(r" {2,}", " ", clean).strip(" ")


def blocks(content: LetterContent) -> tuple[rich_text.Block, ...]:
    """Return paragraphs and tables of the text: a line break makes a new one, none is empty."""
    lines = (line for text in content.paragraphs for line in text.splitlines())
    return rich_text.blocks("\n".join(map(_printable_line, lines)))


def _printable_line(line: str) -> str:
    """Return what `printable` does, with the marks of rich text kept."""
    clean = unicodedata.normalize("NFC", _BUT_MARKS.sub("", line.replace("\t", " ")))
    return re.sub(r" {2,}", " ", clean).strip(" ")


def body(content: LetterContent) -> tuple[str, ...]:
    """Return the words of the text, one string for a paragraph or a paragraph of a cell."""
    found = []
    for block in blocks(content):
        if isinstance(block, rich_text.Table):
            found += [one.text for row in block.rows for cell in row for one in cell]
        else:
            found.append(block.text)
    return tuple(text for text in map(printable, found) if text)


def column_widths(table: rich_text.Table) -> tuple[float, ...]:
    """Return the widths of the columns, mm: by how much stands in them, none unreadably narrow."""
    whole = PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT
    longest = [
        max(sum(len(one.text) for one in row[column]) for row in table.rows)
        for column in range(len(table.rows[0]))
    ]
    # The square root: a column of sentences may wrap, one of numbers should not.
    weights = [max(1, length) ** 0.5 for length in longest]
    spare = whole - _NARROWEST * len(weights)
    if spare <= 0:
        return (whole / len(weights),) * len(weights)
    return tuple(_NARROWEST + spare * weight / sum(weights) for weight in weights)


def enclosure_line(content: LetterContent) -> str:
    """Return «Приложение: …», or an empty string when nothing is enclosed."""
    text = printable(content.enclosure or "")
    if not text or text.lower().startswith("приложени"):
        return text
    return f"Приложение: {text}"


def day(value: dt.date | None) -> str:
    """Return the date as `24.11.2026`, or an empty string."""
    return "" if value is None else f"{value:%d.%m.%Y}"


def reference_line(content: LetterContent) -> str:
    """Return «На № 3307 от 22.11.2026», without the unknown part; empty when nothing is known."""
    number, when = printable(content.ref_number or ""), day(content.ref_date)
    if number and when:
        return f"На № {number} от {when}"
    if number:
        return f"На № {number}"
    return ""


def payload(content: LetterContent, page: int) -> str:
    """Return the text of the page's mark; `page` 0 is «some following page» of a Word file."""
    return print_payload(
        PrintMark(case=content.case, version=content.version, page=page, code=content.print_code)
    )


def mark_label(content: LetterContent) -> str:
    """Return what a person reads beside the mark and may type as a file name."""
    return f"{content.case}, вариант {content.version}"


def visible_strings(content: LetterContent) -> Iterator[str]:
    """Yield every text that must be found in the finished PDF, whoever made it."""
    for _, text in visible_fields(content):
        yield text


def visible_fields(content: LetterContent) -> Iterator[tuple[str, str]]:
    """Yield (Russian name of the field, its text); a message may name a field, never quote it."""
    form = content.letterhead
    named: tuple[tuple[str, Iterable[str]], ...] = (
        ("бланк", (*form.lines, *form.details)),
        ("дата", (day(content.date),)),
        ("номер", (content.number or "",)),
        ("ссылка на номер", (reference_line(content),)),
        ("адресат", (content.addressee,)),
        ("адрес", content.address_lines),
        ("заголовок", (content.heading,)),
        ("обращение", (content.salutation,)),
        ("текст", body(content)),
        ("обещание", (content.promise,) if content.kind == "interim" else ()),
        ("приложение", (enclosure_line(content),)),
        ("должность подписавшего", (content.signer_title,)),
        ("подпись", (content.signer_name,)),
        ("исполнитель", (content.executor_name, *content.executor_details)),
        ("номер дела у QR-кода", (mark_label(content),)),
    )
    for name, texts in named:
        for text in map(printable, texts):
            if text:
                yield name, text

"""Annexes in the letter: what it says of them, their sheets behind it, and the room they have.

The mail server's limit counts the letter as it travels: the scan, the Word file and the annexes,
a third larger in base64 (`threats.md` F29).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.documents.anchor import find_sheets
from mcu_mail.documents.annexes import bind_annexes, joined, only_pages
from mcu_mail.documents.binding import DENSITIES, Leaf, Part
from mcu_mail.documents.letter import letter_sha
from mcu_mail.documents.lighter import made_lighter
from mcu_mail.documents.pages import open_pdf
from mcu_mail.documents.sheet import FOLLOWING_PAGE
from mcu_mail.domain.annexes import (
    PHOTO,
    captions,
    changes,
    enclosure,
    headings,
    human_title,
    letter_pages,
    parts_of,
    sheets_of,
)
from mcu_mail.domain.catalogue import counted_photos, photos_made_smaller, scan_made_smaller
from mcu_mail.errors import McuMailError, TemporaryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.documents.annex_sheet import Owner
    from mcu_mail.domain.annexes import Annex
    from mcu_mail.domain.case import Case
    from mcu_mail.mail.smtp import Post
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.annexes import KeptAnnex
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.unit_of_work import UnitOfWork

MAX_SIZE = "smtp:max_size"
"""The fact with the largest message our mail server takes, in octets."""
_MEGABYTE = 1_000_000
_GROWTH = 1.38
"""Of base64 with its line ends."""
_AROUND = 30_000
"""Headers and the cover of a message, in octets."""
_WORD_FILE = 200_000
_SCANNED_PAGE = 700_000
"""What a usual scan takes a page, before it is known."""


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The annexes of a version. `note`: what was done to make them fit, in Russian, or empty."""

    pdf: bytes
    pages: int
    note: str


def remember_limit(desk: Desk, post: Post) -> None:
    """Keep what the server said of its largest message: letters are made to fit it (F29)."""
    if not post.is_open:
        return
    try:
        size = post.max_size
    except TemporaryError:
        return
    text = str(size or "")
    with desk.store.view() as view:
        known = view.facts.get(MAX_SIZE) or ""
    if text != known:
        with desk.store.work() as work:
            work.facts.set(MAX_SIZE, text)
            work.commit()


def room(desk: Desk, work: UnitOfWork) -> int:
    """How many octets of files one message may carry."""
    limit = desk.settings.letters.max_mb * _MEGABYTE
    known = work.facts.get(MAX_SIZE)
    if known:
        limit = min(limit, int(known))
    return max(int((limit - _AROUND) / _GROWTH), 0)


def limit_mb(desk: Desk, work: UnitOfWork) -> int:
    """The limit of a message in megabytes, as it is told to people."""
    return max(round(room(desk, work) * _GROWTH / _MEGABYTE), 1)


def annex_room(desk: Desk, work: UnitOfWork, case: Case) -> int:
    """How many octets the annexes of a letter may take beside its scan and its Word file."""
    letter = work.letters.get(case.id, case.version) if case.version else None
    pages = letter.pages if letter is not None and letter.pages else 1
    whole = room(desk, work)
    # A scan that is larger than that is made lighter: the annexes never give way to it entirely.
    return whole - min(_WORD_FILE + pages * _SCANNED_PAGE, whole // 2)


def enclosure_of(kept: Sequence[KeptAnnex]) -> str | None:
    """What the letter says after «Приложение:»."""
    return enclosure(parts_of([item.annex for item in kept]))


def shown_parts(annexes: Sequence[Annex]) -> tuple[str, ...]:
    """Each annex in a line, as the sender of the files is told: photos by their numbers."""
    lines = []
    for part in parts_of(annexes):
        names = ""
        if part.photos:
            named = zip(captions(part), part.members, strict=True)
            names = ": " + "; ".join(
                caption if human_title(item.name) else f"{caption} ({item.name})"
                for caption, item in named
            )
        elif not part.named:
            names = f" ({part.members[0].name})"
        lines.append(f"{part.title}, {part.sheets} л.{names}")
    return tuple(lines)


def named_files(annexes: Sequence[Annex]) -> tuple[str, ...]:
    """Files as their sender knows them, before they have numbers: photos in one line."""
    photos = [item.name for item in annexes if item.kind == PHOTO]
    others = [f"{item.name}, {item.pages} л." for item in annexes if item.kind != PHOTO]
    return (*([counted_photos(photos)] if photos else []), *others)


def bind_behind(
    desk: Desk, kept: Sequence[KeptAnnex], owner: Owner, *, most_bytes: int
) -> Behind | None:
    """The annexes bound for a version of a letter; None when there are none.

    Raises:
        McuMailError: they cannot be bound.

    """
    if not kept:
        return None
    ready = {item.annex.id: item.ready for item in kept}
    parts = parts_of([item.annex for item in kept])
    bound = bind_annexes(
        [
            Part(
                heading=heading,
                photos=part.photos,
                leaves=tuple(
                    Leaf(content=desk.store.files.get(ready[item.id]), caption=caption)
                    for item, caption in zip(part.members, captions(part), strict=True)
                ),
            )
            for part, heading in zip(parts, headings(parts), strict=True)
        ],
        owner,
        most_bytes=most_bytes,
    )
    if bound.pages != sheets_of([item.annex for item in kept]):
        # The letter has said how many there are.
        raise McuMailError("число листов приложения не сошлось с письмом")
    lowered = bound.dpi < DENSITIES[0]
    return Behind(
        pdf=bound.pdf,
        pages=bound.pages,
        note=photos_made_smaller(bound.dpi) if lowered else "",
    )


def annex_values(
    desk: Desk, kept: Sequence[KeptAnnex], behind: Behind | None
) -> dict[str, str | int | None]:
    """What a version remembers of its annexes."""
    if behind is None:
        return {"annex": None, "annex_pages": None, "annex_ids": ""}
    return {
        "annex": desk.store.files.put(behind.pdf),
        "annex_pages": behind.pages,
        "annex_ids": ",".join(str(item.annex.id) for item in kept),
    }


def version_sha(docx: bytes, behind: Behind | None) -> str:
    """The digest that a verdict holds for: of the letter, and of what lies behind it."""
    own = letter_sha(docx)
    if behind is None:
        return own
    return hashlib.sha256(own.encode() + behind.pdf).hexdigest()


def kept_with(work: UnitOfWork, letter: Letter) -> tuple[KeptAnnex, ...]:
    """The annexes that a version was rendered with, in their order."""
    wanted = set((letter.annex_ids or "").split(",")) - {""}
    return tuple(
        item for item in work.annexes.all_of(letter.case_id) if str(item.annex.id) in wanted
    )


def annex_changes(work: UnitOfWork, before: Letter | None, after: Letter) -> tuple[str, ...]:
    """How the annexes of a version differ from those of the one before."""
    if before is None:
        return ()
    return changes(
        [item.annex for item in kept_with(work, before)],
        [item.annex for item in kept_with(work, after)],
    )


def own_pages(scan: bytes, letter: Letter, printed: bytes | None) -> bytes:
    """The scan without the annexes that were scanned along with the letter."""
    if not letter.annex_pages or not letter.pages:
        return scan
    with open_pdf(scan) as opened:
        if len(opened) <= letter.pages:
            return scan
        sheets = find_sheets(opened, printed)
    marks = [(found.mark.page,) if found.mark is not None else () for found in sheets]
    kept = letter_pages(
        marks, letter=letter.pages, annex=letter.annex_pages, following=FOLLOWING_PAGE
    )
    return only_pages(scan, kept) if kept else scan


def lacks_annexes(scan: bytes, letter: Letter) -> bool:
    """Whether a signed PDF, which is never altered, was signed without the annexes."""
    if not letter.annex_pages:
        return False
    with open_pdf(scan) as opened:
        return len(opened) < (letter.pages or 1) + letter.annex_pages


def lighter_scan(desk: Desk, letter: Letter, scan: bytes, *, most_bytes: int) -> tuple[bytes, str]:
    """The scan so that the letter passes the mail server, and a note when it was made lighter."""
    annexes = len(desk.store.files.get(letter.annex)) if letter.annex else 0
    space = most_bytes - annexes
    if len(scan) <= space:
        return scan, ""
    light, dpi = made_lighter(scan, most_bytes=space)
    return light, scan_made_smaller(dpi) if dpi else ""


def with_annexes(desk: Desk, letter: Letter, stamped: bytes) -> bytes:
    """The stamped letter with the originals of its annexes behind it."""
    return joined(stamped, desk.store.files.get(letter.annex)) if letter.annex else stamped

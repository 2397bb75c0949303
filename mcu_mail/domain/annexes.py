"""Annexes of a letter as values: their order, their names in the letter, what a mail says of them.

Photos are one annex, two a sheet; every other file is one of its own. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.domain import catalogue
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.whose_turn import actor_of, department_of, first_approval, may_speak_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.office import Office
    from mcu_mail.domain.route import Route

MAX_SHEETS = 80
"""Of all annexes of a letter."""
PHOTO = "photo"

_LONGEST_TITLE = 120
_LONGEST_LINE = 120
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
# What cameras, phones, messengers and mail programs call a file.
_MACHINE = re.compile(
    r"(?i)^(?:img|dsc[nf]?|pxl|mvimg|vid|pano|p\d{6,}|whatsapp|telegram|viber|screenshot|screen"
    r"|image|photo|picture|scan|doc|document|file|attachment|untitled|noname|сканир\w*|скан"
    r"|скриншот|снимок экрана|изображение|фото(?:графи[яи])?|картинка|рисунок|документ|вложение"
    r"|файл|документ microsoft word|без имени|без названия|новый документ|microsoft word)"
    r"[\s_.\-–—№()\da-f]*$"
)
_WORD = re.compile(r"[А-Яа-яЁё]{3,}")
_TALKATIVE = re.compile(
    r"(?i)^(?:изображение|фото(?:графия)?|снимок)\s+(?:whatsapp|viber|telegram)"
)
_COPY = re.compile(r"(?i)(?:\s*[-–—]\s*копия|\s*\(\d{1,3}\)|\s+копия)+$")
_LEADING = re.compile(r"^(?:\d{1,3}\s*[.)\-–—_]\s*|№\s*\d{1,3}\s*[.)]?\s*)")
_REMOVE = re.compile(
    r"(?i)^\W*(?:убрать|уберите|убери|удалить|удалите|удали|исключить|исключите|снять)\s+"
    r"(?P<what>все\s+приложени[яе]|все\s+фото\w*|приложени[еяй]|фото\w*)"
    r"\s*(?P<numbers>(?:№|\d|,|\s|и(?=\s))*)\W*$"
)
_WITHOUT = re.compile(r"(?i)^\W*без\s+приложени(?:й|я)\W*$")


@dataclass(frozen=True, kw_only=True)
class Annex:
    """A file that goes behind the letter.

    Attributes:
        id: of its row.
        name: as it was sent.
        kind: photo, pdf or word.
        pages: of anything but a photo.
        size: bytes as prepared.
        least: bytes when photos are made as small as we let them.

    """

    id: int
    name: str
    kind: str
    pages: int
    size: int
    least: int


@dataclass(frozen=True, kw_only=True)
class AnnexPart:
    """One annex of the letter: all photos together, or one other file."""

    title: str
    members: tuple[Annex, ...]
    sheets: int
    named: bool
    """Whether its title is the sender's and not the service's."""

    @property
    def photos(self) -> bool:
        """Whether it is the part of the photos."""
        return self.members[0].kind == PHOTO


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What a mail asks to take out: parts and photos by the numbers in the letter, or all."""

    parts: tuple[int, ...] = ()
    photos: tuple[int, ...] = ()
    all_parts: bool = False
    all_photos: bool = False

    def __bool__(self) -> bool:
        """Whether anything is to be taken out."""
        return bool(self.parts or self.photos or self.all_parts or self.all_photos)


def parts_of(annexes: Sequence[Annex]) -> tuple[AnnexPart, ...]:
    """The annexes in the order in which they came; photos stand where the first of them came."""
    photos = tuple(item for item in annexes if item.kind == PHOTO)
    parts = []
    for item in annexes:
        if item.kind != PHOTO:
            title = human_title(item.name)
            parts.append(
                AnnexPart(
                    title=title or catalogue.nameless_annex(),
                    members=(item,),
                    sheets=item.pages,
                    named=bool(title),
                )
            )
        elif item is photos[0]:
            parts.append(
                AnnexPart(
                    title=catalogue.photo_annex(len(photos)),
                    members=photos,
                    sheets=(len(photos) + 1) // 2,
                    named=False,
                )
            )
    return tuple(parts)


def sheets_of(annexes: Sequence[Annex]) -> int:
    """How many sheets they take when bound."""
    return sum(part.sheets for part in parts_of(annexes))


def enclosure(parts: Sequence[AnnexPart]) -> str | None:
    """What the letter says after «Приложение:»; None without annexes (requisite 19)."""
    if not parts:
        return None
    if len(parts) == 1:
        (part,) = parts
        return catalogue.enclosed(part.title if part.named else _small(part.title), part.sheets)
    return " ".join(
        f"{number}. {catalogue.enclosed(part.title, part.sheets)}"
        for number, part in enumerate(parts, start=1)
    )


def headings(parts: Sequence[AnnexPart]) -> tuple[str, ...]:
    """What stands over each annex: «Приложение», or «Приложение 1» of several."""
    if len(parts) == 1:
        return (catalogue.annex_heading(None),)
    return tuple(catalogue.annex_heading(number) for number in range(1, len(parts) + 1))


def captions(part: AnnexPart) -> tuple[str, ...]:
    """What stands under each photo: «Фото 1. Двор после уборки»; nothing under other files."""
    if not part.photos:
        return ("",) * len(part.members)
    return tuple(
        catalogue.photo_caption(number, human_title(item.name))
        for number, item in enumerate(part.members, start=1)
    )


def human_title(name: str) -> str:
    """What a person called a file, as a title; empty when a machine has named it."""
    stem = _EXTENSION.sub("", name.strip())
    plain = re.sub(r"[_\s]+", " ", stem).strip()
    if "_" not in stem and " " not in stem and stem.count("-") > 1:
        plain = plain.replace("-", " ")
    plain = _LEADING.sub("", _COPY.sub("", plain)).strip(" .,-–—")
    if _MACHINE.match(plain) or _TALKATIVE.match(plain) or not _WORD.search(plain):
        return ""
    if len(plain) > _LONGEST_TITLE:
        plain = plain[: _LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
    return plain[:1].upper() + plain[1:]


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]


def take_removals(text: str) -> tuple[Removal, str]:
    """The lines «Убрать приложение 2», «Без приложений» of a mail, and its text without them."""
    kept: list[str] = []
    parts: list[int] = []
    photos: list[int] = []
    every_part = every_photo = False
    for line in text.splitlines():
        short = line if len(line) <= _LONGEST_LINE else ""
        found = _REMOVE.match(short)
        if _WITHOUT.match(short):
            every_part = True
            continue
        if found is None:
            kept.append(line)
            continue
        numbers = [int(number) for number in re.findall(r"\d{1,3}", found["numbers"])]
        of_photos = "фото" in found["what"].lower()
        if found["what"].lower().startswith("все") or not numbers:
            every_photo |= of_photos
            every_part |= not of_photos
        else:
            (photos if of_photos else parts).extend(numbers)
    removal = Removal(
        parts=tuple(parts), photos=tuple(photos), all_parts=every_part, all_photos=every_photo
    )
    return removal, "\n".join(kept).strip() if removal else text


def removed(
    annexes: Sequence[Annex], removal: Removal
) -> tuple[tuple[Annex, ...], tuple[int, ...]]:
    """(what is taken out, numbers that name nothing)."""
    parts = parts_of(annexes)
    photos = tuple(item for item in annexes if item.kind == PHOTO)
    if removal.all_parts:
        return tuple(annexes), ()
    out = list(photos) if removal.all_photos else []
    unknown = []
    for number in removal.parts:
        if 1 <= number <= len(parts):
            out += parts[number - 1].members
        else:
            unknown.append(number)
    for number in removal.photos:
        if 1 <= number <= len(photos):
            out.append(photos[number - 1])
        else:
            unknown.append(number)
    return tuple(item for item in annexes if item in out), tuple(unknown)


def fitting(
    known: Sequence[Annex], added: Iterable[Annex], *, most_bytes: int, most_sheets: int
) -> tuple[tuple[Annex, ...], tuple[tuple[Annex, str], ...]]:
    """Of the new ones (those that can go, those that cannot with «size» or «pages»), in order."""
    taken: list[Annex] = []
    refused = []
    for item in added:
        whole = (*known, *taken, item)
        if sum(one.least for one in whole) > most_bytes:
            refused.append((item, "size"))
        elif sheets_of(whole) > most_sheets:
            refused.append((item, "sheets"))
        else:
            taken.append(item)
    return tuple(taken), tuple(refused)


def changes(before: Sequence[Annex], after: Sequence[Annex]) -> tuple[str, ...]:
    """How the annexes of a version differ from those of the one before, for its approver."""
    old, new = {item.id for item in before}, {item.id for item in after}
    added = [item for item in after if item.id not in old]
    gone = [item for item in before if item.id not in new]
    return (*_told(added, added=True), *_told(gone, added=False))


def _told(items: Sequence[Annex], *, added: bool) -> list[str]:
    photos = sum(item.kind == PHOTO for item in items)
    lines = [catalogue.photos_changed(photos, added=added)] if photos else []
    for item in items:
        if item.kind != PHOTO:
            title = human_title(item.name) or catalogue.nameless_annex()
            lines.append(catalogue.file_changed(title, item.pages, added=added))
    return lines


def may_annex(
    speaker: str, case: Case, asked: Iterable[str], office: Office, route: Route, on: date
) -> bool:
    """Whether files of this person go into the letter: who drafts it, and who is asked about it.

    `asked`: who has an open request to draft or to approve.
    """
    department = department_of(case, office)
    draft = next(step for step in route.steps if step.kind is StepKind.draft)
    people = {
        case.executor,
        case.author,
        department.head if department else None,
        actor_of(draft, case, office, on),
        *asked,
    }
    return any(may_speak_for(speaker, person, office, on) for person in people if person)


def asked_again(case: Case, speaker: str, office: Office, route: Route, on: date) -> str:
    """The step at which a version with other annexes is approved.

    Nobody's approval holds for it; who has changed it himself need not be asked by those before.
    """
    step = route.step(case.step)
    actor = actor_of(step, case, office, on)
    if actor is not None and may_speak_for(speaker, actor, office, on):
        return step.name
    return first_approval(case, speaker, route, office, on).name


def letter_pages(
    marks: Sequence[Sequence[int]], *, letter: int, annex: int, following: int = 0
) -> tuple[int, ...]:
    """Which pages of a scan are the letter's own, counted from 0.

    Pages of its annexes were scanned along with it: our originals stand in their place.

    Args:
        marks: the page numbers that our codes say, page by page of the scan.
        letter: pages of the letter.
        annex: pages of the annexes printed with it.
        following: the number that means «some following page of the letter».

    """
    own = [any(page == following or 1 <= page <= letter for page in read) for read in marks]
    behind = [any(page > letter for page in read) for read in marks]
    unread = [not mine and not other for mine, other in zip(own, behind, strict=True)]
    # Exactly the pages that were printed, and all of the letter known: the unread are annexes too.
    whole = sum(own) == letter and len(marks) == letter + annex
    return tuple(
        index
        for index in range(len(marks))
        if own[index] or (unread[index] and not (whole and any(behind)))
    )

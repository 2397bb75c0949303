"""What goes with an answer that is put up: its photos and documents, as they were sent.

Whoever approves or publishes has to upload them, so they come as files with the text (decree 3.8).
"""

from __future__ import annotations

import mimetypes
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.annexes import PHOTO
from mcu_mail.domain.matter_catalogue import no_photo, too_large, too_long
from mcu_mail.domain.route import Form
from mcu_mail.domain.routes import ROUTES
from mcu_mail.service.enclosing import enclosure_of, kept_with, room
from mcu_mail.service.matter_links import notes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.annexes import KeptAnnex
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.unit_of_work import UnitOfWork

File = tuple[str, str, bytes]
_SHOWN: Final = frozenset({"approve", "publish"})
_MADE_SMALLER: Final = {PHOTO: ".jpg"}


def files_to_put_up(desk: Desk, work: UnitOfWork, case: Case, template: str) -> tuple[File, ...]:
    """(name, media type, bytes) of what belongs to the text, as far as one mail carries it."""
    if template not in _SHOWN or ROUTES[case.track].form is not Form.text:
        return ()
    taken, _ = _fitting(desk, work, case)
    return tuple(taken)


def enclosed_with(work: UnitOfWork, case: Case, letter: Letter | None) -> str | None:
    """What the mail says after «Приложение:»; of what is uploaded the names, as it is no paper."""
    if ROUTES[case.track].form is Form.text:
        return ", ".join(item.annex.name for item in work.annexes.present(case.id)) or None
    return enclosure_of(kept_with(work, letter)) if letter else None


def text_notes(desk: Desk, work: UnitOfWork, case: Case, letter: Letter | None) -> tuple[str, ...]:
    """What whoever approves or publishes a text is to look at, in Russian; empty for a letter."""
    found = list(notes_of(work, case))
    if ROUTES[case.track].form is not Form.text:
        return tuple(found)
    present = work.annexes.present(case.id)
    wanted = case.forward is None and desk.settings.tracks.wants_photo(case.track)
    if wanted and not _has_photo(present):
        found.append(no_photo())
    longest = desk.settings.tracks.longest(case.track)
    if letter is not None and longest and len(letter.text) > longest and not notes_of(work, case):
        found.append(too_long(len(letter.text), longest))
    _, left = _fitting(desk, work, case)
    if left:
        found.append(too_large(tuple(left)))
    return tuple(found)


def _has_photo(present: Sequence[KeptAnnex]) -> bool:
    return any(item.annex.kind == PHOTO for item in present)


def _fitting(desk: Desk, work: UnitOfWork, case: Case) -> tuple[list[File], list[str]]:
    """The files that one mail carries, the originals first, and the names of the others."""
    space = room(desk, work) // 2
    taken: list[File] = []
    left: list[str] = []
    for item in work.annexes.present(case.id):
        for digest, name in _forms(item):
            content = desk.store.files.get(digest)
            if len(content) <= space:
                kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
                taken.append((name, kind, content))
                space -= len(content)
                break
        else:
            left.append(item.annex.name)
    return taken, left


def _forms(item: KeptAnnex) -> tuple[tuple[str, str], ...]:
    """(digest, name): as it came, and as it was prepared, which is smaller."""
    smaller = PurePath(item.annex.name).stem + _MADE_SMALLER.get(item.annex.kind, ".pdf")
    return ((item.sha256, item.annex.name), (item.ready, smaller))

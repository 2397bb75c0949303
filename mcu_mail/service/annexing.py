"""Make sure of the files that a mail offers: taken, refused by name with a reason, or taken out.

A file that comes while a version waits for approval makes a new version, because a verdict holds
for exactly what was shown. After all approvals nothing is added. The sender gets one answer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mcu_mail.documents.annexes import MAX_PAGES, Prepared, prepare
from mcu_mail.documents.draft import word_draft
from mcu_mail.documents.file_kinds import AnnexFault
from mcu_mail.domain.annexes import (
    MAX_SHEETS,
    PHOTO,
    Annex,
    Removal,
    asked_again,
    fitting,
    removed,
)
from mcu_mail.domain.case import Purpose
from mcu_mail.domain.catalogue import annex_refusal
from mcu_mail.domain.decisions import Log, NewVersion, Tell
from mcu_mail.domain.route import Form, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.mail.mime import Attachment
from mcu_mail.service.asking import send_request
from mcu_mail.service.carry import SHOW, Carrier
from mcu_mail.service.enclosing import annex_room, limit_mb, named_files, shown_parts
from mcu_mail.service.said import draft_file
from mcu_mail.service.videos import fault_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.route import Step
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.annexes import KeptAnnex
    from mcu_mail.store.moments import Task
    from mcu_mail.store.unit_of_work import UnitOfWork

_TINY = 100
"""A picture with a shorter side, in pixels, is a logo."""
_INLINE_LEAST = 300
"""A picture of the text itself is a photo from so many pixels on: signatures have banners too."""
_PHOTO_LEAST = 480
"""An attached picture with a shorter side of so many pixels is a photo, however often it comes."""
_LOGO_BYTES = 100_000
_MOST_FILES = 40
"""Of one mail: each is opened by a process of its own."""
_OPEN_STEPS = frozenset({StepKind.draft, StepKind.approve})


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """One attachment: what was made of it, or why nothing was."""

    name: str
    sha256: str
    inline: bool
    content: bytes
    made: Prepared | AnnexFault


@dataclass(kw_only=True)
class _Outcome:
    """What became of a mail's files, for the answer."""

    taken: list[Annex]
    refused: list[tuple[str, str]]
    same: int = 0
    gone: tuple[Annex, ...] = ()
    unknown: tuple[int, ...] = ()
    late: str = ""
    only_removal: bool = False

    @property
    def says_something(self) -> bool:
        return bool(
            self.taken or self.refused or self.same or self.gone or self.unknown or self.late
        )


def take_annexes(desk: Desk, task: Task, now: datetime) -> None:
    """The task: open what the mail offers, keep it, answer."""
    with desk.store.view() as view:
        stored = view.mails.get(int(task.data["mail"]))
        known = view.annexes.all_of(task.case_id)
        letters = view.letters.all_of(task.case_id)
        pictures = {item.sha256 for item in known}
    ours = {digest for item in letters for digest in (item.docx, item.pdf, item.annex)}
    mail = desk.read(stored.sha256).mail
    looked: dict[str, _Looked] = {}
    offered = [mail.files[place] for place in task.data["files"]]
    if task.data.get("pictures"):
        offered += _word_pictures(mail)
    for item in offered:
        digest = hashlib.sha256(item.content).hexdigest()
        # A program has sent our own letter back, or a quotation a picture that we have.
        quoted = item.inline and digest in pictures
        if digest not in ours and digest not in looked and not quoted:
            looked[digest] = _look(item, digest, opened=len(looked) < _MOST_FILES)
    with desk.store.work() as work:
        if not work.tasks.done(task.id, now):
            return
        case = work.cases.get(task.case_id)
        person = str(task.data["person"])
        carrier = Carrier(desk, work, case, now=now, actor=person, cause=f"task{task.id}")
        files = _without_logos(work, case, looked.values())
        outcome = _settle(desk, work, carrier, files, task, now)
        _answer(desk, work, carrier, outcome, task)
        work.commit()


def _word_pictures(mail: Incoming) -> list[Attachment]:
    """The photos of the Word file that is the draft, as if they had been attached."""
    word = draft_file(mail)
    if word is None:
        return []
    return [
        Attachment(name=name, content_type="", content=content, inline=False, content_id=None)
        for name, content in word_draft(word.content, word.name).pictures
    ]


def _look(item: Attachment, digest: str, *, opened: bool) -> _Looked:
    return _Looked(
        name=item.name,
        sha256=digest,
        inline=item.inline,
        content=item.content,
        made=prepare(item.content, item.name) if opened else AnnexFault.MANY,
    )


def _without_logos(work: UnitOfWork, case: Case, looked: Iterable[_Looked]) -> list[_Looked]:
    """The files without the pictures of the sender's signature.

    What only may be one, because mails about other cases brought it too, is refused by name.
    """
    files = []
    for item in looked:
        if _is_logo(item):
            continue
        if not _is_seen_elsewhere(work, case, item):
            files.append(item)
        elif not item.inline or len(item.content) > _LOGO_BYTES:
            files.append(replace(item, made=AnnexFault.LOGO))
    return files


def _is_logo(item: _Looked) -> bool:
    """Whether a picture by its size belongs to the sender's signature and not to the letter."""
    made = item.made
    if isinstance(made, AnnexFault):
        return item.inline and len(item.content) <= _LOGO_BYTES
    if made.kind != PHOTO:
        return False
    shorter = min(made.width, made.height)
    return shorter < _TINY or (item.inline and shorter < _INLINE_LEAST)


def _is_seen_elsewhere(work: UnitOfWork, case: Case, item: _Looked) -> bool:
    """Whether a picture that may be a logo came with a mail about another case before."""
    if isinstance(item.made, AnnexFault) or item.made.kind != PHOTO:
        return False
    is_large = min(item.made.width, item.made.height) >= _PHOTO_LEAST
    if not item.inline and (is_large or len(item.content) > _LOGO_BYTES):
        return False
    key = f"picture:{item.sha256[:40]}"
    if (seen := work.facts.get(key)) is None:
        work.facts.set(key, case.number)
    return seen not in {None, case.number}


def _settle(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    files: Sequence[_Looked],
    task: Task,
    now: datetime,
) -> _Outcome:
    """Keep and take out what the mail says, unless it is too late for that."""
    case = carrier.case
    removal = _removal(task.data["removal"])
    outcome = _Outcome(taken=[], refused=[])
    step = ROUTES[case.track].step(case.step)
    if step.kind not in _OPEN_STEPS and not _is_to_be_put_up(case, step):
        if files or removal:
            outcome.late = "sent" if step.kind is StepKind.close else "approved"
            outcome.only_removal = not files
            carrier.log("annexes_late", {"count": len(files)})
        return outcome
    present = work.annexes.present(case.id)
    outcome.gone, outcome.unknown = removed([item.annex for item in present], removal)
    work.annexes.remove((item.id for item in outcome.gone), now)
    left = [item for item in present if item.annex not in outcome.gone]
    _keep(desk, work, carrier, files, left, task, outcome)
    if outcome.taken or outcome.gone or outcome.refused:
        carrier.log(
            "annexes",
            {
                "added": len(outcome.taken),
                "removed": len(outcome.gone),
                "refused": len(outcome.refused),
            },
        )
    if outcome.taken or outcome.gone:
        for request in work.requests.open_of_case(case.id):
            if request.purpose is Purpose.publish:
                # With the files as they are now.
                send_request(desk, work, case, request, now)
    letter = work.letters.get(case.id, case.version) if case.version else None
    waits = step.kind is StepKind.approve and case.letter_sha is not None
    if letter is not None and waits and (outcome.taken or outcome.gone):
        person = str(task.data["person"])
        then = asked_again(case, person, desk.office, ROUTES[case.track], desk.today(now))
        carrier.carry((
            Log(kind="draft", data={"version": case.version + 1}),
            NewVersion(text=letter.text, author=letter.author, then=then),
        ))
    return outcome


def _is_to_be_put_up(case: Case, step: Step) -> bool:
    """Whether a text waits to be published: nothing is signed, whoever does it takes the photo."""
    return step.kind is StepKind.publish and ROUTES[case.track].form is Form.text


def _removal(data: dict[str, Any]) -> Removal:
    return Removal(
        parts=tuple(data["parts"]),
        photos=tuple(data["photos"]),
        all_parts=data["all_parts"],
        all_photos=data["all_photos"],
    )


def _keep(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    files: Sequence[_Looked],
    left: Sequence[KeptAnnex],
    task: Task,
    outcome: _Outcome,
) -> None:
    """Keep the new files that fit; the others are refused by name."""
    known, sender = {item.sha256 for item in left}, str(task.data["person"])
    new: dict[int, tuple[_Looked, Prepared]] = {}
    for place, item in enumerate(files):
        if item.sha256 in known:
            outcome.same += 1
        elif isinstance(item.made, AnnexFault):
            fault = fault_of(desk, work, carrier, item.made, (item.name, item.content), sender)
            outcome.refused.append((item.name, _why(desk, work, fault)))
        else:
            new[place] = (item, item.made)
    offered = [_annex(place, item, made) for place, (item, made) in new.items()]
    taken, refused = fitting(
        [item.annex for item in left],
        offered,
        most_bytes=annex_room(desk, work, carrier.case),
        most_sheets=MAX_SHEETS,
    )
    outcome.refused += [(item.name, _why(desk, work, fault)) for item, fault in refused]
    for annex in taken:
        item, made = new[annex.id]
        work.annexes.add(
            case_id=carrier.case.id,
            mail_id=int(task.data["mail"]),
            annex=annex,
            sha256=desk.store.files.put(item.content),
            ready=desk.store.files.put(made.content),
            sender=sender,
            now=carrier.now,
        )
    outcome.taken = list(taken)


def _annex(place: int, item: _Looked, made: Prepared) -> Annex:
    return Annex(
        id=place,
        name=item.name,
        kind=made.kind,
        pages=made.pages,
        size=len(made.content),
        least=made.least,
    )


def _why(desk: Desk, work: UnitOfWork, fault: str) -> str:
    return annex_refusal(
        fault, most_pages=MAX_PAGES, most_sheets=MAX_SHEETS, most_mb=limit_mb(desk, work)
    )


def _answer(desk: Desk, work: UnitOfWork, carrier: Carrier, outcome: _Outcome, task: Task) -> None:
    """One mail to the sender; without anything to say, the mails that waited for it."""
    waiting = task.data["waiting"]
    request = task.data["request"]
    if not outcome.says_something:
        for item in waiting:
            carrier.carry((
                Tell(
                    people=tuple(item["people"]),
                    template=item["template"],
                    context=item["context"],
                    request_id=request,
                ),
            ))
        return
    contexts = {item["template"]: item["context"] for item in waiting}
    present = [item.annex for item in work.annexes.present(carrier.case.id)]
    context: dict[str, Any] = {
        "taken": named_files(outcome.taken),
        "refused": tuple(outcome.refused),
        "same": outcome.same,
        "gone": named_files(outcome.gone),
        "unknown_numbers": outcome.unknown,
        "late": outcome.late,
        "only_removal": outcome.only_removal,
        "present": shown_parts(present),
        "lacks": tuple(contexts.get("missing", {}).get("lacks", ())),
        "kept_note": str(contexts.get("note_kept", {}).get("note_text", "")),
        "text_wanted": not outcome.late
        and carrier.case.step == "draft"
        and (carrier.case.draft is None or carrier.case.draft.is_note)
        and not any(work.tasks.open_kind(carrier.case.id, one) for one in ("render", SHOW)),
        "smaller": sum(item.size for item in present) > annex_room(desk, work, carrier.case),
        "details": str(contexts.get("not_taken", {}).get("details", "")),
    }
    if context["kept_note"]:
        # The buttons of a note: is it the answer?
        context["reason"] = "note_kept"
    carrier.carry((
        Tell(
            people=(str(task.data["person"]),),
            template="annexes",
            request_id=request,
            context=context,
        ),
    ))

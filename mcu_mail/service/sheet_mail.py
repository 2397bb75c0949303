"""What a sheet says: its rows, their files, its buttons, what has happened since the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.domain.codes import grouped
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.sheet_plan import Asked, is_fast, is_urgent
from mcu_mail.mail.card import Row, ToldLine
from mcu_mail.mail.markup import Button
from mcu_mail.mail.phrases import initials
from mcu_mail.service.cards import candidates_of, card_for, name_of
from mcu_mail.service.enclosing import room
from mcu_mail.service.library import first_reply_of
from mcu_mail.service.text_files import File, files_to_put_up, text_notes
from mcu_mail.service.track_buttons import APPEAL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.gathering import Told
    from mcu_mail.store.unit_of_work import UnitOfWork

_TOGETHER = {
    Asked.first_reply: ("Первичный ответ дан всем", "Первичный ответ дан"),
    Asked.approve: ("Согласовать все", "Согласовано"),
    Asked.publish: ("Опубликовано всё", "Опубликовано"),
    Asked.accept: ("Принять все", "В работу"),
}
"""The label of a button for all rows of a kind, and its word; «1-6» goes behind it."""
_TEXTS = frozenset({Asked.approve, Asked.publish})


@dataclass(frozen=True, kw_only=True)
class Open:
    """A request that still waits, with its case and what it asks now."""

    request: Request
    case: Case
    asked: Asked
    due: datetime
    reminder: str = ""
    again: bool = False


def files_of(
    desk: Desk, work: UnitOfWork, rows: Sequence[Open]
) -> tuple[tuple[File, ...], tuple[int, ...]]:
    """What is to be put up, named by its row; and the rows whose files need a mail of their own."""
    space = room(desk, work) // 2
    taken: list[File] = []
    apart: list[int] = []
    for number, row in enumerate(rows, start=1):
        if row.asked not in _TEXTS or row.again:
            continue
        files = files_to_put_up(desk, work, row.case, row.asked.value)
        size = sum(len(content) for _, _, content in files)
        if size > space:
            apart.append(number)
            continue
        space -= size
        taken += [(f"{number} - {name}", kind, content) for name, kind, content in files]
    return tuple(taken), tuple(apart)


def row_of(desk: Desk, work: UnitOfWork, row: Open, number: int, now: datetime) -> Row:
    """What the sheet says of one request."""
    case, asked = row.case, row.asked
    letter = work.letters.get(case.id, case.version) if case.version else None
    previous = work.letters.get(case.id, case.version - 1) if asked is Asked.approve else None
    card = card_for(case, letter, desk, row.request.person, now, previous=previous)
    rules = desk.rules(case, now)
    details: tuple[str, ...] = ()
    text = ""
    if asked in {Asked.approve, Asked.consent, Asked.publish}:
        text = card.draft_text
        notes = text_notes(desk, work, case, letter)
        details = (*notes, *card.what_changed, *card.contact_lines, *card.clarified)
    elif asked is Asked.first_reply:
        text = first_reply_of(desk, case, now)
    elif asked is Asked.accept and rules.category_needed:
        details = (f"категория: {rules.category}",) if rules.category else ()
    elif asked is Asked.route:
        details = candidates_of(case, desk)
    by = letter.author if letter is not None else case.executor or ""
    if not by and case.department:
        by = next(one.head for one in desk.office.departments if one.id == case.department)
    return Row(
        number=number,
        card=card,
        asked=asked.value,
        due=desk.local(row.due),
        text=text,
        executor=initials(name_of(by, desk)) if by else "",
        details=details,
        again=row.again or (bool(row.reminder) and row.request.mails > 0),
        urgent=is_urgent(case, asked) or is_fast(case, asked),
        outcome_needed=rules.outcome_needed and asked is Asked.publish,
        term_needed=_lacks_term(case, asked),
        appeal=_may_be_appeal(case, asked),
    )


def lines_of(told: Sequence[Told]) -> tuple[ToldLine, ...]:
    """What was told, one line for all cases of which the same is said."""
    numbers: dict[tuple[str, bool], list[str]] = {}
    for one in told:
        numbers.setdefault((one.line, one.late), []).append(one.number)
    return tuple(
        ToldLine(numbers=tuple(dict.fromkeys(cases)), line=line, late=late)
        for (line, late), cases in numbers.items()
    )


def span_of(numbers: Sequence[int]) -> str:
    """«3», «3 и 4», «3-6» or «1, 3-6»: rising numbers of rows as a person would write them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    pair = 2
    if len(runs) == 1 and len(numbers) == pair:
        return f"{numbers[0]} и {numbers[1]}"
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _lacks_term(case: Case, asked: Asked) -> bool:
    """Whether such a row wants the system's term besides the word (decree 5.2)."""
    return asked is Asked.accept and Mark.term_asked in case.marks


def _may_be_appeal(case: Case, asked: Asked) -> bool:
    """Whether a person decides if it is taken into the track at all (decree 5.1, 59-ФЗ)."""
    return asked is Asked.accept and case.notice.event == APPEAL


def _lacks_more(case: Case, asked: Asked, desk: Desk) -> bool:
    """Whether one word is not enough for such a row: of a category none may be proposed."""
    if _lacks_term(case, asked) or _may_be_appeal(case, asked):
        return True
    wanted = asked is Asked.accept and desk.settings.tracks.needs_category(case.track)
    return wanted and not desk.category_of(case)


def _together(rows: Sequence[Open], desk: Desk) -> list[tuple[Asked, str, str, list[int]]]:
    """What one word can answer: its label, the word, and its rows."""
    found = []
    for asked, (label, said) in _TOGETHER.items():
        numbers = [
            number
            for number, row in enumerate(rows, start=1)
            if row.asked is asked and not _lacks_more(row.case, asked, desk)
        ]
        tracks = {row.case.track for row in rows if row.asked is asked}
        needs_outcome = any(map(desk.settings.tracks.needs_outcome, tracks))
        word = f"{said} решено" if asked is Asked.publish and needs_outcome else said
        if numbers:
            found.append((asked, label, word, numbers))
    return found


def buttons_for(desk: Desk, rows: Sequence[Open], code: str) -> tuple[Button, ...]:
    """One button for all rows that the same word can answer."""
    return tuple(
        Button(
            label=label,
            subject=f"[МЦУ] {label} {grouped(code)}",
            body=f"{word} {span_of(numbers)}",
        )
        for _, label, word, numbers in _together(rows, desk)
    )


def example_for(desk: Desk, rows: Sequence[Open]) -> tuple[str, ...]:
    """Answers that fit this very sheet."""
    together = _together(rows, desk)
    said = [f"{word} {span_of(numbers)}" for _, _, word, numbers in together[:2]]
    texts = [numbers for asked, _, _, numbers in together if asked in _TEXTS]
    return (*said, f"вернуть {texts[-1][-1]}: нет фото") if texts else tuple(said)

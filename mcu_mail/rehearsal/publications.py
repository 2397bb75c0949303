"""What the demo shows of the tracks whose answers are published, and whether all ended well."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.route import Form
from mcu_mail.domain.routes import ROUTES
from mcu_mail.reports import board, tables
from mcu_mail.reports.track_words import about, open_remarks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from mcu_mail.domain.case import Case
    from mcu_mail.rehearsal.stage import Stage


def publications(stage: Stage, year: int) -> list[tuple[str, str]]:
    """(number, what is known of it) of every case whose answer is published."""
    title = stage.desk.settings.tracks.title
    return [(case.number, "; ".join(about(case, title))) for case in _published(stage, year)]


def unfinished(stage: Stage, year: int, tracks: Sequence[str]) -> list[str]:
    """What is missing of messages that should be answered by now; nothing when all is well."""
    missing = []
    known = {case.track: case for case in _published(stage, year)}
    title = stage.desk.settings.tracks.title
    for track in tracks:
        case = known.get(track)
        if case is None:
            missing.append(f"{title(track)}: дело не открыто")
        elif case.state is not CaseState.closed or Mark.published not in case.marks:
            missing.append(f"{title(track)}: дело {case.number} не закрыто")
        elif Mark.late in case.marks:
            missing.append(f"{title(track)}: ответ по делу {case.number} опубликован после срока")
    return missing


def open_table(stage: Stage) -> Table:
    """The open cases as `status` shows them."""
    desk = stage.desk
    with desk.store.view() as view:
        rows = board.board(view, desk.zone)
        return tables.open_cases(rows, desk.office, open_remarks(view, desk.settings.tracks.title))


def _published(stage: Stage, year: int) -> Iterator[Case]:
    with stage.desk.store.view() as view:
        for ordinal in count(1):
            case = view.cases.by_number(f"{year}-{ordinal:06}")
            if case is None:
                return
            if ROUTES[case.track].form is Form.text:
                yield case

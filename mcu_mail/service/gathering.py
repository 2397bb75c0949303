"""What waits for a person's next sheet, kept with the transaction that caused it.

One fact of the store for each person holds it, so that a killed daemon loses nothing and a pass
reads what waits, never all that is open.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcu_mail.domain.marks import Mark
from mcu_mail.domain.sheet_plan import NOTICES, REPEATS, ROWS, is_gathered, reads_sheets
from mcu_mail.mail.phrases import clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.mail.wording import Worded
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_PEOPLE = "sheet_people"
_LINE = 300
_ENDS = frozenset({"", *".,:;!?…–—-"})
_TOLD = "sheet_told:"
_REMEMBERED = timedelta(days=180)
_OWN = frozenset({"receipt", "not_taken"})
"""What answers the one who has written; all else goes to those whom his words concern."""
_LATE = frozenset({"escalation", "first_reply"})


@dataclass(frozen=True, kw_only=True)
class Told:
    """One thing that a person is told without being asked.

    Attributes:
        number: of the case.
        track: whose hours count.
        line: what has happened, in a sentence.
        mail: the mail that he himself has written and that this answers; 0 without one.
        failed: it says that something of that mail was not taken.
        late: somebody is late, and the reader may help.

    """

    number: str
    track: str
    line: str
    mail: int = 0
    failed: bool = False
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What waits for a person's next sheet.

    Attributes:
        last: when the last one went; None before the first.
        rows: requests that he has not seen yet, or is to see again, with the key of a reminder.
        shown: requests of the sheets before, as far as they may be open still.
        told: what he is to hear besides.
        over: how many of `rows` the last sheet had no room for.

    """

    last: datetime | None = None
    rows: tuple[tuple[int, str], ...] = ()
    shown: tuple[int, ...] = ()
    told: tuple[Told, ...] = ()
    over: int = 0


def people_of(work: UnitOfWork) -> tuple[str, ...]:
    """Everybody for whom something was ever gathered."""
    return tuple(json.loads(work.facts.get(_PEOPLE) or "[]"))


def gathered_of(work: UnitOfWork, person: str) -> Gathered:
    """What waits for a person."""
    kept = json.loads(work.facts.get(f"sheet:{person}") or "{}")
    if not kept:
        return Gathered()
    return Gathered(
        last=datetime.fromisoformat(kept["last"]) if kept["last"] else None,
        rows=tuple((int(one), str(key)) for one, key in kept["rows"]),
        shown=tuple(kept["shown"]),
        told=tuple(Told(**one) for one in kept["told"]),
        over=kept.get("over", 0),
    )


def keep(work: UnitOfWork, person: str, gathered: Gathered) -> None:
    """Keep what waits for a person from now on."""
    people = people_of(work)
    if person not in people:
        work.facts.set(_PEOPLE, json.dumps(sorted((*people, person))))
    values = {
        "last": gathered.last.isoformat() if gathered.last else "",
        "rows": gathered.rows,
        "shown": gathered.shown,
        "told": [asdict(one) for one in gathered.told],
        "over": gathered.over,
    }
    work.facts.set(f"sheet:{person}", json.dumps(values, ensure_ascii=False))


def let_rest_come(work: UnitOfWork, person: str) -> None:
    """He has answered a sheet that had no room for all: the rest waits for no hour."""
    gathered = gathered_of(work, person)
    if gathered.over:
        keep(work, person, replace(gathered, last=None, over=0))


def gather_request(
    desk: Desk, work: UnitOfWork, case: Case, request: Request, reminder: str = ""
) -> bool:
    """Let a request, or its reminder, wait for the sheet; False: it is a mail of its own."""
    if not desk.settings.sheets.minutes or request.purpose not in ROWS or not is_gathered(case):
        return False
    _add_row(work, request, reminder)
    return True


def _add_row(work: UnitOfWork, request: Request, reminder: str) -> None:
    gathered = gathered_of(work, request.person)
    others = tuple(row for row in gathered.rows if row[0] != request.id)
    keep(work, request.person, replace(gathered, rows=(*others, (request.id, reminder))))


def can_wait(
    desk: Desk,
    case: Case | None,
    person: str,
    template: str,
    context: Mapping[str, Any],
    *,
    answers_sheet: bool,
) -> bool:
    """Whether what a person is to be told can wait for his sheet.

    Args:
        answers_sheet: it follows from what he has written to a sheet.

    """
    if not desk.settings.sheets.minutes or case is None or not is_gathered(case):
        return False
    if answers_sheet and template in _OWN:
        return True
    # What a receipt says besides the decision is a warning.
    if Mark.urgent in case.marks or template not in NOTICES or context.get("details"):
        return False
    return reads_sheets(person, case, desk.office)


def gather_notice(
    work: UnitOfWork,
    case: Case,
    person: str,
    template: str,
    worded: Worded,
    *,
    key: str,
    now: datetime,
    request: Request | None,
    details: str = "",
    mail: int = 0,
) -> bool:
    """Let what a person is to be told wait for his sheet, once for a key; False: it did before."""
    fact = f"{_TOLD}{key}"
    if work.facts.get(fact):
        return False
    work.facts.set(fact, now.isoformat())
    if template in REPEATS and request is not None and request.person == person:
        _add_row(work, request, key)
        return True
    gathered = gathered_of(work, person)
    line = essence(worded.text, first=template == "receipt")
    told = Told(
        number=case.number,
        track=case.track,
        line=f"{line} {details}".strip(),
        mail=mail,
        failed=template == "not_taken",
        late=template in _LATE,
    )
    keep(work, person, replace(gathered, told=(*gathered.told, told)))
    return True


def forget_told(desk: Desk, now: datetime) -> int:
    """Forget which notices were gathered long ago; return how many.

    What they say can come no more: a case is over after weeks. What was kept without its moment
    is old.
    """
    with desk.store.work() as work:
        gone = work.facts.forget(_TOLD, before=(now - _REMEMBERED).isoformat())
        work.commit()
    return gone


def essence(text: str, *, first: bool = False) -> str:
    """The first paragraph of a mail without its greeting, to stand in a list.

    `first`: its first line alone.
    """
    head = text.strip().partition("\n\n")[0].splitlines()
    lines = head[:1] if first else head
    # What stood on lines of their own are sentences of one line now.
    ended = [one if one.rstrip()[-1:] in _ENDS else f"{one.rstrip()}." for one in lines[:-1]]
    line = " ".join([*ended, *lines[-1:]])
    greeting, comma, rest = line.partition(", ")
    if comma and rest and len(greeting.split()) <= 3:  # noqa: PLR2004 - a name and a patronymic
        line = rest
    return clip(line, _LINE)


def take_told(work: UnitOfWork, person: str, mail: int) -> tuple[Told, ...]:
    """What a person's own mail has brought, taken out of what waits for the next sheet."""
    gathered = gathered_of(work, person)
    mine = tuple(one for one in gathered.told if one.mail == mail)
    keep(
        work, person, replace(gathered, told=tuple(one for one in gathered.told if one not in mine))
    )
    return mine


def told_by(work: UnitOfWork, person: str, mail: int) -> Sequence[Told]:
    """The same, left where it is."""
    return [one for one in gathered_of(work, person).told if one.mail == mail]

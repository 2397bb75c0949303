"""The record that closes a year's register: made once by the daemon, and by `journal --record`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mcu_mail.documents.folder import sent_folder
from mcu_mail.documents.record import write_record
from mcu_mail.domain.catalogue import year_missing, year_summary, year_totals, year_unsent
from mcu_mail.domain.surroundings import Matter, calendar_concerns
from mcu_mail.domain.yearly import Row, YearRecord, year_record
from mcu_mail.service.asking import tell
from mcu_mail.service.concerns import tell_of
from mcu_mail.service.counting import GIVEN

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def close_last_year(desk: Desk, now: datetime) -> int:
    """Make sure of the record of the year before; 1 when it was made just now.

    Raises:
        TemporaryError: the clerk's folder cannot be written.
        RefusedError: the office's template cannot be filled.

    """
    year = desk.today(now).year - 1
    fact = f"year_record:{year}"
    with desk.store.view() as view:
        known = view.facts.get(fact)
        record = None if known else record_of(view, year)
    if record is None or not record.total or not desk.folders.is_mounted():
        return 0
    name, folder = f"Итоговая запись {year}.docx", sent_folder(year)
    content = record_file(desk, record, now)
    desk.folders.publish(folder, name, content)
    with desk.store.work() as work:
        clerk = desk.standing_in(desk.office.roles.registry, now)
        tell(
            desk,
            work,
            None,
            person=clerk,
            template="year_record",
            key=fact,
            now=now,
            context={
                "year": year,
                "summary": year_summary(record),
                "folder": folder.replace("/", "\\"),
            },
            attachments=((name, _TYPE, content),),
        )
        work.facts.set(fact, now.isoformat())
        work.commit()
    return 1


def tell_of_calendar(desk: Desk, now: datetime) -> int:
    """Tell of a year that nobody has confirmed, ahead and once more when it begins (F35).

    Returns how much was told.
    """
    found = calendar_concerns(desk.today(now), desk.settings.calendar.years_confirmed)
    return tell_of(desk, found, (Matter.calendar_year,), now)


def record_of(view: UnitOfWork, year: int) -> YearRecord:
    """The record of a year's register as it now stands."""
    return year_record(
        year,
        [
            Row(
                n=None if entry.scope.startswith(GIVEN) else entry.n,
                scope=entry.scope,
                number=entry.number,
                on=date.fromisoformat(entry.on_date),
                state=entry.state,
                void_reason=entry.void_reason or "",
                void_by=entry.void_by or "",
            )
            for entry in view.register.of_year(year)
        ],
    )


def record_file(desk: Desk, record: YearRecord, now: datetime) -> bytes:
    """The record as a Word file, with a place for the clerk's signature."""
    clerk = desk.office.people[desk.standing_in(desk.office.roles.registry, now)]
    values: dict[str, Any] = {
        "office": desk.settings.office.name,
        "year": record.year,
        "summary": year_summary(record),
        "totals": year_totals(record),
        "unsent": year_unsent(record),
        "missing": year_missing(record),
        "voids": [
            {
                "number": row.number,
                "date": f"{row.on:%d.%m.%Y}",
                "reason": row.void_reason,
                "by": row.void_by,
            }
            for row in record.voids
        ],
        "clerk": clerk.name,
        "clerk_title": clerk.title,
        "today": f"{desk.today(now):%d.%m.%Y}",
    }
    return write_record(values, desk.record_template())

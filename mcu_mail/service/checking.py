"""Everything that can be wrong before the first mail comes, all at once and in Russian."""

from __future__ import annotations

import time
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING

from mcu_mail.documents import engines, letter, sheet
from mcu_mail.documents.fonts import TYPEFACE
from mcu_mail.documents.record import RECORD, record_faults
from mcu_mail.documents.titles import acting_title
from mcu_mail.domain.catalogue import cannot_act
from mcu_mail.errors import McuMailError
from mcu_mail.mail import wording
from mcu_mail.mail.imap import Mailbox
from mcu_mail.mail.library import library_faults
from mcu_mail.mail.smtp import Post
from mcu_mail.service.addressing import declined_of, official_faults
from mcu_mail.service.alarm_ways import command_faults
from mcu_mail.service.around_findings import around_findings
from mcu_mail.service.findings import Findings, without
from mcu_mail.service.gone import gone_faults
from mcu_mail.service.measured_words import faults_of, notes_of
from mcu_mail.service.measuring import measure
from mcu_mail.service.proposals import PROPOSALS
from mcu_mail.service.writing import letterhead_of
from mcu_mail.settings.template_set import SHIPPED, read_templates

__all__ = ["Findings", "check_files", "check_folders", "check_online", "template_faults", "without"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from mcu_mail.documents.folder import Folders
    from mcu_mail.domain.calendar import WorkCalendar
    from mcu_mail.service.desk import Desk
    from mcu_mail.settings import Settings
    from mcu_mail.settings.template_set import TemplateSet


def check_files(
    settings: Settings, templates: Path, calendar: WorkCalendar, today: date
) -> Findings:
    """What can be seen without opening a door: templates, calendar years, competence."""
    parts = (
        _templates(templates),
        _library(templates, settings),
        _calendar(settings, calendar, today),
        _engine(settings),
        _font(settings),
        _own_form(settings, templates),
        _letterhead(settings),
        Findings(faults=official_faults(settings), notes=_acting(settings)),
        Findings(faults=gone_faults(settings, today), notes=()),
        Findings(faults=command_faults(settings), notes=()),
        Findings(faults=(), notes=(*_empty_topics(settings), *_foreign_mail(settings))),
    )
    return Findings(
        faults=tuple(fault for part in parts for fault in part.faults),
        notes=tuple(note for part in parts for note in part.notes),
    )


@lru_cache(maxsize=4)
def template_faults(found: TemplateSet) -> tuple[str, ...]:
    """What is wrong with a set of templates: mails, notes, letters, each named by its file.

    Every template is filled for the answer, so the same set is not tried twice.
    """
    record = found.files.get(RECORD)
    return (
        *wording.template_faults(found.files),
        *letter.template_faults(found.files),
        # An office that was set up before has none of its own: the shipped one is used then.
        *(f"{RECORD}: {fault}" for fault in (record_faults(record) if record else ())),
    )


def _templates(folder: Path) -> Findings:
    faults = template_faults(read_templates(folder))
    return Findings(faults=tuple(f"letters.templates: {fault}" for fault in faults), notes=())


def _library(folder: Path, settings: Settings) -> Findings:
    """The template answers: a file with a fault is not offered, the others are."""
    faults = library_faults(read_templates(folder).files, set(settings.topics))
    return Findings(faults=tuple(f"letters.templates: {fault}" for fault in faults), notes=())


def _letterhead(settings: Settings) -> Findings:
    faults = engines.letterhead_faults(letterhead_of(settings))
    return Findings(faults=tuple(f"office.letterhead: {fault}" for fault in faults), notes=())


def _acting(settings: Settings) -> tuple[str, ...]:
    head = settings.people.get(settings.roles.head)
    known = head is None or not head.title or acting_title(head.title, declined_of(settings))
    return () if head is None or known else (cannot_act(head.title),)


def _calendar(settings: Settings, calendar: WorkCalendar, today: date) -> Findings:
    confirmed = settings.calendar.years_confirmed
    faults = []
    if today.year not in confirmed:
        faults.append(
            f"calendar.years_confirmed: год {today.year} не подтверждён – сроки могут быть "
            "неверными; сверьте календарь с постановлением и добавьте год"
        )
    notes = []
    coming = calendar.november_warning(today)
    if coming is not None:
        notes.append(
            f"calendar.years_confirmed: пора сверить календарь на {coming} год и добавить его"
        )
    notes += [
        f"calendar.years_confirmed: для {year} года ещё нет календаря переносов – сроки "
        "посчитаны по общему правилу"
        for year in confirmed
        if year > today.year + 1
    ]
    return Findings(faults=tuple(faults), notes=tuple(notes))


def _engine(settings: Settings) -> Findings:
    engine = settings.letters.engine
    absence = engines.Press(engine).absence()
    if engine == "native" or not absence:
        return Findings(faults=(), notes=())
    if engine == "auto":
        note = "LibreOffice не найден: PDF делает встроенный движок, вместо .doc уходит .docx"
        return Findings(faults=(), notes=(f"letters.engine: {note}",))
    fault = f"letters.engine: {absence}; выберите auto или native"
    return Findings(faults=(fault,), notes=())


def _font(settings: Settings) -> Findings:
    """The sheets are measured for one typeface; another wish must not be passed over in silence."""
    wanted = settings.letters.font
    if wanted == TYPEFACE:
        return Findings(faults=(), notes=())
    note = f"letters.font: письма печатаются шрифтом {TYPEFACE}, «{wanted}» не используется"
    return Findings(faults=(), notes=(note,))


def _own_form(settings: Settings, folder: Path) -> Findings:
    """The native engine draws our own form: what an office changed in Word it does not know."""
    press = engines.Press(settings.letters.engine)
    if settings.letters.engine not in {"native", "auto"} or not press.absence():
        return Findings(faults=(), notes=())
    found, shipped = read_templates(folder).files, read_templates(SHIPPED).files
    changed = [path for path in letter.TEMPLATES.values() if found.get(path) != shipped.get(path)]
    notes = (
        f"letters.templates: {path} изменён: в PDF эти изменения попадут только с LibreOffice "
        "или Word, встроенный движок печатает по своему бланку"
        for path in changed
    )
    return Findings(faults=(), notes=tuple(notes))


def _empty_topics(settings: Settings) -> list[str]:
    return [
        f"topics.{key}: нет основ слов, тема сама не найдётся"
        for key, topic in settings.topics.items()
        if not topic.stems and key != "other"
    ]


def _foreign_mail(settings: Settings) -> list[str]:
    return [
        f"tracks.governor.recipients: {item.address} – почта вне России; решите с юристом "
        "(152-ФЗ), уходят ли туда персональные данные"
        for item in settings.tracks.governor.recipients
        if item.enabled and item.address.endswith(("@gmail.com", "@outlook.com", "@yahoo.com"))
    ]


def check_folders(folders: Folders) -> Findings:
    """Whether the clerk's folders can be made and written."""
    try:
        folders.prepare()
    except McuMailError as error:
        return Findings(faults=(f"folders.base: {error}",), notes=())
    waiting = sum(1 for _ in (folders.base / PROPOSALS).glob("*.txt"))
    notes = (f"предложено шаблонов: {waiting}, папка «{PROPOSALS}»",) if waiting else ()
    return Findings(faults=(), notes=notes)


def check_online(desk: Desk, say: Callable[[str], None] = lambda _: None) -> Findings:
    """Log in to both servers, let them show what they offer, and look how durable the database is.

    Args:
        say: hears what is being done.

    """
    faults = list(desk.store.durability_faults())
    reached = len(faults)
    notes = []
    try:
        with Mailbox.open(desk.imap()) as mailbox:
            mailbox.ensure_folders()
            notes.append(f"почтовый ящик открыт, писем во входящих: {mailbox.count()}")
    except McuMailError as error:
        faults.append(f"mail.imap: {error}")
    try:
        with Post(desk.smtp()) as post:
            post.check()
            size = post.max_size
            limit = f", письма до {size // 1_000_000} МБ" if size else ""
            notes.append(f"сервер отправки отвечает{limit}")
    except McuMailError as error:
        faults.append(f"mail.smtp: {error}")
    nothing = Findings(faults=(), notes=())
    measured = _try_mail(desk, say) if len(faults) == reached else nothing
    # Of a server that did not open its door there is nothing more to tell.
    around = around_findings(desk) if len(faults) == reached else nothing
    press = _try_press(desk)
    return Findings(
        faults=(*faults, *measured.faults, *around.faults, *press.faults),
        notes=(*notes, *measured.notes, *around.notes, *press.notes),
    )


def _try_mail(desk: Desk, say: Callable[[str], None]) -> Findings:
    """Let the mail server show how it treats a mail of ours and a forged one."""
    try:
        measured = measure(desk, say)
    except McuMailError as error:
        return Findings(faults=(f"mail: {error}",), notes=())
    return Findings(
        faults=faults_of(measured, desk.settings), notes=notes_of(measured, desk.settings)
    )


def _try_press(desk: Desk) -> Findings:
    """Let the office program make an invented letter twice: the first one starts it."""
    # One of its own: the daemon that may be at work has noted the process of its press.
    with closing(engines.Press(desk.settings.letters.engine)) as press:
        if press.absence():
            return Findings(faults=(), notes=())
        try:
            content = sheet.specimen(letterhead_of(desk.settings))
            docx = letter.write_docx(content, desk.letter_template(content.kind))
            first, again = (_timed(press, content, docx) for _ in range(2))
        except McuMailError as error:
            return Findings(
                faults=(f"letters.engine: пробное письмо не сделано: {error}",), notes=()
            )
    name = "Word" if press.engine == "word" else "LibreOffice"
    note = f"{name} сделал PDF и DOC пробного письма за {again} мс (первое письмо – {first} мс)"
    return Findings(faults=(), notes=(note,))


def _timed(press: engines.Press, content: sheet.LetterContent, docx: bytes) -> int:
    """Milliseconds for both files of one letter; raises McuMailError when they are not right."""
    began = time.perf_counter()
    press.try_out(content, docx)
    return round((time.perf_counter() - began) * 1000)

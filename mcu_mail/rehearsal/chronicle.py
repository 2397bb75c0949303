"""What came of a moment: read from mailboxes, folders and the journal, never from the script.

A line of the timeline about the service stands here only because a mail really arrived, a file
really lies in a folder, or the journal of a case really says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any

from mcu_mail.documents.folder import Folder
from mcu_mail.domain.route import Form
from mcu_mail.domain.routes import ROUTES
from mcu_mail.mail.phrases import initials
from mcu_mail.rehearsal.people import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from email.message import EmailMessage, Message

    from mcu_mail.domain.case import Case
    from mcu_mail.rehearsal.stage import Stage
    from mcu_mail.store.journal import Event
    from mcu_mail.store.unit_of_work import UnitOfWork

SERVICE = "МЦУ"
_NUMBER = re.compile(r"^\[МЦУ [\d-]+\] ")
_CHANGED = "Что изменилось"
_FIXED = "\u00a0"
_ENGINES = {"libreoffice": "LibreOffice", "word": "Word", "native": "без LibreOffice"}


class Tone(StrEnum):
    """How a line is meant."""

    plain = "plain"
    good = "good"
    bad = "bad"
    late = "late"


@dataclass(frozen=True, kw_only=True)
class News:
    """One line about what the service did: whose line it is, what happened, how it is meant."""

    who: str
    what: str
    tone: Tone = Tone.plain


@dataclass(frozen=True, kw_only=True)
class Received:
    """A mail that lies in somebody's mailbox."""

    address: str
    name: str
    mail: EmailMessage


class Chronicle:
    """Looks around after every moment and tells what is new.

    Args:
        stage: where to look.
        year: of the numbers of the cases.

    """

    def __init__(self, stage: Stage, year: int) -> None:
        self._stage = stage
        self._year = year
        office, settings = stage.desk.office, stage.desk.settings
        self.regional = tuple(
            item.address for item in settings.tracks.governor.recipients if item.enabled
        )
        self._names = {address: address for address in self.regional} | {
            person.email: initials(person.name) for person in office.people.values()
        }
        self.received: list[Received] = []
        self._read: dict[str, int] = dict.fromkeys(self._names, 0)
        self._events = 0
        self._files = set(self._paths())

    def look(self) -> list[News]:
        """Everything new since the last look: the journal, the folders, the mailboxes."""
        return [*self._of_journal(), *self._of_folders(), *self._of_mail()]

    def turn(self) -> str:
        """Whose move the first open case is: «Трассов Ф.М., до 13:35»; empty when none is."""
        desk = self._stage.desk
        with desk.store.view() as view:
            for case in view.cases.open():
                person = desk.office.people.get(case.actor or "")
                if person is not None and case.due is not None:
                    return f"{initials(person.name)}, до {desk.local(case.due):%H:%M}"
        return ""

    def open_cases(self) -> int:
        """How many cases are open."""
        with self._stage.desk.store.view() as view:
            return len(view.cases.open())

    # --- journal -----------------------------------------------------------------------------

    def _of_journal(self) -> list[News]:
        desk = self._stage.desk
        with desk.store.view() as view:
            known = ((case, view.journal.of_case(case.id)) for case in self._cases(view))
            fresh = [
                (event, case)
                for case, events in known
                for event in events
                if event.id > self._events
            ]
        fresh.sort(key=lambda pair: pair[0].id)
        self._events = fresh[-1][0].id if fresh else self._events
        lines = (self._told(event, case) for event, case in fresh)
        return [line for line in lines if line is not None]

    def _cases(self, view: UnitOfWork) -> Iterator[Case]:
        for ordinal in count(1):
            case = view.cases.by_number(f"{self._year}-{ordinal:06}")
            if case is None:
                return
            yield case

    def _told(self, event: Event, case: Case) -> News | None:
        """The line of an event; None for those that a mail or a file tells of anyway."""
        data, line, tone = event.data, "", Tone.plain
        match event.kind:
            case "opened":
                line = self._opened(case, data)
            case "rendered":
                engine = _ENGINES.get(str(data["engine"]), str(data["engine"]))
                line = f"Письмо готово: вариант {data['version']}, {data['pages']} стр. ({engine})"
            case "assigned":
                line = f"Дело {case.number} передано: {self._department(data['department'])}"
            case "not_taken" if data["reason"] == "stranger":
                line, tone = "Ответ постороннего не засчитан: дело не сдвинулось", Tone.bad
            case "escalated":
                line, tone = f"Срок шага прошёл: {self._name(data['late'])}", Tone.late
            case "registered":
                line = f"Письмо подписано и зарегистрировано: № {data['number']}"
                tone = Tone.good
            case "finished":
                line, tone = str(data["note"]), Tone.late
            case "sent":
                line, tone = self._sent(event.at, case), Tone.good
            case "task_failed" | "mail_refused" | "term_passed":
                line, tone = f"{event.kind}: {dict(data)}", Tone.bad
            case _ if ROUTES[case.track].form is Form.text:
                line, tone = self._published(event, case)
            case _:
                pass
        return _news(line, tone) if line else None

    def _published(self, event: Event, case: Case) -> tuple[str, Tone]:
        """The line of an event of a track whose answers are published; empty: mails tell of it."""
        data, line, tone = event.data, "", Tone.plain
        match event.kind:
            case "first_reply":
                line, tone = "первичный ответ дан", Tone.good
            case "accepted":
                line = f"принято в работу{_more(data['category'])}"
            case "published" if data["late"]:
                line, tone = "ответ опубликован после срока", Tone.late
            case "published":
                line, tone = f"ответ опубликован в срок{_more(data['outcome'])}", Tone.good
            case "regional_approved":
                line, tone = "ЦУР согласовал ответ", Tone.good
            case "reopened":
                again = f"{self._stage.desk.local(case.term):%d.%m{_FIXED}%H:%M}"
                line, tone = f"снова в работе; срок {again}", Tone.late
            case "promise_kept":
                line, tone = "обещание промежуточного ответа выполнено", Tone.good
            case "wait_over":
                line = "заявитель не возразил"
            case "case_closed":
                line, tone = "закрыто", Tone.good
            case _:
                pass
        return (f"Дело {case.number}: {line}" if line else ""), tone

    def _name(self, person: object) -> str:
        known = self._stage.desk.office.people.get(str(person))
        return initials(known.name) if known else str(person)

    def _department(self, department: object) -> str:
        names = {item.id: item.name for item in self._stage.desk.office.departments}
        return names.get(str(department), str(department))

    def _opened(self, case: Case, data: Mapping[str, Any]) -> str:
        desk = self._stage.desk
        term = f"{desk.local(case.term):%d.%m{_FIXED}%H:%M}"
        if case.actor == desk.office.roles.dispatcher and data["doubt"] != "none":
            return f"Дело {case.number}: чей вопрос, не ясно – решит диспетчер; срок {term}"
        return f"Дело {case.number}: {self._department(data['department'])}; срок {term}"

    def _sent(self, at: datetime, case: Case) -> str:
        left = int((case.term - at).total_seconds()) // 60
        spare = f", до срока {left // 60} ч {left % 60:02} мин" if left >= 0 else ", после срока"
        return f"Ответ ушёл на {len(self.regional)} адреса области{spare}"

    # --- folders -----------------------------------------------------------------------------

    def _paths(self) -> list[str]:
        base = self._stage.desk.folders.base
        found = (path.relative_to(base) for path in base.rglob("*") if path.is_file())
        return sorted(
            path.as_posix() for path in found if not any(part[0] == "." for part in path.parts)
        )

    def _of_folders(self) -> list[News]:
        now = self._paths()
        fresh = [path for path in now if path not in self._files]
        self._files = set(now)
        lines = []
        by_folder: dict[str, list[str]] = {}
        for path in fresh:
            folder, _, name = path.partition("/")
            by_folder.setdefault(folder, []).append(name.rpartition("/")[2])
        for folder, names in by_folder.items():
            if folder == Folder.REFUSED:
                lines += [_news(self._refusal(path), Tone.bad) for path in fresh if _is_note(path)]
            elif folder != Folder.SIGNED:
                lines.append(_news(f"В «{folder}»: {', '.join(names)}"))
        return lines

    def _refusal(self, path: str) -> str:
        """The first line of the note beside a file that was not accepted."""
        text = (self._stage.desk.folders.base / path).read_text(encoding="utf-8-sig")
        return f"В «{Folder.REFUSED}», с запиской: «{text.splitlines()[0]}»"

    # --- mail --------------------------------------------------------------------------------

    def _of_mail(self) -> list[News]:
        lines = []
        for address, name in self._names.items():
            mails = self._stage.mails(address)
            for mail in mails[self._read[address] :]:
                self.received.append(Received(address=address, name=name, mail=mail))
                lines.append(self._arrived(address, name, mail))
            self._read[address] = len(mails)
        return lines

    def _arrived(self, address: str, name: str, mail: EmailMessage) -> News:
        files = [_suffix(item) for item in mail.iter_attachments() if _shown(item)]
        papers = f" +{_FIXED}{f',{_FIXED}'.join(files)}" if files else ""
        changed = changes_in(text_of(mail))
        more = f". {_CHANGED}: {changed}" if changed else ""
        tone = Tone.good if address in self.regional else Tone.plain
        return News(who=f"{SERVICE} › {name}", what=f"{subject_of(mail)}{papers}{more}", tone=tone)


def _more(word: object) -> str:
    return f", {word}" if word else ""


def _news(what: str, tone: Tone = Tone.plain) -> News:
    return News(who=SERVICE, what=what, tone=tone)


def subject_of(mail: EmailMessage) -> str:
    """The subject without the number of the case."""
    return _NUMBER.sub("", str(mail["Subject"]))


def changes_in(text: str) -> str:
    """What a mail about a new version says of the changes, in one line; empty when nothing."""
    lines = iter(text.splitlines())
    if not any(line.startswith(_CHANGED) for line in lines):
        return ""
    changes = takewhile(lambda line: line.startswith("–"), lines)
    return "; ".join(line.lstrip("– ") for line in changes)


def _suffix(part: EmailMessage | Message) -> str:
    """What kind of a file an attachment is: «PDF»."""
    return str(part.get_filename()).rpartition(".")[2].upper()


def _shown(part: EmailMessage | Message) -> bool:
    """Whether an attachment is a paper: the entry for the calendar is told of nowhere."""
    return bool(part.get_filename()) and part.get_content_type() != "text/calendar"


def _is_note(path: str) -> bool:
    return path.startswith(Folder.REFUSED) and path.endswith(".txt")

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
        data = event.data
        match event.kind:
            case "opened":
                return self._opened(case, data)
            case "rendered":
                engine = _ENGINES.get(str(data["engine"]), str(data["engine"]))
                what = f"Письмо готово: вариант {data['version']}, {data['pages']} стр. ({engine})"
                return _news(what)
            case "not_taken" if data["reason"] == "stranger":
                return _news("Чужой голос не принят: дело не сдвинулось", Tone.bad)
            case "escalated":
                late = self._stage.desk.office.people.get(str(data["late"]))
                name = initials(late.name) if late else "никто"
                return _news(f"Срок шага прошёл ({name}): сообщаем руководителю", Tone.late)
            case "registered":
                return _news(f"Письмо подписано и зарегистрировано: № {data['number']}", Tone.good)
            case "finished" if data["note"]:
                return _news(str(data["note"]), Tone.late)
            case "sent":
                return _news(self._sent(event.at, case), Tone.good)
            case "task_failed" | "mail_refused" | "term_passed":
                return _news(f"{event.kind}: {dict(data)}", Tone.bad)
        return None

    def _opened(self, case: Case, data: Mapping[str, Any]) -> News:
        desk = self._stage.desk
        names = {item.id: item.name for item in desk.office.departments}
        term = f"{desk.local(case.term):%d.%m %H:%M}"
        if case.actor == desk.office.roles.dispatcher and data["doubt"] != "none":
            return _news(f"Дело {case.number}: чей вопрос, не ясно – решит диспетчер; срок {term}")
        return _news(f"Дело {case.number}: {names.get(str(data['department']), '')}; срок {term}")

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
            what = f"В «{folder}»: {', '.join(names)}"
            if folder == Folder.REFUSED:
                lines.append(_news(what, Tone.bad))
                lines += [
                    _news(self._first_line(path), Tone.bad) for path in fresh if _is_note(path)
                ]
            elif folder != Folder.SIGNED:
                lines.append(_news(what))
        return lines

    def _first_line(self, path: str) -> str:
        text = (self._stage.desk.folders.base / path).read_text(encoding="utf-8-sig")
        return f"«{text.splitlines()[0]}»"

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
        files = ", ".join(
            item.get_filename() or "" for item in mail.iter_attachments() if _shown(item)
        )
        parts = [subject_of(mail), *([f"вложения: {files}"] if files else [])]
        changed = changes_in(text_of(mail))
        if changed:
            parts.append(f"{_CHANGED}: {changed}")
        tone = Tone.good if address in self.regional else Tone.plain
        return News(who=f"{SERVICE} › {name}", what="; ".join(parts), tone=tone)


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


def _shown(part: EmailMessage | Message) -> bool:
    """Whether an attachment is a paper: the entry for the calendar is told of nowhere."""
    return bool(part.get_filename()) and part.get_content_type() != "text/calendar"


def _is_note(path: str) -> bool:
    return path.startswith(Folder.REFUSED) and path.endswith(".txt")

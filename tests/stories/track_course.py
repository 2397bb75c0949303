"""A case of a track whose answers are published, walked by mail: who is asked answers.

A story says who answers which request, and never how its mail looks: the mail that carries the
open request's code is found and answered as its reader's program does.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_mail.domain.codes import grouped
from mcu_mail.rehearsal.people import text_of
from tests.stories.office_day import SERVICE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcu_mail.domain.case import Case
    from tests.stories.office_day import OfficeDay

SAMPLES = Path(__file__).parent.parent / "samples" / "notifications.jsonl"
SINGLE: Mapping[str, object] = {}
"""Settings under which every request is a mail of its own."""


def sample(ident: str) -> bytes:
    """A notice of the samples as the mail that it was."""
    for line in SAMPLES.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if told["id"] == ident:
            html = told.get("body_html")
            return mail_of(
                told["from"],
                told["subject"],
                html or told["body_text"],
                datetime.fromisoformat(told["date"]),
                html=bool(html),
            )
    raise KeyError(ident)


def mail_of(sender: str, subject: str, body: str, at: datetime, *, html: bool = False) -> bytes:
    """A mail of a system or of the regional centre."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, SERVICE, subject
    mail["Date"] = format_datetime(at)
    digest = hashlib.sha256(f"{subject}{body}{at}".encode()).hexdigest()[:24]
    mail["Message-ID"] = f"<{digest}@source.example>"
    mail.set_content(body, subtype="html" if html else "plain", cte="base64")
    return mail.as_bytes()


class Course:
    """One case, and the people who take part in it.

    Args:
        day: the office.
        responsible: the one who coordinates the track.
        number: the ordinal of the case in its year.

    """

    def __init__(self, day: OfficeDay, responsible: str, number: int = 1) -> None:
        self.day = day
        self.responsible = responsible
        self.number = number

    @property
    def case(self) -> Case:
        """As it stands."""
        return self.day.case(self.number)

    @property
    def stands(self) -> str:
        """«draft roads_head open»: its step, whose turn it is, its state; «closed» at the end."""
        case = self.case
        if case.actor is None:
            return case.state.value
        return f"{case.step} {case.actor} {case.state.value}"

    @property
    def term(self) -> str:
        """The term in the office's zone: «24.11 09:00»."""
        return f"{self.day.stage.desk.local(self.case.term):%d.%m %H:%M}"

    @property
    def due(self) -> str:
        """The latest time of the present step in the office's zone."""
        assert self.case.due is not None
        return f"{self.day.stage.desk.local(self.case.due):%d.%m %H:%M}"

    def comes(self, raw: bytes, at: str) -> None:
        """A mail of a system arrives."""
        self.day.arrives(raw, at)

    def writes(self, text: str, at: str) -> None:
        """The one who is to draft sends a text for the citizen."""
        self.answers("draft", text, at)

    def says(self, text: str, at: str) -> None:
        """The responsible tells something of her case."""
        purposes = {purpose for purpose, _ in self.day.asked(self.number)}
        self.answers("accept" if "accept" in purposes else "control", text, at)

    def answers(self, purpose: str, text: str, at: str) -> None:
        """Whoever has the open request of that purpose answers it."""
        asked = [item for item in self.day.requests(self.number) if item.purpose.value == purpose]
        assert len(asked) == 1, f"{purpose}: {self.day.asked(self.number)}"
        (request,) = asked
        self.day.reply(request.person, text, at, to=self.mail(request.person, request.code))

    def mail(self, person: str, code: str) -> EmailMessage:
        """The newest mail of a person that carries this code."""
        shown = grouped(code)
        return next(one for one in self.day.newest(person) if shown in text_of(one))

    def published(self, text: str, at: str) -> None:
        """A text is handed in, approved and put up within one minute."""
        self.writes(text, at)
        self.answers("approve", "Опубликовано https://vk.com/wall-1_2", at)

    def events(self, kind: str) -> int:
        """How many events of that kind the case has."""
        return len(self.day.events(kind, self.number))

"""The content of a letter from a case: addressee, heading, salutation, text, signature."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import date
from typing import TYPE_CHECKING

from mcu_mail.documents.language import initials_before
from mcu_mail.documents.sheet import LetterContent, Letterhead
from mcu_mail.documents.titles import ACTING, acting_title, without_organisation
from mcu_mail.domain.acting import acting_for
from mcu_mail.domain.catalogue import (
    contact_sentence,
    default_heading,
    interim_promise,
    letter_opening,
)
from mcu_mail.domain.intake_catalogue import FORWARD_HEADING, forwarding_opening
from mcu_mail.service.addressing import addressed, declined_of

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.domain.case import Case
    from mcu_mail.service.desk import Desk
    from mcu_mail.settings import Settings
    from mcu_mail.store.letters import Letter

_OPENING = re.compile(r"(?i)\s*(?:на|в ответ на) (?:ваше )?(?:сообщение|обращение)")
_PASSES_ON = re.compile(r"(?i)\s*(?:направляем|в соответствии)")
_CONTACTED = re.compile(r"(?i)(?:вами|заявителем) связались|связаться с (?:вами|заявителем)")
_POSTAL = re.compile(r",\s*(?=(?:ул|пер|пр|пл|мкр|кв-л|наб|ш)\b)")


def signer_of(desk: Desk, now: datetime) -> tuple[str, str, str]:
    """(id, title, name) of the one who signs today: the head, or whoever acts for him (3.3)."""
    head = desk.office.people[desk.office.roles.head]
    acting = acting_for(head.id, desk.today(now), desk.office.absences).person
    if acting == head.id:
        return head.id, head.title, head.name
    title = acting_title(head.title, declined_of(desk.settings))
    # `check` has told the office of a post without a genitive; the letter still has to go.
    title = title or f"{ACTING} {head.title[:1].lower()}{head.title[1:]}"
    return acting, title, desk.office.people[acting].name


def letterhead_of(settings: Settings) -> Letterhead:
    """The office's form as the sheet draws it."""
    form = settings.office.letterhead
    return Letterhead(
        lines=form.lines,
        address=form.address,
        phone=form.phone,
        email=form.email,
        requisites=form.requisites,
    )


def letter_content(
    desk: Desk, case: Case, letter: Letter, now: datetime, *, enclosure: str | None = None
) -> LetterContent:
    """Everything that stands on this version, before it has a number."""
    office = desk.settings.office
    notice = case.notice
    _, title, name = signer_of(desk, now)
    author = desk.office.people[letter.author]
    topic = desk.office.topics.get(case.topic or "")
    received = desk.local(case.received_at).date()
    reader = addressed(desk.settings, case)
    passed_on = case.forward is not None
    official = None if passed_on else desk.settings.letters.addressee
    postal = (
        official.address_lines
        if official
        else _address_lines("" if passed_on else notice.address or "")
    )
    about = ", ".join(filter(None, [notice.applicant, notice.address])) if official else None
    paragraphs = _paragraphs(case, letter, received, office.name, about)
    return LetterContent(
        case=case.number,
        version=letter.version,
        letterhead=letterhead_of(desk.settings),
        number=None,
        date=None,
        ref_number=notice.external_id,
        ref_date=received if notice.external_id else None,
        addressee=reader.addressee,
        address_lines=(*reader.lines, *postal),
        heading=FORWARD_HEADING
        if passed_on
        else topic.about
        if topic and topic.about
        else default_heading(),
        salutation=reader.salutation,
        paragraphs=paragraphs,
        enclosure=enclosure,
        signer_title=without_organisation(title, office.name),
        signer_name=initials_before(name),
        executor_name=author.name,
        executor_details=tuple(
            line
            for line in (author.title, ", ".join(filter(None, [author.phone, author.email])))
            if line
        ),
        print_code=letter.print_code,
        kind=letter.kind,
        promise=interim_promise(date.fromisoformat(letter.until)) if letter.until else "",
    )


def _paragraphs(
    case: Case, letter: Letter, received: date, office: str, about: str | None
) -> tuple[str, ...]:
    """The text between opening and contact record; a text that brings its own keeps them."""
    lines = [line for line in letter.text.splitlines() if line.strip()]
    if letter.kind == "forward":
        own = lines and _PASSES_ON.match(lines[0])
        return tuple(lines) if own else (forwarding_opening(received), *lines)
    own = lines and _OPENING.match(lines[0])
    opening = [] if own else [letter_opening(received, office, about=about)]
    whom = "Вами" if about is None else "заявителем"
    contacts = [contact_sentence(item, whom=whom) for item in case.contacts[-1:]]
    whole = " ".join(lines)
    closing = [one for one in contacts if one and not _CONTACTED.search(whole)]
    return (*opening, *lines, *closing)


def freeze(content: LetterContent) -> bytes:
    """The content as bytes: what was signed must not change when the case does."""
    return json.dumps(
        dataclasses.asdict(content), ensure_ascii=False, sort_keys=True, default=str
    ).encode()


def thaw(frozen: bytes, *, number: str | None, on: date | None) -> LetterContent:
    """The frozen content with its register number and date."""
    values = json.loads(frozen)
    head = values.pop("letterhead")
    for name in ("address_lines", "paragraphs", "executor_details"):
        values[name] = tuple(values[name])
    values["ref_date"] = date.fromisoformat(values["ref_date"]) if values["ref_date"] else None
    values |= {"number": number, "date": on}
    return LetterContent(
        letterhead=Letterhead(**{
            **head,
            "lines": tuple(head["lines"]),
            "requisites": tuple(head["requisites"]),
        }),
        **values,
    )


def _address_lines(address: str) -> tuple[str, ...]:
    """«пгт Тяжинский, ул. Образцовая, д. 7» → street first, as on an envelope."""
    if not address:
        return ()
    parts = _POSTAL.split(address, maxsplit=1)
    if len(parts) == 1:
        return (address,)
    return (f"{parts[1]},", parts[0])

"""What the mail of a request says besides its question: its card, its buttons, who may do it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.rich_text import readable
from mcu_mail.mail.wording import Candidate
from mcu_mail.service.cards import buttons_of, card_for, name_of, scores_of
from mcu_mail.service.doubted import doubts_of, marked_contacts
from mcu_mail.service.emergency import emergency_lines
from mcu_mail.service.enclosing import annex_changes
from mcu_mail.service.library import offer_of
from mcu_mail.service.text_files import enclosed_with, text_notes
from mcu_mail.service.track_context import track_context
from mcu_mail.service.waiting import unreachable_of
from mcu_mail.service.who_helps import duty_of, executors_of, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.mail.wording import Card
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter
    from mcu_mail.store.unit_of_work import UnitOfWork


def request_context(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    request: Request,
    kept: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Everything the template of a request may name; `kept` is what was remembered with it."""
    template, words = str(kept["template"]), kept["context"]
    letter = work.letters.get(case.id, case.version) if case.version else None
    previous = work.letters.get(case.id, case.version - 1) if template == "approve" else None
    context: dict[str, Any] = {
        **words,
        "card": _card(desk, work, case, letter, previous, request.person, now),
        "person": desk.office.people[request.person],
        "buttons": buttons_of(
            request, case, desk, proposed=proposed_in(words), refused=refused_in(words)
        ),
    }
    if template == "approve":
        context["enclosure"] = enclosed_with(work, case, letter)
        card = context["card"]
        notes = (*card.letter_notes, *doubts_of(work, case), *text_notes(desk, work, case, letter))
        context["card"] = replace(card, letter_notes=notes)
    elif template == "task":
        context["answers"] = offer_of(desk, case, now)
        context["executors"] = executors_of(desk, case, request.person)
        context["place"] = place_of(desk, case)
    elif template == "rework":
        context["answers"] = offer_of(desk, case, now)
        context["by"] = name_of(words.get("returned_by"), desk)
        context["previous_text"] = readable(letter.text) if letter else ""
    elif template == "route":
        only_fields = request.purpose is Purpose.fields
        context["candidates"] = (
            () if only_fields else _candidates(desk, case, proposed_in(words), refused_in(words))
        )
        context["refused_by"] = name_of(words.get("refused_by"), desk)
    elif template == "sign":
        context["print_file"] = f"На подпись\\{case.number} Ответ.pdf"
        context["scan_folder"] = "Подписано"
        context["follower"] = desk.settings.register_.mode == "follower"
        context["duty"] = duty_of(desk, case, now)
        context["annex_pages"] = letter.annex_pages or 0 if letter else 0
    elif template == "unreachable":
        context |= unreachable_of(desk, work, words, now)
    elif template == "restricted":
        context["emergency"] = emergency_lines(desk, now)
    elif template == "publish":
        context["enclosure"] = enclosed_with(work, case, letter)
        context["notes"] = text_notes(desk, work, case, letter)
    elif template == "stated_later":
        context["stated"] = desk.local(case.notice.due or case.term)
    return context | track_context(desk, case, template, now)


def _card(
    desk: Desk,
    work: UnitOfWork,
    case: Case,
    letter: Letter | None,
    previous: Letter | None,
    person: str,
    now: datetime,
) -> Card:
    """The card of a case; with `previous` also what is new in the text and in the annexes."""
    card = card_for(case, letter, desk, person, now, previous=previous)
    card = replace(card, contact_lines=marked_contacts(work, case, card.contact_lines))
    if letter is None or previous is None:
        return card
    files = annex_changes(work, previous, letter)
    return replace(card, what_changed=(*files, *card.what_changed))


def proposed_in(words: Mapping[str, Any]) -> str | None:
    """The department that whoever refused the case has named."""
    found = words.get("proposed")
    return str(found) if found else None


def refused_in(words: Mapping[str, Any]) -> str | None:
    """The department that has refused the case."""
    found = words.get("refused")
    return str(found) if found else None


def _candidates(
    desk: Desk, case: Case, proposed: str | None, refused: str | None
) -> tuple[Candidate, ...]:
    scores = dict(scores_of(case, desk))
    found = []
    named = [item for item in desk.office.departments if item.id == proposed]
    for item in desk.office.departments:
        if item in named or item.id == refused:
            continue
        own = {topic: scores[topic] for topic in item.topics if topic in scores}
        if own:
            best = max(own, key=lambda topic: own[topic])
            found.append(
                Candidate(
                    name=item.name,
                    head_name=desk.office.people[item.head].name,
                    score=own[best],
                    why=desk.office.topics[best].name,
                )
            )
    if not found and not named:
        # Nothing speaks for anybody: the dispatcher sees whom he can name.
        return tuple(
            Candidate(name=item.name, head_name=desk.office.people[item.head].name, score=0)
            for item in desk.office.departments
            if item.id != refused
        )
    first = [
        Candidate(name=item.name, head_name=desk.office.people[item.head].name, score=0)
        for item in named
    ]
    return tuple([*first, *sorted(found, key=lambda one: -one.score)][:4])

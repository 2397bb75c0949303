"""Who acts at a step, who may speak for whom, and whom a word such as «Передать: дороги» names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mcu_mail.domain.acting import acting_for
from mcu_mail.domain.route import Actor

if TYPE_CHECKING:
    from datetime import date

    from mcu_mail.domain.case import Case
    from mcu_mail.domain.office import Department, Office, Person
    from mcu_mail.domain.route import Route, Step


def department_of(case: Case, office: Office) -> Department | None:
    """The case's department; None while nobody is found competent."""
    for item in office.departments:
        if item.id == case.department:
            return item
    return None


def holder(step: Step, case: Case, office: Office) -> str | None:
    """Whose duty the step is, absences aside; None when the service itself acts."""
    roles = office.roles
    department = department_of(case, office)
    by_role = {
        Actor.dispatcher: roles.dispatcher,
        Actor.reception: roles.reception,
        Actor.registry: roles.registry,
        Actor.service: None,
        Actor.drafter: case.executor or (department.head if department else roles.dispatcher),
        Actor.department_head: department.head if department else roles.dispatcher,
        Actor.curator: department.curator if department else roles.curator,
        Actor.coordinator: roles.responsible(case.track),
        Actor.consenter: roles.consent.get(case.track, roles.curator),
        Actor.publisher: _publisher(case, office, department),
    }
    return by_role[step.actor]


def _publisher(case: Case, office: Office, department: Department | None) -> str:
    responsible = office.roles.responsible(case.track)
    if case.track not in office.roles.executors_publish:
        return responsible
    return case.executor or (department.head if department else responsible)


def actor_of(step: Step, case: Case, office: Office, on: date) -> str | None:
    """Whose turn the step is on that day, acting persons included (decree 3.3)."""
    person = holder(step, case, office)
    if person is None:
        return None
    acting = acting_for(person, on, office.absences).person
    own = step.kind == "approve" and not step.own_work_skips and acting == case.author
    # Whoever stands in approves nothing of his own: that goes up.
    return superior_of(acting, case, office, on) if own and acting != person else acting


def may_speak_for(speaker: str, asked: str, office: Office, on: date) -> bool:
    """Whether a verdict of `speaker` counts as that of the person who was asked.

    Himself, a registered delegate within his term, or the one acting for him that day. Who has
    left the office speaks for nobody, and nobody speaks for him any more.
    """
    if is_gone(speaker, office, on) or is_gone(asked, office, on):
        return False
    delegates = office.people[asked].delegates
    if speaker == asked or any(one.person == speaker and one.serves(on) for one in delegates):
        return True
    return acting_for(asked, on, office.absences).person == speaker


def is_gone(person: str, office: Office, on: date) -> bool:
    """Whether a person has left the office: struck from the list, or marked as left by that day."""
    known = office.people.get(person)
    return known is None or known.has_left(on)


def person_at(address: str, office: Office) -> Person | None:
    """The official who is known to write from that address (registered or alias)."""
    for person in office.people.values():
        if address in person.addresses:
            return person
    return None


def superior_of(person: str, case: Case, office: Office, on: date) -> str:
    """To whom a delay of `person` is reported first: executor → head → curator → okrug's curator.

    Decree 3.6: «своевременно сообщает вышестоящему руководству о непредоставлении ответов». The
    dispatcher and the clerk are no staff of the department: it answers for none of their delays.
    """
    department = department_of(case, office)
    chain = [office.roles.curator, office.roles.centre_head]
    if department is not None and _is_staff(person, department, case, office, on):
        chain = [department.head, department.curator, *chain]
        holders = [acting_for(item, on, office.absences).person for item in chain]
        if person in holders[:-1]:
            chain = chain[holders.index(person) + 1 :]
    for candidate in chain:
        found = acting_for(candidate, on, office.absences).person
        if found != person:
            return found
    return office.roles.centre_head


def _is_staff(person: str, department: Department, case: Case, office: Office, on: date) -> bool:
    """Whether the person works on the case for its department, acting persons included."""
    named = (department.head, department.curator, *department.executors, case.executor)
    return any(
        person in {item, acting_for(item, on, office.absences).person} for item in named if item
    )


def first_approval(case: Case, author: str, route: Route, office: Office, on: date) -> Step:
    """The first approval a version of `author` needs: nobody approves his own as department head.

    Design §3 step 5; the curating deputy approves in every case (decree 5.3).
    """
    draft = next(step for step in route.steps if step.kind == "draft")
    rows = route.from_step(draft.name)[1:]
    for step in rows:
        # A head who is away has seen what he sends himself: his stand-in need not.
        own = author in {actor_of(step, case, office, on), holder(step, case, office)}
        if not (step.own_work_skips and own):
            return step
    return rows[-1]


def _words(text: str) -> list[str]:
    return re.findall(r"[а-яa-z0-9]+", text.lower().replace("ё", "е"))


def _fits(wanted: list[str], name: str) -> bool:
    """Every wanted word begins like one of the name: «отдел дорог» fits «Отдел дорожного…»."""
    known = _words(name)
    return all(
        any(_stem(word) and item.startswith(_stem(word)) for item in known) for word in wanted
    )


def _stem(word: str) -> str:
    return word if len(word) <= 4 else word[: max(4, len(word) - 3)]  # noqa: PLR2004 - endings


def _own_name(item: Department, _office: Office) -> tuple[str, ...]:
    return (item.name,)


def _heads_name(item: Department, office: Office) -> tuple[str, ...]:
    return (office.people[item.head].name,)


def _topic_names(item: Department, office: Office) -> tuple[str, ...]:
    return tuple(office.topics[topic].name for topic in item.topics)


def _abbreviation(name: str) -> str:
    """«УЖТР» of «Управление по жизнеобеспечению и территориальному развитию»."""
    return "".join(word[0] for word in _words(name) if len(word) > 2)  # noqa: PLR2004 - «по», «и»


def find_department(words: str, office: Office) -> str | None:
    """The one department that these words name: its id, name, head's surname or a topic of its own.

    None when none fits or several do: a case is never guessed.
    """
    wanted = [word for word in _words(words) if word not in {"в", "отделу", "и", "по"}]
    if not wanted:
        return None
    exact = [item.id for item in office.departments if _words(item.name) == _words(words)]
    if len(exact) == 1 or words.strip() in {item.id for item in office.departments}:
        return exact[0] if exact else words.strip()
    short = [item.id for item in office.departments if wanted == [_abbreviation(item.name)]]
    if len(short) == 1:
        return short[0]
    for names in (_own_name, _heads_name, _topic_names):
        found = [
            item.id
            for item in office.departments
            if any(_fits(wanted, name) for name in names(item, office))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None


def find_person(words: str, office: Office, within: tuple[str, ...] = ()) -> str | None:
    """The one person whose surname stands in these words, in any case; `within` is looked at first.

    None when none fits or several do.
    """
    wanted = _words(words)
    for group in (within, tuple(office.people)):
        found = [
            key
            for key in group
            if any(
                word.startswith(_stem(surname)) and abs(len(word) - len(surname)) <= 3  # noqa: PLR2004 - endings
                for word in wanted
                for surname in _words(office.people[key].name)[:1]
            )
        ]
        if len(found) == 1:
            return found[0]
    return None

"""What no single key can tell: references between sections, loops of acting persons, dangers.

Pure: values in, faults out. A fault is a place in the file and a Russian sentence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mcu_mail.domain.acting import loops, overlaps
from mcu_mail.domain.routes import ROUTES
from mcu_mail.settings.schema import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcu_mail.settings.schema import Settings
    from mcu_mail.settings.yaml_source import Place

Fault = tuple["Place", str]


def relation_faults(settings: Settings) -> tuple[Fault, ...]:
    """Every fault between sections of a settings file that is well-formed key by key."""
    return tuple(
        fault
        for check in (
            _zones,
            _transport,
            _people,
            _departments,
            _topics,
            _absences,
            _governor,
            _tracks,
        )
        for fault in check(settings)
    )


def _zones(settings: Settings) -> Iterator[Fault]:
    zones: list[tuple[Place, str | None]] = [(("office", "timezone"), settings.office.timezone)]
    zones += [
        (("sources", index, "timezone"), source.timezone)
        for index, source in enumerate(settings.sources)
    ]
    for place, name in zones:
        if name is not None and not _is_zone(name):
            yield place, f"нет такого часового пояса «{name}» (пример: Asia/Novokuznetsk)"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _transport(settings: Settings) -> Iterator[Fault]:
    mail = settings.mail
    for name, host, security in (
        ("imap", mail.imap.host, mail.imap.security),
        ("smtp", mail.smtp.host, mail.smtp.security),
    ):
        if security == "none" and not is_loopback(host):
            yield (
                ("mail", name, "security"),
                f"без шифрования можно работать только на этой же машине, а не с {host}",
            )
    outside = [host for host in (mail.imap.host, mail.smtp.host) if not is_loopback(host)]
    if mail.trust.unverified and outside:
        yield (
            ("mail", "trust", "unverified"),
            f"верить отправителям на слово можно только на этой же машине, а не с {outside[0]}",
        )
    if mail.smtp.user and not mail.smtp.password:
        yield ("mail", "smtp", "password"), "указан user, но не указан password"
    folders = [mail.imap.folder, mail.imap.done, mail.imap.aside, mail.imap.ignored]
    if len(set(folders)) < len(folders):
        yield ("mail", "imap"), "папки folder, done, aside и ignored должны быть разными"


def _people(settings: Settings) -> Iterator[Fault]:
    known = settings.people
    yield from _names(settings)
    for role in ("head", "reception", "registry", "curator", "centre_head", "dispatcher"):
        person = getattr(settings.roles, role)
        if person not in known:
            yield ("roles", role), f"нет такого человека в people: «{person}»"
    for role in ("administrator", "duty"):
        person = getattr(settings.roles, role)
        if person is not None and person not in known:
            yield ("roles", role), f"нет такого человека в people: «{person}»"
    for index, person in enumerate(settings.roles.intake):
        if person not in known:
            yield ("roles", "intake", index), f"нет такого человека в people: «{person}»"
    for track, person in settings.roles.coordinator.items():
        if person not in known:
            yield ("roles", "coordinator", track), f"нет такого человека в people: «{person}»"
    for index, duty in enumerate(settings.signing.duty):
        if duty.person not in known:
            place = ("signing", "duty", index, "person")
            yield place, f"нет такого человека в people: «{duty.person}»"


def _names(settings: Settings) -> Iterator[Fault]:
    owner: dict[str, str] = {}
    for person_id, person in settings.people.items():
        place: Place = ("people", person_id)
        for address in (person.email, *person.aliases):
            if address == settings.mail.address:
                yield (*place, "email"), "это адрес самой службы: ответы пришли бы ей же"
            elif address in owner:
                yield (
                    (*place, "email"),
                    f"адрес {address} уже указан у «{owner[address]}»: непонятно, чей это ответ",
                )
            owner.setdefault(address, person_id)
        for delegate in person.delegates:
            if delegate.person not in settings.people:
                yield (
                    (*place, "delegates"),
                    f"нет такого человека в people: «{delegate.person}»",
                )


def _departments(settings: Settings) -> Iterator[Fault]:
    seen: set[str] = set()
    taken: dict[str, str] = {}
    for index, item in enumerate(settings.departments):
        place: Place = ("departments", index)
        if item.id in seen:
            yield (*place, "id"), f"подразделение «{item.id}» указано дважды"
        seen.add(item.id)
        for key, person in (("curator", item.curator), ("head", item.head)):
            if person not in settings.people:
                yield (*place, key), f"нет такого человека в people: «{person}»"
        for person in item.executors:
            if person not in settings.people:
                yield (*place, "executors"), f"нет такого человека в people: «{person}»"
        for topic in item.topics:
            if topic not in settings.topics:
                yield (*place, "topics"), f"нет такой темы в topics: «{topic}»"
            elif topic in taken:
                yield (
                    (*place, "topics"),
                    f"тема «{topic}» уже закреплена за подразделением «{taken[topic]}»",
                )
            taken.setdefault(topic, item.id)
        for topic in set(item.out_of_competence) - set(item.topics):
            yield (*place, "out_of_competence"), f"темы «{topic}» нет в topics подразделения"


def _topics(settings: Settings) -> Iterator[Fault]:
    assigned = {topic for item in settings.departments for topic in item.topics}
    for topic, item in settings.topics.items():
        if topic not in assigned:
            yield ("topics", topic), "тема не закреплена ни за одним подразделением"
        for stem in (*item.stems, *item.minus):
            if not re.search(r"[^\W_]", stem):
                yield ("topics", topic, "stems"), f"основа «{stem}» без букв"
    for index, territory in enumerate(settings.territories):
        if territory.head not in settings.people:
            place = ("territories", index, "head")
            yield place, f"нет такого человека в people: «{territory.head}»"


def _absences(settings: Settings) -> Iterator[Fault]:
    values = tuple(item.value() for item in settings.absences)
    for index, item in enumerate(settings.absences):
        for key, person in (("person", item.person), ("acting", item.acting)):
            if person not in settings.people:
                yield ("absences", index, key), f"нет такого человека в people: «{person}»"
    for loop in loops(values):
        names = " → ".join([*(item.person for item in loop), loop[0].person])
        yield ("absences",), f"замещение по кругу: {names}"
    for first, second in overlaps(values):
        pair = f"«{first.acting}» и «{second.acting}»"
        yield ("absences",), f"у «{first.person}» на одни и те же дни два замещающих: {pair}"


def _governor(settings: Settings) -> Iterator[Fault]:
    governor = settings.tracks.governor
    place: Place = ("tracks", "governor", "recipients")
    if not governor.enabled:
        yield place, "все адреса выключены: ответ некуда отправлять"
    addresses = [item.address for item in governor.recipients]
    if len(set(addresses)) < len(addresses):
        yield place, "адрес указан дважды"
    if settings.mail.address in addresses:
        yield place, "среди получателей адрес самой службы"


def _tracks(settings: Settings) -> Iterator[Fault]:
    for name in settings.tracks.others:
        if name not in ROUTES:
            known = ", ".join(ROUTES)
            yield ("tracks", name), f"нет маршрута для потока «{name}»; есть: {known}"
    for name in settings.tracks.hours:
        section = settings.tracks.published(name)
        person = section.consent if section is not None else None
        if person is not None and person not in settings.people:
            yield ("tracks", name, "consent"), f"нет такого человека в people: «{person}»"

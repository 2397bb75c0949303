"""From labelled entries to the fields of one notice, with the rule that read each of them.

Why: a form may state a thing twice (date of the post, date of arrival) or state that there is none;
the best entry wins by the rank of its label, and «не указан» is knowledge, not a gap.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.concerns import is_group
from mcu_mail.mail.draft import Draft, Setting
from mcu_mail.mail.labels import RUBRIC
from mcu_mail.mail.lengths import Length, read_length
from mcu_mail.mail.moments import END_OF_DAY, Moment, read_clock, read_moment
from mcu_mail.mail.names import NOBODY, names_several, read_person
from mcu_mail.mail.values import (
    collapse,
    count_photos,
    fold,
    holds_digits,
    is_place,
    is_social,
    read_links,
    read_number,
    read_phone,
    states_nothing,
    without_links,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcu_mail.mail.fields import Entry

_QUOTES: Final = (("«", "»"), ("“", "”"), ("„", "“"), ('"', '"'))
_LOCAL_PHONE_DIGITS: Final = 5
_LONGEST_RUBRIC: Final = 200
_BESIDE: Final = re.compile(
    r"[,;.(]\s?(?:и\s)?(?:срок\w{0,2}|ответить|ответ|рассмотреть|исполнить|опубликовать|решить)"
    r"(?:\s\w{2,12}){0,2}\s(?:до|не позднее|не позже|к)\s(?=\d)"
)


def fill(entries: Sequence[Entry], setting: Setting, text: tuple[str, str] | None = None) -> Draft:
    """Read every labelled value; what cannot be read is left open or named as unsure.

    `text` is the citizen's words with their rule, where marks of the configuration gave them.
    """
    draft = Draft()
    draft.heard = [setting.subject]
    draft.heard += [one.value for one in entries if one.field in {"text", "other"}]
    if text is not None:
        draft.text, draft.rules["text"] = text
    _fill_person(draft, entries)
    _fill_phone(draft, entries)
    _fill_address(draft, entries)
    _fill_link(draft, entries)
    _fill_received(draft, entries, setting)
    _fill_due(draft, entries, setting)
    for entry in _of(entries, "external_id"):
        draft.put("external_id", read_number(entry.value), _rule(entry))
    for entry in _of(entries, "nickname"):
        draft.put("nickname", None if states_nothing(entry.value) else entry.value, _rule(entry))
    for entry in _of(entries, "photos"):
        if draft.photos is None:
            draft.photos = count_photos(f"{entry.label}: {entry.value}")
    filed = [
        one.value
        for one in entries
        if RUBRIC.fullmatch(fold(one.label).strip(" :")) and not states_nothing(one.value)
    ]
    draft.rubric = collapse("; ".join(filed))[:_LONGEST_RUBRIC]
    _fill_text(draft, entries)
    return draft


def _of(entries: Sequence[Entry], name: str) -> Iterator[Entry]:
    """Entries of a field, the surest label first, longer texts before shorter ones."""
    mine = [entry for entry in entries if entry.field == name]
    longest = name == "text"
    yield from sorted(mine, key=lambda one: (one.rank, -len(one.value) if longest else 0))


def _rule(entry: Entry) -> str:
    return f"label: {entry.label}"


def _fill_person(draft: Draft, entries: Sequence[Entry]) -> None:
    for entry in _of(entries, "applicant"):
        person = read_person(entry.value)
        if is_group(entry.value):
            draft.group = entry.value
            draft.unsure["applicant"] = None
            continue
        if states_nothing(entry.value):
            draft.none.add("applicant")
            continue
        draft.none.discard("applicant")
        draft.put("applicant", person.full, _rule(entry))
        draft.put("nickname", person.nickname, _rule(entry))
        if names_several(entry.value):
            # The letter addresses one: a person is asked who it shall be.
            draft.unsure["applicant"] = None
        if person != NOBODY:
            draft.put("phone", read_phone(entry.value), _rule(entry))
    parts = [next(_of(entries, name), None) for name in ("surname", "given", "patronymic")]
    stated = [one for one in parts if one is not None and not states_nothing(one.value)]
    if stated:
        person = read_person(" ".join(one.value for one in stated))
        labels = "label: " + ", ".join(one.label for one in stated)
        draft.put("applicant", person.full, labels)
        draft.put("nickname", person.nickname, labels)


def _fill_phone(draft: Draft, entries: Sequence[Entry]) -> None:
    for entry in _of(entries, "phone"):
        phone = read_phone(entry.value)
        draft.put("phone", phone, _rule(entry))
        if phone is None and states_nothing(entry.value):
            draft.none.add("phone")
        elif phone is None and holds_digits(entry.value, _LOCAL_PHONE_DIGITS):
            draft.unsure["phone"] = None
    if "phone" in draft.words:
        draft.none.discard("phone")
        draft.unsure.pop("phone", None)


def _fill_address(draft: Draft, entries: Sequence[Entry]) -> None:
    place = [
        _prefixed(one.value, *prefix)
        for name, *prefix in (
            ("settlement", ""),
            ("street", "ул. ", "ул", "пер", "пр", "пл", "шоссе", "бульвар", "кв-л", "мкр"),
            ("house", "д. ", "д"),
            ("flat", "кв. ", "кв"),
        )
        if (one := next(_of(entries, name), None)) and not states_nothing(one.value)
    ]
    for entry in _of(entries, "address"):
        if states_nothing(entry.value):
            draft.none.add("address")
            continue
        value = tidy_address(without_links(entry.value))
        if not value or (entry.rank and not is_place(value)):
            continue
        village = next(_of(entries, "settlement"), None)
        if village and place and fold(village.value)[-5:] not in fold(value):
            value = f"{place[0]}, {value}"
        if "address" not in draft.words:
            draft.none.discard("address")
            draft.put("address", value, _rule(entry))
    if place and "address" not in draft.words:
        draft.none.discard("address")
        draft.put("address", ", ".join(place), "labels: the parts of an address")


def _prefixed(value: str, prefix: str, *known: str) -> str:
    return value if not prefix or fold(value).startswith(known) else prefix + value


def tidy_address(value: str) -> str:
    """Cut the punctuation of the sentence off an address, but not the dot of «м.о.» or «р-н.»."""
    line = collapse(value).strip(' ;:,«»"').lstrip(":：=|–—- ")
    ends_with_word = len(line.rstrip(".").rpartition(" ")[2]) > 3 or line[-2:-1].isdecimal()  # noqa: PLR2004 - «м.о.», «обл.»
    short = line.endswith("обл.") or "." in line.rstrip(".").rpartition(" ")[2]
    return line.rstrip(".") if ends_with_word and not short else line


def _fill_link(draft: Draft, entries: Sequence[Entry]) -> None:
    for entry in [*_of(entries, "link"), *_of(entries, "received_at")]:
        links = list(entry.links) + [x for x in read_links(entry.value) if x not in entry.links]
        best = next((link for link in links if is_social(link)), next(iter(links), None))
        draft.put("link", best, _rule(entry))
    for entry in _of(entries, "address"):
        # «Откуда: https://vk.com/wall…» says where the message was published.
        links = [*entry.links, *read_links(entry.value)]
        draft.put("link", next(filter(is_social, links), None), _rule(entry))


def _fill_received(draft: Draft, entries: Sequence[Entry], setting: Setting) -> None:
    clock = next((found for one in _of(entries, "time") if (found := read_clock(one.value))), None)
    dated = [
        replace(one, value=one.label)
        for one in _of(entries, "text")
        if not draft.received and any(sign.isdecimal() for sign in one.label)
    ]
    # «Сообщение от 16.12.2026 09:40: …» says when it was written.
    for entry in [*_of(entries, "received_at"), *_of(entries, "time"), *dated]:
        moment = read_moment(entry.value, zone=setting.zone_of(entry.value), sent=setting.sent)
        if moment is None:
            if entry.field != "time" and not (
                states_nothing(entry.value) or read_links(entry.value) or entry.links
            ):
                clock = clock or read_clock(entry.value)
                draft.unsure["received_at"] = None
            continue
        if moment.day_only and clock is not None:
            at = moment.at.replace(hour=clock.hour, minute=clock.minute)
            moment = Moment(at=at, day_only=False)
        known = draft.received
        if known is None or (
            known.day_only and not moment.day_only and known.at.date() == moment.at.date()
        ):
            put_received(draft, moment, _rule(entry), setting)


def put_received(draft: Draft, moment: Moment, rule: str, setting: Setting) -> None:
    """Set the moment of arrival in the office's zone; one that lies after the mail is unsure."""
    at = moment.at.astimezone(setting.office)
    if moment.day_only:
        # A day without an hour is that day, whatever zone the system counts its hours in.
        at = datetime.combine(moment.at.date(), time(0), setting.office)
    draft.received = Moment(at=at, day_only=moment.day_only)
    draft.rules["received_at"] = rule
    draft.unsure.pop("received_at", None)
    if setting.sent is not None and (moment.at - setting.sent).total_seconds() > 24 * 3600:
        draft.unsure["received_at"] = None


def _fill_due(draft: Draft, entries: Sequence[Entry], setting: Setting) -> None:
    for entry in _of(entries, "due"):
        moment = read_moment(
            entry.value, zone=setting.zone_of(entry.value), sent=setting.sent, ahead=True
        )
        if moment is not None and draft.due is None:
            put_due(draft, moment, _rule(entry), setting)
        elif draft.due is None and (length := read_length(_with_unit(entry))):
            put_length(draft, length, _rule(entry), setting)
    if draft.due is None and draft.length is None:
        _due_beside(draft, entries, setting)


def _due_beside(draft: Draft, entries: Sequence[Entry], setting: Setting) -> None:
    """«Поступило 05.03.2027 в 11:20, ответить до 09.03.2027 10:20» states both."""
    for entry in _of(entries, "received_at"):
        low = fold(entry.value)
        stated = _BESIDE.search(low) if draft.due is None else None
        words = low[stated.end() :] if stated else ""
        moment = read_moment(words, zone=setting.zone_of(words), sent=setting.sent, ahead=True)
        if moment is not None:
            put_due(draft, moment, f"{_rule(entry)}, «до …»", setting)


def _with_unit(entry: Entry) -> str:
    """«Рабочих дней на ответ: 10» has its unit in the label."""
    unit = fold(entry.label).partition(" на ")[0]
    counted = entry.value.strip().isdecimal() and unit.endswith(("дней", "часов", "суток"))
    return f"{entry.value} {unit}" if counted else entry.value


def put_due(draft: Draft, moment: Moment, rule: str, setting: Setting) -> None:
    """Set the stated term; a day without an hour ends with that day."""
    at = moment.at
    if moment.day_only:
        at = at.replace(hour=END_OF_DAY.hour, minute=END_OF_DAY.minute)
        rule += " (a day without an hour)"
    draft.due = at.astimezone(setting.office)
    draft.rules["due"] = rule


def put_length(draft: Draft, length: Length, rule: str, setting: Setting) -> None:
    """Set a term stated as a length; calendar ones also give a moment, counted from arrival."""
    draft.length = length
    start = draft.received.at if draft.received else setting.sent
    if start is None or length.unit not in {"days", "hours"}:
        draft.rules["due"] = rule
        return
    if length.unit == "hours":
        draft.due = (start + timedelta(hours=length.count)).astimezone(setting.office)
    else:
        day = start.astimezone(setting.zone).date() + timedelta(days=length.count)
        draft.due = datetime.combine(day, END_OF_DAY, setting.zone).astimezone(setting.office)
    draft.rules["due"] = f"{rule} (counted from arrival)"


def _fill_text(draft: Draft, entries: Sequence[Entry]) -> None:
    for entry in _of(entries, "text"):
        if not draft.text and not states_nothing(entry.value):
            draft.text = unquote(entry.value.rstrip(" ;"))
            draft.rules["text"] = _rule(entry)


def unquote(text: str) -> str:
    """`text` in one line without the one pair of quotation marks around all of it."""
    line = collapse(text)
    for opening, closing in _QUOTES:
        inner = line[1:-1]
        if line[:1] == opening and line[-1:] == closing and len(line) > 2:  # noqa: PLR2004 - more than the pair
            nested = opening != closing and _balanced(inner, opening, closing)
            return (
                inner.strip() if nested or (opening not in inner and closing not in inner) else line
            )
    return line


def _balanced(inner: str, opening: str, closing: str) -> bool:
    depth = 0
    for sign in inner:
        depth += (sign == opening) - (sign == closing)
        if depth < 0:
            return False
    return depth == 0

"""«Новое: …»: a message that an official has typed, and a file whose words are one.

Guarantees: only a line that plainly opens a message does; the words below it are read by the
reader of notices, as if the system had sent them. Linear, never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.drafts import skip_greeting
from mcu_mail.domain.notice import Notice, Source
from mcu_mail.domain.verdict_words import same_length
from mcu_mail.mail.names import find_person
from mcu_mail.mail.notices import read_notices
from mcu_mail.mail.values import read_phone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from mcu_mail.mail.mime import Incoming

_ASKED: Final = r"(?:прошу\s)?(?:(?:открыть|завести|зарегистрировать|принять)\s)?"
_NOUN: Final = r"(?P<noun>\s(?:обращени[ея]|сообщени[ея]|заявк[аи]|заявление|дел[оа]))?"
_MORE: Final = r"(?P<more>(?:[\s,(–—-]{1,3}[«\"]?[\w./-]{1,20}[»\"]?){0,6}?)"
_OPENS: Final = re.compile(
    rf"{_ASKED}нов(?:ое|ая|ые){_NOUN}{_MORE}\s?\)?\s?"
    r"(?:[:.](?=\s|$)|\s[–—-](?=\s|$)|$|(?<!\w)двоеточие(?!\w))"
)
_PREFIX: Final = re.compile(
    r"^\W{0,3}(?:(?:re|fwd?|fw|ha|на|отв|пер)\s?:\s{0,3}){0,4}", re.IGNORECASE
)
_TRACKS: Final = (
    ("incident", re.compile(r"инцидент")),
    ("pos", re.compile(r"(?<!\w)(?:пос|госуслуг\w{0,4})(?!\w)")),
    ("kuzbass_online", re.compile(r"кузбасс[\s-]?онлайн|онлайн")),
    ("governor", re.compile(r"губернатор")),
)
_PLACE: Final = re.compile(
    r"(?:(?:пгт|г|с|д|п|пос|село|деревня|пос[её]лок)\.?\s?[А-ЯЁ][\w-]{1,30},?\s)?"
    r"(?:ул|пер|пр-т|просп|пл|улица|улице|улицы|переулок|переулке|мкр)(?:\.|\s)\s?[А-ЯЁ\d][\w-]{1,30}"
    r"(?:\s[А-ЯЁ][\w-]{1,30})?(?:,?\s(?:(?:д|дом|доме)\.?\s?)?\d{1,3}[а-яА-Я]?(?!\w))?"
)
_TRACK_WORDS: Final = 2
_MAX_LINES: Final = 4000
_MAX_TEXT: Final = 20_000


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One typed message: its track, and its words as they stand."""

    track: str
    text: str


def typed_messages(text: str, subject: str = "") -> tuple[Typed, ...]:
    """The messages that «Новое: …» opens in the text, or in the subject; empty: none.

    Args:
        text: the new text of a mail.
        subject: of a mail that answers nothing; empty otherwise.

    """
    lines = text.splitlines()[:_MAX_LINES]
    first = next((at for at, line in enumerate(lines) if skip_greeting(line).strip()), len(lines))
    head = _opening(skip_greeting(lines[first])) if first < len(lines) else None
    if head is None:
        said = _opening(_PREFIX.sub("", subject)) if subject else None
        if said is None:
            return ()
        words = f"{said[1]}\n{text}".strip()
        return (Typed(track=said[0], text=words),) if words else ()
    found: list[tuple[str, list[str]]] = []
    for line in lines[first:]:
        # A citizen may say «новое» too: what follows the first must stand at the very beginning.
        said = _opening(skip_greeting(line) if not found else line.strip())
        if said is not None:
            found.append((said[0], [said[1]]))
        elif found:
            found[-1][1].append(line)
    return tuple(Typed(track=track, text="\n".join(rest).strip()) for track, rest in found)


def _opening(line: str) -> tuple[str, str] | None:
    """The track and the words after «Новое, ПОС:»; None when the line opens no message."""
    plain = same_length(line.strip())
    found = _OPENS.match(plain)
    if found is None:
        return None
    more, noun = found["more"], found["noun"]
    track = next((name for name, words in _TRACKS if words.search(more)), "")
    if not noun and ((more.strip() and not track) or not plain[found.start() :].count("новое")):
        # «Новое расписание автобусов: …», «Новая редакция: …» are about something else.
        return None
    ends = plain[: found.end()].rstrip().endswith((":", "двоеточие", "–", "—", "-"))
    named = bool(track) and len(more.split()) <= _TRACK_WORDS
    if more.strip() and not ends and not named:
        # «Новое обращение жителей района.» is a sentence, not an order.
        return None
    return track or "governor", line.strip()[found.end() :].strip()


def notices_of_words(
    words: str, mail: Incoming, track: str, sources: Sequence[Source], zone: ZoneInfo
) -> tuple[Notice, ...]:
    """What typed words say, read like a notice of that track; only what says something."""
    known = next((one for one in sources if one.track == track), None)
    source = Source(track=track, senders=(), labels=known.labels if known else {})
    plain = replace(mail, subject="", date=None, plain=words, html=None, text=words)
    found = read_notices(plain, source, zone)
    # He says himself that it is new, whatever his words look like.
    said = [one for one in found if one.text.strip() or one.applicant or one.link]
    if len(said) <= 1 and not any(rule.startswith("label") for rule in _rules(said)):
        said = [_from_prose(words, said[0] if said else Notice(track=track))]
    return tuple(
        one if one.event in {"appeal_59fz", "urgent"} else replace(one, event="new")
        for one in said
        if one.text.strip() or one.applicant or one.link
    )


def _rules(notices: Sequence[Notice]) -> list[str]:
    return [rule for notice in notices for rule in notice.rules.values()]


def _from_prose(words: str, notice: Notice) -> Notice:
    """A message told in plain words: who, where and the telephone by unmistakable patterns."""
    whole = " ".join(words[:_MAX_TEXT].split())
    people, places = find_person(whole), list(dict.fromkeys(_PLACE.findall(whole)))
    values = {
        "applicant": notice.applicant or (people[0] if len(people) == 1 else None),
        "phone": notice.phone or read_phone(whole),
        "address": notice.address or (places[0].strip(" ,.") if len(places) == 1 else None),
        "text": words.strip() if len(whole.split()) > 1 else "",
    }
    unsure = [name for name in ("applicant", "address", "text") if not values[name]]
    rules = {name: "pattern: prose" for name, value in values.items() if value}
    return replace(
        notice,
        applicant=values["applicant"],
        phone=values["phone"],
        address=values["address"],
        text=values["text"] or "",
        rules={**rules, **notice.rules},
        unsure=tuple(unsure),
    )

"""What a notification is about: a new message, or something that happened to an earlier one.

Why: the press office's own words decide, never the citizen's («мне вернули ответ на доработку» is a
new message). A new message must be earned (`evidence`): what only speaks of one and is not plainly
said is a note. A notice that brings a citizen's own text is a new one unless its words tell of a
change («установлен фаст-трек»). Words of the configuration (`sources[].events`) come first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.notice import STATUS_EVENTS
from mcu_mail.mail.event_turns import NO_RETURN
from mcu_mail.mail.event_words import (
    CHANGES,
    COMMENT,
    CONSENT,
    MODERATOR,
    NO_COMMENT,
    NOTE,
    NUMBER,
    RETURNED,
    SEND_BACK,
)
from mcu_mail.mail.evidence import (
    CITIZENS,
    has_arrived,
    is_in_trouble,
    only_the_office,
    speaks_a_citizen,
    wants,
)
from mcu_mail.mail.labels import normal
from mcu_mail.mail.outcomes import (
    labelled_reason,
    outcome_of,
    rating_of,
    reason_in,
    satisfaction_of,
)
from mcu_mail.mail.values import (
    fold,
    read_bare_number,
    read_title_number,
    states_nothing,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mcu_mail.mail.draft import Draft
    from mcu_mail.mail.fields import Entry

_APPEAL: Final = re.compile(r"59\s?-?\s?фз|федеральн\w{2,5} закон\w{0,4}.{0,60}№\s?59(?!\d)")
_DENIED: Final = re.compile(
    r"не (?:явля|относ|подпад|подлеж|регистр|рассматр).{0,140}59|59\s?-?\s?фз.{0,60}не (?:распр"
    r"|прим)"
)
_ASKS_59: Final = re.compile(r"в (?:порядке|соответствии).{0,60}59\s?-?\s?фз")

_CHANGE_RULES: Final = tuple((event, re.compile(rule)) for event, rule in CHANGES)
_URGENT: Final = re.compile(
    r"(?<!не )(?<!\w)срочн(?:о|ый|ая|ое|ого|ому|ой|ые|ых)(?!\w)|в срочном порядке|незамедлительно"
    r"|безотлагательно|экстренн\w{2,3}|!срочно|на особ\w{2} контрол|вне (?:всякой )?очереди"
    r"|немедленно"
)
_URGENT_CALL: Final = re.compile(
    r"ответ|опубликов|подготов|предостав|направ|отработ|связа|принять мер"
)
_FAST_ON: Final = re.compile(r"фаст\s?-?\s?трек\w?|fast\s?-?\s?track")
_FAST_OFF: Final = re.compile(
    r"(?:без|не|нет|снят\w?|отмен\w{2,4}) (?:\w+ )?фаст\s?-?\s?трек|фаст\s?-?\s?трек\w?\W{1,4}"
    r"(?:нет|не |снят|отмен|отключ)"
)
_REPEAT: Final = re.compile(
    r"(?<!\w)повторн(?:о|ое|ая|ый)(?!\w)|ранее (?:направля|отправля|пересыл)|вторично направ"
)
_BARE: Final = re.compile(r"№\s?(\d{5,20})(?![\d.])")
_BASIS: Final = re.compile(
    r"(?:основани[ею]|причина(?: продления| переноса| изменения| срочности)?|в связи с(?= поручени"
    r"| указани| решени))\s?[:–—\-]?\s?([^.!?;()\n]{4,200})",
    re.IGNORECASE,
)
_OTHER_NUMBER: Final = re.compile(
    r"(?:дубл\w{0,7}|присоединен\w?|объединен\w?|повтор\w{0,6})[^№\d]{0,60}?(?:№\s?)?"
    r"(?<!\w)((?:[A-Za-zА-Яа-яЁё]{1,6}-)?\d[\w\-/]{2,30})",
    re.IGNORECASE,
)
_TAKEN: Final = frozenset(("citizen_comment", "moderator_comment", "rated", "closed"))
"""Events that may say how the answer was taken."""
_WEAK: Final = frozenset(("reminder", "overdue", "assigned", "accepted"))
"""Events that an urgent request outweighs."""
_TELLS: Final = re.compile(
    r"(?:ответ|проект ответа|статус|решение|публикация|исполнитель|назначен|срок|цур|куратор"
    r"|модератор"
    r"|(?:не )?(?:согласован|одобрен|утвержден)[оаы]?|(?:можно )?публик(?:уйте|овать))(?!\w)"
)
"""How a sentence of the office's own begins that tells what happened."""
_OUTWEIGHS: Final = re.compile(r"продлен|дубл|отозвал")
_AGREED: Final = re.compile(
    r"(?:согласован\w?|одобрен\w?|утвержден\w?|согласовал\w?) .{0,20}(?:цур|куратор)"
    r"|(?:цур|куратор) .{0,30}(?<!не )(?:согласовал|одобрил|утвердил)"
)
_FEEDBACK: Final = re.compile(
    r"label: (?:новый |новая )?(?:отзыв|реакция|отклик|комментарий (?:\w+ )?к ответу"
    r"|комментарий на ответ)",
    re.IGNORECASE,
)
"""The label of words that nobody writes but of an answer."""
_LABELLED: Final = ("label:", "pattern: «…»", "pattern: blockquote", "marks:")


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened, with the words that say so."""

    name: str
    words: str = ""


def read_event(
    draft: Draft,
    subject: str,
    entries: Sequence[Entry] = (),
    own_words: Mapping[str, tuple[str, ...]] | None = None,
) -> Event:
    """Return the event (`domain.notice.EVENTS`) and fill in what the office says of it."""
    citizens = _is_the_citizens(draft)
    said = [subject, *draft.frame, *_service_lines(entries)]
    # Prose that nothing marks as the citizen's may be the office's own: «Инцидент № 5 закрыт».
    lines = [fold(line[:600]) for line in said]
    prose = [] if citizens else [fold(part) for part in _sentences(draft.text[:2000])]
    _fill_marks(draft, lines, prose, entries)
    event = _configured(own_words or {}, [*lines, *prose]) or _event(
        draft, lines, prose, citizens=citizens
    )
    if event.name not in {"new", "appeal_59fz"}:
        _fill_number(draft, subject, entries)
    _fill_shared_number(draft, subject, entries)
    _fill_outcome(draft, event, said, entries)
    return event


def _service_lines(entries: Iterable[Entry]) -> list[str]:
    """«Решение куратора: НЕ СОГЛАСОВАНО» is a line of the office though a label stands in it."""
    return [
        f"{one.label}: {one.value}"[:600]
        for one in entries
        # «Сообщение № 5 зарегистрировано как обращение» tells more than its number.
        if one.field == "other" or (one.field == "external_id" and len(one.value.split()) > 2)  # noqa: PLR2004 - «№ 5»
    ]


def _configured(own_words: Mapping[str, tuple[str, ...]], lines: Sequence[str]) -> Event | None:
    for name, many in own_words.items():
        for words in many:
            if any(fold(words) in line for line in lines):
                return Event(name=name, words=words)
    return None


def _event(draft: Draft, lines: list[str], prose: list[str], *, citizens: bool) -> Event:
    own = [line for line in lines if not _DENIED.search(line)]
    if found := _hit(_APPEAL, own):
        return Event(name="appeal_59fz", words=found)
    if len(own) == len(lines) and (found := _hit(_ASKS_59, [fold(draft.text[:4000])])):
        return Event(name="appeal_59fz", words=found)
    official = [NO_RETURN.sub(" ", one) for one in (*own, *_official(draft, lines[0], prose))]
    heard = [NO_COMMENT.sub(" ", line) for line in official if not MODERATOR.search(line)]
    if found := _hit(COMMENT, heard):
        return Event(name="citizen_comment", words=found)
    if _FEEDBACK.match(draft.rules.get("text", "")):
        pleased = satisfaction_of(lines, draft.text, rating_of(lines)) == "positive"
        return Event(name="rated" if pleased else "citizen_comment", words=draft.rules["text"])
    change = _changed(draft, official, lines, citizens=citizens)
    arrival = change is not None and change.name in STATUS_EVENTS and has_arrived(own)
    asks = draft.urgent and _hit(_URGENT_CALL, [*lines, *prose]) is not None
    if change and not arrival and not (change.name in _WEAK and asks):
        return change
    ordered = [] if citizens or CITIZENS & set(draft.words) else prose
    if found := _hit(RETURNED, official) or _hit(SEND_BACK, ordered):
        return Event(name="returned", words=found)
    if found := _hit(MODERATOR, official):
        return Event(name="moderator_comment", words=found)
    return _unnamed(draft, lines, prose, citizens=citizens)


def _unnamed(draft: Draft, lines: list[str], prose: list[str], *, citizens: bool) -> Event:
    """A message, unless the system writes of itself, or is only urgent."""
    said = [*lines, *prose]
    asks = draft.urgent and _hit(_URGENT_CALL, said) is not None
    somebody = speaks_a_citizen(draft, marked=citizens)
    arrived = has_arrived([line for line in lines if not _DENIED.search(line)])
    if not somebody and not arrived and (found := _hit(NOTE, said)):
        return Event(name="note", words=found)
    known = "external_id" in draft.words or read_bare_number(lines[0].upper(), sure=True)
    marks = known and (asks or draft.fast_track)
    if not (somebody or arrived or marks) and (
        (_speaks_of(draft, prose) and not is_in_trouble(prose)) or only_the_office(prose)
    ):
        return Event(name="note", words="")
    bare = known and not citizens and "applicant" not in draft.words
    name = "urgent" if bare and asks else "fast_track" if bare and draft.fast_track else "new"
    words = {"urgent": _hit(_URGENT, said) or "", "fast_track": "фаст-трек"}
    return Event(name=name, words=words.get(name, ""))


def _speaks_of(draft: Draft, prose: Sequence[str]) -> bool:
    """Whether unmarked prose names the number of the message: so a system writes, and no citizen.

    «По заявке 351204 произошло событие» brings nothing to open, whatever it tells.
    """
    number = draft.words.get("external_id")
    named = (number or read_bare_number(words, sure=True) for words in prose)
    return any(one and fold(one) in words for one, words in zip(named, prose, strict=True))


def _official(draft: Draft, subject: str, prose: Sequence[str]) -> list[str]:
    """The sentences of unmarked prose that are the office's and not the citizen's.

    Beside his name or place they are his: «№ 5: срок ремонта перенесён». Else those are the
    office's that name a number, and, where the number stands elsewhere, that open like its own:
    «Инцидент № 5. Ответ размещён на портале.»
    """
    if CITIZENS & set(draft.words):
        return []
    known = "external_id" in draft.words or NUMBER.search(subject) is not None
    office = known and not wants(prose)
    return [one for one in prose if office or NUMBER.search(one) or (known and _TELLS.match(one))]


def _changed(
    draft: Draft, official: Sequence[str], lines: Sequence[str], *, citizens: bool
) -> Event | None:
    """The change that the office's lines tell of.

    A card with the citizen's data and words is his message, whatever its status line says; only
    its subject, or a change to the fast track, tells of something else.
    """
    if not (citizens and CITIZENS & set(draft.words)):
        return _change(official)
    change = _change([line for line in official if NUMBER.search(line)])
    if change and change.name != "fast_track":
        return _change([line for line in lines[:1] if NUMBER.search(line)])
    return change


def _change(lines: Sequence[str]) -> Event | None:
    if _hit(RETURNED, lines) and not _hit(_OUTWEIGHS, lines):
        return None
    for event, rule in _CHANGE_RULES:
        if found := _hit(rule, lines):
            if event == "live" and (agreed := _hit(_AGREED, lines)) and not _hit(CONSENT, lines):
                # The regional centre's word is the later one of the two.
                return Event(name="approved", words=agreed)
            return Event(name=event, words=found)
    return None


def _hit(rule: re.Pattern[str], lines: Iterable[str]) -> str | None:
    found = next((hit for line in lines if (hit := rule.search(line))), None)
    return found[0] if found else None


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?;])\s(?=[А-ЯЁA-Z«])", text)


def _fill_marks(
    draft: Draft, lines: Sequence[str], prose: Sequence[str], entries: Sequence[Entry]
) -> None:
    for entry in entries:
        if entry.field == "other" and _FAST_ON.fullmatch(normal(entry.label)):
            low = fold(entry.value)
            draft.fast_track = low.startswith(("да", "+", "есть", "установлен", "включен", "true"))
            if not draft.fast_track and not (states_nothing(low) or low.startswith("нет")):
                draft.fast_track = None
    said = [*lines, *(line for line in prose if NUMBER.search(line))]
    if draft.fast_track is None and _hit(_FAST_ON, said):
        draft.fast_track = _hit(_FAST_OFF, said) is None
    draft.urgent = _hit(_URGENT, said) is not None
    draft.repeat = _hit(_REPEAT, lines) is not None


def _fill_outcome(
    draft: Draft, event: Event, said: Sequence[str], entries: Sequence[Entry]
) -> None:
    if event.name in _TAKEN:
        whose = draft.text if event.name != "closed" else ""
        draft.rating = rating_of([*said, draft.text[:2000]])
        draft.satisfaction = satisfaction_of(said, whose, draft.rating)
    if event.name in {"live", "closed"}:
        draft.outcome = outcome_of([*said, draft.text[:2000]])
    if event.name in {"returned", "moderator_comment"}:
        _fill_reason(draft, said, entries)
    if event.name == "duplicate":
        mine = draft.words.get("external_id")
        plain = (line.replace("ё", "е").replace("Ё", "Е") for line in [*said, draft.text[:2000]])
        others = (hit[1] for line in plain for hit in _OTHER_NUMBER.finditer(line))
        draft.same_as = next((number for number in others if number != mine), None)
    if event.name not in {"new", "appeal_59fz"} or draft.urgent:
        own = [*said, *([] if _is_the_citizens(draft) else [draft.text[:2000]])]
        found = next((hit for line in own if (hit := _BASIS.search(line))), None)
        draft.basis = " ".join(found[1].split()).strip(' ,«»"') if found else ""


def _fill_number(draft: Draft, subject: str, entries: Sequence[Entry]) -> None:
    """Read the number from a sentence that stands before a colon, or from the office's prose."""
    said = [one.label for one in entries if one.field == "other"]
    for words in said if _is_the_citizens(draft) else [*said, draft.text[:600]]:
        draft.put("external_id", read_title_number(words), "words of the event")
    office = "" if _is_the_citizens(draft) else draft.text[:600]
    found = _BARE.search(f"{subject} {office}")
    draft.put("external_id", found[1] if found else None, "words of the event")
    draft.put("external_id", read_bare_number(subject, sure=True), "words of the event")
    for words in [*said, office, *draft.frame]:
        draft.put("external_id", read_bare_number(words), "words of the event")


def _fill_shared_number(draft: Draft, subject: str, entries: Sequence[Entry]) -> None:
    """Read the one number that stands bare in the subject and of which the body speaks too."""
    number = read_bare_number(subject, sure=True)
    words = [draft.text[:600], *draft.frame, *(one.value for one in entries)]
    if number and any(
        re.search(rf"(?<![\w.-]){re.escape(number)}(?![\w.-])", one) for one in words
    ):
        draft.put("external_id", number, "subject and body")


def _fill_reason(draft: Draft, said: Sequence[str], entries: Sequence[Entry]) -> None:
    """Leave the reason alone in the text: the drafter needs what to mend and no frame."""
    reason = labelled_reason(entries)
    if not reason and not _is_the_citizens(draft):
        reason = reason_in([draft.text, *said])
    if reason:
        draft.text = reason
        draft.rules["text"] = "words of the reason"
        draft.unsure.pop("text", None)


def _is_the_citizens(draft: Draft) -> bool:
    return draft.rules.get("text", "").startswith(_LABELLED)

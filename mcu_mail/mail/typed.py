"""«Новое: …»: a message that an official has typed, and a file whose words are one.

Guarantees: only a line that plainly opens a message does; the words below it are read by the
reader of notices, as if the system had sent them. Linear, never raises.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.drafts import skip_greeting
from mcu_mail.domain.notice import Notice, Source
from mcu_mail.domain.track_names import track_in, tracks_in, words_of_tracks
from mcu_mail.domain.verdict_words import same_length
from mcu_mail.mail.moments import read_moment
from mcu_mail.mail.notices import read_notices
from mcu_mail.mail.prose_fields import link_in, person_in, place_in
from mcu_mail.mail.reported import read_report
from mcu_mail.mail.values import read_phone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from mcu_mail.mail.mime import Incoming

_ASKED: Final = r"(?:прошу\s)?(?:(?:открыть|завести|зарегистрировать|принять)\s)?"
_NOUN: Final = r"(?P<noun>\s(?:обращени[ея]|сообщени[ея]|заявк[аи]|заявление|дел[оа]|инциденты?))?"
_MORE: Final = r"(?P<more>(?:[\s,(–—-]{1,3}[«\"]?(?:№\s?)?[\w./-]{1,20}[»\"]?){0,6}?)"
_OPENS: Final = re.compile(
    rf"{_ASKED}нов(?:ое|ый|ая|ые){_NOUN}{_MORE}\s?\)?\s?"
    r"(?:[:.](?=\s|$)|\s[–—-](?=\s|$)|$|(?<!\w)двоеточие(?!\w))"
)
_ID: Final = r"(?:№|n|номер)?\s{0,2}(?P<id>(?:[a-zа-я]{1,6}-)?\d[\w\-/]{3,24})(?!\w)"
_ITEM: Final = r"(?:обращени[ея]|сообщени[ея]|заявк[аи]|инцидент|тикет)"
_TOLD: Final = re.compile(
    r"(?:(?:поступил[ао]?|приш(?:ел|ла|ло)|прошу (?:взять|принять)(?: в работу)?|в работу|примите"
    r"|принимайте)\W{1,3})?нов(?:ый|ое|ая)\s(?P<what>(?:[\w«»\"().-]{2,20}\s){0,4}?"
    rf"{_ITEM}(?:[\s,]{{1,2}}[\w«»\"().-]{{2,20}}){{0,4}}?)[\s,:–—-]{{1,3}}{_ID}"
    r"(?P<after>\W{0,3}$|\s?[,.:;(–—]|\s-\s|\sот\s|\s(?:поступил|пришл|в группе|из)\w{0,2})"
)
"""«Новый инцидент 8123512 (поступил …).»: told to colleagues, not ordered by a colon."""
_BRINGS: Final = re.compile(
    r"https?://|«[^»]{15}|(?:^|\n)\W{0,3}(?:текст|суть|описание|автор|заявитель|фио|адрес|ссылка"
    r"|место)"
    r"\s?[:–—-]|(?<!\w)(?:пишет|пишут|сообщает|жалуется|просит|обратил(?:ся|ась))(?!\w)"
)
"""What only a message itself brings, and a mail about it does not."""
_NUMBERED: Final = re.compile(
    rf"\W{{0,3}}(?:(?P<item>{_ITEM})\s)?(?P<sign>№|номер|n(?=\s))?\s{{0,2}}"
    r"(?P<id>(?:[a-zа-я]{1,6}-)?\d[\w\-/]{3,24})(?!\w|[\s-]?\d)[\s,.:;)–—-]{0,4}"
)
_LONG: Final = 6
_SAYS_HOW: Final = re.compile(
    r"(?<!\w)(?:из|по|с|на|в|от|для|система|системы|платформ[аеы]|менеджмент|фаст-?\s?трек"
    r"|срочн\w{1,2}"
    r"|№|номер)(?!\w)"
)
_PREFIX: Final = re.compile(
    r"^\W{0,3}(?:(?:re|fwd?|fw|ha|на|отв|пер)\s?:\s{0,3}){0,4}", re.IGNORECASE
)
_TRACK_ENDS: Final = (
    r"[»\")]?(?=\s?[,:.;–—]|\s-\s|\s{0,2}(?:№|n\s|номер)"
    r"|\s(?:обращени|сообщени|заявк)\w{1,2}\s?№?\s?\d|\s\d{4})"
)
_QUOTATION: Final = re.compile(r"^[ \t]*«([^«»]{10,4000})»[ \t.]*$", re.MULTILINE)
_PLAINLY: Final = ("label", "pattern: «…»", "pattern: blockquote", "marks:")
_MAX_LINES: Final = 4000
_MAX_TEXT: Final = 20_000


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One typed message: its track, and its words as they stand.

    Attributes:
        track: empty when the words name none.
        text: its words.
        number: the number that the heading names; empty: none.
        heading: what the heading says besides («фаст-трек», «срочно»).

    """

    track: str
    text: str
    number: str = ""
    heading: str = ""


def typed_messages(
    text: str, subject: str = "", names: Mapping[str, str] | None = None, *, fresh: bool = False
) -> tuple[Typed, ...]:
    """The messages that «Новое: …» opens in the text, or in the subject; empty: none.

    Args:
        text: the new text of a mail.
        subject: of a mail that answers nothing; empty otherwise.
        names: what further tracks are called, by their id.
        fresh: the mail answers nothing: «Коллеги, новый инцидент 8123512 …» may open one too.

    """
    tracks = words_of_tracks(names or {})
    lines = text.splitlines()[:_MAX_LINES]
    first = next((at for at, line in enumerate(lines) if skip_greeting(line).strip()), len(lines))
    head = _opening(skip_greeting(lines[first]), tracks) if first < len(lines) else None
    if head is None and fresh and (told := _told(lines[first:], subject, tracks)):
        return (told,)
    if head is None:
        said = _opening(_PREFIX.sub("", subject), tracks) if subject else None
        if said is None:
            return ()
        words = f"{said.text}\n{text}".strip()
        return (replace(said, text=words),) if words else ()
    found: list[tuple[Typed, list[str]]] = []
    for line in lines[first:]:
        # A citizen may say «новое» too: what follows the first must stand at the very beginning.
        said = _opening(skip_greeting(line) if not found else line.strip(), tracks)
        if said is not None:
            found.append((said, [said.text]))
        elif found:
            found[-1][1].append(line)
    return tuple(replace(one, text="\n".join(rest).strip()) for one, rest in found)


def _opening(line: str, tracks: Mapping[str, str]) -> Typed | None:
    """The message after «Новое, ПОС:»; None when the line opens none."""
    plain = same_length(line.strip())
    found = _OPENS.match(plain)
    if found is None:
        return None
    more, noun = found["more"], found["noun"] or ""
    named = tracks_in(f"{noun} {more}", tracks)
    number = re.search(rf"(?<![\w.]){_ID}", more)
    ends = plain[: found.end()].rstrip().endswith((":", "двоеточие", "–", "—", "-"))
    if not noun and ((more.strip() and not named) or not plain.count("новое", found.start())):
        # «Новое расписание автобусов: …», «Новая редакция: …» are about something else.
        return None
    if "инцидент" in noun and not number and not plain[: found.end()].rstrip().endswith(":"):
        return None
    if more.strip() and not ends and (not named or _left_of(more, tracks)):
        # «Новое обращение жителей района.» is a sentence, not an order.
        return None
    track = named[0] if len(named) == 1 else ""
    rest = line.strip()[found.end() :].strip()
    headed = _headed(rest, track, number["id"] if number else "", tracks)
    return replace(headed, heading=more.strip())


def _left_of(more: str, tracks: Mapping[str, str]) -> bool:
    """Whether a heading says more than a track, a number and how urgent it is."""
    left = re.sub(rf"(?<!\w)(?:{'|'.join(tracks.values())})(?!\w)", " ", more)
    left = re.sub(rf"(?<![\w.]){_ID}", " ", left)
    return re.search(r"\w", _SAYS_HOW.sub(" ", left)) is not None


def _headed(rest: str, track: str, number: str, tracks: Mapping[str, str]) -> Typed:
    """The message without the track and the number that open it: «инцидент 8123999, …»."""
    if not track:
        for name, rule in tracks.items():
            ends = _TRACK_ENDS if name != "incident" else _TRACK_ENDS.replace(",:.", ":.")
            found = re.match(rf"\W{{0,2}}(?:{rule}){ends}", same_length(rest))
            if found is not None:
                track, rest = name, rest[found.end() :].lstrip(" ,:.;–—-")
                break
    found = None if number else _NUMBERED.match(same_length(rest))
    if found is not None and (
        found["item"]
        or found["sign"]
        or (track and len(found["id"]) >= _LONG and not read_phone(found["id"]))
    ):
        number = rest[found.start("id") : found.end("id")]
        rest = rest[found.end() :]
    return Typed(track=track, text=rest.strip(), number=number)


def _told(lines: Sequence[str], subject: str, tracks: Mapping[str, str]) -> Typed | None:
    """«Новый инцидент 8123512 …» above a message that is told in full; None: nothing is."""
    whole = "\n".join(lines)
    head = skip_greeting(lines[0]) if lines else ""
    for words in (head, _PREFIX.sub("", subject)):
        found = _TOLD.match(same_length(words.strip()))
        if found is None or not _BRINGS.search(same_length(whole)):
            continue
        number = words.strip()[found.start("id") : found.end("id")]
        aside = same_length(words.strip())[found.end() : found.end() + 80]
        track = track_in(found["what"], tracks) or track_in(aside.partition(".")[0], tracks)
        body = "\n".join([head, *lines[1:]]) if lines else ""
        return Typed(track=track, text=body.strip(), number=number, heading=aside)
    if report := read_report(lines, _PREFIX.sub("", subject), tracks):
        return Typed(
            track=report.track, text=whole.strip(), number=report.number, heading=report.lead
        )
    return None


def notices_of_words(
    one: Typed, mail: Incoming, sources: Sequence[Source], zone: ZoneInfo
) -> tuple[Notice, ...]:
    """What a typed message says, read like a notice of its track; only what says something."""
    words, track = one.text, one.track
    known = next((source for source in sources if source.track == track), None)
    source = Source(track=track, senders=(), labels=known.labels if known else {})
    sent = mail.date if one.number else None
    plain = replace(mail, subject="", date=sent, plain=words, html=None, text=words)
    found = read_notices(plain, source, zone)
    # He says himself that it is new, whatever his words look like.
    said = [each for each in found if each.text.strip() or each.applicant or each.link]
    if len(said) <= 1 and not any(rule.startswith(_PLAINLY) for rule in _rules(said)):
        said = [_from_prose(words, said[0] if said else Notice(track=track))]
    if len(said) == 1:
        said = [_arrived(_with_heading(said[0], one), one, mail, zone)]
    return tuple(
        each if each.event in {"appeal_59fz", "urgent"} else replace(each, event="new")
        for each in said
        if each.text.strip() or each.applicant or each.link
    )


def _with_heading(notice: Notice, one: Typed) -> Notice:
    """What the heading says of the one message below it."""
    low = one.heading.replace(" ", "-")
    return replace(
        notice,
        external_id=notice.external_id or one.number or None,
        fast_track=True if "фаст-трек" in low or "фасттрек" in low else notice.fast_track,
        urgent=notice.urgent or "срочно" in low,
    )


_AT: Final = re.compile(
    r"(?:упал|поступил|приш|прилетел|получ|зарегистр|создан|назнач|звонил|обратил"
    r"|оставил)\w{0,6}\W{1,3}(?P<when>.{4,40})"
    r"|(?<!\w)(?:от|за)\s(?P<of>\d.{3,30})"
)


def _arrived(notice: Notice, one: Typed, mail: Incoming, zone: ZoneInfo) -> Notice:
    """With the moment at which the heading says that it came: «упало 25.11 в 13:55»."""
    if notice.received_at is not None:
        return notice
    own = one.text[:60] if _AT.match(one.text) else ""
    for found in itertools.chain(_AT.finditer(one.heading), _AT.finditer(own)):
        moment = read_moment(found["when"] or found["of"], zone=zone, sent=mail.date)
        if moment is not None and not moment.day_only:
            return replace(notice, received_at=moment.at)
    return notice


def _rules(notices: Sequence[Notice]) -> list[str]:
    return [rule for notice in notices for rule in notice.rules.values()]


def _from_prose(words: str, notice: Notice) -> Notice:
    """A message told in plain words: who, where and the telephone by unmistakable patterns."""
    whole = " ".join(words[:_MAX_TEXT].split())
    values = {
        "applicant": notice.applicant or person_in(whole),
        "phone": notice.phone or read_phone(whole),
        "address": notice.address or place_in(whole),
        "link": notice.link or link_in(whole),
        "text": _quoted(words) or (words.strip() if len(whole.split()) > 1 else ""),
    }
    unsure = [name for name in ("applicant", "address", "text") if not values[name]]
    rules = {name: "pattern: prose" for name, value in values.items() if value}
    return replace(
        notice,
        applicant=values["applicant"],
        phone=values["phone"],
        address=values["address"],
        link=values["link"],
        text=values["text"] or "",
        rules={**rules, **notice.rules},
        unsure=tuple(unsure),
    )


def _quoted(words: str) -> str:
    """The citizen's words that stand in «…» on lines of their own, where there are any."""
    found = _QUOTATION.findall(words[:_MAX_TEXT])
    return " ".join(found[0].split()) if len(found) == 1 else ""

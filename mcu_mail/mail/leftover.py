"""What no label claimed: lines that speak for themselves, prose, the citizen's unlabelled words.

Why: people write notices by hand too. Only what is safe is read: a line that is nothing but a
moment, a phone, a link, a full name or an address; words in «…»; an address after «по адресу»; a
term after «до» in a sentence that asks for an answer. The rest stays unknown.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.filling import put_received, tidy_address
from mcu_mail.mail.labels import OTHER, without_numbering
from mcu_mail.mail.layout import FORWARDED, SIGNATURE
from mcu_mail.mail.leftover_terms import read_term
from mcu_mail.mail.moments import read_moment
from mcu_mail.mail.names import (
    find_called,
    find_person,
    name_in,
    names_in,
    read_person,
)
from mcu_mail.mail.prose import is_farewell, is_service
from mcu_mail.mail.unlabelled import Line, find_text
from mcu_mail.mail.values import (
    clean_link,
    collapse,
    count_photos,
    fold,
    is_social,
    read_links,
    read_phone,
    read_signed_number,
    read_title_number,
    states_nothing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcu_mail.mail.draft import Draft, Setting
    from mcu_mail.mail.fields import Form
    from mcu_mail.mail.layout import Piece

_WORDS_OF_SOMEBODY: Final = 60
"""A value of this length under a label that means nothing to us may be the citizen's words."""
_LONGEST_LINE: Final = 3000
_SHORT: Final = 160
_PLACE: Final = re.compile(
    r"(?:\d{6},?\s)?(?:(?:кемеровская|тяжинский|кузбасс)[^,]{0,40},\s)?"
    r"(?:пгт|пос|поселок|с|село|д|дер|деревня|п|ст|станция|г|город|ул|улица|пер|переулок|мкр)\.?\s"
    r"[«\"]?[а-яё0-9][^!?:;]{1,120}"
)
_AT_ADDRESS: Final = re.compile(
    r"(?:по адресу|адрес\w? проживания|проживающ\w{2,3} (?:по адресу"
    r"|в))\s?[:–—-]?\s{0,2}(.{5,160})",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(
    r"[.!?]\s{1,3}(?=[А-ЯЁ«])|[!?;«»]|\)\s|,\s(?:котор|проживающ|обратил|сообщ|тел|с )|\s[–—]\s"
)
_ABBREVIATION: Final = re.compile(r"(?:^|[\s.(])(?:[а-яё]{1,3}|обл|просп|бульв)$", re.IGNORECASE)
_ARRIVED: Final = re.compile(
    r"поступил|сообщени\w{1,2} (?:пользовател|жител|граждан|автор|от )|зарегистрирован"
    r"|создан[ао]?(?!\w)|комментари|отзыв|не соглас(?:ен|на) с"
    r"|подал[аи]? (?:заявк|сообщ|обращ)|опубликов|оставлен|написал|размещен"
    r"|задан\w? вопрос|прямо\w{2,3} эфир|сегодня|вчера|получен[оа]? (?:сообщ|обращ"
    r"|коммент)"
)
_LAW_DATE: Final = re.compile(
    r"(?:закон|кодекс|постановлени|распоряжени|приказ|указ|порядк"
    r"|правил)\w{0,3}[^.!?\d]{0,60}\sот\s"
    r"\d{1,2}[.\s][\w]{2,9}[.\s]\d{2,4}"
    r"|(?<!\w)от\s\d{1,2}[.\s][\w]{2,9}[.\s]\d{2,4}\s?(?:г\w{0,4}\.?)?"
    r"\s?(?:№|N)\s?\d{1,4}\s?-?\s?(?:фз|оз|п|р)(?!\w)",
    re.IGNORECASE,
)
"""The day of a law that a message is handled by is no day of its arrival."""
_EARLIER: Final = re.compile(r"ранее|прошл|повторн|предыдущ|до \d|срок")
_UNTIL: Final = re.compile(r"(?<!\w)(?:до|не позднее|не позже|срок\w?)(?!\w)")
"""«Примите до 24.11.2026 08:50» is no moment of arrival."""
_CALL: Final = re.compile(
    r"по (?:номеру|телефону|тел)|телефон|номер|связаться|позвонить"
    r"|(?<![а-яё])(?:тел|моб|сот)(?![а-яё])"
)
_OFFICES_CALL: Final = re.compile(
    r"наш\w? (?:новый )?(?:тел|номер)|(?:вопрос|справк)\w{0,3}\s(?:\w{1,16}\s){0,3}(?:по|звон"
    r"|обращ)|для справок"
)
"""Whom a system tells us to call with questions is no citizen."""
_CALLED: Final = re.compile(
    r"(?<![а-яё])(?:тел(?:ефон)?|т|моб|сот)[.:\s]{1,3}(?=[+(]?\d)", re.IGNORECASE
)
_OFFICIAL: Final = re.compile(
    r"(?:депутат|сенатор|министр|губернатор|глав[аы]|заместител|специалист|начальник|директор"
    r"|руководител|куратор|исполнител|председател|помощник|прокурор"
    r"|инспектор)\w{0,4}\s[^.;:]{0,60}$"
)
_CITIZEN: Final = re.compile(
    r"(?:(?:обращени|сообщени|комментари)\w{1,3}$|подал\w?|написал\w?|оставил\w?|сообща?(?:ет"
    r"|ил\w?)"
    r"|просит|интересуется|жалуется|контактное лицо"
    r"|от|житель\w*|жительниц\w|граждан\w{2,4}|заявител\w{1,4}|пишет|обратил\w{2,3}|автор\w?"
    r"|отзыв)"
)


_POST: Final = re.compile(
    r"(?:(?:главн|ведущ|старш)\w{2} )?(?:куратор|специалист|начальник|заместител|координатор"
    r"|модератор"
    r"|оператор|администратор|сотрудник|консультант|пресс-секретар|руководител)"
)
_PARTS: Final = re.compile(
    r"[,;|]\s|\s(?=(?:тел(?:ефон)?|т|моб|сот)[.:]{0,2}\s?[+(]?\d)", re.IGNORECASE
)
_IS_QUOTED: Final = re.compile(
    r"[\s,(]{0,3}(?:\d{1,2}[.\s][\wа-я]{2,9}[^«»:]{0,14}(?::\d\d)?)?[\s)]{0,3}(?:пишет)?\s?[:–—-]\s?[«\"]"
)
"""«Петрова Анна Ильинична, 08.12.2026 17:01: «…»»."""


def complete(
    draft: Draft, pieces: Sequence[Piece], form: Form, setting: Setting, *, alone: bool
) -> None:
    """Fill `draft` from what the labels left over.

    `alone` says that the mail holds one message; otherwise only what surely holds for each of
    several messages (the term) is taken, since nobody knows whose line it is.
    """
    lines = _free_lines(pieces, form)
    if not alone:
        draft.frame.extend(line.text for line in lines)
        read_term(draft, lines, setting)
        return
    signed = _Signature(pieces, lines)
    body = [line for line in lines if not signed(line)]
    plain = [line for line in body if not _speaks_for_itself(draft, line, setting)]
    chosen = find_text(draft, plain, pieces, form)
    frame = [line for line in plain if line.at not in chosen]
    draft.frame.extend(line.text for line in [*frame, *(x for x in lines if signed(x))])
    _number(draft, frame, setting)
    _prose(draft, frame, setting)
    read_term(draft, frame, setting)
    _called(draft, [line for line in plain if line.at in chosen])
    passed_over = any(
        one.field == OTHER and len(one.value) >= _WORDS_OF_SOMEBODY for one in form.entries
    )
    if not draft.text or (draft.rules["text"] == "pattern: the longest prose" and passed_over):
        _everything(draft, pieces)


def _free_lines(pieces: Sequence[Piece], form: Form) -> list[Line]:
    return [
        Line(
            at=index,
            text=pieces[index].text[:_LONGEST_LINE],
            links=tuple(link for links in pieces[index].links for link in links),
            quoted=pieces[index].quoted,
            heading=pieces[index].heading,
        )
        for index in dict.fromkeys(form.free)
    ]


def _is_officer(name: str, below: Line | None) -> bool:
    """Whether a line is the name of somebody whose post stands below it."""
    found = name_in(name)
    alone = found is not None and found[0] == name.strip(" ,.")
    return alone and below is not None and _POST.match(fold(below.text)) is not None


class _Signature:
    """Tells lines of a signature; a forwarded mail below it counts as body again."""

    def __init__(self, pieces: Sequence[Piece], lines: Sequence[Line]) -> None:
        farewells = {line.at for line in lines if is_farewell(line.text)}
        below = dict(itertools.pairwise(lines))
        farewells |= {line.at for line in lines if _is_officer(line.text, below.get(line))}
        self._signed: set[int] = set()
        inside = False
        for index, piece in enumerate(pieces):
            if piece == FORWARDED:
                inside = False
            elif piece == SIGNATURE or index in farewells:
                inside = True
            if inside:
                self._signed.add(index)

    def __call__(self, line: Line) -> bool:
        return line.at in self._signed


def _speaks_for_itself(draft: Draft, line: Line, setting: Setting) -> bool:
    """Read a line that is nothing but one value, or a row of them; says whether it was one."""
    bare = without_numbering(line.text).strip(" .;,")
    if not bare and line.links:
        draft.put("link", _best(line.links), "line: link")
        return True
    if len(bare) > _SHORT + 200 or is_service(line.text):
        return False
    links = read_links(bare)
    if links and len(bare.split()) == 1:
        if is_social(links[0]) or draft.lacks("link"):
            draft.put("link", links[0], "line: link")
        return True
    return len(bare) <= _SHORT and _value_line(draft, bare, setting)


def _value_line(draft: Draft, bare: str, setting: Setting) -> bool:
    parts = [part.strip() for part in _PARTS.split(bare)]
    kinds = [_kind(part, setting) for part in parts]
    if len(parts) > 1 and sum(kind is not None for kind in kinds) >= 2:  # noqa: PLR2004 - a record
        rest = [part for part, kind in zip(parts, kinds, strict=True) if kind is None]
        for part, kind in zip(parts, kinds, strict=True):
            _take(draft, part, kind, setting)
        place = ", ".join(itertools.takewhile(_is_short, rest))
        if place and _PLACE.fullmatch(fold(place)):
            draft.put("address", tidy_address(place), "record: address")
        return True
    kind = _kind(bare, setting)
    if kind is None and _PLACE.fullmatch(fold(bare)) and len(bare.split()) <= 12:  # noqa: PLR2004 - no prose
        if draft.lacks("address"):
            draft.put("address", tidy_address(bare), "line: address")
            return True
        return False
    _take(draft, bare, kind, setting)
    return kind is not None


def _is_short(part: str) -> bool:
    """A part of an address; a longer one without a figure is what the citizen complains of."""
    return len(part.split()) <= 3 or any(sign.isdecimal() for sign in part)  # noqa: PLR2004 - no prose


def _kind(part: str, setting: Setting) -> str | None:
    short = len(part) <= 40 and not _UNTIL.search(fold(part))  # noqa: PLR2004 - no prose
    if short and re.fullmatch(r"[\d.:\-/,\sгв]+|.{0,30}\d{4}.{0,12}", part):
        moment = read_moment(part, zone=setting.zone_of(part), sent=setting.sent)
        if moment is not None and _bare_moment(part):
            return "moment"
    if re.fullmatch(
        r"(?:(?:тел\w*|т|моб\w*|сот\w*)\.?:?\s?)?\+?[\d\s()\-–‑.]{7,24}", part, re.IGNORECASE
    ) and read_phone(part):
        return "phone"
    if states_nothing(part) and "тел" in fold(part):
        return "no phone"
    found = name_in(part)
    if found is not None and found[0] == part and read_person(part).full:
        return "name"
    return None


def _bare_moment(part: str) -> bool:
    """Say whether nothing but a moment stands here: at most the month is a word, no title."""
    return len(re.findall(r"[^\W\d_]{4,}", part)) <= 1 and read_title_number(part) is None


def _take(draft: Draft, part: str, kind: str | None, setting: Setting) -> None:
    if kind == "no phone" and draft.lacks("phone"):
        draft.none.add("phone")
    elif kind == "phone":
        draft.put("phone", read_phone(part), "line: phone")
    elif kind == "name":
        draft.put("applicant", read_person(part).full, "line: full name")
    elif kind == "moment" and draft.received is None:
        moment = read_moment(part, zone=setting.zone_of(part), sent=setting.sent)
        if moment is not None:
            put_received(draft, moment, "line: moment", setting)


def _number(draft: Draft, frame: Sequence[Line], setting: Setting) -> None:
    for line in frame[:12]:
        draft.put("external_id", read_title_number(line.text), "heading")
    draft.put("external_id", read_title_number(setting.subject), "subject")
    draft.put("external_id", read_signed_number(setting.subject), "subject")
    draft.put("external_id", _only_number(setting.subject), "subject")


def _only_number(subject: str) -> str | None:
    """A subject that is a number and nothing else."""
    bare = subject.strip(" .:#№")
    return bare if re.fullmatch(r"\d{6,12}", bare) and read_phone(bare) is None else None


def _prose(draft: Draft, frame: Sequence[Line], setting: Setting) -> None:
    for line in frame:
        if draft.received is None:
            _arrival(draft, line.text, setting)
        low = fold(line.text)
        if draft.lacks("phone") and _CALL.search(low) and not _OFFICES_CALL.search(low):
            draft.put("phone", read_phone(line.text), "pattern: phone")
        if draft.lacks("address") and (found := _AT_ADDRESS.search(line.text)):
            draft.put("address", tidy_address(_sentence(found[1])), "pattern: «по адресу»")
        if draft.photos is None:
            draft.photos = count_photos(line.text)
    _person(draft, frame)
    links = [clean_link(link) for line in frame for link in line.links]
    draft.put("link", _best(links), "pattern: link")


def _called(draft: Draft, told: Sequence[Line]) -> None:
    """Read the phone of a citizen whom one sentence names: «Иванов Иван Ильич, …, тел 8…»."""
    for line in told:
        call = _CALLED.search(line.text)
        named = name_in(line.text[: call.start()]) if call else None
        if call is not None and named is not None:
            draft.put("phone", read_phone(line.text[call.end() :]), "pattern: phone")


def _arrival(draft: Draft, text: str, setting: Setting) -> None:
    for sentence in re.split(r"(?<=[.!?»])\s(?=[А-ЯЁ«])", text):
        low = fold(sentence)
        if _ARRIVED.search(low) and not _EARLIER.search(low):
            moment = read_moment(
                _LAW_DATE.sub(" ", sentence), zone=setting.zone_of(sentence), sent=setting.sent
            )
            if moment is not None:
                put_received(draft, moment, "pattern: moment of arrival", setting)
                return


def _sentence(text: str) -> str:
    """`text` up to the end of its sentence or clause; the dots of «ул.», «д.» end nothing."""
    for found in _SENTENCE_END.finditer(text):
        if found[0][0] != "." or not _ABBREVIATION.search(text[: found.start()]):
            return text[: found.start()]
    return text


def _person(draft: Draft, frame: Sequence[Line]) -> None:
    if not draft.lacks("applicant") or "nickname" in draft.words:
        return
    for line in frame:
        if is_farewell(line.text):
            continue
        names = dict.fromkeys(_citizens(line.text))
        if len(names) == 1:
            draft.put("applicant", next(iter(names)), "pattern: full name, put into the nominative")
            return
    called = find_called(line.text for line in frame if not is_farewell(line.text))
    draft.put("applicant", called.full, "pattern: name beside «пишет», «от», «автор»")
    draft.put("nickname", called.nickname, "pattern: name beside «пишет», «от», «автор»")


def _citizens(text: str) -> Iterator[str]:
    """The full names in a line that its words call a citizen's; «депутат … обратился» is none."""
    before = 0
    for found in names_in(text):
        start = max(before, found.start() - 90)
        lead = fold(text[start : found.start()])
        after = text[found.end() : found.end() + 60]
        called = _CITIZEN.search(lead) or _CITIZEN.search(fold(after[:40]))
        if called is None and not lead.strip():
            called = _IS_QUOTED.match(after)
        if called and not _OFFICIAL.search(lead[-60:]):
            yield from find_person(found[0])
        before = found.end()


def _best(links: Sequence[str]) -> str | None:
    return next((link for link in links if is_social(link)), next(iter(links), None))


def _everything(draft: Draft, pieces: Sequence[Piece]) -> None:
    draft.text = collapse(" ".join(piece.text for piece in pieces if piece.kind != "rule"))
    draft.rules["text"] = "the whole body"
    draft.unsure["text"] = None

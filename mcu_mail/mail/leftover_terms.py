"""Terms and moments in the office's own words: «до 18:00», «срок перенесён на …», when it happened.

Why: outside a form nobody labels them. Only a sentence that asks for an answer states a term, and
only one whole moment among the office's words is the moment of an event. Never raises; linear.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.filling import put_due, put_length, put_received
from mcu_mail.mail.labels import OTHER
from mcu_mail.mail.lengths import find_length
from mcu_mail.mail.moments import read_hour, read_moment
from mcu_mail.mail.prose import is_request
from mcu_mail.mail.unlabelled import Line
from mcu_mail.mail.values import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.mail.draft import Draft, Setting
    from mcu_mail.mail.fields import Entry

_AFTER_SENT: Final = timedelta(minutes=15)
"""How much later than its own mail a thing may seem to have happened: clocks differ."""
_TERM: Final = re.compile(
    r"(?:(?<![а-яё])(?:до|не позднее|к|срок\w?|сроком|дат[аы]|завтра"
    r"|сегодня)(?![а-яё]))[\s:–—-]{1,4}"
    r"(?=.{0,30}(?:\d|завтра|сегодня|текущ|пятниц|понедельн|вторник|сред[уы]|четверг|суббот"
    r"|воскрес)).{3,60}"
)
_BECAME: Final = re.compile(
    r"(?<!\w)(?:было|был|вместо|прежний срок|старый срок)(?!\w).{3,80}(?<!\w)(?:стало|стал|теперь)"
    r"(?!\w)[\s:–—-]{1,4}"
)
"""«Было до 22.01, стало до 14.01»: the words after it are the new term."""
_WORK: Final = re.compile(
    r"ответ|срок|подготовить|направить|примите|принять|рассмотреть|исполнить|отработать"
)
_ENDS: Final = re.compile(r"истека|заканчива|подходит к концу|(?:до|срок) (?:истечения|окончания)")
_MOVED: Final = re.compile(
    r"(?:срок|дат[аы]).{0,80}(?:перенес|продл|сдвин|измен)\w{0,5} (?:\w{1,12} ){0,3}(?:на|до)\s"
    r"(?=\d{1,2}[. ]|завтра|сегодня)"
)
_SENTENCES: Final = re.compile(r"(?<=[.!?])\s(?=[А-ЯЁ])")
_ASKS: Final = re.compile(
    r"срочн|незамедлит|ответ\w{0,3} (?:\w{1,16} ){0,2}(?:нуж|необход|треб|жд|до|к)"
    r"|(?:нужен|нужно|необходимо|требуется|просим|прошу|ждем) .{0,60}(?:ответ|опубликов|размест"
    r"|дать"
    r"|предостав|подготов)|(?:опубликовать|подготовить|доработать|исправить|направить|дать ответ"
    r"|предоставить|срок)"
)
_PASSED: Final = re.compile(r"работает|закрыва|открыт|не отвеча|никто|ежедневно|обед|график|с \d")
_OF_TERM: Final = re.compile(
    r"срок|(?<![а-я])(?:до|к|не позднее|было|стало|прежн\w+|нов(?:ый|ая)|дедлайн|истек\w*|остал\w+"
    r"|с)(?![а-я])"
)


def read_term(draft: Draft, lines: Sequence[Line], setting: Setting) -> None:
    """Read the first term that a sentence about an answer states after «до»."""
    for line in lines:
        if draft.due is not None or draft.length is not None:
            return
        low = fold(line.text[:600])
        if not (is_request(line.text) or _WORK.search(low)):
            continue
        if (changed := _BECAME.search(low)) is not None:
            # Where the old term stands beside the new one, only the new one may be read.
            new = low[changed.end() :]
            moment = read_moment(new, zone=setting.zone_of(new), sent=setting.sent, ahead=True)
            if moment is not None:
                put_due(draft, moment, "pattern: the new term", setting)
            return
        for found in _TERM.finditer(low):
            words = found[0] if found[0][:2] in {"за", "се"} else found[0].partition(" ")[2]
            moment = read_moment(words, zone=setting.zone_of(words), sent=setting.sent, ahead=True)
            if moment is not None:
                put_due(draft, moment, "pattern: «до …»", setting)
                return
        for sentence in _SENTENCES.split(line.text):
            if length := find_length(sentence):
                put_length(draft, length, "pattern: a length of time", setting)
                return


def moment_of_event(
    draft: Draft, entries: Sequence[Entry], setting: Setting, *, theirs: bool
) -> None:
    """Read when it happened: the one day with its hour that the office's words bear and no term.

    `theirs`: the text is the citizen's, and says nothing of it.
    """
    if draft.received is not None:
        return
    said = [*draft.frame, *(one.value for one in entries if one.field == OTHER)]
    said += [] if theirs else [draft.text[:2000]]
    found = {}
    for sentence in (one for words in said for one in _SENTENCES.split(words[:600])):
        if _OF_TERM.search(fold(sentence)):
            continue
        moment = read_moment(sentence, zone=setting.zone_of(sentence), sent=setting.sent)
        late = moment and setting.sent and moment.at > setting.sent + _AFTER_SENT
        if moment is not None and not moment.day_only and not late:
            found[moment.at] = moment
    if len(found) == 1:
        [moment] = found.values()
        put_received(draft, moment, "pattern: moment of the event", setting)


def term_of_event(draft: Draft, setting: Setting) -> None:
    """Read the term in the office's own words that stand where a citizen's usually do."""
    words = enumerate(_SENTENCES.split(draft.text[:2000]))
    lines = [Line(at=at, text=one, links=(), quoted=False, heading=False) for at, one in words]
    read_term(draft, lines, setting)
    _ending(draft, [setting.subject, *draft.frame, *(line.text for line in lines)], setting)
    hour_of_day(draft, [setting.subject, *draft.frame, *(line.text for line in lines)], setting)


def _ending(draft: Draft, said: Sequence[str], setting: Setting) -> None:
    """Read a term that is said to end or to be moved: «завтра, 26.11 в 23:59, истекает срок»."""
    for sentence in (one for words in said for one in _SENTENCES.split(words[:600])):
        low = fold(sentence)
        moved = _MOVED.search(low)
        if draft.due is None and draft.length is None and (moved or _ENDS.search(low)):
            words = low[moved.end() :] if moved else sentence
            moment = read_moment(words, zone=setting.zone_of(words), sent=setting.sent, ahead=True)
            if moment is not None:
                put_due(draft, moment, "pattern: the end of a term", setting)


def hour_of_day(draft: Draft, said: Sequence[str], setting: Setting) -> None:
    """Read a term of today in the office's words: «Ответ нужен до 22:00», «срочно, к 15:00»."""
    if draft.due is not None or draft.length is not None or setting.sent is None:
        return
    for sentence in (one for words in said for one in _SENTENCES.split(words[:600])):
        if not _ASKS.search(fold(sentence)) or _PASSED.search(fold(sentence)):
            continue
        moment = read_hour(sentence, zone=setting.zone_of(sentence), sent=setting.sent)
        if moment is not None:
            put_due(draft, moment, "pattern: «до …» of that day", setting)
            return

"""A message that a colleague tells of in his own words: «В ПОС упало новое, № 990012345: …».

Guarantees: the mail must name one track, say that something has come, and bring what only a message
itself brings; words about an earlier one (an answer, a return, a term) open nothing. Linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.track_names import track_in
from mcu_mail.domain.verdict_words import same_length
from mcu_mail.mail.values import read_phone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CAME: Final = re.compile(
    r"(?<!не )(?<!\w)(?:упал[аои]?|заш(?:ел|ла|ло|ли)|прилетел[аои]?|приш(?:ел|ла|ло|ли)"
    r"|поступил[аои]?|свалил[аои]сь"
    r"|появил[аои]?с[ья]"
    r"|получил[аи]?|получено|назначен[аоы]?|висит|зарегистрирован[аоы]?|прислал[аи]|передал[аи]"
    r"|звонил[аи]?"
    r"|позвонил[аи]?|обратил(?:ся|ась|ись)|оставил[аи]?|нов(?:ое|ый|ая)|под диктовку|записал[аи]?"
    r"|продиктовал[аи]?)(?!\w)"
    r"|(?:заявк[аи]|сообщени[ея]|обращени[ея]|инцидент)\s(?:№\s?)?\d{5,12}\s(?:от|за)\s\d"
)
"""How people say that a message has come."""
_EARLIER: Final = re.compile(
    r"\?|(?<!\w)(?:ответ(?:ил\w?|а|у|ом)?(?!\s(?:до|нужен|не\sпозднее|к)(?!\w))|верну\w{1,5}"
    r"|возвра\w{2,8}|доработ\w{1,4}|правк\w{1,3}"
    r"|комментари\w{1,3}|оценк\w|оценил\w?|закры\w{1,5}|продл\w{2,6}|перенес\w{0,4}|опять|снова"
    r"|повторно|напомина\w{2,4}|просроч\w{2,5}"
    r"|соглас\w{2,8}|утвержд\w{2,6}|опубликов\w{2,5}|размещ\w{2,5}|дубл\w{1,6}|отозва\w{1,3}"
    r"|перенаправ\w{2,6}|когда|почему"
    r"|что с|по поводу|насчет|касательно|предыдущ\w{2,3}|ранее)(?!\w)"
)
"""What tells of one that was there before."""
_DONE: Final = re.compile(
    r"(?<!\w)(?:отработа(?:л\w?|н\w?)|выполн(?:ил\w?|ен\w?)|устран(?:ил\w?|ен\w?)|разъясн(?:ил\w?|ен\w)"
    r"|поясн(?:ил\w?|ени\w)|довол(?:ен|ьна|ьны)|внес(?:ли|ла|ен\w?)|засыпал\w?|расчистил\w?|почистил\w?"
    r"|заменил\w?)(?!\w)"
)
"""What was done about one: whoever says so does not bring it."""
_BRINGS: Final = re.compile(
    r"https?://|[«\"][^»\"]{15}|(?:^|\n)\W{0,3}(?:текст|суть|описание|содержание|сообщение"
    r"|обращение|вопрос|жалоба|жалуется|пишет"
    r"|просит|сообщает|проблема|что (?:случилось|пишет|написал\w?))[^:\n]{0,40}:\s?\S"
)
_NAMES: Final = re.compile(
    r"(?:^|\n)\W{0,3}(?:автор|заявител\w{1,4}|фио|ф\.и\.о\.|кто|от кого|отправитель"
    r"|житель\w{0,4})(?!\w)|(?<!\w)(?:т|тел|телефон)[.:\s]"
    r"|(?:ич|вна)(?:ем|у|ой|а)?(?!\w)|(?:^|\n)\W{0,3}(?:адрес|место)\s?:|https?://"
)
_NUMBER: Final = re.compile(
    r"(?:(?:заявк[аи]|сообщени[ея]|обращени[ея]|инцидент|тикет)\s?:?\s?(?:№\s?)?|№\s?"
    r"|номер\s?:?\s?)(?P<id>\d{5,12})(?![\d.])"
)
_HEADED: Final = re.compile(r"(?:^|\n)\W{0,3}(?P<id>\d{6,12})(?=,?\s(?:от|за)\s\d)")
"""A line that a number and its day open: «990012345 от 21.01 …»."""
_ALONE: Final = re.compile(r"(?<![\d+.,/-])(?P<id>\d{6,10})(?![\d.,/-])")
_LEAD: Final = 4
_PREAMBLE: Final = 300


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was told of: its track, and its number (empty: it has none)."""

    track: str
    number: str
    lead: str
    """The words before the message, folded."""


def read_report(lines: Sequence[str], subject: str, tracks: Mapping[str, str]) -> Report | None:
    """What a mail tells to have come; None when it may be about an earlier message.

    Args:
        lines: of the new text, without the empty ones above it.
        subject: of a mail that answers nothing.
        tracks: patterns of the tracks' names.

    """
    whole = same_length("\n".join(lines))
    titled = same_length(subject)
    lead = "\n".join(whole.splitlines()[:_LEAD])
    opens = _BRINGS.search(lead)
    told = lead[: opens.start()] if opens else lead[:_PREAMBLE]
    if _EARLIER.search(titled) or _EARLIER.search(told.partition("\n")[0]):
        return None
    if _DONE.search(told):
        return None
    track = track_in(titled, tracks) or track_in(told, tracks)
    if not track or not (_CAME.search(told) or _CAME.search(titled)):
        return None
    if not (_BRINGS.search(whole) and _NAMES.search(whole)):
        return None
    found = (
        _NUMBER.search(told)
        or _HEADED.search(told)
        or _NUMBER.search(titled)
        or _ALONE.search(titled)
    )
    number = found["id"] if found else ""
    if number and read_phone(number):
        number = ""
    if not number and track != "governor":
        # The three systems number every message of theirs.
        return None
    return Report(track=track, number=number, lead=told)

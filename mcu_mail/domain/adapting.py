"""An answer that was agreed to on one track, in the words that another channel needs.

The words of the office stay as they are: only the frame is another, and what is left to a person
is named to whoever approves it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.drafts import capitalised, strip_frame
from mcu_mail.domain.matter_catalogue import too_long
from mcu_mail.domain.rich_text import readable
from mcu_mail.domain.route import Form

if TYPE_CHECKING:
    from mcu_mail.domain.notice import Notice

GREETING: Final = "Здравствуйте!"
_GREETED: Final = re.compile(
    r"\W{0,5}(?:здравствуйте|добрый\s+(?:день|вечер)|доброе\s+утро)[ \t,.!]{0,5}", re.IGNORECASE
)
_CHANNEL: Final = (
    r"губернатор\w{0,4}|правительств\w{0,4}|«?инцидент(?:\s+менеджмент)?»?|«?пос»?|госуслуг\w{0,3}"
    r"|портал\w{0,3}|платформ\w{0,3}|«?кузбасс-онлайн»?|соцсет\w{0,4}|социальн\w{1,3}\s+сет\w{1,3}"
)
_OPENING: Final = re.compile(
    rf"^(?:на|в\s+ответ\s+на|рассмотрев|по)\s+(?:ваш\w{{1,3}}\s+)?(?:обращени|сообщени|вопрос)\w{{0,3}}"
    rf"[^.!?\n]{{0,120}}?(?:{_CHANNEL})[^.!?\n]{{0,80}}?(?:сообща(?:ем|ю)|информиру(?:ем|ю)|поясня(?:ем|ю))"
    r"[,:]?\s*(?:следующее\s*[:.]?\s*|что\s+)?",
    re.IGNORECASE,
)
"""«На Ваше обращение к Губернатору сообщаем, что …»: true on its own track alone."""
_NAMED: Final = re.compile(rf"(?<!\w)(?:{_CHANNEL})(?!\w)", re.IGNORECASE)
_PAPER: Final = re.compile(
    r"(?<!\w)(?:настоящ\w{1,3}\s+письм\w{1,3}|данн\w{1,3}\s+письм\w{1,3})", re.IGNORECASE
)


def adapted(text: str, form: Form) -> str:
    """The body of an answer for a channel: a letter brings its own salutation, a text has none."""
    body = _GREETED.sub("", strip_frame(readable(text)).strip(), count=1)
    found = _OPENING.match(body)
    body = capitalised(body[found.end() :] if found is not None else body).strip()
    return body if form is Form.letter else f"{GREETING}\n{body}"


def left_to_a_person(text: str, form: Form, notice: Notice, *, longest: int) -> tuple[str, ...]:
    """What of an adapted text whoever approves it should look at, in Russian."""
    found = []
    named = _NAMED.search(text)
    if named is not None:
        found.append(f"В тексте назван другой канал: «{named[0]}».")
    if form is Form.letter:
        return tuple(found)
    if _PAPER.search(text):
        found.append("В тексте сказано «письмо», а публикуется сообщение.")
    if _tells_of_person(text, notice):
        found.append("В тексте есть имя или телефон заявителя: для публикации их лучше убрать.")
    if longest and len(text) > longest:
        found.append(too_long(len(text), longest))
    return tuple(found)


def _tells_of_person(text: str, notice: Notice) -> bool:
    plain = text.casefold().replace("ё", "е")
    names = re.findall(r"[а-яё]{4,40}", (notice.applicant or "").casefold())
    stems = [one.replace("ё", "е")[: max(4, len(one) - 2)] for one in names]
    if any(re.search(rf"(?<!\w){re.escape(one)}", plain) for one in stems):
        return True
    digits = re.sub(r"\D", "", notice.phone or "")[-7:]
    return len(digits) == 7 and digits in re.sub(r"\D", "", text)  # noqa: PLR2004 - a number of the okrug

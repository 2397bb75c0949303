"""Single values of a notice: phones, links, external numbers, counts of photos, empty marks.

Why: the same phone is written in a dozen ways, and one wrong digit means that a citizen is never
called. Each reader returns None for what it cannot read for sure. All of them are linear and never
raise on any text.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 4000
"""Characters of one value that are looked at; more is no value but a text."""

_NONE_WORDS: Final = re.compile(
    r"[\s\-–—_.*xх/]*|(?:тел\w*\.?|номер\w*|адрес\w*|фио|данны[ех]|информаци\w|ссылк\w)?\s?"
    r"(?:нет|не (?:указан\w*|известн\w*|предоставл\w*|оставил\w*|заполнен\w*|сообщил\w*"
    r"|определ\w*|назначен\w*|имеется)"
    r"|неизвест\w*|отсутству\w*|без \w{1,12}|аноним\w*|скрыт\w*|n/?a|н/[ду]|null|none)"
    r"(?: (?:данных|информации|телефона|адреса|пользовател\w*|автор\w*|заявител\w*))?[\s.]*"
)
_PHONE: Final = re.compile(r"(?<![\w@/=.\-])\+?\(?\d(?:[\s\-–—‑().]{0,3}\d){6,14}(?![\w@/])")
_EXTENSION: Final = re.compile(r"(?:доб\w{0,7}|вн\w{0,8}|ext)[.:]?\s?\d", re.IGNORECASE)
_URL: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>\"«»]{3,2000}"
    r"|(?<![\w@./])(?:m\.)?(?:vk\.com|vk\.ru|ok\.ru|t\.me|rutube\.ru|dzen\.ru|max\.ru)"
    r"/[^\s<>\"«»]{1,2000}",
    re.IGNORECASE,
)
_SOCIAL: Final = re.compile(
    r"https?://(?:www\.|m\.)?"
    r"(?:vk\.com|vk\.ru|ok\.ru|t\.me|telegram\.me|rutube\.ru|dzen\.ru|max\.ru|youtube\.com)/",
    re.IGNORECASE,
)
_PROFILE: Final = re.compile(
    r"https?://[^/]{3,40}/(?:id\d+|profile/\d+|@?[\w.]{2,40})/?", re.IGNORECASE
)
_NUMBER: Final = re.compile(
    r"(?:№|#|n°|\bn\b|no\.)?\s{0,3}((?:[^\W\d_]{1,8}[-/.]?){0,2}\d[\w\-/.]{0,38})", re.IGNORECASE
)
_TITLE_NUMBER: Final = re.compile(
    r"(?<!\w)(?:обращени|сообщени|заявк|заявлени|инцидент|карточк|вопрос|запрос|тикет|жалоб"
    r"|комментари|поручени|задани)\w{0,4}\s{0,2}:?\s{0,3}(?:в соц\.?\s?сетях\s)?"
    r"(?:(?:№|#|n°|\bn\b|рег\.?\s?№|id|номер)\s{0,3}[:.]?\s{0,3}"
    r"((?:[^\W\d_]{1,8}[-/]?){0,2}\d[\w\-/]{0,38})"
    r"|((?:[A-ZА-Я]{1,6}-)\d[\w\-/]{1,38}|\d{5,20}))(?!\.\d|\w|\s+из\s)",
    re.IGNORECASE,
)
_BARE_NUMBER: Final = re.compile(
    r"(?<![\w@/#=+.,-])(?:(?P<sign>[№#]\s?)|(?P<by>(?:по|для)\s))?"
    r"(?P<number>(?:[А-ЯA-Z]{2,6}-)\d{2,6}(?:[/-]\d{1,6}){0,2}|\d{6,10})(?![\w@/]|[.-]\d|\s?\d{2})"
)
_NO_MESSAGE: Final = re.compile(r"20\d{2}[01]\d[0-3]\d|9\d{9}|\d{6}|(?:ГОСТ|ТУ|СП|СНИП|СНиП|ФЗ)-.*")
"""A day, a phone, a postal code or a standard, where nothing but the figures stands."""
_COUNT: Final = (
    re.compile(r"(?:фото\w*|снимк\w*|изображени\w*|вложени\w*|файл\w*)\W{0,4}(\d{1,2})(?![\d.:])"),
    re.compile(r"(?<![\d.:])(\d{1,2})\s{0,2}(?:шт\.?\s{0,2})?(?:фото|снимк|изображен|файл|вложен)"),
    re.compile(r"(?:фото|вложени|файл|снимк)[^\d\n]{1,25}\(\s?(\d{1,2})(?!\d)"),
    re.compile(r"^\W{0,3}(\d{1,2})\W{0,3}(?:шт\W{0,3})?$"),
)
_PICTURE_FILE: Final = re.compile(r"\.(?:jpe?g|png|heic|webp|gif|bmp)(?!\w)", re.IGNORECASE)
_MEDIUM: Final = re.compile(
    r"соц\w*\.? ?сет|вконтакте|одноклассник|телеграм|telegram|мессенджер|госуслуг|комментари"
    r"|(?:вк|макс|max|vk|ok|t\.me|групп[аы]|паблик|сообщество|канал|чат|сайт|интернет|приложение"
    r"|портал|звонок|горячая линия|(?:электронная )?почта|приемная|платформа|инцидент)(?!\w)"
)
_PHOTO_STATED: Final = re.compile(
    r"(?:есть|прилагается|прилагаем|приложен\w*|прикреплен\w*|имеется|с) фото|фото (?:во вложени"
    r"|прил)"
)


def collapse(text: str) -> str:
    """`text` in one line: any white space, nbsp too, becomes one space; invisible marks go."""
    return " ".join(text.translate(_INVISIBLE).split())


_INVISIBLE: Final = dict.fromkeys(
    (0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xAD, 0, 2, 3), None
)


def fold(text: str) -> str:
    """`text` for comparison: one line, lower case, ё as е."""
    return collapse(text).casefold().replace("ё", "е")


def states_nothing(value: str) -> bool:
    """Say whether a value means «there is none»: «—», «нет», «не указан», empty."""
    return len(value) <= 60 and _NONE_WORDS.fullmatch(fold(value)) is not None  # noqa: PLR2004 - a mark is short


def read_phone(text: str) -> str | None:
    """Read the first phone of `text` as E.164 (Russian ones with +7); None when there is none.

    A local number («2-00-00») and one with a wrong count of digits are None: they cannot be dialled
    from elsewhere as they stand.
    """
    head = _EXTENSION.split(text[:LONGEST].replace("\xa0", " "))[0]
    for found in _PHONE.finditer(head):
        if phone := _e164(found[0]):
            return phone
    return None


def _e164(raw: str) -> str | None:
    digits = "".join(sign for sign in raw if sign.isdecimal())
    if not digits.isascii():
        return None
    if raw.startswith("+") and not digits.startswith("7"):
        return f"+{digits}" if len(digits) >= 11 and not digits.startswith("8") else None  # noqa: PLR2004 - E.164
    if len(digits) == 11 and digits[0] in "78":  # noqa: PLR2004 - the Russian plan
        return f"+7{digits[1:]}"
    if len(digits) == 10 and digits[0] in "3489":  # noqa: PLR2004 - the Russian plan
        return f"+7{digits}"
    return None


def holds_digits(text: str, count: int) -> bool:
    """Say whether `text` has at least `count` digits: a phone was meant, though unreadable."""
    return sum(sign.isdecimal() for sign in text[:LONGEST]) >= count


def read_links(text: str) -> tuple[str, ...]:
    """All web addresses of `text` in order, closing punctuation cut, `https://` put before bare."""
    return tuple(clean_link(found[0]) for found in _URL.finditer(text))


def clean_link(raw: str) -> str:
    """Cut the punctuation of the sentence off a web address and give it a scheme."""
    link = raw.rstrip(".,;:!?»\"'*")
    while link.endswith((")", "]")) and link.count("(") < link.count(")") + link.count("]"):
        link = link[:-1].rstrip(".,;:!?")
    return link if re.match(r"https?://", link, re.IGNORECASE) else f"https://{link}"


def without_links(text: str) -> str:
    """`text` without its web addresses."""
    return _URL.sub(" ", text)


def is_place(value: str) -> bool:
    """Say whether «Откуда: …» names a place, not the network or the office a message came from."""
    return bool(value) and _MEDIUM.match(fold(value).lstrip('«"')) is None


def is_web(link: str) -> bool:
    """Say whether `link` is a web address that can be opened."""
    try:
        return urlsplit(link).scheme in {"http", "https"} and bool(urlsplit(link).netloc)
    except ValueError:
        return False


def is_social(link: str) -> bool:
    """Say whether `link` leads to a post in a social network (not to a person's profile)."""
    return _SOCIAL.match(link) is not None and _PROFILE.fullmatch(link) is None


def _plain_dashes(text: str) -> str:
    return collapse(text[:LONGEST]).replace("‑", "-")


def read_number(value: str) -> str | None:
    """Read an external number from a labelled value: «№ СС-3307 от 22.11.2026» is `СС-3307`."""
    found = _NUMBER.match(_plain_dashes(value))
    return found[1].rstrip("-/.") or None if found else None


def read_title_number(title: str) -> str | None:
    """Read the number from a heading or subject («ОБРАЩЕНИЕ № 3412», «сообщение SS-118842»)."""
    found = _TITLE_NUMBER.search(_plain_dashes(title))
    return (found[1] or found[2]).rstrip("-/") or None if found else None


def read_signed_number(title: str) -> str | None:
    """Read «#8140512», «№ 8140512» with no noun before it; None when several stand there."""
    marked = (one for one in _BARE_NUMBER.finditer(_plain_dashes(title)) if one["sign"])
    found = list(dict.fromkeys(one["number"] for one in marked))
    return found[0] if len(found) == 1 else None


def read_bare_number(title: str, *, sure: bool = False) -> str | None:
    """Read the one number that stands in words of a system with no noun before it: «#8140512».

    `sure`: of a subject, where six figures are no postal code. None when there are several.
    """
    found: dict[str, None] = {}
    for one in _BARE_NUMBER.finditer(_plain_dashes(title)):
        named = sure or one["sign"] or one["by"]
        if named or not _NO_MESSAGE.fullmatch(one["number"]):
            found[one["number"]] = None
    known = [number for number in found if not _NO_MESSAGE.fullmatch(number) or len(number) == 6]  # noqa: PLR2004 - numbers of six figures
    return known[0] if len(known) == 1 else None


def count_photos(text: str) -> int | None:
    """How many photos a service line states; None when it states nothing about them."""
    low = fold(text[:LONGEST])
    if files := len(_PICTURE_FILE.findall(low)):
        return files
    for pattern in _COUNT:
        if found := pattern.search(low):
            return int(found[1])
    return 1 if _PHOTO_STATED.search(low) else None

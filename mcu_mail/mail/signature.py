"""Where a Russian letter ends and its signature begins.

Guarantees: linear; nothing is thrown away — what is no text is handed back as signature; words
after a signature that read like a sentence («P.S. …», «Но только после …») stay text, for a
condition must not disappear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

GREETING = re.compile(
    r"^\W{0,3}(?:добр(?:ый|ого|ое)\s(?:день|дня|утро|вечер)|здравствуйте|приветствую|коллеги"
    r"|уважаем\w{2})(?:[\s,]{1,3}[\w.-]{1,30}){0,4}\W{0,3}$",
    re.IGNORECASE,
)

_MARK = re.compile(r"^\s*(?:--|—|––)\s*$")
_CLOSING = re.compile(
    r"^\s*(?:--\s?)?(?:[сc]\s+(?:глубоким\s+|искренним\s+|большим\s+)?уважени\w{1,2}"
    r"|[сc]\s+ув(?:аж)?\.|[сc]/у(?!\w)|[сc]\s+(?:наилучшими|добрыми|лучшими)\s+пожеланиями|[сc]\s+почтением"
    r"|всего\s+(?:доброго|хорошего)|хорошего\s+дня|(?:best|kind)\s+regards|regards|sincerely"
    r"|искренне\s+ваш\w?)(?!\w)(?:\s+к\s+вам)?(?=\s*(?:$|[,.!;–—-]|(?-i:[A-ZА-ЯЁ(«])))",
    re.IGNORECASE,
)
_LONG_MARK = re.compile(r"^\s*[-—–_]{3,}\s*$")
_MAKER = re.compile(r"^\s*исп\.\s?:?\s?(?-i:[А-ЯЁ])", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\d)\d{1,3}-\d{2}-\d{2}(?!\d)|\+7|(?:тел|т)\.")
_MAX_BELOW_RULE = 6
_MAX_NAME_LINE = 60
_MAX_CLOSING = 120
_MAX_OFFICIAL = 200
_DEVICE = re.compile(
    r"^\s*(?:--\s*)?(?:"
    r"(?:отправлено|послано|написано)\s+(?:(?:с|со|от)\s(?:моего\s|мобильн|iphone|ipad|ios\b|android"
    r"|устройств|смартфон|телефон|планшет|samsung|huawei|xiaomi|honor|blackberry)"
    r"|из\s(?:мобильн|почт|приложени|mail|mymail|yandex|яндекс|outlook|gmail|vk\s|вк\s|spark"
    r"|rupost|мойофис|r7|р7|thunderbird|[\w .-]{2,30}\sдля\s(?:android|ios|iphone|ipad|windows))"
    r"|(?:при помощи|с помощью)\s(?:\w{1,20}\s)?почты\s"
    # A program's name in Latin letters and nothing else: «Отправлено из Nine».
    r"|(?:из|при помощи|с помощью)\s(?-i:[A-Z])[\w.-]{1,20}(?:\s[\w.-]{1,20}){0,4}\s*$"
    r"|(?:через|при помощи|с помощью)\s(?:мобильн|приложени|mail|yandex|яндекс|outlook|gmail))"
    r"|(?:получить|скачать|скачайте)\s+outlook\s"
    r"|(?:простите|извините)\s+за\s+краткость|please\s+excuse\s+my\s+brevity"
    r"|sent\s+(?:from|via|with)\s|get\s+outlook\s+for\s|get\s+bluemail"
    r")",
    re.IGNORECASE,
)
_LINK = re.compile(r"^\s*<?https?://\S{1,300}\s*$", re.IGNORECASE)
_MAX_DEVICE = 120
_DISCLAIMER = re.compile(
    r"^\s*\W{0,6}(?:(?:настоящее|данное|это)\s+(?:электронное\s+)?(?:сообщение|письмо|послание)"
    r"|информация,?\s+содержащаяся\s+в\s|уведомление\s+о\s+конфиденциальности|конфиденциально"
    r"|внимание|осторожно|письмо\s+(?:от|получено|пришло)|external|внешн\w{2,4}\s|caution|attention"
    r"|confidentiality|disclaimer|this\s+(?:e-?mail|message|communication)"
    r"|если\s+вы\s+(?:получили|не\s+явля)|if\s+you\s+(?:have\s+received|received|are\s+not)"
    r"|пожалуйста,?\s+(?:подумайте|берегите|помните|не\s+печатайте)|подумайте\s|прежде\s+чем\s"
    r"|берегите|перед\s+(?:печатью|тем,?\s+как)|проверено|без\s+вирусов|virus-free)",
    re.IGNORECASE,
)
# «Это письмо согласовано с юристами» is no disclaimer: it must also speak of what those speak of.
_DISCLAIMER_CUE = re.compile(
    r"конфиденциальн|предназначен|предназначае|адресат|внешн\w{2,4}\s(?:отправител|письм|почт|адрес)"
    r"|вирус|антивирус|kaspersky|avast|природ|бумаг|печата|external|confidential|intended|privileged"
    r"|(?:по|не по)\s(?:ошибке|назначению)|in\serror",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"^\s*(?:\[(?:cid|image|изображение|рисунок|логотип)[^\]]{0,200}\]\s*)+$", re.IGNORECASE
)
_FULL = (
    r"[А-ЯЁ][а-яё-]{1,30}\s+[А-ЯЁ][а-яё-]{1,30}\s+[А-ЯЁ][а-яё]{2,30}(?:ич|вна|чна|оглы|кызы)"
    r"|[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?\s?[А-ЯЁ][а-яё-]{1,30}"
    r"|[А-ЯЁ][а-яё-]{1,30}\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?"
)
_FULL_PERSON = re.compile(rf"^\s*(?:{_FULL})\s*,?$")
# Two capitalised words may be a town: they count only with a post or a telephone below them.
_PERSON = re.compile(rf"^\s*(?:{_FULL}|[А-ЯЁ][а-яё]{{1,30}}\s+[А-ЯЁ][а-яё-]{{1,30}})\s*,?$")
_CONTACT = re.compile(
    r"@|(?:^|\s)(?:тел|моб|факс|т|м|e-?mail|эл\. почта|сайт|адрес|tel|phone|www)\.?\s?[:.(+\d]"
    r"|(?<!\d)\d{1,3}-\d{2}-\d{2}(?!\d)|\+7|8\s?[(\-]\d{3}|https?://|(?:^|\s)(?:ул|г|д|каб)\.\s",
    re.IGNORECASE,
)
_POST = re.compile(
    r"(?:^|\s)(?:начальник|зам\.|и\.\s?о\.|врио|заместитель|директор|руководитель|глава"
    r"|специалист|консультант|инспектор"
    r"|инженер|юрист|бухгалтер|секретарь|помощник|советник|заведующ|председател|управляющ|мастер"
    r"|администраци|управлени|отдел|департамент|комитет|сектор|служб|министерств|мку|мбу|муп|мау)",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(
    r"^\s*(?:(?:и\.\s?о\.|врио|первый|главный|ведущий|старший)\s)?(?:начальник|заместитель|директор"
    r"|руководитель|глава|специалист|консультант|инспектор|инженер|юрист|председатель|управляющий"
    r"|заведующ\w{2,3}|секретарь)[^.!?\n]{0,120}\s{2,}"
    r"(?-i:[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё-]{1,30}|[А-ЯЁ][а-яё-]{1,30}\s[А-ЯЁ]\.\s?[А-ЯЁ]\.)\s*$",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"^\s*(?:p\.?\s?p?\.?\s?s\b|з\.?\s?ы\b|пс\b|п\.\s?с\.)", re.IGNORECASE)
_MAX_CONTACT_LINE = 120
_MAX_BLOCK = 12
_MIN_SENTENCE = 4


def split_signature(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return (text, signature) of one run of own lines, each in its order, blank edges kept."""
    text: list[str] = []
    signature: list[str] = []
    aside = _aside(lines)
    start = _bare_block(["" if other else line for line, other in zip(lines, aside, strict=True)])
    within = False
    for at, line in enumerate(lines):
        if not line.strip() or aside[at]:
            (signature if within or aside[at] else text).append(line)
            continue
        if _opens_signature(line) or at == start or _is_maker(lines, at) or _is_rule(lines, at):
            within = True
        elif within and _is_own_sentence(line):
            text.append(line)
            continue
        (signature if within else text).append(line)
    return text, signature


def _aside(lines: Sequence[str]) -> list[bool]:
    """Tell which lines are no words of the person: disclaimers, footers of phones, pictures."""
    found: list[bool] = []
    disclaimer = False
    for line in lines:
        if not line.strip():
            disclaimer = False
        elif _DISCLAIMER.match(line) and _DISCLAIMER_CUE.search(line[:1_000]):
            disclaimer = True
        link = bool(found and found[-1] and _LINK.match(line))
        found.append(disclaimer or link or bool(_PICTURE.match(line)) or _is_device(line))
    return found


def _opens_signature(line: str) -> bool:
    if _MARK.match(line):
        return True
    return len(line) <= _MAX_CLOSING and bool(_CLOSING.match(line)) and not line.endswith("?")


def _is_rule(lines: Sequence[str], at: int) -> bool:
    """Tell a «---» above a name from one between two parts of a text."""
    if not _LONG_MARK.match(lines[at]):
        return False
    rest = [line for line in lines[at + 1 :] if line.strip()]
    return len(rest) <= _MAX_BELOW_RULE and all(len(line) <= _MAX_NAME_LINE for line in rest)


def _is_maker(lines: Sequence[str], at: int) -> bool:
    """Tell «Исп. Иванов 2-00-00» below a text: who has made the paper, never who is to act."""
    if not _MAKER.match(lines[at]) or not any(line.strip() for line in lines[:at]):
        return False
    return any(_PHONE.search(line[:_MAX_CONTACT_LINE]) for line in lines[at : at + 3])


def _is_device(line: str) -> bool:
    return len(line) <= _MAX_DEVICE and bool(_DEVICE.match(line))


def _is_own_sentence(line: str) -> bool:
    """Tell whether a line below the closing phrase was written for this letter."""
    if _POSTSCRIPT.match(line):
        return True
    if _CONTACT.search(line) or _is_device(line):
        return False
    return line.rstrip()[-1] in ".!?…" and len(line.split()) >= _MIN_SENTENCE


def _bare_block(lines: Sequence[str]) -> int | None:
    """Return where a name, post and telephone block without a closing phrase begins, or None.

    It is the last paragraph, stands below a blank line and text, and starts with a person's name.
    Blank lines inside are allowed: Outlook's plain texts put one after each line.
    """
    filled = [at for at, line in enumerate(lines) if line.strip()]
    for place in range(max(len(filled) - _MAX_BLOCK, 1), len(filled)):
        at, before = filled[place], filled[place - 1]
        if before == at - 1 or lines[before].rstrip().endswith(":"):
            continue
        if all(GREETING.match(lines[other]) for other in filled[:place]):
            # «Добрый день!» and a name below it: the name is the answer.
            continue
        rest = [lines[other] for other in filled[place + 1 :]]
        whole = next(
            (count for count in (1, 2, 3) if _signs_officially(lines, filled, place, count)), 0
        )
        if whole and all(_is_contact(line) for line in rest[whole - 1 :]):
            return at
        name = _PERSON if rest else _FULL_PERSON
        if name.match(lines[at]) and all(_is_contact(line) for line in rest):
            return at
    return None


def _signs_officially(lines: Sequence[str], filled: Sequence[int], place: int, count: int) -> bool:
    """Tell «Начальник отдела          О.П. Громов», as papers are signed, over `count` lines."""
    joined = " ".join(lines[at] for at in filled[place : place + count])
    return len(joined) <= _MAX_OFFICIAL and bool(_OFFICIAL.match(joined))


def _is_contact(line: str) -> bool:
    if len(line) > _MAX_CONTACT_LINE:
        return False
    contact = _CONTACT.search(line) or _POST.search(line)
    return bool(contact or _PICTURE.match(line) or _PERSON.match(line) or _is_device(line))

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

_MARK = re.compile(r"^\s*(?:--|—|––)\s*$")
_CLOSING = re.compile(
    r"^\s*(?:--\s?)?(?:[сc]\s+(?:глубоким\s+|искренним\s+|большим\s+)?уважени\w{1,2}"
    r"|[сc]\s+(?:наилучшими|добрыми|лучшими)\s+пожеланиями|[сc]\s+почтением"
    r"|всего\s+(?:доброго|хорошего)|хорошего\s+дня|(?:best|kind)\s+regards|regards|sincerely"
    r"|искренне\s+ваш\w?)(?!\w)(?:\s+к\s+вам)?(?=\s*(?:$|[,.!;–—-]|(?-i:[A-ZА-ЯЁ(«])))",
    re.IGNORECASE,
)
_MAX_CLOSING = 120
_DEVICE = re.compile(
    r"^\s*(?:--\s*)?(?:"
    r"(?:отправлено|послано|написано)\s+(?:(?:с|со|от)\s(?:моего\s|мобильн|iphone|ipad|ios\b|android"
    r"|устройств|смартфон|телефон|планшет|samsung|huawei|xiaomi|honor|blackberry)"
    r"|из\s(?:мобильн|почт|приложени|mail|mymail|yandex|яндекс|outlook|gmail)"
    r"|(?:через|при помощи|с помощью)\s(?:мобильн|приложени|mail|yandex|яндекс|outlook|gmail))"
    r"|(?:получить|скачать|скачайте)\s+outlook\s"
    r"|sent\s+(?:from|via|with)\s|get\s+outlook\s+for\s|get\s+bluemail"
    r")",
    re.IGNORECASE,
)
_MAX_DEVICE = 120
_DISCLAIMER = re.compile(
    r"^\s*\W{0,6}(?:(?:настоящее|данное|это)\s+(?:электронное\s+)?(?:сообщение|письмо|послание)"
    r"|информация,?\s+содержащаяся\s+в\s|уведомление\s+о\s+конфиденциальности|конфиденциально"
    r"|внимание|осторожно|письмо\s+(?:от|получено|пришло)|external|внешн\w{2,4}\s|caution"
    r"|confidentiality|disclaimer|this\s+(?:e-?mail|message|communication)"
    r"|берегите|перед\s+(?:печатью|тем,?\s+как)|проверено|без\s+вирусов|virus-free)",
    re.IGNORECASE,
)
# «Это письмо согласовано с юристами» is no disclaimer: it must also speak of what those speak of.
_DISCLAIMER_CUE = re.compile(
    r"конфиденциальн|предназначен|предназначае|адресат|внешн\w{2,4}\s(?:отправител|письм|почт|адрес)"
    r"|вирус|антивирус|kaspersky|avast|природ|бумаг|печата|external|confidential|intended|privileged",
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
    r"|\d{2,3}-\d{2}-\d{2}|\+7|8\s?[(\-]\d{3}|https?://|(?:^|\s)(?:ул|г|д|каб)\.\s",
    re.IGNORECASE,
)
_POST = re.compile(
    r"(?:^|\s)(?:начальник|заместитель|директор|руководитель|глава|специалист|консультант|инспектор"
    r"|инженер|юрист|бухгалтер|секретарь|помощник|советник|заведующ|председател|управляющ|мастер"
    r"|администраци|управлени|отдел|департамент|комитет|сектор|служб|министерств|мку|мбу|муп|мау)",
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
    within = False
    start = _bare_block(lines)
    disclaimer = False
    for at, line in enumerate(lines):
        if not line.strip():
            disclaimer = False
            (signature if within else text).append(line)
            continue
        if _DISCLAIMER.match(line) and _DISCLAIMER_CUE.search(line[:1_000]):
            disclaimer = True
        elif _opens_signature(line) or at == start:
            within = True
        elif within and _is_own_sentence(line):
            text.append(line)
            continue
        aside = disclaimer or bool(_PICTURE.match(line)) or _is_device(line)
        (signature if within or aside else text).append(line)
    return text, signature


def _opens_signature(line: str) -> bool:
    if _MARK.match(line):
        return True
    return len(line) <= _MAX_CLOSING and bool(_CLOSING.match(line)) and not line.endswith("?")


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
        rest = [lines[other] for other in filled[place + 1 :]]
        name = _PERSON if rest else _FULL_PERSON
        if name.match(lines[at]) and all(_is_contact(line) for line in rest):
            return at
    return None


def _is_contact(line: str) -> bool:
    if len(line) > _MAX_CONTACT_LINE:
        return False
    contact = _CONTACT.search(line) or _POST.search(line)
    return bool(contact or _PICTURE.match(line) or _PERSON.match(line) or _is_device(line))

"""Template answers (decree 3.6): plain files of the office by topic, the fitting one, proposals.

A proposal is an answer that somebody found worth keeping: nothing of a person stands in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mcu_mail.domain.notice import Notice

ANSWERS: Final = "answers"
FIRST_REPLIES: Final = "first_replies"
GENERAL: Final = "general"
"""The first reply for every topic that has none of its own."""
_CUT: Final = "…"
_LONGEST_TITLE: Final = 100
_PHONE: Final = re.compile(
    r"(?<![\w.])(?:\+7|8)?[\s(-]{0,2}\d{2,5}[\s)-]{1,2}\d{1,3}[\s-]?\d{2}[\s-]?\d{2,4}(?![\w.]\d)|(?<!\d)(?:\+7|8)\d{10}(?!\d)|(?<![\d-])\d-\d{2}-\d{2}(?![\d-])|(?<!\d)\d{2}-\d{2}-\d{2}(?!\d)"
)
_MAIL: Final = re.compile(r"[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{1,30}){1,4}")
_LINK: Final = re.compile(r"https?://\S{1,500}")
_STREET: Final = re.compile(
    r"(?<!\w)(?:ул(?:\.|иц\w{1,3})|пер(?:\.|еул\w{2,5})|пр(?:\.|-т|осп\w{2,5})|мкр\w{0,9}\.?)\s?[«\"]?[А-ЯЁ][\w-]{1,40}[»\"]?"
    r"(?:\s[А-ЯЁ][\w-]{1,30})?"
)
_HOUSE: Final = re.compile(
    r"(?<!\w)(?:д(?:\.|ом\w{0,3})|кв(?:\.|артир\w{1,2})|корп(?:\.|ус\w{0,2})|подъезд\w{0,2})\s?(?:№\s?)?\d{1,4}\s?[а-яА-Я]?(?!\w)"
)
_PERSON: Final = re.compile(
    r"[А-ЯЁ][а-яё-]{1,30}\s[А-ЯЁ][а-яё]{1,20}\s[А-ЯЁ][а-яё]{2,20}(?:вич|вн|чн)\w{0,3}"
    r"|[А-ЯЁ][а-яё]{1,20}\s[А-ЯЁ][а-яё]{2,20}(?:вич|вн|чн)\w{0,3}"
    r"|[А-ЯЁ][а-яё-]{1,30}\s[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?|[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.\s?)?[А-ЯЁ][а-яё-]{1,30}"
)


@dataclass(frozen=True, kw_only=True)
class AnswerTemplate:
    """A file of the library. `body` still holds its names in braces."""

    path: str
    topic: str
    title: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The template answers for one case: all titles, and the words of the one that fits best."""

    titles: tuple[str, ...]
    best_title: str
    best: str


def read_library(files: Mapping[str, bytes]) -> tuple[AnswerTemplate, ...]:
    """Every template answer of a set; files that are no UTF-8 or hold no text are left out."""
    found = []
    for path, content in sorted(files.items()):
        parts = path.split("/")
        if parts[0] != ANSWERS or len(parts) != 3 or not path.endswith(".txt"):  # noqa: PLR2004 - answers/<topic>/<name>
            continue
        one = read_template(path, parts[1], content)
        if one is not None:
            found.append(one)
    return tuple(found)


def read_template(path: str, topic: str, content: bytes) -> AnswerTemplate | None:
    """One file: its first line is the title, the rest the answer. None when it is no such file."""
    try:
        # Notepad puts a mark at the beginning of what it saves as UTF-8.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    title, _, body = text.replace("\r\n", "\n").strip().partition("\n")
    if not title.strip() or not body.strip():
        return None
    return AnswerTemplate(path=path, topic=topic, title=title.strip(), body=body.strip())


def by_fit(
    templates: Iterable[AnswerTemplate], topic: str | None, words: str
) -> list[AnswerTemplate]:
    """The templates of a topic, the one that shares most words with the message first."""
    wanted = _stems(words)

    def fit(one: AnswerTemplate) -> tuple[int, float, str]:
        title, body = _stems(one.title), _stems(one.body)
        # A long text shares words with everything: its share of them counts.
        return -len(title & wanted), -len(body & wanted) / max(len(body), 1), one.path

    return sorted((one for one in templates if one.topic == topic), key=fit)


def named(templates: Iterable[AnswerTemplate], name: str) -> AnswerTemplate | None:
    """The one template whose title begins like this; None for none or several."""
    wanted = _stems(name)
    found = [one for one in templates if wanted and wanted <= _stems(one.title)]
    return found[0] if len(found) == 1 else None


def _stems(text: str) -> set[str]:
    words = re.findall(r"[а-яё]{4,40}", text.casefold())
    return {word.replace("ё", "е")[:5] for word in words}


def without_persons(text: str, notice: Notice, names: Iterable[str]) -> str:
    """A text in which «…» stands for names, addresses, telephones, links and mail addresses.

    Args:
        text: of an answer.
        notice: of the message it answers.
        names: of the office's people, surname first.

    """
    for pattern in (_LINK, _MAIL, _PHONE, _PERSON, _STREET, _HOUSE):
        text = pattern.sub(_CUT, text)
    known = [
        *re.findall(r"[А-ЯЁ][а-яё]{3,40}", f"{notice.applicant or ''} {notice.nickname or ''}")
    ]
    known += [name.split()[0] for name in names if name.split()]
    known += [
        word
        for part in (notice.address or "").split(",")[1:]
        for word in re.findall(r"[А-ЯЁ][а-яё]{3,40}", part)
    ]
    for word in dict.fromkeys(known):
        stem = re.escape(word[: max(4, len(word) - 2)])
        text = re.sub(rf"(?<!\w){stem}[а-яё]{{0,5}}(?!\w)", _CUT, text)
    return re.sub(rf"{_CUT}(?:[\s,]{{0,3}}{_CUT})+", _CUT, text)


def proposal_title(name: str, text: str) -> str:
    """The title of a proposal: as it was named, else its first words."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    title = " ".join((name or first).split())
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"

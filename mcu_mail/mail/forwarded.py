"""The letter inside a forward: who it says it is from, its subject and its words.

Why: a colleague hands on what the press office sent him. What a forward states of its original
proves nothing about that sender; it only tells by which rules the words are to be read. Two shapes:
the original attached as a mail, or a block «От: … Тема: …» above its words. Linear, never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.address import Sender, read_addresses
from mcu_mail.mail.enclosed import is_mail
from mcu_mail.mail.mime import read_mail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcu_mail.mail.mime import Incoming

_SUBJECT: Final = re.compile(
    r"^\W{0,3}(?:fwd?|fw|tr|wg|vs|пер|пересл\w{0,8}|пересыл\w{0,6}|переадрес\w{0,8}"
    r"|перенаправ\w{0,8}|на ознакомление)\s?(?:\[\d{1,3}\])?:\s*",
    re.IGNORECASE,
)
_AGAIN: Final = re.compile(r"^\W{0,3}(?:(?:re|ha|на|отв|ответ)\s?:\s*){1,3}", re.IGNORECASE)
_KEY: Final = re.compile(
    r"^[\s>*]{0,20}(от кого|от|отправлено|отправитель|дата|кому|копия|тема|from|sent|date|to|cc"
    r"|subject|reply-to)\s?:\*?\s?(.*)$",
    re.IGNORECASE,
)
_SAID_BY: Final = re.compile(
    r"^[\s>]{0,20}.{0,160}[<(](?P<from>[\w.+-]{1,64}@[\w.-]{3,120})[>)],?\s?"
    r"(?:пишет|написал[аи]?|писал\(?а?\)?|wrote)?\s?:\s*$"
)
"""«22.03.2027, 09:50, «Платформа» <a@b.example>:» above the words of a letter."""
_FROM: Final = frozenset({"от", "от кого", "отправитель", "from"})
_TOPIC: Final = frozenset({"тема", "subject"})
_ADDRESS: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_MAX_LINES: Final = 4000
_MAX_LINE: Final = 600
_LEAST: Final = 2
_MOST: Final = 5
"""Hands that one letter goes through."""


@dataclass(frozen=True, kw_only=True)
class Forwarded:
    """The letter inside, with the sender that the forward states, and the colleague's own words."""

    original: Incoming
    own_words: str
    attached: bool
    """The original came as a file, whole."""


def is_forward(mail: Incoming) -> bool:
    """Whether the subject says so, or a whole mail is attached.

    «Re: Fwd: …» says so only of a mail that answers none: else its words are the answer.
    """
    answers = bool(mail.in_reply_to or mail.references)
    subject = mail.subject if answers else _AGAIN.sub("", mail.subject)
    return bool(_SUBJECT.match(subject)) or any(map(is_mail, mail.attachments))


def originals(mail: Incoming) -> tuple[Forwarded, ...]:
    """The letters inside a forward, the outer one first; none when it states no sender of theirs.

    A mail that went through several hands holds one inside another.
    """
    found = []
    for child in filter(is_mail, mail.attachments):
        inner = read_mail(child.content)
        if inner.sender.address is not None:
            found.append(Forwarded(original=inner, own_words="", attached=True))
    if found:
        return tuple(found)
    return tuple(islice(_blocks_in(mail), _MOST))


def _blocks_in(mail: Incoming) -> Iterator[Forwarded]:
    lines = (mail.plain or mail.text).splitlines()[:_MAX_LINES]
    after = 0
    for at in range(len(lines)):
        if at < after:
            continue
        headed = any(_KEY.match(one[:_MAX_LINE]) for one in lines[at : at + 2])
        if (said := _SAID_BY.match(lines[at][:_MAX_LINE])) and not headed:
            known = read_addresses([said["from"].encode()])
            if known:
                after = at + 1
                yield _retold(mail, lines, at, after, known[0], _SUBJECT.sub("", mail.subject))
            continue
        keys = dict(_keys(lines[at : at + 12]))
        if len(keys) < _LEAST or not _KEY.match(lines[at][:_MAX_LINE]):
            continue
        stated = next((value for key, (value, _) in keys.items() if key in _FROM), "")
        address = _ADDRESS.search(stated)
        if address is None:
            continue
        known = read_addresses([address[0].encode()])
        if not known:
            continue
        subject = next((value for key, (value, _) in keys.items() if key in _TOPIC), "")
        end = at + max(place for _, place in keys.values()) + 1
        yield _retold(mail, lines, at, end, known[0], _SUBJECT.sub("", subject))
        after = end


def _retold(
    mail: Incoming, lines: Sequence[str], at: int, end: int, sender: str, subject: str
) -> Forwarded:
    """The letter whose lines begin at `end`, under its header at `at`."""
    body = "\n".join(_unquoted(lines[end:]))
    original = replace(
        mail,
        message_id=None,
        in_reply_to=(),
        references=(),
        sender=Sender(address=sender, name="", fault=None),
        subject=subject.strip(),
        date=None,
        plain=body,
        html=None,
        text=body,
    )
    return Forwarded(original=original, own_words=_own(lines[:at]), attached=False)


def _keys(lines: Sequence[str]) -> Iterator[tuple[str, tuple[str, int]]]:
    """The header lines at the beginning of `lines`: key → value, and where it stands."""
    for place, line in enumerate(lines):
        found = _KEY.match(line[:_MAX_LINE])
        if found is None:
            if line.strip(" >\t"):
                return
            if place and place > 1:
                return
            continue
        yield found[1].lower(), (found[2].strip().rstrip("*"), place)


def _unquoted(lines: Sequence[str]) -> list[str]:
    """The lines without the marks of a quotation, when all of them bear one."""
    marked = [line for line in lines if line.strip()]
    if marked and all(line.lstrip().startswith(">") for line in marked):
        return [re.sub(r"^\s{0,3}> ?", "", line) for line in lines]
    return list(lines)


def _own(lines: Sequence[str]) -> str:
    """What the colleague wrote above, without the divider."""
    said = takewhile(lambda line: not re.match(r"^\s*[-_=–—]{4,}", line), lines)
    return "\n".join(said).strip()

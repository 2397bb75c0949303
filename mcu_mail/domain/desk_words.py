"""Orders of the dispatcher that only a few questions expect: «Переслать: …», «Назначить: …».

They are read only in the answer to such a question, never elsewhere, from the first line that is
no greeting. What is not plainly one of them is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.drafts import cut_closing, skip_greeting
from mcu_mail.domain.verdict_words import AFTER, GAP, clean, same_length

if TYPE_CHECKING:
    from collections.abc import Mapping


class OrderKind(StrEnum):
    """What is ordered."""

    ordinary = "ordinary"
    """The matter is an ordinary message."""
    name = "name"
    """A person is to help."""
    handed_over = "handed_over"
    """The police or the rescue service has it."""
    forward = "forward"
    """The matter goes to whom it concerns."""
    ours = "ours"
    """The matter is the okrug's own."""
    open_new = "open_new"
    """A case is to be opened."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order, the words that follow it, and the whole text."""

    kind: OrderKind
    words: str
    whole: str


_PASSED: Final = r"(?:переслать|перешлите|перенаправить|перенаправьте|направить|направьте)"
_ORDERS: Final[Mapping[OrderKind, re.Pattern[str]]] = {
    OrderKind.ordinary: re.compile(
        rf"(?:это\s+)?обычное(?:\s+(?:сообщение|обращение|дело))?{AFTER}"
    ),
    OrderKind.name: re.compile(rf"(?:назначить|назначаю|поручить|поручаю){AFTER}"),
    OrderKind.handed_over: re.compile(
        r"передан[оы]?\s+(?:в\s+)?(?:полици[юи]|112|мвд|еддс|скор(?:ую|ой)|мчс|дежурн\w{1,4}"
        rf"(?:\s+част[ьи])?)(?:\s*[/,и]\s*(?:полици[юи]|112|мвд|еддс|скорую|мчс))*{AFTER}"
    ),
    OrderKind.forward: re.compile(rf"{_PASSED}(?:\s+по\s+(?:принадлежности|компетенции))?{AFTER}"),
    OrderKind.ours: re.compile(rf"(?:это\s+)?(?:наше|наша|наш\s+(?:вопрос|округ)){AFTER}"),
    OrderKind.open_new: re.compile(
        rf"(?:(?:открыть|завести|откройте|заведите)\s+)?"
        rf"(?:нов(?:ое|ый)|дело)(?:\s+(?:дело|обращение|сообщение))?{AFTER}"
    ),
}
_BARE: Final = frozenset({OrderKind.ordinary, OrderKind.ours, OrderKind.open_new})
"""Orders after which nothing more may stand in the line."""
_GAP: Final = re.compile(GAP)
_SEEN: Final = re.compile(
    r"(?:принят[оа]|принял[аи]?|принимаю|взят[оа]|взял[аи]?|беру|занимаюсь|занимаемся|звоню"
    r"|звоним|еду|едем|выезжаю|выезжаем|выехал[аи]?)"
    rf"(?:\s+(?:(?:в|к)\s+(?:работу|сведению|исполнению)|на\s+(?:себя|контроль)))?{AFTER}"
)


def read_order(text: str) -> Order | None:
    """The order at the beginning of a reply's new text; None when it holds none, or asks."""
    whole = cut_closing("\n" + clean(text)).strip()
    for line in whole.splitlines():
        said = skip_greeting(line).strip()
        if said:
            return _of_line(said, whole)
    return None


def read_seen(text: str) -> str | None:
    """What follows «Принято» at the beginning of a reply; None when it begins otherwise, or asks.

    He knows and acts; nothing is decided by that.
    """
    whole = cut_closing("\n" + clean(text)).strip()
    said, below = "", whole
    while below and not said:
        line, _, below = below.partition("\n")
        said = skip_greeting(line).strip()
    plain = same_length(said)
    found = _SEEN.match(plain)
    if found is None or "?" in plain:
        return None
    gap = _GAP.match(plain, found.end())
    return f"{said[gap.end() if gap else found.end() :]}\n{below}".strip()


def _of_line(said: str, whole: str) -> Order | None:
    plain = same_length(said)
    if "?" in plain:
        return None
    for kind, pattern in _ORDERS.items():
        found = pattern.match(plain)
        if found is None:
            continue
        gap = _GAP.match(plain, found.end())
        words = said[gap.end() if gap else found.end() :].strip(" \t.;,")
        if kind in _BARE and words:
            return None
        return Order(kind=kind, words=words, whole=" ".join(whole.split()))
    return None

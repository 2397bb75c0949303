"""One line cut into its labels and values: «Тел.: …; адрес: …», bold words, dots, own signs.

Why: a form may put several fields into one line and any sign between a label and its value. A
label counts only as a whole, so a sentence is never cut. Work is linear: only the head of a line
is tried.
"""

from __future__ import annotations

import itertools
import re
from typing import Final

from mcu_mail.mail.labels import LONGEST_LABEL, Label, Labels, without_numbering
from mcu_mail.mail.layout import BOLD_OFF, BOLD_ON
from mcu_mail.mail.moments import zone_mark

_SEPARATOR: Final = re.compile(
    r"\s*(?:(?<!\d)[:：=](?!//)|[:：=](?!//|\d)|\s{0,4}(?:→|=>)|\.{3,}|…+|_{3,}|\s[\-–—]{1,2}(?=\s|$)|\t|\s{3,}"
    r"|\s\|\s)[\s.:_]*"
)
_ANY_SIGN: Final = re.compile(r"\s*[^\w\s.,()«»\"'№+]{1,6}\s*")
_INNER: Final = re.compile(
    r"(?:[;•|]\s{0,3}|[,.)]?\s{1,4})(?=([^\W\d_][^:;,|=]{0,50}?)\s{0,2}[:=](?!//))"
)
_BOLD_WORDS: Final = re.compile(rf"{BOLD_ON}([^{BOLD_ON}{BOLD_OFF}]{{1,80}}){BOLD_OFF}")
_BEFORE_FIGURES: Final = re.compile(r"([^\d+():]{1,40}?)\s{0,3}(?=[+(]?\d)")
_AFTER_BOLD: Final = re.compile(r"[\-–—]{1,2}\s(?=\S)")
_FIGURES: Final = frozenset(("phone", "received_at", "due", "external_id"))
_OF_TIME: Final = frozenset(("received_at", "due", "time"))
_MAX_SEGMENTS: Final = 12
BEFORE_VALUE: Final = ":：=|*_ \t\r\n\xa0"
"""Punctuation of a label; no value begins with it."""


def split_line(line: str, labels: Labels) -> list[tuple[Label, str]]:
    """Cut one line into its labels and values; an empty list when it opens with no label."""
    found: list[tuple[Label, str]] = []
    for part in _cut_at_bold(line, labels):
        found.extend(_cut_part(part, labels))
    return found


def _cut_at_bold(line: str, labels: Labels) -> list[str]:
    cuts = [0]
    for found in _BOLD_WORDS.finditer(line):
        after = line[found.end() :].lstrip(BOLD_ON + " ")
        colon = found[1].rstrip().endswith(":") or after.startswith(":")
        if found.start() and colon and labels.find(found[1]):
            cuts.append(found.start())
    cuts.append(len(line))
    return [line[a:b] for a, b in itertools.pairwise(cuts) if line[a:b].strip()]


def _cut_part(part: str, labels: Labels) -> list[tuple[Label, str]]:
    head = _label_of(part, labels)
    if head is None:
        return []
    found: list[tuple[Label, str]] = []
    label, value = head
    while label.field != "text" and len(found) < _MAX_SEGMENTS:
        cut = _next_label(value, labels)
        if cut is None:
            break
        found.append((label, value[: cut[0]]))
        label, value = cut[1], cut[2]
    found.append((label, value))
    return found


def _label_of(part: str, labels: Labels) -> tuple[Label, str] | None:
    bare = without_numbering(part.lstrip())
    bold = _BOLD_WORDS.match(bare.lstrip())
    if bold and (label := labels.find(bold[1])):
        return label, _AFTER_BOLD.sub("", bare_value(bare.lstrip()[bold.end() :]), count=1)
    for found in _ANY_SIGN.finditer(bare[: LONGEST_LABEL + 60]):
        if label := labels.find_own(bare[: found.start()]):
            return with_zone(label, bare[: found.start()], bare[found.end() :])
    for found in _SEPARATOR.finditer(bare[: LONGEST_LABEL + 60]):
        if label := labels.find(bare[: found.start()]):
            return with_zone(label, bare[: found.start()], bare[found.end() :])
    if (figures := _BEFORE_FIGURES.match(bare)) and (label := labels.find(figures[1])):
        tail = bare[figures.end() :]
        if label.field in _FIGURES and len(tail) < 60:  # noqa: PLR2004 - a value, not a sentence
            return label, bare_value(tail)
    return None


def with_zone(label: Label, words: str, value: str) -> tuple[Label, str]:
    """Carry «(МСК)» over from the label, so that the moment is read in the right zone."""
    zoned = "(" in words or label.field in _OF_TIME
    mark = " МСК" if zone_mark(words) is not None and zoned else ""
    return label, bare_value(value) + mark


def _next_label(value: str, labels: Labels) -> tuple[int, Label, str] | None:
    for found in _INNER.finditer(value[:1000]):
        hard = found[0][:1] in ";•|"
        if not (hard or found[1][:1].isupper() or found[0][:1] in ",."):
            continue
        if label := labels.find(found[1]):
            rest = value[found.end() + len(found[1]) :].lstrip().lstrip(":=")
            return found.start(), label, bare_value(rest)
    return None


def bare_value(raw: str) -> str:
    """`raw` without the label's punctuation before it and the marks of bold words in it."""
    return raw.replace(BOLD_ON, "").replace(BOLD_OFF, "").lstrip(BEFORE_VALUE).strip()

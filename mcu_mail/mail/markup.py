"""One rendered template becomes both the text and the HTML of a mail, so they cannot drift apart.

A template is plain Russian text with a few marks that an office can learn in a minute:

    Тема: …              the subject, first line
    # Заголовок          a small heading
    **важное**           bold in HTML
    ~ мелко              a small grey line
    [кнопки: Нажмите:]   the buttons of this mail, after these words; nothing when there are none
    [кнопки!: Решение:]  the same, and the first button stands out
    an empty line        the next paragraph

The marks are read from the template's source, before rendering: they become control characters that
no value can hold (`finalize` takes them out), so a citizen's text is never markup. Everything is
plain text until the last step, which escapes every piece for HTML (`threats.md` A24).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote as percent

from jinja2.ext import Extension

from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.verdicts import read_meaning
from mcu_mail.mail.phrases import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

_HEADING, _SMALL, _QUOTE = "\x11", "\x12", "\x14"
_BUTTONS, _MAIN_BUTTON = "\x13", "\x18"
_BOLD, _BOLD_END, _LINK, _LINK_TO, _LINK_END = "\x0e", "\x0f", "\x15", "\x16", "\x17"
_KINDS = {_HEADING, _SMALL, _BUTTONS, _MAIN_BUTTON, _QUOTE}

_MARKS = (
    (re.compile(r"^# ", re.MULTILINE), lambda _: _HEADING),
    (re.compile(r"^~ ", re.MULTILINE), lambda _: _SMALL),
    (
        re.compile(r"^\[кнопки(!?)(?::[ \t]*(.*))?\][ \t]*$", re.MULTILINE),
        lambda found: (_MAIN_BUTTON if found[1] else _BUTTONS) + (found[2] or ""),
    ),
    (
        re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*"),
        lambda found: f"{_BOLD}{found[1]}{_BOLD_END}",
    ),
)
_LINKED = re.compile(f"{_LINK}([^{_LINK_TO}]*){_LINK_TO}([^{_LINK_END}]*){_LINK_END}")
_URL = re.compile(r"https?://[^\s<>\"']+\Z", re.IGNORECASE)
_TWO_STOPS = re.compile(r"(?<=\.[А-ЯЁ]\.)\.(?!\.)")  # «Хозяйственнов И.М.» may end a sentence.
_OUTLOOK_LIMIT = 1900
_OUTLOOK_SUBJECT = 1200

# A quoted line that reads as a decision gets a word before it: programs that answer without quote
# marks would otherwise hand it back as if the official had written it (`threats.md` A12).
_SAID = "пишут: "
_INNOCENT = {MeaningKind.note, MeaningKind.question, MeaningKind.answer, MeaningKind.empty}
_LINE_READ = 80

_FONT = "font-family:Arial,Helvetica,sans-serif;"
_BUTTON = (
    "display:inline-block;margin:6px 8px 2px 0;padding:10px 12px;border-radius:6px;"
    "text-decoration:none;font-weight:bold;line-height:20px;"
)
_MAIN = "background-color:#1a5fb4;color:#ffffff;"
_OTHER = "background-color:#e4e9f0;color:#17335c;"
_STYLE = {
    "": "margin:0 0 14px 0;",
    _HEADING: "margin:22px 0 6px 0;font-size:14px;font-weight:bold;color:#4a5563;",
    _SMALL: "margin:0 0 10px 0;font-size:13px;color:#6b7280;",
    _QUOTE: "margin:0 0 14px 0;padding:2px 0 2px 12px;border-left:3px solid #c8d0da;",
    _BUTTONS: "margin:0 0 16px 0;",
    _MAIN_BUTTON: "margin:0 0 16px 0;",
}


class Inline(str):
    """A piece made by a filter of ours: it may hold marks, unlike any other value."""

    __slots__ = ()


class Marks(Extension):
    """Turn the marks of a template's source into control characters before jinja2 parses it."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source with its marks replaced; the number of lines stays."""
        del name, filename
        for pattern, marked in _MARKS:
            source = pattern.sub(marked, source)
        return source


@dataclass(frozen=True, kw_only=True)
class Button:
    """A `mailto:` link: the person presses it and sends the prepared mail.

    Attributes:
        label: what the button says; never a verdict by itself («Согласовать», not «Согласовано»).
        subject: the subject of the prepared mail, with the case and the code.
        body: its text; the first line is the verdict.

    """

    label: str
    subject: str
    body: str = ""

    def href(self, address: str) -> str:
        """Return the link. Outlook refuses long ones, so the body is cut to stay under 1900."""
        subject = _percent_within(clean(self.subject), _OUTLOOK_SUBJECT)
        link = f"mailto:{percent(address, safe='@')}?subject={subject}"
        lines = (clean(line) for line in self.body[:_OUTLOOK_LIMIT].strip("\r\n").splitlines())
        # What the person types goes behind the space: «Нужно время до » and not «до25.11».
        words = "\r\n".join(lines) + (" " if self.body.endswith(" ") else "")
        body = _percent_within(words, _OUTLOOK_LIMIT - len(link) - len("&body=") - 1)
        return link + (f"&body={body}" if body else "")

    @property
    def first_line(self) -> str:
        """The words that the button writes for the person."""
        return clean(next(iter(self.body.strip().splitlines()), ""))


@dataclass(frozen=True, kw_only=True)
class Block:
    """A paragraph: `kind` is its mark (empty for plain text), `lines` still hold inline marks."""

    kind: str
    lines: tuple[str, ...]


def small(*lines: str) -> Block:
    """Return a paragraph in small grey letters."""
    return Block(kind=_SMALL, lines=lines)


def finalize(value: object) -> str:
    """Return what a `{{ … }}` of a template prints: one line, without a mark; None is empty."""
    if isinstance(value, Inline):
        return value
    return "" if value is None else clean(str(value))


def quoted(value: str, now: datetime) -> Inline:
    """Filter: somebody's words, line by line, as a quotation that does not open like a decision."""
    lines = (clean(line) for line in value.strip().splitlines())
    return Inline(
        "\n".join(f"{_QUOTE}{_SAID if _decides(line, now.date()) else ''}{line}" for line in lines)
    )


def _decides(line: str, today: date) -> bool:
    # A quotation decides nothing for us; a person may still take it for a decision.
    said = read_meaning(line[:_LINE_READ].lstrip("> "), today)
    return said.kind not in _INNOCENT or bool(said.contacts or said.addressing)


def link(label: str, target: str = "") -> Inline:
    """Filter: a link to a web address; anything that is no http(s) address stays plain text."""
    label, target = clean(label), clean(target or label)
    if not _URL.match(target):
        return Inline(label)
    return Inline(f"{_LINK}{target}{_LINK_TO}{label}{_LINK_END}")


def call(phone: str) -> Inline:
    """Filter: a telephone that a phone can dial on touch."""
    label = clean(phone)
    digits = "".join(char for char in label if char.isdigit())
    plus = "+" if label.startswith("+") else ""
    if not digits:
        return Inline(label)
    return Inline(f"{_LINK}tel:{plus}{digits}{_LINK_TO}{label}{_LINK_END}")


def parse(rendered: str) -> tuple[str, tuple[Block, ...]]:
    """Return (subject, blocks) of a rendered template; the subject is empty when it has none."""
    lines = rendered.strip().splitlines()
    subject = ""
    if lines and lines[0].startswith("Тема:"):
        subject = clean(_plain(lines.pop(0).removeprefix("Тема:")))
    blocks: list[Block] = []
    fresh = True
    for raw in lines:
        line = raw.strip(" \t")
        line = _TWO_STOPS.sub("", line)
        kind, line = (line[0], line[1:].strip(" ")) if line[:1] in _KINDS else ("", line)
        if not line and not kind:
            fresh = True
            continue
        if not fresh and blocks[-1].kind == kind:
            blocks[-1] = Block(kind=kind, lines=(*blocks[-1].lines, line))
        else:
            blocks.append(Block(kind=kind, lines=(line,)))
        fresh = kind in {_HEADING, _BUTTONS, _MAIN_BUTTON}
    return subject, tuple(blocks)


def as_text(blocks: Iterable[Block], buttons: Sequence[Button]) -> str:
    """Return the plain text of the mail; paragraphs are separated by an empty line."""
    text = ""
    for block in blocks:
        lines = [_plain(line) for line in block.lines]
        if block.kind == _QUOTE:
            lines = [f"> {line}".rstrip() for line in lines]
        elif block.kind in {_BUTTONS, _MAIN_BUTTON}:
            lines = [_button_in_words(button) for button in buttons]
        if any(lines):
            text += "\n".join(lines) + ("\n" if block.kind == _HEADING else "\n\n")
    return text.rstrip() + "\n"


def as_html(blocks: Iterable[Block], buttons: Sequence[Button], address: str) -> str:
    """Return the HTML of the mail: no table, picture, script or outside address."""
    body = "\n".join(_html(block, buttons, address) for block in blocks)
    return (
        '<!DOCTYPE html>\n<html lang="ru"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>\n'
        f'<body style="margin:0;padding:14px;{_FONT}font-size:16px;line-height:1.45;'
        f'color:#1f2933;background-color:#ffffff;"><div style="max-width:640px;">\n{body}\n'
        "</div></body></html>\n"
    )


def _html(block: Block, buttons: Sequence[Button], address: str) -> str:
    tag = "blockquote" if block.kind == _QUOTE else "p"
    inner = "<br>\n".join(_inline(line) for line in block.lines)
    if block.kind in {_BUTTONS, _MAIN_BUTTON}:
        if not buttons:
            return ""
        first = _MAIN if block.kind == _MAIN_BUTTON else _OTHER
        links = " ".join(
            f'<a href="{escape(button.href(address))}" style="{_BUTTON}{colour}">'
            f"&nbsp;{escape(clean(button.label))}&nbsp;</a>"
            for button, colour in zip(buttons, (first, *[_OTHER] * len(buttons)), strict=False)
        )
        # The words and the buttons share one line: a quoted button is then never a line of its own.
        inner = f"{inner or 'Нажмите:'} {links}"
    return f'<{tag} style="{_STYLE[block.kind]}">{inner}</{tag}>'


def _percent_within(value: str, room: int) -> str:
    """Return the beginning of `value`, percent-encoded, in at most `room` characters."""
    coded = ""
    for char in value:
        piece = percent(char, safe="")
        if len(coded) + len(piece) > room:
            break
        coded += piece
    return coded.removesuffix("%0D")


def _button_in_words(button: Button) -> str:
    how = f"начните ответ словами «{button.first_line}»" if button.first_line else "нажмите кнопку"
    return f"– чтобы выбрать «{clean(button.label)}», {how}"


def _inline(line: str) -> str:
    safe = escape(line)
    safe = _LINKED.sub(_anchor, safe)
    return safe.replace(_BOLD, "<b>").replace(_BOLD_END, "</b>")


def _anchor(found: re.Match[str]) -> str:
    keep = "white-space:nowrap;" if found[1].startswith("tel:") else ""
    return f'<a href="{found[1]}" style="color:#1a5fb4;{keep}">{found[2]}</a>'


def _plain(line: str) -> str:
    return _LINKED.sub(r"\2", line).replace(_BOLD, "").replace(_BOLD_END, "")

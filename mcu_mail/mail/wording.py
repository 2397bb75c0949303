"""What officials read: one template per mail and per note, in Russian, through one door to jinja2.

The templates are the office's to edit (`templates/mails/*.j2`, `templates/notes/*.j2`; their marks
are explained in `mcu_mail.mail.markup`). What the contract promises is not theirs to lose: the case
in the subject, the separator above a request and the line with its code are put here.

Templates are trusted, values are not: a value is rendered once, on one line, and can neither call
anything (sandbox), nor become markup, nor disappear (StrictUndefined) (`threats.md` A22, A24, F36).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.exceptions import (
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mcu_mail.domain import codes
from mcu_mail.mail import markup, phrases, wording_samples
from mcu_mail.mail.card import Candidate, Card
from mcu_mail.mail.markup import Button
from mcu_mail.mail.reply import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from jinja2.runtime import Context

_Value = TypeVar("_Value")

__all__ = ["SEPARATOR", "Button", "Candidate", "Card", "Worded", "Wording", "template_faults"]

REQUESTS = frozenset({
    "task",
    "rework",
    "approve",
    "sign",
    "route",
    "register_number",
    "confirm_needed",
    "reminder",
})
"""Mails that always ask: they cannot be written without a code."""

ANSWERS = frozenset({"annexes", "missing", "note_kept", "not_taken"})
"""Mails that keep an open request's code but are no request: no separator stands in them."""

OUTSIDE = frozenset({"letter_cover"})
"""Mails to the region: neither our subject prefix, nor a separator, nor a code."""

_SUBJECT_LIMIT = 150
_OPTIONAL: Mapping[str, object] = {
    "code": "",
    "buttons": (),
    "card": None,
    "person": None,
    "by": "",
    "details": "",
    "asked_version": 0,
    "executors": (),
    "enclosure": None,
    "annex_pages": 0,
}
"""What a caller may leave out; every other name a template uses must be given."""


@dataclass(frozen=True, kw_only=True)
class Worded:
    """A mail in words: one line of subject, plain text, HTML; lines end with LF."""

    subject: str
    text: str
    html: str


class Wording:
    """The templates of one office.

    Args:
        folder: the `templates` folder; mails are in `mails`, notes in `notes`.
        office_short: «Тяжинский МО».
        address: the service's address, where the buttons write to.

    """

    def __init__(self, folder: Path, office_short: str, address: str) -> None:
        self._office = office_short
        self._address = address
        self._mails = _environment(folder / "mails")
        self._notes = _environment(folder / "notes")

    def compose(self, name: str, /, **context: Any) -> Worded:
        """Return the mail `name` in words.

        A request (a mail that asks) is given `code`, grouped or not, and gets the separator on top
        and the code below. `reminder` also takes `request`, the name of the mail
        it repeats below its own first lines, and that mail's context.

        Raises:
            ValueError: a request without a code, or a letter to the region with one.
            jinja2.TemplateError: no such template, or it wants a value that was not given.

        """
        code = context.get("code", "")
        if name in REQUESTS and not code:
            raise ValueError(f"mail {name!r} asks for something and needs a code")
        if name in OUTSIDE and code:
            raise ValueError(f"mail {name!r} leaves the office and must not hold a code")
        subject, blocks = self._rendered(name, context)
        blocks = self._framed(name, code, blocks)
        if name not in OUTSIDE:
            card: Card | None = context.get("card")
            subject = f"[МЦУ {card.number}] {subject}" if card else f"[МЦУ] {subject}"
        buttons: tuple[Button, ...] = tuple(context.get("buttons", ()))
        return Worded(
            subject=phrases.clip(subject, _SUBJECT_LIMIT),
            text=markup.as_text(blocks, buttons),
            html=markup.as_html(blocks, buttons, self._address),
        )

    def note(self, name: str, /, **context: Any) -> str:
        """Return the plain text of a note for the clerk's folder, lines end with LF."""
        rendered = self._notes.get_template(f"{name}.j2").render(self._with_office(context))
        return markup.as_text(markup.parse(rendered)[1], ())

    def _rendered(
        self, name: str, context: Mapping[str, Any]
    ) -> tuple[str, tuple[markup.Block, ...]]:
        inner: tuple[markup.Block, ...] = ()
        known = self._with_office(context)
        if name == "reminder":
            known["request_subject"], inner = self._rendered(context["request"], context)
        subject, blocks = markup.parse(self._mails.get_template(f"{name}.j2").render(known))
        return subject, (*blocks, *inner)

    def _framed(
        self, name: str, code: str, blocks: tuple[markup.Block, ...]
    ) -> tuple[markup.Block, ...]:
        if name in OUTSIDE:
            return blocks
        top = (markup.small(SEPARATOR),) if code and name not in ANSWERS else ()
        foot = (f"Код: {codes.grouped(code.replace('-', ''))}",) if code else ()
        return (
            *top,
            *blocks,
            markup.small(*foot, f"{self._office}, муниципальный центр управления."),
        )

    def _with_office(self, context: Mapping[str, Any]) -> dict[str, Any]:
        return {**_OPTIONAL, "office": self._office, "service_address": self._address, **context}


def template_faults(folder: Path) -> tuple[str, ...]:
    """Return what is wrong with the templates of `folder`, in Russian; empty when all can be used.

    Every template is rendered with every sample, so that a broken one is refused by `check` and not
    met at 17:55 (`threats.md` F36).
    """
    wording = Wording(folder, "Образец МО", "mcu@okrug.example")
    faults = []
    for place, samples, render in (
        ("mails", wording_samples.MAILS, wording.compose),
        ("notes", wording_samples.NOTES, wording.note),
    ):
        for name, contexts in samples.items():
            found = dict.fromkeys(filter(None, (_fault(render, name, one) for one in contexts)))
            faults += [f"templates/{place}/{name}.j2: {fault}" for fault in found]
    return tuple(faults)


def _fault(render: Callable[..., Worded | str], name: str, context: Mapping[str, Any]) -> str:
    try:
        worded = render(name, **context)
    except TemplateNotFound as error:
        return f"нет файла шаблона «{error.name}»"
    except TemplateSyntaxError as error:
        return f"строка {error.lineno}: ошибка в записи шаблона ({error.message})"
    except UndefinedError as error:
        return f"неизвестное имя в шаблоне ({error.message})"
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        return f"шаблон не выполняется ({type(error).__name__}: {error})"
    if isinstance(worded, Worded) and (not worded.subject or worded.subject.endswith("]")):
        return "первая строка должна быть темой: «Тема: …»"
    text = worded.text if isinstance(worded, Worded) else worded
    return "" if text.strip() else "шаблон не даёт текста"


def _environment(folder: Path) -> ImmutableSandboxedEnvironment:
    # Nothing is escaped while rendering because everything is escaped when HTML is made of it.
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        autoescape=False,
        undefined=StrictUndefined,
        finalize=markup.finalize,
        extensions=[markup.Marks],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    plain = (phrases.span, phrases.clip, phrases.greet, phrases.initials, phrases.field_name)
    made = (markup.link, markup.call)
    environment.filters.update({function.__name__: function for function in (*plain, *made)})
    timed = (phrases.when, phrases.until, phrases.at, phrases.stamp, phrases.day, phrases.left)
    environment.filters.update({function.__name__: _with_now(function) for function in timed})
    environment.filters["quoted"] = _with_now(markup.quoted)
    return environment


def _with_now(phrase: Callable[[_Value, datetime], str]) -> Callable[[Context, _Value], str]:
    """A template says `{{ card.due | when }}`: the moment of the mail is always the same `now`."""

    @pass_context
    def told(context: Context, value: _Value) -> str:
        return phrase(value, context["now"])

    return told

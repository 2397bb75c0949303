"""What officials read: one template per mail and per note, in Russian, through one door to jinja2.

The templates are the office's to edit (`mails/*.j2`, `notes/*.j2`, `letters/cover.j2`; their marks
are explained in `mcu_mail.mail.markup`). What the contract promises is not theirs to lose: the case
in the subject, the separator above a request and the line with its code are put here.

Templates are trusted, values are not: a value is rendered once, on one line, and can neither call
anything (sandbox), nor become markup, nor disappear (StrictUndefined) (`threats.md` A22, A24, F36).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from mcu_mail.domain import codes
from mcu_mail.mail import markup, phrases, sent_page, templates, wording_samples
from mcu_mail.mail.card import Candidate, Card
from mcu_mail.mail.markup import Button
from mcu_mail.mail.reply import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    "asked_anew",
})
"""Mails that always ask: they cannot be written without a code."""

REPEATING = frozenset({"reminder", "asked_anew"})
"""Mails that put their own first lines above the mail of a request."""

ANSWERS = frozenset({
    "annexes",
    "aside_answer",
    "missing",
    "note_kept",
    "not_taken",
    "sheet_answer",
})
"""Mails that keep an open request's code but are no request: no separator stands in them."""

OUTSIDE = frozenset({"letter_cover", "stranger", "stranger_grave"})
"""Mails to the region and to strangers: neither our subject prefix, nor a separator, nor a code."""

_COVER_NEEDS = {"attachments": "список вложений"}
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
        files: the templates by their path in the folder («mails/task.j2»).
        office_short: «Тяжинский МО».
        address: the service's address, where the buttons write to.

    """

    def __init__(self, files: Mapping[str, bytes], office_short: str, address: str) -> None:
        self._office = office_short
        self._address = address
        self.use(files)

    def use(self, files: Mapping[str, bytes]) -> None:
        """Take these templates from now on."""
        self._files = files
        self._mails = templates.environment(files, "mails")
        self._notes = templates.environment(files, "notes")

    def compose(self, name: str, /, **context: Any) -> Worded:
        """Return the mail `name` in words.

        A request (a mail that asks) is given `code`, grouped or not, and gets the separator on top
        and the code below. `REPEATING` mails also take `request`, the name of the mail
        they repeat below their own first lines, and that mail's context.

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
        if name in REPEATING:
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


def template_faults(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return what is wrong with these files, in Russian; empty when all can be used.

    Every template is rendered with every sample, so that a broken one is refused by `check` and not
    met at 17:55 (`threats.md` F36).
    """
    wording = Wording(files, "Образец МО", "mcu@okrug.example")
    faults: list[str] = []
    for place, samples, render in (
        ("mails", wording_samples.MAILS, wording.compose),
        ("notes", wording_samples.NOTES, wording.note),
    ):
        for name, contexts in samples.items():
            tried = (templates.fault(partial(_tried, render, name, one)) for one in contexts)
            path = templates.PLACES.get(name, f"{place}/{name}.j2")
            faults += [f"templates/{path}: {fault}" for fault in dict.fromkeys(filter(None, tried))]
    faults += sent_page.template_faults(files)
    faults += templates.missing(files, templates.PLACES["letter_cover"], _COVER_NEEDS)
    return tuple(faults)


def _tried(render: Callable[..., Worded | str], name: str, context: Mapping[str, Any]) -> str:
    """What is wrong with a template that can be rendered; empty when nothing is."""
    worded = render(name, **context)
    if isinstance(worded, Worded) and (not worded.subject or worded.subject.endswith("]")):
        return "первая строка должна быть темой: «Тема: …»"
    text = worded.text if isinstance(worded, Worded) else worded
    return "" if text.strip() else "шаблон не даёт текста"

"""The words of «Подтверждение отправки», from the office's own template, as rich text.

The page is drawn by `documents/confirmation.py`; this module only fills in what happened. What
a server answered is a value: it can neither start a row nor a bold word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcu_mail.domain import rich_text
from mcu_mail.mail import templates, wording_samples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATH: Final = "letters/confirmation.j2"
_NEEDS: Final = {"recipients": "адреса и ответы серверов", "files": "файлы с контрольными суммами"}

Row = tuple[str, str, str, str]
File = tuple[str, str]


def sent_page(
    files: Mapping[str, bytes],
    *,
    case: str,
    number: str,
    date: str,
    subject: str,
    recipients: Sequence[Row],
    attachments: Sequence[File],
) -> str:
    """Return the page as rich text; its first line is the title.

    Args:
        files: the templates in use.
        case: number of the case.
        number: register number of the letter.
        date: its date, as it shall be read.
        subject: subject of the message that was sent.
        recipients: address, state, the server's answer, moment; one row for each address.
        attachments: name and SHA-256 of each file that was sent.

    Raises:
        jinja2.TemplateError: the template is absent or wants a value that is not given.

    """
    environment = templates.environment(files, "letters")
    environment.globals |= {"row": _row, "bold": _bold}
    environment.finalize = _plain
    return environment.get_template("confirmation.j2").render(
        case=case,
        number=number,
        date=date,
        subject=subject,
        recipients=recipients,
        files=attachments,
    )


def template_faults(files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with the template of the page, in Russian."""
    sample = wording_samples.SENT_PAGE
    fault = templates.fault(
        lambda: "" if sent_page(files, **sample).strip() else "шаблон не даёт текста"
    )
    found = [f"templates/{_PATH}: {fault}"] if fault else []
    return [*found, *templates.missing(files, _PATH, _NEEDS)]


class _Marked(str):
    """Rich text that the template has made; a value that only looks like it is not of this kind."""

    __slots__ = ()


def _plain(value: object) -> str:
    text = str(value)
    return text if isinstance(value, _Marked) else rich_text.without_marks(" ".join(text.split()))


def _bold(value: object) -> _Marked:
    return _Marked(rich_text.bold(_plain(value)))


def _row(*values: object) -> _Marked:
    return _Marked(rich_text.row([[_plain(value)] for value in values]))

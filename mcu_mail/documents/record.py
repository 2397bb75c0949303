"""The record that closes a year's register, as a Word file from the office's own template."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from mcu_mail.documents.package import read_package
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORD: Final = "reports/year_record.docx"
"""Its path in the templates folder."""

SAMPLE: Mapping[str, Any] = {
    "office": "Администрация Образцового муниципального округа",
    "year": 2026,
    "summary": "Зарегистрировано № 1–12, аннулировано 1 (№ 7).",
    "totals": "Всего записей: 12, отправлено писем: 11, аннулировано: 1.",
    "unsent": "Зарегистрировано и не отправлено: № 12.",
    "missing": "",
    "voids": [
        {
            "number": "01-12/7",
            "date": "24.11.2026",
            "reason": "ошибка в адресате & <дата>",
            "by": "Образцова О.О.",
        }
    ],
    "clerk": "Образцова О.О.",
    "clerk_title": "Специалист канцелярии",
    "today": "01.01.2027",
}
"""Every variable of the template, with invented values."""


def write_record(values: Mapping[str, Any], template: bytes) -> bytes:
    """Return the filled record; `values` have the names of `SAMPLE`.

    Raises:
        RefusedError: the template is no .docx, or cannot be filled.

    """
    try:
        read_package(template)
        document = DocxTemplate(io.BytesIO(template))
        environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
        document.render(_words(values), environment)
    except TemplateError as error:
        raise RefusedError(f"Шаблон итоговой записи не заполняется: {error}.") from error
    except (OpcError, SyntaxError, ValueError, KeyError, OSError) as error:
        raise RefusedError("Шаблон итоговой записи – не файл Word (.docx).") from error
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def record_faults(template: bytes) -> tuple[str, ...]:
    """What is wrong with the template, in Russian; empty when it can be used."""
    try:
        write_record(SAMPLE, template)
    except RefusedError as error:
        return (str(error),)
    return ()


def _words(value: Any) -> Any:
    """The values as text that is no template itself: braces are written as entities."""
    if isinstance(value, str):
        coded = str(escape(value)).replace("{", "&#123;").replace("}", "&#125;")
        return Markup(coded)  # noqa: S704 - escaped one line above
    if isinstance(value, dict):
        return {key: _words(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_words(one) for one in value]
    return value

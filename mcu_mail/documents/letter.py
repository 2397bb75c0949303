"""The letter as a Word file: the office's own template filled with the words of one case.

Guarantees: the template is rendered exactly once, in a sandbox, with unknown variables refused;
a citizen's or an executor's words are data and never a template, and nothing of them is lost
(`&`, `<`, braces); equal content gives equal bytes, so a verdict can be tied to a hash.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from docx.opc.exceptions import OpcError
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from mcu_mail.documents import sheet
from mcu_mail.documents.letter_text import escaped, rich_runs, text_blocks
from mcu_mail.documents.package import read_package
from mcu_mail.documents.qr import qr_png
from mcu_mail.documents.sheet import (
    DATE_FIELD,
    NUMBER_FIELD,
    Field,
    LetterContent,
    Letterhead,
    stamp_place,
)
from mcu_mail.domain.rich_text import Paragraph
from mcu_mail.errors import RefusedError
from mcu_mail.waits import may_wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "DATE_FIELD",
    "NUMBER_FIELD",
    "Field",
    "LetterContent",
    "Letterhead",
    "letter_sha",
    "stamp_place",
    "template_faults",
    "write_docx",
]

REQUIRED: Final = {
    "letterhead": "бланк",
    "date": "дата",
    "number": "регистрационный номер",
    "reference": "ссылка «На № … от …»",
    "addressee": "адресат",
    "address_lines": "адрес",
    "heading": "заголовок к тексту",
    "salutation": "обращение",
    "paragraphs": "текст",
    "last_paragraph": "последний абзац текста",
    "enclosure": "приложение",
    "signer_title": "должность подписавшего",
    "signer_name": "подпись",
    "executor_name": "исполнитель",
    "executor_details": "телефон исполнителя",
    "mark_label": "номер дела у QR-кода",
    "first_mark": "QR-код первого листа",
    "next_mark": "QR-код следующих листов",
}
"""Every variable of the answer's template; all must be used, or words would be lost."""

_PROMISE: Final = {"promise": "до какого дня будет дан полный ответ"}

TEMPLATES: Final = {
    "answer": "letters/answer.docx",
    "interim": "letters/interim.docx",
    # A letter that passes a matter on differs in its words alone.
    "forward": "letters/answer.docx",
}
"""The template of each kind of letter, by its path in the templates folder."""


def required(kind: str) -> dict[str, str]:
    """Return the variables that a template of this kind must use, with their Russian names.

    An interim answer ends in its promise, where another letter ends in its last paragraph.
    """
    if kind == "interim":
        rest = {name: title for name, title in REQUIRED.items() if name != "last_paragraph"}
        return rest | _PROMISE
    return dict(REQUIRED)


_FORM: Final = Letterhead(lines=("Образец",), address="1", phone="1", email="a@b.example")
_KEPT_PARTS: Final = 64
_KEPT_LENGTH: Final = 500
"""A last paragraph of up to so many characters goes overleaf with the signature.

LibreOffice moves a kept paragraph whole: a longer one would leave half a page empty.
"""


def template_faults(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return what is wrong with the letter templates of a set, one Russian sentence each."""
    found = (
        f"{path}: {fault}"
        for kind, path in TEMPLATES.items()
        for fault in _faults(files.get(path), kind, path.rpartition("/")[2])
    )
    # Two kinds may be set in one template.
    return tuple(dict.fromkeys(found))


def _faults(content: bytes | None, kind: str, name: str) -> tuple[str, ...]:
    if content is None:
        return ("Шаблон письма не найден.",)
    needed = required(kind)
    try:
        read_package(content)
        template = DocxTemplate(io.BytesIO(content))
        used = template.get_undeclared_template_variables(_environment())
        linked = _linked_parts(template)
    except TemplateSyntaxError as error:
        return (f"В шаблоне письма {name} ошибка в скобках подстановки: {error.message}.",)
    except (RefusedError, OpcError, SyntaxError, ValueError, KeyError, OSError):
        return (f"Шаблон письма {name} – не файл Word (.docx).",)
    faults = [
        *(f"неизвестное поле «{word}»" for word in sorted(used - needed.keys())),
        *(f"нет поля «{n}» ({title})" for n, title in needed.items() if n not in used),
        *(f"рисунок или файл вставлен ссылкой: {target}" for target in linked),
    ]
    told = tuple(f"В шаблоне письма {name} {fault}." for fault in faults)
    return told or _trial(content, kind, name)


def _linked_parts(template: DocxTemplate) -> tuple[str, ...]:
    """Return the targets that an office program would fetch from elsewhere (threats A21)."""
    package = template.get_docx().part.package
    return tuple(
        rel.target_ref
        for rel in package.iter_rels()
        if rel.is_external and not rel.reltype.endswith("/hyperlink")
    )


def _trial(content: bytes, kind: str, name: str) -> tuple[str, ...]:
    """Fill the template once, so that what only shows then does not show in the evening."""
    try:
        write_docx(replace(sheet.specimen(_FORM), kind=kind), content, name)
    except RefusedError as error:
        return (str(error),)
    return ()


def write_docx(content: LetterContent, template: bytes, name: str = "письма") -> bytes:
    """Return the filled letter; the same content and template give the same bytes.

    Args:
        content: what is written on it.
        template: the bytes of the template for letters of this kind.
        name: of the template's file, for the error.

    Raises:
        RefusedError: the template cannot be rendered.

    """
    may_wait("a letter")
    document = DocxTemplate(io.BytesIO(template))
    try:
        document.render(_context(content, document), _environment())
    except TemplateError as error:
        raise RefusedError(f"Шаблон {name} не заполняется: {error}.") from error
    out = io.BytesIO()
    document.save(out)
    return _repacked(out.getvalue())


def letter_sha(docx: bytes) -> str:
    """Return the SHA-256 of what the file holds, whatever its packing and time stamps.

    Raises RefusedError when the bytes are no .docx.
    """
    digest = hashlib.sha256()
    for name, part in sorted(read_package(docx).items()):
        digest.update(f"{name}\0{len(part)}\0".encode())
        digest.update(part)
    return digest.hexdigest()


class _Environment(SandboxedEnvironment):
    """Compiles the parts of a template once, not again for every letter."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self._compiled: dict[str, Template] = {}

    def from_string(self, source: Any, *_: Any, **__: Any) -> Template:
        found = self._compiled.get(source)
        if found is None:
            if len(self._compiled) >= _KEPT_PARTS:
                self._compiled.clear()
            found = self._compiled[source] = super().from_string(source)
        return found


@cache
def _environment() -> _Environment:
    return _Environment()


def _context(content: LetterContent, document: DocxTemplate) -> dict[str, Any]:
    *blocks, end = sheet.blocks(content) or (None,)
    interim = content.kind == "interim"
    kept = not interim and isinstance(end, Paragraph) and len(end.text) <= _KEPT_LENGTH
    if end is not None and not kept:
        blocks.append(end)
    return {
        "letterhead": {
            "higher": _words(content.letterhead.higher),
            "name": _words(content.letterhead.name),
            "details": _words(content.letterhead.details),
        },
        "date": sheet.day(content.date),
        "number": escaped(content.number or ""),
        "reference": escaped(sheet.reference_line(content)),
        "addressee": escaped(content.addressee),
        "address_lines": _words(content.address_lines),
        "heading": escaped(content.heading),
        "salutation": escaped(content.salutation),
        "paragraphs": text_blocks(filter(None, blocks)),
        "last_paragraph": rich_runs(end) if kept and isinstance(end, Paragraph) else Markup(),
        "promise": escaped(content.promise),
        "enclosure": escaped(sheet.enclosure_line(content)),
        "signer_title": escaped(content.signer_title),
        "signer_name": escaped(content.signer_name),
        "executor_name": escaped(content.executor_name),
        "executor_details": _words(content.executor_details),
        "mark_label": escaped(sheet.mark_label(content)),
        "first_mark": _mark(content, 1, sheet.FIRST_MARK, document),
        "next_mark": _mark(content, sheet.FOLLOWING_PAGE, sheet.NEXT_MARK, document),
    }


class _Mark(InlineImage):  # type: ignore[misc]  # the library has no types
    """A picture without room around it: a program fills in its own where none is given."""

    def _insert_image(self) -> str:
        xml: str = super()._insert_image()
        return xml.replace("<wp:inline ", '<wp:inline distT="0" distB="0" distL="0" distR="0" ', 1)


def _mark(content: LetterContent, page: int, side_mm: float, document: DocxTemplate) -> InlineImage:
    png = io.BytesIO(qr_png(sheet.payload(content, page)))
    return _Mark(document, png, width=Mm(side_mm), height=Mm(side_mm))


def _words(texts: Iterable[str]) -> list[Markup]:
    return [word for word in map(escaped, texts) if word]


def _repacked(docx: bytes) -> bytes:
    """Return the same package with every time stamp at the earliest the format knows."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, part in read_package(docx).items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # otherwise Windows and Linux would differ
            target.writestr(entry, part)
    return out.getvalue()

"""Word files as executors write them, for the tests of drafts: made anew by python-docx and XML."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

if TYPE_CHECKING:
    from docx.document import Document


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_lines(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    return saved(document)


def paragraph_xml(inner: str) -> bytes:
    """A file of one paragraph whose content is given as XML."""
    document = docx.Document()
    body = document.element.body
    body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))
    return saved(document)


def body_xml(*items: str) -> bytes:
    """A file whose body is given as XML."""
    document = docx.Document()
    body = document.element.body
    for at, item in enumerate(items):
        body.insert(
            at,
            parse_xml(
                item
                .replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)
                .replace("<w:tbl>", f"<w:tbl {nsdecls('w')}>", 1)
                .replace("<w:sdt>", f"<w:sdt {nsdecls('w')}>", 1)
            ),
        )
    return saved(document)

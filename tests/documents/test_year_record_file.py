"""The year's record as a Word file: every word arrives, a broken template is named."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcu_mail.documents.record import RECORD, SAMPLE, record_faults, write_record
from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

TEMPLATE = (Path(__file__).resolve().parents[2] / "templates" / RECORD).read_bytes()
WORDS = st.text(st.sampled_from("абвЯ&<>\"'«»№{}%/ 0123456789"), min_size=1, max_size=40).filter(
    str.strip
)


def read(content: bytes) -> tuple[str, Sequence[Sequence[str]]]:
    document = docx.Document(io.BytesIO(content))
    text = "\n".join(one.text for one in document.paragraphs)
    table = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    return text, table


def test_the_shipped_template_can_be_used():
    assert record_faults(TEMPLATE) == ()


def test_every_value_stands_in_the_record():
    text, table = read(write_record(SAMPLE, TEMPLATE))
    for name in ("office", "summary", "totals", "unsent", "today"):
        assert SAMPLE[name] in text
    assert table == [
        ["Номер", "Дата", "Причина", "Кто аннулировал"],
        ["01-12/7", "24.11.2026", "ошибка в адресате & <дата>", "Образцова О.О."],
    ]


def test_a_year_without_voids_has_no_table_of_them():
    document = docx.Document(io.BytesIO(write_record({**SAMPLE, "voids": []}, TEMPLATE)))
    assert len(document.tables) == 1
    assert "Аннулированные" not in "\n".join(one.text for one in document.paragraphs)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WORDS, min_size=1, max_size=5))
def test_no_word_of_a_reason_is_lost_or_obeyed(reasons):
    voids = [{"number": "1", "date": "", "reason": one, "by": ""} for one in reasons]
    _, table = read(write_record({**SAMPLE, "voids": voids}, TEMPLATE))
    assert [row[2] for row in table[1:]] == reasons


def test_a_template_that_cannot_be_filled_is_named():
    assert "не файл Word" in record_faults(b"no word file")[0]
    unknown = docx.Document(io.BytesIO(TEMPLATE))
    unknown.paragraphs[0].text = "{{ offise }}"
    out = io.BytesIO()
    unknown.save(out)
    assert "offise" in record_faults(out.getvalue())[0]
    with pytest.raises(RefusedError, match="offise"):
        write_record(SAMPLE, out.getvalue())

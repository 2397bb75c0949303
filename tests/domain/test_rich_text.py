from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain import rich_text
from mcu_mail.domain.rich_text import BOLD, CELL, PLAIN, Paragraph, Run, Table, blocks


def words(found: tuple[Paragraph, ...]) -> list[str]:
    return [one.text for one in found]


def test_an_ordinary_text_is_its_lines_without_the_empty_ones() -> None:
    assert blocks("Первое.\n\n  \nВторое.") == (
        Paragraph(runs=(Run(text="Первое."),)),
        Paragraph(runs=(Run(text="Второе."),)),
    )


def test_bold_begins_and_ends_where_it_is_switched() -> None:
    line = f"Работы {rich_text.bold('завершены')} в срок"
    (found,) = blocks(line)
    assert found == Paragraph(
        runs=(Run(text="Работы "), Run(text="завершены", bold=True), Run(text=" в срок"))
    )


def test_a_switch_without_its_other_half_counts_to_the_end_of_the_line() -> None:
    first, second = blocks(f"раз {BOLD}два\nтри{PLAIN} четыре")
    assert first == Paragraph(runs=(Run(text="раз "), Run(text="два", bold=True)))
    assert second == Paragraph(runs=(Run(text="три четыре"),))


def test_rows_that_follow_each_other_are_one_table() -> None:
    text = "\n".join([
        "До.",
        rich_text.row([["Улица"], ["Срок"]]),
        rich_text.row([["Образцовая", "Макетная"], []]),
        "После.",
    ])
    before, table, after = blocks(text)
    assert isinstance(table, Table)
    assert [[words(cell) for cell in row] for row in table.rows] == [
        [["Улица"], ["Срок"]],
        [["Образцовая", "Макетная"], []],
    ]
    assert [before, after] == list(blocks("До.\nПосле."))


def test_rows_of_different_lengths_are_filled_up() -> None:
    (table,) = blocks(f"{rich_text.row([['а'], ['б'], ['в']])}\n{rich_text.row([['г']])}")
    assert isinstance(table, Table)
    assert [[words(cell) for cell in row] for row in table.rows] == [
        [["а"], ["б"], ["в"]],
        [["г"], [], []],
    ]


def test_a_table_of_one_column_has_one_column() -> None:
    (table,) = blocks(rich_text.row([["одна"]]))
    assert isinstance(table, Table)
    assert [len(row) for row in table.rows] == [1]


def test_what_is_shown_has_no_marks() -> None:
    text = f"{rich_text.bold('Итог')}\n{rich_text.row([['а', 'б'], ['в']])}"
    assert rich_text.readable(text) == "Итог\nа б | в"


def test_marks_from_outside_mean_nothing() -> None:
    assert blocks(rich_text.without_marks(f"a{CELL}b{BOLD}c")) == blocks("a b c")


@given(st.text())
def test_no_text_breaks_it_and_every_word_is_kept(text: str) -> None:
    shown = "".join(
        "".join(one.text for row in item.rows for cell in row for one in cell)
        if isinstance(item, Table)
        else item.text
        for item in blocks(text)
    )
    marks = "".join(rich_text.MARKS)
    kept = text.translate(dict.fromkeys(map(ord, marks)))
    assert "".join(shown.split()) == "".join(kept.split())


@given(st.lists(st.lists(st.text(), max_size=3), min_size=1, max_size=4))
def test_a_row_is_one_line_whatever_its_cells_hold(cells: list[list[str]]) -> None:
    clean = [[rich_text.without_marks(line) for line in cell] for cell in cells]
    line = rich_text.row(clean)
    assert "\n" not in line
    assert all(isinstance(block, Table) for block in blocks(line))

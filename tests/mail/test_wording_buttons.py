"""Buttons and marks: what a pressed link writes, and what a template's marks become."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from mcu_mail.mail.markup import Button, Marks, as_html, as_text, finalize, link, parse, quoted

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BUTTON = Button(label="Согласовать", subject="[МЦУ 2026-000123] Да & нет? #1", body="Согласовано")


def pressed(button: Button) -> tuple[str, str]:
    parts = urlsplit(button.href("mcu@okrug.example"))
    assert (parts.scheme, parts.path, parts.fragment) == ("mailto", "mcu@okrug.example", "")
    fields = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
    assert set(fields) <= {"subject", "body"}
    return fields["subject"][0], fields.get("body", [""])[0]


def rendered(source: str, **values: object) -> str:
    return Environment(extensions=[Marks], finalize=finalize).from_string(source).render(values)


def test_a_pressed_button_writes_its_subject_and_body():
    assert pressed(BUTTON) == ("[МЦУ 2026-000123] Да & нет? #1", "Согласовано")


def test_a_link_holds_no_space_plus_or_raw_letter():
    href = Button(label="a", subject="тема + a b", body="первая\nвторая").href("mcu@okrug.example")

    assert href.isascii()
    assert "+" not in href
    assert " " not in href
    assert "%0D%0A" in href


@given(st.text(max_size=3000), st.text(min_size=1, max_size=300))
def test_any_text_survives_the_link_or_is_cut_to_what_outlook_takes(body, subject):
    button = Button(label="a", subject=f"т{subject}", body=body)

    told_subject, told_body = pressed(button)

    assert len(button.href("mcu@okrug.example")) < 1900
    assert "\n" not in told_subject
    assert "\r\n".join(told_body.splitlines()) == told_body.rstrip("\r\n")


def test_a_body_of_any_size_is_cut_at_once():
    href = Button(label="a", subject="s", body="я" * 1_000_000).href("mcu@okrug.example")

    assert 1890 <= len(href) < 1900


def test_marks_of_a_template_become_headings_bold_links_and_buttons():
    subject, blocks = parse(
        rendered(
            "Тема: дело\n\nСрок **{{ due }}**.\n# Ниже\n{{ url }}\n[кнопки!: Решение:]\n~ мелко",
            due="сегодня",
            url=link("https://social.example/a?b=1&c=2"),
        )
    )

    assert subject == "дело"
    assert as_text(blocks, [BUTTON]) == (
        "Срок сегодня.\n\nНиже\nhttps://social.example/a?b=1&c=2\n\n"
        "– чтобы выбрать «Согласовать», начните ответ словами «Согласовано»\n\nмелко\n"
    )
    html = as_html(blocks, [BUTTON], "mcu@okrug.example")
    assert "Срок <b>сегодня</b>." in html
    assert 'href="https://social.example/a?b=1&amp;c=2"' in html
    assert "Решение: <a " in html


def test_buttons_that_are_not_given_leave_nothing():
    _, blocks = parse(rendered("Тема: дело\nтекст\n[кнопки: Решение:]\nещё"))

    assert as_text(blocks, []) == "текст\n\nещё\n"
    assert "Решение" not in as_html(blocks, [], "mcu@okrug.example")


@pytest.mark.parametrize("value", ["# a", "**a**", "~ a", "[кнопки]", "\x11a", "\x18", "a\n# b"])
def test_a_value_never_becomes_a_mark(value):
    _, blocks = parse(rendered("Тема: дело\n{{ value }}", value=value))

    assert [block.kind for block in blocks] == ([""] if finalize(value) else [])


@pytest.mark.parametrize("target", ["javascript:alert(1)", "https://a b", 'https://a"b', "//a.ru"])
def test_what_is_no_web_address_is_no_link(target):
    _, blocks = parse(rendered("Тема: дело\n{{ value }}", value=link(target)))

    assert "href" not in as_html(blocks, [], "mcu@okrug.example")
    assert target in as_text(blocks, [])


def test_a_quotation_keeps_its_lines_and_marks_words_that_read_as_a_decision():
    _, blocks = parse(
        rendered("Тема: дело\n{{ value }}", value=quoted("Снег.\n\nНе согласен!", NOW))
    )

    assert as_text(blocks, []) == "> Снег.\n>\n> пишут: Не согласен!\n"


def test_none_prints_nothing():
    assert finalize(None) == ""

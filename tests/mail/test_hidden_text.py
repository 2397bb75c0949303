"""What a reader of an HTML mail cannot see is no part of it."""

from __future__ import annotations

import pytest

from mcu_mail.mail.alternative import is_ambiguous, shown_new_text
from mcu_mail.mail.html_text import html_to_text
from mcu_mail.mail.mime import read_mail

STYLES = [
    "display:none",
    "display : none !important",
    "visibility:hidden",
    "font-size:0",
    "font-size: 0px",
    "font-size:1px;line-height:0",
    "font-size:.5pt",
    "opacity:0",
    "mso-hide:all",
    "max-height:0;overflow:hidden",
    "position:absolute;left:-9999px",
    "text-indent:-10000px",
]
MARK_UPS = [
    *(f'<div style="{style}">тайна</div>' for style in STYLES),
    "<p hidden>тайна</p>",
    "<style>.a, .p {display:none}</style><p class='x p'>тайна</p>",
    "<style>.p{font-size:0}</style><p class=p>тайна</p>",
    "<title>тайна</title>",
    "<!-- тайна -->",
    '<img alt="тайна" src="x">',
    '<input type="hidden" value="тайна">',
    "<template>тайна</template>",
    "<script>тайна</script>",
    "<div style='display:none'><div><b style='display:block'>тайна</b></div></div>",
]
WHITE = [
    '<div style="color:#fff">тайна</div>',
    '<div style="color: white">тайна</div>',
    '<div style="color:rgb(255, 255, 255)">тайна</div>',
    '<font color="white">тайна</font>',
    '<div style="color:white;background:#FFFFFF">тайна</div>',
    '<div style="color:transparent">тайна</div>',
]
SEEN = [
    '<div style="color:#fff;background-color:#137333">видно</div>',
    '<table bgcolor="#137333"><tr><td><font color="white">видно</font></td></tr></table>',
    '<div style="font-size:11px">видно</div>',
    '<div style="height:20px">видно</div>',
    '<div style="display:inline-block;opacity:0.9">видно</div>',
    "<style>.q{display:none}</style><p class=p>видно</p>",
    '<p style="text-indent:-18pt">видно</p>',
]


def shown(mark_up: str) -> str | None:
    raw = f"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>{mark_up}</body></html>"
    return shown_new_text(read_mail(raw.encode()))


@pytest.mark.parametrize("mark_up", MARK_UPS)
def test_what_is_hidden_is_not_read(mark_up):
    assert "тайна" not in html_to_text(f"<html><body>{mark_up}<p>привет</p></body></html>")
    assert shown(mark_up) == ""


def test_what_stands_behind_a_hidden_word_stays():
    assert html_to_text("<p>до<span style='display:none'>не</span> после</p>") == "до после"


@pytest.mark.parametrize("mark_up", WHITE)
def test_white_letters_stay_in_the_text_but_nobody_surely_sees_them(mark_up):
    assert "тайна" in html_to_text(mark_up)
    assert shown(mark_up) == ""


@pytest.mark.parametrize("mark_up", SEEN)
def test_what_a_reader_sees_is_read(mark_up):
    assert shown(mark_up) == "видно"


def test_deep_white_mark_up_is_read_in_linear_time():
    deep = "<font color=white>" * 20_000
    assert html_to_text(f"{deep}x", doubt_white=True) == ""
    assert "x" in html_to_text(f"{deep}x")


@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: text/plain\r\nContent-Type: text/html",
        "content-type: text/html\r\nContent-Type: text/plain",
        "Content-Type: multipart/mixed; boundary=a; boundary=b",
        "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b; boundary=c",
        "Content-Type: text/plain; charset=utf-8; charset=utf-16be",
        "Content-Type: text/plain; charset=utf-7",
        "Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: base64",
    ],
)
def test_a_mail_that_two_programs_may_read_differently_is_named(head):
    assert is_ambiguous(read_mail(f"From: a@b.test\r\n{head}\r\n\r\nx".encode()))


@pytest.mark.parametrize(
    "head",
    [
        'Content-Type: multipart/mixed; boundary="a; boundary=b"',
        "Content-Type: text/plain; charset=utf-8; format=flowed",
        "Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: base64",
        "Content-Type: text/plain; name*0*=utf-8''a; name*1*=b; charset=utf-8",
    ],
)
def test_an_honest_structure_is_not(head):
    assert not is_ambiguous(read_mail(f"From: a@b.test\r\n{head}\r\n\r\nx".encode()))

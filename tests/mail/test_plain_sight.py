"""A decision is read only from what the reader of an HTML mail surely sees."""

from __future__ import annotations

import pytest

from mcu_mail.mail.alternative import shown_new_text
from mcu_mail.mail.mime import read_mail
from tests.mail.look_samples import OF_PROGRAMS, TRICKS

STYLES = [
    "display: none ! important",
    "display:/**/none",
    "d\\69splay:none",
    "display:none\\9",
    "display:block;display:none",
    "display:none;display:bogus",
    "clip-path:inset(100%)",
    "position:absolute;clip:rect(0,0,0,0)",
    "transform:scale(0)",
    "transform:translateX(-9999px)",
    "font:0/0 a",
    "font:1px serif",
    "font-size:0.01em",
    "font-size:0vw",
    "font-size:.1%",
    "font-size:0mm",
    "font-size:calc(0px)",
    "line-height:0",
    "letter-spacing:-1em",
    "color:#fefefe",
    "color:#fff0",
    "color:#00000000",
    "color:rgba(0,0,0,0)",
    "color:rgb(250 250 250)",
    "color:hsl(0,0%,100%)",
    "color:var(--x)",
    "color:#000;background:#000",
    "background-color:#1e1e1e",
    "color:#fff;background:url(data:,)",
    "color:#eee;background:#fff url(x.png)",
    "height:1px;overflow:hidden",
    "max-width:0;overflow:hidden",
    "height:20px;overflow:hidden",
    "opacity:.01",
    "filter:opacity(0)",
    "zoom:0",
    "content-visibility:hidden",
    "margin-left:-9999px",
    "margin-top:-3em",
    "position:absolute;right:-9999px",
    "position:relative;top:2em",
    "text-indent:-99em",
    "-webkit-mask:linear-gradient(transparent,transparent)",
    "text-decoration:line-through",
    "text-decoration-line: underline line-through",
    "direction:rtl;unicode-bidi:bidi-override",
    "float:right",
    "mso-hide:all",
    "mso-font-width:1%",
    "no colon at all",
]
SHEETS = [
    ("#x{display:none}", "<div id=x>"),
    ("div{display:none}", "<div>"),
    ("*{display:none}", "<div>"),
    ("[title]{display:none}", "<div title=a>"),
    (".a,.b{display:none}", "<div class=a>"),
    (".b , .a{display:none}", "<div class=a>"),
    (".o div{display:none}", "<div class=o><div>"),
    ("body > div{display:none}", "<div>"),
    ("div:first-child{display:none}", "<div>"),
    ("div:not(.s){display:none}", "<div>"),
    (".x:not(a){display:none}", "<div class=x>"),
    (":is(.y,.x){display:none}", "<div class=x>"),
    ("@media all{.x{display:none}}", "<div class=x>"),
    ("@supports (display:block){.x{display:none}}", "<div class=x>"),
    ("@layer a{.x{display:none}}", "<div class=x>"),
    ("@import 'x.css';", "<div>"),
    (".o{color:red;.x{display:none}}", "<div class=o><div class=x>"),
    (".x/* */{display:none}", "<div class=x>"),
    (".х{display:none}", "<div class=х>"),
    (".\\78{display:none}", "<div class=x>"),
    (".X{display:none}", "<div class=x>"),
    (".x{color:#fff}", "<div class=x>"),
    (".x{background:#000}", "<div class=x>"),
    (".x{color:#c00}", "<div class=x style='background:#c00'>"),
    (".x{font-size:.7em}", "<div class=x>"),
    (".x{text-decoration:line-through}", "<div class=x>"),
    (".x::before{content:'Не '}", "<div class=x>"),
    (".x{display:none", "<div class=x>"),
    (".y{color:red} /* .x{ */ .x{display:none}", "<div class=x>"),
    ("@font-face{font-family:a;src:url(x)}", "<div style='font-family:a'>"),
    ("p.MsoNormal{display:none}", "<p class=MsoNormal>"),
]
TAGS = (
    *("s", "strike", "del", "details", "dialog", "iframe", "object", "video", "audio", "canvas"),
    *("svg", "math", "noframes", "noembed", "meter", "progress", "comment", "xml", "marquee"),
    *("textarea", "select", "noscript", "bdo", "x-unknown"),
)
MARK_UPS = [
    *(f'<div style="{style}">тайна</div>' for style in STYLES),
    *(f"<style>{sheet}</style>{tags}тайна</div></div>" for sheet, tags in SHEETS),
    *(f"<{tag}>тайна</{tag}>" for tag in TAGS),
    "<details><summary> </summary>тайна</details>",
    "<svg width=0><text>тайна</text></svg>",
    "<![if false]><p>тайна</p><![endif]>",
    "<div popover>тайна</div>",
    '<div dir="rtl">тайна</div>',
    '<font color="#FFFFFE">тайна</font>',
    '<font color="fefefe">тайна</font>',
    '<table bgcolor="black"><tr><td>тайна</td></tr></table>',
    '<table background="x.png"><tr><td>тайна</td></tr></table>',
    '<div style="color:#222"><p><span style="background:#333">тайна</span></p></div>',
    f"{'<small>' * 5}тайна",
    f"""{'<span style="font-size:.8em">' * 5}тайна""",
    '<link rel="stylesheet" href="x.css"><p>тайна</p>',
    "<s>та</s><b style='opacity:0.1'>йна</b>",
]
WORD = (
    '<!-- /* Font Definitions */ @font-face {font-family:"Cambria Math"; panose-1:2 4 5 3 5 4;}'
    " @font-face {font-family:Calibri;} p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm;"
    ' margin-bottom:.0001pt; font-size:11.0pt; font-family:"Calibri",sans-serif;'
    " mso-fareast-language:EN-US;} a:link, span.MsoHyperlink {mso-style-priority:99;"
    " color:#0563C1; text-decoration:underline;} a:visited {color:#954F72;"
    " text-decoration:underline;} span.EmailStyle17 {mso-style-type:personal-compose;"
    ' font-family:"Calibri",sans-serif; color:windowtext;} .MsoChpDefault {font-size:10.0pt;'
    " mso-style-type:export-only;} @page WordSection1 {size:612.0pt 792.0pt; margin:2.0cm 42.5pt"
    " 2.0cm 3.0cm;} div.WordSection1 {page:WordSection1;} @list l0 {mso-list-id:1;}"
    ' @list l0:level1 {mso-level-text:"%1\\.";} ol {margin-bottom:0cm;} -->'
)
HONEST = [
    (
        f'<style>{WORD}</style><body lang=RU link="#0563C1" vlink="#954F72" style="word-wrap:'
        'break-word"><div class=WordSection1><p class=MsoNormal><span style="font-size:11.0pt;'
        'color:#1F497D;mso-fareast-language:EN-US">видно<o:p></o:p></span></p></div>'
    ),
    "<style>v\\:* {behavior:url(#default#VML);} .shape {behavior:url(#default#VML);}</style>видно",
    (
        '<style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style>'
        '<div style="font-family: Aptos, Calibri, Helvetica, sans-serif; font-size: 12pt; '
        'color: rgb(0, 0, 0);" class="elementToProof">видно</div>'
    ),
    (
        '<body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-'
        'space;"><div style="caret-color: rgb(0, 0, 0); color: rgb(0, 0, 0); font-size: 14px; '
        "font-style: normal; font-variant-caps: normal; letter-spacing: normal; orphans: auto; "
        "text-indent: 0px; text-transform: none; white-space: normal; word-spacing: 0px; "
        '-webkit-text-stroke-width: 0px; text-decoration: none;">видно</div>'
    ),
    '<div style="-webkit-text-size-adjust:auto;" dir="auto">видно</div>',
    (
        '<div dir="ltr"><div class="gmail_default" style="font-family:arial,sans-serif;color:'
        'rgb(34,34,34);font-size:small">видно</div></div>'
    ),
    (
        '<span style="background-color:rgb(255,255,255);color:rgb(51,51,51);float:none;display:'
        'inline!important">видно</span>'
    ),
    "<body style='font-size: 10pt; font-family: Verdana,Geneva,sans-serif'><p>видно</p></body>",
    (
        '<div style="font-family:Calibri;font-size:14px;line-height:115%;margin:0 0 10px 0;'
        'padding:0;border:0">видно</div>'
    ),
    '<p style="margin:0cm 0cm 0pt 36pt;text-indent:-18pt;mso-list:l0 level1 lfo1">видно</p>',
    '<p><font size="2" color="#000080" face="Times New Roman">видно</font></p>',
    '<div style="font:12px/1.5 Arial;background: #fff none repeat scroll 0% 0%">видно</div>',
    '<span style="background:yellow;mso-highlight:yellow">видно</span>',
    '<div style="background-color:#1e1e1e;color:#ffffff"><p>видно</p></div>',
    '<p style="color:red"><b>видно</b></p>',
    "<style>@media (max-width:600px){.w{width:100%!important}}</style><div>видно</div>",
    "<style>.preheader{display:none!important}</style><div class=own>видно</div>",
    "<![if !supportLists]><span></span><![endif]><p>видно</p>",
    '<st1:place w:st="on"><st1:city>видно</st1:city></st1:place>',
]


def shown(mark_up: str) -> str | None:
    raw = f"Content-Type: text/html; charset=utf-8\r\n\r\n<html>{mark_up}</html>"
    return shown_new_text(read_mail(raw.encode()))


@pytest.mark.parametrize("mark_up", MARK_UPS)
def test_words_that_may_not_have_been_seen_are_left_out(mark_up):
    assert not shown(mark_up)


@pytest.mark.parametrize("mark_up", HONEST)
def test_what_programs_write_by_themselves_hides_nothing(mark_up):
    assert shown(mark_up) == "видно"


@pytest.mark.parametrize("name", OF_PROGRAMS)
def test_a_reply_of_a_mail_program_is_read_as_it_stands(name):
    said = shown(OF_PROGRAMS[name].replace("V", "Согласовано")) or ""
    assert said.split("\n")[0] == "Согласовано"


@pytest.mark.parametrize("name", TRICKS)
def test_nothing_is_sure_where_programs_may_show_something_else(name):
    assert "Согласовано" not in (shown(TRICKS[name].replace("V", "Согласовано")) or "")


def test_a_word_struck_out_leaves_the_rest():
    assert shown("<p><s>Согласовано</s> Подумаю</p>") == "Подумаю"


def test_a_sheet_of_any_shape_is_read_in_linear_time():
    for piece in ("(", "[", ".a", ".a{", "/*", '"', "/* */", "a,", ":a", "{}", "@media a{"):
        assert shown(f"<style>{piece * 9_000}</style><p>x</p>") in {"", "x"}
    for piece in ("<!--[if", "<!--[if]-->", "<body ", "<body a", "<!--[if]><xml>", "<![if", "<"):
        assert shown(f"<p>x</p>{piece * 5_000}") is not None
    assert shown(f"<div style='{'a(' * 20_000}'>x</div>") == ""

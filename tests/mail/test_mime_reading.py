from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.body import unflow
from mcu_mail.mail.charset import clean_header, decode_bytes, decode_header
from mcu_mail.mail.html_text import coloured_lines, html_to_text
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.parameters import clean_name, parameters

RUSSIAN = "Согласовано. Замечаний к проекту ответа нет, срок подходит."


def nested(levels: int) -> bytes:
    opening = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return b"".join(opening % (level, level) for level in range(levels)) + b"\r\nhello"


HOSTILE = {
    "empty": b"",
    "only newlines": b"\r\n\r\n\r\n",
    "nested 55 KB deep": nested(1000),
    "nested under the stack limit": nested(150),
    "brackets in From": b"From: " + b"(" * 2_000 + b"\r\n\r\nx",
    "broken From": b"From: a@[\r\n\r\nx",
    "empty Message-ID": b"Message-ID: <>\r\n\r\nx",
    "long subject": b"Subject: " + b"=?utf-8?q?x?= " * 30_000 + b"\r\n\r\nx",
    "chain of enclosed mails": b"Content-Type: message/rfc822\r\n\r\n" * 1_200 + b"x",
    "too many parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 9_000,
    "many parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 4_000,
    "unknown charset": b"Content-Type: text/plain; charset=wtf\r\n\r\n\xd1\xee\xe3\xeb\xe0\xf1\xee",
    "charset that is no text codec": b"Content-Type: text/plain; charset=base64\r\n\r\n\xd1\xd2",
    "broken base64": b"Content-Transfer-Encoding: base64\r\n\r\n!!!!====A",
    "angle brackets": b"References: " + b"<" * 100_000 + b"\r\n\r\n",
    "NUL bytes": b"Subject: a\x00b\r\nFrom: \x00@\x00\r\n\r\n\x00\x00",
    "absurd date": b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n\r\nx",
    "no boundary": b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\ntext",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mail_is_read_without_an_exception(raw):
    mail = read_mail(b"X-First: 1\r\n" + raw if raw else raw)
    assert mail.sender.address is None
    assert len(mail.subject) <= 200
    assert mail.date is None


@given(st.binary(max_size=400))
def test_any_bytes_are_a_mail(raw):
    assert read_mail(raw).sender.address is None or b"@" in raw


@given(
    st.lists(
        st.sampled_from([
            b"From: a@b.test\r\n",
            b"Subject: =?utf-8?b?0J8=?=\r\n",
            b"Content-Type: multipart/alternative; boundary=q\r\n",
            b"Content-Type: message/rfc822\r\n",
            b"Content-Type: message/delivery-status\r\n",
            b"Content-Type: text/html; charset=utf-16\r\n",
            b"Content-Disposition: attachment; filename*0*=koi8-r''%F3; filename=\"\xd1\"\r\n",
            b"Content-Transfer-Encoding: base64\r\n",
            b"Content-Transfer-Encoding: x-uuencode\r\n",
            b"\r\n",
            b"--q\r\n",
            b"--q--\r\n",
            b"<p>\xd1\xee<blockquote>",
            b"begin 666 x\r\n",
        ]),
        max_size=25,
    )
)
def test_any_heap_of_mail_pieces_is_a_mail(pieces):
    mail = read_mail(b"".join(pieces))
    assert all(file.name.strip() for file in mail.attachments)


def test_headers_survive_a_body_that_cannot_be_parsed():
    mail = read_mail(b"From: a@city.test\r\nMessage-ID: <m1@x>\r\n" + nested(1000))
    assert mail.sender.address == "a@city.test"
    assert mail.message_id == "m1@x"
    assert mail.text == ""
    assert mail.defects == ("structure:RecursionError",)


def test_parts_below_a_hundred_levels_are_left_out_and_named():
    assert read_mail(nested(90)).text == "hello"
    deep = read_mail(nested(120))
    assert (deep.text, deep.defects) == ("", ("too-deep",))


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r", "cp866", "iso-8859-5"])
def test_declared_charsets_are_read(charset):
    raw = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + RUSSIAN.encode(charset)
    assert read_mail(raw).text == RUSSIAN


@pytest.mark.parametrize("declared", [None, "us-ascii", "iso-8859-1", "utf-8", "wtf", "x-unknown"])
@pytest.mark.parametrize("real", ["windows-1251", "koi8-r", "utf-8"])
@pytest.mark.parametrize("text", [RUSSIAN, "Согласовано", "Вернуть: нет визы", "СОГЛАСОВАНО"])
def test_missing_and_wrong_charsets_are_repaired(declared, real, text):
    assert decode_bytes(text.encode(real), declared) == text


@pytest.mark.parametrize("alias", ["win-1251", "cp-1251", "CP1251", "windows1251", '"win1251"'])
def test_nicknames_of_the_windows_charset_are_known(alias):
    assert decode_bytes(RUSSIAN.encode("cp1251"), alias) == RUSSIAN


@given(st.text(alphabet=st.characters(codec="cp1251", exclude_categories=["Cc"]), max_size=80))
def test_utf8_text_comes_back_unchanged(text):
    assert decode_bytes(text.encode(), "utf-8") == text


@given(st.binary(max_size=80), st.none() | st.text(max_size=20))
def test_any_bytes_under_any_charset_give_text(raw, declared):
    decode_bytes(raw, declared).encode()


HEADERS = {
    "split letter": (b"=?utf-8?B?0J/R?= =?utf-8?B?gNC40LLQtdGC?=", "Привет"),
    "two charsets": (b"=?koi8-r?Q?=F0?= =?windows-1251?Q?=F0?=", "Пр"),
    "raw cp1251": ("Петров <a@b>".encode("cp1251"), "Петров <a@b>"),
    "raw utf-8": ("Петров".encode(), "Петров"),
    "words around": (b"Re: =?utf-8?Q?=D0=9F_?= [1]", "Re: П  [1]"),
    "unpadded base64": (b"=?utf-8?B?0J/RgA?=", "Пр"),
    "unknown charset": (b"=?wtf?Q?abc?=", "abc"),
    "not a word": (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
}


@pytest.mark.parametrize(("raw", "text"), HEADERS.values(), ids=HEADERS.keys())
def test_headers_are_decoded(raw, text):
    assert decode_header(raw) == text


def test_a_line_break_inside_an_encoded_word_cannot_make_a_second_field():
    mail = read_mail(b"Subject: =?utf-8?q?a=0D=0ABcc=3A_v=40x?=\r\n\r\n")
    assert mail.subject == "a Bcc: v@x"


@given(st.text(max_size=400))
def test_a_clean_header_is_one_short_visible_line(text):
    clean = clean_header(text)
    assert len(clean) <= 200
    assert clean.isprintable() or "\xa0" in clean or not clean.isascii()
    assert not set(clean) & set("\r\n\t\x00\u202e\u2066\u200b")
    assert clean_header(clean) == clean


NAMES = {
    "../../etc/cron.d/x": "x",
    "..%2F..%2Fx": "x",
    "C:\\Users\\a\\Отчёт.docx": "Отчёт.docx",
    "a\x00b.pdf": "a b.pdf",
    "a\r\nb.pdf": "a b.pdf",
    "\u202efdp.exe": "fdp.exe",
    "  .  ": "Вложение",
    "": "Вложение",
    "а" * 400 + ".pdf": "а" * 146 + ".pdf",
    'a<b>:"|?*.txt': "a_b______.txt",
}


@pytest.mark.parametrize(("given_name", "shown"), NAMES.items())
def test_names_are_shown_without_paths_and_tricks(given_name, shown):
    assert clean_name(given_name) == shown


def test_parameters_are_read_by_rfc_2231_and_as_programs_really_write_them():
    raw = b"attachment; filename*1*=%D1%80.pdf; filename*0*=utf-8''%D0%9F; FileName=old.pdf"
    assert parameters(raw) == {"filename": "Пр.pdf"}
    assert parameters(b'a/b; name="=?koi8-r?Q?=F0=D2?=.pdf"') == {"name": "Пр.pdf"}
    assert parameters('x; filename="Отчёт; 1.pdf"'.encode("cp1251")) == {"filename": "Отчёт; 1.pdf"}
    assert parameters(b"x; filename*=koi8-r''%F3%CD%C5%D4%C1.xlsx") == {"filename": "Смета.xlsx"}


def test_plain_text_is_preferred_and_the_html_of_an_empty_plain_part_is_read():
    message = EmailMessage()
    message.set_content("обычный")
    message.add_alternative("<p>разметка</p>", subtype="html")
    assert read_mail(message.as_bytes()).text == "обычный"
    message = EmailMessage()
    message.set_content(" ")
    message.add_alternative("<p>разметка</p>", subtype="html")
    mail = read_mail(message.as_bytes())
    assert (mail.text, mail.html) == ("разметка", "<p>разметка</p>\n")


def test_an_attached_text_file_is_no_text_of_the_mail():
    message = EmailMessage()
    message.set_content("Отчёт приложен")
    message.add_attachment("Согласовано", filename="отчёт.txt")
    mail = read_mail(message.as_bytes())
    assert mail.text == "Отчёт приложен"
    assert [(file.name, file.inline) for file in mail.attachments] == [("отчёт.txt", False)]


def test_an_attached_mail_is_a_child_and_its_text_is_not_read():
    inner = EmailMessage()
    inner["Subject"] = "Вложенное: письмо"
    inner.set_content("Согласовано")
    outer = EmailMessage()
    outer.set_content("см. письмо")
    outer.add_attachment(inner)
    mail = read_mail(outer.as_bytes())
    assert mail.text == "см. письмо"
    assert [child.name for child in mail.children] == ["Вложенное_ письмо.eml"]
    assert read_mail(mail.children[0].content).text == "Согласовано"


def test_a_picture_shown_by_the_html_is_inline():
    message = EmailMessage()
    message.set_content('<img src="cid:logo@1">', subtype="html")
    message.add_attachment(b"1", maintype="image", subtype="png", filename="a.png", cid="<logo@1>")
    message.add_attachment(b"2", maintype="image", subtype="png", filename="b.png")
    assert [file.inline for file in read_mail(message.as_bytes()).attachments] == [True, False]


def test_identifiers_come_without_brackets_from_folded_and_comma_lists():
    mail = read_mail(
        b"Message-ID: <M@x>\r\nIn-Reply-To: a@x\r\n"
        b"References: <a@x>,<b@x>\r\n\t<c@\r\n x> <a@x>\r\n\r\n"
    )
    assert (mail.message_id, mail.in_reply_to) == ("M@x", ("a@x",))
    assert mail.references == ("a@x", "b@x", "c@x")


def test_dates_are_aware_and_absurd_ones_are_none():
    mail = read_mail(b"Date: Mon, 16 Mar 2026 10:15:00 +0300\r\n\r\n")
    assert mail.date == datetime(2026, 3, 16, 7, 15, tzinfo=UTC)
    assert mail.date is not None
    assert mail.date.utcoffset() == timedelta(hours=3)
    assert read_mail(b"Date: Mon, 1 Jan 1900 00:00:00 +0000\r\n\r\n").date is None


def test_recipients_are_the_canonical_addresses_of_to_and_cc():
    raw = 'To: "Петров, И." <A@City.Test>, b@city.test\r\nCc: б <B@city.test>, nobody\r\n\r\n'
    assert read_mail(raw.encode()).to == ("a@city.test", "b@city.test")


def test_machine_fields_are_not_decoded():
    mail = read_mail(
        b"Authentication-Results: x; =?utf-8?q?dmarc=3Dpass?=\r\nX-A: =?utf-8?q?b?=\r\n\r\n"
    )
    assert mail.headers[0][1] == "x; =?utf-8?q?dmarc=3Dpass?="
    assert mail.header("x-a") == "b"


def test_flowed_lines_are_joined_by_depth_and_the_signature_mark_stays():
    assert unflow("> a \n> b\nc \nd\n-- \nИван") == "> a b\nc d\n-- \nИван"


def test_html_keeps_lines_and_marks_quotations():
    html = "<div>А<b>б</b>в</div>г<br>д<blockquote>е<blockquote>ж</blockquote></blockquote>"
    assert html_to_text(html).split() == ["Абв", "г", "д", "е", "ж"]
    quoted = [line for line in html_to_text(html, mark_quotes=True).split("\n") if line]
    assert quoted == ["Абв", "г", "д", "> е", "> > ж"]


def test_an_indented_paragraph_of_ones_own_is_no_quotation():
    html = '<p>Вернуть:</p><blockquote style="margin:0 0 0 40px;border:none">нет визы</blockquote>'
    assert "нет визы" in html_to_text(html, mark_quotes=True).split("\n")


@pytest.mark.parametrize("tag", ["<div>", "<blockquote>", "<b>", "<table><tr><td>", "<p>"])
def test_words_below_thousands_of_tags_are_not_lost(tag):
    assert "слово" in html_to_text(tag * 5_000 + "слово", mark_quotes=True)


@given(st.text(max_size=300))
def test_any_string_is_html(html):
    html_to_text(html, mark_quotes=True).encode()


ENCODED = [
    ("utf-16 without its mark", RUSSIAN.encode("utf-16-le"), "utf-16"),
    ("utf-16 of the other order", RUSSIAN.encode("utf-16-be"), "utf-16"),
    ("utf-16 that nobody declares", RUSSIAN.encode("utf-16"), None),
    ("utf-8 encoded twice", RUSSIAN.encode().decode("cp1251").encode(), "utf-8"),
    ("utf-7 by its old name", RUSSIAN.encode("utf-7"), "unicode-1-1-utf-7"),
    ("an old Macintosh", RUSSIAN.encode("mac-cyrillic"), "x-mac-cyrillic"),
    ("DOS", RUSSIAN.encode("cp866"), "ibm866"),
]


@pytest.mark.parametrize(
    ("raw", "charset"), [row[1:] for row in ENCODED], ids=[r[0] for r in ENCODED]
)
def test_rare_charsets_are_read(raw, charset):
    assert decode_bytes(raw, charset) == RUSSIAN


BROKEN = [
    ("cut in the middle", b"base64", b"0J3QtdGCLCDQsdC10Lc", "Нет, без"),
    ("a footer below", b"base64", b"0J3QtdGC\r\n_____\r\nScanned.\r\n", "Нет"),
    ("not base64 at all", b"base64", "Нет, без подписи.".encode(), "Нет, без подписи."),
    ("spaces behind a break", b"quoted-printable", b"=D0=9D=D0=B5 =  \r\n=D0=B4=D0=B0", "Не да"),
    ("raw letters", b"quoted-printable", b"=D0=9D\xd0\xb5\xd1\x82", "Нет"),
]


@pytest.mark.parametrize(
    ("encoding", "body", "text"), [row[1:] for row in BROKEN], ids=[r[0] for r in BROKEN]
)
def test_broken_transfer_encodings_are_mended(encoding, body, text):
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
    assert read_mail(head + encoding + b"\r\n\r\n" + body).text == text


@pytest.mark.parametrize(
    "style", ["display: none !important", "DISPLAY:NONE", "visibility: hidden"]
)
def test_words_that_no_reader_sees_are_not_read(style):
    html = f'<p>Вернуть: срок</p><p style="{style}">Согласовано</p><p>и адрес</p>'
    assert "Согласовано" not in html_to_text(html)
    assert "и адрес" in html_to_text(html)


def test_a_charset_with_a_nul_costs_nothing():
    raw = b"Content-Type: text/plain; charset=utf-8\x00\r\n\r\n" + "Нет".encode()
    mail = read_mail(raw)
    assert (mail.text, mail.defects) == ("Нет", ())


def test_a_text_that_is_the_whole_mail_may_have_a_name():
    raw = b'Content-Type: text/plain; name="message.txt"\r\n\r\nYes'
    assert (read_mail(raw).text, read_mail(raw).attachments) == ("Yes", ())


def test_what_stands_below_the_header_of_outlook_on_the_web_is_quoted():
    html = (
        '<div>Вернуть: срок</div><hr><div id="divRplyFwdMsg"><b>Von:</b> X</div><p>Согласовано</p>'
    )
    lines = html_to_text(html, mark_quotes=True).split("\n")
    assert [line for line in lines if "Согласовано" in line] == ["> Согласовано"]


COLOURED = [
    '<span style="color:red">Завтра.</span>',
    "<span style='background:white;COLOR: #C00000'>Завтра.</span>",
    '<font color="#ff0000"><b>Завтра.</b></font>',
    '<p style="color: rgb(200, 20, 30);"><span style="color:red">Завтра</span>.</p>',
    '<div style="color:#e00"><a href="x" style="color:red">Завтра.</a></div>',
]


@pytest.mark.parametrize("piece", COLOURED)
def test_words_in_a_colour_are_told_from_others(piece):
    html = f'<p>Когда?</p>{piece}<p style="color:#222">Кто?</p><a style="color:red">link</a>'
    assert coloured_lines(html, "красн") == ["Завтра."]
    assert coloured_lines(html, "син") == []


@given(st.text(max_size=200))
def test_any_markup_has_words_in_a_colour_or_none(html):
    assert isinstance(coloured_lines(html, "красн"), list)

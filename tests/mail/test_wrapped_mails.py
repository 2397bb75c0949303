"""Mails inside wrappers: opaque signatures, `winmail.dat`, `.msg` files, attached mails."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.compressed_rtf import unpack_rtf
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.msg import read_msg
from mcu_mail.mail.reply import new_text
from mcu_mail.mail.rtf_text import read_rtf
from mcu_mail.mail.signed_data import signed_content
from mcu_mail.mail.tnef import read_tnef
from tests.mail.outlook_files import (
    BINARY,
    BODY,
    CODE_PAGE,
    CONTENT_ID,
    DATA,
    FLAGS,
    HTML,
    LONG,
    LONG_NAME,
    OBJECT,
    RTF,
    SHORT_NAME,
    SUBJECT,
    ber,
    compound,
    rtf,
    signed,
    storage,
    text,
    tnef,
)

WORD = b"PK\x03\x04 word"
PHOTO = b"\xff\xd8\xff\xe0 photo"
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
WXYZ = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def mail_with(*files: tuple[str, str, bytes], body: str = "Во вложении.") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Петров <petrov@okrug.example>"
    mail["Subject"] = "Ответ"
    mail.set_content(body)
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def sealed(content: bytes, *, kind: str = "application/pkcs7-mime") -> bytes:
    mail = EmailMessage()
    mail.set_content(content, *kind.split("/"), filename="smime.p7m", disposition="attachment")
    return mail.as_bytes()


def winmail(**parts: object) -> tuple[str, str, bytes]:
    return "winmail.dat", "application/ms-tnef", tnef(**parts)  # type: ignore[arg-type]  # whatever tnef takes


# --- opaque signatures -------------------------------------------------------------------------


@pytest.mark.parametrize("streamed", [False, True])
def test_the_mail_inside_an_opaque_signature_is_read_with_its_files(streamed):
    inner = mail_with(("Ответ.docx", "application/octet-stream", WORD), body="Согласовано.\n" * 90)
    mail = read_mail(sealed(signed(inner, streamed=streamed)))
    assert new_text(mail).text.startswith("Согласовано.")
    assert [file.name for file in mail.attachments] == ["smime.p7m", "Ответ.docx"]
    assert mail.attachments[1].content == WORD


def test_a_signature_inside_a_signature_is_opened_and_the_fourth_is_not():
    raw = b"Content-Type: text/plain\r\n\r\nYes"
    for _ in range(3):
        raw = sealed(signed(raw))
    assert read_mail(raw).text == "Yes"
    assert read_mail(sealed(signed(raw))).text == ""


def test_a_signed_mail_that_somebody_attaches_says_nothing_in_his_name():
    content = signed(b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "Согласовано".encode())
    mail = read_mail(mail_with(("smime.p7m", "application/pkcs7-mime", content), body="Посмотрите"))
    assert new_text(mail).text == "Посмотрите"


def test_an_encrypted_mail_stays_a_file_and_says_nothing():
    content = signed(b"Content-Type: text/plain\r\n\r\nYes", oid="2a864886f70d010703")
    mail = read_mail(sealed(content))
    assert (mail.text, [file.name for file in mail.attachments]) == ("", ["smime.p7m"])


HOSTILE_DER = {
    "endless nesting": b"\x30\x80" * 50_000,
    "endless octets": signed(b"x").replace(ber(4, b"x"), b"\x24\x80" * 5_000),
    "a length of gigabytes": b"\x30\x84\xff\xff\xff\xff",
    "a length of hundred bytes": b"\x30\xe4" + b"\xff" * 200,
    "nothing": b"",
    "text": b"-----BEGIN PKCS7-----",
    "many tiny pieces": signed(b"x" * 200_000, streamed=True)[:-9],
}


@pytest.mark.parametrize("der", HOSTILE_DER.values(), ids=HOSTILE_DER.keys())
def test_a_hostile_signature_is_a_file_and_no_more(der):
    mail = read_mail(sealed(der))
    assert [file.content for file in mail.attachments[:1]] == [der]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_signature_or_none(der):
    content = signed_content(der)
    assert content is None or content in der


@given(st.binary(max_size=700), st.booleans())
def test_what_was_signed_comes_out_as_it_was(content, streamed):
    assert signed_content(signed(content, streamed=streamed)) == content


# --- winmail.dat -------------------------------------------------------------------------------

NAMES = [
    ("a title of the code page", ("Отчёт.docx".encode("cp1251"), (), WORD), "Отчёт.docx"),
    (
        "a long Unicode name beside a short one",
        (b"OTCHET~1.DOC", (text(LONG_NAME, "Отчёт о работе за ноябрь.docx"),), WORD),
        "Отчёт о работе за ноябрь.docx",
    ),
    (
        "a long name of the code page",
        (b"OT.DOC", (text(LONG_NAME, "Ответ Ивановой.doc", "cp1251"),), WORD),
        "Ответ Ивановой.doc",
    ),
    (
        "bytes among the properties",
        (b"F.DOCX", (text(SHORT_NAME, "Ф.docx"), (DATA, BINARY, WORD)), b""),
        "F.DOCX",
    ),
    ("a path", (b"x", (text(LONG_NAME, "..\\..\\boot.docx"),), WORD), "boot.docx"),
]


@pytest.mark.parametrize(("file", "name"), [row[1:] for row in NAMES], ids=[r[0] for r in NAMES])
def test_files_of_a_winmail_have_the_names_a_person_sees(file, name):
    mail = read_mail(mail_with(winmail(files=[file])))
    assert [(item.name, item.content) for item in mail.packed] == [(name, WORD)]
    assert [item.name for item in mail.attachments] == ["winmail.dat"]
    assert mail.enclosed == ()


RUSSIAN_RTF = (
    rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 Arial;}{\f1\fcharset0 X;}}"
    rb"{\*\generator Secret;}\f0\fs20 \'d1\'ee\'e3\'eb\'e0\'f1\'ee\'e2\'e0\'ed\'ee.\par "
    rb"\u1057?\u1088?\u1086?\u1082? \endash  25.11\par}"
)
WRAPPED_HTML = (
    rb"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fcharset204 A;}}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \'cd\'e5\'f2 <\htmlrtf \par}\htmlrtf0 "
    rb"{\*\htmltag72 </p>}{\*\mhtmltag84 <img>}{\*\htmltag4 \par }}"
)
BODIES = [
    ("Unicode", text(BODY, "Согласовано."), "Согласовано."),
    ("the code page", text(BODY, "Не согласовано: нет даты", "cp1251"), "Не согласовано: нет даты"),
    ("HTML", (HTML, BINARY, "<p>Замечаний&nbsp;нет</p>".encode()), "Замечаний нет"),
    ("rich text", (RTF, BINARY, rtf(RUSSIAN_RTF)), "Согласовано.\nСрок – 25.11"),
    ("HTML in rich text", (RTF, BINARY, rtf(WRAPPED_HTML)), "Нет <"),
]


@pytest.mark.parametrize(("body", "said"), [row[1:] for row in BODIES], ids=[r[0] for r in BODIES])
def test_a_mail_that_is_only_a_winmail_is_read_from_it(body, said):
    page = (CODE_PAGE, LONG, (1251).to_bytes(4, "little"))
    mail = read_mail(mail_with(winmail(message=[page, body]), body=""))
    assert new_text(mail).text == said


def test_the_words_of_the_mail_itself_win_over_those_of_the_winmail():
    mail = read_mail(mail_with(winmail(message=[text(BODY, "Согласовано")]), body="Вернуть: срок"))
    assert new_text(mail).text == "Вернуть: срок"


def test_pictures_of_the_text_inside_a_winmail_are_told_from_photos():
    shown = (text(CONTENT_ID, "image001@x"), (FLAGS, LONG, (4).to_bytes(4, "little")))
    files = [(b"logo.png", shown, b"png"), (b"photo.jpg", (), PHOTO)]
    packed = read_mail(mail_with(winmail(files=files))).packed
    assert [(item.name, item.inline) for item in packed] == [
        ("logo.png", True),
        ("photo.jpg", False),
    ]


def test_a_mail_inside_a_winmail_gives_its_files():
    inner = tnef(message=[text(SUBJECT, "Тема")], files=[(b"draft.docx", (), WORD)])
    packed = (b"x", ((DATA, OBJECT, bytes(16) + inner),), b"")
    mail = read_mail(mail_with(winmail(files=[packed])))
    assert [item.name for item in mail.enclosed] == ["draft.docx"]


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (HELLO, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"),
        (WXYZ, b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
    ],
)
def test_compressed_rich_text_is_unpacked_as_its_specification_shows(packed, said):
    assert unpack_rtf(packed) == said


@given(st.binary(max_size=400))
def test_any_bytes_are_a_winmail_a_message_or_rich_text(raw):
    packed = read_tnef(bytes.fromhex("789f3e22") + raw)
    assert packed is not None
    assert all(item.content for item in packed.files)
    assert read_msg(bytes.fromhex("d0cf11e0a1b11ae1") + raw) is None
    assert len(unpack_rtf(HELLO[:16] + raw)) <= 43
    assert isinstance(read_rtf(b"{\\rtf1" + raw)[0], str)


@given(st.data())
def test_a_damaged_winmail_still_makes_a_mail(data):
    whole = tnef([text(BODY, "Да")], [(b"a.docx", (text(LONG_NAME, "б.docx"),), WORD)])
    at = data.draw(st.integers(6, len(whole) - 1))
    spoilt = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + 2 :]
    mail = read_mail(mail_with(("winmail.dat", "application/ms-tnef", spoilt)))
    assert mail.attachments[0].content == spoilt


@given(st.data())
def test_a_damaged_outlook_message_still_makes_a_mail(data):
    whole = outlook_message()
    at = data.draw(st.integers(24, len(whole) - 5))
    spoilt = whole[:at] + data.draw(st.binary(min_size=1, max_size=4)) + whole[at + 1 :]
    mail = read_mail(mail_with(("Проект.msg", "application/octet-stream", spoilt)))
    assert mail.attachments[0].content == spoilt


def test_rich_text_nested_deep_is_read():
    assert read_rtf(b"{" * 100_000 + b"x" + b"}" * 100_000)[0] == "x"


# --- .msg and attached mails -------------------------------------------------------------------


def outlook_message(name: str = "Ответ.docx", inner: bytes = WORD) -> bytes:
    files = {
        "__attach_version1.0_#00000000": storage(
            [text(LONG_NAME, name), text(CONTENT_ID, "d@x"), (DATA, BINARY, inner)], head=8
        ),
        "__attach_version1.0_#00000001": storage(
            [text(LONG_NAME, "logo.png"), text(CONTENT_ID, "l@x"), (DATA, BINARY, b"png")], head=8
        ),
    }
    return compound(storage([text(SUBJECT, "Проект"), text(BODY, "Согласовано")], files))


def test_an_attached_outlook_message_is_read():
    packed = read_msg(outlook_message())
    assert packed is not None
    assert (packed.subject, packed.plain) == ("Проект", "Согласовано")
    assert [(file.name, file.inline) for file in packed.files] == [
        ("Ответ.docx", False),
        ("logo.png", True),
    ]


def test_files_of_an_attached_outlook_message_come_with_the_mail_and_its_words_do_not():
    mail = read_mail(mail_with(("Проект.msg", "application/vnd.ms-outlook", outlook_message())))
    assert [file.name for file in mail.attachments] == ["Проект.msg"]
    assert [file.name for file in mail.enclosed] == ["Ответ.docx", "logo.png"]
    assert mail.enclosed[0].content == WORD
    assert new_text(mail).text == "Во вложении."


def test_an_outlook_message_inside_an_outlook_message_gives_its_files():
    inner = storage(
        [text(SUBJECT, "Внутри")],
        {
            "__attach_version1.0_#00000000": storage(
                [text(LONG_NAME, "фото.jpg"), (DATA, BINARY, PHOTO)], head=8
            )
        },
        head=24,
    )
    outer = storage(
        [text(SUBJECT, "Снаружи")],
        {"__attach_version1.0_#00000000": {"__substg1.0_3701000D": inner}},
    )
    packed = read_msg(compound(outer))
    assert packed is not None
    assert [(file.name, file.content) for file in packed.files] == [("фото.jpg", PHOTO)]


def test_files_of_an_attached_mail_come_with_the_mail_at_any_depth_within_limits():
    raw = mail_with(("Ответ.docx", "application/octet-stream", WORD))
    names = []
    for _ in range(6):
        mail = EmailMessage()
        mail.set_content("Пересылаю")
        mail.add_attachment(raw, "application", "octet-stream", filename="Письмо.eml")
        raw = mail.as_bytes()
        names.append([file.name for file in read_mail(raw).enclosed])
    assert names[0] == ["Ответ.docx"]
    assert names[2] == ["Письмо.eml", "Письмо.eml", "Ответ.docx"]
    assert names[5] == ["Письмо.eml"] * 3


def test_many_mails_inside_each_other_stay_within_limits():
    raw = mail_with(*[(f"{number}.jpg", "image/jpeg", PHOTO) for number in range(40)])
    for _ in range(2):
        raw = mail_with(*[("m.eml", "application/octet-stream", raw)] * 12)
    assert len(read_mail(raw).enclosed) <= 200

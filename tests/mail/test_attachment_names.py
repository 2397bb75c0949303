"""A hundred names of attachments that want to be more than a name (`threats.md` A18)."""

from __future__ import annotations

import base64
import re
import unicodedata
from urllib.parse import quote

import pytest

from mcu_mail.mail.mime import read_mail

ROADS = ("../", "..\\", "/", "C:\\", "\\\\srv\\share\\", "..%2F", "%2e%2e%5c", "....//", "./")
TARGETS = ("etc/cron.d/x", "Startup/x.exe", "x.docx", "фото.jpg", ".ssh/config", "b.sh")
DEVICES = (
    "CON", "con.txt", "NUL", "nul.pdf", "PRN", "AUX.docx", "COM1", "com9.jpg", "LPT1.txt", "LPT²",
    "CONIN$", "CONOUT$.txt", "aux .pdf",
)  # fmt: skip
OTHERS = (
    "", " ", ".", "..", "...", "a\x00b.pdf", "a\r\nBcc: v@evil.test\r\n.pdf", "a\tb.pdf",
    "\u202efdp.exe", "a\u200bb.pdf", "\x1b[31mred.pdf", "x" * 400 + ".docx", "ф" * 300 + ".jpg",
    "a:stream.pdf", "a<b>.pdf", 'a"b.pdf', "a|b.pdf", "what?.pdf", "*.pdf", "-rf.pdf", "$(id).pdf",
    "`id`.pdf", "=cmd.xlsx", "{{7*7}}.pdf", "a.pdf.exe", "a.pdf   .", "desktop.ini", "~$x.docx",
    "\u2066x\u2069.pdf", "a\u2028b.pdf", "\ufeffa.pdf", "a%00.pdf", "😀.jpg", "İ.pdf",
    ".htaccess", "thumbs.db ", "a\u0000\u0000.jpg", "..;x.pdf", "x.doc\x07", "\u00ad.pdf",
)  # fmt: skip
NAMES = tuple(dict.fromkeys([*(a + b for a in ROADS for b in TARGETS), *DEVICES, *OTHERS]))
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt[\d¹²³]|conin\$|conout\$)\s*(\.|$)")


def ways(name: str) -> dict[str, bytes]:
    """The name as programs and forgers write it."""
    word = base64.b64encode(name.encode())
    plain = name.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    plain = plain.replace(b"\r", b" ").replace(b"\n", b" ")
    percent = quote(name, safe="").encode()
    return {
        "2047": b'filename="=?utf-8?B?' + word + b'?="',
        "2231": b"filename*=utf-8''" + percent,
        "continued": b"filename*0*=utf-8''" + percent[:6] + b"; filename*1*=" + percent[6:],
        "both": b"filename=\"x.pdf\"; filename*=utf-8''" + percent,
        "raw": b'filename="' + plain + b'"',
    }


def shown(parameter: bytes) -> list[str]:
    raw = (
        b"From: a@city.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=X\n\n"
        b"--X\nContent-Type: application/octet-stream\nContent-Disposition: attachment; "
        + parameter
        + b"\n\nx\n--X--\n"
    )
    return [item.name for item in read_mail(raw).attachments]


def test_there_are_a_hundred_of_them() -> None:
    assert len(NAMES) >= 100
    assert sum(len(ways(name)) for name in NAMES) >= 400


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_a_name_whatever_it_says(name: str) -> None:
    for way, parameter in ways(name).items():
        (found,) = shown(parameter)
        assert 0 < len(found) <= 150, way
        assert not set(found) & set('/\\<>:"|?*'), way
        assert found.strip(" .") == found, way
        assert not any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in found), way
        assert not set(found) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069"), way
        assert not DEVICE.match(found), way
        assert "%2f" not in found.lower(), way


def test_a_long_name_keeps_its_extension() -> None:
    (found,) = shown(ways("x" * 400 + ".docx")["2231"])
    assert found.endswith(".docx")

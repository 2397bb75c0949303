"""Mails as a broken program, a bad line or an attacker would make them of real ones.

Seeded: the same number gives the same mail. Nothing here knows how mails are read.
"""

from __future__ import annotations

import base64
import json
import random
import re
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SAMPLES = Path(__file__).parents[1] / "samples"
_LARGEST = 300_000

TOKENS = (
    b"\x00", b"\r", b"\n", b"\xff\xfe", b"\xe2\x80\xae", b"\x1b[31m", b"=?", b"?=", b"=", b"--",
    b"=?utf-8?B?", b"=?windows-1251?Q?=D1=EE?=", b"=?x-unknown?B?//8=?=", b"From: \r\n", b"(" * 500,
    b">" * 300, b"<" * 300, b'"', b"boundary=", b"Content-Type: multipart/mixed; boundary=X\r\n",
    b"Content-Type: message/rfc822\r\n\r\n", b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: text/plain; charset=utf-7\r\n", b"charset=idna", b"charset=unicode_escape",
    b"From: a@[\r\n", b"Message-ID: <>\r\n", b"Date: Thu, 99 Foo 99999 99:99:99 +9999\r\n",
    b"Subject: =?utf-8?B?DQpCY2M6IHZAeA==?=\r\n", b'x"\r\nZZ1 DELETE Victim', b"\r.\r\n", b"\n.\n",
    b"filename*=utf-8''..%2F..%2Fetc%2Fpasswd", b"filename*0*=", b"begin-base64 644 x",
    "Согласовано\r\n".encode(), "От: Кому: Дата: Тема: ".encode() * 20, b"On " * 400,
    "Заявитель: ".encode() * 50, b"<blockquote>" * 200, b"<table><tr><td>" * 200, b"&#0;&#x110000;",
    b"{{7*7}}", b"{% for x in y %}", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"Authentication-Results: ",
    "１２３ ٤٥ ²³".encode(), b"59-\xd4\xc7", "до 99.99.9999".encode(), b"+7" + b"9" * 400,
)  # fmt: skip


@cache
def originals() -> tuple[bytes, ...]:
    """The shipped replies, and the shipped notices as mails."""
    found = [path.read_bytes() for path in sorted(_SAMPLES.rglob("*.eml"))]
    for line in (_SAMPLES / "notifications.jsonl").read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        message = EmailMessage()
        message["From"], message["Subject"] = sample["from"], sample["subject"]
        if "body_html" in sample:
            message.set_content(sample["body_html"], subtype="html")
        else:
            message.set_content(sample["body_text"])
        found.append(message.as_bytes())
    return tuple(found)


def mutated(number: int) -> bytes:
    """The mail of that number, every line ended by CRLF as it comes from a server."""
    chance = random.Random(number)
    raw = bytearray(chance.choice(originals()))
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        raw = bytearray(chance.choice(_WAYS)(chance, bytes(raw)))[:_LARGEST]
    return re.sub(rb"(?<!\r)\n", b"\r\n", bytes(raw)) or b"\r\n"


def _place(chance: random.Random, raw: bytes) -> int:
    # Half of all changes fall on the header, where most is decided.
    end = raw.find(b"\n\n") if chance.random() < 0.5 else len(raw)
    return chance.randrange(max(1, end))


def _flip(chance: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 4, 40))):
        if changed:
            changed[_place(chance, raw) % len(changed)] = chance.randrange(256)
    return bytes(changed)


def _cut(chance: random.Random, raw: bytes) -> bytes:
    start = _place(chance, raw)
    return raw[:start] + raw[start + chance.choice((1, 10, 200, 5000)) :]


def _end(chance: random.Random, raw: bytes) -> bytes:
    return raw[: _place(chance, raw)]


def _repeat(chance: random.Random, raw: bytes) -> bytes:
    start = _place(chance, raw)
    piece = raw[start : start + chance.choice((2, 30, 400))]
    return raw[:start] + piece * chance.choice((2, 20, 300)) + raw[start:]


def _insert(chance: random.Random, raw: bytes) -> bytes:
    start = _place(chance, raw)
    return raw[:start] + chance.choice(TOKENS) * chance.choice((1, 1, 3)) + raw[start:]


def _splice(chance: random.Random, raw: bytes) -> bytes:
    other = chance.choice(originals())
    return raw[: _place(chance, raw)] + other[_place(chance, other) :]


def _shuffle(chance: random.Random, raw: bytes) -> bytes:
    head, gap, body = raw.partition(b"\n\n")
    lines = head.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines) + gap + body


def _double_fields(chance: random.Random, raw: bytes) -> bytes:
    head, gap, body = raw.partition(b"\n\n")
    lines = head.split(b"\n")
    return b"\n".join(lines + chance.choices(lines, k=3)) + gap + body


def _recode(chance: random.Random, raw: bytes) -> bytes:
    names = (b"utf-8", b"koi8-r", b"windows-1251", b"us-ascii", b"utf-16", b"nonsense", b"")
    return re.sub(rb"(?i)charset=\"?[\w-]+\"?", b"charset=" + chance.choice(names), raw)


def _reencode(chance: random.Random, raw: bytes) -> bytes:
    names = (b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"binary", b"nonsense")
    return re.sub(rb"(?i)(transfer-encoding: )\S+", rb"\g<1>" + chance.choice(names), raw)


def _wrap(chance: random.Random, raw: bytes) -> bytes:
    for _ in range(chance.choice((1, 3, 40, 150))):
        if chance.random() < 0.5:
            raw = b"From: a@b.example\nContent-Type: message/rfc822\n\n" + raw
        else:
            mark = b"b%d" % chance.randrange(10**6)
            raw = b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n%s\n--%s--\n" % (
                mark, mark, raw, mark,
            )  # fmt: skip
    return raw


def _attach(chance: random.Random, raw: bytes) -> bytes:
    name = chance.choice((b"../../x.docx", b"CON.pdf", b"a\r\nBcc: x@y", b"=?utf-8?B?", b"x" * 500))
    body = base64.encodebytes(chance.randbytes(chance.choice((10, 3000, 60000))))
    return (
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=ATT\n\n--ATT\n"
        + raw
        + b'\n--ATT\nContent-Type: application/octet-stream; name="'
        + name
        + b'"\nContent-Transfer-Encoding: base64\n\n'
        + body
        + b"--ATT--\n"
    )


_WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip, _flip, _cut, _cut, _end, _repeat, _repeat, _insert, _insert, _insert, _splice, _shuffle,
    _double_fields, _recode, _reencode, _wrap, _attach,
)  # fmt: skip

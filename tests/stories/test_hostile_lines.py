"""Line ends and dots of strangers, through a whole day on a real Dovecot and a real Postfix."""

from __future__ import annotations

import imaplib
import re
from base64 import b64encode

import pytest

from tests.stories.office_day import CONTACT, NATIVE, SERVICE, SNOW, OfficeDay

pytestmark = pytest.mark.peers

ENDS = ("\n.\n", "\n.\r\n", "\r.\r", "\r\n.\r", "\r.\r\n", "\r\n\x00.\r\n", "\r\n.\r\n")
SMUGGLED = (
    "MAIL FROM:<mcu@okrug.example>\r\nRCPT TO:<victim@evil.test>\r\nDATA\r\nSubject: x\r\n\r\nx"
)
INJECTED = 'x"\r\nZZ1 DELETE Victim\r\nBcc: victim@evil.test'
TAIL = "".join(f"конец{end}{SMUGGLED}" for end in ENDS)


def word(text: str) -> str:
    return f"=?utf-8?B?{b64encode(text.encode()).decode()}?="


def mail(
    sender: str, text: str, *, subject: str = INJECTED, more: str = "", name: str = "Boss"
) -> bytes:
    """A mail whose every field tries to begin another line, its text in base64 as it stands."""
    folded = INJECTED.replace("\r\n", "\r\n ")
    return (
        f"From: {name} <{sender}>\r\nTo: {SERVICE}\r\nSubject: {word(subject)}\r\n"
        f"Message-ID: <{folded}.{len(text)}@evil.test>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0700\r\n"
        f"{more}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{b64encode(text.encode()).decode()}\r\n--b\r\nContent-Type: image/gif\r\n"
        f'Content-Disposition: attachment; filename="{word(INJECTED + ".gif")}"\r\n\r\nx\r\n'
        "--b--\r\n"
    ).encode()


def test_nothing_that_strangers_write_becomes_a_command(tmp_path, real_post):
    with imaplib.IMAP4(real_post.host, real_post.imap_port, 10) as colleague:
        colleague.login(f"{SERVICE}*reader", "reader-only")
        colleague.create("Victim")
        colleague.create("ZZ1")
    with OfficeDay(tmp_path / "office", real_post, NATIVE).opened() as day:
        day.arrives(
            mail("press@region.example", SNOW + TAIL, subject=f"Сообщение {INJECTED}"), "08:40"
        )
        day.arrives(mail("stranger@evil.test", TAIL, name=word(INJECTED)), "08:45")
        task = day.last("roads_head")
        thread = f"In-Reply-To: {task['Message-ID']}\r\nReferences: {INJECTED!r}\r\n"
        draft = f"Ответ: Улица расчищена 23.11.2026.\n{CONTACT}\n{TAIL}"
        day.arrives(mail("dorogi@okrug.example", draft, more=thread), "09:00")
        request = day.last("dep_life")
        thread = f"In-Reply-To: {request['Message-ID']}\r\n"
        day.arrives(mail("zam-zhkh@okrug.example", f"Что?{TAIL}", more=thread), "09:10")
        assert day.case().step == "approve_deputy"
        assert day.mails("appeals")
        raws = [
            raw
            for address in ("dorogi@okrug.example", "zam-zhkh@okrug.example", "obr@okrug.example")
            for raw in real_post.mailbox(address)
        ]
    assert len(raws) >= 4
    for raw in raws:
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\x00", raw)
        assert not re.search(rb"(?m)^(?:Bcc|MAIL FROM|RCPT TO|ZZ1)", raw)
    assert real_post.mailbox("victim@evil.test") == []
    assert (real_post.base / "mail" / SERVICE / "Maildir" / "Victim").is_dir()

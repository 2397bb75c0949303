"""Mails that want to decide for the deputy without being his decision, kind by kind.

Every one carries what its author could really have got hold of: most of them the open code, from a
forwarded request. What stands above the first `Received` of our own server is what a real Postfix
would have written there; everything below came over the wire.
"""

from __future__ import annotations

import random
from base64 import b64encode
from dataclasses import dataclass
from email.header import Header
from typing import TYPE_CHECKING

from mcu_mail.domain.codes import ALPHABET, grouped

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = "mail.okrug.example"
SERVICE = "mcu@okrug.example"
DEPUTY = "zam-zhkh@okrug.example"
SECRETARY = "it@okrug.example"
DISMISSED = "arh2@okrug.example"
COLLEAGUE = "zam-soc@okrug.example"
EVIL = "boss@evil.test"
APPROVED = "Согласовано"
RETURNED = "На доработку: всё переписать"
RECEIVED = (
    f"Received: from pc (unknown [192.0.2.7]) by {SERVER} (Postfix) with ESMTPS id 4D2; "
    "Mon, 23 Nov 2026 09:30:00 +0700\r\n"
)
FOREIGN = "Received: from y by mx.evil.test with ESMTP id 2; Mon, 23 Nov 2026 09:29:00 +0700\r\n"


def stated(result: str) -> str:
    """What our server writes above a mail it has taken."""
    return f"Authentication-Results: {SERVER}; {result}\r\n{RECEIVED}"


PASS = stated("dmarc=pass (p=reject dis=none) header.from=okrug.example")
FAIL = stated("dmarc=fail (p=none dis=none) header.from=okrug.example")
EVIL_PASS = stated("dmarc=pass header.from=evil.test; spf=pass smtp.mailfrom=boss@evil.test")
CLAIM = f"Authentication-Results: {SERVER}; dmarc=pass header.from=okrug.example\r\n"


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the forgers know: the open code and its thread, and codes that have lost their power."""

    code: str
    thread: str
    """Message-ID of the open request, with brackets."""
    question: str
    """The plain text of the open request."""
    old_code: str
    """Of the version before."""
    spent_code: str
    """Of a step that the drafter has finished."""
    expired_code: str
    other_code: str
    """Open, of another person in another case."""
    print_code: str
    letter_id: str


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """One mail, and the kind of trick it is."""

    kind: str
    raw: bytes


def forgeries(target: Target) -> Iterator[Forgery]:
    """All of them, in an order that never changes; each with its own Message-ID."""
    serial = 0
    for kind, mails in _KINDS.items():
        for raw in mails(target):
            serial += 1
            own = f"Message-ID: <forged.{serial}@pc.example>\r\n".encode()
            yield Forgery(kind=kind, raw=raw.replace(b"@MESSAGE-ID@\r\n", own, 1))


def _mail(
    target: Target,
    *,
    sender: str = f"From: Илья Хозяйственнов <{DEPUTY}>",
    text: str = APPROVED,
    top: str = RECEIVED,
    more: str = "",
    code: str | None = None,
    subject: str = "Re: ответ",
    thread: str | None = None,
    body: bytes | None = None,
    kind: str = 'text/plain; charset="utf-8"',
) -> bytes:
    """A mail with the code in its thread; an empty `thread` leaves only what `code` puts on."""
    back = target.thread if thread is None else thread
    head = f"{top}{sender}\r\nTo: {SERVICE}\r\n@MESSAGE-ID@\r\n"
    if back:
        head += f"In-Reply-To: {back}\r\nReferences: {back}\r\n"
    if code:
        subject = f"Согласовать {grouped(code)}"
    head += f"Subject: {_words(subject)}\r\nDate: Mon, 23 Nov 2026 09:29:00 +0700\r\n{more}"
    if body is not None:
        return f"{head}MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n".encode() + body
    head += f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
    return head.encode() + b"\r\n" + b64encode(text.encode()) + b"\r\n"


def _words(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode()


def _plain(text: str, more: str = "") -> bytes:
    return (
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n{more}"
        f"\r\n{b64encode(text.encode()).decode()}\r\n"
    ).encode()


def _html(mark_up: str) -> bytes:
    return _plain(mark_up).replace(b"text/plain", b"text/html")


def _multipart(*parts: bytes) -> bytes:
    return b"".join(b"--b0\r\n" + part for part in parts) + b"--b0--\r\n"


# --- the sender is not who he seems --------------------------------------------------------------


def _spoofed(target: Target) -> Iterator[bytes]:
    for words in (APPROVED, RETURNED, "Не возражаю", "ДА", "СТОП"):
        for top in (RECEIVED, FAIL):
            yield _mail(target, text=words, top=top)


def _display_names(target: Target) -> Iterator[bytes]:
    for name in (
        f'"Хозяйственнов Илья <{DEPUTY}>" <{EVIL}>',
        f'"{DEPUTY}" <{EVIL}>',
        f"{DEPUTY} <{EVIL}>",
        f"<{DEPUTY}> <{EVIL}>",
        f"<{DEPUTY}>, <{EVIL}>",
        f"{EVIL}, {DEPUTY}",
        f"=?utf-8?q?{DEPUTY.replace('@', '=40')}=2C?= {EVIL}",
        f"=?utf-8?b?{b64encode(f'{DEPUTY} '.encode()).decode()}?= <{EVIL}>",
        f'"\\"{DEPUTY}\\"" <{EVIL}>',
        f"Boss\u202e<{DEPUTY}>, {EVIL}",
    ):
        yield _mail(target, sender=f"From: {name}", top=PASS)


def _two_froms(target: Target) -> Iterator[bytes]:
    ours, theirs = f"From: {DEPUTY}", f"From: {EVIL}"
    for one, two in ((ours, theirs), (theirs, ours), (ours, ours)):
        yield _mail(target, sender=f"{one}\r\n{two}", top=EVIL_PASS)
        yield _mail(target, sender=f"{one}\r\nfROM{two[4:]}", top=PASS)


def _forms(target: Target) -> Iterator[bytes]:
    for form in (
        f"Group: {DEPUTY};",
        f"Group:; {DEPUTY}",
        f"Хозяйственнов (глава) <{DEPUTY}>",
        f"{DEPUTY} (Хозяйственнов)",
        "zam-zhkh(x)@okrug.example",
        f"<@evil.test:{DEPUTY}>",
        "zam-zhkh@okrug.example.",
        "<zam-zhkh@okrug.example.>",
        "zam-zhkh@[okrug.example]",
        '"zam-zhkh"@okrug.example',
        "=?utf-8?q?zam-zhkh?=@okrug.example",
        f"=?utf-8?q?{DEPUTY.replace('@', '=40')}?=",
        "zam-zhkh @okrug.example",
        f"{DEPUTY}\x00@evil.test",
        f"<{DEPUTY}",
        f"<<{DEPUTY}>>",
        f"{DEPUTY};",
        "",
    ):
        yield _mail(target, sender=f"From: {form}", top=PASS)


def _domains(target: Target) -> Iterator[bytes]:
    for address in (
        "zam-zhkh@\u043ekrug.example",
        "zam-zhkh@okru\u0261.example",
        "zam-zhkh@okrug.\u0435xample",
        "zam-zhkh@xn--krug-5cd.example",
        "zam-zhkh@\u043e\u043a\u0440\u0443\u0433.example",
        "zam-zhkh@okrug.example.evil.test",
        "zam-zhkh@sub.okrug.example",
        "zam-zhkh@okrug-example.test",
        "zam-zhkh@okrug.exarnple",
        "zam_zhkh@okrug.example",
        "zam-zhkh+x@okrug.example",
        "zam\u2010zhkh@okrug.example",
        "z\u0430m-zhkh@okrug.example",
    ):
        domain = address.rpartition("@")[2]
        passed = stated(f"dmarc=pass header.from={domain}") if domain.isascii() else PASS
        yield _mail(target, sender=f"From: {address}", top=passed)


# --- somebody vouches who may not ----------------------------------------------------------------


def _forged_results(target: Target) -> Iterator[bytes]:
    for top in (
        RECEIVED + CLAIM,
        RECEIVED + FOREIGN + CLAIM,
        FOREIGN + CLAIM + RECEIVED,
        CLAIM + FOREIGN + RECEIVED,
        RECEIVED + CLAIM + RECEIVED,
        RECEIVED + CLAIM.replace(SERVER, SERVER.upper()),
        RECEIVED + CLAIM.replace("Auth", "AUTH") + FOREIGN,
        f"Authentication-Results: mx.evil.test; dmarc=pass header.from=okrug.example\r\n{RECEIVED}",
        f"Authentication-Results: evil.{SERVER}; dmarc=pass header.from=okrug.example\r\n"
        + RECEIVED,
        f"Authentication-Results: {SERVER}.evil.test; dmarc=pass header.from=okrug.example\r\n"
        + RECEIVED,
        "Authentication-Results: ; dmarc=pass header.from=okrug.example\r\n" + RECEIVED,
        f"X-Authentication-Results: {SERVER}; dmarc=pass header.from=okrug.example\r\n{RECEIVED}",
        f"ARC-Authentication-Results: i=1; {SERVER}; dmarc=pass header.from=okrug.example\r\n"
        + RECEIVED,
        f"Received: from {SERVER} (by {SERVER}) by mx.evil.test with ESMTP; x\r\n{CLAIM}{RECEIVED}",
        f"Received-SPF: pass ({SERVER}: ok) client-ip=192.0.2.7; envelope-from={DEPUTY}\r\n"
        + RECEIVED,
    ):
        yield _mail(target, top=top)


def _misread_results(target: Target) -> Iterator[bytes]:
    for result in (
        "none",
        "spf=pass smtp.mailfrom=zam-zhkh@okrug.example",
        "dmarc=pass header.from=evil.test",
        "dmarc=pass header.from=evil.test smtp.mailfrom=zam-zhkh@okrug.example",
        "dmarc=pass header.from=sub.okrug.example",
        "dmarc=pass header.from=okrug.example header.from=evil.test",
        "dmarc=none header.from=okrug.example",
        "dmarc=temperror header.from=okrug.example",
        "(dmarc=pass header.from=okrug.example) spf=pass",
        'spf=fail reason="x; dmarc=pass header.from=okrug.example"',
        "dkim=pass header.d=evil.test header.i=@okrug.example",
        "dkim=pass header.d=example",
        "dkim=fail header.d=okrug.example",
        "auth=pass smtp.auth=boss@evil.test",
        "auth=pass smtp.auth=zam-soc",
        "auth=pass smtp.auth=zam-soc@okrug.example",
        "x-dmarc=pass header.from=okrug.example",
        "dmarc=fail header.from=okrug.example; dkim=pass header.d=okrug.example",
        "dkim=pass header.d=okrug.example; dmarc=fail (p=none) header.from=okrug.example",
        "spf=pass =?utf-8?q?=3B_dmarc=3Dpass_header=2Efrom=3Dokrug=2Eexample?=",
    ):
        yield _mail(target, top=stated(result))


def _markers(target: Target) -> Iterator[bytes]:
    name = "X-MS-Exchange-Organization-AuthAs"
    for line in (
        f"{name}: Internal\r\n",
        f"{name.lower()}: Internal\r\n",
        f"{name}: Anonymous\r\n{name}: Internal\r\n",
        "X-Internal: yes\r\nX-Trusted: yes\r\nX-Originating-Org: okrug.example\r\n",
        f"X-Auth-User: {DEPUTY}\r\nX-Authenticated-Sender: {DEPUTY}\r\n",
    ):
        yield _mail(target, more=line)
        yield _mail(target, top=RECEIVED + line)
    yield _mail(target, sender=f"From: {EVIL}", top=f"{name}: Internal\r\n{RECEIVED}")


def _proven_strangers(target: Target) -> Iterator[bytes]:
    evil = f"From: Хозяйственнов Илья <{EVIL}>"
    for words in (APPROVED, RETURNED, "Не возражаю"):
        yield _mail(target, sender=evil, text=words, top=EVIL_PASS)
        yield _mail(target, sender=f"From: <{COLLEAGUE}>", text=words, top=PASS)
    yield _mail(target, sender=f"{evil}\r\nReply-To: {DEPUTY}\r\nSender: {DEPUTY}", top=EVIL_PASS)
    yield _mail(target, sender=f"From: <{COLLEAGUE}>\r\nCc: {DEPUTY}", top=PASS)
    yield _mail(
        target, sender=f"From: <{COLLEAGUE}>\r\nResent-From: {DEPUTY}", top=PASS, text=RETURNED
    )


def _reply_to(target: Target) -> Iterator[bytes]:
    for back in (EVIL, f'"{DEPUTY}" <{EVIL}>', f"{DEPUTY}, {EVIL}"):
        yield _mail(target, more=f"Reply-To: {back}\r\n")
        yield _mail(target, more=f"Reply-To: {back}\r\n", top=FAIL)


def _carriers(target: Target) -> Iterator[bytes]:
    code = target.code.lower()
    for line in (
        f"Delivered-To: mcu+{code}@okrug.example\r\n",
        f"X-Original-To: mcu+{code}@okrug.example\r\n",
        f"Envelope-To: mcu+{code}@okrug.example\r\nDelivered-To: {DEPUTY}\r\n",
        f"X-Forwarded-For: {DEPUTY} {SERVICE}\r\nCc: mcu+{code}@okrug.example\r\n",
    ):
        yield _mail(target, more=line, thread="")
        yield _mail(target, sender=f"From: {EVIL}", more=line, top=EVIL_PASS)


def _dismissed(target: Target) -> Iterator[bytes]:
    for words in (APPROVED, RETURNED):
        yield _mail(target, sender=f"From: <{DISMISSED}>", text=words, top=PASS)
        yield _mail(target, sender=f"From: <{DISMISSED}>", text=words, thread="", code=target.code)


def _out_of_term(target: Target) -> Iterator[bytes]:
    for words in (APPROVED, RETURNED):
        yield _mail(target, sender=f"From: <{SECRETARY}>", text=words, top=PASS)
        yield _mail(
            target, sender=f"From: <{SECRETARY}>", text=words, top=PASS, thread="", code=target.code
        )


# --- the code has no power -----------------------------------------------------------------------


def _powerless_codes(target: Target) -> Iterator[bytes]:
    for code in (
        target.old_code,
        target.spent_code,
        target.expired_code,
        target.other_code,
        target.print_code,
    ):
        back = f"<req.{code.lower()}.1@okrug.example>"
        yield _mail(target, top=PASS, thread=back)
        yield _mail(target, text=RETURNED, top=PASS, thread="", code=code)


def _two_codes(target: Target) -> Iterator[bytes]:
    other = f"<req.{target.other_code.lower()}.1@okrug.example>"
    yield _mail(target, top=PASS, thread=f"{target.thread}\r\n {other}")
    yield _mail(target, text=RETURNED, top=PASS, code=target.other_code)
    yield _mail(target, text=f"{APPROVED}\n\nКод: {grouped(target.other_code)}", top=PASS)


def _guessed(target: Target) -> Iterator[bytes]:
    """10 000 guesses, one or hundreds to a mail, by the deputy himself as it seems."""
    dice = random.Random(42)

    def guess() -> str:
        return "".join(dice.choice(ALPHABET) for _ in range(16))

    near = [target.code[:at] + "Z" + target.code[at + 1 :] for at in (0, 7, 15)]
    near = [code for code in near if code != target.code]
    for code in [*near, *(guess() for _ in range(2))]:
        yield _mail(target, top=PASS, thread="", code=code)
    for _ in range(10):
        many = "\n".join(grouped(guess()) for _ in range(999))
        yield _mail(target, text=f"{APPROVED}\n\n{many}", top=PASS, thread="")
    look_alike = target.code.translate(str.maketrans("123456789", "ЗЗЧЧБББВЯ"))
    if look_alike != target.code:
        yield _mail(target, top=PASS, thread="", subject=f"Согласовать {look_alike}")
    yield _mail(target, top=PASS, thread="", code=target.code[:15])
    yield _mail(target, top=PASS, thread="", subject=f"Согласовать {target.code}{target.code[:1]}")


def _no_code(target: Target) -> Iterator[bytes]:
    yield _mail(target, top=PASS, thread="", subject="Re: [МЦУ 2026-000002] Согласуйте ответ")
    yield _mail(target, top=PASS, thread="<case.2026-000002@okrug.example>")


# --- the words are not his decision --------------------------------------------------------------


def _quoted(target: Target) -> Iterator[bytes]:
    quoted = "\n".join(f"> {line}" for line in [APPROVED, *target.question.splitlines()])
    said = "23.11.2026 09:20, МЦУ, служба писем <mcu@okrug.example> пишет:"
    for above in ("", "Кто это прислал?"):
        yield _mail(target, text=f"{above}\n\n{said}\n{quoted}", top=PASS)
        yield _mail(
            target, text=f"{above}\n\n— Пишите ответ выше этой строки —\n{APPROVED}", top=PASS
        )
    yield _mail(target, text=f"\n-- \n{APPROVED}\nИлья Хозяйственнов", top=PASS)


def _elsewhere(target: Target) -> Iterator[bytes]:
    yield _mail(target, text="", subject=APPROVED, top=PASS)
    for name, kind in (("Согласовано.txt", "text/plain"), ("Согласовано.html", "text/html")):
        given = f'Content-Disposition: attachment; filename="{_words(name)}"\r\n'
        part = _plain(APPROVED, given).replace(b"text/plain", kind.encode())
        body = _multipart(_plain(""), part)
        yield _mail(target, body=body, kind="multipart/mixed; boundary=b0", top=PASS)
    inner = f"From: {DEPUTY}\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    attached = b"Content-Type: message/rfc822\r\n\r\n" + f"{inner}{APPROVED}\r\n".encode()
    body = _multipart(_plain("Смотрите вложение"), attached)
    yield _mail(target, body=body, kind="multipart/mixed; boundary=b0", top=PASS)


def _hidden(target: Target) -> Iterator[bytes]:
    """The table of all ways to hide a text stands in `tests/mail/test_hidden_text.py`."""
    for mark_up in (
        f'<div style="display:none">{APPROVED}</div>',
        f'<div style="font-size:0">{APPROVED}</div>',
        f'<div style="color:#fff">{APPROVED}</div>',
        f"<div hidden>{APPROVED}</div>",
        f"<style>.p{{display:none}}</style><p class=p>{APPROVED}</p>",
        f"<!-- {APPROVED} -->",
        f'<img alt="{APPROVED}" src="x">',
    ):
        body = _html(f"<html><body>{mark_up}</body></html>").partition(b"\r\n\r\n")[2]
        kind = "text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64"
        yield _mail(target, body=body, kind=kind, top=PASS)


def _contradicting(target: Target) -> Iterator[bytes]:
    def both(text: str, mark_up: str) -> bytes:
        body = _multipart(_plain(text), _html(f"<html><body><p>{mark_up}</p></body></html>"))
        return _mail(target, body=body, kind="multipart/alternative; boundary=b0", top=PASS)

    yield both(APPROVED, RETURNED)
    yield both(RETURNED, APPROVED)
    yield both(APPROVED, "Коллеги, я ещё думаю")
    yield both(APPROVED, "Согласен, но уберите вторую фразу")
    yield both(APPROVED, f'<span style="display:none">{APPROVED}</span>Против!')
    yield both(RETURNED, "На доработку: убрать только дату")
    for kind in ("multipart/mixed",):
        for one, two in (
            (APPROVED, RETURNED),
            (APPROVED, "Хотя нет, подождите"),
            ("Нет.", APPROVED),
        ):
            body = _multipart(_plain(one), _plain(two))
            yield _mail(target, body=body, kind=f"{kind}; boundary=b0", top=PASS)


def _differential(target: Target) -> Iterator[bytes]:
    """Structures that one program reads as one text and the next one as another."""
    first = b"--b0\r\n" + _plain(APPROVED) + b"--b0--\r\n"
    second = b"--b1\r\n" + _plain("Против, переделайте") + b"--b1--\r\n"
    for kind in (
        "multipart/mixed; boundary=b0; boundary=b1",
        "multipart/mixed; boundary=b0\r\nContent-Type: multipart/mixed; boundary=b1",
        "multipart/mixed; boundary*0=b; boundary*1=0; boundary=b1",
        "multipart/mixed; boundary=b1\r\ncontent-type: multipart/mixed; boundary=b0",
    ):
        yield _mail(target, body=first + second, kind=kind, top=PASS)
    for kind in (
        "text/plain; charset=utf-8\r\nContent-Type: text/html; charset=utf-8",
        "text/html; charset=utf-8\r\nContent-Type: text/plain; charset=utf-8",
        "text/plain; charset=utf-8; charset=utf-16be",
        (
            "text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
            "Content-Transfer-Encoding: base64"
        ),
        "text/plain; charset=utf-7",
    ):
        words = "+BCEEPgQzBDsEMARBBD4EMgQwBD0EPg-" if "utf-7" in kind else APPROVED
        yield _mail(target, body=f"{words}\r\n".encode(), kind=kind, top=PASS)


def _signed_beside(target: Target) -> Iterator[bytes]:
    """An unsigned body beside a signed part: a signature that no rule asks for gives no power."""
    for own, signed in ((APPROVED, "На доработку: подписанный текст"), ("Нет", APPROVED)):
        inner = (
            b"Content-Type: multipart/signed; boundary=b2; protocol="
            b'"application/pkcs7-signature"; micalg=sha-256\r\n\r\n--b2\r\n'
            + _plain(signed)
            + b"--b2\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nMIIB\r\n"
            b"--b2--\r\n"
        )
        body = _multipart(_plain(own), inner)
        for top in (RECEIVED, PASS):
            yield _mail(target, body=body, kind="multipart/mixed; boundary=b0", top=top)


# --- no mail of a person at all ------------------------------------------------------------------


def _automatic(target: Target) -> Iterator[bytes]:
    for line in (
        "Auto-Submitted: auto-replied\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "X-Autoreply: yes\r\n",
        "Precedence: bulk\r\n",
        "Precedence: auto_reply\r\n",
        "X-Auto-Response-Suppress: All\r\nX-Autorespond: Re\r\n",
        "Return-Path: <>\r\n",
    ):
        yield _mail(target, more=line, top=PASS)
    for subject in ("Автоматический ответ: Re: ответ", "Automatic reply: ответ", "Вне офиса"):
        yield _mail(target, subject=subject, top=PASS)


def _lists(target: Target) -> Iterator[bytes]:
    for line in (
        "List-Id: <all.okrug.example>\r\nList-Unsubscribe: <mailto:x@okrug.example>\r\n",
        "Precedence: list\r\n",
        "List-Id: Сотрудники <staff.okrug.example>\r\nX-Mailman-Version: 2.1\r\n",
    ):
        yield _mail(target, more=line, top=PASS)


def _reports(target: Target) -> Iterator[bytes]:
    """Forged returns, reading receipts, witnesses and probes."""
    status = (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        b"Final-Recipient: rfc822; zam-zhkh@okrug.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    original = f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {target.thread}\r\n".encode()
    body = _multipart(_plain(APPROVED), status, original)
    kind = "multipart/report; report-type=delivery-status; boundary=b0"
    for sender in ("MAILER-DAEMON@okrug.example", "MAILER-DAEMON@evil.test", DEPUTY):
        yield _mail(target, sender=f"From: {sender}", body=body, kind=kind)
    read = b"Content-Type: message/disposition-notification\r\n\r\nDisposition: x; displayed\r\n"
    kind = "multipart/report; report-type=disposition-notification; boundary=b0"
    yield _mail(target, body=_multipart(_plain(APPROVED), read), kind=kind, top=PASS)
    for sender in (SERVICE, DEPUTY, EVIL):
        for letter_id in (f"{target.letter_id}.1", "2026-000002-1-X.1"):
            more = f"X-Letter-Id: {letter_id}\r\n"
            yield _mail(target, sender=f"From: {sender}", more=more)
        yield _mail(target, sender=f"From: {sender}", more="X-Mcu-Probe: 0123456789ABCDEF\r\n")
    invite = _plain("BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR")
    invite = invite.replace(b"text/plain", b"text/calendar; method=REPLY")
    body = _multipart(_plain(APPROVED), invite)
    yield _mail(target, body=body, kind="multipart/alternative; boundary=b0", top=PASS)


def _smuggled(target: Target) -> Iterator[bytes]:
    """A second mail inside the bytes of a first one, as a lenient server would have cut it."""
    inner = _mail(target).replace(b"@MESSAGE-ID@\r\n", b"Message-ID: <in.1@pc.example>\r\n", 1)
    commands = b"MAIL FROM:<zam-zhkh@okrug.example>\r\nRCPT TO:<mcu@okrug.example>\r\nDATA\r\n"
    for end in (
        b"\n.\n",
        b"\n.\r\n",
        b"\r.\r",
        b"\r\n.\r",
        b"\r.\r\n",
        b"\r\n\x00.\r\n",
        b"\n\n.\r\r\n",
    ):
        yield _mail(
            target,
            sender=f"From: {EVIL}",
            body=b"hello" + end + commands + inner,
            thread="",
            top=EVIL_PASS,
        )
    # What was smuggled in carries the pass of the one who smuggled it, and no code.
    yield _mail(target, thread="", top=PASS)
    yield _mail(target, thread="", top=PASS, text=RETURNED, subject="Re: [МЦУ 2026-000002]")


def _replayed(target: Target) -> Iterator[bytes]:
    """The deputy's own approval of the version before, delivered again and again."""
    old = f"<req.{target.old_code.lower()}.1@okrug.example>"
    signed = "DKIM-Signature: v=1; a=rsa-sha256; d=okrug.example; l=12; h=from; b=x\r\n"
    for top in (PASS, stated("dkim=pass header.d=okrug.example"), RECEIVED, PASS + FOREIGN):
        yield _mail(target, thread=old, top=top, more=signed)
        yield _mail(target, thread=old, top=top, more=signed, sender=f"From: <{COLLEAGUE}>")


_KINDS = {
    "spoofed From": _spoofed,
    "display name": _display_names,
    "two From fields": _two_froms,
    "odd address": _forms,
    "look-alike domain": _domains,
    "forged results": _forged_results,
    "results that prove nothing": _misread_results,
    "forged internal marker": _markers,
    "proven stranger": _proven_strangers,
    "Reply-To": _reply_to,
    "forged carrier": _carriers,
    "dismissed official": _dismissed,
    "delegate out of his term": _out_of_term,
    "powerless code": _powerless_codes,
    "two open codes": _two_codes,
    "guessed code": _guessed,
    "no code": _no_code,
    "verdict in the quotation": _quoted,
    "verdict elsewhere": _elsewhere,
    "hidden text": _hidden,
    "contradicting parts": _contradicting,
    "parser differential": _differential,
    "signed beside unsigned": _signed_beside,
    "automatic": _automatic,
    "list mail": _lists,
    "forged report": _reports,
    "smuggled": _smuggled,
    "replay": _replayed,
}

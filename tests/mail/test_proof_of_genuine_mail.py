"""Honest mail as servers really mark it is not refused, and where it is vouched for it counts.

The heads are written as the named servers write them; the sample replies pass below each of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.proof import Trust, TrustLevel, prove

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "replies").glob("*.eml"))
SERVER = "mail.okrug.example"
TRUST = Trust(
    authserv_id=SERVER,
    own_hosts=("okrug.example",),
    domains=("okrug.example",),
    marker=("X-MS-Exchange-Organization-AuthAs", "Internal"),
    marker_stripped=True,
)
POSTFIX = (
    f"Received: from mx.out.example (mx.out.example [192.0.2.25])\r\n\tby {SERVER} (Postfix) with "
    "ESMTPS id 4D2F1A\r\n\tfor <mcu@okrug.example>; Mon, 23 Nov 2026 09:30:00 +0700 (+07)\r\n"
)
LMTP = (
    f"Return-Path: <a@DOMAIN>\r\nDelivered-To: mcu@okrug.example\r\nReceived: from {SERVER}\r\n by "
    f"{SERVER} with LMTP\r\n\tid aBcD\r\n\t(envelope-from <a@DOMAIN>); Mon, 23 Nov 2026\r\n"
)
MARKED = {
    "Postfix, OpenDKIM and OpenDMARC in fields of their own": (
        f"Authentication-Results: {SERVER}; dmarc=pass (p=none dis=none) header.from=DOMAIN\r\n"
        f"Authentication-Results: {SERVER}; spf=pass smtp.mailfrom=DOMAIN\r\n"
        "DKIM-Filter: OpenDKIM Filter v2.11.0 mail.okrug.example 4D2F1A\r\n"
        f"Authentication-Results: {SERVER};\r\n\tdkim=pass (2048-bit key, unprotected) "
        'header.d=DOMAIN header.i=@DOMAIN header.a=rsa-sha256 header.s=mail header.b="Xy12"\r\n'
        + POSTFIX
    ),
    "the same below the hand-over to Dovecot": (
        f"{LMTP}Authentication-Results: {SERVER}; dmarc=pass (p=none dis=none) "
        f"header.from=DOMAIN\r\n{POSTFIX}"
    ),
    "Rspamd, one folded field": (
        f"Authentication-Results: {SERVER};\r\n\tdkim=pass header.d=DOMAIN header.s=mail2022 "
        "header.b=AbC+/=;\r\n\tspf=pass (mail.okrug.example: domain of a@DOMAIN designates "
        "192.0.2.25 as permitted sender) smtp.mailfrom=a@DOMAIN;\r\n\tdmarc=pass (policy=none)"
        f" header.from=DOMAIN\r\n{POSTFIX}"
    ),
    "Rspamd with ARC": (
        f"ARC-Seal: i=1; s=d; d=okrug.example; cv=none\r\nARC-Authentication-Results: i=1;\r\n"
        f"\t{SERVER};\r\n\tdmarc=pass header.from=DOMAIN\r\nAuthentication-Results: {SERVER};\r\n"
        f"\tarc=none;\r\n\tdmarc=pass (policy=none) header.from=DOMAIN\r\n{POSTFIX}"
    ),
    "Exchange Online's words with compauth": (
        f"Authentication-Results: {SERVER}; spf=pass (sender IP is 192.0.2.25)\r\n smtp.mailfrom="
        "DOMAIN; dkim=pass (signature was verified)\r\n header.d=DOMAIN;dmarc=pass action=none\r\n "
        f"header.from=DOMAIN;compauth=pass reason=100\r\n{POSTFIX}"
    ),
    "Gmail's words": (
        f"Authentication-Results: {SERVER};\r\n       dkim=pass header.i=@DOMAIN header.s=20230601 "
        'header.b="RqX/9=";\r\n       spf=pass (okrug: domain of a@DOMAIN designates 192.0.2.25 as '
        "permitted sender) smtp.mailfrom=a@DOMAIN;\r\n       dmarc=pass (p=NONE sp=QUARANTINE "
        f"dis=NONE) header.from=DOMAIN\r\n{POSTFIX}"
    ),
    "DKIM alone, as Mail.ru and Yandex sign": (
        f"Authentication-Results: {SERVER}; dkim=pass (2048-bit key) header.d=DOMAIN "
        f"header.i=@DOMAIN header.s=mailru\r\n{POSTFIX}"
    ),
    "Zimbra's amavis": (
        f"Authentication-Results: {SERVER} (amavisd-new);\r\n\tdkim=pass (2048-bit key)\r\n\t"
        f"header.d=DOMAIN header.b=Ab\r\n{POSTFIX}"
    ),
    "Kerio Connect": (
        f"X-Footer: okrug\r\nAuthentication-Results: {SERVER};\r\n\tdkim=pass header.d=DOMAIN "
        f"header.s=s1;\r\n\tdmarc=pass header.from=DOMAIN\r\nReceived: from mx.out.example "
        f"([192.0.2.25])\r\n\t(authenticated user a)\r\n\tby {SERVER}\r\n\tfor mcu@okrug.example;"
        "\r\n\tMon, 23 Nov 2026 09:30:00 +0700\r\n"
    ),
    "a version and upper case": (
        f"AUTHENTICATION-RESULTS: {SERVER.upper()} 1; DMARC=PASS header.from=DOMAIN\r\n{POSTFIX}"
    ),
    "two fields, the one of another server first": (
        "Authentication-Results: mx.out.example; dmarc=fail header.from=DOMAIN\r\n"
        f"Authentication-Results: {SERVER}; dmarc=pass header.from=DOMAIN\r\n{POSTFIX}"
    ),
}
INTERNAL = {
    "a login of Postfix with milters": (
        f"Authentication-Results: {SERVER};\r\n\tauth=pass smtp.auth=LOCAL "
        f"smtp.mailfrom=LOCAL@okrug.example\r\n{POSTFIX}"
    ),
    "a login by the whole address": (
        f"Authentication-Results: {SERVER}; auth=pass (plain) smtp.auth=LOCAL@okrug.example\r\n"
        + POSTFIX
    ),
    "Exchange's own mark below its Received": (
        "Received: from EX01.okrug.example (192.0.2.1) by EX02.okrug.example\r\n (192.0.2.2)"
        " with Microsoft SMTP Server (TLS) id 15.2.1118.40 via Mailbox\r\n Transport; x\r\n"
        "Received: from EX01.okrug.example by EX01.okrug.example with mapi id 15.2\r\n"
        "X-MS-Exchange-Organization-AuthAs: Internal\r\n"
        "X-MS-Exchange-Organization-AuthSource: EX01.okrug.example\r\n"
    ),
}
SILENT = {
    "a plain Postfix": POSTFIX,
    "CommuniGate Pro": (
        f"Received: from [192.0.2.9] (account a HELO pc) by {SERVER} (CommuniGate Pro SMTP 6.3)"
        "\r\n  with ESMTPSA id 123; Mon, 23 Nov 2026 09:30:00 +0700\r\n"
    ),
    "an answer with SPF alone": (
        f"Authentication-Results: {SERVER}; spf=pass smtp.mailfrom=DOMAIN\r\n{POSTFIX}"
    ),
    "a domain without DMARC": (
        f"Authentication-Results: {SERVER}; dmarc=none header.from=DOMAIN\r\n{POSTFIX}"
    ),
    "a DNS that did not answer": (
        f"Authentication-Results: {SERVER}; dmarc=temperror header.from=DOMAIN\r\n{POSTFIX}"
    ),
}


def _head(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n"


HEADS = {path.stem: _head(path) for path in SAMPLES}
SENDERS = {name: read_mail(head).sender.address for name, head in HEADS.items()}


def levels(top: str, domain: str = "") -> set[TrustLevel]:
    """How the sample replies of people fare below a server's head."""
    found = set()
    for name, head in HEADS.items():
        local, _, place = (SENDERS[name] or "").partition("@")
        own = b"okrug.example" if top in INTERNAL.values() else place.encode()
        inner = head.replace(place.encode(), own)
        above = top.replace("DOMAIN", domain or place).replace("LOCAL", local)
        found.add(prove(read_mail(above.encode() + inner), TRUST))
    return found


@pytest.mark.parametrize("top", MARKED.values(), ids=MARKED)
def test_a_reply_that_our_server_vouches_for_counts_at_once(top):
    assert levels(top) == {TrustLevel.PROVEN}
    assert levels(top, domain="evil.test") == {TrustLevel.SILENT}


@pytest.mark.parametrize("top", INTERNAL.values(), ids=INTERNAL)
def test_internal_mail_counts_at_once(top):
    assert levels(top) == {TrustLevel.PROVEN}


@pytest.mark.parametrize("top", SILENT.values(), ids=SILENT)
def test_a_server_that_says_nothing_refuses_nobody(top):
    assert levels(top) == {TrustLevel.SILENT}


def test_every_sample_of_a_person_has_a_sender_that_can_be_read_strictly():
    assert [name for name, sender in SENDERS.items() if sender is None] == []

"""What the way of a probe tells of a mail server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.probes import Fate, Outer, Probe, conclude, look_outside, probe, probe_of
from mcu_mail.mail.proof import Trust, TrustLevel

US = "mcu@okrug.example"
SERVER = "mail.okrug.example"
TOKEN = "0123456789ABCDEF"
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TRUST = Trust(
    authserv_id=SERVER,
    own_hosts=("okrug.example",),
    domains=("okrug.example",),
    marker=("X-Internal", "yes"),
)
RECEIVED = (
    f"Received: from pc by {SERVER} (Postfix) with ESMTPA id 1; Mon, 23 Nov 2026\r\n".encode()
)


def sent(kind: Probe) -> bytes:
    return probe(kind, TOKEN, address=US, to=US, trust=TRUST, now=NOW)


def arrived(**raws: bytes):
    return {Probe(kind): [(0.5, read_mail(raw))] for kind, raw in raws.items()}


def concluded(found, refused=frozenset()):
    return conclude(found, TOKEN, TRUST, Outer(), refused=refused)


def test_probes_are_whole_lines_and_known_by_their_token_alone():
    for kind in Probe:
        raw = sent(kind)
        assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
        mail = read_mail(raw)
        assert probe_of(mail, TOKEN) is kind
        assert probe_of(mail, "F" * 16) is None
    assert probe_of(read_mail(b"X-Mcu-Probe: .plain\r\n\r\nx"), TOKEN) is None
    assert probe_of(read_mail(f"X-Mcu-Probe: {TOKEN}.what\r\n\r\nx".encode()), TOKEN) is None


@pytest.mark.parametrize(
    ("raw", "results", "marker"),
    [
        (RECEIVED + sent(Probe.forged), Fate.below, Fate.below),
        (sent(Probe.forged), Fate.above, Fate.above),
        (
            sent(Probe.forged).replace(b"\r\nFrom:", b"\r\n" + RECEIVED + b"From:", 1),
            Fate.above,
            Fate.above,
        ),
        (RECEIVED + sent(Probe.plain), Fate.stripped, Fate.stripped),
        (
            RECEIVED + sent(Probe.forged).replace(b"X-Internal", b"X-Old-Internal"),
            Fate.below,
            Fate.stripped,
        ),
    ],
)
def test_the_fate_of_forged_fields(raw, results, marker):
    found = concluded(arrived(plain=RECEIVED + sent(Probe.plain), forged=raw))
    assert (found.results, found.marker) == (results, marker)


def test_where_the_plain_probe_did_not_come_nothing_is_concluded():
    found = concluded(arrived(plus=sent(Probe.plus)))
    assert (found.delay, found.inner, found.plus) == (None, None, None)
    assert (found.pair, found.doubles, found.results) == (None, None, Fate.unknown)


def test_what_arrived_and_what_did_not():
    plain = RECEIVED + sent(Probe.plain)
    found = concluded(arrived(plain=plain, plus=sent(Probe.plus)), frozenset({Probe.pair}))
    assert (found.delay, found.inner, found.plus) == (0.5, TrustLevel.SILENT, True)
    assert (found.pair, found.doubles, found.is_postfix) == (None, False, True)
    marked = replace(TRUST, marker=None)
    assert conclude(arrived(plain=plain), TOKEN, marked, Outer(), refused=frozenset()).marker is (
        Fate.unknown
    )


def test_mails_from_outside_tell_the_name_our_server_signs_with():
    stated = "Authentication-Results: mx.hoster.example; dmarc=pass header.from=region.example\r\n"
    received = "Received: from x by mx.hoster.example with ESMTPS id 1; Mon, 23 Nov 2026\r\n"
    heads = [
        read_mail(f"{stated}{received}From: <a@region.example>\r\n\r\n".encode()),
        read_mail(f"{received}From: <a@world.example>\r\n\r\n".encode()),
        read_mail(f"{stated}{received}From: <b@okrug.example>\r\n\r\n".encode()),
        read_mail(f"Return-Path: <>\r\n{received}From: <m@world.example>\r\n\r\n".encode()),
        # What anybody may have written below the first Received is nobody's name.
        read_mail(
            f"{received}{stated.replace('hoster', 'evil')}From: <e@w.example>\r\n\r\n".encode()
        ),
    ]
    found = look_outside(heads, frozenset({"okrug.example"}), TRUST)
    assert (found.seen, found.proven) == (3, 0)
    assert (found.ids, found.hosts) == (("mx.hoster.example",), ("mx.hoster.example",))
    known = replace(TRUST, authserv_id="mx.hoster.example")
    assert look_outside(heads, frozenset({"okrug.example"}), known).proven == 1

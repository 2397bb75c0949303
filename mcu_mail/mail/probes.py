"""Mails that `check --online` sends to itself, and what their way tells of the mail server.

Pure: bytes and plain values in, plain values out. A probe carries 80 random bits that nobody else
knows; a mail that only claims to be one is any other mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from mcu_mail.mail.proof import Top, TrustLevel, look_at_top, prove, stands_above

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.proof import Trust

PROBE = "X-Mcu-Probe"


class Probe(StrEnum):
    """What a probe tries out."""

    plain = "plain"
    """From our address to our address."""
    again = "again"
    """The same Message-ID once more: does the server drop what looks like a double?"""
    plus = "plus"
    """To an address with a detail: mcu+detail@…"""
    pair = "pair"
    """To two recipients, ourselves and the address with a detail."""
    forged = "forged"
    """With an Authentication-Results and an internal marker that we have made up."""


class Fate(StrEnum):
    """What became of a field that we forged."""

    above = "above"
    """It stands where the server's own words are believed: nothing there can be believed."""
    below = "below"
    stripped = "stripped"
    unknown = "unknown"
    """The probe did not come."""


@dataclass(frozen=True, kw_only=True)
class Outer:
    """Mails of other domains that lie in the mailbox: how our server speaks of them."""

    seen: int = 0
    proven: int = 0
    ids: tuple[str, ...] = ()
    """Authserv-ids above the top-most Received, the most frequent first."""
    hosts: tuple[str, ...] = ()
    """Hosts of the top-most Received that are none of ours."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the probes told; None where nothing can be said.

    Attributes:
        delay: seconds until the plain probe lay in the mailbox.
        inner: what our server says of our own mail.
        top: what it writes over it.
        plus: whether mail to an address with a detail arrives.
        pair: whether a letter to two recipients gives us our copy.
        doubles: whether a second mail with the same Message-ID arrives.
        results: the fate of the forged Authentication-Results.
        marker: the fate of the forged internal marker; unknown when none is configured.
        outer: mails from outside.
        is_postfix: whether a Postfix has taken the plain probe, by its own word.
        ahead: seconds by which our clock is ahead of the server's.

    """

    delay: float | None
    inner: TrustLevel | None
    top: Top | None
    plus: bool | None
    pair: bool | None
    doubles: bool | None
    results: Fate
    marker: Fate
    outer: Outer
    is_postfix: bool = False
    ahead: float | None = None


def probe(kind: Probe, token: str, *, address: str, to: str, trust: Trust, now: datetime) -> bytes:
    """The bytes of one probe, every line ending with CRLF."""
    domain = address.rpartition("@")[2]
    own = "plain" if kind is Probe.again else kind.value
    forged = ""
    if kind is Probe.forged:
        claim = f'dmarc=pass reason="{token}" header.from={domain}'
        forged = f"Authentication-Results: {trust.authserv_id or domain}; {claim}\r\n"
        if trust.marker is not None:
            forged += f"{trust.marker[0]}: {trust.marker[1]}-{token}\r\n"
    return (
        f"{forged}From: <{address}>\r\nTo: <{to}>\r\nSubject: check --online\r\n"
        f"Date: {format_datetime(now)}\r\nMessage-ID: <probe.{token.lower()}.{own}@{domain}>\r\n"
        f"{PROBE}: {token}.{kind.value}\r\nAuto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        f"{token}\r\n"
    ).encode("ascii")


def probe_of(mail: Incoming, token: str) -> Probe | None:
    """Which probe of this run the mail is; None for any other mail."""
    found, _, kind = (mail.header(PROBE) or "").strip().partition(".")
    return Probe(kind) if found == token and kind in set(Probe) else None


def conclude(
    arrived: Mapping[Probe, Sequence[tuple[float, Incoming]]],
    token: str,
    trust: Trust,
    outer: Outer,
    *,
    refused: frozenset[Probe],
) -> Measured:
    """What these probes tell.

    Args:
        arrived: by kind, when each copy was found (seconds after it was sent), and the copy.
        token: of this run.
        trust: the configuration.
        outer: what is known of mails from outside.
        refused: probes that the server did not even take.

    """
    plain = next(iter(arrived.get(Probe.plain, ())), None)
    forged = next((mail for _, mail in arrived.get(Probe.forged, ())), None)
    name = trust.marker[0].lower() if trust.marker else ""
    if plain is None:
        # Where nothing arrives, what is missing tells nothing.
        arrived, refused = {}, frozenset(Probe)
    return Measured(
        delay=plain[0] if plain else None,
        inner=prove(plain[1], trust) if plain else None,
        top=look_at_top(plain[1].headers, trust) if plain else None,
        plus=bool(arrived.get(Probe.plus)) if plain else None,
        pair=None if Probe.pair in refused else bool(arrived.get(Probe.pair)),
        doubles=None if Probe.again in refused else bool(arrived.get(Probe.again)),
        results=_fate(forged, "authentication-results", token, trust),
        marker=_fate(forged, name, token, trust) if name else Fate.unknown,
        outer=outer,
        is_postfix=plain is not None
        and any("(Postfix)" in value for value in plain[1].all_headers("received")),
    )


def _fate(mail: Incoming | None, name: str, token: str, trust: Trust) -> Fate:
    if mail is None:
        return Fate.unknown
    fields = [value for key, value in mail.headers if key.lower() == name and token in value]
    if not fields:
        return Fate.stripped
    above = any(stands_above(mail.headers, value, trust) for value in fields)
    return Fate.above if above else Fate.below


def look_outside(heads: Sequence[Incoming], own_domains: frozenset[str], trust: Trust) -> Outer:
    """What our server has written over mails of other domains."""
    ids: dict[str, int] = {}
    hosts: dict[str, int] = {}
    seen = proven = 0
    for mail in heads:
        domain = (mail.sender.address or "").rpartition("@")[2]
        if not domain or domain in own_domains or (mail.header("return-path") or "") == "<>":
            continue
        seen += 1
        proven += prove(mail, trust) is TrustLevel.PROVEN
        top = look_at_top(mail.headers, trust)
        for name in top.ids:
            ids[name] = ids.get(name, 0) + 1
        if top.host and not top.is_ours:
            hosts[top.host] = hosts.get(top.host, 0) + 1
    return Outer(seen=seen, proven=proven, ids=_often(ids), hosts=_often(hosts))


def _often(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda name: (-counts[name], name))[:5])

"""How far our own mail server vouches for the sender of a mail (`threats.md` §3.6, A01–A06).

Guarantees: only what stands above the top-most Received field written by our own server is
believed, for everything below may have been sent in by anybody; only fields with our own
authserv-id count; only a statement about exactly the domain of the strictly parsed From address
counts; a stated DMARC failure outweighs everything. SPF alone proves nothing about From.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import idna

from mcu_mail.mail.address import ascii_domain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcu_mail.mail.mime import Incoming

_BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9._-]{1,253})(?=[\s;(]|$)", re.IGNORECASE)
# The grammar's own place of the protocol: a recipient may be called "x with LMTP " in `for`.
_LMTP = re.compile(
    r"^\s*(?:from\s+\S+\s+)?by\s+[A-Za-z0-9._-]{1,253}\s+with\s+LMTPS?A?(?=[\s;]|$)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"]*"')
_METHOD = re.compile(r"^\s*([a-z0-9-]{1,40})(?:\s*/\s*\d{1,5})?\s*=\s*([a-z]{1,20})(?=\s|$)")
# A quoted reason is taken whole, so that no property can be smuggled in inside it.
_PROPERTY = re.compile(r'(?:^|\s)([a-z0-9.-]{1,60})\s*=\s*("[^"]*"|[^\s";]+)')


class TrustLevel(StrEnum):
    """What our mail server said about the sender."""

    PROVEN = "proven"
    SILENT = "silent"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What is believed, as the configuration and `check --online` found it.

    Attributes:
        authserv_id: the name our server signs its Authentication-Results with.
        accept: methods that prove a sender: ``dmarc``, ``dkim``, ``auth``.
        own_hosts: names after ``by`` in Received fields of our servers, or the domain above them;
            `authserv_id` always is one.
        unverified: believe every strictly parsed sender (a closed network; said on the board).
        marker: (name, value) of a field our server adds to internal mail, or None.
        marker_stripped: `check --online` saw our server take a forged marker out of a mail.
        domains: the mail domains of the office, the only ones internal mail comes from.
        forgeable: `check --online` saw a forged Authentication-Results survive where our own
            stand: they prove nothing then, a stated failure still counts.

    """

    authserv_id: str
    accept: tuple[str, ...] = ("dmarc", "dkim", "auth")
    own_hosts: tuple[str, ...] = ()
    unverified: bool = False
    marker: tuple[str, str] | None = None
    marker_stripped: bool = False
    domains: tuple[str, ...] = ()
    forgeable: bool = False


@dataclass(frozen=True, kw_only=True)
class _Result:
    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.properties if key == name)


def prove(mail: Incoming, trust: Trust) -> TrustLevel:
    """Return whether our own server vouches for the sender of `mail`.

    A sender that cannot be parsed strictly, and a stated DMARC failure, are REFUSED.
    """
    address = mail.sender.address
    if address is None:
        return TrustLevel.REFUSED
    if trust.unverified:
        return TrustLevel.PROVEN
    top = _own_block(mail.headers, trust)
    results = [
        result
        for name, value in top
        if name == "authentication-results"
        for result in _results(value, trust.authserv_id)
    ]
    if any(result.method == "dmarc" and result.result == "fail" for result in results):
        return TrustLevel.REFUSED
    vouched = not trust.forgeable and any(_vouches(one, address, trust) for one in results)
    if vouched or _marked(mail.headers, top, address, trust):
        return TrustLevel.PROVEN
    return TrustLevel.SILENT


@dataclass(frozen=True, kw_only=True)
class Top:
    """What stands over the top-most Received of a mail, whoever wrote it.

    Attributes:
        host: who says that he received it; None when the mail has no Received at all.
        ids: the authserv-ids of the Authentication-Results above it.
        is_ours: whether that host is one of ours.

    """

    host: str | None
    ids: tuple[str, ...]
    is_ours: bool


def look_at_top(headers: Sequence[tuple[str, str]], trust: Trust) -> Top:
    """Return what a server has written above a mail, to tell an administrator what to configure."""
    ids: dict[str, None] = {}
    host, handed_over = None, False
    for name, value in headers:
        if name.lower() == "authentication-results":
            stated = _split(_plain(value))[0].split()
            ids |= dict.fromkeys(part.strip('"').lower() for part in stated[:1])
        elif name.lower() == "received":
            plain = _plain(value)
            if not handed_over and _LMTP.match(_QUOTED.sub("", plain)):
                handed_over = True
                continue
            by = _BY.search(plain)
            host = by[1].lower().rstrip(".") if by else ""
            break
    return Top(host=host, ids=tuple(ids), is_ours=host is not None and _is_own(host, trust))


def stands_above(headers: Sequence[tuple[str, str]], text: str, trust: Trust) -> bool:
    """Whether a field that holds `text` stands where our own server's statements are believed."""
    return any(text in value for _, value in _own_block(headers, trust))


def _own_block(headers: Sequence[tuple[str, str]], trust: Trust) -> list[tuple[str, str]]:
    """Return the fields above our own top-most Received: what our own server wrote.

    A foreign Received on top means that somebody else stood behind our server: nothing above it
    is ours to believe. One LMTP hop on the very top is passed over: it is the hand-over to the
    mailbox (Postfix to Dovecot), which only our own server can write there, and the fields of the
    server that took the mail from outside stand below it. A mail without any Received never came
    over a wire: it was laid into the mailbox by those who may log in to it.
    """
    block: list[tuple[str, str]] = []
    handed_over = False
    for name, value in headers:
        key = name.lower()
        if key == "received":
            if not handed_over and _LMTP.match(_QUOTED.sub("", _plain(value))):
                handed_over = True
                continue
            by = _BY.search(_plain(value))
            return block if by and _is_own(by[1].lower().rstrip("."), trust) else []
        block.append((key, value))
    return block


def _is_own(host: str, trust: Trust) -> bool:
    """Whether the host of a Received is ours: named, or below our name (mx1.okrug.example)."""
    own = {name.lower().rstrip(".") for name in trust.own_hosts}
    return host == trust.authserv_id.lower().rstrip(".") or any(
        host == name or host.endswith("." + name) for name in own
    )


def _plain(value: str) -> str:
    """Return `value` without comments; an unclosed comment hides all that follows it."""
    kept: list[str] = []
    depth = 0
    quoted = escaped = False
    for letter in value:
        if escaped:
            # An escaped quotation mark must not look like the end of the string later on.
            escaped, letter = False, "?"  # noqa: PLW2901 - the letter itself is what is hidden
        elif letter == "\\":
            escaped = True
            continue
        elif letter == '"' and not depth:
            quoted = not quoted
        elif not quoted and letter == "(":
            depth += 1
            kept.append(" ")
            continue
        elif not quoted and letter == ")" and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(letter)
    return "".join(kept)


def _results(value: str, authserv_id: str) -> Iterator[_Result]:
    """Yield the results of one Authentication-Results field (RFC 8601 §2.2) if it is ours."""
    head, *parts = _split(_plain(value))
    named = head.split()
    if not named or named[0].strip('"').lower() != authserv_id.lower():
        return
    for part in parts:
        found = _METHOD.match(part.lower())
        if found:
            pairs = _PROPERTY.findall(part[found.end() :].lower())
            yield _Result(
                method=found[1],
                result=found[2],
                properties=tuple((key, text.strip('"')) for key, text in pairs),
            )


def _split(value: str) -> list[str]:
    """Split at semicolons that stand outside quoted strings."""
    parts: list[str] = [""]
    quoted = False
    for piece in re.split(r'([";])', value):
        if piece == '"':
            quoted = not quoted
        if piece == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _vouches(result: _Result, address: str, trust: Trust) -> bool:
    if result.result != "pass" or result.method not in trust.accept:
        return False
    local, _, domain = address.partition("@")
    if result.method == "dmarc":
        return _all_equal(result.values("header.from"), domain)
    if result.method == "dkim":
        signers = result.values("header.d") or result.values("header.i")
        return _all_equal(signers, domain)
    accounts = result.values("smtp.auth")
    return len(accounts) == 1 and _same_account(accounts[0], local, domain, trust)


def _all_equal(stated: Sequence[str], domain: str) -> bool:
    """Tell whether one domain or more is stated and each is exactly `domain`.

    Relaxed alignment is left to the DMARC check of the server: without the list of public
    suffixes a signature of ``spb.ru`` would vouch for everybody below it.
    """
    return bool(stated) and all(_domain(text) == domain for text in stated)


def _domain(text: str) -> str | None:
    try:
        return ascii_domain(text.rpartition("@")[2].rstrip("."))
    except (idna.IDNAError, UnicodeError):
        return None


def _same_account(account: str, local: str, domain: str, trust: Trust) -> bool:
    """Tell whether a login of our server is the sender's own: his address, or its local part.

    A colleague's login proves the colleague: whoever may log in could write any From (A01).
    """
    name, _, host = account.partition("@")
    if name != local:
        return False
    if host:
        return _domain(host) == domain
    hosts = {_domain(known) for known in (*trust.own_hosts, trust.authserv_id)}
    return any(known == domain or (known or "").endswith(f".{domain}") for known in hosts)


def _marked(
    headers: Sequence[tuple[str, str]], top: Sequence[tuple[str, str]], address: str, trust: Trust
) -> bool:
    """Tell whether our own server marked the mail as internal, and the sender is one of ours.

    Exchange and the like write the mark below their Received fields. There it counts only where
    `check --online` saw the server strip a forged one, and only when it stands there once.
    """
    if trust.marker is None or not _is_internal(address, trust):
        return False
    name, value = trust.marker
    found = headers if trust.marker_stripped else top
    marks = [text.strip().lower() for key, text in found if key.lower() == name.lower()]
    return marks == [value.lower()]


def _is_internal(address: str, trust: Trust) -> bool:
    """Whether an address is of our own domain: a mark of internal mail says nothing of others."""
    return address.rpartition("@")[2] in {_domain(host) for host in trust.domains}

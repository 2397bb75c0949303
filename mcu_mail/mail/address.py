"""Addresses and message identifiers of foreign mails, read strictly or not at all.

Why: two parsers that read one From field differently are how a stranger becomes the mayor. An
address counts only when our own grammar of the raw field and the library agree on it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email import errors as email_errors
from email import headerregistry
from email.utils import getaddresses
from typing import TYPE_CHECKING, Any

import idna

from mcu_mail.mail.charset import clean_header, decode_header

if TYPE_CHECKING:
    from collections.abc import Sequence

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>[A-Za-z0-9.\x80-\U0010ffff-]+)"
# A display name holds no unquoted character that could begin another address.
_NAME = r'(?P<name>"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*"|[^"<>@,;:\\()\[\]\x00-\x1f\x7f]*)'
_FIELD = re.compile(rf"[ \t]*(?:{_NAME}[ \t]*<{_ADDRESS}>)[ \t]*")
_BARE = re.compile(rf"[ \t]*{_ADDRESS}[ \t]*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ID = re.compile(r"<([^<>]{1,500})>")
_LOOSE_ID = re.compile(r"[^\s<>,;\"]{1,250}@[^\s<>,;\"]{1,250}")
_MAX_FIELD = 2_000
_MAX_LOCAL = 64
_MAX_DOMAIN = 253
_MAX_IDS = 200
# What sloppy but honest programs write in a display name; our grammar allows encoded-words there
# only, so none of these says anything about the address.
_HARMLESS_WORDS = (
    "encoded word inside quoted string",
    "missing trailing whitespace after encoded-word",
    "missing whitespace before encoded word",
    "whitespace inside encoded word",
    "period in 'phrase'",
    # A dot that ends the name, «Иванова А. П. <…>»: our grammar allows no comment there.
    "comment found without atom",
)
_HARMLESS_TYPES = (
    email_errors.InvalidBase64PaddingDefect,
    email_errors.InvalidBase64CharactersDefect,
    email_errors.InvalidBase64LengthDefect,
    email_errors.UndecodableBytesDefect,
)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who the From field says wrote a mail.

    Attributes:
        address: lower case, domain in its ASCII form; None when the field cannot be trusted.
        name: the display name, cleaned, for people only.
        fault: why `address` is None: ``missing``, ``several``, ``long``, ``form``, ``domain``,
            ``mixed-script``, ``defects`` or ``differs``.

    """

    address: str | None
    name: str
    fault: str | None


def read_sender(fields: Sequence[bytes]) -> Sender:
    """Return the sender named by the raw values of all From fields of a mail."""
    if len(fields) != 1:
        name = clean_header(decode_header(fields[0][:_MAX_FIELD])) if fields else ""
        return Sender(address=None, name=name, fault="several" if fields else "missing")
    raw = re.sub(rb"\r?\n(?=[ \t])", b"", fields[0])
    if len(raw) > _MAX_FIELD:
        return Sender(address=None, name="", fault="long")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    matched = _FIELD.fullmatch(text) or _BARE.fullmatch(text)
    if matched is None:
        return Sender(address=None, name=clean_header(decode_header(raw)), fault="form")
    name = _display_name(raw) if "name" in matched.groupdict() else ""
    address, fault = _canonical(matched["local"], matched["domain"])
    if address and (fault := _library_fault(text, matched)):
        address = None
    return Sender(address=address, name=name, fault=fault)


def _display_name(raw: bytes) -> str:
    bare = raw.rpartition(b"<")[0].strip()
    if bare[:1] == b'"' == bare[-1:]:
        bare = re.sub(rb"\\(.)", rb"\1", bare[1:-1])
    return clean_header(decode_header(bare))


def _canonical(local: str, domain: str) -> tuple[str | None, str | None]:
    """Return (address, fault) with the domain as IDNA 2008 writes it (threat A05)."""
    if len(local) > _MAX_LOCAL or "=?" in local:
        return None, "form"
    try:
        host = ascii_domain(domain)
        shown = idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        return None, "domain"
    if any(_mixed(label) for label in shown.split(".")):
        return None, "mixed-script"
    return f"{local.lower()}@{host}", None


def ascii_domain(domain: str) -> str:
    """Return `domain` in lower-case ASCII form; raises idna.IDNAError when it is none."""
    folded = unicodedata.normalize("NFC", domain.strip().casefold())
    host = folded if folded.isascii() else idna.encode(folded, uts46=True).decode("ascii")
    if len(host) > _MAX_DOMAIN or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise idna.IDNAError(f"not a host name: {host[:80]!r}")
    return host


def _mixed(label: str) -> bool:
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in label if letter.isalpha()}
    return len(scripts) > 1


def _library_fault(text: str, matched: re.Match[str]) -> str | None:
    """Return a fault when the standard library does not read the very same single address."""
    ours = f"{matched['local']}@{matched['domain']}"
    # Raw 8-bit letters of a display name are no address: the library need not decode them.
    tame = "".join(letter if letter.isascii() else "x" for letter in text)
    tame_ours = "".join(letter if letter.isascii() else "x" for letter in ours)
    try:
        header: Any = headerregistry.HeaderRegistry()("from", tame)
        legacy = [address for _, address in getaddresses([tame]) if address]
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return "defects"
    except email_errors.MessageError:
        return "defects"
    if not all(_is_harmless(defect) for defect in header.defects):
        return "defects"
    groups = [group for group in header.groups if group.display_name is not None]
    modern = [address.addr_spec for address in header.addresses]
    return None if legacy == modern == [tame_ours] and not groups else "differs"


def _is_harmless(defect: Exception) -> bool:
    return isinstance(defect, _HARMLESS_TYPES) or str(defect).startswith(_HARMLESS_WORDS)


def read_addresses(fields: Sequence[bytes]) -> tuple[str, ...]:
    """Return the addresses of To or Cc fields, canonical, in order, doubles and wrecks left out."""
    text = ", ".join(decode_header(field[:20_000], words=False) for field in fields[:20])
    found: list[str] = []
    for loose in re.findall(r"[^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,253}", text)[:_MAX_IDS]:
        matched = _BARE.fullmatch(loose)
        address = _canonical(matched["local"], matched["domain"])[0] if matched else None
        if address and address not in found:
            found.append(address)
    return tuple(found)


def read_ids(fields: Sequence[bytes]) -> tuple[str, ...]:
    """Return the message identifiers in `fields`, without angle brackets, in order, no doubles.

    Commas between them (Exchange, iOS), folding inside them and missing brackets are tolerated.
    """
    found: list[str] = []
    for field in fields[:5]:
        text = decode_header(field[:20_000], words=False)
        loose = _ID.findall(text) or _LOOSE_ID.findall(text)
        found += ["".join(part.split()) for part in loose[:_MAX_IDS]]
    clean = [part for part in found if part and part.isprintable()]
    return tuple(dict.fromkeys(clean))

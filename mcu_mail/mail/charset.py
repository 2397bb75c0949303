"""Bytes of a mail to text, whatever charset they claim.

Guarantees: nothing raises, no byte is dropped silently, Russian text under a missing, wrong or
unknown charset is repaired by the frequency of its letters. Everything is linear in its input.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALIASES = {
    "win1251": "cp1251",
    "windows1251": "cp1251",
    "xcp1251": "cp1251",
    "cp1251": "cp1251",
    "1251": "cp1251",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8ru": "koi8-u",
    "cskoi8r": "koi8-r",
    "dos866": "cp866",
    "866": "cp866",
    "unicode11utf8": "utf-8",
    "unicode11utf7": "utf-7",
    "xmaccyrillic": "mac-cyrillic",
}
# These say "I do not know" when a Russian program writes them: the letters decide.
_VAGUE = frozenset({"ascii", "iso8859-1", "cp1252", "latin_1", "iso8859-15"})
# A codec that gives text for eight-bit input only by luck; these three are 7-bit by design.
_SEVEN_BIT = frozenset({"utf-7", "hz", "iso2022_jp", "iso2022_kr", "iso2022_jp_2"})
_BYTE_ORDERS = frozenset({codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE})
_GUESSES = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
# Letters of Russian text by falling frequency; the weights need only the right order of size.
_FREQUENCY = {
    letter: max(1.0, 110.0 - 6.5 * place + 0.09 * place * place)
    for place, letter in enumerate("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё")
}
_SAMPLE = 20_000
_LEAST_TELLING = 4
_WORD = re.compile(
    rb"=\?([A-Za-z0-9_:.+-]{1,40})(?:\*[A-Za-z0-9-]{1,20})?\?([bBqQ])\?([^?\r\n]*)\?="
)
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
_META = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
# Controls, invisible and bidirectional marks, line and paragraph separators, the BOM.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+"
)
_SPACES = re.compile(r"\s+")
_LONE = re.compile("[\ud800-\udfff]")


@cache
def codec_name(declared: str) -> str | None:
    """Return Python's name of the charset `declared`, or None when there is no such text codec."""
    name = declared.strip().strip("\"'").lower()
    name = _ALIASES.get(re.sub(r"[^a-z0-9]", "", name), name)
    try:
        info = codecs.lookup(name)
        "".encode(info.name)
        b"".decode(info.name)
    except (LookupError, ValueError, TypeError):
        return None
    return info.name


def decode_bytes(raw: bytes, declared: str | None = None) -> str:
    """Return `raw` as text: by its declared charset unless its letters clearly say otherwise."""
    name = codec_name(declared[:60]) if declared else None
    if (_wide(name) or raw[:2] in _BYTE_ORDERS) and (wide := _read_wide(raw, name)) is not None:
        return wide
    if raw.isascii():
        return _strict(raw, name if name in _SEVEN_BIT else "ascii") or raw.decode("ascii")
    text = _strict(raw, "utf-8")
    if text is not None and (name in {None, "utf-8"} or name in _VAGUE or _score(text) > 0):
        return _coded_once(text)
    stated = _strict(raw, name) if name not in {None, "utf-8"} else None
    guess, gain = _guess(raw)
    if stated is not None and not (name in _VAGUE and gain > 0):
        # A stated Cyrillic charset is doubted only when it reads as nonsense: short words and
        # capitals give the letters too little to say.
        return guess if _score(stated) <= 0 < gain else stated
    if gain > 0:
        return guess
    return stated if stated is not None else raw.decode("utf-8", errors="replace")


def html_charset(raw: bytes) -> str | None:
    """Return the charset an HTML part names in its own head, or None."""
    found = _META.search(raw[:2048])
    return found.group(1).decode("ascii") if found else None


def decode_header(raw: bytes, *, words: bool = True) -> str:
    """Return a raw header value as text.

    Neighbouring encoded-words of one charset are joined as bytes first, for many programs cut a
    letter in two (RFC 2047 §5 forbids it; they do). With ``words=False`` encoded-words stay as
    they are: fields a machine reads must not change their meaning by decoding.
    """
    unfolded = raw.replace(b"\r\n", b"").replace(b"\n", b"").replace(b"\r", b"")
    if not words:
        return decode_bytes(unfolded)
    return "".join(_pieces(unfolded))


def _pieces(raw: bytes) -> Iterator[str]:
    at, charset, pending = 0, "", b""
    for found in _WORD.finditer(raw):
        between = raw[at : found.start()]
        name = found.group(1).decode("ascii").lower()
        joined = pending and not between.strip() and name == charset
        if not joined:
            if pending:
                yield decode_bytes(pending, charset)
            if between.strip() or not pending:
                yield decode_bytes(between)
            pending = b""
        charset, at = name, found.end()
        pending += _word_bytes(found.group(2), found.group(3))
    if pending:
        yield decode_bytes(pending, charset)
    yield decode_bytes(raw[at:])


def _word_bytes(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"qQ":
        return _QUOTED.sub(lambda found: bytes([int(found[1], 16)]), text.replace(b"_", b" "))
    bare = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    # A lone last character of base64 carries no whole byte.
    bare = bare[:-1] if len(bare) % 4 == 1 else bare
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4))
    except binascii.Error:
        return text


def clean_header(text: str, limit: int = 200) -> str:
    """Return `text` as one line of at most `limit` characters without control or bidi marks."""
    visible = _SPACES.sub(" ", _UNSEEN.sub(" ", text[: limit * 20])).strip()
    return _LONE.sub("\ufffd", unicodedata.normalize("NFC", visible))[:limit].rstrip()


def _wide(name: str | None) -> bool:
    return name is not None and name.startswith(("utf-16", "utf-32"))


def _coded_once(text: str) -> str:
    """Undo UTF-8 that some program took for windows-1251 and encoded once more."""
    try:
        # Windows leaves 0x98 without a letter, and it is half of every «И».
        bare = b"\x98".join(piece.encode("cp1251") for piece in text.split("\x98"))
        once = bare.decode("utf-8")
    except ValueError:
        return text
    # A few letters may look so by chance.
    told = len(once) >= _LEAST_TELLING and _score(once) > 0 >= _score(text)
    return once if told else text


def _read_wide(raw: bytes, name: str | None) -> str | None:
    """Read UTF-16 or UTF-32; without a byte order mark by the order that gives Russian."""
    if raw[:2] in _BYTE_ORDERS and not _wide(name):
        name = "utf-16"
    if name == "utf-16" and raw[:2] not in _BYTE_ORDERS:
        orders = (_strict(raw[: len(raw) & ~1], f"utf-16-{order}") for order in ("le", "be"))
        return max((text for text in orders if text is not None), key=_score, default=None)
    text = _strict(raw[: len(raw) & ~1], name)
    return text.lstrip("\ufeff") if text is not None else None


def _strict(raw: bytes, name: str | None) -> str | None:
    try:
        text = raw.decode(name) if name else None
    except (ValueError, LookupError):
        return None
    return _LONE.sub("\ufffd", text) if text is not None else None


def _guess(raw: bytes) -> tuple[str, float]:
    sample = raw[:_SAMPLE]
    best = max(_GUESSES, key=lambda name: _score(sample.decode(name, errors="replace")))
    return raw.decode(best, errors="replace"), _score(sample.decode(best, errors="replace"))


def _score(text: str) -> float:
    """Return how Russian the non-ASCII letters of `text` look: 0 is no better than noise."""
    total, before = 0.0, " "
    for letter in text[:_SAMPLE]:
        if letter.isascii():
            before = letter
            continue
        lower = letter.lower()
        weight = _FREQUENCY.get(lower, -60.0)
        if weight > 0 and letter != lower:
            # Capitals stand at the start of words, or among capitals.
            weight = weight / 2 if not before.isalpha() or before.isupper() else -60.0
        elif letter in "«»—–№…“”„ \u202f\xa0":
            weight = 0.0
        total += weight
        before = letter
    return total

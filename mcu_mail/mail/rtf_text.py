"""Rich text (RTF) of a mail to its words, or to the HTML that Outlook has wrapped in it.

Guarantees: one pass, linear, no recursion; nothing raises; destinations that are no text (fonts,
pictures, fields' instructions) are left out. Code pages follow the font, as Word writes Russian.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape

from mcu_mail.mail.charset import codec_name

_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|([^\\{}\r\n]+)"
)
_MAX_LEVELS = 200
_NO_TEXT = frozenset({
    *("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer"),
    *("headerl", "headerr", "footerl", "footerr", "fldinst", "generator", "listtable", "filetbl"),
    *("listoverridetable", "rsidtbl", "themedata", "colorschememapping", "datastore", "xmlnstbl"),
    *("latentstyles", "mhtmltag", "bkmkstart", "bkmkend", "annotation", "shppict", "nonshppict"),
})
_SIGNS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t",
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ",
}  # fmt: skip
_CHARSETS = {0: "cp1252", 77: "mac_roman", 161: "cp1253", 204: "cp1251", 238: "cp1250"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class _State:
    """What holds inside one group."""

    hidden: bool = False
    fonts: bool = False
    tag: bool = False
    only_rtf: bool = False
    charset: str = "cp1252"
    fallback: int = 1


class _Reader:
    """One pass over the tokens."""

    def __init__(self) -> None:
        self.state = _State()
        self.levels: list[_State] = []
        self.out: list[str] = []
        self.pending = b""
        self.charsets: dict[int, str] = {}
        self.font = 0
        self.default = "cp1252"
        self.is_html = False
        self.starred = False
        self.skip = 0
        self.too_deep = 0

    def read(self, rtf: bytes) -> None:
        """Take in every token of `rtf`."""
        for found in _TOKEN.finditer(rtf):
            word, number, code, sign, brace, plain = found.groups()
            if brace:
                self._flush()
                self._group(opens=brace == b"{")
            elif word:
                self._flush()
                self._word(word.decode("ascii"), int(number) if number else None)
            elif code:
                self._bytes(bytes([int(code, 16)]))
            elif sign:
                self._flush()
                self._sign(sign)
            else:
                self._bytes(plain)
        self._flush()

    def _group(self, *, opens: bool) -> None:
        self.skip = 0
        self.starred = False
        if opens:
            if len(self.levels) < _MAX_LEVELS:
                self.levels.append(self.state)
            else:
                self.too_deep += 1
        elif self.too_deep:
            self.too_deep -= 1
        elif self.levels:
            self.state = self.levels.pop()

    def _word(self, word: str, number: int | None) -> None:
        starred, self.starred = self.starred, False
        if word == "u" and number is not None:
            self._put(chr(number & 0xFFFF))
            self.skip = self.state.fallback
        elif word == "bin":
            self.state = replace(self.state, hidden=True)
        elif word in _SIGNS:
            self._put("\t" if word == "tab" else _SIGNS[word])
        elif word == "htmltag":
            self.state = replace(self.state, tag=True)
        elif word == "htmlrtf":
            self.state = replace(self.state, only_rtf=number != 0)
        elif word == "fonttbl":
            self.state = replace(self.state, hidden=True, fonts=True)
        elif word in _NO_TEXT or (starred and not self.state.tag):
            self.state = replace(self.state, hidden=True)
        else:
            self._setting(word, number or 0)

    def _setting(self, word: str, number: int) -> None:
        if word == "fromhtml":
            self.is_html = number != 0
        elif word == "ansicpg":
            self.default = codec_name(f"cp{number}") or self.default
            self.state = replace(self.state, charset=self.default)
        elif word == "uc":
            self.state = replace(self.state, fallback=min(number, 8))
        elif word == "f":
            self.font = number
            known = self.charsets.get(number, self.default)
            self.state = replace(self.state, charset=known)
        elif word == "fcharset" and self.state.fonts:
            known = _CHARSETS.get(number, self.default) if number else self.default
            self.charsets[self.font] = known
        elif word == "plain":
            self.state = replace(self.state, charset=self.default)

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.starred = True
        elif sign in {b"{", b"}", b"\\"}:
            self._put(sign.decode("ascii"))
        elif sign == b"~":
            self._put("\xa0")
        elif sign == b"_":
            self._put("-")
        elif sign in {b"\r", b"\n"}:
            self._put("\n")

    def _bytes(self, raw: bytes) -> None:
        left = max(self.skip - len(raw), 0)
        raw, self.skip = raw[self.skip :], left
        self.pending += raw

    def _flush(self) -> None:
        raw, self.pending = self.pending, b""
        if raw:
            self._put(raw.decode(self.state.charset, errors="replace"))

    def _put(self, text: str) -> None:
        if self.state.hidden or (self.is_html and self.state.only_rtf):
            return
        self.out.append(escape(text) if self.is_html and not self.state.tag else text)


def read_rtf(rtf: bytes) -> tuple[str, bool]:
    """Return (the words of `rtf`, whether they are HTML)."""
    reader = _Reader()
    reader.read(rtf)
    joined = _SURROGATES.sub(
        lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"),
        "".join(reader.out),
    )
    return _LONE.sub("\ufffd", joined), reader.is_html

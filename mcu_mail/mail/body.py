"""The parts of a mail sorted into what was written, what was handed over and what machines added.

Guarantees: no recursion, at most 100 levels and 1000 parts are looked at, a part that cannot be
decoded costs that part alone. Written for `mail.mime`, which is the door to use.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from typing import TYPE_CHECKING

from mcu_mail.mail.ambiguity import PREFIX, ambiguities
from mcu_mail.mail.attachment import Attachment
from mcu_mail.mail.charset import clean_header, decode_bytes, decode_header, html_charset
from mcu_mail.mail.html_text import html_to_text
from mcu_mail.mail.parameters import clean_name, parameters
from mcu_mail.mail.signed_data import signed_content
from mcu_mail.mail.tnef import read_tnef
from mcu_mail.mail.transfer import goes_on, of_base64, of_quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 100
MAX_PARTS = 1000
_MAX_TEXT = 1_000_000
_REPORT_TYPES = frozenset({
    "message/delivery-status",
    "message/global-delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "text/rfc822-headers",
})
_SIGNATURE_TYPES = frozenset({
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
})
_SEALED_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
# Signed, encrypted, signed again: more envelopes than that are no letter.
_MAX_SEALS = 3
MAX_BOUNDARY_LINES = 5_000
_OTHER_FORMS = frozenset({"application/xhtml+xml", "application/rtf", "application/msword"})
_NO_FORMS = frozenset({"text/calendar", "text/vnd.google.email-reaction+json"})
_CID = re.compile(r"cid:([^\"'\s>)]{1,200})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a part stands: how deep, in which alternative, inside what."""

    depth: int
    alternative: int | None
    parent: str
    report: bool
    seals: int = 0


@dataclass(kw_only=True)
class _Choice:
    """One text in its plain and HTML forms."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)

    def text(self) -> str:
        plain = "\n".join(self.plain)
        if plain.strip() or not self.html:
            return plain
        return html_to_text("\n".join(self.html), mark_quotes=True)


@dataclass(kw_only=True)
class Body:
    """The parts of one mail, gathered by `read`."""

    choices: dict[int, _Choice] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    report: list[Attachment] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    _waiting: list[tuple[Message, _Place]] = field(default_factory=list)
    _other_forms: list[tuple[int | None, str]] = field(default_factory=list)
    _sealed: bool = False

    def read(self, message: Message) -> None:
        """Sort every part of `message`; what is beyond the limits is left out and named."""
        top = _Place(depth=0, alternative=None, parent="", report=False)
        waiting = self._waiting
        waiting.append((message, top))
        seen = 0
        while waiting:
            part, place = waiting.pop()
            seen += 1
            if seen > MAX_PARTS:
                self.defects.append("too-many-parts")
                return
            kind = content_type(part)
            self.types.append(kind)
            # The library decodes a text as it hands it out, and raises on a charset with a NUL.
            payload = part.get_payload() if part.is_multipart() else None
            if kind.startswith("multipart/") and isinstance(payload, list):
                if place.depth >= MAX_DEPTH:
                    self.defects.append("too-deep")
                    continue
                inner = _inside(part, place, kind, seen)
                children = [child for child in payload if isinstance(child, Message)]
                waiting += [(child, inner) for child in reversed(children)]
            else:
                self._leaf(part, place, kind, seen)
        self._read_packed()
        self._name_other_texts()

    def _leaf(self, part: Message, place: _Place, kind: str, number: int) -> None:
        try:
            self._sort(part, place, kind, number)
        except Exception as error:  # noqa: BLE001 - one broken part must not cost the whole mail
            self.defects.append(f"part:{type(error).__name__}")

    def _sort(self, part: Message, place: _Place, kind: str, number: int) -> None:
        described = parameters(_raw(part, "content-type"))
        disposed = parameters(_raw(part, "content-disposition"))
        given = disposed.get("filename") or described.get("name") or ""
        if kind in _REPORT_TYPES or (place.report and kind == "message/rfc822"):
            self.report.append(_attachment(part, kind, given, inline=True))
            return
        handed_over = _raw(part, "content-disposition").strip().lower().startswith(b"attachment")
        # Some programs and gateways name even the text itself; alone it is no file.
        named = bool(given) and place.depth > 0
        if kind in {"text/plain", "text/html"} and not handed_over and not named:
            self._text(part, place, kind, described, number)
        elif kind == "text/calendar" and not handed_over and not given:
            self.report.append(_attachment(part, kind, "invite.ics", inline=True))
        elif kind.startswith("multipart/") and not given:
            # A multipart without parts is broken: its bytes are all there is to read.
            self._text(part, place, "text/plain", described, number)
        else:
            if place.parent == "multipart/alternative" and _is_form(kind):
                text = decode_bytes(_payload(part)[:_MAX_TEXT], described.get("charset"))
                self._other_forms.append((place.alternative, text))
            inline = kind in _SIGNATURE_TYPES or (
                kind.startswith("image/") and place.parent == "multipart/related"
            )
            self.attachments.append(_attachment(part, kind, given, inline=inline))
            if kind in _SEALED_TYPES and place.depth == place.seals < _MAX_SEALS:
                self._unseal(self.attachments[-1].content, place)

    def _unseal(self, sealed: bytes, place: _Place) -> None:
        """Read the mail that is nothing but an opaque signature; one beside a text stays a file."""
        content = signed_content(sealed)
        if content is None:
            return
        if content.count(b"\n--") > MAX_BOUNDARY_LINES:
            self.defects.append("too-many-parts")
            return
        inner = replace(place, depth=place.depth + 1, seals=place.seals + 1)
        message = message_from_bytes(content)
        self.defects += ambiguities(message)
        if self._sealed:
            # Few programs open an envelope inside another: they show something else.
            self.defects.append(f"{PREFIX}seals")
        self._sealed = True
        self._waiting.append((message, inner))

    def _name_other_texts(self) -> None:
        """Name what some program may show in place of the text that is read here."""
        for alternative, other in self._other_forms:
            choice = self.choices.get(-1 if alternative is None else alternative, _Choice())
            forms = (*choice.plain, html_to_text("\n".join(choice.html)))
            if _words(html_to_text(other)) not in [_words(form) for form in forms]:
                self.defects.append(f"{PREFIX}alternative")
        texts = [choice for choice in self.choices.values() if choice.text().strip()]
        if self._sealed and len(texts) > 1:
            self.defects.append(f"{PREFIX}texts")

    def _read_packed(self) -> None:
        """Take the text of a `winmail.dat` when the mail has none of its own."""
        for number, file in enumerate(self.attachments):
            packed = read_tnef(file.content)
            if packed is not None and (packed.plain or packed.html) and not self.text().strip():
                choice = self.choices.setdefault(-1 - number, _Choice())
                choice.plain += [_unix(packed.plain)] if packed.plain else []
                choice.html += [_unix(packed.html)] if packed.html else []
                return

    def _text(
        self, part: Message, place: _Place, kind: str, described: dict[str, str], number: int
    ) -> None:
        encoding, coded = _coded(part)
        if encoding == b"base64" and goes_on(coded):
            self.defects.append(f"{PREFIX}base64")
        raw = _payload(part)[:_MAX_TEXT]
        charset = described.get("charset") or (html_charset(raw) if kind == "text/html" else None)
        text = _unix(decode_bytes(raw, charset))
        if described.get("format", "").lower() == "flowed":
            text = unflow(text, delete_space=described.get("delsp", "").lower() == "yes")
        choice = self.choices.setdefault(
            number if place.alternative is None else place.alternative, _Choice()
        )
        (choice.html if kind == "text/html" else choice.plain).append(text)

    def plain(self) -> str | None:
        """Return all plain bodies in order, or None when there is none."""
        found = [text for choice in self.choices.values() for text in choice.plain]
        return "\n".join(found) if found else None

    def html(self) -> str | None:
        """Return all HTML bodies in order, or None when there is none."""
        found = [text for choice in self.choices.values() for text in choice.html]
        return "\n".join(found) if found else None

    def text(self) -> str:
        """Return the text of each body in its best form, in order."""
        return "\n".join(choice.text().strip("\n") for choice in self.choices.values()).strip("\n")

    def files(self) -> Iterator[Attachment]:
        """Yield the attachments; pictures the HTML shows by their Content-ID are inline."""
        shown = {found.lower() for found in _CID.findall(self.html() or "")}
        for file in self.attachments:
            seen = bool(file.content_id) and str(file.content_id).lower() in shown
            yield replace(file, inline=True) if seen else file


def content_type(part: Message) -> str:
    """Return the lower-case type of `part`; nonsense reads as the default of RFC 2045."""
    stated = _raw(part, "content-type").partition(b";")[0].strip().lower()
    if re.fullmatch(rb"[a-z0-9.+_-]{1,60}/[a-z0-9.+_-]{1,100}", stated):
        return stated.decode("ascii")
    return part.get_default_type()


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Join the soft-broken lines of format=flowed (RFC 3676), each quote depth by itself."""
    done: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if open_depth == depth and done:
            done[-1] = (done[-1][:-1] if delete_space else done[-1]) + content
        else:
            done.append((">" * depth + " " if depth else "") + content)
        # "-- " is the signature mark and never flows on.
        open_depth = depth if content.endswith(" ") and content != "-- " else -1
    return "\n".join(done)


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _inside(part: Message, place: _Place, kind: str, number: int) -> _Place:
    alternative = place.alternative
    if alternative is None and kind == "multipart/alternative":
        alternative = number
    stated = parameters(_raw(part, "content-type")).get("report-type", "")
    return _Place(
        depth=place.depth + 1,
        alternative=alternative,
        parent=kind,
        report=kind == "multipart/report" or bool(stated),
        seals=place.seals,
    )


def _raw(part: Message, name: str) -> bytes:
    for key, value in part.raw_items():
        if key.lower() == name:
            return str(value).encode("utf-8", errors="surrogateescape")
    return b""


def _attachment(part: Message, kind: str, given: str, *, inline: bool) -> Attachment:
    content_id = clean_header(decode_header(_raw(part, "content-id")[:500])).strip("<> ") or None
    if kind.startswith(("message/", "text/rfc822-headers")):
        content, subject = _enclosed(part)
        name = clean_name(given or subject, kind, "Письмо" if kind == "message/rfc822" else "Отчёт")
        if kind == "message/rfc822" and not name.lower().endswith(".eml"):
            name = clean_name(f"{name}.eml", kind)
    else:
        content, name = _payload(part), clean_name(given, kind)
    return Attachment(
        name=name, content_type=kind, content=content, inline=inline, content_id=content_id
    )


def _enclosed(part: Message) -> tuple[bytes, str]:
    """Return the bytes and the subject of an enclosed mail or header block."""
    payload = part.get_payload() if part.is_multipart() else None
    if not isinstance(payload, list):
        return _payload(part), ""
    children = [child for child in payload if isinstance(child, Message)]
    subject = _raw(children[0], "subject")[:2000] if len(children) == 1 else b""
    content = b"\n".join(child.as_bytes() for child in children)
    return content, clean_header(decode_header(subject), 100)


def _is_form(kind: str) -> bool:
    """Whether some program shows a part of this type as the text of a letter."""
    return kind not in _NO_FORMS and (kind.startswith("text/") or kind in _OTHER_FORMS)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _payload(part: Message) -> bytes:
    encoding, content = _coded(part)
    if encoding == b"base64":
        return of_base64(content)
    return of_quoted(content) if encoding == b"quoted-printable" else content


def _coded(part: Message) -> tuple[bytes, bytes]:
    """Return the encoding that a part states and its bytes as they came in that encoding."""
    encoding = _raw(part, "content-transfer-encoding").strip().lower()
    if encoding in {b"base64", b"quoted-printable"}:
        # Without its encoding the library hands out the bytes as they came.
        part = copy(part)
        del part["content-transfer-encoding"]
    content = part.get_payload(decode=True)
    return encoding, content if isinstance(content, bytes) else b""

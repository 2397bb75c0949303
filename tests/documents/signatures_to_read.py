"""Electronic signatures under any bytes, for tests of what a signature belongs to.

The committed samples are real ones; here their digest is put anew. The signature itself is then
worth nothing, which this program never looks at.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import gostcrypto
from asn1crypto import cms

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "signatures"
OWNER = "Тестов Пётр Петрович"


def sample(name: str) -> bytes:
    """One of the committed samples."""
    return (SAMPLES / name).read_bytes()


def signature_of(content: bytes, *, attached: bool = False, gost: bool = False) -> bytes:
    """A signature that belongs to `content`, as DER."""
    known = sample("detached.sig" if gost else "sha256.p7s")
    info = cms.ContentInfo.load(known)
    (signer,) = info["content"]["signer_infos"]
    (old,) = (
        attribute["values"][0].native
        for attribute in signer["signed_attrs"]
        if attribute["type"].native == "message_digest"
    )
    der = known.replace(old, _digest(content, gost=gost))
    if not attached:
        return der
    whole = cms.ContentInfo.load(der)
    whole["content"]["encap_content_info"] = {"content_type": "data", "content": content}
    return bytes(whole.dump(force=True))


def _digest(content: bytes, *, gost: bool) -> bytes:
    if gost:
        return bytes(gostcrypto.gosthash.new("streebog256", data=bytearray(content)).digest())
    return hashlib.sha256(content).digest()


def embedded(pdf: bytes, *, changed: bool = False) -> bytes:
    """The PDF with a signature inside, added as signing programs do; `changed` spoils a byte."""
    room = 8192
    start = pdf.rindex(b"startxref")
    head = b"\n900 0 obj\n<</Type/Sig/SubFilter/adbe.pkcs7.detached/ByteRange ["
    numbers = b"0 %010d %010d %010d]/Contents "
    before = len(pdf) + len(head) + len(numbers % (0, 0, 0))
    tail = b">>\nendobj\n" + pdf[start:]
    after = before + room + 2
    whole = pdf + head + numbers % (before, after, len(tail))
    covered = whole + tail
    content = signature_of(covered).hex().encode().ljust(room, b"0")
    if changed:
        whole = whole[:50] + bytes([whole[50] ^ 1]) + whole[51:]
    return whole + b"<" + content + b">" + tail

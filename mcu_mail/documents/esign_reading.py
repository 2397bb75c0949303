"""Reads an electronic signature in a process of its own (`python -m …esign_reading`).

The one door to asn1crypto and gostcrypto. Arguments: `cms` with the signature and the file, or
`pdf` with a PDF. Answers one JSON document, and the file inside an attached signature after it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from asn1crypto import cms

from mcu_mail.guard import answer, inside

if TYPE_CHECKING:
    from datetime import datetime

_RANGES = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_PEM = re.compile(rb"-----(?:BEGIN|END)[^\n-]*-----")
_STREEBOG = {"1.2.643.7.1.1.2.2": 256, "1.2.643.7.1.1.2.3": 512}
_USUAL = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_MOST_SIGNATURES = 20
_SEQUENCE = 0x30


def der_of(content: bytes) -> bytes | None:
    """The DER of a signature written as DER, base64 or PEM; None when it is neither."""
    plain = content.removeprefix(b"\xef\xbb\xbf").strip(b"\r\n\t ")
    if plain[:1] == bytes([_SEQUENCE]):
        # Stripped bytes at the end may be part of a DER file.
        return content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t ")
    try:
        der = base64.b64decode(b"".join(_PEM.sub(b"", plain).split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return der if der[:1] == bytes([_SEQUENCE]) else None


def of_cms(signature: bytes, file: bytes | None) -> tuple[dict[str, Any], bytes | None]:
    """What a CMS says about a file, and the file inside it."""
    der = der_of(signature)
    signed = _signed_data(der) if der is not None else None
    if signed is None:
        return {}, None
    content = signed["encap_content_info"]["content"]
    inner = content.native if content.native is not None else None
    inner = bytes(inner) if isinstance(inner, bytes) else None
    about = file if file is not None else inner
    return {
        "kind": "attached" if inner is not None else "detached",
        "signers": [_signer(signed, one, about) for one in signed["signer_infos"]],
    }, inner


def of_pdf(pdf: bytes) -> dict[str, Any]:
    """What the signatures inside a PDF say of it.

    A signature that stops before the end of the file says nothing of what was added after it.
    """
    signers = []
    for found in list(_RANGES.finditer(pdf))[:_MOST_SIGNATURES]:
        start, first, second, rest = map(int, found.groups())
        if start or not 0 < first < second <= second + rest <= len(pdf):
            continue
        hexadecimal = pdf[first:second].strip(b"\r\n\t <>")
        try:
            signed = _signed_data(bytes.fromhex(hexadecimal.decode("ascii")))
        except ValueError:
            continue
        if signed is None:
            continue
        covered = pdf[:first] + pdf[second : second + rest]
        whole = not pdf[second + rest :].strip(b"\r\n\0 ")
        for one in signed["signer_infos"]:
            told = _signer(signed, one, covered)
            signers.append({**told, "belongs": told["belongs"] if whole else False})
    return {"kind": "embedded", "signers": signers}


def _signed_data(der: bytes) -> Any:
    try:
        info = cms.ContentInfo.load(der)
        if info["content_type"].native != "signed_data":
            return None
        signed = info["content"]
        return signed if len(signed["signer_infos"]) else None
    except (ValueError, TypeError, KeyError):
        return None


def _signer(signed: Any, info: Any, file: bytes | None) -> dict[str, Any]:
    attributes = {
        item["type"].native: item["values"][0]
        for item in (info["signed_attrs"] or ())
        if len(item["values"])
    }
    certificate = _certificate(signed, info)
    digest = attributes.get("message_digest")
    belongs = None
    if digest is not None and file is not None:
        own = digest_of(file, info["digest_algorithm"]["algorithm"].dotted)
        belongs = None if own is None else hmac.compare_digest(own, digest.native)
    signed_at = attributes.get("signing_time")
    return {
        **_about(certificate),
        "signed_at": _moment(signed_at.native) if signed_at is not None else "",
        "belongs": belongs,
    }


def _certificate(signed: Any, info: Any) -> Any:
    """The certificate of a signer, among those that came with the signature."""
    for choice in signed["certificates"] or ():
        if choice.name != "certificate":
            continue
        certificate = choice.chosen
        if info["sid"].name == "issuer_and_serial_number":
            wanted = info["sid"].chosen["serial_number"].native
            if certificate.serial_number == wanted:
                return certificate
        elif certificate.key_identifier == info["sid"].native:
            return certificate
    return None


def _about(certificate: Any) -> dict[str, str]:
    if certificate is None:
        return {"owner": "", "serial": "", "valid_from": "", "valid_to": ""}
    subject = certificate.subject.native
    person = " ".join(_one(subject[key]) for key in ("surname", "given_name") if subject.get(key))
    owner = person or _one(subject.get("common_name") or "")
    validity = certificate["tbs_certificate"]["validity"].native
    return {
        "owner": owner[:200],
        "serial": f"{certificate.serial_number:X}",
        "valid_from": validity["not_before"].date().isoformat(),
        "valid_to": validity["not_after"].date().isoformat(),
    }


def _one(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _moment(value: datetime) -> str:
    return value.replace(microsecond=0).isoformat()


@cache
def digest_of(content: bytes, oid: str) -> bytes | None:
    """The digest that an algorithm's identifier asks for; None when it is unknown here."""
    if oid in _USUAL:
        return hashlib.new(_USUAL[oid], content, usedforsecurity=False).digest()
    bits = _STREEBOG.get(oid)
    if bits is None:
        return None
    return _by_openssl(content, bits) or _in_python(content, bits)


def _by_openssl(content: bytes, bits: int) -> bytes | None:
    """Стрибог by openssl with the GOST engine: a thousand times faster, where it is installed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return None
    done = subprocess.run(  # noqa: S603 - a fixed command without a shell
        [openssl, "dgst", f"-md_gost12_{bits}", "-engine", "gost", "-binary"],
        input=content,
        capture_output=True,
        check=False,
    )
    whole = done.returncode == 0 and len(done.stdout) == bits // 8
    return done.stdout if whole else None


def _in_python(content: bytes, bits: int) -> bytes:
    import gostcrypto  # noqa: PLC0415 - costs a moment that a usual digest does not need

    digest = gostcrypto.gosthash.new(f"streebog{bits}", data=bytearray(content)).digest()
    return bytes(digest)


def main() -> None:
    """Answer for the blobs on standard input; the first argument says what they are."""
    blobs = inside()
    inner: bytes | None = None
    try:
        if sys.argv[1] == "pdf":
            told = of_pdf(blobs[0])
        else:
            told, inner = of_cms(blobs[0], blobs[1] if len(blobs) > 1 else None)
    except Exception:  # noqa: BLE001 - whatever a library raises on hostile bytes, they are no signature
        told, inner = {}, None
    answer(json.dumps(told).encode("ascii"), *(() if inner is None else (inner,)))


if __name__ == "__main__":
    main()

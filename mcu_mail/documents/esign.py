"""Does an electronic signature belong to a file: yes, no, or not to be told here.

Only the digest inside the signature is compared with the file's own; nothing is said of the
signature's truth, of its chain, its revocation or its issuer: that is for programs which are
certified for it. The signature is read in a guarded process (`esign_reading`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mcu_mail.documents.file_names import stem_and_suffix
from mcu_mail.guard import CrashedError, TooSlowError, guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIXES = (".sig", ".p7s", ".sgn", ".p7m", ".sign")
# Стрибог in pure Python takes five seconds a megabyte where openssl has no such digest.
SECONDS = 120
_READER = "mcu_mail.documents.esign_reading"
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+\d+\s+\d+\s*\]")

Kind = Literal["detached", "attached", "embedded"]


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signed, as his certificate says.

    Attributes:
        owner: his name, or the office's, in the certificate.
        serial: the certificate's number, hexadecimal.
        valid_from: the certificate's term begins, ISO date; empty when unknown, as `valid_to`.
        valid_to: it ends.
        signed_at: when he says that he signed, ISO moment in UTC; empty when he does not say.
        belongs: whether his signature was put under this very file; None when it cannot be told.

    """

    owner: str
    serial: str
    valid_from: str
    valid_to: str
    signed_at: str
    belongs: bool | None


@dataclass(frozen=True, kw_only=True)
class Signature:
    """An electronic signature that was read.

    Attributes:
        kind: beside the file, around it (`attached`), or inside a PDF.
        signers: one or several.
        inner: the file inside an attached signature.

    """

    kind: Kind
    signers: tuple[Signer, ...]
    inner: bytes | None = None

    @property
    def belongs(self) -> bool | None:
        """Whether any of the signers signed this file; None when it cannot be told."""
        told = {signer.belongs for signer in self.signers}
        if True in told:
            return True
        return None if None in told or not told else False

    @property
    def first(self) -> Signer:
        """The signer to be named: one who signed this file, if there is any."""
        return next((one for one in self.signers if one.belongs), self.signers[0])


def is_signature_name(name: str) -> bool:
    """Whether a file's name says that it is a signature."""
    return name.lower().endswith(SUFFIXES)


def partner_stem(name: str) -> str:
    """What the names of a file and of its signature have in common, in lower case.

    `x.pdf`, `x.pdf.sig` and `x.sig` all give `x`.
    """
    stem = name.lower()
    while (cut := stem_and_suffix(stem))[1] in {*SUFFIXES, ".pdf"}:
        stem = cut[0]
    return stem


def is_signed(pdf: bytes) -> bool:
    """Whether a PDF carries an electronic signature (a /ByteRange over its own bytes)."""
    return _BYTE_RANGE.search(pdf) is not None


def read_signature(signature: bytes, file: bytes | None) -> Signature | None:
    """What a `.sig` says and whether it belongs to `file`; None when it is no signature.

    Args:
        signature: CMS as DER, or as base64 with or without PEM lines; detached or attached.
        file: the bytes beside it; None when there is no file but the one inside the signature.

    Raises:
        TemporaryError: no process can be started here.

    """
    return _read("cms", signature, *(() if file is None else (file,)))


def read_embedded(pdf: bytes) -> Signature | None:
    """What the signatures inside a PDF say; None when none of them can be read.

    Raises:
        TemporaryError: no process can be started here.

    """
    return _read("pdf", pdf)


def _read(how: str, *blobs: bytes) -> Signature | None:
    try:
        told, *inner = guarded(_READER, how, blobs=blobs, seconds=SECONDS)
    except TooSlowError:
        return Signature(kind="embedded" if how == "pdf" else "detached", signers=(_UNKNOWN,))
    except CrashedError:
        return None
    found = json.loads(told)
    if not found.get("signers"):
        return None
    return Signature(
        kind=found["kind"],
        signers=tuple(Signer(**signer) for signer in found["signers"]),
        inner=inner[0] if inner else None,
    )


_UNKNOWN = Signer(owner="", serial="", valid_from="", valid_to="", signed_at="", belongs=None)


def pairs(names: Sequence[str]) -> tuple[tuple[int | None, int | None], ...]:
    """Which file has which signature beside it, by their names (pure).

    Returns:
        Pairs of places in `names`: (file, its signature); None where there is no such one.

    """
    signatures = [place for place, name in enumerate(names) if is_signature_name(name)]
    files = [place for place, name in enumerate(names) if not is_signature_name(name)]
    taken: dict[int, int] = {}
    for exact in (True, False):
        for place in signatures:
            if place in taken:
                continue
            stem = stem_and_suffix(names[place])[0].lower()
            for file in files:
                name = names[file].lower()
                same = name == stem if exact else partner_stem(name) == partner_stem(names[place])
                if same and file not in taken.values():
                    taken[place] = file
                    break
    beside = {file: place for place, file in taken.items()}
    alone: list[tuple[int | None, int | None]] = [
        (None, place) for place in signatures if place not in taken
    ]
    return (*((file, beside.get(file)) for file in files), *alone)

"""A Word file opened as the package it is, so that a damaged one is told apart at once."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from mcu_mail.errors import RefusedError


def read_package(docx: bytes) -> dict[str, bytes]:
    """Return the parts of a .docx by name, in their order, every checksum verified.

    Raises RefusedError when the bytes are damaged or are no Word file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        KeyError,
        OSError,
        RuntimeError,  # an encrypted part, or a packing that Python does not know
        ValueError,
    ) as error:
        raise RefusedError("Файл письма повреждён или это не файл Word (.docx).") from error
    if "word/document.xml" not in parts:
        raise RefusedError("Файл письма повреждён или это не файл Word (.docx).")
    return parts

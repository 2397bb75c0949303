"""LibreOffice as a converter whose word is never taken for anything.

It returns 0 for missing, truncated and empty input, loses output when two runs share a profile,
leaves `soffice.bin` alive when its wrapper is killed and fetches whatever a document links to. So:
a cold call with its own profile in a cage, a time limit, one retry, and the result is opened and
read back. `warm` does the same a dozen times faster where it can.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mcu_mail.documents import caged
from mcu_mail.documents.package import read_package
from mcu_mail.documents.readback import PdfText, lacks, read_pdf
from mcu_mail.errors import RefusedError, TemporaryError

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER_PREFIX: Final = "mcu-office-"
"""How the folder of one run begins: it holds a letter and the profile of that run."""
PDF_OPTIONS: Final = '{"SelectPdfVersion":{"type":"long","value":"2"}}'
"""PDF/A-2b: every font embedded, nothing that only one reader understands."""

_ATTEMPTS: Final = 2
_PDF: Final = f"pdf:writer_pdf_Export:{PDF_OPTIONS}"
_DOC: Final = "doc:MS Word 97"
_TEXT: Final = "txt:Text (encoded):UTF8"
_WORD_97: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_USUAL_PLACES: Final = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
)
_LINKED = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_HYPERLINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")


@dataclass(frozen=True, kw_only=True)
class Converted:
    """What an office program made of a letter, opened and read back.

    Attributes:
        pdf: the PDF, empty when none was asked for.
        text: the text of the PDF, None when none was asked for.
        doc: the Word 97 file, empty when none was asked for or it is not fit to be sent.
        doc_fault: why the Word 97 file is not fit to be sent (Russian), or empty.

    """

    pdf: bytes = b""
    text: PdfText | None = None
    doc: bytes = b""
    doc_fault: str = ""


def find_soffice() -> Path | None:
    """Return the program, or None when LibreOffice is not installed."""
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            return Path(found)
    return next((place for place in map(Path, _USUAL_PLACES) if place.is_file()), None)


def convert(
    docx: bytes,
    *,
    pdf: bool,
    doc: bool,
    timeout: float = 60,
    soffice: Path | None = None,
    attempts: int = _ATTEMPTS,
) -> Converted:
    """Return the letter in the formats asked for, by a cold call each.

    `timeout` is in seconds for each attempt. Raises TemporaryError when the program is absent,
    hangs or gives nothing; RefusedError when the input is no letter or the PDF does not open.
    """
    refuse_unfit(docx)
    cold = _Cold(timeout=timeout, soffice=soffice, attempts=attempts)
    made_pdf = cold.converted(docx, _PDF) if pdf else b""
    made_doc = cold.converted(docx, _DOC) if doc else b""
    text = read_pdf(made_pdf) if pdf else None
    if not doc:
        return Converted(pdf=made_pdf, text=text)
    fault = wrong_format(made_doc)
    if not fault:
        before, after = cold.converted(docx, _TEXT), cold.converted(made_doc, _TEXT, ".doc")
        fault = lost_words(before, after)
    return Converted(pdf=made_pdf, text=text, doc=b"" if fault else made_doc, doc_fault=fault)


def to_pdf(
    docx: bytes,
    *,
    must_contain: Sequence[str] = (),
    timeout: float = 60,
    soffice: Path | None = None,
) -> bytes:
    """Return the letter as PDF in which every text of `must_contain` was found.

    Errors as in `convert`, and RefusedError when words were lost.
    """
    made = convert(docx, pdf=True, doc=False, timeout=timeout, soffice=soffice)
    if made.text is not None and (lost := made.text.lacks(must_contain)):
        raise RefusedError(lost_lines(len(lost), len(must_contain)))
    return made.pdf


def to_doc(docx: bytes, *, timeout: float = 60, soffice: Path | None = None) -> bytes:
    """Return the letter in the format of Word 97-2003 (.doc), opened again and compared.

    Errors as in `convert`, and RefusedError when the file is no such file or words were lost.
    """
    made = convert(docx, pdf=False, doc=True, timeout=timeout, soffice=soffice)
    if made.doc_fault:
        raise RefusedError(made.doc_fault)
    return made.doc


def to_docx(content: bytes, suffix: str, *, timeout: float = 60) -> bytes:
    """Return a foreign .doc, .rtf or .odt as .docx, opened without network and without macros.

    A foreign file may point anywhere (A21), so it is opened only where the network can be taken
    away, and never in the process that makes our letters. Raises RefusedError where it cannot,
    TemporaryError when the program gives nothing.
    """
    program = find_soffice()
    if program is None or not caged.cage():
        raise RefusedError(f"файлы {suffix} здесь не открываются: нужен .docx")
    with suppress(OSError):
        if result := _once(content, "docx:MS Word 2007 XML", program, timeout, suffix):
            return result
    raise RefusedError(f"файл {suffix} не открывается как документ Word")


def foreign_to_pdf(content: bytes, suffix: str, *, timeout: float = 60) -> bytes:
    """Return a foreign .docx, .doc, .rtf or .odt as PDF, opened as `to_docx` opens it.

    Raises TemporaryError where there is no LibreOffice or the network cannot be taken away from
    it, RefusedError when the file does not open.
    """
    program = find_soffice()
    if program is None or not caged.cage():
        raise TemporaryError(f"файлы {suffix} здесь не открываются")
    with suppress(OSError):
        if result := _once(content, "pdf:writer_pdf_Export", program, timeout, suffix):
            return result
    raise RefusedError(f"файл {suffix} не открывается как документ Word")


def refuse_unfit(docx: bytes) -> None:
    """Raise RefusedError unless `docx` is a whole Word package without linked content.

    LibreOffice makes a PDF of anything, and loads pictures from wherever a file points.
    """
    relations = [part for name, part in read_package(docx).items() if name.endswith(".rels")]
    for link in (found for text in relations for found in _LINKED.findall(text)):
        if not _HYPERLINK.search(link):
            raise RefusedError("В файле письма есть ссылка на внешний рисунок или файл.")


def wrong_format(doc: bytes) -> str:
    """Why the bytes are no Word 97 file (Russian); empty when they are one."""
    return "" if doc.startswith(_WORD_97) else "LibreOffice вернул не файл Word 97-2003 (.doc)."


def lost_words(before: bytes, after: bytes) -> str:
    """Why a converted file is not what it was made of (Russian); empty when its text is the same.

    Both are the file's text in UTF-8, as the same program sees it before and after.
    """
    lines = [line for line in before.decode("utf-8-sig", "replace").splitlines() if line.strip()]
    lost = lacks(after.decode("utf-8-sig", "replace"), lines)
    return lost_lines(len(lost), len(lines)) if lost or not lines else ""


def lost_lines(lost: int, of: int) -> str:
    """«LibreOffice потерял …»: counted, since words may be personal data and land in a log."""
    return f"LibreOffice потерял часть текста письма: {lost} из {of} строк."


@dataclass(frozen=True, kw_only=True)
class _Cold:
    timeout: float
    soffice: Path | None
    attempts: int

    def converted(self, content: bytes, filter_name: str, kind: str = ".docx") -> bytes:
        program = self.soffice or find_soffice()
        if program is None:
            raise TemporaryError("LibreOffice на этом компьютере не найден.")
        for _ in range(self.attempts):
            # A full disk and a program that cannot be started are one more way to give nothing.
            with suppress(OSError):
                if result := _once(content, filter_name, program, self.timeout, kind):
                    return result
        often = "дважды " if self.attempts == _ATTEMPTS else ""
        raise TemporaryError(
            f"LibreOffice {often}не сделал файл за {self.timeout:g} с: письмо готовится без него."
        )


def _once(
    content: bytes, filter_name: str, program: Path, timeout: float, kind: str = ".docx"
) -> bytes:
    """Return what one cold run wrote; empty when it wrote nothing or took too long."""
    suffix = filter_name.partition(":")[0]
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, out = folder / f"letter{kind}", folder / "out"
        source.write_bytes(content)
        command = [
            str(program),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nologo",
            "--nodefault",
            "--nofirststartwizard",
            "--nolockcheck",
            "--convert-to",
            filter_name,
            "--outdir",
            str(out),
            str(source),
        ]
        if not caged.run(command, folder, timeout):
            return b""
        result = out / f"letter.{suffix}"
        return result.read_bytes() if result.is_file() else b""

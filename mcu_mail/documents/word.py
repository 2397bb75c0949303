"""Microsoft Word as the engine: the one door to docx2pdf and to the COM library below it.

Windows only. Word may hang behind a question that nobody sees, so it is driven by a process of its
own (`python -m mcu_mail.documents.word SOURCE TARGET`) with a time limit, and as with LibreOffice
only the files count.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from mcu_mail.documents import caged, office
from mcu_mail.documents.office import Converted
from mcu_mail.documents.readback import read_pdf
from mcu_mail.errors import TemporaryError

_SECONDS: Final = 60.0
# What Python and its COM library need; passwords of the daemon stay out of the process.
_ENVIRONMENT: Final = (
    "PATH",
    "SYSTEMROOT",
    "WINDIR",
    "COMSPEC",
    "PROGRAMFILES",
    "PROGRAMDATA",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "TEMP",
    "TMP",
)
# Values of Word's own WdSaveFormat.
_AS_DOC, _AS_TEXT, _UTF8 = 0, 2, 65001


def absence() -> str:
    """Why Word cannot be used here (Russian, without a full stop), or empty."""
    if os.name != "nt":
        return "Word работает только в Windows"
    if importlib.util.find_spec("docx2pdf") is None:
        return "не установлена библиотека docx2pdf"
    return ""


class Word:
    """Word behind the same face as LibreOffice."""

    def convert(self, docx: bytes, *, pdf: bool, doc: bool) -> Converted:
        """Return the letter in the formats asked for.

        Raises TemporaryError when Word is absent, hangs or gives nothing; RefusedError when the
        input is no letter or the PDF does not open.
        """
        if reason := absence():
            raise TemporaryError(f"{reason}.")
        office.refuse_unfit(docx)
        with tempfile.TemporaryDirectory(prefix="mcu-word-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            source = folder / "letter.docx"
            source.write_bytes(docx)
            made_pdf = _made(source, folder / "letter.pdf") if pdf else b""
            text = read_pdf(made_pdf) if pdf else None
            if not doc:
                return Converted(pdf=made_pdf, text=text)
            made_doc = _made(source, folder / "letter.doc")
            before = _made(source, folder / "before.txt")
            after = _made(folder / "letter.doc", folder / "after.txt")
        fault = office.wrong_format(made_doc) or office.lost_words(before, after)
        return Converted(pdf=made_pdf, text=text, doc=b"" if fault else made_doc, doc_fault=fault)

    def end_leftovers(self) -> int:
        """Nothing is kept warm: nothing is left."""
        return 0

    def close(self) -> None:
        """Nothing is kept warm: nothing to close."""


def _made(source: Path, target: Path) -> bytes:
    """Convert in a process of its own; raises TemporaryError when there is no file after it."""
    command = [sys.executable, "-m", "mcu_mail.documents.word", str(source), str(target)]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    house = str(Path(__file__).resolve().parents[2])
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module by our own interpreter
            command,
            env={**environment, "PYTHONPATH": house},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(_SECONDS)
        finally:
            caged.end(process)
        return target.read_bytes()
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TemporaryError(f"Word не сделал файл за {_SECONDS:g} с.") from error


def _drive(source: Path, target: Path) -> None:
    """Let Word open `source` and save it as what the suffix of `target` says."""
    if target.suffix == ".pdf":
        # It stands in the lock for Windows alone.
        import docx2pdf  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - Windows only

        docx2pdf.convert(str(source), str(target))
        return
    import win32com.client  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 - Windows only

    word: Any = win32com.client.DispatchEx("Word.Application")
    try:
        word.DisplayAlerts = 0
        document = word.Documents.Open(str(source), ReadOnly=True)
        if target.suffix == ".doc":
            document.SaveAs(str(target), FileFormat=_AS_DOC)
        else:
            document.SaveAs(str(target), FileFormat=_AS_TEXT, Encoding=_UTF8)
        document.Close(0)
    finally:
        word.Quit()


if __name__ == "__main__":
    _drive(Path(sys.argv[1]), Path(sys.argv[2]))

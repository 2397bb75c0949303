"""LibreOffice as a converter whose word is never taken for anything.

It returns 0 for missing, truncated and empty input, loses output when two runs share a profile,
leaves `soffice.bin` alive when its wrapper is killed and fetches whatever a document links to. So:
a cold call with its own profile and process group, a time limit, one retry, no network where the
system allows that, and the result is opened and read back.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mcu_mail.documents.fonts import font_folder
from mcu_mail.documents.package import read_package
from mcu_mail.documents.readback import read_pdf
from mcu_mail.errors import RefusedError, TemporaryError

if TYPE_CHECKING:
    from collections.abc import Sequence

_ATTEMPTS: Final = 2
_WORD_97: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_USUAL_PLACES: Final = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
)
_LINKED = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_HYPERLINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")
_KEPT_VARIABLES: Final = (
    "PATH",
    "SYSTEMROOT",
    "WINDIR",
    "COMSPEC",
    "PROGRAMFILES",
    "LD_LIBRARY_PATH",
)


def find_soffice() -> Path | None:
    """Return the program, or None when LibreOffice is not installed."""
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            return Path(found)
    return next((place for place in map(Path, _USUAL_PLACES) if place.is_file()), None)


def to_pdf(
    docx: bytes,
    *,
    must_contain: Sequence[str] = (),
    timeout: float = 60,
    soffice: Path | None = None,
) -> bytes:
    """Return the letter as PDF in which every text of `must_contain` was found.

    `timeout` is in seconds for each of two attempts. Raises TemporaryError when the program is
    absent, hangs or gives nothing; RefusedError when the input is no letter or words were lost.
    """
    pdf = _converted(docx, "pdf:writer_pdf_Export", timeout=timeout, soffice=soffice)
    if lost := read_pdf(pdf).lacks(must_contain):
        # The words themselves may be personal data, and an error may end up in a log.
        raise RefusedError(
            f"LibreOffice потерял часть текста письма: {len(lost)} из {len(must_contain)} строк."
        )
    return pdf


def to_doc(docx: bytes, *, timeout: float = 60, soffice: Path | None = None) -> bytes:
    """Return the letter in the format of Word 97-2003 (.doc). Errors as in `to_pdf`."""
    doc = _converted(docx, "doc:MS Word 97", timeout=timeout, soffice=soffice)
    if not doc.startswith(_WORD_97):
        raise RefusedError("LibreOffice вернул не файл Word 97-2003 (.doc).")
    return doc


def to_docx(content: bytes, suffix: str, *, timeout: float = 60) -> bytes:
    """Return a foreign .doc, .rtf or .odt as .docx, opened without network and without macros.

    A foreign file may point anywhere (A21), so it is opened only where the network can be taken
    away. Raises RefusedError where it cannot, TemporaryError when the program gives nothing.
    """
    program = find_soffice()
    if program is None or not _cage():
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
    if program is None or not _cage():
        raise TemporaryError(f"файлы {suffix} здесь не открываются")
    with suppress(OSError):
        if result := _once(content, "pdf:writer_pdf_Export", program, timeout, suffix):
            return result
    raise RefusedError(f"файл {suffix} не открывается как документ Word")


def _converted(docx: bytes, filter_name: str, *, timeout: float, soffice: Path | None) -> bytes:
    _refuse_unfit(docx)
    program = soffice or find_soffice()
    if program is None:
        raise TemporaryError("LibreOffice на этом компьютере не найден.")
    for _ in range(_ATTEMPTS):
        # A full disk and a program that cannot be started are one more way to give nothing.
        with suppress(OSError):
            if result := _once(docx, filter_name, program, timeout):
                return result
    raise TemporaryError(
        f"LibreOffice дважды не сделал файл за {timeout:g} с: письмо готовится без него."
    )


def _refuse_unfit(docx: bytes) -> None:
    """Raise RefusedError unless `docx` is a whole Word package without linked content.

    LibreOffice makes a PDF of anything, and loads pictures from wherever a file points.
    """
    relations = [part for name, part in read_package(docx).items() if name.endswith(".rels")]
    for link in (found for text in relations for found in _LINKED.findall(text)):
        if not _HYPERLINK.search(link):
            raise RefusedError("В файле письма есть ссылка на внешний рисунок или файл.")


def _once(
    content: bytes, filter_name: str, program: Path, timeout: float, kind: str = ".docx"
) -> bytes:
    """Return what one cold run wrote; empty when it wrote nothing or took too long."""
    suffix = filter_name.partition(":")[0]
    with tempfile.TemporaryDirectory(prefix="mcu-office-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, out = folder / f"letter{kind}", folder / "out"
        source.write_bytes(content)
        command = [
            *_cage(),
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
        if not _ran(command, folder, timeout):
            return b""
        result = out / f"letter.{suffix}"
        return result.read_bytes() if result.is_file() else b""


def _ran(command: Sequence[str], folder: Path, timeout: float) -> bool:
    """Run the command to its end; False when it took more than `timeout` seconds."""
    process = subprocess.Popen(  # noqa: S603 - no shell, and nothing of a mail is in the command
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        return False
    else:
        return True
    finally:
        # Also after a normal end: the wrapper may be gone while soffice.bin still runs.
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Return a bare environment: no proxies, no display, our own font beside the system's."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    fonts = folder / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{font_folder()}</dir></fontconfig>",
        encoding="utf-8",
    )
    return kept | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "TMP": str(folder),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
        "FONTCONFIG_FILE": str(fonts),
    }


@cache
def _cage() -> tuple[str, ...]:
    """Return the command that takes the network away, empty where the system has none (A21)."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    # Where user namespaces are closed (a chroot, a hardened kernel) root can do without them.
    for cage in ((unshare, "--map-root-user", "--net", "--"), (unshare, "--net", "--")):
        with suppress(OSError, subprocess.TimeoutExpired):
            tried = subprocess.run(  # noqa: S603 - a constant command
                [*cage, "true"], check=False, capture_output=True, timeout=10
            )
            if tried.returncode == 0:
                return cage
    return ()

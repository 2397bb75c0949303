"""LibreOffice kept warm: a letter in both formats from one load, in a tenth of a second.

A supervised process (`office_worker`) in a cage with a profile of its own. Nothing it says is
believed: a PDF must be there and open, a Word file must hold the text it was made of. When it
hangs, breaks or gives nothing it is ended with all it started and a new one is tried once, then a
cold call; after that LibreOffice is left alone for a while, so that one bad evening does not cost
three minutes for each of many letters.
"""

from __future__ import annotations

import json
import logging
import os
import select
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from mcu_mail.documents import caged, office
from mcu_mail.documents.leftovers import Leftovers
from mcu_mail.documents.office import Converted
from mcu_mail.documents.office_worker import LIBRARIES
from mcu_mail.documents.readback import read_pdf
from mcu_mail.errors import RefusedError, TemporaryError

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

_ATTEMPTS: Final = 2
_SECONDS: Final = 60.0
_REST_SECONDS: Final = 600.0
_MOST_LETTERS: Final = 300
_MOST_MEMORY_KB: Final = 600_000
_LONGEST_ANSWER: Final = 65536
_TEXT: Final = ("txt", "UTF8")


class WarmOffice:
    """One office for one daemon; the process is started by the first letter.

    Args:
        record: the file in which the running process is noted, for the next daemon to end what a
            killed one left; None: not noted.
        soffice: the program; None: as installed.
        worker: the command that stands in for `office_worker`; None: our own.
        seconds: the limit of one conversion.
        rest_seconds: how long LibreOffice is left alone after three failures in a row.
        most_letters: after so many a fresh process is started: it grows by 0.7 MB a letter.

    """

    def __init__(
        self,
        *,
        record: Path | None = None,
        soffice: Path | None = None,
        worker: Sequence[str] | None = None,
        seconds: float = _SECONDS,
        rest_seconds: float = _REST_SECONDS,
        most_letters: int = _MOST_LETTERS,
        most_memory_kb: int = _MOST_MEMORY_KB,
    ) -> None:
        self._leftovers = Leftovers(record)
        self._soffice = soffice
        self._command = worker
        self._seconds = seconds
        self._rest_seconds = rest_seconds
        self._most_letters = most_letters
        self._most_memory_kb = most_memory_kb
        self._worker: _Worker | None = None
        self._rests_until = 0.0
        self._lock = Lock()

    def convert(self, docx: bytes, *, pdf: bool, doc: bool) -> Converted:
        """Return the letter in the formats asked for, from one load.

        Raises TemporaryError when LibreOffice gave nothing or is left alone after failures;
        RefusedError when the input is no letter.
        """
        office.refuse_unfit(docx)
        with self._lock:
            if time.monotonic() < self._rests_until:
                raise TemporaryError("LibreOffice недавно не ответил и пока не вызывается.")
            for _ in range(_ATTEMPTS):
                try:
                    return self._warm(docx, pdf=pdf, doc=doc)
                except _NoWarmthError:
                    break
                except (TemporaryError, RefusedError, OSError) as error:
                    log.warning("the warm office is started anew: %s", type(error).__name__)
                    self._end()
            return self._cold(docx, pdf=pdf, doc=doc)

    def end_leftovers(self) -> int:
        """End what a killed daemon left; only for the one who holds the store. Returns how many."""
        # What runs for us is noted in the same place, and is no leftover.
        return self._leftovers.end() if self._worker is None else 0

    def close(self) -> None:
        """End the process; the next letter would start another."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The id of the process that is warm now, if there is one."""
        return self._worker.process.pid if self._worker else None

    def _cold(self, docx: bytes, *, pdf: bool, doc: bool) -> Converted:
        attempts = 1 if self._library() else 2
        try:
            return office.convert(
                docx,
                pdf=pdf,
                doc=doc,
                timeout=self._seconds,
                soffice=self._soffice,
                attempts=attempts,
            )
        except TemporaryError:
            self._rests_until = time.monotonic() + self._rest_seconds
            raise

    def _warm(self, docx: bytes, *, pdf: bool, doc: bool) -> Converted:
        worker = self._worker or self._started()
        made = worker.convert(docx, pdf=pdf, doc=doc, seconds=self._seconds)
        if worker.letters >= self._most_letters or worker.memory_kb > self._most_memory_kb:
            self._end()
        return made

    def _started(self) -> _Worker:
        folder = Path(tempfile.mkdtemp(prefix=office.FOLDER_PREFIX))
        try:
            command = self._command or self._own_command(folder)
            self._worker = _Worker(command, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._leftovers.note(self._worker.process.pid, folder)
        return self._worker

    def _own_command(self, folder: Path) -> Sequence[str]:
        library = self._library()
        if library is None:
            raise _NoWarmthError
        module = "mcu_mail.documents.office_worker"
        return (sys.executable, "-m", module, str(library.parent), str(folder))

    def _library(self) -> Path | None:
        """Where LibreOfficeKit is; None where there is none or no way to speak to it."""
        program = self._soffice or office.find_soffice()
        if program is None or sys.platform == "win32":
            return None
        home = program.resolve().parent
        return next((place for name in LIBRARIES if (place := home / name).is_file()), None)

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None
            self._leftovers.forget()


class _NoWarmthError(Exception):
    """LibreOffice as it is installed here knows cold calls only."""


class _Worker:
    """One process: orders go in, files come out. It works for one caller at a time."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.folder = folder
        self.letters = 0
        self.memory_kb = 0
        house = str(Path(__file__).resolve().parents[2])
        self.process = caged.start(
            [*caged.cage(), *command], folder, answers=True, more={"PYTHONPATH": house}
        )

    def convert(self, docx: bytes, *, pdf: bool, doc: bool, seconds: float) -> Converted:
        """Convert one letter; raises TemporaryError, RefusedError or OSError when it did not."""
        self.letters += 1
        # Names of their own: what comes late for an earlier letter is never taken for this one's.
        place = self.folder / str(self.letters)
        place.mkdir()
        try:
            source = place / "letter.docx"
            source.write_bytes(docx)
            return self._converted(source, pdf=pdf, doc=doc, seconds=seconds)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _converted(self, source: Path, *, pdf: bool, doc: bool, seconds: float) -> Converted:
        made_pdf, made_doc = source.with_suffix(".pdf"), source.with_suffix(".doc")
        before, after = source.with_name("before.txt"), source.with_name("after.txt")
        save, again = [], []
        if pdf:
            save.append((str(made_pdf), "pdf", office.PDF_OPTIONS))
        if doc:
            save += [(str(made_doc), "doc", ""), (str(before), *_TEXT)]
            again.append((str(made_doc), str(after), *_TEXT))
        self._ask({"source": str(source), "save": save, "again": again}, seconds)
        content = made_pdf.read_bytes() if pdf else b""
        text = read_pdf(content) if pdf else None
        if not doc:
            return Converted(pdf=content, text=text)
        word = made_doc.read_bytes()
        fault = office.wrong_format(word) or office.lost_words(
            before.read_bytes(), after.read_bytes()
        )
        return Converted(pdf=content, text=text, doc=b"" if fault else word, doc_fault=fault)

    def _ask(self, order: dict[str, Any], seconds: float) -> None:
        assert self.process.stdin is not None
        line = json.dumps({"serial": self.letters, **order}) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        try:
            answer = json.loads(self._line(seconds))
            serial, fault = answer["serial"], answer.get("fault", "")
            self.memory_kb = int(answer.get("memory_kb", 0))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TemporaryError("LibreOffice ответил непонятно.") from error
        if serial != self.letters or fault:
            raise TemporaryError("LibreOffice не открыл письмо.")

    def _line(self, seconds: float) -> bytes:
        """The next line of the process; raises TemporaryError when it does not come in time."""
        assert self.process.stdout is not None
        pipe, got = self.process.stdout.fileno(), b""
        until = time.monotonic() + seconds
        while not got.endswith(b"\n") and len(got) < _LONGEST_ANSWER:
            left = until - time.monotonic()
            ready = select.select([pipe], [], [], max(left, 0))[0]
            if not ready:
                raise TemporaryError(f"LibreOffice не ответил за {seconds:g} с.")
            piece = os.read(pipe, _LONGEST_ANSWER)
            if not piece:
                raise TemporaryError("LibreOffice завершился.")
            got += piece
        return got

    def end(self) -> None:
        """End it with everything it started, and its folder."""
        with suppress(OSError):
            caged.end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

"""Which engine makes the files of a letter, and what steps in when it fails.

A letter must leave before its term: when LibreOffice or Word is absent, hangs or loses words, the
native engine draws the same sheet and the note says so in Russian. Every PDF is read back first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from mcu_mail.documents import native, office, sheet, word
from mcu_mail.documents.fonts import drawable, missing_characters
from mcu_mail.documents.readback import PdfText, lacks, read_pdf
from mcu_mail.documents.warm import WarmOffice
from mcu_mail.errors import McuMailError, RefusedError
from mcu_mail.failpoints import fail_point
from mcu_mail.waits import may_wait

if TYPE_CHECKING:
    from pathlib import Path

Engine = Literal["auto", "libreoffice", "word", "native"]

_ABSENT: Final = "LibreOffice на этом компьютере не найден"
_CHOSEN: Final = "так выбрано в настройках"
_END_OF_TEXT: Final = 12


class OfficeProgram(Protocol):
    """What turns a Word file into the files that are sent: LibreOffice or Word."""

    def convert(self, docx: bytes, *, pdf: bool, doc: bool) -> office.Converted:
        """Return the formats asked for; raises McuMailError when it cannot."""

    def end_leftovers(self) -> int:
        """End what a killed daemon left running; return how many."""

    def close(self) -> None:
        """End whatever is kept warm."""


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A finished PDF.

    Attributes:
        engine: who made it: libreoffice, word or native.
        note: why it was not the wanted one, and what it could not draw; or empty.
        failure: the wanted engine failed and a person should know: absent, failed, lost_words.

    """

    pdf: bytes
    engine: str
    pages: int
    note: str = ""
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class WordFile:
    """The letter for the recipient's Word.

    Attributes:
        suffix: .doc or .docx.
        note: why it is not .doc; or empty.
        failure: as of `Rendered`.

    """

    data: bytes
    suffix: str
    note: str = ""
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class LetterFiles:
    """The files of one letter, from one load where an office program makes both."""

    pdf: Rendered
    word: WordFile


@dataclass(frozen=True, kw_only=True)
class _Refusal:
    """Why an office program gave nothing: in Russian, and as a cause when it is a failure."""

    reason: str
    failure: str = ""


class Press:
    """The engine of an office's letters, kept for as long as the daemon runs.

    Args:
        engine: as the settings say.
        record: the file in which a running process is noted; None: not noted.
        program: what stands in for LibreOffice or Word; None: the real one.

    """

    def __init__(
        self,
        engine: Engine = "auto",
        *,
        record: Path | None = None,
        program: OfficeProgram | None = None,
    ) -> None:
        self.engine = engine
        self._given = program is not None
        self._program = program or (word.Word() if engine == "word" else WarmOffice(record=record))
        self._name = "Word" if engine == "word" else "LibreOffice"

    def make_files(self, content: sheet.LetterContent, docx: bytes) -> LetterFiles:
        """Return PDF and Word file of the letter; `docx` is what `write_docx` gave for `content`.

        Raises RefusedError when even the native engine cannot set every field.
        """
        made = self._made(docx, pdf=True, doc=True)
        return LetterFiles(pdf=self._rendered(content, made), word=self._word_file(docx, made))

    def make_pdf(self, content: sheet.LetterContent, docx: bytes) -> Rendered:
        """Return the PDF of the letter, read back. Arguments and errors as in `make_files`."""
        return self._rendered(content, self._made(docx, pdf=True, doc=False))

    def make_doc(self, docx: bytes) -> WordFile:
        """Return the letter as .doc where an office program can make one, else .docx unchanged."""
        return self._word_file(docx, self._made(docx, pdf=False, doc=True))

    def try_out(self, content: sheet.LetterContent, docx: bytes) -> None:
        """Let the office program make both files, with nothing that steps in.

        Raises TemporaryError or RefusedError with what is wrong.
        """
        made = self._program.convert(docx, pdf=True, doc=True)
        expected = tuple(sheet.visible_strings(content))
        if made.text is not None and (lost := made.text.lacks(expected)):
            raise RefusedError(office.lost_lines(len(lost), len(expected)))
        if made.doc_fault:
            raise RefusedError(made.doc_fault)

    def absence(self) -> str:
        """Why no office program is asked (Russian, without a full stop), or empty."""
        if self.engine == "native":
            return _CHOSEN
        if self._given:
            return ""
        if self.engine == "word":
            return word.absence()
        return "" if office.find_soffice() is not None else _ABSENT

    def end_leftovers(self) -> int:
        """End what a killed daemon left; only for the one who holds the store."""
        return self._program.end_leftovers()

    def close(self) -> None:
        """End whatever is kept warm; the press can still be used."""
        self._program.close()

    def _made(self, docx: bytes, *, pdf: bool, doc: bool) -> office.Converted | _Refusal:
        may_wait("the office engine")
        if reason := self.absence():
            asked_for = self.engine in {"libreoffice", "word"}
            return _Refusal(reason=f"{reason}.", failure="absent" if asked_for else "")
        try:
            fail_point("office.convert.before")
            made = self._program.convert(docx, pdf=pdf, doc=doc)
            fail_point("office.convert.after")
        except (McuMailError, OSError) as error:
            # A full disk is one more way to give nothing; its words may name files.
            known = isinstance(error, McuMailError)
            reason = str(error) if known else f"{self._name} не смог записать файл."
            return _Refusal(reason=reason, failure="failed")
        return made

    def _rendered(
        self, content: sheet.LetterContent, made: office.Converted | _Refusal
    ) -> Rendered:
        expected = tuple(sheet.visible_strings(content))
        without = f"PDF сделан без {self._name}: "
        if isinstance(made, _Refusal):
            note = f"{without}{made.reason}" if made.failure else ""
            return _native(content, expected, note, made.failure)
        assert made.text is not None
        if lost := made.text.lacks(expected):
            note = without + office.lost_lines(len(lost), len(expected))
            return _native(content, expected, note, "lost_words")
        if _signature_alone(made.text, content):
            note = f"{without}подпись осталась бы одна на последнем листе."
            return _native(content, expected, note, "")
        engine = "word" if self.engine == "word" else "libreoffice"
        return Rendered(pdf=made.pdf, engine=engine, pages=len(made.text.pages))

    def _word_file(self, docx: bytes, made: office.Converted | _Refusal) -> WordFile:
        if isinstance(made, office.Converted):
            if made.doc:
                return WordFile(data=made.doc, suffix=".doc")
            made = _Refusal(reason=made.doc_fault, failure="lost_words")
        note = f"Файл остался в формате .docx: {made.reason}"
        return WordFile(data=docx, suffix=".docx", note=note, failure=made.failure)


def make_pdf(content: sheet.LetterContent, docx: bytes, engine: Engine = "auto") -> Rendered:
    """As `Press.make_pdf`, for one letter alone: nothing stays warm."""
    press = Press(engine)
    try:
        return press.make_pdf(content, docx)
    finally:
        press.close()


def make_doc(docx: bytes, engine: Engine = "auto") -> WordFile:
    """As `Press.make_doc`, for one letter alone: nothing stays warm."""
    press = Press(engine)
    try:
        return press.make_doc(docx)
    finally:
        press.close()


def letterhead_faults(letterhead: sheet.Letterhead) -> tuple[str, ...]:
    """Return what is wrong with the office's form, one Russian sentence each; empty when usable."""
    try:
        make_pdf(sheet.specimen(letterhead), b"", "native")
    except RefusedError as error:
        return (str(error),)
    return ()


def _signature_alone(text: PdfText, content: sheet.LetterContent) -> bool:
    """Whether the end of the text is on another page than the signature."""
    last = content.promise if content.kind == "interim" else (sheet.body(content) or ("",))[-1]
    end = sheet.printable(last)[-_END_OF_TEXT:]
    signed = [page for page in text.pages if not lacks(page, [content.signer_name])]
    return bool(signed) and bool(lacks(signed[-1], [end]))


def _native(
    content: sheet.LetterContent, expected: tuple[str, ...], note: str, failure: str
) -> Rendered:
    pdf = native.write_pdf(content)
    text = read_pdf(pdf)
    if lost := text.lacks(map(drawable, expected)):
        names = [name for name, words in sheet.visible_fields(content) if drawable(words) in lost]
        raise RefusedError(f"В письме не уместилось: {', '.join(dict.fromkeys(names))}.")
    if absent := missing_characters("".join(expected)):
        note = f"{note} В шрифте письма нет знаков: {' '.join(absent)}.".strip()
    return Rendered(pdf=pdf, engine="native", pages=len(text.pages), note=note, failure=failure)

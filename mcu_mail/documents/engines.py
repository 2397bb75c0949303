"""Which engine makes the PDF of a letter, and what steps in when it fails.

A letter must leave before its term: when LibreOffice is absent, hangs or loses words, the native
engine draws the same sheet and the note says so in Russian. Every PDF is read back first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from mcu_mail.documents import native, office, sheet
from mcu_mail.documents.fonts import drawable, missing_characters
from mcu_mail.documents.readback import PdfText, lacks, read_pdf
from mcu_mail.errors import McuMailError, RefusedError

Engine = Literal["auto", "libreoffice", "word", "native"]

_ABSENT: Final = "LibreOffice на этом компьютере не найден"
_END_OF_TEXT: Final = 12
_WORD: Final = "движок Word на этом компьютере не подключён"


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A finished PDF. `engine`: libreoffice | native; `note`: why not the wanted one, or empty."""

    pdf: bytes
    engine: str
    pages: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class WordFile:
    """The letter for the recipient's Word. `suffix`: .doc or .docx; `note`: why not .doc."""

    data: bytes
    suffix: str
    note: str = ""


def make_pdf(content: sheet.LetterContent, docx: bytes, engine: Engine = "auto") -> Rendered:
    """Return the PDF of the letter, read back; `docx` is what `write_docx` gave for `content`.

    Raises RefusedError when even the native engine cannot set every field.
    """
    expected = tuple(sheet.visible_strings(content))
    note = ""
    if engine in {"auto", "libreoffice"} and office.find_soffice() is not None:
        try:
            pdf = office.to_pdf(docx, must_contain=expected)
            text = read_pdf(pdf)
        except McuMailError as error:
            note = f"PDF сделан без LibreOffice: {error}"
        else:
            if not _signature_alone(text, content):
                return Rendered(pdf=pdf, engine="libreoffice", pages=len(text.pages))
            note = "PDF сделан без LibreOffice: подпись осталась бы одна на последнем листе."
    elif engine == "word":
        note = f"PDF сделан без Word: {_WORD}."
    elif engine == "libreoffice":
        note = f"PDF сделан без LibreOffice: {_ABSENT}."
    return _native(content, expected, note)


def make_doc(docx: bytes, engine: Engine = "auto") -> WordFile:
    """Return the letter as .doc where LibreOffice can make one, else the .docx unchanged."""
    if engine == "word":
        return WordFile(data=docx, suffix=".docx", note=f"Файл остался в формате .docx: {_WORD}.")
    if engine == "native" or office.find_soffice() is None:
        reason = "так выбрано в настройках" if engine == "native" else _ABSENT
        return WordFile(data=docx, suffix=".docx", note=f"Файл остался в формате .docx: {reason}.")
    try:
        return WordFile(data=office.to_doc(docx), suffix=".doc")
    except McuMailError as error:
        return WordFile(data=docx, suffix=".docx", note=f"Файл остался в формате .docx: {error}")


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


def _native(content: sheet.LetterContent, expected: tuple[str, ...], note: str) -> Rendered:
    pdf = native.write_pdf(content)
    text = read_pdf(pdf)
    if lost := text.lacks(map(drawable, expected)):
        names = [name for name, words in sheet.visible_fields(content) if drawable(words) in lost]
        raise RefusedError(f"В письме не уместилось: {', '.join(dict.fromkeys(names))}.")
    if absent := missing_characters("".join(expected)):
        note = f"{note} В шрифте письма нет знаков: {' '.join(absent)}.".strip()
    return Rendered(pdf=pdf, engine="native", pages=len(text.pages), note=note)

from __future__ import annotations

import io
import os
import socket
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcu_mail.documents import caged, office, sheet
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.office import find_soffice, to_doc, to_pdf
from mcu_mail.documents.package import read_package
from mcu_mail.documents.readback import read_pdf
from mcu_mail.errors import RefusedError, TemporaryError
from tests.documents.sample_letters import CODE, LETTER, TEMPLATE, letter, marks, needs_office
from tests.documents.sample_letters import two_pages as two_page_letter
from tests.documents.test_native_letter import inside

DOCX = write_docx(LETTER, TEMPLATE)


def program(folder: Path, script: str) -> Path:
    """A stand-in for soffice that misbehaves as the real one was seen to."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return state.rpartition(")")[2].split()[0] != "Z"


def with_part(docx: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


@pytest.mark.office
@needs_office
def test_the_pdf_of_the_office_holds_every_word() -> None:
    pdf = to_pdf(DOCX, must_contain=tuple(sheet.visible_strings(LETTER)))
    assert len(read_pdf(pdf).pages) == 1
    assert marks(pdf) == [f"TMO1-2026-000123-2-1-{CODE}"]
    assert [inside(pdf, field) for field in sheet.stamp_place()] == ["24.11.2026", "01-12/345"]


@pytest.mark.office
@needs_office
def test_a_long_letter_goes_on_overleaf_with_marks_and_page_number() -> None:
    content = two_page_letter()
    pdf = to_pdf(write_docx(content, TEMPLATE), must_contain=tuple(sheet.visible_strings(content)))
    assert marks(pdf) == [f"TMO1-2026-000123-2-1-{CODE}", f"TMO1-2026-000123-2-0-{CODE}"]
    assert read_pdf(pdf).pages[1].split()[0] == "2"


@pytest.mark.office
@needs_office
def test_the_doc_is_a_word_97_file() -> None:
    assert to_doc(DOCX).startswith(bytes.fromhex("D0CF11E0"))


@pytest.mark.office
@needs_office
def test_two_conversions_at_once_do_not_lose_each_other() -> None:
    letters = [letter(heading=f"О письме {n}") for n in range(2)]
    with ThreadPoolExecutor(2) as pool:
        pdfs = list(pool.map(lambda one: to_pdf(write_docx(one, TEMPLATE)), letters))
    assert [read_pdf(pdf).lacks([one.heading]) for pdf, one in zip(pdfs, letters, strict=True)] == [
        (),
        (),
    ]


@pytest.mark.office
@needs_office
def test_lost_words_are_counted_and_never_quoted() -> None:
    with pytest.raises(RefusedError, match="потерял часть текста письма: 1 из 2 строк") as error:
        to_pdf(DOCX, must_contain=["Небываловой А.И.", "Другой адресат"])
    assert "Другой" not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        DOCX[: len(DOCX) // 2],
        b"<html><img src='http://127.0.0.1/x.png'></html>",
    ],
    ids=["empty", "garbage", "truncated", "html"],
)
def test_what_is_no_letter_never_reaches_the_office(tmp_path: Path, content: bytes) -> None:
    called = tmp_path / "called"
    fake = program(tmp_path, f"touch {called}")
    with pytest.raises(RefusedError, match="повреждён"):
        to_pdf(content, soffice=fake)
    assert not called.exists()


@settings(max_examples=200)
@given(place=st.integers(0, len(DOCX) - 1), flipped=st.integers(1, 255))
def test_a_damaged_byte_is_harmless_or_refused(place: int, flipped: int) -> None:
    damaged = DOCX[:place] + bytes([DOCX[place] ^ flipped]) + DOCX[place + 1 :]
    try:
        parts = read_package(damaged)
    except RefusedError:
        return
    assert set(parts.values()) <= set(read_package(DOCX).values())


def test_a_letter_with_a_linked_picture_never_reaches_the_office(tmp_path: Path) -> None:
    links = (
        b'<Relationships><Relationship Id="r1" Type="http://x.example/image" '
        b'Target="http://127.0.0.1/x.png" TargetMode="External"/></Relationships>'
    )
    with pytest.raises(RefusedError, match="ссылка на внешний"):
        to_pdf(with_part(DOCX, "word/_rels/document.xml.rels", links), soffice=tmp_path / "none")


def test_a_hanging_office_is_ended_with_its_children_and_tried_once_more(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    fake = program(tmp_path, f"sleep 300 &\necho $! >> {pids}\nwait")
    with pytest.raises(TemporaryError, match="дважды не сделал файл"):
        to_pdf(DOCX, timeout=1, soffice=fake)
    children = [int(pid) for pid in pids.read_text(encoding="utf-8").split()]
    assert len(children) == 2
    until = time.monotonic() + 10
    while any(map(alive, children)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(alive, children))


def test_an_office_that_swallows_memory_is_stopped_before_the_machine_is_full(
    tmp_path: Path,
) -> None:
    eaten = tmp_path / "eaten"
    bomb = f"import pathlib; bytearray(6 << 30); pathlib.Path({str(eaten)!r}).touch()"
    fake = program(tmp_path, f'"{sys.executable}" -c "{bomb}"')
    with pytest.raises(TemporaryError, match="дважды не сделал файл"):
        to_pdf(DOCX, soffice=fake)
    assert not eaten.exists()


def test_a_child_left_behind_by_the_wrapper_is_ended(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    fake = program(tmp_path, f"sleep 300 >/dev/null &\necho $! >> {pids}\nexit 0")
    with pytest.raises(TemporaryError):
        to_doc(DOCX, soffice=fake)
    until = time.monotonic() + 10
    children = [int(pid) for pid in pids.read_text(encoding="utf-8").split()]
    while any(map(alive, children)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(alive, children))


@pytest.mark.parametrize("script", ["exit 0", "exit 77", "kill -9 $$"])
def test_the_exit_code_is_not_believed(tmp_path: Path, script: str) -> None:
    with pytest.raises(TemporaryError, match="дважды"):
        to_pdf(DOCX, soffice=program(tmp_path, script))


def test_a_program_that_cannot_be_started_is_a_temporary_failure(tmp_path: Path) -> None:
    with pytest.raises(TemporaryError):
        to_pdf(DOCX, soffice=tmp_path / "no such program")


# The stand-in finds the output folder behind --outdir, as soffice does.
_OUT = 'while [ "$1" != --outdir ]; do shift; done; mkdir -p "$2"'


@pytest.mark.parametrize("written", ["", "not a pdf", "%PDF-1.7 cut"])
def test_a_pdf_that_does_not_open_is_no_pdf(tmp_path: Path, written: str) -> None:
    fake = program(tmp_path, f'{_OUT}; printf %s "{written}" > "$2/letter.pdf"')
    with pytest.raises((RefusedError, TemporaryError)):
        to_pdf(DOCX, soffice=fake)


def test_a_doc_of_another_format_is_refused(tmp_path: Path) -> None:
    fake = program(tmp_path, f'{_OUT}; echo text > "$2/letter.doc"')
    with pytest.raises(RefusedError, match="не файл Word 97-2003"):
        to_doc(DOCX, soffice=fake)


def test_an_office_that_fails_once_is_given_a_second_try(tmp_path: Path) -> None:
    mark, result = tmp_path / "first", tmp_path / "ready.doc"
    result.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + b"doc")
    script = (
        f"if [ ! -e {mark} ]; then touch {mark}; exit 0; fi\n{_OUT}\n"
        f'cp {result} "$2/letter.doc"; echo words > "$2/letter.txt"'
    )
    assert to_doc(DOCX, soffice=program(tmp_path, script)) == result.read_bytes()


def test_no_secret_and_no_proxy_of_ours_reaches_the_office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCU_IMAP_PASSWORD", "тайна")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    seen = tmp_path / "env"
    with pytest.raises(TemporaryError):
        to_pdf(DOCX, soffice=program(tmp_path, f"env > {seen}"))
    text = seen.read_text(encoding="utf-8")
    assert "HOME=" in text
    assert "тайна" not in text
    assert "proxy" not in text


@pytest.mark.skipif(not caged.cage(), reason="this system cannot take the network away")
def test_the_office_has_no_network(tmp_path: Path) -> None:
    hits = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        done = threading.Event()

        def count() -> None:
            while not done.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                hits.append(connection)
                connection.close()

        counter = threading.Thread(target=count)
        counter.start()
        port = listener.getsockname()[1]
        connect = f"exec 3<>/dev/tcp/127.0.0.1/{port} && touch {tmp_path}/reached"
        fake = program(tmp_path, f"touch {tmp_path}/ran; bash -c '{connect}'")
        with pytest.raises(TemporaryError):
            to_pdf(DOCX, soffice=fake)
        done.set()
        counter.join()
    assert (tmp_path / "ran").exists()
    assert not (tmp_path / "reached").exists()
    assert hits == []


def test_without_the_program_the_office_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(office, "_USUAL_PLACES", ())
    assert find_soffice() is None
    with pytest.raises(TemporaryError, match="не найден"):
        to_pdf(DOCX)

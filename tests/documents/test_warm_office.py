from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from pypdf import PdfReader

from mcu_mail.documents import caged, leftovers, native, office, sheet
from mcu_mail.documents.leftovers import Leftovers
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.office import FOLDER_PREFIX, lost_words
from mcu_mail.documents.readback import read_pdf
from mcu_mail.documents.warm import WarmOffice
from mcu_mail.errors import RefusedError, TemporaryError
from tests.documents import office_stand_in
from tests.documents.sample_letters import LETTER, TEMPLATE, letter, needs_office
from tests.documents.test_office_conversion import alive, program, with_part

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(__file__).parents[2]
DOCX = write_docx(LETTER, TEMPLATE)
PATIENCE = 20.0


def gone(pids: list[int]) -> bool:
    """Whether all of them end, within the patience of a test."""
    until = time.monotonic() + PATIENCE
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(alive, pids))


def vanished(place: Path) -> bool:
    """Whether a folder goes, within the patience of a test."""
    until = time.monotonic() + PATIENCE
    while place.exists() and time.monotonic() < until:
        time.sleep(0.02)
    return not place.exists()


def pids_in(file: Path) -> list[int]:
    return [int(line) for line in file.read_text(encoding="utf-8").split()]


class StandIn:
    """A warm office whose process misbehaves, and whose cold program gives nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pids, self.pdf = folder / "pids", folder / "ready.pdf"
        self.pids.touch()
        self.pdf.write_bytes(native.write_pdf(LETTER))
        self.cold = folder / "cold calls"
        self.cold.touch()

    def office(self, how: str, **limits: Any) -> WarmOffice:
        script = str(Path(office_stand_in.__file__))
        worker = (sys.executable, script, how, str(self.pids), str(self.pdf))
        soffice = program(self.folder, f"echo cold >> '{self.cold}'")
        limits.setdefault("seconds", 20.0)
        return WarmOffice(soffice=soffice, worker=worker, **limits)

    @property
    def cold_calls(self) -> int:
        return len(self.cold.read_text(encoding="utf-8").splitlines())


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path)


@pytest.fixture
def warm() -> Iterator[WarmOffice]:
    with closing(WarmOffice()) as kept:
        yield kept


# --- the real one ---------------------------------------------------------------------------------


@pytest.mark.office
@needs_office
def test_one_process_gives_both_files_of_letter_after_letter(warm: WarmOffice) -> None:
    pids = set()
    for number in ("01-12/345", "01-12/346"):
        content = letter(number=number)
        made = warm.convert(write_docx(content, TEMPLATE), pdf=True, doc=True)
        pids.add(warm.pid)
        assert made.text is not None
        assert made.text.lacks(sheet.visible_strings(content)) == ()
        assert made.doc.startswith(bytes.fromhex("D0CF11E0"))
        assert made.doc_fault == ""
    assert len(pids) == 1
    assert None not in pids


@pytest.mark.office
@needs_office
def test_the_doc_of_the_warm_office_opens_elsewhere_with_the_same_text(warm: WarmOffice) -> None:
    doc = warm.convert(DOCX, pdf=False, doc=True).doc
    # Another program of the office: a cold one, by way of its own reader and writer.
    pdf = office._Cold(timeout=60, soffice=None, attempts=1).converted(doc, office._PDF, ".doc")
    assert read_pdf(pdf).lacks(sheet.visible_strings(LETTER)) == ()


@pytest.mark.office
@needs_office
@pytest.mark.parametrize("kept", [True, False], ids=["warm", "cold"])
def test_the_pdf_is_an_archive_file_with_its_fonts_inside(warm: WarmOffice, kept: bool) -> None:
    pdf = (warm.convert if kept else office.convert)(DOCX, pdf=True, doc=False).pdf
    reader = PdfReader(io.BytesIO(pdf))
    metadata = reader.xmp_metadata
    assert metadata is not None
    ids = "http://www.aiim.org/pdfa/ns/id/"
    said = {
        name: [node.toxml() for node in metadata.rdf_root.getElementsByTagNameNS(ids, name)]
        for name in ("part", "conformance")
    }
    assert said == {
        "part": ["<pdfaid:part>2</pdfaid:part>"],
        "conformance": ["<pdfaid:conformance>B</pdfaid:conformance>"],
    }
    fonts = [
        font.get_object()
        for page in reader.pages
        for font in cast("Any", page["/Resources"])["/Font"].get_object().values()
    ]
    assert fonts
    assert {str(font["/BaseFont"]).partition("+")[2] for font in fonts} == {
        "PTSerif-Regular",
        "PTSerif-Bold",
    }
    assert all(font["/FontDescriptor"].get_object().get("/FontFile2") for font in fonts)


@pytest.mark.office
@needs_office
def test_two_offices_at_once_have_profiles_of_their_own() -> None:
    letters = [letter(heading=f"О письме {n}") for n in range(4)]
    with (
        closing(WarmOffice()) as one,
        closing(WarmOffice()) as other,
        ThreadPoolExecutor(2) as pool,
    ):
        made = list(
            pool.map(
                lambda pair: pair[0].convert(write_docx(pair[1], TEMPLATE), pdf=True, doc=True),
                zip((one, other, one, other), letters, strict=True),
            )
        )
        workers = [kept._worker for kept in (one, other)]
        profiles = {worker.folder / "profile" for worker in workers if worker is not None}
        assert len(profiles) == 2
        assert all(
            (profile / "user" / "registrymodifications.xcu").is_file() for profile in profiles
        )
    for content, files in zip(letters, made, strict=True):
        assert files.text is not None
        assert files.text.lacks([content.heading]) == ()
    assert not any(profile.exists() for profile in profiles)


@pytest.mark.office
@needs_office
def test_a_process_that_was_ended_meanwhile_is_replaced(warm: WarmOffice) -> None:
    warm.convert(DOCX, pdf=True, doc=False)
    first = warm.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert warm.convert(DOCX, pdf=True, doc=False).text is not None
    assert warm.pid not in {first, None}


@pytest.mark.office
@needs_office
def test_a_process_without_work_ends_by_itself_and_is_not_missed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with closing(WarmOffice(idle_seconds=3)) as kept:
        pids = []
        for _ in range(2):
            assert kept.convert(DOCX, pdf=True, doc=False).pdf
            assert kept.pid is not None
            assert kept._worker is not None
            pids.append(kept.pid)
            assert kept._worker.process.wait(PATIENCE) == -signal.SIGKILL
            assert vanished(kept._worker.folder)
    assert len(set(pids)) == 2
    assert caplog.records == []


@pytest.mark.office
@needs_office
@pytest.mark.parametrize("limit", [{"most_letters": 1}, {"most_memory_kb": 1}])
def test_a_process_that_has_grown_is_ended_after_its_letter(limit: dict[str, Any]) -> None:
    with closing(WarmOffice(**limit)) as kept:
        for _ in range(2):
            assert kept.convert(DOCX, pdf=True, doc=False).pdf
            assert kept.pid is None


@pytest.mark.office
@needs_office
def test_when_the_warm_one_fails_twice_a_cold_call_makes_the_letter(stand_in: StandIn) -> None:
    with closing(stand_in.office("leaves at once")) as kept:
        kept._soffice = None  # the real one, as it is installed
        made = kept.convert(DOCX, pdf=True, doc=True)
    assert len(pids_in(stand_in.pids)) == 2
    assert made.text is not None
    assert made.text.lacks(sheet.visible_strings(LETTER)) == ()
    assert made.doc
    assert made.doc_fault == ""


@pytest.mark.office
@needs_office
@pytest.mark.skipif(not caged.cage(), reason="this system cannot take the network away")
def test_the_kept_process_has_no_network_and_no_secret_of_ours(
    warm: WarmOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCU_IMAP_PASSWORD", "тайна")
    warm.convert(DOCX, pdf=True, doc=False)
    place = Path(f"/proc/{warm.pid}")
    assert (place / "ns" / "net").readlink() != Path("/proc/self/ns/net").readlink()
    devices = (place / "net" / "dev").read_text(encoding="utf-8").splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]
    assert "тайна".encode() not in (place / "environ").read_bytes()


# --- one that misbehaves --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        "leaves at once",
        "leaves instead of an answer",
        "answers garbage",
        "answers with a list",
        "answers an earlier order",
        "floods",
        "writes nothing",
        "cuts the PDF",
    ],
)
def test_a_process_that_gives_nothing_is_replaced_once_and_then_called_cold(
    stand_in: StandIn, how: str
) -> None:
    with closing(stand_in.office(how)) as kept:
        with pytest.raises(TemporaryError, match="не сделал файл"):
            kept.convert(DOCX, pdf=True, doc=False)
        assert kept.pid is None
    pids = pids_in(stand_in.pids)
    assert len(pids) == 2
    assert stand_in.cold_calls == 1
    assert gone(pids)


@pytest.mark.parametrize(("how", "processes"), [("hangs", 2), ("forks and hangs", 4)])
def test_a_process_that_hangs_is_ended_with_its_children(
    stand_in: StandIn, how: str, processes: int
) -> None:
    with closing(stand_in.office(how, seconds=2)) as kept, pytest.raises(TemporaryError):
        kept.convert(DOCX, pdf=True, doc=False)
    pids = pids_in(stand_in.pids)
    assert len(pids) == processes
    assert gone(pids)


def test_after_a_failure_the_office_is_left_alone_for_a_while(stand_in: StandIn) -> None:
    with closing(stand_in.office("leaves at once", rest_seconds=3600)) as kept:
        with pytest.raises(TemporaryError, match="не сделал файл"):
            kept.convert(DOCX, pdf=True, doc=False)
        tried = stand_in.pids.read_text(encoding="utf-8"), stand_in.cold_calls
        with pytest.raises(TemporaryError, match="пока не вызывается"):
            kept.convert(DOCX, pdf=True, doc=False)
        assert (stand_in.pids.read_text(encoding="utf-8"), stand_in.cold_calls) == tried


def test_when_it_has_rested_the_office_is_asked_once(stand_in: StandIn) -> None:
    with closing(stand_in.office("leaves at once", rest_seconds=0)) as kept:
        for words, calls in (("не сделал файл", 2), ("снова не ответил", 3)):
            with pytest.raises(TemporaryError, match=words):
                kept.convert(DOCX, pdf=True, doc=False)
            assert (len(pids_in(stand_in.pids)), stand_in.cold_calls) == (calls, 1)
        kept._command = stand_in.office("behaves")._command
        assert kept.convert(DOCX, pdf=True, doc=False).text is not None
        kept._command = stand_in.office("leaves at once")._command
        kept.close()
        with pytest.raises(TemporaryError, match="не сделал файл"):
            kept.convert(DOCX, pdf=True, doc=False)


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ("behaves", ""),
        ("loses a line", "LibreOffice потерял часть текста письма: 1 из 2 строк."),
        ("writes another format", "LibreOffice вернул не файл Word 97-2003 (.doc)."),
    ],
)
def test_a_doc_that_lost_words_is_noticed_and_costs_no_pdf(
    stand_in: StandIn, how: str, fault: str
) -> None:
    with closing(stand_in.office(how)) as kept:
        made = kept.convert(DOCX, pdf=True, doc=True)
    assert (made.doc_fault, bool(made.doc), bool(made.pdf)) == (fault, not fault, True)


def test_what_is_no_letter_never_reaches_the_kept_process(stand_in: StandIn) -> None:
    with closing(stand_in.office("behaves")) as kept:
        with pytest.raises(RefusedError, match="повреждён"):
            kept.convert(DOCX[:1000], pdf=True, doc=False)
        assert pids_in(stand_in.pids) == []


def test_no_file_of_a_letter_stays_when_the_office_is_closed(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    with closing(stand_in.office("behaves")) as kept:
        kept.convert(DOCX, pdf=True, doc=True)
        (folder,) = place.iterdir()
        assert not list(folder.rglob("letter.*"))
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("Глава округа\n\nИ.И. Иванов\n", "Глава  округа И.И. Иванов", ""),
        ("Рога & Копыта\n", "Рога  Копыта", "1 из 1 строк"),
        ("письмо <b>срочно\nвторая\n", "письмо \nвторая", "1 из 2 строк"),
        ("\n", "", "0 из 0 строк"),
    ],
    ids=["the same", "ampersand", "markup", "no text at all"],
)
def test_the_text_before_and_after_a_conversion_is_compared(
    before: str, after: str, fault: str
) -> None:
    found = lost_words(before.encode("utf-8-sig"), after.encode())
    assert fault in found
    assert bool(found) == bool(fault)


# --- a daemon that is killed ----------------------------------------------------------------------

_DAEMON = """
import sys, time
from pathlib import Path
from mcu_mail.documents.warm import WarmOffice
kept = WarmOffice(record=Path(sys.argv[1]))
assert kept.convert(Path(sys.argv[2]).read_bytes(), pdf=True, doc=True).doc
print(kept.pid, kept._worker.folder, flush=True)
time.sleep(300)
"""


def killed_daemon(folder: Path) -> tuple[int, Path, subprocess.Popen[str]]:
    """A daemon with a warm office: the process of the office, its folder, and the daemon."""
    source = folder / "letter.docx"
    source.write_bytes(DOCX)
    daemon = subprocess.Popen(
        [sys.executable, "-c", _DAEMON, str(folder / "office.json"), str(source)],
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert daemon.stdout is not None
    pid, place = daemon.stdout.readline().split()
    return int(pid), Path(place), daemon


@pytest.mark.office
@needs_office
def test_a_killed_daemon_leaves_no_office_and_no_letter(tmp_path: Path) -> None:
    pid, place, daemon = killed_daemon(tmp_path)
    assert alive(pid)
    assert place.is_dir()
    daemon.kill()
    daemon.communicate()
    assert gone([pid])
    assert vanished(place)


@pytest.mark.office
@needs_office
def test_an_office_that_cannot_end_itself_is_ended_by_the_next_daemon(tmp_path: Path) -> None:
    pid, place, daemon = killed_daemon(tmp_path)
    os.kill(pid, signal.SIGSTOP)
    daemon.kill()
    daemon.communicate()
    assert alive(pid)
    record = tmp_path / "office.json"
    assert WarmOffice(record=record).end_leftovers() == 1
    assert gone([pid])
    assert not place.exists()
    assert not record.exists()
    assert WarmOffice(record=record).end_leftovers() == 0


@pytest.mark.office
@needs_office
def test_a_conversion_under_way_ends_with_its_daemon(tmp_path: Path) -> None:
    paragraph = "<w:p><w:r><w:t>Слово за словом.</w:t></w:r></w:p>"
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{main}"><w:body>{paragraph * 40_000}</w:body></w:document>'
    source, folder = tmp_path / "letter.docx", tmp_path / "folder"
    source.write_bytes(with_part(DOCX, "word/document.xml", body.encode()))
    folder.mkdir()
    soffice = office.find_soffice()
    assert soffice is not None
    module = "mcu_mail.documents.office_worker"
    process = caged.start(
        [sys.executable, "-m", module, str(soffice.resolve().parent), str(folder), "600"],
        folder,
        answers=True,
        more={"PYTHONPATH": str(HOUSE)},
    )
    assert process.stdin is not None
    save = [(str(tmp_path / "letter.pdf"), "pdf", "")]
    order = {"serial": 1, "source": str(source), "save": save, "again": []}
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.flush()
    until = time.monotonic() + PATIENCE
    while not list(tmp_path.glob(".~lock*")) and time.monotonic() < until:
        time.sleep(0.02)
    process.stdin.close()
    assert process.wait(PATIENCE) == -signal.SIGKILL
    assert list(tmp_path.glob(".~lock*"))  # it was at it
    assert not (tmp_path / "letter.pdf").exists()
    assert vanished(folder)
    caged.end(process)


def test_a_cold_call_ends_with_its_daemon(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    fake = program(
        tmp_path, f"sleep 300 &\necho $$ $! > '{pids}.new'; mv '{pids}.new' '{pids}'\nwait"
    )
    (tmp_path / "letter.docx").write_bytes(DOCX)
    script = (
        "import sys; from pathlib import Path; from mcu_mail.documents.office import to_pdf; "
        "to_pdf(Path(sys.argv[1]).read_bytes(), soffice=Path(sys.argv[2]))"
    )
    place = tmp_path / "temporary"
    place.mkdir()
    daemon = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "letter.docx"), str(fake)],
        env={**os.environ, "PYTHONPATH": str(HOUSE), "TMPDIR": str(place)},
    )
    until = time.monotonic() + PATIENCE
    while not pids.exists() and time.monotonic() < until:
        time.sleep(0.02)
    daemon.kill()
    daemon.wait()
    assert gone(pids_in(pids))
    assert list(place.glob("*/letter.docx")) == []


# --- the note of a process ------------------------------------------------------------------------


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "300"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_noted_process_is_ended(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    noted = Leftovers(tmp_path / "note")
    noted.note(sleeper.pid, tmp_path)
    assert Leftovers(tmp_path / "note").end() == 1
    assert sleeper.wait(PATIENCE) == -signal.SIGKILL
    assert tmp_path.exists()  # no folder of ours: its name does not begin as ours do


def test_a_process_that_got_the_number_of_a_noted_one_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    record = tmp_path / "note"
    Leftovers(record).note(sleeper.pid, tmp_path)
    text = json.loads(record.read_text(encoding="utf-8"))
    boot, start = text["started"].split()
    for other in (f"{boot} {int(start) - 1}", f"another-boot {start}"):
        record.write_text(json.dumps({**text, "started": other}), encoding="utf-8")
        assert Leftovers(record).end() == 0
        assert sleeper.poll() is None
        assert not record.exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"pid": "x", "started": "1", "folder": "/"}', '{"pid": 1}', "\x00"],
)
def test_a_damaged_note_ends_nothing(tmp_path: Path, text: str) -> None:
    record = tmp_path / "note"
    record.write_text(text, encoding="utf-8")
    assert Leftovers(record).end() == 0
    assert not record.exists()


def test_only_a_folder_of_ours_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    record = tmp_path / "note"
    ours, foreign = tmp_path / f"{FOLDER_PREFIX}a", tmp_path / "letters"
    elsewhere = tmp_path / "letters" / f"{FOLDER_PREFIX}b"
    for folder in (ours, foreign, elsewhere):
        folder.mkdir()
        note = {"pid": 2**22 + 1, "started": "gone", "folder": str(folder)}
        record.write_text(json.dumps(note), encoding="utf-8")
        assert Leftovers(record).end() == 0
    assert not ours.exists()
    assert elsewhere.exists()


def test_without_a_place_for_it_nothing_is_noted(tmp_path: Path) -> None:
    Leftovers(None).note(os.getpid(), tmp_path)
    assert Leftovers(None).end() == 0
    missing = Leftovers(tmp_path / "no folder" / "note")
    missing.note(os.getpid(), tmp_path)
    assert missing.end() == 0
    assert leftovers.started_at(os.getpid()) is not None
    assert leftovers.started_at(2**22 + 1) is None
    assert shutil.which("sleep")

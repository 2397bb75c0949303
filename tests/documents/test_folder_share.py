"""The clerk's folders: nothing is read half-copied, lost, or followed to another place."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mcu_mail.documents.folder import MARKER, WORK, Claimed, Dropped, Folder, Folders, sent_folder
from mcu_mail.documents.scan import ScanFault, read_scan
from mcu_mail.errors import TemporaryError
from tests.documents.letters_to_scan import scanned

SETTLE = 10


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "outbox", settle_seconds=SETTLE)
    made.prepare()
    return made


def after(path: Path, seconds: float) -> datetime:
    """A moment just past so many seconds after a file was last touched in any way."""
    facts = path.lstat()
    return datetime.fromtimestamp(max(facts.st_mtime, facts.st_ctime), UTC) + timedelta(
        seconds=seconds, milliseconds=1
    )


def drop(folders: Folders, name: str = "Scan0007.pdf", content: bytes = b"%PDF scan") -> Path:
    path = folders.base / Folder.SIGNED / name
    path.write_bytes(content)
    return path


def only(folders: Folders, at: datetime) -> Dropped:
    (dropped,) = folders.incoming(at)
    return dropped


def claimed(folders: Folders, name: str = "Scan0007.pdf", content: bytes = b"%PDF scan") -> Claimed:
    return folders.claim(only(folders, after(drop(folders, name, content), SETTLE)))


def files(folders: Folders, folder: str) -> list[str]:
    return sorted(path.name for path in (folders.base / folder).iterdir())


# Preparing


def test_the_folders_have_the_names_the_clerk_knows(folders):
    shown = sorted(path.name for path in folders.base.iterdir() if not path.name.startswith("."))
    names = ["Входящие", "К отправке", "На подпись", "Не принято", "Отправлено", "Подписано"]
    assert shown == names
    assert folders.is_mounted()


def test_preparing_twice_changes_nothing(folders):
    drop(folders)
    folders.prepare()
    folders.prepare(known=True)
    assert files(folders, Folder.SIGNED) == ["Scan0007.pdf"]


def test_what_a_killed_daemon_had_begun_to_write_does_not_stay(folders):
    folders.publish(sent_folder(2026), "Ответ.pdf", b"%PDF")
    by_hand = f"{Folder.READY}/2026-000020"
    folders.publish(by_hand, "Ответ.pdf", b"%PDF")
    places = [
        folders.base,
        *(folders.base / name for name in (Folder.TO_SIGN, sent_folder(2026), by_hand)),
    ]
    for place in places:
        (place / ".0a1b2c3d.part").write_bytes(b"%P")
    (folders.base / Folder.SIGNED / "скан.pdf.part").write_bytes(b"of another program")
    folders.prepare(known=True)
    left = [path.name for path in folders.base.rglob("*.part")]
    assert left == ["скан.pdf.part"]
    assert files(folders, sent_folder(2026)) == ["Ответ.pdf"]


def test_an_unmounted_share_is_an_alarm_and_not_an_empty_folder(folders):
    taken = claimed(folders)
    shutil.move(folders.base, folders.base.with_name("elsewhere"))
    folders.base.mkdir()
    assert not folders.is_mounted()
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    for call in (
        lambda: folders.prepare(known=True),
        lambda: folders.incoming(moment),
        lambda: folders.publish(Folder.TO_SIGN, "a.pdf", b"x"),
        lambda: folders.withdraw(Folder.TO_SIGN, "a.pdf"),
        lambda: folders.reject(taken, "x"),
        lambda: folders.finish(taken, sent_folder(2026), "a.pdf"),
        folders.leftovers,
    ):
        with pytest.raises(TemporaryError, match="не подключена"):
            call()
    assert list(folders.base.iterdir()) == []


# Publishing


def test_a_published_file_is_there_whole_and_alone(folders):
    path = folders.publish(Folder.TO_SIGN, "2026-000123 Ответ.pdf", b"letter")
    assert path.read_bytes() == b"letter"
    assert files(folders, Folder.TO_SIGN) == ["2026-000123 Ответ.pdf"]


def test_publishing_the_same_bytes_again_does_not_touch_the_file(folders):
    path = folders.publish(Folder.TO_SIGN, "a.pdf", b"letter")
    before = path.stat().st_ino
    folders.publish(Folder.TO_SIGN, "a.pdf", b"letter")
    assert path.stat().st_ino == before


def test_publishing_other_bytes_replaces_the_file(folders):
    folders.publish(Folder.TO_SIGN, "a.pdf", b"old")
    assert folders.publish(Folder.TO_SIGN, "a.pdf", b"new").read_bytes() == b"new"


def test_the_folder_of_a_year_is_made_when_the_first_letter_is_sent(folders):
    path = folders.publish(sent_folder(2026), "a.pdf", b"x")
    assert path == folders.base / "Отправлено" / "2026" / "a.pdf"


def test_a_name_cannot_lead_out_of_its_folder(folders):
    path = folders.publish(Folder.TO_SIGN, "../../a:b?.pdf", b"x")
    assert path.parent == folders.base / Folder.TO_SIGN


def test_withdrawing_removes_the_file_and_may_be_repeated(folders):
    folders.publish(Folder.TO_SIGN, "a.pdf", b"x")
    assert folders.withdraw(Folder.TO_SIGN, "a.pdf")
    assert folders.withdraw(Folder.TO_SIGN, "a.pdf")
    assert files(folders, Folder.TO_SIGN) == []


def test_a_file_that_cannot_be_removed_is_told_without_an_error(folders):
    # A folder in its place refuses to be unlinked, as an open file does on Windows.
    (folders.base / Folder.TO_SIGN / "a.docx").mkdir()
    assert not folders.withdraw(Folder.TO_SIGN, "a.docx")


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from mcu_mail.documents.folder import Folder, Folders
from mcu_mail.errors import TemporaryError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folders = Folders(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    folders.publish(Folder.TO_SIGN, "a.pdf", b"new" * 1000)
except TemporaryError as error:
    print(type(error.__cause__).__name__)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a matter of POSIX")
def test_a_full_disk_is_temporary_and_leaves_the_old_file(folders):
    path = folders.publish(Folder.TO_SIGN, "a.pdf", b"old")
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(folders.base)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.stdout.strip() == "OSError", errno.errorcode
    assert path.read_bytes() == b"old"
    assert files(folders, Folder.TO_SIGN) == ["a.pdf"]


# Looking


def test_a_fresh_file_is_seen_but_not_settled(folders):
    path = drop(folders)
    dropped = only(folders, after(path, 1))
    assert (dropped.name, dropped.size, dropped.settled) == ("Scan0007.pdf", 9, False)


def test_a_file_that_has_lain_long_enough_is_settled_at_the_first_look(folders):
    path = drop(folders)
    assert only(folders, after(path, SETTLE)).settled


def test_an_old_date_taken_over_by_the_copying_program_does_not_settle_a_file(folders):
    path = drop(folders)
    os.utime(path, (1, 1))
    assert not only(folders, after(path, 1)).settled
    assert only(folders, after(path, SETTLE)).settled


def test_a_file_dated_in_the_future_settles_by_being_watched(folders):
    path = drop(folders)
    start = after(path, 0)
    later = start.timestamp() + 86_400
    os.utime(path, (later, later))
    assert not only(folders, start).settled
    assert not only(folders, start + timedelta(seconds=SETTLE - 1)).settled
    assert only(folders, start + timedelta(seconds=SETTLE)).settled


def test_a_file_that_grows_in_pieces_is_never_settled_while_it_grows(folders):
    whole = scanned(dpi=150)
    path = drop(folders, content=b"")
    moment = after(path, 0)
    for start in range(0, len(whole), len(whole) // 5 + 1):
        with path.open("ab") as file:
            file.write(whole[start : start + len(whole) // 5 + 1])
        os.utime(path, (moment.timestamp(), moment.timestamp()))
        assert not only(folders, moment).settled
        moment += timedelta(seconds=SETTLE - 1)
    assert path.read_bytes() == whole
    assert only(folders, moment + timedelta(seconds=SETTLE)).settled


def test_a_copy_that_paused_longer_than_the_settling_time_is_given_back_unharmed(folders):
    whole = scanned(dpi=150)
    path = drop(folders, content=whole[:50_000])
    early = folders.claim(only(folders, after(path, SETTLE)))
    assert read_scan(early.content, early.name) is ScanFault.INCOMPLETE
    back = folders.give_back(early)
    assert back == path
    path.write_bytes(whole)
    late = folders.claim(only(folders, after(path, SETTLE)))
    assert late.content == whole


def test_files_come_oldest_first(folders):
    for name, age in (("b.pdf", 300), ("a.pdf", 100), ("c.pdf", 200)):
        path = drop(folders, name)
        os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    names = [dropped.name for dropped in folders.incoming(datetime(2027, 1, 1, tzinfo=UTC))]
    assert names == ["b.pdf", "c.pdf", "a.pdf"]


@pytest.mark.parametrize(
    "name",
    [
        "~$Ответ.docx",
        "Thumbs.db",
        "desktop.ini",
        ".hidden",
        ".DS_Store",
        "._Ответ.pdf",
        ".~lock.Ответ.docx#",
        ".Ответ.docx.Xa3b2c",
        "..scan.pdf.tmp",
        "scan.tmp",
        "scan.pdf.part",
        "~WRL1.tmp",
    ],
)
def test_files_of_programs_are_not_the_clerks(folders, name):
    drop(folders, name)
    assert folders.incoming(datetime(2027, 1, 1, tzinfo=UTC)) == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
def test_links_pipes_and_folders_are_never_taken(folders, tmp_path):
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF secret")
    signed = folders.base / Folder.SIGNED
    (signed / "link.pdf").symlink_to(secret)
    (signed / "hard.pdf").hardlink_to(secret)
    os.mkfifo(signed / "pipe.pdf")
    (signed / "folder.pdf").mkdir()
    assert folders.incoming(datetime(2027, 1, 1, tzinfo=UTC)) == ()
    assert folders.not_files() == ("folder.pdf", "hard.pdf", "link.pdf", "pipe.pdf")


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_a_file_swapped_for_a_link_after_the_look_is_not_followed(folders, tmp_path):
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF scan")
    path = drop(folders)
    dropped = only(folders, after(path, SETTLE))
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(TemporaryError, match="изменился"):
        folders.claim(dropped)
    assert path.is_symlink()
    assert secret.read_bytes() == b"%PDF scan"


# Taking


def test_a_claimed_file_is_gone_from_the_folder_and_safe_in_the_work_folder(folders):
    taken = claimed(folders)
    assert files(folders, Folder.SIGNED) == []
    assert taken.path.read_bytes() == taken.content == b"%PDF scan"
    assert taken.sha256 == hashlib.sha256(b"%PDF scan").hexdigest()
    assert taken.path.is_relative_to(folders.base / WORK)


@pytest.mark.parametrize("change", ["grow", "same size", "vanish"])
def test_a_file_that_changed_after_the_look_is_left_alone(folders, change):
    path = drop(folders)
    dropped = only(folders, after(path, SETTLE))
    if change == "vanish":
        path.unlink()
    else:
        path.write_bytes(b"%PDF SCAN" + b"more" * (change == "grow"))
        os.utime(path, (dropped.modified.timestamp() + 5,) * 2)
    with pytest.raises(TemporaryError):
        folders.claim(dropped)
    assert files(folders, Folder.SIGNED) == ([] if change == "vanish" else ["Scan0007.pdf"])
    assert folders.leftovers() == ()


def test_what_a_killed_daemon_had_claimed_is_found_again(folders):
    taken = [claimed(folders, name) for name in ("a.pdf", "Б.jpg")]
    again = Folders(folders.base)
    assert sorted(item.name for item in again.leftovers()) == ["a.pdf", "Б.jpg"]
    assert sorted(again.leftovers(), key=lambda item: item.name) == taken
    for item in again.leftovers():
        again.give_back(item)
    assert again.leftovers() == ()
    assert files(folders, Folder.SIGNED) == ["a.pdf", "Б.jpg"]


def test_giving_back_does_not_overwrite_a_newer_file_of_the_same_name(folders):
    taken = claimed(folders)
    drop(folders, content=b"%PDF newer")
    folders.give_back(taken)
    assert files(folders, Folder.SIGNED) == ["Scan0007 (2).pdf", "Scan0007.pdf"]


def test_a_refused_file_lies_beside_its_note_for_notepad(folders):
    path = folders.reject(claimed(folders), "Scan0007.pdf не отправлен.\n1. Напечатайте снова.")
    assert path == folders.base / Folder.REFUSED / "Scan0007.pdf"
    note = path.with_name("Scan0007 – НЕ ПРИНЯТ.txt").read_bytes()
    assert note == "\ufeffScan0007.pdf не отправлен.\r\n1. Напечатайте снова.\r\n".encode()
    assert folders.leftovers() == ()


def test_each_refused_file_keeps_its_own_note(folders):
    for name, note in (("s.pdf", "one"), ("s.pdf", "two"), ("s.jpg", "three")):
        folders.reject(claimed(folders, name, note.encode()), note)
    place = folders.base / Folder.REFUSED
    assert files(folders, Folder.REFUSED) == [
        "s (2) – НЕ ПРИНЯТ.txt",
        "s (2).pdf",
        "s (3) – НЕ ПРИНЯТ.txt",
        "s (3).jpg",
        "s – НЕ ПРИНЯТ.txt",
        "s.pdf",
    ]
    for path in place.glob("*.[pj]*"):
        note = path.with_name(f"{path.stem} – НЕ ПРИНЯТ.txt").read_text(encoding="utf-8-sig")
        assert note.strip() == path.read_text(encoding="utf-8")


def test_refusing_again_after_a_kill_between_note_and_move_makes_no_second_note(folders):
    taken = claimed(folders)
    (folders.base / Folder.REFUSED / "Scan0007 – НЕ ПРИНЯТ.txt").write_bytes(b"old")
    folders.reject(taken, "x")
    assert files(folders, Folder.REFUSED) == ["Scan0007 – НЕ ПРИНЯТ.txt", "Scan0007.pdf"]


def test_a_finished_file_comes_to_its_last_place_and_never_over_another(folders):
    first = folders.finish(claimed(folders, content=b"1"), sent_folder(2026), "a Скан.pdf")
    second = folders.finish(claimed(folders, content=b"2"), sent_folder(2026), "a Скан.pdf")
    assert (first.name, second.name) == ("a Скан.pdf", "a Скан (2).pdf")
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert list((folders.base / WORK).iterdir()) == []


def test_the_marker_tells_the_clerk_not_to_delete_it(folders):
    assert "Не удаляйте" in (folders.base / MARKER).read_text(encoding="utf-8-sig")

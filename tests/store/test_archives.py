"""An archive holds the whole state, whatever happens meanwhile, and is believed after a look."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from mcu_mail.errors import RefusedError, TemporaryError
from mcu_mail.failpoints import armed
from mcu_mail.service.backing_up import back_up, gaps, last_backup
from mcu_mail.service.reconcile_mark import MARK
from mcu_mail.service.restoring import restore
from mcu_mail.store import archive, copying, database
from mcu_mail.store.lease import Lease
from mcu_mail.store.mirror import SLICES, Mirror
from mcu_mail.store.tables import metadata
from tests.store.stores import NOW, keep_case, open_store

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_mail.store.unit_of_work import Store

_WRITER = """
import sys
from pathlib import Path
from tests.store.stores import NOW, open_store
store = open_store(Path(sys.argv[1]))
for n in range(1, 100_000):
    sha = store.files.put(f"mail {n}".encode())
    with store.work() as work:
        work.mails.add(folder="INBOX", uidvalidity=1, uid=n, sha256=sha, size=9,
                       arrived_at=NOW, stored_at=NOW)
        work.facts.set("latest", str(n))
        work.commit()
    print(n, flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """One case and one mail whose bytes are kept."""
    made = opened(tmp_path / "office")
    keep_case(made)
    keep_mail(made, 1, b"the first mail")
    return made


def opened(folder: Path) -> Store:
    """A store in a folder that need not be there."""
    folder.mkdir(exist_ok=True)
    return open_store(folder)


def keep_mail(store: Store, uid: int, content: bytes) -> str:
    sha256 = store.files.put(content)
    with store.work() as work:
        work.mails.add(
            folder="INBOX",
            uidvalidity=1,
            uid=uid,
            sha256=sha256,
            size=len(content),
            arrived_at=NOW,
            stored_at=NOW,
        )
        work.commit()
    return sha256


def put_back(path: Path, folder: Path) -> Store:
    """The archive restored into an office's folder, opened."""
    restore(path, f"sqlite:///{folder / 'mcu.db'}", folder / "files", NOW)
    return open_store(folder)


def mails(store: Store) -> dict[int, bytes]:
    """UID and kept bytes of every mail."""
    with store.view() as view:
        rows = view.mails.to_handle(100_000)
    return {row.uid: store.files.get(row.sha256) for row in rows}


def test_a_copy_made_while_another_process_writes_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    opened(folder).close()
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        while int(writer.stdout.readline()) < 20:
            pass
        store = open_store(folder)
        first = back_up(store, tmp_path / "first.zip", NOW, {})
        second = back_up(store, tmp_path / "second.zip", NOW, {})
        writer.kill()
    assert first.manifest.is_whole
    assert second.manifest.is_whole
    assert 20 <= first.manifest.rows["mails"] < second.manifest.rows["mails"]
    again = put_back(second.path, tmp_path / "again")
    found = mails(again)
    assert len(found) == second.manifest.rows["mails"]
    assert found == {n: f"mail {n}".encode() for n in range(1, len(found) + 1)}
    with again.view() as view:
        assert view.facts.get("latest") == str(len(found))


def test_the_same_state_comes_back_and_the_store_is_asked_to_look_what_was_sent_since(
    store: Store, tmp_path: Path
) -> None:
    with store.work() as work:
        work.journal.add(1, NOW, "service", "opened", {"text": "Снег"})
        work.commit()
    lease = Lease(store.engine, "the old machine", lambda: NOW)
    lease.take()
    made = back_up(store, tmp_path / "mcu.zip", NOW, {"config.yaml": b"office: {}"})
    with store.view() as view:
        assert last_backup(view) == NOW
    again = put_back(made.path, tmp_path / "again")
    with again.view() as view:
        case = view.cases.by_number("2026-000001")
        assert case is not None
        assert case.notice.text == "Снег"
        assert [event.kind for event in view.journal.of_case(1)] == ["opened"]
        assert made.manifest.made_at in (view.facts.get(MARK) or "")
    assert mails(again) == {1: b"the first mail"}
    elsewhere = Lease(again.engine, "the new machine", lambda: NOW)
    elsewhere.take()
    assert elsewhere.number == lease.number + 1
    with pytest.raises(sa.exc.DatabaseError), again.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM events"))


def test_missing_and_altered_files_are_named_and_the_rest_is_kept(
    store: Store, tmp_path: Path
) -> None:
    gone = keep_mail(store, 2, b"the second mail")
    rotten = keep_mail(store, 3, b"the third mail")
    store.files.path(gone).unlink()
    store.files.path(rotten).write_bytes(b"rotten")
    made = back_up(store, tmp_path / "mcu.zip", NOW, {})
    assert (made.manifest.missing, made.manifest.altered) == ((gone,), (rotten,))
    assert [gone in line or rotten in line for line in gaps(made.manifest)] == [True, True]
    again = put_back(made.path, tmp_path / "again")
    with again.view() as view:
        assert len(view.mails.to_handle(10)) == 3


def test_a_copy_with_gaps_never_replaces_a_whole_one(store: Store, tmp_path: Path) -> None:
    good = back_up(store, tmp_path / "mcu.zip", NOW, {})
    before = good.path.read_bytes()
    store.files.path(keep_mail(store, 2, b"lost")).unlink()
    poor = back_up(store, tmp_path / "mcu.zip", NOW, {})
    assert poor.path.name == "mcu.неполная.zip"
    assert good.path.read_bytes() == before


@pytest.mark.parametrize(
    "point",
    [
        "copy.database.after",
        "backup.write",
        "backup.file",
        "backup.written",
        "backup.rename.before",
    ],
)
def test_a_copy_that_fails_leaves_the_one_before_and_nothing_half_made(
    store: Store, tmp_path: Path, point: str
) -> None:
    place = tmp_path / "copies"
    place.mkdir()
    back_up(store, place / "mcu.zip", NOW, {})
    before = (place / "mcu.zip").read_bytes()
    keep_mail(store, 2, b"news")
    with armed(f"{point}=ENOSPC"), pytest.raises(TemporaryError, match=r"mcu\.zip"):
        back_up(store, place / "mcu.zip", NOW, {})
    assert [path.name for path in place.iterdir()] == ["mcu.zip"]
    assert (place / "mcu.zip").read_bytes() == before


def _damaged(content: bytes, how: str) -> bytes:
    if how == "cut off":
        return content[: len(content) * 2 // 3]
    if how == "no archive":
        return b"PK is no archive"
    at = content.index(b"the first mail")
    return content[:at] + b"THE FIRST MAIL" + content[at + 14 :]


@pytest.mark.parametrize("how", ["cut off", "no archive", "altered"])
def test_a_damaged_archive_changes_nothing(store: Store, tmp_path: Path, how: str) -> None:
    made = back_up(store, tmp_path / "mcu.zip", NOW, {})
    made.path.write_bytes(_damaged(made.path.read_bytes(), how))
    folder = tmp_path / "again"
    other = opened(folder)
    keep_case(other, "2026-000777")
    other.close()
    with pytest.raises(RefusedError, match="архив"):
        put_back(made.path, folder)
    with open_store(folder).view() as view:
        assert view.cases.by_number("2026-000777") is not None
    assert [path for path in folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "point",
    [
        "restore.before",
        "kept.stream.write",
        "restore.file",
        "commit:service.restoring._prepare:after",
        "restore.aside.before",
        "restore.aside.after",
        "restore.rename.before",
        "restore.rename.after",
    ],
)
def test_a_restore_that_is_killed_leaves_the_old_state_or_the_new_one(
    store: Store, tmp_path: Path, point: str
) -> None:
    made = back_up(store, tmp_path / "mcu.zip", NOW, {})
    folder = tmp_path / "again"
    other = opened(folder)
    keep_case(other, "2026-000777")
    other.close()
    child = os.fork()
    if child == 0:
        with armed(point):
            put_back(made.path, folder)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status)
    found = open_store(folder)
    with found.view() as view:
        numbers = {
            number
            for number in ("2026-000001", "2026-000777")
            if view.cases.by_number(number) is not None
        }
    found.close()
    assert len(numbers) == 1
    again = put_back(made.path, folder)
    assert mails(again) == {1: b"the first mail"}
    kept = list(folder.glob("mcu.*.old*.db"))
    assert kept
    assert all(copying.faults_of(path) == () for path in kept)


def test_the_database_that_stood_there_is_kept_beside(store: Store, tmp_path: Path) -> None:
    made = back_up(store, tmp_path / "mcu.zip", NOW, {})
    folder = tmp_path / "again"
    other = opened(folder)
    keep_case(other, "2026-000777")
    other.close()
    done = restore(made.path, f"sqlite:///{folder / 'mcu.db'}", folder / "files", NOW)
    assert done.aside is not None
    with copying.opened(done.aside) as old, old.connect() as connection:
        number = connection.execute(sa.text("SELECT number FROM cases")).scalar()
    assert number == "2026-000777"


def test_a_damaged_database_is_put_aside_with_its_log(store: Store, tmp_path: Path) -> None:
    made = back_up(store, tmp_path / "mcu.zip", NOW, {})
    folder = tmp_path / "again"
    folder.mkdir()
    (folder / "mcu.db").write_bytes(b"no database" * 1000)
    (folder / "mcu.db-wal").write_bytes(b"its log")
    again = put_back(made.path, folder)
    assert mails(again) == {1: b"the first mail"}
    assert next(folder.glob("*.old.db-wal")).read_bytes() == b"its log"


def test_an_older_schema_is_brought_up_to_date_and_a_newer_one_refused(
    store: Store, tmp_path: Path
) -> None:
    made = back_up(store, tmp_path / "mcu.zip", NOW, {})
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(made.path) as source, zipfile.ZipFile(newer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == archive.MANIFEST:
                content = content.replace(b'"format": 1', b'"format": 2')
            target.writestr(name, content)
    with pytest.raises(RefusedError, match="более новой версией"):
        put_back(newer, tmp_path / "again")
    with pytest.raises(RefusedError, match=r"архив нет\.zip не найден"):
        put_back(tmp_path / "нет.zip", tmp_path / "again")

    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    later = back_up(store, tmp_path / "later.zip", NOW, {})
    with pytest.raises(RefusedError, match="более новой версией"):
        put_back(later.path, tmp_path / "again")


def test_rows_copied_one_by_one_are_those_of_the_database(store: Store, tmp_path: Path) -> None:
    with store.work() as work:
        work.cases.change(1, {"restricted": ("registry",), "contacts": ()})
        work.facts.set("words", "«ё»\n{}")
        work.commit()
    target = opened(tmp_path / "other")
    with target.engine.begin() as connection:
        # Another database begins without the facts of a new store too.
        connection.execute(sa.text("DELETE FROM meta"))
    copying.fill_from(store.engine, target.engine)
    with store.engine.connect() as one, target.engine.connect() as other:
        for table in metadata.sorted_tables:
            query = f"SELECT * FROM {table.name} ORDER BY 1"
            rows = one.execute(sa.text(query)).all()
            assert rows == other.execute(sa.text(query)).all()
    with pytest.raises(RefusedError, match="не пуста"):
        copying.fill_from(store.engine, target.engine)


def test_a_mirror_copies_each_file_once_and_heals_what_has_rotted(
    store: Store, tmp_path: Path
) -> None:
    mirror = Mirror(store.files.base, tmp_path / "mirror")
    assert not mirror.catch_up(0)
    assert mirror.catch_up(None)
    sha256 = keep_mail(store, 2, b"the second mail")
    copy = tmp_path / "mirror" / sha256[:2] / f"{sha256}.bin"
    with armed("mirror.write=ENOSPC"), pytest.raises(TemporaryError):
        mirror.catch_up(None)
    assert not copy.exists()
    assert mirror.catch_up(None)
    copy.write_bytes(b"THE SECOND MAIL")
    assert mirror.catch_up(None)
    for day in range(SLICES):
        assert mirror.tally(day).altered == []
    assert copy.read_bytes() == b"the second mail"
    store.files.path(sha256).write_bytes(b"THE SECOND MAIL")
    copy.write_bytes(b"THE SECOND MAIL")
    assert [one for day in range(SLICES) for one in mirror.tally(day).altered] == [sha256]


def test_a_schema_is_changed_only_after_the_database_was_kept_and_all_at_once(
    tmp_path: Path,
) -> None:
    from alembic import command

    old = tmp_path / "old" / "mcu.db"
    old.parent.mkdir()
    with copying.opened(old) as engine:
        command.upgrade(database._config(engine), "0001")
    copying.flattened(old)
    found = set()
    for point in (
        "migration.copy.before",
        "migration.copy.after",
        "migration.before",
        "migration.step@1",
        "migration.step@2",
        "migration.commit.before",
        "migration.commit.after",
    ):
        path = tmp_path / point / "mcu.db"
        path.parent.mkdir()
        shutil.copy(old, path)
        child = os.fork()
        if child == 0:
            with armed(point), copying.opened(path) as engine:
                database.migrate(engine)
            os._exit(0)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        with copying.opened(path) as engine:
            with database.reading(engine) as connection:
                found.add((point.partition("@")[0], database.revision_of(connection) == "0001"))
            database.migrate(engine)
        kept = path.with_name("mcu.schema-0001.db")
        with copying.opened(kept) as engine, database.reading(engine) as connection:
            assert database.revision_of(connection) == "0001"
    assert {point for point, is_old in found if not is_old} == {"migration.commit.after"}


def test_a_schema_is_not_changed_where_there_is_no_room_for_a_copy(tmp_path: Path) -> None:
    from alembic import command

    with copying.opened(tmp_path / "mcu.db") as engine:
        command.upgrade(database._config(engine), "0001")
        with (
            armed("migration.copy.before=ENOSPC"),
            pytest.raises(RefusedError, match="не изменена"),
        ):
            database.migrate(engine)
        with database.reading(engine) as connection:
            assert database.revision_of(connection) == "0001"

"""`backup` and `restore`: what is printed, the exit codes, and what is refused."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from mcu_mail import wiring
from mcu_mail.cli import app
from mcu_mail.service.alone import alone_in
from mcu_mail.settings import load
from tests.cli.offices import an_office
from tests.store.stores import keep_case

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = an_office(tmp_path)
    store = wiring.open_store(load(path), path)
    keep_case(store, "2026-000123")
    store.close()
    return path


def call(config: Path, *arguments: Any) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "-c", str(config)])


def test_a_backup_is_made_beside_a_working_daemon_and_restored_without_it(
    config: Path, tmp_path: Path
) -> None:
    target = tmp_path / "mcu.zip"
    with alone_in(tmp_path / "var" / "files"):
        made = call(config, "backup", target)
        assert (made.exit_code, "дел 1" in made.stdout) == (0, True)
        refused = call(config, "restore", target)
        assert refused.exit_code == 1
        assert "служба с этим хранилищем уже работает" in refused.stderr
    with zipfile.ZipFile(target) as archive:
        assert {"mcu.db", "manifest.json", "config.yaml"} <= set(archive.namelist())
        assert json.loads(archive.read("manifest.json"))["rows"]["cases"] == 1
    done = call(config, "restore", target)
    assert done.exit_code == 0
    assert "Прежняя база отложена" in done.stdout
    said = call(config, "status", "--json")
    assert [one["number"] for one in json.loads(said.stdout)["cases"]] == ["2026-000123"]


def test_a_lost_file_is_named_and_the_code_is_one(config: Path, tmp_path: Path) -> None:
    store = wiring.open_store(load(config), config)
    digest = store.files.put(b"raw")
    with store.work() as work:
        moment = wiring.clock()
        work.mails.add(
            folder="INBOX",
            uidvalidity=1,
            uid=1,
            sha256=digest,
            size=3,
            arrived_at=moment,
            stored_at=moment,
        )
        work.commit()
    store.close()
    store.files.path(digest).unlink()
    made = call(config, "backup", tmp_path / "mcu.zip")
    assert made.exit_code == 1
    assert digest in made.stdout.replace("\n", "")


@pytest.mark.parametrize(
    ("command", "content", "said"),
    [
        ("restore", None, "не найден"),
        ("restore", b"no archive", "не читается"),
        ("backup", None, "копия не записана"),
    ],
)
def test_what_cannot_be_done_is_said_in_russian(
    config: Path, tmp_path: Path, command: str, content: bytes | None, said: str
) -> None:
    target = tmp_path / "away" / "mcu.zip"
    if content is not None:
        target.parent.mkdir()
        target.write_bytes(content)
    result = call(config, command, target)
    assert result.exit_code == 1
    assert said in result.stderr.replace("\n", " ")
    assert call(config, command).exit_code == 2


@pytest.mark.parametrize("where", ["env:MCU_DB", "file:secrets/database"])
def test_an_address_that_stands_elsewhere_is_copied_and_put_back_like_any_other(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'mcu.db'}"
    monkeypatch.setenv("MCU_DB", url)
    (tmp_path / "secrets").mkdir(exist_ok=True)
    (tmp_path / "secrets" / "database").write_text(url, encoding="utf-8")
    (tmp_path / "secrets" / "database").chmod(0o600)
    text = config.read_text(encoding="utf-8").replace("sqlite:///var/mcu.db", where)
    config.write_text(text, encoding="utf-8")
    assert call(config, "backup", tmp_path / "mcu.zip").exit_code == 0
    with zipfile.ZipFile(tmp_path / "mcu.zip") as kept:
        assert where in kept.read("config.yaml").decode()
    (tmp_path / "elsewhere" / "mcu.db").unlink()
    assert call(config, "restore", tmp_path / "mcu.zip").exit_code == 0
    assert (tmp_path / "elsewhere" / "mcu.db").stat().st_size


def test_a_password_in_the_databases_address_stays_at_home(config: Path, tmp_path: Path) -> None:
    from mcu_mail.service.backing_up import kept_beside

    url = "postgresql://mcu:тайна@db.example/mcu"
    text = config.read_text(encoding="utf-8").replace("sqlite:///var/mcu.db", url)
    config.write_text(text, encoding="utf-8")
    kept = kept_beside(load(config), config, tmp_path / "var" / "files")["config.yaml"].decode()
    assert "db.example" in kept
    assert "тайна" not in kept

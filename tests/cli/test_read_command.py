"""`read`: kinds, verdicts and fields of every sample mail, and nothing changed by it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mcu_mail.cli import app
from mcu_mail.domain.verdicts import read_meaning
from mcu_mail.service.reading import verdict_of
from tests.cli.offices import an_office, eml_of
from tests.mail.test_notices_samples import GOVERNOR, SYSTEMS

REPLIES = Path(__file__).parents[1] / "samples" / "replies"
NAMES = sorted(path.stem for path in REPLIES.glob("*.eml"))
KEYS = {"file", "kind", "text", "verdict", "reason", "attachments", "notices"}
NOTICE_KEYS = {
    "track",
    "event",
    "applicant",
    "phone",
    "address",
    "link",
    "external_id",
    "received_at",
    "due",
    "text",
    "topic",
}
# Sample → key → what `read` says instead, and why that stands.
OTHERWISE: dict[str, dict[str, Any]] = {
    # The samples know no kind for a report of a delay; design §7 does.
    "bounce_delayed": {"kind": "delay"},
    # The text lies inside a signed envelope (opaque S/MIME), which is not opened yet.
    "smime_signed_opaque": {"verdict": "none", "text": ""},
    # A name is never a path.
    "att_path_traversal_name": {"attachments": ["вирус.exe"]},
    # The sample drops the full stop of this one reason and keeps that of the others.
    "yandex_web_newheader_return": {"reason": "срок публикации указан раньше срока принятия."},
}


def read(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["read", *arguments, "-c", str(config)])


def test_all_sample_replies_are_read_as_the_samples_say(tmp_path: Path) -> None:
    paths = [str(REPLIES / f"{name}.eml") for name in NAMES]
    result = read(an_office(tmp_path), *paths, "--json")
    assert result.exit_code == 0
    mails = json.loads(result.stdout)["mails"]
    assert [mail["file"] for mail in mails] == paths
    found, wanted = {}, {}
    for name, mail in zip(NAMES, mails, strict=True):
        stated = json.loads((REPLIES / f"{name}.json").read_text(encoding="utf-8"))
        keys = {
            "kind": stated["kind"],
            "verdict": stated["decision"],
            "text": stated["expected_reply"],
            "reason": stated["reason"],
            "attachments": stated["attachments"],
        }
        assert set(mail) >= KEYS
        found[name] = {key: mail[key] for key in keys}
        wanted[name] = keys | OTHERWISE.get(name, {})
    assert found == wanted


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in GOVERNOR])
def test_a_governor_notice_is_read_with_its_stable_keys(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    path = tmp_path / "notice.eml"
    path.write_bytes(eml_of(sample))
    result = read(an_office(tmp_path), str(path), "--json")
    (mail,) = json.loads(result.stdout)["mails"]
    assert (mail["kind"], mail["verdict"]) == ("notice", "none")
    expected = [sample["expected"], *sample.get("expected_more", [])]
    assert len(mail["notices"]) == len(expected)
    for notice, stated in zip(mail["notices"], expected, strict=True):
        assert set(notice) >= NOTICE_KEYS
        assert notice["track"] == "governor"
        same = ("applicant", "phone", "address", "link", "received_at", "text")
        assert {key: notice[key] for key in same} == {key: stated[key] for key in same}


@pytest.mark.parametrize(
    "sample", [pytest.param(one, id=one["id"]) for one in SYSTEMS if one not in GOVERNOR]
)
def test_a_notice_of_a_system_that_is_not_configured_is_no_notice(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    path = tmp_path / "notice.eml"
    path.write_bytes(eml_of(sample))
    (mail,) = json.loads(read(an_office(tmp_path), str(path), "--json").stdout)["mails"]
    assert mail["kind"] in {"reply", "other"}
    assert mail["verdict"] not in {"approve", "return"}
    assert mail["notices"] == []


def test_the_words_of_a_table_name_the_rule_of_each_field(tmp_path: Path) -> None:
    path = tmp_path / "notice.eml"
    path.write_bytes(eml_of(GOVERNOR[0]))
    result = read(an_office(tmp_path), str(path))
    assert result.exit_code == 0
    for words in ("заявитель", "Небывалова Алла Игнатьевна", "+79990001101", "уточнить"):
        assert words in result.stdout


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff" * 50, b"\r\n\r\n", b"From: a@b.example\r\n\r\n\x1b[31m[red]x[/nope]"]
)
def test_any_bytes_are_read_in_words_and_as_json(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(raw)
    config = an_office(tmp_path)
    assert "\x1b" not in read(config, str(path)).stdout
    (mail,) = json.loads(read(config, str(path), "--json").stdout)["mails"]
    assert (mail["verdict"] in {"none", "answer"}, mail["notices"]) == (True, [])


def test_reading_needs_no_store_and_makes_none(tmp_path: Path) -> None:
    config = an_office(tmp_path)
    before = set(tmp_path.iterdir())
    assert read(config, str(REPLIES / f"{NAMES[0]}.eml")).exit_code == 0
    assert set(tmp_path.iterdir()) == before


def test_a_file_that_is_not_there_or_a_folder_is_a_wrong_usage(tmp_path: Path) -> None:
    config = an_office(tmp_path)
    missing = read(config, str(tmp_path / "нет.eml"), "--json")
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "нет.eml: файл не найден" in missing.stderr
    assert read(config, str(tmp_path)).exit_code == 2


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Согласовано", "approve"),
        ("ок", "weak"),
        ("Согласен, но поправьте дату", "conditional"),
        ("На доработку: нет даты", "return"),
        ("Исполнитель: Трассов", "executor"),
        ("Не наше", "not_ours"),
        ("Отдел: дороги", "route"),
        ("Промежуточный ответ до 30.11.2026: заказан щебень", "interim"),
        ("Нужно время до 30.11", "wait"),
        ("Первичный ответ: работы начаты, срок 25.11.2026", "first_reply"),
        ("Связались: 23.11 15:20, по телефону", "answer"),
        ("В работу", "accept"),
        ("Принято: Дороги / Ямы", "accept"),
        ("Опубликовано https://vk.com/wall-1_2 решено", "published"),
        ("ЦУР вернул: нет фото", "regional"),
        ("Глава вернул: нет даты", "head_returned"),
        ("Согласовано по телефону: Иванов", "by_phone"),
        ("Закрыть: снято с контроля", "close"),
        ("Дубль 2026-000120", "duplicate"),
        ("Отправлено вручную 17:58", "sent_by_hand"),
        ("Фаст-трек", "fast_track"),
        ("Срочно до 15:00 поручение", "urgent"),
        ("Комментарий заявителя: не убрали", "citizen"),
        ("Оценка: 2", "citizen"),
        ("СТОП", "recall"),
        ("", "none"),
        ("Трактор будет после обеда", "answer"),
    ],
)
def test_every_word_of_the_table_of_replies_has_its_name(words, name):
    assert verdict_of(read_meaning(words, date(2026, 11, 23))) == name

"""`read`: kinds, verdicts and fields of every sample mail, and nothing changed by it."""

import json
from datetime import date
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from mcu_mail.cli import app
from mcu_mail.domain.verdicts import read_meaning
from mcu_mail.mail.reading import read_whole
from mcu_mail.reports.one_mail import one_mail
from mcu_mail.service.reading import read_file, verdict_of
from mcu_mail.settings import load, office_of
from tests.cli.offices import TEXT, an_office, eml_of
from tests.mail.test_notices_samples import GOVERNOR, SYSTEMS

REPLIES = Path(__file__).parents[1] / "samples" / "replies"
OTHER_SOURCES = tuple(
    f"  - {{track: {track}, from:" for track in ("incident", "pos", "kuzbass_online")
)
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
    "sample",
    [
        pytest.param(one, id=one["id"])
        for one in SYSTEMS
        # I03 is no system's mail: the responsible brings the message in her own words.
        if one not in GOVERNOR and one["id"] != "I03"
    ],
)
def test_a_notice_of_a_system_that_is_not_configured_is_no_notice(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    path = tmp_path / "notice.eml"
    path.write_bytes(eml_of(sample))
    lines = TEXT.splitlines(keepends=True)
    alone = "".join(line for line in lines if not line.startswith(OTHER_SOURCES))
    assert len(alone) < len(TEXT)
    (mail,) = json.loads(read(an_office(tmp_path, alone), str(path), "--json").stdout)["mails"]
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
    ("text", "shown", "two", "verdict"),
    [
        ("Согласовано", "Против, переделать всё!", True, "none"),
        ("На доработку: нет даты", "Согласовано", True, "none"),
        ("Согласовано", "Согласовано", False, "approve"),
        ("Подготовлю завтра", "Отвечу завтра", False, "answer"),
    ],
)
def test_a_mail_that_shows_another_verdict_elsewhere_has_none(
    tmp_path: Path, text: str, shown: str, two: bool, verdict: str
) -> None:
    message = EmailMessage()
    message["From"] = "zam-zhkh@okrug.example"
    message["Subject"] = "Re: ответ"
    message.set_content(text)
    message.add_alternative(f"<p>{shown}</p>", subtype="html")
    path = tmp_path / "reply.eml"
    path.write_bytes(message.as_bytes())
    config = an_office(tmp_path)
    (mail,) = json.loads(read(config, str(path), "--json").stdout)["mails"]
    assert (mail["two_texts"], mail["verdict"]) == (two, verdict)
    assert ("два разных текста" in read(config, str(path)).stdout) == two


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff" * 50, b"\r\n\r\n", b"From: a@b.example\r\n\r\n\x1b[31m[red]x[/nope]"]
)
def test_any_bytes_are_read_in_words_and_as_json(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(raw)
    config = an_office(tmp_path)
    told = read(config, str(path)).stdout
    assert "\x1b" not in told
    assert "не принят: missing" not in told, "the fault is told in Russian"
    (mail,) = json.loads(read(config, str(path), "--json").stdout)["mails"]
    assert (mail["verdict"] in {"none", "answer"}, mail["notices"]) == (True, [])


def test_reading_needs_no_store_and_makes_none(tmp_path: Path) -> None:
    config = an_office(tmp_path)
    before = set(tmp_path.iterdir())
    assert read(config, str(REPLIES / f"{NAMES[0]}.eml")).exit_code == 0
    assert set(tmp_path.iterdir()) == before


def a_notice(folder: Path, body: str, sender: str = "press@region.example") -> Path:
    path = folder / "письмо.eml"
    head = f"From: {sender}\r\nSubject: =?utf-8?b?0J/QuNGB0YzQvNC+?=\r\n"
    head += "Date: Tue, 24 Nov 2026 09:00:00 +0700\r\nContent-Type: text/plain; charset=utf-8\r\n"
    path.write_bytes(f"{head}\r\n{body}".encode())
    return path


NEW_FORM = """Имя обратившегося лица: Тестова Мария Павловна
Позвонить можно: 8-999-000-33-01
Проблемное место: пгт Тяжинский, ул. Пробная, 12
Со слов данного лица: Во дворе третью неделю не горит ни один фонарь, дети боятся.
"""


def test_what_read_proposes_for_unknown_lines_makes_them_read(tmp_path: Path) -> None:
    path = a_notice(tmp_path, NEW_FORM)
    said = read(an_office(tmp_path), str(path)).stdout
    assert "Служба попросит уточнить: текст, заявитель, адрес." in said
    assert "Строки, похожие на подписи, но не узнанные:" in said
    proposed = {
        "applicant": "[Имя обратившегося лица]",
        "phone": "[Позвонить можно]",
        "address": "[Проблемное место]",
        "text": "[Со слов данного лица]",
    }
    for field, label in proposed.items():
        assert f"{field}: {label}" in said
    labels = ", ".join(f"{field}: {label}" for field, label in proposed.items())
    changed = TEXT.replace(
        "noreply-ss@region.example]}", f"noreply-ss@region.example], labels: {{{labels}}}}}"
    )
    (mail,) = json.loads(read(an_office(tmp_path, changed), str(path), "--json").stdout)["mails"]
    [notice] = mail["notices"]
    assert (notice["unsure"], mail["unread"]) == ([], [])
    assert notice["rules"]["applicant"] == "label: Имя обратившегося лица"
    assert notice["text"].startswith("Во дворе третью неделю")


def test_a_mail_of_no_source_says_what_to_add_or_that_the_subject_did_not_fit(
    tmp_path: Path,
) -> None:
    stranger = a_notice(tmp_path, NEW_FORM, "somebody@region.example")
    said = " ".join(read(an_office(tmp_path), str(stranger)).stdout.split())
    assert "добавьте somebody@region.example в from нужного раздела sources" in said
    changed = TEXT.replace(
        "noreply-ss@region.example]}", "noreply-ss@region.example], subject: [соцсет]}"
    )
    known = a_notice(tmp_path, NEW_FORM)
    said = " ".join(read(an_office(tmp_path, changed), str(known)).stdout.split())
    assert "Отправитель подошёл под sources[1], но в теме нет ни одного из слов subject" in said


def test_a_forward_by_a_colleague_names_the_source_inside(tmp_path: Path) -> None:
    body = (
        f"В работу.\n\n-----Исходное сообщение-----\nОт: Соцсети <press@region.example>\n{NEW_FORM}"
    )
    path = a_notice(tmp_path, body, "clerk@okrug.example")
    said = " ".join(read(an_office(tmp_path), str(path)).stdout.split())
    assert "Внутри переслано уведомление источника sources[1]" in said


def test_an_event_and_a_flag_are_told_in_russian_with_their_words(tmp_path: Path) -> None:
    config = an_office(tmp_path)
    event = a_notice(tmp_path, "Инцидент № 8123401 закрыт.\n")
    assert "закрыто площадкой (closed)" in read(config, str(event)).stdout
    alarm = a_notice(tmp_path, "Автор: Злобин Макар\nТекст: Взорву вашу контору!\n")
    said = read(config, str(alarm)).stdout
    assert "УГРОЗА" in said
    assert "слова «взорву»" in said


def test_a_file_that_is_no_mail_is_told(tmp_path: Path) -> None:
    path = tmp_path / "таблица.xlsx"
    path.write_bytes(b"PK\x03\x04\x00\x00")
    assert "Это не похоже на письмо" in read(an_office(tmp_path), str(path)).stdout


def test_a_folder_gives_every_mail_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "письма"
    folder.mkdir()
    config = an_office(tmp_path)
    empty = read(config, str(folder))
    assert (empty.exit_code, "в папке нет файлов .eml" in empty.stderr) == (2, True)
    for name in ("б.eml", "а.EML", "не письмо.txt"):
        (folder / name).write_bytes(eml_of(GOVERNOR[0]))
    mails = json.loads(read(config, str(folder), "--json").stdout)["mails"]
    assert [Path(mail["file"]).name for mail in mails] == ["а.EML", "б.eml"]


@pytest.mark.parametrize("width", [60, 80, 160])
def test_a_page_fits_any_terminal(width: int) -> None:
    office = Path(__file__).parents[2] / "config.yaml"
    settings = load(office)
    sources = tuple(item.value() for item in settings.sources)
    document = read_file(
        read_whole(eml_of(GOVERNOR[0]), sources, ZoneInfo("Asia/Novokuznetsk")),
        "письмо.eml",
        settings=settings,
        office=office_of(settings),
        zone=ZoneInfo("Asia/Novokuznetsk"),
        today=date(2026, 11, 24),
    )
    console = Console(width=width, record=True, file=StringIO())
    console.print(one_mail(document))
    page = console.export_text().splitlines()
    assert max(map(len, page)) <= width
    assert any("подпись «Заявитель»" in line for line in page)


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


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in SYSTEMS])
def test_notices_of_all_four_systems_are_read_with_the_shipped_settings(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    path = tmp_path / "notice.eml"
    path.write_bytes(eml_of(sample))
    (mail,) = json.loads(read(an_office(tmp_path), str(path), "--json").stdout)["mails"]
    (notice, *_) = mail["notices"]
    expected = sample["expected"]
    assert notice["topic"] == expected["topic"]
    assert notice["event"] == sample["expected_extra"]["event"]
    assert notice["applicant"] == expected["applicant"]

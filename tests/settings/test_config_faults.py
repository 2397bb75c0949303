"""A configuration that is wrong: every fault at once, in Russian, with its line and its path."""

import random
import re
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
import yaml

from mcu_mail.errors import SettingsError
from mcu_mail.settings import Settings, inspect, load, office_of, resolve, secret, work_calendar
from mcu_mail.settings.schema import is_loopback, signing_hours
from tests.settings.broken_configs import CHANGES, SHIPPED, TEXT, Change, changed, expected


def faults_of(folder: Path, text: str | bytes) -> tuple[str, ...]:
    path = folder / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SettingsError) as raised:
        load(path)
    return raised.value.faults


def loaded(folder: Path, text: str) -> Settings:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


# --- the shipped file --------------------------------------------------------------------------


def test_the_shipped_file_is_whole() -> None:
    settings = load(SHIPPED)
    assert settings.office.timezone == "Asia/Novokuznetsk"
    assert settings.tracks.governor.enabled == ("otvetk42@gmail.com", "priem@ako.ru")
    assert settings.tracks.governor.term_settings().before == time(18)
    assert signing_hours(settings) == ((time(9), time(9, 30)), (time(16), time(17, 30)))
    assert (settings.register_.pattern, settings.register_.case) == ("{case}/{n}", "01-12")
    assert settings.mail.trust.accept == ("dmarc", "dkim", "auth")
    assert settings.reminders.before_minutes == (60, 15)


def test_the_shipped_office_is_that_of_the_competence_sample() -> None:
    stated = yaml.safe_load(
        (Path(__file__).parents[1] / "samples" / "competence.yaml").read_text(encoding="utf-8")
    )
    office = office_of(load(SHIPPED))
    assert set(office.topics) == {item["id"] for item in _items(stated["topics"])}
    assert {item.id for item in office.departments} >= {
        item["id"] for item in _items(stated["departments"])
    }
    assert {item.id for item in office.territories} == {
        item["id"] for item in _items(stated["territorial"])
    }


def _items(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [{"id": key, **(item or {})} for key, item in value.items()]
    return list(value)


def test_the_shipped_people_are_invented_and_stay_in_the_example_domain() -> None:
    settings = load(SHIPPED)
    outside = [
        address
        for person in settings.people.values()
        for address in (person.email, *person.aliases)
        if not address.endswith(".example")
    ]
    assert outside == []


def test_the_calendar_of_the_shipped_file_holds_its_own_changes() -> None:
    calendar = work_calendar(load(SHIPPED), range(2026, 2028))
    assert not calendar.is_working_day(date(2026, 12, 31))
    assert calendar.is_working_day(date(2026, 11, 23))
    assert calendar.years_confirmed == {2026, 2027}


def test_the_settings_are_frozen() -> None:
    settings = load(SHIPPED)
    with pytest.raises(ValueError, match="frozen"):
        settings.office.name = "Другая"  # type: ignore[misc]  # frozen is what is tested


# --- one fault each ----------------------------------------------------------------------------


@pytest.mark.parametrize("change", [pytest.param(one, id=one.name) for one in CHANGES])
def test_one_mistake_is_told_in_one_sentence_with_its_line(tmp_path: Path, change: Change) -> None:
    text = changed(TEXT, change)
    assert faults_of(tmp_path, text) == (expected(text, change),)


def test_all_regional_addresses_switched_off_is_a_fault(tmp_path: Path) -> None:
    text = TEXT.replace("enabled: true}", "enabled: false}")
    (fault,) = faults_of(tmp_path, text)
    assert re.fullmatch(
        r"строка \d+: tracks\.governor\.recipients: все адреса выключены: ответ некуда отправлять",
        fault,
    )


# --- all of them at once -----------------------------------------------------------------------

TOGETHER = (
    "unknown time zone",
    "unknown key with a near one",
    "password in clear",
    "unknown section with a near one",
    "wrong address of a person",
    "hours in the wrong order",
    "role of nobody",
    "loop of acting persons",
    "topic in two departments",
    "territory of nobody",
    "wrong regional address",
)


def test_mistakes_of_keys_and_between_sections_are_all_told_at_once_from_top_to_bottom(
    tmp_path: Path,
) -> None:
    changes = [change for change in CHANGES if change.name in TOGETHER]
    text = TEXT
    for change in changes:
        text = changed(text, change)
    wanted = [expected(text, change) for change in changes]
    faults = faults_of(tmp_path, text)
    assert sorted(faults) == sorted(wanted)
    lines = [int(fault.split()[1].rstrip(":")) for fault in faults]
    assert lines == sorted(lines)


LOOP = next(one for one in CHANGES if one.name == "loop of acting persons")


@pytest.mark.parametrize(
    "change", [pytest.param(one, id=one.name) for one in CHANGES if one.old != LOOP.old]
)
def test_a_mistake_hides_no_loop_of_acting_persons_and_invents_no_other(
    tmp_path: Path, change: Change
) -> None:
    text = changed(changed(TEXT, change), LOOP)
    assert sorted(faults_of(tmp_path, text)) == sorted(
        expected(text, one) for one in (change, LOOP)
    )


def test_a_file_with_another_shape_entirely_is_told_section_by_section(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "office: [1]\nmail: x\npeople: 5\n")
    assert faults[:3] == (
        "строка 1: office: нужен раздел с ключами",
        "строка 1: calendar: не указан обязательный ключ",
        "строка 1: roles: не указан обязательный ключ",
    )
    assert "строка 2: mail: нужен раздел с ключами" in faults
    assert "строка 3: people: нужен раздел с ключами" in faults


def test_what_was_found_of_a_faulty_file_can_still_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(TEXT.replace("poll_seconds: 20", "poll_seconds: часто"), encoding="utf-8")
    inspection = inspect(path)
    assert len(inspection.faults) == 1
    assert inspection.settings is not None
    assert inspection.settings.people == load(SHIPPED).people
    assert inspection.doubtful == {"mail"}


# --- the file itself ---------------------------------------------------------------------------

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b]\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "{path}: файл настроек пуст"),
        ("# только замечание\n", "{path}: файл настроек пуст"),
        ("---\n...\n", "{path}: ожидались разделы вида «office:», «mail:»"),
        ("- office\n- mail\n", "{path}: ожидались разделы вида «office:», «mail:»"),
        ("office\n", "{path}: ожидались разделы вида «office:», «mail:»"),
        (BOMB, "строка 2: ссылки YAML (*имя) не допускаются"),
        ("office: &o\n  name: *o\n", "строка 2: ссылки YAML (*имя) не допускаются"),
        ("a: 1\nb: 2\na: 3\n", "строка 3: ключ «a» указан дважды"),
        ("a:\n  b: 2\n  b: 3\n", "строка 3: ключ «b» указан дважды"),
        ("a: 1\nb: \x07\n", "строка 2: в файле недопустимый знак (управляющий код)"),
        ("[" * 20_000, "{path}: файл записан не по правилам YAML"),
        ("office: x\nname: Глава".encode("cp1251"), "строка 2: файл должен быть в кодировке UTF-8"),
        ("office: x\n".encode("utf-16"), "строка 1: файл должен быть в кодировке UTF-8"),
        (b"\x00" * 10, "строка 1: в файле недопустимый знак (управляющий код)"),
        ("a: " + "x" * 262_144, "{path}: файл настроек больше 256 КБ"),
    ],
)
def test_a_file_that_is_no_usable_yaml_is_refused_with_its_place(
    tmp_path: Path, content: str | bytes, fault: str
) -> None:
    path = tmp_path / "config.yaml"
    assert faults_of(tmp_path, content) == (fault.replace("{path}", str(path)),)


@pytest.mark.parametrize(
    ("content", "place", "meaning"),
    [
        (
            "office:\n\tname: x\n",
            "2, столбец 1",
            "недопустимый знак: табуляция вместо пробелов или «@», «%», «`»",
        ),
        ("office: {name: x\nmail: y\n", "2, столбец 5", "не закрыта скобка или не хватает запятой"),
        ('office: "x\nmail: y\n', "3, столбец 1", "не закрыта кавычка"),
        (
            "office: Администрация: округа\n",
            "1, столбец 22",
            "лишнее двоеточие или неверный отступ",
        ),
        ("office:\n  name: x\n short: y\n", "3, столбец 2", "неверный отступ или лишний знак"),
        ("office: x\nmail\n", "3, столбец 1", "не хватает двоеточия после ключа"),
        (
            "office: !!python/object/apply:os.system [id]\n",
            "1, столбец 9",
            "теги YAML («!…») не допускаются",
        ),
        ("{[a]: b}\n", "1, столбец 2", "ключом может быть только слово"),
        ("a: 1\n---\nb: 2\n", "2, столбец 1", "в файле несколько документов (строка «---»)"),
    ],
)
def test_what_breaks_the_rules_of_yaml_is_explained_in_russian(
    tmp_path: Path, content: str, place: str, meaning: str
) -> None:
    told = f"строка {place}: файл записан не по правилам YAML: {meaning}"
    assert faults_of(tmp_path, content) == (told,)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="файл настроек не найден"):
        load(tmp_path / "none.yaml")
    with pytest.raises(SettingsError, match="файл настроек не читается"):
        load(tmp_path)


def test_a_byte_order_mark_of_windows_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load(path) == load(SHIPPED)


def test_two_same_keys_on_every_level_are_all_told(tmp_path: Path) -> None:
    text = TEXT.replace("  short: ", "  short: Дважды\n  short: ", 1) + "\nreminders: {}\n"
    assert [fault.partition(": ")[2] for fault in faults_of(tmp_path, text)] == [
        "ключ «short» указан дважды",
        "ключ «reminders» указан дважды",
    ]


# --- forgiving where no mistake is possible ----------------------------------------------------


@pytest.mark.parametrize("written", ['"18:00"', "18:00", "'18:00'", '"18.00"', "!!str 18:00"])
def test_a_time_is_read_with_and_without_quotes(tmp_path: Path, written: str) -> None:
    settings = loaded(tmp_path, TEXT.replace('before: "18:00"', f"before: {written}"))
    assert settings.tracks.governor.term.before == time(18)


@pytest.mark.parametrize("written", ["[8:30, 17:30]", '"8:30-17:30"', "08:30 – 17:30"])
def test_hours_are_read_as_a_pair_or_with_a_dash(tmp_path: Path, written: str) -> None:
    settings = loaded(
        tmp_path, TEXT.replace('pos: {hours: ["08:30", "17:30"]}', f"pos: {{hours: {written}}}")
    )
    assert settings.tracks.pos.hours == (time(8, 30), time(17, 30))


def test_a_goal_may_be_switched_off(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path, TEXT.replace('same_day_if_before: "12:00"', "same_day_if_before: null")
    )
    assert settings.tracks.governor.goal.same_day_if_before is None


def test_addresses_are_compared_in_lower_case(tmp_path: Path) -> None:
    settings = loaded(tmp_path, TEXT.replace("dorogi@okrug.example", "Dorogi@Okrug.Example"))
    assert settings.people["roads_head"].email == "dorogi@okrug.example"


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1.example", False),
        ("localhost.example", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("::ffff:127.0.0.1", False),
        ("", False),
    ],
)
def test_only_this_machine_is_this_machine(host: str, inside: bool) -> None:
    assert is_loopback(host) is inside


def test_unproven_senders_and_clear_text_are_taken_on_this_machine(tmp_path: Path) -> None:
    text = (
        TEXT
        .replace("host: mail.okrug.example", "host: 127.0.0.1")
        .replace("security: tls", "security: none")
        .replace("unproven: confirm}", "unproven: confirm, unverified: true}")
    )
    assert loaded(tmp_path, text).mail.trust.unverified


# --- secrets and paths -------------------------------------------------------------------------


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    (tmp_path / "imap.txt").write_text("пароль с пробелом \n", encoding="utf-8")
    assert secret("env:MCU", config, {"MCU": "тайна"}) == "тайна"
    assert secret("file:imap.txt", config) == "пароль с пробелом "
    assert secret(f"file:{tmp_path / 'imap.txt'}", config) == "пароль с пробелом "
    assert secret(None, config) is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("env:MCU_IMAP_PASSWORD", "не задана переменная окружения MCU_IMAP_PASSWORD"),
        ("file:none.txt", "файл с паролем none.txt не читается"),
        ("file:.", "файл с паролем . не читается"),
        ("file:cp1251.txt", "файл с паролем cp1251.txt не читается"),
    ],
)
def test_a_secret_that_is_not_there_is_told_without_a_traceback(
    tmp_path: Path, value: str, told: str
) -> None:
    (tmp_path / "cp1251.txt").write_bytes("пароль".encode("cp1251"))
    with pytest.raises(SettingsError, match=re.escape(told)):
        secret(value, tmp_path / "config.yaml", {})


def test_a_password_in_clear_is_never_repeated(tmp_path: Path) -> None:
    text = TEXT.replace('"env:MCU_SMTP_PASSWORD"', "Qwerty123")
    assert "Qwerty123" not in "".join(faults_of(tmp_path, text))


def test_relative_paths_start_at_the_config_file(tmp_path: Path) -> None:
    config = tmp_path / "office" / "config.yaml"
    assert resolve(config, "var/files") == (tmp_path / "office" / "var" / "files").resolve()
    assert resolve(config, str(tmp_path)) == tmp_path.resolve()


def mutated(seed: int) -> bytes:
    """The shipped file as a slip of the hand, or a save that was cut off, leaves it."""
    chance = random.Random(seed)
    lines = TEXT.splitlines()
    place = chance.randrange(len(lines))
    line = lines[place]
    match chance.randrange(7):
        case 0:
            lines[place : place + 1] = []
        case 1:
            lines.insert(place, line)
        case 2:
            lines[place] = f" {line}"
        case 3:
            return TEXT.encode()[: chance.randrange(len(TEXT.encode()))]
        case 4:
            lines[place] = line.replace(":", " ", 1)
        case 5:
            lines[place] = line.replace("}", "", 1).replace('"', "", 1)
        case _:
            raw = bytearray(TEXT.encode())
            raw[chance.randrange(len(raw))] = chance.randrange(256)
            return bytes(raw)
    return "\n".join(lines).encode()


def test_fifty_slips_of_the_hand_are_told_in_russian_or_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    told = 0
    for seed in range(50):
        path.write_bytes(mutated(seed))
        found = inspect(path)
        told += bool(found.faults)
        assert found.settings is not None or found.faults
        assert all(re.search("[а-яё]", fault, re.IGNORECASE) for fault in found.faults)
    assert told > 25

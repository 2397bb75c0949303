"""A layout nobody has seen is read after a change of config.yaml alone."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.domain.notice import EVENTS, EventName, Notice
from mcu_mail.errors import SettingsError
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.notices import read_notices
from mcu_mail.settings import load
from mcu_mail.settings.sources import LabelField, SourceSettings

OFFICE = ZoneInfo("Asia/Novokuznetsk")
SHIPPED = (Path(__file__).parents[2] / "config.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A body and the keys that an administrator adds for it."""

    keys: str
    body: str
    html: bool = False


SIGNS = Layout(
    keys="""    labels:
      applicant: [Житель]
      phone: [Позвонить ему]
      address: [Где живёт житель]
      text: [Пишет нам]
      received_at: [Принято оператором]
      external_id: [Шифр записи]
""",
    body="""Шифр записи >> ЖЖ-77
Принято оператором >> 24.11.2026 08:30
[Жителя] Раскладкин Олег Ильич
Позвонить ему ~ 8 999 000 55 01
Где живёт житель → с. Кубитет, ул. Знаковая, 3
Пишет нам >> Нет света у клуба, темно.
""",
)
TABLE = Layout(
    keys="""    labels:
      applicant: [Лицо]
      phone: [Средство связи]
      address: [Точка на карте]
      text: [Высказывание]
      received_at: [Отметка времени]
      external_id: [Позиция]
""",
    body="""<table><tr><td>Позиция</td><td>Отметка времени</td><td>Лицо</td><td>Средство связи</td>
<td>Точка на карте</td><td>Высказывание</td></tr><tr><td>ЖЖ-77</td><td>24.11.2026 08:30</td>
<td>Раскладкин Олег Ильич</td><td>89990005501</td><td>с. Кубитет, ул. Знаковая, 3</td>
<td>Нет света у клуба, темно.</td></tr></table>""",
    html=True,
)
PROSE = Layout(
    keys="""    labels:
      applicant: [Беспокоит вас]
      phone: [Созвон возможен по]
      address: ["Приехать надо *"]
      received_at: [Записано]
      external_id: [Запись под шифром]
    text_begin: [Дословно со слов]
    text_end: [Конец записи]
    skip: [Бот-секретарь]
""",
    body="""Запись под шифром: ЖЖ-77. Записано: 24.11.2026 08:30.
Беспокоит вас: Раскладкин Олег Ильич. Созвон возможен по: 8 (999) 000-55-01.
Приехать надо срочно на машине: с. Кубитет, ул. Знаковая, 3

Дословно со слов:
Нет света у клуба,
Бот-секретарь желает вам хорошего дня
темно.
Конец записи
Всё сказанное не является офертой.
""",
)


def source_with(keys: str, folder: Path) -> str:
    """The shipped configuration with one source that has these keys."""
    start = SHIPPED.index("sources:")
    end = SHIPPED.index("tracks:", start)
    text = (
        SHIPPED[:start]
        + "sources:\n  - track: governor\n    from: [press@region.example]\n"
        + keys
        + "\n"
        + SHIPPED[end:]
    )
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(layout: Layout, folder: Path, keys: str) -> tuple[Notice, ...]:
    [source] = load(Path(source_with(keys, folder))).sources
    message = EmailMessage()
    message["From"] = "press@region.example"
    message["Subject"] = "Запись"
    message["Date"] = datetime(2026, 11, 24, 9, 0, tzinfo=OFFICE)
    message.set_content(layout.body, subtype="html" if layout.html else "plain")
    return read_notices(read_mail(message.as_bytes()), source.value(), OFFICE)


@pytest.mark.parametrize("layout", [SIGNS, TABLE, PROSE], ids=["signs", "table", "prose"])
def test_a_wholly_new_layout_is_read_by_adding_config_only(layout: Layout, tmp_path: Path) -> None:
    before = read(layout, tmp_path, "")
    [notice] = read(layout, tmp_path, layout.keys)

    assert any({"applicant", "text", "address"} & set(one.unsure) for one in before)
    assert notice == Notice(
        track="governor",
        applicant="Раскладкин Олег Ильич",
        phone="+79990005501",
        address="с. Кубитет, ул. Знаковая, 3",
        external_id="ЖЖ-77",
        received_at=datetime(2026, 11, 24, 8, 30, tzinfo=OFFICE),
        text="Нет света у клуба, темно.",
        urgent=notice.urgent,
        rules=notice.rules,
    )


def test_the_example_of_the_documentation_is_true(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "notices.md").read_text(encoding="utf-8")
    body = manual.split("```text\n")[1].split("```")[0]
    keys = manual.split("```yaml\n")[1].split("```")[0]
    keys = keys.split("from: [press@region.example]\n")[1]

    [notice] = read(Layout(keys=keys, body=body), tmp_path, keys)

    assert not notice.unsure
    assert notice.applicant == "Раскладкин Олег Ильич"
    assert notice.text == "Нет света у клуба, темно."


def test_the_configuration_knows_every_event_of_the_rules() -> None:
    assert get_args(EventName) == EVENTS


@pytest.mark.parametrize("name", get_args(LabelField))
def test_the_documentation_names_every_field(name: str) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "notices.md").read_text(encoding="utf-8")

    assert f"`{name}`" in manual


@pytest.mark.parametrize("name", [*SourceSettings.model_fields, *EVENTS])
def test_the_documentation_names_every_key_and_event(name: str) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "notices.md").read_text(encoding="utf-8")
    field = SourceSettings.model_fields.get(name)
    key = (field.alias if field else None) or name

    assert f"`{key}`" in manual


def test_a_configured_line_parts_several_messages(tmp_path: Path) -> None:
    body = """Термин ответа: 25.11.2026 18:00
~~~~~ следующая карточка
Автор: Раскладкин Олег Ильич
Текст: Нет света.
~~~~~ следующая карточка
Автор: Раскладкина Мария Ильинична
Текст: Нет воды.
"""
    keys = '    separator: ["~~~~~ следующая"]\n    labels: {due: [Термин ответа]}\n'

    first, second = read(Layout(keys=keys, body=body), tmp_path, keys)

    assert (first.applicant, first.text) == ("Раскладкин Олег Ильич", "Нет света.")
    assert (second.applicant, second.text) == ("Раскладкина Мария Ильинична", "Нет воды.")
    assert first.due == second.due == datetime(2026, 11, 25, 18, 0, tzinfo=OFFICE)


def test_a_line_between_messages_parts_them_too(tmp_path: Path) -> None:
    body = "Автор: Первый Олег Ильич\nТекст: Раз.\n=====\nАвтор: Вторая Анна Ильинична\nТекст: Два."
    keys = '    separator: ["====="]\n'

    assert [one.text for one in read(Layout(keys=keys, body=body), tmp_path, keys)] == [
        "Раз.",
        "Два.",
    ]


def test_configured_words_tell_an_event(tmp_path: Path) -> None:
    body = "Запись № 5151 поехала обратно к исполнителю.\n"
    keys = "    events: {returned: [поехала обратно]}\n"

    [notice] = read(Layout(keys=keys, body=body), tmp_path, keys)
    [other] = read(Layout(keys="", body=body), tmp_path, "")

    assert (notice.event, other.event) == ("returned", "note")


def test_an_end_mark_alone_closes_an_open_text(tmp_path: Path) -> None:
    body = "Автор: Первый Олег Ильич\nТекст: Нет света.\nДалее служебное: не для ответа.\n"
    keys = "    text_end: [Далее служебное]\n"

    [notice] = read(Layout(keys=keys, body=body), tmp_path, keys)

    assert notice.text == "Нет света."


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("    seperator: ['===']\n", "неизвестный ключ «seperator»; возможно, «separator»"),
        ("    labels: {applicnt: [Житель]}\n", "допустимо только: 'applicant', 'surname'"),
        ("    events: {vernuli: [Вернули]}\n", "допустимо только: 'new', 'returned'"),
        ("    skip: ['-']\n", "слишком коротко: нужно не меньше трёх знаков"),
        ("    text_begin: Дословно\n", "нужен список"),
        (
            "    labels: {applicant: [Кто], phone: ['кто:']}\n",
            "подпись «кто:» и в applicant, и в phone",
        ),
    ],
    ids=["key", "field", "event", "short", "no list", "two fields"],
)
def test_a_wrong_rule_is_told_in_russian_with_its_line(
    keys: str, fault: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as error:
        load(Path(source_with(keys, tmp_path)))

    assert fault in str(error.value)
    assert "строка" in str(error.value)
    assert "sources[1]" in str(error.value)

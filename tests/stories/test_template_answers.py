"""Template answers of the office: offered by topic, proposed by a word, never with a name."""

from __future__ import annotations

import shutil

import pytest

from mcu_mail.rehearsal.people import text_of
from mcu_mail.rehearsal.stage import SHIPPED
from tests.documents.annex_files import JPEG, photo
from tests.stories.office_day import NATIVE, OfficeDay
from tests.stories.other_notices import incident, of_case, sent
from tests.stories.signed_letter import attached

WHEN = "Когда уже почистят от снега тротуар вдоль Чертёжной? Бабушки падают."
TEXT = (
    "Ответ: Тротуар по улице Чертёжной у дома 7 очищен 23.11.2026, с Алисой Примеровой "
    "согласовано. Работы вела бригада МКУ «Дорожник», мастер Трассов Ф.М., телефон 2-22-02. "
    "Следующая очистка назначена на 25.11.2026."
)


@pytest.fixture(name="office")
def _office(tmp_path, post_office):
    shutil.copytree(SHIPPED.parent / "templates", tmp_path / "office" / "templates")
    changes = {**NATIVE, "letters.templates": "templates"}
    with OfficeDay(tmp_path / "office", post_office, changes).opened() as day:
        yield day


def write(day, path, text, *, encoding="utf-8"):
    file = day.stage.folder / "templates" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode(encoding))


def test_fitting_answers_are_offered_and_a_broken_file_stops_nothing(office):
    write(office, "first_replies/snow.txt", "Алло! Уберём до {{ day }}.", encoding="utf-8-sig")
    write(office, "answers/snow/тротуар.txt", "Тротуар\nТротуар очищен ({{ number }}).")
    write(office, "answers/snow/плохой.txt", "Плохой\nСрок {{ dueue }}")
    write(office, "answers/snow/чужой.txt", "Чужой\nтекст", encoding="cp1251")
    sent(office, "incident", incident("8123401", WHEN), "10:02")
    task = text_of(of_case(office, "roads_head", "Уборка снега"))
    assert "Тротуар очищен (2026-000001)." in task
    assert "Снег убран" in task
    assert "Плохой" not in task
    assert "Уберём до 24.11.2026." in " ".join(
        text_of(of_case(office, "appeals", "Первичный ответ")).split()
    )


def test_an_answer_is_proposed_without_anybody_s_name_and_its_photos_go_to_who_uploads_them(office):
    sent(office, "incident", incident("8123401", WHEN), "10:02")
    task = of_case(office, "roads_head", "Уборка снега")
    office.reply("roads_head", "Шаблон", "10:05", to=task)
    assert "сохранить как шаблон нечего" in office.told("roads_head")
    shot = ("IMG_1.jpg", JPEG, photo(1))
    office.reply("roads_head", f"Шаблон: тротуар очищен\n\n{TEXT}", "10:10", to=task, files=[shot])
    assert office.case().step == "approve"
    assert office.letter(1).text.startswith("Тротуар по улице")

    (file,) = (office.stage.folder / "outbox" / "Шаблоны на проверку").glob("*.txt")
    text = file.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "тротуар очищен"
    for secret in ("Алис", "Примеров", "Трассов", "2-22-02", "Чертёжн", "дома 7"):
        assert secret not in text
    assert "МКУ «Дорожник»" in text
    assert [event.data["topic"] for event in office.events("template_proposed")] == ["snow"]

    asked = of_case(office, "appeals", "Согласуйте")
    assert attached(asked)["IMG_1.jpg"] == shot[2]
    assert "Фото к ответу не приложено" not in text_of(asked)
    office.press("appeals", "Согласовать", "10:20", mail=asked)
    assert attached(of_case(office, "appeals", "Опубликуйте")) == {"IMG_1.jpg": shot[2]}
    office.reply("roads_head", "ещё фото", "10:30", files=[("IMG_2.jpg", JPEG, photo(2))], to=task)
    assert set(attached(of_case(office, "appeals", "Опубликуйте"))) == {"IMG_1.jpg", "IMG_2.jpg"}
    assert office.case().step == "publish"


def test_a_sheet_brings_the_photos_of_its_rows_and_says_where_there_are_none(tmp_path, post_office):
    changes = {**NATIVE, "sheets": {"minutes": 60}}
    with OfficeDay(tmp_path / "office", post_office, changes).opened() as day:
        for number in (1, 2):
            place = f"пгт Тяжинский, ул. Чертёжная, д. {number}"
            message = incident(
                f"812340{number}", WHEN, place=place, link=f"https://vk.com/wall-1_{number}"
            )
            sent(day, "incident", message, f"10:0{number}")
        shot = ("IMG_1.jpg", JPEG, photo(1))
        for number, files in ((1, [shot]), (2, [])):
            task = of_case(day, "roads_head", f"00000{number}]")
            day.reply("roads_head", TEXT, f"10:1{number}", to=task, files=files)
        day.play("11:30")
        sheet = of_case(day, "appeals", "Лист")
        (photos,) = (name for name in attached(sheet) if name.endswith("IMG_1.jpg"))
        assert photos.partition(" ")[0].isdigit(), "it bears the number of its row"
        assert text_of(sheet).count("Фото к ответу не приложено") == 1

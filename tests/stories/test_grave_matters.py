"""A threat to life: told at once, shown to few, and only a person says what it is."""

from __future__ import annotations

import json
import sqlite3

from mcu_mail.rehearsal.people import buttons_of, text_of
from mcu_mail.reports import board
from mcu_mail.wiring import zone_of
from tests.stories.office_day import SNOW

NAME, STREET = "Небывалова", "Образцовой"
GRAVE = SNOW.replace("Помогите!", "Если не почистят, я повешусь, сил больше нет.")
WHO_MUST_KNOW = {"edds_head", "press", "appeals"}


def words_shown(day, person):
    return " ".join(text_of(mail) + str(mail["Subject"]) for mail in day.got.get(person, []))


def test_a_cry_for_help_reaches_the_duty_service_in_the_same_pass_at_night_and_nobody_else(day):
    day.notice("2026-11-23 23:50", GRAVE)
    assert set(day.got) == WHO_MUST_KNOW
    for person in WHO_MUST_KNOW:
        (mail,) = day.got[person]
        first = [line for line in text_of(mail).splitlines() if line.strip()][1]
        assert first.startswith("Позвоните сейчас: 112; полиция 102; ЕДДС 8 (38449) 0-00-09.")
        assert NAME not in str(mail["Subject"])
        assert STREET not in str(mail["Subject"])
        assert NAME in text_of(mail)
        assert "я повешусь" in text_of(mail)
    assert day.case().step == "route"
    assert day.case().department is None
    # Nothing of it is shown where everybody looks.
    desk = day.stage.desk
    with desk.store.view() as view:
        shown = json.dumps(
            [
                board.board(view, zone_of(desk.settings)),
                board.one_case(view, day.case(), desk.zone),
            ],
            ensure_ascii=False,
        )
    assert "повешусь" not in shown
    assert NAME not in shown
    note = desk.folders.base / "На подпись" / "Сегодня.txt"
    assert "повешусь" not in note.read_text(encoding="utf-8-sig")
    with sqlite3.connect(day.stage.folder / "var" / "mcu.db") as database:
        events = str(database.execute("SELECT data FROM events").fetchall())
    database.close()
    assert "повешусь" not in events
    # Delays of those who must decide are told of without a word of it.
    day.play("2026-11-24 07:00")
    for person in set(day.got) - WHO_MUST_KNOW:
        assert "повешусь" not in words_shown(day, person)
        assert NAME not in words_shown(day, person)
    # The head of roads is called in by the dispatcher's word, and by nothing else.
    day.reply("appeals", "Назначить: Трассов", "2026-11-24 07:05", to=day.mails("appeals")[0])
    assert "я повешусь" in words_shown(day, "roads_head")
    assert set(day.got) == {"roads_head", "appeals"}
    assert day.case().step == "route"
    day.reply("roads_head", "Сделано: был у заявителя, всё спокойно", "2026-11-24 07:20")
    assert "всё спокойно" in words_shown(day, "edds_head")
    assert day.case().step == "route"
    # A stranger's word lifts nothing.
    day.reply("roads_head", "Это обычное сообщение", "2026-11-24 07:21", to=day.mails("appeals")[0])
    assert day.case().restricted == ("roads_head",)
    # The duty service closes it with its basis.
    day.reply("edds_head", "Передано в полицию", "2026-11-24 07:22", to=day.mails("edds_head")[0])
    assert day.case().state == "open"
    day.reply(
        "edds_head",
        "Передано в полицию: дежурный Дежурнов, 07:20",
        "2026-11-24 07:25",
        to=day.mails("edds_head")[0],
    )
    assert day.case().state == "closed"
    assert day.asked() == []
    assert day.events("closed")[0].data["reason"].startswith("Передано в полицию")


def test_a_danger_that_is_no_secret_is_told_at_once_and_goes_its_ordinary_way_too(day):
    day.notice("2026-11-23 23:50", SNOW.replace("Помогите!", "И у дома пахнет газом."))
    assert day.case().restricted is None
    assert day.asked() == [("draft", "roads_head")]
    assert set(day.got) == {*WHO_MUST_KNOW, "roads_head"}
    for person in WHO_MUST_KNOW:
        (mail,) = day.got[person]
        assert text_of(mail).startswith("Позвоните сейчас: 112; полиция 102; ЕДДС")
        assert NAME not in str(mail["Subject"])


def test_what_is_no_threat_goes_its_ordinary_way_by_a_person_s_word(day):
    day.notice(text=GRAVE)
    assert "Это обычное сообщение" in buttons_of(day.last("press"))
    day.press("press", "Это обычное сообщение", "08:50")
    assert day.case().restricted is None
    assert day.asked() == [("draft", "roads_head")]
    assert NAME in words_shown(day, "roads_head")
    assert set(day.got) == {"roads_head"}

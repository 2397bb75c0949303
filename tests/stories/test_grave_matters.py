"""A threat to life: told at once, shown to few, and only a person says what it is."""

from __future__ import annotations

import json
import sqlite3
from email import message_from_bytes
from email.policy import default

from mcu_mail.rehearsal.people import Client, Writer, buttons_of, fresh_mail, text_of
from mcu_mail.reports import board
from mcu_mail.wiring import zone_of
from tests.stories.office_day import PEOPLE, SERVICE, SNOW
from tests.stories.test_people_away import autoreply

NAME, STREET = "Небывалова", "Образцовой"
GRAVE = SNOW.replace("Помогите!", "Если не почистят, я повешусь, сил больше нет.")
CRY = "Решила уйти из жизни, никому не нужна"
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


def test_whom_the_dispatcher_calls_in_reports_and_everybody_hears_how_it_ended(day):
    day.notice("2026-11-23 23:50", GRAVE)
    # The head of roads is called in by the dispatcher's word, and by nothing else.
    day.reply("appeals", "Назначить: Трассов", "2026-11-23 23:55", to=day.mails("appeals")[0])
    assert "я повешусь" in words_shown(day, "roads_head")
    assert set(day.got) == {"roads_head", "appeals"}
    assert day.case().step == "route"
    day.reply("roads_head", "Сделано: был у заявителя, всё спокойно", "2026-11-24 00:20")
    for person in WHO_MUST_KNOW:
        (mail,) = [one for one in day.got[person] if "Что сделано: Огр" in str(one["Subject"])]
        assert "всё спокойно" in text_of(mail)
        assert "Передано в полицию или 112" in buttons_of(mail)
    assert "Очередь не его" not in words_shown(day, "appeals")
    assert "передано тем, кто решает" in words_shown(day, "roads_head")
    # He may not close it; his word is a report all the same.
    day.reply("roads_head", "Передано в полицию: дежурный Петров", "2026-11-24 00:21")
    assert "дежурный Петров" in words_shown(day, "appeals")
    assert "передано тем, кто решает" in words_shown(day, "roads_head")
    assert day.case().step == "route"
    # A stranger's word lifts nothing.
    day.reply("roads_head", "Это обычное сообщение", "2026-11-24 00:21", to=day.mails("appeals")[0])
    assert day.case().restricted == ("roads_head",)
    # The duty service closes it with its basis.
    day.reply("edds_head", "Передано в полицию", "2026-11-24 00:22", to=day.mails("edds_head")[0])
    assert day.case().state == "open"
    day.reply(
        "edds_head",
        "Передано в полицию: дежурный Дежурнов, 07:20",
        "2026-11-24 00:25",
        to=day.mails("edds_head")[0],
    )
    assert day.case().state == "closed"
    assert day.asked() == []
    assert day.events("closed")[0].data["reason"].startswith("Передано в полицию")
    assert set(day.got) == {*WHO_MUST_KNOW, "roads_head"}
    for person in WHO_MUST_KNOW - {"edds_head"}:
        assert "Дело закрыто" in words_shown(day, person)
        assert "дежурный Дежурнов, 07:20" in words_shown(day, person)
        assert "я повешусь" not in words_shown(day, person)
    # What the helper does later on is still told.
    report = next(one for one in day.mails("roads_head") if "Вам поручено" in one["Subject"])
    day.reply("roads_head", "Сделано: привезли дрова", "2026-11-24 01:30", to=report)
    assert "привезли дрова" in words_shown(day, "appeals")
    assert "Решение уже есть" not in words_shown(day, "roads_head")
    assert day.case().state == "closed"


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
    assert set(day.got) == {"roads_head", *WHO_MUST_KNOW}
    for person in WHO_MUST_KNOW:
        assert "угрозы жизни нет" in words_shown(day, person)


def test_a_cry_that_nobody_answers_is_told_again_all_night_until_somebody_says_that_he_acts(day):
    day.notice("2026-11-23 23:50", GRAVE)
    times = ("00:04", "00:05", "00:34", "00:35", "01:05", "01:35", "02:05", "02:35", "03:35")
    heard = []
    for time in times:
        day.play(f"2026-11-24 {time}")
        if set(day.got) >= WHO_MUST_KNOW:
            heard.append(time)
            for person in WHO_MUST_KNOW:
                assert "ПОВТОР" in str(day.got[person][-1]["Subject"])
                assert "я повешусь" in text_of(day.got[person][-1])
    assert heard == ["00:05", "00:35", "01:05", "01:35", "02:05", "02:35", "03:35"]
    day.press("press", "Принято, занимаюсь", "2026-11-24 03:40")
    assert day.case().state == "open"
    for person in WHO_MUST_KNOW:
        assert "Делом занимаются" in words_shown(day, person)
    for time in ("04:35", "05:35", "06:35"):
        day.play(f"2026-11-24 {time}")
        assert not set(day.got) & {"press", "edds_head"}
    # The question who acts for an absent one ends with the case that alone had asked him.
    away = autoreply(day.mails("edds_head")[0], PEOPLE["edds_head"]["email"], "Я в отпуске.")
    day.arrives(away, "2026-11-24 06:40")
    assert ("absent", "appeals") in day.asked()
    day.reply(
        "press",
        "Передано в 112: оператор Сидоров, 06:45",
        "2026-11-24 06:45",
        to=day.mails("press")[0],
    )
    assert day.case().state == "closed"
    assert day.asked() == []


def test_a_cry_in_a_mail_that_opens_no_case_is_told_at_once_and_answered_with_whom_to_call(day):
    for hour, text in enumerate((CRY, "Соседа убью, я его зарежу", "В подъезде пахнет газом")):
        who = Writer(name="Вымыслова Яна", address=f"yana{hour}@mail.example", client=Client.plain)
        at = f"2026-11-24 0{hour}:10"
        mail = fresh_mail(
            who,
            SERVICE,
            "Помогите Яне",
            text,
            day.stage.moment(at),
            message_id=f"<{hour}@m.example>",
        )
        day.arrives(mail, at)
        assert set(day.got) == WHO_MUST_KNOW
        for person in WHO_MUST_KNOW:
            first = day.got[person][0]
            assert str(first["Subject"]).startswith("[МЦУ] СРОЧНО, ")
            assert "Ян" not in str(first["Subject"])
            assert text_of(first).startswith("Позвоните сейчас: 112; полиция 102; ЕДДС")
            assert who.address in text_of(first)
            assert text in text_of(first)
        (answer,) = day.post.mailbox(who.address)
        answer = message_from_bytes(answer, policy=default)
        assert "112" in text_of(answer)
        assert "телефон доверия" in text_of(answer)
        assert text not in text_of(answer)
        assert "Помогите" not in str(answer["Subject"])
    # What looks like a note of absence, and a letter that somebody passes on without a word.
    away = Writer(name="Вымыслова Яна", address="away@mail.example", client=Client.plain)
    for subject, text in (
        ("Нет на месте", "Меня больше не будет. Прощайте все"),
        ("Fwd: прочтите", f"-------- Пересылаемое сообщение --------\nОт: a@b.example\n\n{CRY}"),
    ):
        at = f"2026-11-24 03:{10 + len(subject)}"
        ident = f"<{len(subject)}@away.example>"
        raw = fresh_mail(away, SERVICE, subject, text, day.stage.moment(at), message_id=ident)
        day.arrives(raw, at)
        assert set(day.got) == WHO_MUST_KNOW
        assert "Не разобрано письмо" in str([mail["Subject"] for mail in day.got["appeals"]])
    # An event without its case, and «Новое» of one who may not open any.
    day.notice("2026-11-24 04:00", f"Тема: комментарий заявителя\n{CRY}", subject="Комментарий")
    event = day.got
    day.fresh("dep_life", "Новое", f"Новое: {CRY}\nАдрес: с. Кубитет", "2026-11-24 04:10")
    for got in (event, day.got):
        assert set(got) >= WHO_MUST_KNOW
        for person in WHO_MUST_KNOW:
            assert any("СРОЧНО" in str(mail["Subject"]) for mail in got[person])

"""What an interim answer has promised is asked for on its day, reported when it is not kept."""

from __future__ import annotations

from mcu_mail.rehearsal.people import buttons_of, text_of
from tests.stories.track_notices import incident

WORDS = "Техника выйдет на тротуар улицы Чертёжной, уборку закончим к названному дню."
FULL = (
    "Ответ: Тротуар вдоль улицы Чертёжной очищен и посыпан, работы вела бригада МКУ «Дорожник». "
    "Приносим извинения за неудобства и благодарим за сообщение."
)
VIDEO = ("VID_01.mp4", "video/mp4", b"\0\0\0\x18ftypmp42" + bytes(900))


def put_up(day, text, moment):
    """A text is handed in, agreed and put up within minutes of `moment`."""
    date, _, clock = moment.rpartition(" ")
    hour, minute = clock.split(":")
    times = [f"{date} {hour}:{int(minute) + n:02}" for n in range(3)]
    day.reply("roads_head", text, times[0], to=task(day))
    asked = newest(day, "Согласовать")
    day.press("appeals", "Согласовать", times[1], mail=asked)
    up = newest(day, "Опубликовано")
    day.reply("appeals", "Опубликовано https://vk.com/wall-1_2", times[2], to=up)
    return " ".join(text_of(asked).split())


def newest(day, button):
    """The newest mail of the responsible that has this button."""
    return next(mail for mail in reversed(day.mails("appeals")) if button in buttons_of(mail))


def task(day):
    """The newest mail that asks the executor for a text."""
    return next(
        mail for mail in reversed(day.mails("roads_head")) if "подготовьте ответ" in text_of(mail)
    )


def test_a_promised_day_is_asked_for_reported_and_put_off_only_to_a_later_one(day):
    day.arrives(incident("2026-11-23 10:00"), "2026-11-23 10:01")
    first = put_up(day, f"Промежуточный ответ до 26.11.2026: {WORDS}", "2026-11-23 11:00")
    assert "прежнее обещание" not in first
    assert day.case().step == "draft"
    assert f"{day.stage.desk.local(day.case().term):%d.%m %H:%M}" == "26.11 17:30"

    for said in ("25.11.2026", "26.11.2026"):
        day.reply("roads_head", f"Промежуточный ответ до {said}: {WORDS}", "2026-11-24 09:00")
        assert day.case().version == 1
        assert "более поздним днём" in day.told("roads_head")
    assert day.reasons() == ["promise_not_later"] * 2

    due = day.case().due
    assert due is not None
    assert f"{day.stage.desk.local(due):%d.%m}" == "26.11", "the work is promised by that day"
    for moment in ("24 17:30", "25 08:30", "25 17:30", "26 08:29"):
        day.play(f"2026-11-{moment}")
        assert "dep_life" not in day.got, "nobody is late before the day that was promised"
    day.play("2026-11-26 08:30")
    assert [len(mails) for person, mails in day.got.items() if person == "roads_head"] == [1]
    asked = day.told("roads_head")
    assert "фото и видео" in asked
    assert "26.11.2026" in asked
    day.reply("roads_head", "Съёмка после уборки", "2026-11-26 09:00", files=[VIDEO])
    assert "Его получил тот, кто публикует ответ" in day.told("roads_head")
    (film,) = day.got["appeals"]
    (attached,) = film.iter_attachments()
    assert attached.get_content() == VIDEO[2]
    day.play("2026-11-26 17:29")
    assert not day.events("promise_broken")
    day.play("2026-11-26 17:30")
    assert len(day.events("promise_broken")) == 1
    assert {"appeals", "press"} <= set(day.got)
    assert "обещан полный ответ до 26.11.2026" in day.told("press")
    assert "Трассов" in day.told("press")

    second = put_up(day, f"Промежуточный ответ до 30.11.2026: {WORDS}", "2026-11-27 09:00")
    assert "прежнее обещание – до 26.11.2026" in second
    assert f"{day.stage.desk.local(day.case().term):%d.%m %H:%M}" == "30.11 17:30"
    put_up(day, FULL, "2026-11-30 09:00")
    kept = day.events("promise_kept")
    assert [one.data["late"] for one in kept] == [False]
    day.play("2026-11-30 17:31")
    assert len(day.events("promise_broken")) == 1

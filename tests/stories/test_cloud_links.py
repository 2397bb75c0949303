"""Files that a mail program has put into a cloud: the sender is asked for them."""

from __future__ import annotations

from tests.stories.office_day import ANSWER, CONTACT, DRAFT, LIGHTS

MAILRU = (
    "Размер вложений превысил 25 МБ, файлы загружены в Облако:\n"
    "1. IMG_0012.jpg (12,3 МБ) https://cloud.mail.ru/stock/a1\n"
    "2. IMG_0013.jpg (11,9 МБ) https://cloud.mail.ru/stock/a2\n"
    "Файлы будут храниться до 23.12.2026"
)


def test_links_of_a_drafter_are_named_to_him_and_stay_out_of_the_letter(day):
    day.notice()
    day.reply("roads_head", f"{ANSWER}\n\n{MAILRU}\n\n{CONTACT}", "09:00")
    assert day.letter(1).text == ANSWER
    assert day.asked() == [("approve", "dep_life")]
    told = day.told("roads_head")
    assert "IMG_0012.jpg (cloud.mail.ru)" in told
    assert "IMG_0013.jpg (cloud.mail.ru)" in told
    assert "прикрепите сами файлы" in told
    assert len(day.got["roads_head"]) == 1
    assert day.events("cloud_links")[0].data["files"] == [
        "IMG_0012.jpg (cloud.mail.ru)",
        "IMG_0013.jpg (cloud.mail.ru)",
    ]
    # An approval beside a link is none: what lies there may be a remark.
    day.reply("dep_life", "Согласовано\nhttps://disk.yandex.ru/i/pravki", "09:10")
    assert day.reasons()[-1] == "conditional"
    assert day.asked() == [("approve", "dep_life")]


def test_the_head_sees_that_an_executor_has_sent_links(day):
    day.notice(text=LIGHTS)
    day.reply("uzhtr_head", "Исполнитель: Заместителева", "08:45")
    day.reply("uzhtr_deputy", "фото по ссылке https://disk.yandex.ru/d/x1", "08:50")
    assert day.case().version == 0
    told = day.told("uzhtr_deputy")
    assert "– disk.yandex.ru" in told
    assert "в письме только ссылка" in told
    assert "пустым" not in told
    assert "прислал(а) ссылки вместо файлов" in day.told("uzhtr_head")
    day.reply("uzhtr_deputy", DRAFT, "09:00")
    assert day.letter(1).text == ANSWER

"""Links to clouds as mail programs and people put them, and what is left of the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.cloud_links import CloudLink, joined, links_in_html, take_cloud_links

PROSE = "Улица Образцовая расчищена 23.11.2026 автогрейдером."

BLOCKS = {
    "фото по ссылке https://disk.yandex.ru/i/Ab_c-1": [("disk.yandex.ru", "")],
    "Файлы: IMG_0012.jpg 12 МБ https://cloud.mail.ru/stock/x1": [("cloud.mail.ru", "IMG_0012.jpg")],
    "Размер вложений превысил 25 МБ, они загружены в Облако Mail.ru:\n"
    "1. IMG_0012.jpg (12,3 МБ) https://cloud.mail.ru/stock/x1\n"
    "2. акт осмотра.pdf (31 МБ) https://cloud.mail.ru/stock/x2\n"
    "Файлы будут храниться до 23.12.2026": [
        ("cloud.mail.ru", "IMG_0012.jpg"),
        ("cloud.mail.ru", "акт осмотра.pdf"),
    ],
    "Прикреплённые файлы:\nIMG_0012.jpg (12 МБ)\nhttps://disk.yandex.ru/d/xyz\nСкачать все": [
        ("disk.yandex.ru", "IMG_0012.jpg"),
    ],
    "К письму приложены ссылки на следующие файлы:\nhttps://yadi.sk/mail/?hash=a%3D": [
        ("yadi.sk", "")
    ],
    "https://drive.google.com/file/d/1/view?usp=sharing": [("drive.google.com", "")],
    "Фото тут: sberdisk.ru/s/abc": [("sberdisk.ru", "")],
    "Скачать: https://we.tl/t-abc": [("we.tl", "")],
    "https://dropmefiles.com/AbCd пароль 1234": [("dropmefiles.com", "")],
    "Документ https://vk.com/doc12_345?hash=1": [("vk.com", "")],
    "Видео.mp4 – https://www.dropbox.com/s/1/a?dl=0": [("dropbox.com", "Видео.mp4")],
    "https://photos.app.goo.gl/xyz\nhttps://1drv.ms/u/s!abc": [
        ("photos.app.goo.gl", ""),
        ("1drv.ms", ""),
    ],
}


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("before", [True, False])
def test_a_block_of_links_is_named_and_leaves_the_prose_as_it_was(block, before):
    text = f"{PROSE}\n\n{block}" if before else f"{block}\n{PROSE}"

    left, links = take_cloud_links(text)

    assert [(link.host, link.name) for link in links] == BLOCKS[block]
    assert left == PROSE


def test_of_a_line_of_prose_only_the_sentence_with_the_link_goes():
    left, links = take_cloud_links(f"{PROSE} Фото здесь: https://disk.yandex.ru/i/1. Повтор 25.11.")

    assert left == f"{PROSE} Повтор 25.11."
    assert [link.host for link in links] == ["disk.yandex.ru"]


@pytest.mark.parametrize(
    "text",
    [
        "Опубликовано https://vk.com/wall-1_2 решено",
        "Подробности на сайте https://okrug.example/disk.yandex.ru",
        "Пишите на boss@cloud.mail.ru",
        "Файлы:\nФото очищенной улицы приложены.",
        "https://disk.yandex.ru.evil.example/i/1",
        "https://notdisk.yandex.ru/i/1",
    ],
)
def test_other_links_and_words_stay(text):
    assert take_cloud_links(text) == (text, ())


def test_links_behind_words_of_html_are_found_up_to_the_quotation():
    html = (
        '<div>Фото:<br><a class="x" href="https://cloud.mail.ru/stock/a?x=1&amp;y=2">IMG_0012.jpg'
        '</a> 12 МБ</div><blockquote><a href="https://disk.yandex.ru/i/2">было.jpg</a>'
    )

    assert links_in_html(html) == (CloudLink(host="cloud.mail.ru", name="IMG_0012.jpg"),)
    assert links_in_html(None) == ()


def test_a_named_file_replaces_its_bare_host():
    bare, named = CloudLink(host="we.tl"), CloudLink(host="we.tl", name="а.jpg")

    assert joined((bare,), (named,), (named,)) == (named,)


@given(st.text(max_size=300))
def test_a_text_without_a_link_is_never_touched(text):
    left, links = take_cloud_links(text)

    assert links or left == text

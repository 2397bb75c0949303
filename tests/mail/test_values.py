"""Single values of a notice: phones, moments, links, names, numbers, photos."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.moments import read_moment
from mcu_mail.mail.names import find_person, read_person
from mcu_mail.mail.values import (
    count_photos,
    is_place,
    read_links,
    read_number,
    read_phone,
    read_title_number,
    states_nothing,
)

OFFICE = ZoneInfo("Asia/Novokuznetsk")
SENT = datetime(2026, 11, 23, 8, 52, tzinfo=OFFICE)


@pytest.mark.parametrize(
    "written",
    [
        "8(999)0001122",
        "+7 999 000-11-22 доб. 5",
        "8-999-000-11-22",
        "+7 (999) 000-11-22, Добрынин",
        "9990001122",
        "7 999 000 11 22",
        "8.999.000.11.22",
        "8‑999‑000‑11‑22",
        "тел. 89990001122, 8 999 000 11 33",
    ],
)
def test_a_phone_is_read_however_it_is_written(written: str) -> None:
    assert read_phone(written) == "+79990001122"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "нет",
        "2-00-00",
        "990012345678",
        "https://vk.com/wall-9990001122",
        "id89990001122",
        "899900011",
    ],
)
def test_what_is_no_whole_phone_is_unknown(written: str) -> None:
    assert read_phone(written) is None


@given(st.text(alphabet="+78 9-()доб0.", max_size=60))
def test_a_phone_is_e164_or_nothing(text: str) -> None:
    phone = read_phone(text)

    assert phone is None or (phone.startswith("+") and 11 <= len(phone[1:]) <= 15)


@pytest.mark.parametrize(
    "mark", ["", "—", "нет", "не указан", "Не указано.", "телефон не указан", "н/д"]
)
def test_a_mark_of_nothing_is_known(mark: str) -> None:
    assert states_nothing(mark)


@pytest.mark.parametrize(
    ("written", "iso", "day_only"),
    [
        ("23 ноября 2026 г. в 08 ч. 15 мин.", "2026-11-23T08:15+07:00", False),
        ("2026-11-23T08:15", "2026-11-23T08:15+07:00", False),
        ("23.11.26 8:15", "2026-11-23T08:15+07:00", False),
        ("вчера в 19:40", "2026-11-22T19:40+07:00", False),
        ("07.12.2026 в 09-05", "2026-12-07T09:05+07:00", False),
        ("18.00 24.11.2026", "2026-11-24T18:00+07:00", False),
        ("до 18.00 часов 24.11.2026", "2026-11-24T18:00+07:00", False),
        ("18:00 20 ноября", "2026-11-20T18:00+07:00", False),
        ("26.04 в 8:55", "2026-04-26T08:55+07:00", False),
        ("11.05.2026 04:58 (МСК)", "2026-05-11T08:58+07:00", False),
        ("11.05.2026 04:58 (МСК+4)", "2026-05-11T04:58+07:00", False),
        ("24.11.2026 09:00 (МСК 05:00)", "2026-11-24T09:00+07:00", False),
        ("24.11.2026 02:00 (22:00 МСК)", "2026-11-24T02:00+07:00", False),
        ("24.11.2026 09:00 (05.00 по московскому времени)", "2026-11-24T09:00+07:00", False),
        ("24.11.2026 05:00 МСК (09:00 местного)", "2026-11-24T09:00+07:00", False),
        ("23.11.2026 01:15 (UTC+0)", "2026-11-23T08:15+07:00", False),
        ("2026-11-23T01:15:00Z", "2026-11-23T08:15+07:00", False),
        ("«23» ноября 2026 года", "2026-11-23T00:00+07:00", True),
        ("24:00 22.11.2026", "2026-11-22T23:59+07:00", False),
        ("23/11/2026 6:05", "2026-11-23T06:05+07:00", False),
    ],
)
def test_a_moment_is_read_however_it_is_written(written: str, iso: str, day_only: bool) -> None:
    moment = read_moment(written, zone=OFFICE, sent=SENT)

    assert moment is not None
    assert moment.at == datetime.fromisoformat(iso)
    assert moment.day_only is day_only


@pytest.mark.parametrize(
    "written",
    [
        "24.11.2026 09:00 (МСК 06:00)",
        "24.11.2026 09:00 (МСК 05:30)",
        "",
        "31.02.2026",
        "18:00",
        "до 18.00",
        "99.99.9999",
        "дом 12, кв. 8",
    ],
)
def test_what_states_no_day_or_two_moments_is_no_moment(written: str) -> None:
    assert read_moment(written, zone=OFFICE, sent=SENT) is None


def test_a_day_without_a_year_lies_behind_a_message_and_near_a_term() -> None:
    behind = read_moment("10 января 09:00", zone=OFFICE, sent=SENT)
    ahead = read_moment("10 января 09:00", zone=OFFICE, sent=SENT, ahead=True)

    assert behind is not None
    assert ahead is not None
    assert (behind.at.year, ahead.at.year) == (2026, 2027)


@given(st.text(max_size=80), st.none() | st.just(SENT))
def test_any_text_gives_an_aware_moment_or_none(text: str, sent: datetime | None) -> None:
    moment = read_moment(text, zone=OFFICE, sent=sent)

    assert moment is None or moment.at.utcoffset() is not None


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("(https://vk.com/wall-1_2).", ("https://vk.com/wall-1_2",)),
        ("vk.com/wall-1_2?reply=3, далее", ("https://vk.com/wall-1_2?reply=3",)),
        ("https://a.example/c_(d)", ("https://a.example/c_(d)",)),
        ("почта a@vk.com", ()),
    ],
)
def test_links_are_cut_out_of_their_sentence(text: str, links: tuple[str, ...]) -> None:
    assert read_links(text) == links


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("Кубитет", True),
        ("пос. Листвянка", True),
        ("ул. Канальная, 5", True),
        ("Канальная, 5", True),
        ("ВКонтакте", False),
        ("группа «Тяжин»", False),
        ("соцсети", False),
        ("", False),
    ],
)
def test_where_from_is_a_place_or_a_network(value: str, place: bool) -> None:
    assert is_place(value) is place


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("СС-2026-11-3307", "СС-2026-11-3307"),
        ("№ 3412 от 22.11.2026", "3412"),
        ("Г-2026/113", "Г-2026/113"),
        ("нет", None),
    ],
)
def test_a_labelled_number_is_read(value: str, number: str | None) -> None:
    assert read_number(value) == number


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("ОБРАЩЕНИЕ № 3412", "3412"),
        ("Новое сообщение SS-118842", "SS-118842"),
        ("Обращение в соц. сетях № 3412 (мусор)", "3412"),
        ("Тяжинский МО: 2 сообщения", None),
        ("Сообщение от 23.11.2026", None),
        ("Сообщение № 1 из 2", None),
    ],
)
def test_a_number_is_read_from_a_title(title: str, number: str | None) -> None:
    assert read_title_number(title) == number


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("Фото: 2 шт. (во вложении)", 2),
        ("3 фотографии", 3),
        ("Вложения: фото (1)", 1),
        ("Файлы: foto1.jpg, foto2.png, akt.pdf", 2),
        ("К сообщению есть фото.", 1),
        ("фото от 23.11.2026", None),
    ],
)
def test_photos_are_counted(line: str, count: int | None) -> None:
    assert count_photos(line) == count


@pytest.mark.parametrize(
    ("written", "full", "nickname"),
    [
        ("Небывалова Алла Игнатьевна", "Небывалова Алла Игнатьевна", None),
        ("НЕБЫВАЛОВА АЛЛА ИГНАТЬЕВНА", "Небывалова Алла Игнатьевна", None),
        ("Вымысловой Тамары Петровны", "Вымыслова Тамара Петровна", None),
        ("Примерской Ольге Львовне", "Примерская Ольга Львовна", None),
        ("Иванова Ивана Ивановича", "Иванов Иван Иванович", None),
        ("Шевчука Олега Макаровича", None, None),
        ("Иванову Ивану", None, None),
        ("Алиса Примерова", "Алиса Примерова", None),
        ("Алиев Рашид Мамед оглы", "Алиев Рашид Мамед оглы", None),
        ("Тестов И.И.", "Тестов И.И.", None),
        ("Marusya Test (имя в профиле, ФИО не указано)", None, "Marusya Test"),
        ("Мама Двойняшек", None, "Мама Двойняшек"),
        ("не указан", None, None),
    ],
)
def test_a_name_is_read_or_honestly_not(
    written: str, full: str | None, nickname: str | None
) -> None:
    person = read_person(written)

    assert (person.full, person.nickname) == (full, nickname)


def test_names_in_prose_are_put_into_the_nominative() -> None:
    prose = "поступил комментарий от Вымысловой Тамары Петровны, проживающей в посёлке"

    assert find_person(prose) == ("Вымыслова Тамара Петровна",)

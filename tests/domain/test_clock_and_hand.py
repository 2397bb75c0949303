"""A clock that cannot be right, and a letter that somebody has sent himself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.by_hand import carries, moment_said
from mcu_mail.domain.clock import doubt
from mcu_mail.domain.standing_in import wants_it_sent_now

SEEN = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (SEEN, ""),
        (SEEN - timedelta(hours=1), ""),
        (SEEN + timedelta(hours=1), ""),
        (SEEN - timedelta(hours=2, minutes=59), ""),
        (SEEN - timedelta(days=1), "behind"),
        (datetime(1970, 1, 1, tzinfo=UTC), "behind"),
        # The office's January holidays, and the longest leave of its only administrator.
        (SEEN + timedelta(days=11), ""),
        (SEEN + timedelta(days=44), ""),
        (SEEN + timedelta(days=46), "ahead"),
        (datetime(2038, 1, 19, tzinfo=UTC), "ahead"),
    ],
)
def test_a_clock_is_believed_when_it_goes_on_from_the_last_moment_seen(
    now: datetime, why: str
) -> None:
    assert doubt(now, SEEN, confirmed=None, today=now.date()) == why


def test_a_first_start_believes_any_clock_but_one_from_before_the_program() -> None:
    assert doubt(datetime(1970, 1, 1, tzinfo=UTC), None, confirmed=None, today=date(1970, 1, 1))
    assert doubt(SEEN, None, confirmed=None, today=SEEN.date()) == ""


@pytest.mark.parametrize(("days", "believed"), [(0, True), (1, True), (2, False), (-1, False)])
def test_a_persons_word_holds_for_that_date_and_the_next(days: int, believed: bool) -> None:
    now = datetime(2030, 5, 1, tzinfo=UTC)
    confirmed = now.date() - timedelta(days=days)
    assert (doubt(now, SEEN, confirmed=confirmed, today=now.date()) == "") is believed


@pytest.mark.parametrize(
    ("subject", "names", "found"),
    [
        ("Ответ на сообщение", ["Ответ 01-12-345.pdf"], True),
        ("", ["ответ  01-12-345.PDF"], True),
        ("Исх. № 01-12/345 от 23.11.2026", ["скан.pdf"], True),
        ("№01-12/345", ["SKM_0001.pdf"], True),
        ("Письмо 01–12/345.", ["letter.docx"], True),
        ("[МЦУ 2026-000123] ответ", ["архив.zip"], True),
        ("дело 2026–000123", ["1.jpg"], True),
        ("№ 01-12/345", [], False),
        ("№ 01-12/345", ["смета.xlsx"], False),
        ("№ 01-12/3456", ["скан.pdf"], False),
        ("№ 2/01-12/345", ["скан.pdf"], False),
        ("дело 2026-000124", ["скан.pdf"], False),
        ("Ответ", ["скан.pdf"], False),
        ("345 рублей", ["скан.pdf"], False),
    ],
)
def test_a_copy_carries_the_letter_that_its_files_or_its_number_name(
    subject: str, names: list[str], found: bool
) -> None:
    own = ["Ответ 01-12-345.pdf", "Ответ 01-12-345.doc"]
    said = carries(
        number="01-12/345", case="2026-000123", own_names=own, subject=subject, names=names
    )
    assert said is found


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("№ 345", True),
        ("№345", True),
        ("исх. N 345", True),
        ("345", False),
        ("на 345 листах", False),
    ],
)
def test_a_number_of_bare_digits_needs_its_sign(subject: str, found: bool) -> None:
    said = carries(number="345", case="", own_names=(), subject=subject, names=["a.pdf"])
    assert said is found


@pytest.mark.parametrize(
    ("heard", "at", "day", "moment"),
    [
        ("2026-11-23 18:20", "17:58", None, "2026-11-23 17:58"),
        ("2026-11-24 08:05", "17:58", None, "2026-11-23 17:58"),
        ("2026-11-23 17:56", "17:58", None, "2026-11-23 17:56"),
        ("2026-11-24 19:00", "17:58", "2026-11-23", "2026-11-23 17:58"),
        ("2027-01-01 00:10", "23:50", None, "2026-12-31 23:50"),
    ],
)
def test_the_hour_that_is_told_is_the_last_such_hour(
    heard: str, at: str, day: str | None, moment: str
) -> None:
    told = moment_said(
        time.fromisoformat(at),
        date.fromisoformat(day) if day else None,
        datetime.fromisoformat(heard),
    )
    assert told == datetime.fromisoformat(moment)


@given(st.datetimes(datetime(2026, 1, 2), datetime(2030, 1, 1)), st.times())  # noqa: DTZ001 - on the wall
def test_nothing_was_sent_after_it_was_told(heard: datetime, at: time) -> None:
    told = moment_said(at, None, heard)
    assert heard - timedelta(days=1) <= told <= heard


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Отправить службой", True),
        ("Отправьте службой.", True),
        ("отправляйте", True),
        ("Отправьте сейчас", True),
        ("Отправьте письмо сами!", True),
        ("Не отправляла", True),
        ("Отправлено вручную 17:58", False),
        ("Отправьте завтра", False),
        ("Не отправляйте", False),
        ("Отправить службой, но не на первый адрес", False),
        ("Не отправлять", False),
    ],
)
def test_the_word_that_lets_the_letter_go_says_no_more(words: str, found: bool) -> None:
    assert wants_it_sent_now(words) is found

"""«Кузбасс-онлайн» from the notice to the closed case, by mail alone (decree 3.7, 5.3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.stories.office_day import NATIVE, OfficeDay
from tests.stories.track_course import SINGLE, Course, mail_of, sample

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.post import RealPostOffice

pytestmark = pytest.mark.parametrize("changes", [SINGLE], indirect=True)

ZONE = ZoneInfo("Asia/Novokuznetsk")
SYSTEM = "Кузбасс-онлайн <notify@kuzbass-online.example>"
LINK = "https://kuzbass-online.example/claims/345678"
LAMPS = (
    "Уважаемый Марк Борисович!\nВо дворе дома 3 по ул. Сборной лампы на опорах заменены "
    "30.11.2026, освещение работает."
)
CABLE = (
    "Уважаемый Марк Борисович!\nПовреждённый кабель у дома 3 по ул. Сборной заменён 15.12.2026, "
    "освещение проверено вечером, все опоры горят."
)


def claim(number: str, at: datetime, place: str) -> bytes:
    """A notice of the platform about another message, which names no term."""
    body = (
        f"На платформе «Кузбасс-онлайн» создана новая заявка № {number}.\n\n"
        f"Создана: {at:%d.%m.%Y %H:%M}\nКатегория: не назначена\n"
        f"Автор: Заявителев Пример {place}\nАдрес: пгт Тяжинский, {place}\n"
        f"Описание: Около дома {place} не горит фонарь.\n\nПримите заявку в работу.\n"
    )
    return mail_of(SYSTEM, f"Новая заявка № {number}", body, at)


def test_a_claim_is_accepted_answered_put_up_by_the_executor_and_reopened_by_a_review(
    day: OfficeDay,
):
    course = Course(day, "edds_head")
    course.comes(sample("K01"), "2026-11-27 16:02")
    assert course.stands == "accept edds_head open"
    assert course.due == "30.11 16:00", "24 hours that skip days off"
    assert "не назначена" not in day.told("edds_head"), "a missing category is not proposed"
    course.says("Принято: ЖКХ / Освещение", "2026-11-27 16:20")
    assert course.case.marks["category"] == "ЖКХ / Освещение"
    assert course.stands == "draft uzhtr_head open"
    assert course.term == "11.12 16:00", "the platform's own term goes before the 14 days"
    taken = course.case.marks["accepted"]
    course.says("Принято: Дороги / Освещение дорог", "2026-11-27 16:40")
    assert course.case.marks["category"] == "Дороги / Освещение дорог"
    assert "теперь «Дороги / Освещение дорог», прежде была «ЖКХ / Освещение»" in day.told(
        "edds_head"
    )
    course.says("Принято", "2026-11-27 16:50")
    assert "уже принято" in day.told("edds_head")
    assert (course.case.marks["accepted"], course.events("accepted")) == (taken, 1)

    course.writes(LAMPS, "2026-12-02 11:00")
    assert course.stands == "publish uzhtr_head open", "the executor publishes himself"
    course.answers("publish", "Опубликовано", "2026-12-02 11:30")
    assert day.reasons() == ["outcome_expected"], "a publication bears its outcome"
    course.answers("publish", f"Опубликовано решено {LINK}", "2026-12-02 12:00")
    assert course.stands == "closed"
    assert "Проверьте, что он виден" in day.told("edds_head"), "she controls what he publishes"
    assert course.case.marks["outcome"] == "решено"
    assert course.case.marks["link"] == LINK

    # The author does not agree: the work begins anew, with a term of its own.
    course.comes(sample("K05"), "2026-12-14 18:22")
    assert course.stands == "draft uzhtr_head open"
    assert "через два дня снова не горит" in day.told("uzhtr_head")
    assert course.term == "28.12 17:30"
    course.writes(CABLE, "2026-12-16 11:00")
    course.answers("publish", f"Опубликовано разъяснено {LINK}", "2026-12-16 12:00")
    assert course.case.marks["outcome"] == "разъяснено"

    # The responsible has seen it on the platform, and is not content.
    course.says("Вернуть: нет фото", "2026-12-16 13:00")
    assert course.stands == "draft uzhtr_head open"
    assert "нет фото" in day.told("uzhtr_head")
    asked = day.last("uzhtr_head")
    film = ("VID_01.mp4", "video/mp4", b"\0\0\0\x18ftypmp42" + bytes(900))
    text = f"{CABLE} Фото прилагаем."
    day.reply("uzhtr_head", text, "2026-12-16 15:00", to=asked, files=[film])
    assert "внесите его в систему сами" in day.told("uzhtr_head"), "he publishes himself"
    assert "edds_head" not in day.got
    course.answers("publish", f"Опубликовано решено {LINK}", "2026-12-16 15:10")
    assert course.stands == "closed"
    assert course.events("published") == 3
    day.fresh("edds_head", "2026-000001", "Вернуть: ответа не видно", "2026-12-16 15:30")
    assert course.stands == "draft uzhtr_head open", "she returns by the number what is not there"


def test_an_executor_takes_back_a_publication_that_he_has_told_by_mistake(day: OfficeDay):
    course = Course(day, "edds_head")
    course.comes(sample("K01"), "2026-11-27 16:02")
    course.says("Принято: ЖКХ / Освещение", "2026-11-27 16:20")
    course.writes(LAMPS, "2026-12-02 11:00")
    course.answers("publish", f"Опубликовано решено {LINK}", "2026-12-02 12:00")
    assert course.stands == "closed"
    day.reply("uzhtr_head", "СТОП", "2026-12-02 12:03")
    assert course.stands == "publish uzhtr_head open"
    assert "published" not in course.case.marks
    assert course.case.due is not None
    course.answers("publish", f"Опубликовано решено {LINK}", "2026-12-02 13:00")
    assert course.stands == "closed"


def test_days_and_hours_run_over_every_edge_of_the_calendar(day: OfficeDay):
    edges = [
        # received, accepted by, answered by
        ("2026-11-23 10:00", "24.11 10:00", "07.12 17:30"),
        ("2026-11-27 16:00", "30.11 16:00", "11.12 17:30"),
        ("2026-11-28 12:00", "30.11 17:30", "11.12 17:30"),
        ("2026-12-18 09:00", "21.12 09:00", "30.12 17:30"),
        ("2027-04-19 09:00", "20.04 09:00", "30.04 17:30"),
    ]
    found = []
    for ordinal, (received, _, _) in enumerate(edges, start=1):
        at = datetime.fromisoformat(received).replace(tzinfo=ZONE)
        day.year = at.year
        day.arrives(
            claim(f"3460{ordinal:02}", at, f"ул. Краевая-{ordinal}, д. {ordinal}"), received
        )
        course = Course(day, "edds_head", 1 if at.year > 2026 else ordinal)
        found.append((received, course.due, course.term))
        course.says("Закрыть: решено при встрече", received)
        assert course.stands == "closed"
    assert found == edges


@pytest.mark.peers
def test_a_claim_walks_the_same_on_dovecot_and_postfix(
    tmp_path: Path, real_post: RealPostOffice, changes: dict[str, object]
):
    office = OfficeDay(tmp_path / "office", real_post, {**NATIVE, **changes})
    with office.opened() as day:
        course = Course(day, "edds_head")
        course.comes(sample("K01"), "2026-11-27 16:02")
        course.says("Принято: ЖКХ / Освещение", "2026-11-27 16:20")
        course.writes(LAMPS, "2026-12-02 11:00")
        course.answers("publish", f"Опубликовано решено {LINK}", "2026-12-02 12:00")
        course.comes(sample("K05"), "2026-12-14 18:22")
        course.writes(CABLE, "2026-12-16 11:00")
        course.answers("publish", f"Опубликовано решено {LINK}", "2026-12-16 12:00")
        assert course.stands == "closed"

"""A fifth track is a row of the table of routes and a section of the configuration, no code."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import yaml

from mcu_mail.domain.route import Actor, Form, Outcome, Route, Step, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.rehearsal.stage import SHIPPED
from mcu_mail.reports import board, tables
from mcu_mail.reports.track_words import open_remarks
from tests.stories.office_day import NATIVE, OfficeDay
from tests.stories.track_course import SINGLE, Course, mail_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice

ZONE = ZoneInfo("Asia/Novokuznetsk")
CHAT = Route(
    track="okrug_chat",
    form=Form.text,
    steps=(
        Step(
            name="accept",
            kind=StepKind.accept,
            actor=Actor.coordinator,
            title="взять сообщение из чата в работу",
            on={Outcome.done: "route"},
        ),
        Step(
            name="route",
            kind=StepKind.route,
            actor=Actor.coordinator,
            title="назначить исполнителя",
            settled=True,
            on={Outcome.done: "draft"},
        ),
        Step(
            name="draft",
            kind=StepKind.draft,
            actor=Actor.drafter,
            title="подготовить ответ",
            share=0.6,
            on={Outcome.done: "approve", Outcome.not_ours: "route"},
        ),
        Step(
            name="approve",
            kind=StepKind.approve,
            actor=Actor.coordinator,
            title="согласовать ответ",
            share=0.2,
            own_work_skips=True,
            on={Outcome.done: "publish", Outcome.returned: "draft"},
        ),
        Step(
            name="publish",
            kind=StepKind.publish,
            actor=Actor.coordinator,
            title="ответить в чате",
            share=0.2,
            on={Outcome.done: "citizen", Outcome.returned: "draft"},
        ),
        Step(
            name="citizen",
            kind=StepKind.wait_citizen,
            actor=Actor.coordinator,
            title="ожидание отзыва",
            waits=True,
            on={Outcome.done: "close", Outcome.returned: "draft", Outcome.commented: "draft"},
        ),
        Step(
            name="close",
            kind=StepKind.close,
            actor=Actor.service,
            title="закрыть",
            on={Outcome.returned: "draft", Outcome.commented: "draft"},
        ),
    ),
)
SENDER = "Чат округа <bot@chat.example>"
ANSWER = (
    "Уважаемая Анна Примеровна!\nЯма напротив дома 5 по ул. Модельной засыпана 24.11.2026, "
    "весной участок заасфальтируют."
)


@pytest.fixture
def chat_day(
    tmp_path: Path, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OfficeDay]:
    """An office whose configuration names a fifth track, in a program whose table has its row."""
    monkeypatch.setitem(ROUTES, CHAT.track, CHAT)
    shipped = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    changes = {
        **NATIVE,
        **SINGLE,
        "sources": [*shipped["sources"], {"track": CHAT.track, "from": ["bot@chat.example"]}],
        "tracks.okrug_chat": {
            "title": "Чат округа",
            "term": "days",
            "term_days": 3,
            "days_kind": "working",
            "citizen_wait_hours": 24,
        },
        "roles.coordinator.okrug_chat": "press",
    }
    with OfficeDay(tmp_path / "office", post_office, changes).opened() as office:
        yield office


def test_a_track_that_the_engine_has_never_heard_of_is_walked_from_its_notice_to_the_end(
    chat_day: OfficeDay,
):
    day = chat_day
    at = datetime(2026, 11, 23, 10, tzinfo=ZONE)
    body = (
        "Новое сообщение в чате\n\nНомер: Ч-77\nДата и время: 23.11.2026 10:00\n"
        "Заявитель: Чатова Анна Примеровна\nАдрес: пгт Тяжинский, ул. Модельная, д. 5\n"
        "Ссылка: https://chat.example/m/77\n"
        "Текст: Напротив дома 5 глубокая яма на дороге, машины бьют колёса.\n"
    )
    course = Course(day, "press")
    course.comes(mail_of(SENDER, "Новое сообщение № Ч-77", body, at), "10:02")
    assert course.case.track == "okrug_chat"
    assert course.stands == "accept press open"
    assert course.term == "26.11 17:30", "three working days"
    assert "Чат округа" in day.told("press")
    course.says("В работу", "10:10")
    assert course.stands == "draft roads_head open"
    assert "Чат округа" in day.told("roads_head")

    course.writes(ANSWER, "2026-11-24 10:00")
    course.answers("approve", "Вернуть: назовите срок", "2026-11-24 10:10")
    course.writes(f"{ANSWER} Срок – до 01.06.2027.", "2026-11-24 10:30")
    course.answers("approve", "Согласовано", "2026-11-24 10:40")
    course.answers("publish", "Опубликовано https://chat.example/m/78", "2026-11-24 10:50")
    assert course.stands == "citizen press waiting"
    with day.stage.desk.store.view() as view:
        rows = board.board(view, day.stage.desk.zone)
        remarks = open_remarks(view, day.stage.desk.settings.tracks.title)
    assert remarks == {"2026-000001": ("Чат округа",)}
    assert tables.open_cases(rows, day.stage.desk.office, remarks).row_count == 1

    course.says("Комментарий заявителя: яма снова здесь", "2026-11-25 09:00")
    assert course.stands == "draft roads_head open"
    course.writes(f"{ANSWER} Просадка устранена 25.11.2026.", "2026-11-25 15:00")
    course.answers("approve", "Опубликовано", "2026-11-25 15:10")
    day.play("2026-11-26 15:11")
    assert course.stands == "closed"
    assert "late" not in course.case.marks


def test_an_official_opens_a_case_of_the_fifth_track_by_its_title(chat_day: OfficeDay):
    day = chat_day
    day.fresh(
        "press",
        "Сообщение",
        "Новое, Чат округа: на ул. Модельной, д. 5 на дороге глубокая яма, Чатова Анна Примеровна",
        "10:00",
    )
    assert day.case(1).track == "okrug_chat"
    course = Course(day, "press")
    assert course.term == "26.11 17:30"
    day.fresh("press", "Календарь", "Календарь 25.11.2026 чат округа не работаем: график", "10:10")
    assert course.term == "27.11 17:30"

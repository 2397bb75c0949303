"""A small office and builders with defaults: a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mcu_mail.domain.case import Case, CaseState, Purpose, Request
from mcu_mail.domain.notice import Notice
from mcu_mail.domain.office import Delegate, Department, Office, Person, Roles, Topic

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def person(key: str, name: str, **more) -> Person:
    return Person(id=key, name=name, title=f"должность {key}", email=f"{key}@okrug.example", **more)


PEOPLE = {
    item.id: item
    for item in (
        person("head", "Тестов Пётр Примерович"),
        person("deputy", "Хозяйственнов Илья Макетович", delegates=(Delegate(person="secretary"),)),
        person("secretary", "Секретарева Анна Бланковна"),
        person("roads_head", "Трассов Фёдор Макетович", aliases=("fedor@mail.example",)),
        person("grader", "Грейдеров Павел Схемович"),
        person("water_head", "Коммунальцев Олег Примерович"),
        person("registry", "Журналова Нина Штамповна"),
        person("dispatcher", "Письменнова Алла Проектовна"),
        person("press", "Новостина Яна Эскизовна"),
        person("curator", "Управляева Ирина Образцовна"),
    )
}
OFFICE = Office(
    people=PEOPLE,
    departments=(
        Department(
            id="roads",
            name="Отдел дорожного хозяйства и транспорта",
            head="roads_head",
            curator="deputy",
            executors=("grader",),
            topics=("snow", "roads"),
        ),
        Department(
            id="water",
            name="Управление по жизнеобеспечению",
            head="water_head",
            curator="deputy",
            topics=("water",),
        ),
    ),
    topics={
        "snow": Topic(id="snow", name="Уборка снега", stems=("снег",)),
        "roads": Topic(id="roads", name="Содержание дорог", stems=("дорог",)),
        "water": Topic(id="water", name="Водоснабжение", stems=("вод",)),
    },
    territories=(),
    roles=Roles(
        head="head",
        reception="registry",
        registry="registry",
        curator="curator",
        centre_head="press",
        dispatcher="dispatcher",
    ),
)


def case(**more) -> Case:
    base = Case(
        id=1,
        number="2026-000001",
        track="governor",
        state=CaseState.open,
        step="draft",
        entry=1,
        actor="roads_head",
        department="roads",
        topic="snow",
        territory=None,
        executor=None,
        author=None,
        notice=Notice(track="governor", applicant="Небывалова Алла", text="Снег"),
        received_at=NOW,
        opened_at=NOW,
        term=NOW + timedelta(hours=24),
        goal=None,
        term_sentence="",
        due=NOW + timedelta(hours=4),
    )
    return replace(base, **more)


def request(purpose: Purpose, of: Case, person_id: str = "roads_head", **more) -> Request:
    base = Request(
        id=7,
        case_id=of.id,
        purpose=purpose,
        step=of.step,
        entry=of.entry,
        version=of.version,
        letter_sha=of.letter_sha,
        person=person_id,
        code="7F3A9C2KM4XQT8RB",
        created_at=NOW,
        expires_at=NOW + timedelta(days=2),
    )
    return replace(base, **more)

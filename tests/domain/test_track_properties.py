"""Whatever people and systems write, in whatever order: no step is skipped, nothing is stranded."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from mcu_mail.domain.case import STANDING, CaseState, CloseReason, Purpose
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.told_events import Happened, What
from tests.domain.course_in_memory import COORDINATOR, TERMS, Walk

ZONE = ZoneInfo("Asia/Novokuznetsk")
START = datetime(2026, 11, 23, 10, tzinfo=ZONE)
ANSWER = (
    "Ответ: улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25, "
    "повторная уборка запланирована на 25.11.2026."
)
INTERIM = (
    "Промежуточный ответ до 15.12.2026: работы на улице Образцовой начаты, щебень завезён, "
    "покрытие будет уложено после оттепели."
)
WORDS = (
    ANSWER,
    INTERIM,
    "Согласовано",
    "Согласовано с замечанием: нет фото",
    "На доработку: нет фото",
    "На доработку",
    "Вернуть: нет фото",
    "Опубликовано решено https://a.example/1",
    "Опубликовано разъяснено",
    "Опубликовано",
    "Опубликовано решено\n\nУлица Образцовая расчищена 23.11.2026 от дома № 1 до дома № 25.",
    "В работу",
    "В работу, срок 10.12.2026",
    "Принято: ЖКХ / Освещение",
    "Принято",
    "Срок 11.12.2026 16:00",
    "ЦУР согласовал",
    "ЦУР вернул: нет фото",
    "ЦУР вернул",
    "Направлено в ЦУР",
    "Комментарий заявителя: ничего не сделано",
    "Оценка: 5",
    "Оценка: 1",
    "Фаст-трек",
    "Срочно до 23:00: поручение главы",
    "Срочно",
    "Первичный ответ дан",
    "Передать: Управление по жизнеобеспечению",
    "Исполнитель: Грейдеров",
    "Не наше: это к водоканалу",
    "Закрыть: решено при встрече",
    "Закрыть",
    "Дубль 2026-000002",
    "Нужно время до 25.11",
    "ок",
    "Спасибо!",
    "",
)
TRACKS = st.sampled_from(sorted(TERMS))
FORWARD = st.tuples(st.just("forward"), st.just(0), st.just(""))
ACTS = st.lists(
    st.one_of(
        FORWARD,
        FORWARD,
        FORWARD,
        st.tuples(st.just("reply"), st.integers(0, 9), st.sampled_from(WORDS)),
        st.tuples(st.just("happens"), st.sampled_from(What), st.sampled_from(("", "причина"))),
        st.tuples(st.just("wait"), st.just(0), st.just("")),
        st.tuples(st.just("recall"), st.just(0), st.just("")),
        st.tuples(st.just("hours"), st.integers(1, 60), st.just("")),
    ),
    max_size=20,
)


def play(walk: Walk, act: tuple[str, object, object]) -> None:
    """One thing happens."""
    kind, first, second = act
    if kind == "forward":
        forward(walk)
    elif kind == "reply" and walk.open:
        walk.replies(walk.open[int(str(first)) % len(walk.open)], str(second))
    elif kind == "happens":
        what = What(str(first))
        rating = 1 if second else 5
        walk.happens(
            Happened(
                what=what,
                words=str(second),
                rating=rating if what is What.rated else None,
                due=walk.now + timedelta(days=3) if what is What.term else None,
            )
        )
    elif kind == "wait":
        walk.wait_is_over()
    elif kind == "recall":
        decided = [one for one in walk.requests if one.close_reason is CloseReason.decided]
        if decided:
            walk.recalls(decided[-1])
    elif kind == "hours":
        walk.now += timedelta(hours=int(str(first)))


def was_agreed(walk: Walk) -> bool:
    """Whether this very version was approved, needs nobody's approval, or was put up by its author.

    A route without an approval before its publication trusts the one who publishes (decree 5.3).
    """
    route = ROUTES[walk.case.track]
    approve = next((one for one in route.steps if one.kind is StepKind.approve), None)
    if approve is None or not route.comes_before(approve.name, StepKind.publish):
        return True
    return walk.case.author == COORDINATOR or any(
        one.kind == "approved" and one.data["version"] == walk.case.version for one in walk.log
    )


def holds(walk: Walk, before_closed: bool, before_published: str | None) -> None:
    """What must be true of a case at every moment."""
    case = walk.case
    if case.state is CaseState.closed:
        assert case.actor is None
        assert case.due is None
        if not before_closed:
            reasoned = {"closed", "duplicate"} & {one.kind for one in walk.log if one in walk.last}
            assert Mark.published in case.marks or reasoned, "closed without an answer or a reason"
    else:
        assert case.actor is not None
        assert case.due is not None
        step = ROUTES[case.track].step(case.step)
        asked = {one.person for one in walk.open if one.entry == case.entry}
        standing = [one for one in walk.open if one.purpose in STANDING]
        assert step.waits or case.actor in asked or standing, "nobody was asked"
        if not step.waits and step.kind is not StepKind.accept:
            assert case.actor in asked, f"{case.actor} was not asked at {case.step}"
    assert len([one for one in walk.open if one.purpose in STANDING]) == 1
    published = case.marks.get(Mark.published)
    if published is not None and published != before_published:
        assert was_agreed(walk), "published without an approval of exactly that version"
    if case.step in {"regional", "citizen", "consent"}:
        assert published is not None, f"{case.step} before the answer was put up"


PLAIN = {
    Purpose.accept: "Принято: ЖКХ / Освещение\nСрок 20.12.2026",
    Purpose.route: "Передать: roads",
    Purpose.draft: ANSWER,
    Purpose.approve: "Согласовано",
    Purpose.publish: "Опубликовано решено https://a.example/2",
}


def forward(walk: Walk) -> None:
    """Whoever is to act does plainly what he is asked for."""
    kind = ROUTES[walk.case.track].step(walk.case.step).kind
    if kind is StepKind.regional_approval:
        walk.happens(Happened(what=What.approved))
    elif kind is StepKind.wait_citizen:
        walk.wait_is_over()
    elif kind is StepKind.accept:
        walk.happens(Happened(what=What.term, due=walk.now + timedelta(days=3)))
        walk.happens(Happened(what=What.accepted))
    elif kind is not StepKind.close:
        mine = next(
            one for one in walk.open if one.purpose not in STANDING and one.entry == walk.case.entry
        )
        walk.replies(mine, PLAIN[mine.purpose])


def finish(walk: Walk) -> None:
    """Every case can end."""
    for _ in range(12):
        if walk.case.state is CaseState.closed:
            return
        forward(walk)
    assert walk.case.state is CaseState.closed, walk.case


@settings(max_examples=150)
@given(
    track=TRACKS,
    acts=ACTS,
    department=st.sampled_from(("roads", None)),
    term_known=st.booleans(),
)
def test_no_order_of_words_and_notices_skips_a_step_or_strands_a_case(
    track, acts, department, term_known
):
    walk = Walk(track, START, department, term_known=term_known or track != "pos")
    holds(walk, before_closed=False, before_published=None)
    for act in acts:
        closed = walk.case.state is CaseState.closed
        published = walk.case.marks.get(Mark.published)
        play(walk, act)
        holds(walk, before_closed=closed, before_published=published)
    finish(walk)

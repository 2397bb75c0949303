"""Samples of the sheets, of the answer to a sheet's answer and of the digests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcu_mail.mail.card import Row, ToldLine, UnclearPart
from mcu_mail.mail.digest import CaseLine, Digest, LatePerson, TrackLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mcu_mail.mail.markup import Button

Samples = tuple["Mapping[str, Any]", ...]


def mails(
    case: Mapping[str, Any], code: str, button: Callable[[str, str], Button]
) -> Mapping[str, Samples]:
    """The contexts of each of these mails.

    Args:
        case: card, person and now.
        code: of a request.
        button: makes one from its label and the words it writes.

    """
    now = case["now"]
    card = replace(
        case["card"],
        publishes=True,
        source="Инцидент менеджмент",
        external_id="8123456",
        goal=None,
    )
    kinds = (
        "first_reply",
        "accept",
        "route",
        "term",
        "approve",
        "consent",
        "publish",
        "regional",
    )
    rows = tuple(
        Row(
            number=number,
            card=card if number % 2 else replace(card, promised=now.date(), external_id=""),
            asked=asked,
            due=now,
            text="Улица расчищена." if asked in {"first_reply", "approve", "publish"} else "",
            executor="Трассов Ф.М." if number % 2 else "",
            details=("Отдел дорожного хозяйства и транспорта",),
            again=number == 1,
            urgent=number == 1,
            outcome_needed=asked == "publish",
            term_needed=asked == "accept",
            appeal=asked == "accept",
            files_apart=asked == "publish",
        )
        for number, asked in enumerate(kinds, start=1)
    )
    told = (
        ToldLine(numbers=("2026-000001", "2026-000004"), line="публикация записана."),
        ToldLine(numbers=("2026-000002",), line="срок по делу изменён: сегодня до 14:30."),
    )
    people = {"person": case["person"], "now": now}
    asked = {
        **people,
        "code": code,
        "buttons": (
            button("Согласовать все", "Согласовано 5-6"),
            button("Первичный ответ дан всем", "Первичный ответ дан 3 и 4"),
        ),
        "told": told,
        "undo_minutes": 5,
        "example": ("Первичный ответ дан 3 и 4", "Согласовано 5-6", "вернуть 6: нет фото"),
    }
    return {
        "sheet": (
            {**asked, "rows": rows, "more": (0, 0)},
            {**asked, "rows": rows, "more": (15, 3)},
            {
                **asked,
                "rows": rows[:1],
                "told": (),
                "example": (),
                "undo_minutes": 0,
                "more": (0, 0),
            },
            {**people, "rows": (), "told": told, "example": (), "more": (0, 0)},
            {
                **people,
                "rows": (),
                "told": (replace(told[1], late=True),),
                "example": (),
                "more": (0, 0),
            },
        ),
        "digest": tuple({**people, "since": now, "digest": one} for one in _digests(now)),
        "sheet_answer": (
            {
                **people,
                "code": code,
                "done": told,
                "recalled": (1, 3),
                "failed": (ToldLine(numbers=("№ 3",), line="эта строка уже решена."),),
                "unclear": tuple(
                    UnclearPart(
                        why=why,
                        words="и ещё по снегу",
                        rows=("2", "4"),
                        waits=("publish", ""),
                    )
                    for why in (
                        "words",
                        "conflict",
                        "no_such_row",
                        "does_not_fit",
                        "weak",
                        "all",
                        "held",
                        "question",
                        "recall",
                    )
                ),
                "files": ("фото.jpg",),
            },
            {
                **people,
                "code": code,
                "done": (),
                "failed": (),
                "recalled": (),
                "unclear": (UnclearPart(why="words", words="не понял, что делать"),),
                "files": (),
            },
            {
                **people,
                "code": code,
                "done": (),
                "failed": (),
                "recalled": (2,),
                "unclear": (),
                "files": (),
            },
        ),
    }


def _digests(now: datetime) -> tuple[Digest, ...]:
    line = CaseLine(
        number="2026-000001",
        external_id="8123456",
        title="Уборка снега, пгт Тяжинский",
        step="подготовить ответ",
        at=now,
        who="Трассов Фёдор Макетович",
        phone="8-999-000-22-02",
    )
    bare = CaseLine(
        number="2026-000002", external_id="", title="Фонари", step="", at=now, who="", phone=""
    )
    track = TrackLine(title="Инцидент менеджмент", fresh=3, working=12, waiting=4, overdue=1)
    late = LatePerson(name=line.who, phone=line.phone, numbers=("2026-000001",))
    both = (line, replace(bare, is_published=True))
    return (
        Digest(
            tracks=(track,),
            overdue=both,
            overdue_more=2,
            nearest=both,
            nearest_more=3,
            unassigned=both,
            late_people=(late, LatePerson(name=line.who, phone="", numbers=("2026-000002",))),
            promises=both,
            came_back=both,
            proposed=("Очистка от снега: принято в график",),
            mails_aside=1,
        ),
        Digest(tracks=(track,)),
    )

"""The buttons of the requests that only a track whose answers are published knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.publication import owes_first_reply
from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case, Request
    from mcu_mail.service.desk import Desk

APPEAL = "appeal_59fz"
"""The event of a notice that brings an «обращение»."""
Choices = tuple[tuple[str, str], ...]


def track_choices(case: Case, desk: Desk) -> dict[Purpose, Choices]:
    """(label, words of the answer) by what is asked."""
    step = ROUTES[case.track].step(case.step)
    regional: Choices = (("ЦУР согласовал", "ЦУР согласовал"), ("ЦУР вернул", "ЦУР вернул: "))
    comment: Choices = (("Комментарий заявителя", "Комментарий заявителя: "),)
    later: Choices = ()
    if step.kind is StepKind.regional_approval:
        later = (*regional, *comment)
    elif step.kind in {StepKind.wait_citizen, StepKind.close}:
        later = (*comment, ("Оценка", "Оценка: "))
    outcome = desk.settings.tracks.needs_outcome(case.track)
    up: Choices = (("Опубликовано", "Опубликовано "),)
    if outcome:
        up = (
            ("Опубликовано, решено", "Опубликовано решено "),
            ("Опубликовано, разъяснено", "Опубликовано разъяснено "),
        )
    return {
        Purpose.accept: later or _acceptance(case, desk),
        Purpose.control: later or _control(case, desk),
        Purpose.publish: (*up, ("Вернуть с причиной", "На доработку: ")),
        Purpose.regional: regional,
        Purpose.term: (("Назвать срок", "Срок "),),
    }


def _acceptance(case: Case, desk: Desk) -> Choices:
    if case.notice.event == APPEAL and Mark.appeal not in case.marks:
        return (*_to_accept(case, desk), ("Обращение по 59-ФЗ", "Обращение по 59-ФЗ, № "))
    return _to_accept(case, desk)


def _to_accept(case: Case, desk: Desk) -> Choices:
    if Mark.accepted in case.marks:
        return (("Сменить исполнителя", "Передать: "),)
    if desk.settings.tracks.needs_category(case.track):
        proposed = desk.category_of(case)
        return (("Принято", f"Принято: {proposed}"), ("Другой исполнитель", "Передать: "))
    words = "В работу, срок " if Mark.term_asked in case.marks else "В работу"
    return (("В работу", words), ("Другой исполнитель", "Передать: "))


def _control(case: Case, desk: Desk) -> Choices:
    clock = desk.settings.tracks.term_rules(case.track)
    first: Choices = ()
    if owes_first_reply(case, ROUTES[case.track]):
        first = (("Первичный ответ дан", "Первичный ответ дан"),)
    fast: Choices = ()
    if clock is not None and clock.fast_hours is not None and Mark.fast not in case.marks:
        fast = (("Фаст-трек", "Фаст-трек"),)
    return (*first, ("Другой исполнитель", "Передать: "), *fast)


def similar_choices(request: Request) -> Choices:
    """The buttons of a question whether two messages are one matter."""
    number = request.data.get("of", "")
    if request.data.get("elsewhere"):
        return (("Объединить", f"Объединить с {number}"), ("Не повтор", "Не дубль"))
    return (("Это повтор", f"Дубль {number}"),)

"""What a reply to one of our mails can mean, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mcu_mail.domain.addressing import UNSETTLED, Addressing

if TYPE_CHECKING:
    from datetime import date, time

    from mcu_mail.domain.contacts import Contact


class MeaningKind(StrEnum):
    """What a reply can mean."""

    approve = "approve"
    """Its name is «consented» where consent to publication is given or told of."""
    weak = "weak"
    """«ок», «+»: a one-tap confirmation is asked."""
    conditional = "conditional"
    """An approval with a remark: held, «Отправить так» / «Вернуть с замечанием»."""
    return_ = "return"
    executor = "executor"
    not_ours = "not_ours"
    interim = "interim"
    contact_only = "contact_only"
    addressing = "addressing"
    """Only «Обращение: …» or «Кому: …»."""
    first_reply = "first_reply"
    """«Первичный ответ: … срок ДД.ММ.ГГГГ»: what the citizen is told within the first hour."""
    accept = "accept"
    """«Принято: A / B», «В работу»."""
    published = "published"
    """«Опубликовано», «Решено: …», «Разъяснено: …»."""
    regional = "regional"
    """A decision of the regional centre; its name is approved, returned or submitted."""
    head_returned = "head_returned"
    by_phone = "by_phone"
    close = "close"
    reopen = "reopen"
    """«Открыть заново: причина»."""
    duplicate = "duplicate"
    sent_by_hand = "sent_by_hand"
    fast_track = "fast_track"
    """Its name is «off» when the mark is taken off."""
    urgent = "urgent"
    citizen = "citizen"
    """The applicant's reaction; its name is comment, negative, positive, or a mark 1–5."""
    recall = "recall"
    answer = "answer"
    question = "question"
    note = "note"
    register_number = "register_number"
    confirm = "confirm"
    """«ДА» alone: confirms what was asked; where an approval was asked it is only weak."""
    route = "route"
    wait = "wait"
    empty = "empty"
    void = "void"
    """The clerk takes a registration back; the number stays spent."""
    pen = "pen"
    """A word was changed by pen on the signed paper."""
    term = "term"
    """«Срок 10.06.2027, ЦУР продлил»."""
    clarified = "clarified"
    """«Уточнено: …», what was learnt by telephone."""
    template = "template"
    """«Шаблон: название»: the answer is worth keeping."""
    merge = "merge"
    """«Объединить с 2026-000012»."""
    apart = "apart"
    """«Не дубль», «Это разные»."""
    appeal = "appeal"
    """«Обращение по 59-ФЗ, рег. № … от …»: it leaves the track."""
    promise_kept = "promise_kept"
    rows = "rows"
    """Rows of a sheet are named («Согласовано 2, 3»): in a reply to a single mail nothing moves."""


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What one reply means.

    Attributes:
        reason: the reason, basis or remark, over several lines if written so.
        name: the executor, department, category, case or register number, mark, outcome or rows
            named.
        until: the day promised or named; for a register number and for what has happened, its date.
        at: the hour told with that day, or alone.
        executor: the surname named beside another word («Принято: …, исполнитель Трассов»).
        promised: the day of execution named beside what was done («Ответ дан, срок 25.11»).
        addressing: how the letter is to address the applicant, where a line says so.
        text: the whole new text without its lines about contact and address; for `published`
            only what follows the word, its link, outcome and time.
        changes: (was, is) of the words changed by pen, as written.

    """

    kind: MeaningKind
    reason: str = ""
    name: str = ""
    until: date | None = None
    at: time | None = None
    executor: str = ""
    promised: date | None = None
    contacts: tuple[Contact, ...] = ()
    addressing: Addressing = UNSETTLED
    text: str = ""
    changes: tuple[tuple[str, str], ...] = ()

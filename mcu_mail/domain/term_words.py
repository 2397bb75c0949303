"""The arithmetic of the terms of «Инцидент», «ПОС» and «Кузбасс-онлайн», in Russian."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.catalogue import moment_text

if TYPE_CHECKING:
    from datetime import datetime

_CLAUSES = {
    "incident": "п. 5.1 постановления № 138-п",
    "pos": "п. 5.2 постановления № 138-п",
    "kuzbass_online": "п. 5.3 постановления № 138-п",
}


def first_reply_text(due: datetime | None) -> str:
    """What the citizen is told within the hour: it is at work, and until when (decree 5.1).

    `due`: None where the term has passed already.
    """
    until = f"до {due:%d.%m.%Y}, {due:%H:%M}" if due else "в ближайшее время"
    return f"Здравствуйте! Ваше сообщение принято в работу. Ответ будет дан {until}."


PUT_UP = "put_up"
"""What somebody else than the responsible has told to have published."""
_HAPPENED = {
    PUT_UP: "исполнитель опубликовал ответ",
    "accepted": "сообщение принято в работу",
    "submitted": "ответ внесён в систему",
    "approved": "ЦУР согласовал ответ",
    "returned": "ЦУР вернул ответ",
    "consented": "опубликование согласовано",
    "live": "ответ опубликован",
    "awaiting": "ответ отправлен заявителю на оценку",
    "commented": "комментарий заявителя",
    "rated": "оценка заявителя",
    "closed": "сообщение закрыто в системе",
    "fast_track": "фаст-трек",
    "slow_track": "фаст-трек снят",
    "urgent": "срочный запрос",
    "term": "срок изменён",
}


def happened_name(what: str) -> str:
    """What has happened outside, in a few words."""
    return _HAPPENED[what]


def clause(track: str) -> str:
    """The clause from which the track's terms come."""
    return _CLAUSES.get(track, "по настройке")


def hours_text(count: int) -> str:
    """«8 рабочих часов», «1 рабочий час», «24 часа»-like counting of hours."""
    if count % 10 == 1 and count % 100 != 11:  # noqa: PLR2004 - Russian plurals
        return f"{count} рабочий час"
    if count % 10 in {2, 3, 4} and count % 100 not in {12, 13, 14}:
        return f"{count} рабочих часа"
    return f"{count} рабочих часов"


def days_text(count: int, *, working: bool) -> str:
    """«14 календарных дней»."""
    kind = "рабоч" if working else "календарн"
    if count % 10 == 1 and count % 100 != 11:  # noqa: PLR2004 - Russian plurals
        return f"{count} {kind}ий день" if working else f"{count} {kind}ый день"
    genitive = f"{kind}их" if working else f"{kind}ых"
    word = "дня" if count % 10 in {2, 3, 4} and count % 100 not in {12, 13, 14} else "дней"
    return f"{count} {genitive} {word}"


def in_working_hours(track: str, hours: int, due: datetime, *, fast: bool, year: int) -> str:
    """«Срок (п. 5.1) – 8 рабочих часов до публикации: …»."""
    mark = ", фаст-трек" if fast else ""
    return (
        f"Срок ({clause(track)}{mark}) – {hours_text(hours)}, считая публикацию: "
        f"{moment_text(due, year=year)}."
    )


def in_days(track: str, days: int, due: datetime, *, working: bool, year: int) -> str:
    """«Срок (п. 5.3) – 14 календарных дней: …»."""
    return (
        f"Срок ({clause(track)}) – {days_text(days, working=working)}: "
        f"{moment_text(due, year=year)}."
    )


def day_off_moved(due: datetime, *, earlier: bool, year: int) -> str:
    """The last day is a day off."""
    how = "предыдущий" if earlier else "следующий"
    return f"Последний день – выходной, взят {how} рабочий: {moment_text(due, year=year)}."


def stated(track: str, due: datetime, *, year: int) -> str:
    """The system itself has named the term."""
    return f"Срок установлен системой ({clause(track)}): {moment_text(due, year=year)}."


def unknown(track: str, ask_by: datetime, *, year: int) -> str:
    """The system names the term, and the notice does not tell it."""
    return (
        f"Срок устанавливает система ({clause(track)}), в уведомлении он не назван: "
        f"его надо указать до {moment_text(ask_by, year=year)}."
    )


def urgent(due: datetime, *, year: int) -> str:
    """An urgent request at any hour (decree 5.1, 5.2)."""
    return f"Срочный запрос: {moment_text(due, year=year)}."


def fast_late(due: datetime, hours: int, *, year: int) -> str:
    """The fast track was set after the message had come."""
    return (
        f"Фаст-трек: {hours_text(hours)} с отметки, но не позже прежнего срока: "
        f"{moment_text(due, year=year)}."
    )


def afresh(due: datetime, *, year: int) -> str:
    """The citizen's comment has begun the work anew."""
    return f"Срок заново, с комментария заявителя: {moment_text(due, year=year)}."


def after_return(due: datetime, *, year: int) -> str:
    """The regional centre has returned the answer when its term had passed."""
    return f"ЦУР вернул ответ, прежний срок прошёл; доработать до {moment_text(due, year=year)}."


def promised(due: datetime, *, year: int) -> str:
    """An interim answer has promised a day."""
    return f"Обещано в промежуточном ответе: {moment_text(due, year=year)}."


def moved(due: datetime, why: str, *, year: int) -> str:
    """The calendar was changed after the case had come."""
    return f"Календарь изменён ({why}), срок пересчитан: {moment_text(due, year=year)}."


def two_clocks(stated: datetime, arrived: datetime, *, by_source: bool, year: int) -> str:
    """The system and the mailbox name different moments of arrival: both, and which one counts."""
    counted = "с момента в системе" if by_source else "с получения письма"
    return (
        f"Поступило в систему {moment_text(stated, year=year)}, письмо пришло "
        f"{moment_text(arrived, year=year)}; срок считается {counted}."
    )

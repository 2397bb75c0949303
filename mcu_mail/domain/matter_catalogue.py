"""The Russian words about matters that are one, appeals, and what was learnt by telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


def appeal_sentence(number: str, registered: date, due: datetime) -> str:
    """How the term of an appeal has come about."""
    return (
        f"Зарегистрировано как обращение по 59-ФЗ, № {number} от {registered:%d.%m.%Y}: ответ в "
        f"течение 30 дней со дня регистрации, до {due:%H:%M %d.%m.%Y}."
    )


def clarified_line(at: datetime, name: str, words: str) -> str:
    """What was learnt of the applicant by telephone, as it is shown."""
    return f"{at:%d.%m %H:%M}, {name}: {' '.join(words.split())}"


def alike_by_program(number: str) -> str:
    """The basis of a duplicate that the service itself has asked about."""
    return f"программа нашла сходство с делом {number}"


def no_photo() -> str:
    """A text goes out without a photo where the office wants one."""
    return "Фото к ответу не приложено."


def too_large(names: tuple[str, ...]) -> str:
    """Annexes that one mail cannot carry."""
    return f"Не поместились в письмо: {', '.join(names)}."


def term_set(due: datetime, basis: str) -> str:
    """How a term has come about that a person has set."""
    return f"Срок изменён: до {due:%H:%M %d.%m.%Y} ({' '.join(basis.split())})."


def too_long(length: int, longest: int) -> str:
    """A text that its system does not take."""
    return f"В тексте {length} знаков, а в системе помещается {longest}."


def category_set(category: str, was: str) -> str:
    """Another category takes the place of the one that a message was accepted with."""
    before = f", прежде была «{was}»" if was else ""
    return f"Категория теперь «{category}»{before}. Время приёма прежнее."

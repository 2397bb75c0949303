"""The Russian words of what opens a case and of what is passed on, beside `catalogue.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from mcu_mail.domain.notice import Notice

RESTRICTED_TITLE: Final = "Ограниченный доступ"
FORWARD_HEADING: Final = "О направлении обращения по принадлежности"
FORWARD_SALUTATION: Final = "Уважаемые коллеги!"

TRACK_NAMES: Final = {
    "governor": "социальные сети Губернатора",
    "incident": "Инцидент менеджмент",
    "pos": "ПОС",
    "kuzbass_online": "Кузбасс-онлайн",
}
_MARKS: Final = {
    "collective": "коллективное сообщение",
    "anonymous": "анонимное сообщение",
    "outside": "похоже, не наша территория",
    "threat": "угроза",
    "suicide": "угроза самоубийства",
    "danger": "опасность для жизни",
    "personal_secret": "в тексте личная тайна: не пересказывайте её в ответе",
}
EVENT_NAMES: Final = {
    "returned": "ответ возвращён на доработку",
    "appeal_59fz": "обращение по 59-ФЗ",
    "citizen_comment": "заявитель оставил комментарий",
    "urgent": "просят ответить срочно",
    "fast_track": "установлен фаст-трек",
    "rated": "заявитель оценил ответ",
    "extended": "срок продлён",
    "extension_refused": "в продлении срока отказано",
    "term_changed": "срок изменён",
    "duplicate": "система считает сообщение повтором",
    "closed": "система закрыла сообщение",
    "approved": "ответ согласован",
    "accepted": "сообщение принято в работу",
    "assigned": "исполнитель назначен или изменён",
    "redirected": "сообщение передано в другую организацию",
    "first_replied": "первичный ответ дан",
    "interim_replied": "промежуточный ответ дан",
    "submitted": "ответ направлен на согласование",
    "consented": "руководитель дал согласие",
    "live": "ответ размещён",
    "awaiting_rating": "ответ направлен заявителю на оценку",
    "moderator_comment": "модератор оставил замечание",
    "note": "система написала о сообщении ещё раз",
    "withdrawn": "заявитель отозвал сообщение",
    "reminder": "система напоминает о сроке",
    "overdue": "система считает срок нарушенным",
}


def mark_names(flags: Iterable[str]) -> tuple[str, ...]:
    """What flags of a notice are called; an unknown one stands for itself."""
    return tuple(_MARKS.get(flag, flag) for flag in flags)


def notice_marks(flags: Iterable[str], nickname: str | None) -> tuple[str, ...]:
    """What a card says of the kind of a message."""
    named = (f"подписано псевдонимом «{nickname[:60]}»",) if nickname else ()
    return (*mark_names(flags), *named)


def event_name(event: str) -> str:
    """What an event of a platform is called."""
    return EVENT_NAMES.get(event, event)


def and_others_dative(name: str) -> str:
    """The addressee of the answer to several applicants: their representative, in the dative."""
    return f"{name} и другим заявителям"


def and_others(name: str) -> str:
    """The same as the register writes it."""
    return f"{name} и другие"


def collective_note(name: str) -> str:
    """To whom one letter goes when several have signed."""
    return f"Сообщение коллективное: одно письмо – представителю ({name}), он извещает остальных."


def forwarding_opening(received: date) -> str:
    """The first sentence of a letter that passes a matter on (59-ФЗ, ст. 8)."""
    return (
        f"Направляем для рассмотрения по принадлежности сообщение, поступившее "
        f"{received:%d.%m.%Y} из социальных сетей Губернатора Кузбасса: изложенные в нём вопросы "
        "не относятся к полномочиям органов местного самоуправления округа."
    )


def forwarding_text(notice: Notice) -> str:
    """The rest of that letter, as the dispatcher's draft of it begins."""
    named = {
        "Заявитель": notice.applicant or notice.nickname,
        "Адрес": notice.address,
        "Телефон": notice.phone,
        "Источник": notice.link,
    }
    about = "; ".join(f"{title}: {value}" for title, value in named.items() if value)
    words = " ".join(notice.text.split())
    lines = [f"{about}." if about else "", f"Содержание сообщения: «{words}»" if words else ""]
    asks = "Просим рассмотреть сообщение и уведомить о результатах заявителя и нас."
    return "\n".join([*filter(None, lines), asks])


def forwarded_answer(to: str) -> str:
    """What the citizen reads where the answer is published; `to`: in the dative."""
    return (
        "Здравствуйте! Вопрос не относится к полномочиям органов местного самоуправления округа. "
        f"Ваше сообщение передано по принадлежности: {to}."
    )


def appeal_terms(registered_by: date, answered_by: date) -> str:
    """What 59-ФЗ asks of a real appeal, for information."""
    return (
        f"59-ФЗ: зарегистрировать в течение 3 дней (до {registered_by:%d.%m.%Y}), ответить в "
        f"течение 30 дней со дня регистрации (не позднее {answered_by:%d.%m.%Y})"
    )


def appeal_step(number: str) -> str:
    """What a case that has become an appeal waits for."""
    return f"ответить на обращение по 59-ФЗ, № {number}"


def term_renamed(due: datetime) -> str:
    """A term that the dispatcher has changed at the region's wish."""
    return f"Область назвала другой срок, диспетчер его подтвердил: до {due:%H:%M %d.%m.%Y}."

"""What a mail says of a case: the card, and the buttons of a request."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from difflib import SequenceMatcher
from itertools import accumulate
from typing import TYPE_CHECKING

from mcu_mail.domain.by_hand import LATE
from mcu_mail.domain.case import Purpose
from mcu_mail.domain.codes import grouped
from mcu_mail.domain.competence import find_competence
from mcu_mail.domain.intake_catalogue import RESTRICTED_TITLE, notice_marks
from mcu_mail.domain.marks import Mark
from mcu_mail.domain.promises import owed_day
from mcu_mail.domain.restriction import HELPER, may_read
from mcu_mail.domain.rich_text import readable
from mcu_mail.domain.route import Form, StepKind
from mcu_mail.domain.routes import ROUTES
from mcu_mail.domain.whose_turn import department_of
from mcu_mail.mail.phrases import clip, initials
from mcu_mail.mail.wording import Button, Card
from mcu_mail.service.addressing import addressed
from mcu_mail.service.track_buttons import APPEAL, similar_choices, track_choices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.domain.case import Case, Request
    from mcu_mail.domain.verdicts import Contact
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.letters import Letter

_SETTLEMENT = re.compile(r"\b(?:пгт|г|с|д|п|пос|село|деревня|посёлок|поселок)\.?\s+[^\W\d]")
_TITLE_ADDRESS = 40
_MOST_CHANGES = 3
_CHANGE_LENGTH = 70
_NEAR = 2
"""Changes with at most so many words between them are told as one."""
_WORDS_COMPARED = 2000
_ANOTHER_TEXT = 0.3

_APPROVED = re.compile(
    r"^\W{0,5}(?:соглас\w{1,8}|утвержд\w{1,5}|одобр\w{1,5}|не возража\w{1,3}|ок)\W{1,5}"
    r"(?:(?:но|однако|только|хотя|при условии,? что|при условии|если|с замечани\w{1,3})\W{1,5})?",
    re.IGNORECASE,
)


def title_of(case: Case, desk: Desk) -> str:
    """«Уборка снега, пгт Тяжинский»: topic and settlement, never a person's name."""
    if case.restricted is not None:
        return RESTRICTED_TITLE
    topic = desk.office.topics.get(case.topic or "")
    what = topic.name.split(",")[0].split(" (")[0] if topic else "Сообщение"
    parts = [part.strip() for part in (case.notice.address or "").split(",") if part.strip()]
    place = next((part for part in parts if _SETTLEMENT.search(part)), parts[0] if parts else "")
    return f"{what}, {place[:_TITLE_ADDRESS]}" if place else what


def contact_line(contact: Contact) -> str:
    """A record of contact as it is shown: «23.11 в 15:20, по телефону»."""
    return contact.line.strip()


def name_of(person: str | None, desk: Desk) -> str:
    """The full name of a person's id; an unknown id stands for itself."""
    if person is None:
        return ""
    known = desk.office.people.get(person)
    return known.name if known else person


def what_changed(before: str, after: str) -> tuple[str, ...]:
    """How a version differs from the one before, in at most three short lines."""
    old, new = (readable(text).split()[:_WORDS_COMPARED] for text in (before, after))
    compared = SequenceMatcher(None, old, new, autojunk=False)
    if old == new:
        return ()
    if compared.ratio() < _ANOTHER_TEXT:
        return ("текст написан заново",)
    spans: list[list[int]] = []
    for tag, i, j, k, m in compared.get_opcodes():
        if tag == "equal":
            continue
        if spans and i - spans[-1][1] <= _NEAR:
            spans[-1][1::2] = [j, m]
        else:
            spans.append([i, j, k, m])
    told = [_change(" ".join(old[i:j]), " ".join(new[k:m])) for i, j, k, m in spans]
    if len(told) > _MOST_CHANGES:
        rest = len(told) - _MOST_CHANGES + 1
        return (*told[: _MOST_CHANGES - 1], f"и ещё мест с правкой: {rest}")
    return tuple(told)


def _change(old: str, new: str) -> str:
    old, new = (clip(text, _CHANGE_LENGTH) for text in (old, new))
    if not old:
        return f"добавлено: «{new}»"
    return f"было «{old}», стало «{new}»" if new else f"убрано: «{old}»"


def card_of(
    case: Case, letter: Letter | None, desk: Desk, *, previous: Letter | None = None
) -> Card:
    """The card of a case; moments in the office's zone. `previous`: the version before."""
    notice = case.notice
    route = ROUTES[case.track]
    titles = {step.name: step.title for step in route.steps}
    author = case.author if letter is None else letter.author
    department = department_of(case, desk.office)
    writes = any(step.kind is StepKind.sign for step in route.steps)
    return Card(
        number=case.number,
        title=title_of(case, desk),
        due=desk.local(case.due or case.term),
        term_due=desk.local(case.term),
        goal=desk.local(case.goal) if case.goal else None,
        term_sentence=case.term_sentence,
        plan=tuple((titles[name], desk.local(at)) for name, at in _plan_of(case).items()),
        applicant=notice.applicant or notice.nickname or "",
        phone=notice.phone or "",
        address=notice.address or "",
        link=notice.link or "",
        text=notice.text,
        drafter_name=name_of(author, desk),
        department_name=department.name if department else "",
        version=case.version,
        promised=date.fromisoformat(letter.until) if letter and letter.until else None,
        owed=owed_day(case),
        draft_text=readable(letter.text) if letter else "",
        contact_lines=tuple(dict.fromkeys(contact_line(item) for item in case.contacts)),
        what_changed=what_changed(previous.text, letter.text) if letter and previous else (),
        unsure=notice.unsure,
        letter_notes=addressed(desk.settings, case).doubts if writes else (),
        forward=case.forward or "",
        publishes=route.form is Form.text,
        source=desk.settings.tracks.title(case.track) if route.form is Form.text else "",
        external_id=notice.external_id or "",
        published_link=case.marks.get(Mark.link, ""),
        is_published=Mark.published in case.marks,
        clarified=tuple(case.marks.get(Mark.clarified, "").splitlines()),
        matter=case.marks.get(Mark.matter, ""),
        marks=notice_marks(notice.flags, notice.nickname),
    )


def _plan_of(case: Case) -> Mapping[str, datetime]:
    """What is planned, in the order of the steps.

    Nothing can be while the system's term is not known, nor while another case's text is waited
    for. A step that may take its time leaves the next ones none before it.
    """
    if Mark.term_asked in case.marks or Mark.matter in case.marks:
        return {}
    latest = accumulate(case.plan.values(), max)
    return dict(zip(case.plan, latest, strict=True))


def card_for(
    case: Case,
    letter: Letter | None,
    desk: Desk,
    person: str,
    now: datetime,
    *,
    previous: Letter | None = None,
) -> Card:
    """The card as this person may see it: of a restricted case most people see the terms alone."""
    card = card_of(case, letter, desk, previous=previous)
    if may_read(case, person, desk.office, desk.today(now)):
        return card
    return replace(
        card,
        applicant="",
        phone="",
        address="",
        link="",
        text="",
        draft_text="",
        contact_lines=(),
        what_changed=(),
        letter_notes=(),
        clarified=(),
        marks=(),
    )


def buttons_of(
    request: Request,
    case: Case,
    desk: Desk,
    *,
    after: str = "",
    words: str = "",
    proposed: str | None = None,
    refused: str | None = None,
) -> tuple[Button, ...]:
    """The `mailto:` buttons of a request; the code stands in every subject (design §4).

    Args:
        after: what has just happened, where the choice then is another one.
        words: what the person has written, where a button hands it on.
        proposed: the department that the one who refused the case has named.
        refused: the department that has refused the case.

    """
    choices: dict[Purpose, tuple[tuple[str, str], ...]] = {
        Purpose.draft: (
            ("Нужно время", "Нужно время до "),
            ("Не наше", "Не наше: "),
            *_call_choices(case),
        ),
        Purpose.approve: (
            ("Согласовать", "Согласовано"),
            ("Вернуть с причиной", "На доработку: "),
        ),
        Purpose.sign: (("Глава не подписал", "Глава вернул: "),),
        Purpose.register: (("Сообщить номер", "№ "),),
        Purpose.confirm: (("Да, это я", "ДА"),),
        Purpose.later_term: (
            ("Срок из уведомления", "ДА"),
            ("Срок по регламенту", "Вернуть: действует срок по регламенту"),
        ),
        Purpose.similar: similar_choices(request),
        Purpose.sending: _sending_choices(request),
        Purpose.restricted: _restricted_choices(request),
        Purpose.outside: (
            ("Переслать по принадлежности", "Переслать: "),
            ("Наше", "Наше"),
            ("Закрыть с основанием", "Закрыть: "),
        ),
        Purpose.event: _event_choices(request),
        Purpose.urgent: (("Изменить срок", "ДА"), ("Срок оставить", "Вернуть: срок прежний")),
        Purpose.command: _command_choices(request),
        Purpose.absent: _absent_choices(request, desk),
        **track_choices(case, desk),
    }
    pairs = choices.get(request.purpose, ())
    if request.purpose is Purpose.route:
        pairs = tuple(
            (name, f"Передать: {name}") for name in candidates_of(case, desk, proposed, refused)
        )
        if case.notice.event == APPEAL:
            pairs = (*pairs, ("Обращение по 59-ФЗ", "Обращение по 59-ФЗ, № "))
        if "anonymous" in case.notice.flags:
            pairs = (*pairs, ("Закрыть: анонимное", "Закрыть: анонимное сообщение"))
    if after in {"receipt", "by_phone"}:
        pairs = (("Отозвать решение", "СТОП"),)
    elif after == "note_kept":
        pairs = (("Это ответ", "Это ответ"), *choices[Purpose.draft][:2])
    elif after == "conditional":
        # The approval before «но …» would contradict the return that the button says.
        remark = _APPROVED.sub("", " ".join(words.split()), count=1) or " ".join(words.split())
        pairs = (
            ("Отправить так", "Согласовано"),
            ("Вернуть с замечанием", f"На доработку: {remark}"),
        )
    code = grouped(request.code)
    return tuple(
        Button(label=label, subject=f"[МЦУ {case.number}] {label} {code}", body=body)
        for label, body in pairs
    )


def _call_choices(case: Case) -> tuple[tuple[str, str], ...]:
    """The button of a call in vain; nobody has to call where the answer is published."""
    if ROUTES[case.track].form is Form.text:
        return ()
    return (("Не дозвонился", "Не дозвонились: "),)


def _sending_choices(request: Request) -> tuple[tuple[str, str], ...]:
    """The buttons of a question about a letter that has left: what is known of it decides."""
    end = ("Закрыть с основанием", "Закрыть: ")
    if request.data.get("why") in {"return", "reply"}:
        return (("Готовить новый ответ", f"На доработку: {request.data.get('reason', '')}"), end)
    by_hand = ("Отправлено вручную", "Отправлено вручную ")
    if request.data.get("why") == LATE:
        return (by_hand, ("Отправить службой", "Отправить службой"), end)
    refused = request.data.get("key", "").startswith("refused:")
    # Where nobody knows whether it arrived, or it is tried anyway, a second one could come.
    return (("Отправить ещё раз", "Отправить ещё раз"), by_hand, end) if refused else (by_hand, end)


def _absent_choices(request: Request, desk: Desk) -> tuple[tuple[str, str], ...]:
    """One button for everybody who may do the work of the one who cannot be reached."""
    known = desk.office.people
    named = [known[one] for one in request.data.get("candidates", "").split(",") if one in known]
    surnames = [one.name.split()[0] for one in known.values()]
    pairs = []
    for one in named:
        surname = one.name.split()[0]
        name = surname if surnames.count(surname) == 1 else one.name
        appointed = known.get(request.data.get("appointed", "")) is one
        whom = "Передать исполняющему обязанности" if appointed else "Передать"
        label = f"{whom}: {initials(one.name)}"
        pairs.append((label, f"Передать: {name}"))
    return (*pairs, ("Ждать", "Ждать"))


def _restricted_choices(request: Request) -> tuple[tuple[str, str], ...]:
    """The buttons of a question about a threat to life."""
    if request.data.get(HELPER):
        return (("Сообщить, что сделано", "Сделано: "),)
    return (
        ("Принято, занимаюсь", "Принято"),
        ("Передано в полицию или 112", "Передано в полицию: "),
        ("Назначить сотрудника", "Назначить: "),
        ("Это обычное сообщение", "Это обычное сообщение"),
    )


def _event_choices(request: Request) -> tuple[tuple[str, str], ...]:
    """The buttons of a question about what the region or the citizen has written."""
    words = " ".join(request.data.get("words", "").split())
    return (
        ("Вернуть исполнителю", f"На доработку: {words}"),
        ("Ответ не нужен", "Закрыть: "),
    )


def _command_choices(request: Request) -> tuple[tuple[str, str], ...]:
    """The buttons of a request about a command of the clerk."""
    match request.data.get("command"):
        case "after_void":
            return (
                ("Готовить новый ответ", "На доработку: "),
                ("Оставить как есть", "Закрыть: "),
            )
        case "void" if not request.data["reason"]:
            return (("Указать причину", "Аннулировать: "),)
        case None:
            return ()
        case _:
            return (("Да, верно", "ДА"),)


def candidates_of(
    case: Case, desk: Desk, proposed: str | None = None, refused: str | None = None
) -> tuple[str, ...]:
    """Names of the departments to choose from, at most four: the proposed one, then by topics.

    The department that has just refused the case is none of them.
    """
    names: dict[str, None] = {
        item.name: None for item in desk.office.departments if item.id == proposed
    }
    for topic, _ in scores_of(case, desk):
        for item in desk.office.departments:
            if topic in item.topics and item.id != refused:
                names.setdefault(item.name)
    for item in desk.office.departments:
        if item.id == case.department and item.id != refused:
            names.setdefault(item.name)
    if not names:
        # Nothing speaks for anybody: every department is one tap away.
        return tuple(item.name for item in desk.office.departments if item.id != refused)
    return tuple(names)[:4]


def scores_of(case: Case, desk: Desk) -> tuple[tuple[str, int], ...]:
    """Topics found in the citizen's words with their scores, best first."""
    finding = find_competence(
        case.notice.matter, case.notice.address, desk.office, desk.settings.competence.value()
    )
    return finding.scores

"""Questions that belong to no case yet: «was it you?», «is it a new matter?».

A question has a code like a request, kept with what it is about; the code in the answer finds it.
It ends with a decision alone: a stranger's or an unclear answer leaves it open. Whether somebody
wrote a mail is asked of himself and of nobody who stands in for him.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.codes import find_codes, grouped, new_code
from mcu_mail.mail.compose import read_message_id
from mcu_mail.mail.wording import Button
from mcu_mail.service.asking import queue_mail
from mcu_mail.service.carriers import MOST_READ

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

Choices = tuple[tuple[str, str], ...]
"""(label, words) of the buttons."""
VOUCH = "vouch"
"""«Was it you who has answered this question?»"""
OF_HIMSELF = frozenset({"confirm", VOUCH})
_OPEN = "questions_open"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question without a case.

    Attributes:
        kind: `confirm` (did he write the mail), `decide` (what shall become of it) or `vouch`
            (did he write the answer to such a question).
        person: who is asked.
        mail: the ledger's id of the mail it is about.
        choices: its buttons.
        mails: how many mails have carried its code.
        data: what the answer needs.
        template: the mail it was asked with, and the words of that in `context`.
        asked_at: when; ISO, UTC.
        stage: how often it was reminded of.
        is_open: False: it is decided; its code is known, to say so.

    """

    code: str
    kind: str
    person: str
    mail: int
    choices: Choices
    mails: int = 0
    data: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    asked_at: str = ""
    stage: int = 0
    is_open: bool = True


def pose(
    desk: Desk,
    work: UnitOfWork,
    *,
    kind: str,
    person: str,
    template: str,
    context: Mapping[str, Any],
    choices: Choices,
    mail: int,
    data: Mapping[str, str],
    now: datetime,
) -> None:
    """Ask a person, or whoever stands in for him; the code is kept in the same transaction.

    What is asked already is not asked twice; the mail that it is about counts as told of.
    """
    is_told = work.mails.get(mail).told_at is not None
    work.asides.told(mail, now)
    for known in questions_about(work, mail):
        if known.kind == kind and _same(known.data, data):
            if not is_told:
                send(desk, work, known, template, context, now)
            return
    question = Question(
        code=new_code(desk.random(10)),
        kind=kind,
        person=person if kind in OF_HIMSELF else desk.standing_in(person, now),
        mail=mail,
        choices=choices,
        data=data,
        template=template,
        context=context,
        asked_at=now.isoformat(),
    )
    send(desk, work, question, template, context, now)


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two questions about a mail ask the same; a retry states its arrival otherwise."""
    return {**one, "arrived": ""} == {**other, "arrived": ""}


def send(
    desk: Desk,
    work: UnitOfWork,
    question: Question,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
) -> None:
    """Queue a mail with the question's code and buttons."""
    ordinal = question.mails + 1
    keep(work, replace(question, mails=ordinal))
    code = grouped(question.code)
    worded = desk.wording.compose(
        template,
        **context,
        now=desk.local(now),
        person=desk.office.people[question.person],
        code=code,
        buttons=tuple(
            Button(label=label, subject=f"[МЦУ] {label} {code}", body=body)
            for label, body in question.choices
        ),
    )
    queue_mail(
        desk,
        work,
        key=f"question:{question.code}:{ordinal}",
        kind="request",
        case=None,
        person=question.person,
        worded=worded,
        message_id=read_message_id(question.code, ordinal, desk.domain),
        now=now,
    )


def keep(work: UnitOfWork, question: Question) -> None:
    """Write a question down as it now is."""
    values = {
        "kind": question.kind,
        "person": question.person,
        "mail": question.mail,
        "choices": question.choices,
        "mails": question.mails,
        "data": dict(question.data),
        "template": question.template,
        "context": dict(question.context),
        "asked_at": question.asked_at,
        "stage": question.stage,
        "is_open": question.is_open,
    }
    work.facts.set(_key(question.code), json.dumps(values, ensure_ascii=False))
    listed = _listed(work)
    if question.is_open != (question.code in listed):
        listed.pop(question.code, None)
        if question.is_open:
            listed[question.code] = question.mail
        work.facts.set(_OPEN, json.dumps(listed))


def _listed(work: UnitOfWork) -> dict[str, int]:
    """The codes of the open questions, each with the mail that it is about."""
    kept = work.facts.get(_OPEN)
    return json.loads(kept) if kept else {}


def _key(code: str) -> str:
    return f"question:{code}"


def open_questions(work: UnitOfWork) -> tuple[Question, ...]:
    """Every open question, oldest first."""
    found = (known(work, code) for code in _listed(work))
    return tuple(one for one in found if one is not None)


def questions_about(work: UnitOfWork, mail_id: int) -> tuple[Question, ...]:
    """The open questions about a mail."""
    found = (known(work, code) for code, mail in _listed(work).items() if mail == mail_id)
    return tuple(one for one in found if one is not None)


def answered_by(work: UnitOfWork, mail: Incoming) -> Question | None:
    """The question whose code a mail carries; None when it carries none, or several."""
    named = _codes_above(mail)
    if work.requests.by_codes(named):
        # It answers a request; another code may stand in what it quotes.
        return None
    for codes in (named, find_codes(mail.text or "", MOST_READ)):
        found = [one for one in (known(work, code) for code in codes) if one is not None]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def names_question(work: UnitOfWork, mail: Incoming) -> bool:
    """Whether the thread, the address or the subject of a mail carries a question's code."""
    return any(known(work, code) for code in _codes_above(mail))


def _codes_above(mail: Incoming) -> tuple[str, ...]:
    heads = "\n".join([*mail.in_reply_to, *mail.references, *mail.to, mail.subject])
    return find_codes(heads, MOST_READ)


def known(work: UnitOfWork, code: str) -> Question | None:
    """The question of a code, if there is one."""
    kept = work.facts.get(_key(code))
    if not kept:
        return None
    values = json.loads(kept)
    return Question(
        code=code,
        kind=values["kind"],
        person=values["person"],
        mail=int(values["mail"]),
        choices=tuple((label, body) for label, body in values["choices"]),
        mails=int(values["mails"]),
        data=values["data"],
        template=values.get("template", ""),
        context=values.get("context", {}),
        asked_at=values.get("asked_at", ""),
        stage=int(values.get("stage", 0)),
        is_open=values.get("is_open", True),
    )


def close(work: UnitOfWork, question: Question) -> None:
    """The question is decided: its code says that, and its answers are no longer asked about."""
    keep(work, replace(question, is_open=False))
    for one in questions_about(work, question.mail):
        if one.kind == VOUCH and one.data["of"] == question.code:
            keep(work, replace(one, is_open=False))


def close_about(work: UnitOfWork, mail_id: int) -> None:
    """Somebody has decided about a mail: nothing more is asked about it."""
    for question in questions_about(work, mail_id):
        close(work, question)

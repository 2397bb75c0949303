"""Questions that belong to no case yet: «was it you?», «is it a new matter?».

A question has a code like a request, kept with what it is about; the code in the answer finds it.
It ends with a decision alone: a stranger's or an unclear answer leaves it open.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.codes import find_codes, grouped, new_code
from mcu_mail.mail.compose import read_message_id
from mcu_mail.mail.wording import Button
from mcu_mail.service.asking import queue_mail

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.unit_of_work import UnitOfWork

Choices = tuple[tuple[str, str], ...]
"""(label, words) of the buttons."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """An open question.

    Attributes:
        kind: `confirm` (did he write the mail) or `decide` (what shall become of it).
        person: who is asked.
        mail: the ledger's id of the mail it is about.
        choices: its buttons.
        mails: how many mails have carried its code.
        data: what the answer needs.

    """

    code: str
    kind: str
    person: str
    mail: int
    choices: Choices
    mails: int = 0
    data: Mapping[str, str] = field(default_factory=dict)


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
    """Ask a person, or whoever stands in for him; the code is kept in the same transaction."""
    question = Question(
        code=new_code(desk.random(10)),
        kind=kind,
        person=desk.standing_in(person, now),
        mail=mail,
        choices=choices,
        data=data,
    )
    send(desk, work, question, template, context, now)


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
    _keep(work, question, ordinal)
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


def _keep(work: UnitOfWork, question: Question, mails: int) -> None:
    values = {
        "kind": question.kind,
        "person": question.person,
        "mail": question.mail,
        "choices": question.choices,
        "mails": mails,
        "data": dict(question.data),
    }
    work.facts.set(_key(question.code), json.dumps(values, ensure_ascii=False))


def _key(code: str) -> str:
    return f"question:{code}"


def answered_by(work: UnitOfWork, mail: Incoming) -> Question | None:
    """The open question whose code a mail carries; None when it carries none, or several."""
    heads = "\n".join([*mail.in_reply_to, *mail.references, *mail.to, mail.subject])
    named = find_codes(heads)
    if work.requests.by_codes(named):
        # It answers a request; another code may stand in what it quotes.
        return None
    for codes in (named, find_codes(mail.text or "")):
        found = [one for one in (_known(work, code) for code in codes) if one is not None]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _known(work: UnitOfWork, code: str) -> Question | None:
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
    )


def close(work: UnitOfWork, question: Question) -> None:
    """The question is decided: its code finds nothing any more."""
    work.facts.set(_key(question.code), "")

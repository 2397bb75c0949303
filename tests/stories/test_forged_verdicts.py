"""Hundreds of forged and replayed verdicts against one waiting approval: none is accepted."""

from __future__ import annotations

import re
import sys
from collections import Counter

import pytest

from mcu_mail.rehearsal.people import text_of
from tests.stories.forged_verdicts import (
    APPROVED,
    PASS,
    SERVER,
    SERVICE,
    Target,
    forgeries,
)
from tests.stories.office_day import DECISIONS, DRAFT, OTHER_ANSWER, PEOPLE, SNOW, code_of

MOVES = DECISIONS | {"recalled", "confirmed", "closed", "step", "contact"}
OFFICE = {
    "mail.trust": {
        "authserv_id": SERVER,
        "accept": ["dmarc", "dkim", "auth"],
        "unproven": "confirm",
        "marker": {"name": "X-MS-Exchange-Organization-AuthAs", "value": "Internal"},
    },
    "people.dep_life": {
        **PEOPLE["dep_life"],
        "delegates": [{"person": "it", "until": "2026-11-20"}],
    },
    "people.former": {
        "name": "Прежнева Анна Образцовна",
        "email": "arh2@okrug.example",
        "left": "2026-11-01",
    },
}


def waiting(day) -> Target:
    """An approval that the deputy owes, with everything around it that forgers could have."""
    other = SNOW.replace("Образцовой", "Эскизной").replace("Образцовая", "Эскизная")
    day.notice("2026-11-13 08:40", SNOW.replace("23.11", "13.11"))
    day.reply("roads_head", DRAFT.replace("23.11", "13.11"), "2026-11-13 09:00", headers=PASS)
    expired = _bare(day.last("dep_life"))
    day.play("2026-11-23 08:30")
    day.notice("2026-11-23 08:40", other)
    task = _bare(day.last("roads_head"))
    day.reply("roads_head", DRAFT, "09:00", headers=PASS)
    old = _bare(day.last("dep_life"))
    day.reply("dep_life", "На доработку: нет даты", "09:05", headers=PASS)
    day.reply("roads_head", OTHER_ANSWER, "09:10", headers=PASS)
    day.notice("09:15", other.replace("Эскизн", "Пробн").replace("48213", "48299"))
    request = day.last("dep_life")
    with day.stage.desk.store.view() as view:
        case = view.cases.by_number("2026-000002")
        letter = view.letters.get(case.id, case.version)
    return Target(
        code=_bare(request),
        thread=str(request["Message-ID"]),
        question=text_of(request),
        old_code=old,
        spent_code=task,
        expired_code=expired,
        other_code=next(item.code for item in day.requests(3)),
        print_code=letter.print_code,
        letter_id=f"2026-000002-2-{letter.print_code}",
    )


def taken(day, mails) -> list[str]:
    """The kinds of the forgeries that caused anything but an answer."""
    kinds = {mail.raw: mail.kind for mail in mails}
    found = []
    with day.stage.desk.store.view() as view:
        for number in day.standings():
            case = view.cases.by_number(number)
            for event in view.journal.of_case(case.id):
                cause = re.fullmatch(r"mail(\d+)", str(event.data.get("cause", "")))
                if cause and event.kind in MOVES:
                    raw = day.stage.desk.store.files.get(view.mails.get(int(cause[1])).sha256)
                    found += [kinds[raw]] if raw in kinds else []
    return found


def _bare(mail) -> str:
    return code_of(mail).replace("-", "")


@pytest.mark.parametrize("changes", [OFFICE], indirect=True)
def test_no_forged_verdict_is_accepted_and_the_genuine_one_behind_them_is(day, capsys):
    target = waiting(day)
    mails = list(forgeries(target))
    before = day.standings()
    for mail in mails:
        day.post.deliver(SERVICE, mail.raw)
    day.play("09:30")

    kinds = Counter(mail.kind for mail in mails)
    after = day.standings()
    accepted = taken(day, mails)
    with capsys.disabled():
        figures = f"{len(kinds)} kinds, {len(mails)} mails, accepted {len(accepted)}"
        sys.stdout.write("\nforged verdicts: " + figures + "\n")
    assert accepted == []
    assert len(kinds) >= 20
    assert len(mails) >= 200
    assert target.code in {item.code for item in day.requests(2)}
    assert day.post.mailbox(SERVICE) == []
    for number, standing in after.items():
        assert (standing.step, standing.version) == (before[number].step, before[number].version)
        assert standing.decisions == before[number].decisions

    day.reply("dep_life", APPROVED, "09:40", to=_request(day, target), headers=PASS)
    assert day.case(2).step == "sign"
    assert [event.actor for event in day.events("approved", 2)] == ["dep_life"]


def _request(day, target):
    return next(mail for mail in day.mails("dep_life") if str(mail["Message-ID"]) == target.thread)

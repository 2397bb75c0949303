"""Aliases, delegates and acting persons: whose word counts for whom."""

from __future__ import annotations

import io

import docx
import pytest

from tests.stories.office_day import PEOPLE

ALIAS = {"people.dep_life": {**PEOPLE["dep_life"], "aliases": ["ilya@okrug.example"]}}
SECRETARY = {"people.dep_life": {**PEOPLE["dep_life"], "delegates": ["it"]}}


def away(person: str, acting: str) -> dict[str, object]:
    return {
        "person": person,
        "from": "2026-11-20",
        "to": "2026-12-04",
        "acting": acting,
        "order": "распоряжение № 12-р",
    }


CHAIN = {"absences": [away("dep_life", "dep_social"), away("dep_social", "dep_affairs")]}
HEAD_AWAY = {"absences": [away("head", "dep_affairs")]}
PAST = {"absences": [{**away("dep_life", "dep_affairs"), "to": "2026-11-22"}]}


@pytest.mark.parametrize("changes", [ALIAS], indirect=True)
def test_a_registered_alias_speaks_for_its_owner(day):
    request = day.drafted()
    day.reply("dep_life", "Согласовано", "09:10", to=request, sender="ilya@okrug.example")
    assert day.case().step == "sign"
    # The answers go to the registered address alone.
    assert day.post.mailbox("ilya@okrug.example") == []
    assert set(day.got) == {"dep_life", "registry"}


def test_an_address_that_nobody_registered_is_a_stranger_s(day):
    request = day.drafted()
    day.reply("dep_life", "Согласовано", "09:10", to=request, sender="ilya@okrug.example")
    assert day.moved == set()


@pytest.mark.parametrize("changes", [SECRETARY], indirect=True)
def test_a_delegate_may_answer_what_was_asked_of_another(day):
    request = day.drafted()
    day.reply("it", "Согласовано", "09:10", to=request)
    assert day.case().step == "sign"
    assert [event.actor for event in day.events("approved")] == ["it"]
    # Whom it was asked of hears what was decided in his name.
    assert set(day.got) == {"dep_life", "registry"}


@pytest.mark.parametrize("changes", [SECRETARY], indirect=True)
def test_delegation_has_no_way_back(day):
    day.notice()
    day.reply("roads_head", "Не наше: связь", "08:50")
    # The dispatcher is no delegate, and nobody delegated anything to the deputy.
    day.reply("dep_life", "Передать: Отдел жилищной политики", "08:55", to=day.last("appeals"))
    assert day.moved == set()
    assert day.mails("resettlement_head") == []


@pytest.mark.parametrize("changes", [CHAIN], indirect=True)
def test_a_request_goes_to_the_last_of_a_chain_of_acting_persons(day):
    day.notice()
    day.reply(
        "roads_head",
        "Дорога расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25. "
        "Посыпка проведена, повторная уборка запланирована на 25.11.2026.\n"
        "Связались: 23.11 08:55, по телефону",
        "09:00",
    )
    assert day.asked() == [("approve", "dep_affairs")]
    assert set(day.got) == {"dep_affairs"}
    assert day.mails("dep_life") == day.mails("dep_social") == []
    # Neither the absent ones nor the middle of the chain can decide.
    for person in ("dep_life", "dep_social"):
        day.reply(person, "Согласовано", "09:05", to=day.last("dep_affairs"))
        assert day.moved == set()
        # The answer goes to who wrote, not to whoever acts for him.
        assert "ждём не от вас" in day.told(person)
        assert "ждём не от вас" not in day.told("dep_affairs")
    request = next(m for m in day.mails("dep_affairs") if "Согласуйте" in str(m["Subject"]))
    day.press("dep_affairs", "Согласовать", "09:10", mail=request)
    assert day.case().step == "sign"
    assert [event.actor for event in day.events("approved")] == ["dep_affairs"]


@pytest.mark.parametrize("changes", [HEAD_AWAY], indirect=True)
def test_the_letter_is_signed_by_the_acting_head_and_says_so(day):
    request = day.drafted()
    word = next(
        part.get_content()
        for part in request.iter_attachments()
        if str(part.get_filename()).endswith(".docx")
    )
    document = docx.Document(io.BytesIO(word))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    words = " ".join(" ".join([*(p.text for p in document.paragraphs), *cells]).split())
    assert "Исполняющий обязанности главы Тяжинского муниципального округа" in words
    assert "И.О. Управляева" in words.replace(" ", " ").replace("И. О.", "И.О.")
    assert "Тестов" not in words


@pytest.mark.parametrize("changes", [PAST], indirect=True)
def test_an_absence_that_is_over_changes_nothing(day):
    day.drafted()
    assert day.asked() == [("approve", "dep_life")]
    assert day.mails("dep_affairs") == []

"""A case whose answer is published reads in Russian on the board, and in its own page."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from mcu_mail.domain.case import CaseState
from mcu_mail.reports import tables
from mcu_mail.reports.board import STATES
from mcu_mail.reports.track_words import about, actor_of, event_of, flags_of, state_of
from tests.domain.offices import OFFICE, case

PUBLISHED = {
    "first_reply": "2026-11-23T10:20:00+07:00",
    "published": "2026-11-23T12:20:00+07:00",
    "link": "https://vk.com/wall-1_2",
    "outcome": "решено",
    "late": "2026-11-23T12:20:00+07:00",
    "fast": "2026-11-23T11:00:00+07:00",
    "rating": "5",
}


@pytest.mark.parametrize(
    ("track", "step", "state", "words"),
    [
        ("incident", "regional_approval", "waiting", "ждёт ЦУР"),
        ("incident", "wait_citizen", "waiting", "ждёт заявителя"),
        ("incident", "draft", "open", "в работе"),
        ("governor", "send", "waiting", STATES["waiting"]),
    ],
)
def test_a_waiting_case_says_whom_it_waits_for(track, step, state, words):
    assert state_of({"track": track, "step": step, "state": state}) == words


def test_the_source_and_everything_marked_is_told_in_words():
    known = case(track="incident", step="citizen", marks=PUBLISHED)
    known = replace(known, notice=replace(known.notice, external_id="8123401"))
    assert about(known, lambda _: "Инцидент менеджмент") == (
        "Инцидент менеджмент № 8123401",
        "фаст-трек",
        "опоздание",
        "первичный ответ 23.11 10:20",
        "опубликован 23.11 12:20, решено",
        "оценка 5",
    )
    assert flags_of(PUBLISHED) == ("фаст-трек", "опоздание")


def test_events_and_actors_have_their_own_words_where_answers_are_published():
    assert event_of("region_returned", "incident") == "ЦУР вернул ответ"
    assert event_of("region_returned", "governor") == "область вернула ответ"
    assert actor_of("region", "pos") == "система или ЦУР"
    assert actor_of("region", "governor") == "область"


def test_the_page_of_a_case_shows_its_marks_and_its_link():
    document = {
        "number": "2026-000001",
        "track": "incident",
        "step": "wait_citizen",
        "step_title": "ожидание оценки заявителя",
        "state": CaseState.waiting.value,
        "actor": "dispatcher",
        "due": "2026-11-25T12:20:00+07:00",
        "term": "2026-11-24T09:00:00+07:00",
        "term_sentence": "Срок – 8 рабочих часов.",
        "marks": PUBLISHED,
        "events": [],
        "letters": [],
        "mails": [],
    }
    said = io.StringIO()
    console = Console(file=said, width=200)
    for part in tables.one_case(document, OFFICE):
        console.print(part)
    shown = said.getvalue()
    assert "ждёт заявителя" in shown
    assert "опубликован 23.11 12:20, решено" in shown
    assert "https://vk.com/wall-1_2" in shown

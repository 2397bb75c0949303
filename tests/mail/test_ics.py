"""The term as a calendar event: what a calendar program needs to show it and to call in time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.ics import term_event

ZONE = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
DUE = datetime(2026, 11, 23, 12, 30, tzinfo=ZONE)


def unfolded(data: bytes) -> list[str]:
    return data.decode("utf-8").replace("\r\n ", "").split("\r\n")


def test_an_event_is_published_with_its_time_in_utc_and_an_alarm_before_it():
    lines = unfolded(
        term_event(
            uid="7f3a@okrug.example",
            summary="Ответ: снег, пгт Тяжинский",
            due=DUE,
            now=NOW,
            description="Позвоните; потом ответьте.\nСрок – 12:30",
        )
    )

    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "METHOD:PUBLISH" in lines
    assert "UID:7f3a@okrug.example" in lines
    assert "DTSTAMP:20261123T030000Z" in lines
    assert "DTSTART:20261123T053000Z" in lines
    assert "DTEND:20261123T053000Z" in lines
    assert r"SUMMARY:Ответ: снег\, пгт Тяжинский" in lines
    assert r"DESCRIPTION:Позвоните\; потом ответьте.\nСрок – 12:30" in lines
    assert "TRIGGER:-PT30M" in lines
    assert lines.index("BEGIN:VALARM") < lines.index("TRIGGER:-PT30M") < lines.index("END:VALARM")


def test_a_later_event_of_the_same_term_has_a_higher_number():
    def number(now: datetime) -> int:
        lines = unfolded(term_event(uid="a", summary="b", due=DUE, now=now))
        (found,) = [line for line in lines if line.startswith("SEQUENCE:")]
        return int(found.removeprefix("SEQUENCE:"))

    assert number(NOW) < number(NOW + timedelta(minutes=1))


def test_the_time_before_the_alarm_can_be_chosen():
    event = term_event(uid="a", summary="b", due=DUE, now=NOW, alarm=timedelta(hours=2))

    assert "TRIGGER:-PT120M" in unfolded(event)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_gives_whole_lines_of_at_most_75_octets(summary, description):
    data = term_event(uid="a", summary=summary, due=DUE, now=NOW, description=description)
    lines = data.removesuffix(b"\r\n").split(b"\r\n")

    assert all(len(line) <= 75 for line in lines)
    assert all(line.decode("utf-8") for line in lines)
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert sum(line.startswith("BEGIN:") for line in unfolded(data)) == 3

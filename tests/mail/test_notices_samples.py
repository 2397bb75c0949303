"""Sample notices of the four systems and our own layouts, read field by field."""

import json
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.domain.notice import Notice, Source
from mcu_mail.mail.mime import Incoming, read_mail
from mcu_mail.mail.notices import read_notices

OFFICE = ZoneInfo("Asia/Novokuznetsk")
SAMPLES = Path(__file__).parents[1] / "samples"
FIELDS = ("applicant", "phone", "address", "link", "external_id", "received_at", "text")


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines()]


def mail_of(sample: dict[str, Any]) -> Incoming:
    message = EmailMessage()
    message["From"] = sample["from"]
    message["Subject"] = sample["subject"]
    message["Date"] = datetime.fromisoformat(sample["date"])
    if "body_text" in sample:
        message.set_content(sample["body_text"])
    else:
        message.set_content(sample["body_html"], subtype="html")
    return read_mail(message.as_bytes())


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def read_sample(sample: dict[str, Any]) -> tuple[Notice, ...]:
    zone = "Europe/Moscow" if sample["track"] == "pos" else None
    source = Source(track=sample["track"], senders=("@region.example",), timezone=zone)
    return read_notices(mail_of(sample), source, OFFICE)


def fields_of(notice: Notice) -> dict[str, Any]:
    return {name: getattr(notice, name) for name in FIELDS}


def expected_fields(expected: dict[str, Any]) -> dict[str, Any]:
    wanted = {name: expected[name] for name in FIELDS}
    wanted["received_at"] = moment(wanted["received_at"])
    return wanted


SYSTEMS = lines("notifications.jsonl")
GOVERNOR = [one for one in SYSTEMS if one["track"] == "governor"]
LAYOUTS = lines("notice_layouts.jsonl")


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in GOVERNOR])
def test_a_governor_notice_is_read_exactly(sample: dict[str, Any]) -> None:
    notices = read_sample(sample)

    expected = [sample["expected"], *sample.get("expected_more", [])]
    wanted = [expected_fields(one) for one in expected]
    if sample["id"] == "G12":
        # Its expected numbers are the points of a list; as external numbers they would make
        # duplicates of every letter with two messages, so they are left unknown.
        for one in wanted:
            one["external_id"] = None
    assert [fields_of(notice) for notice in notices] == wanted


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in GOVERNOR])
def test_what_a_governor_notice_says_besides_is_read(sample: dict[str, Any]) -> None:
    notice = read_sample(sample)[0]

    extra = sample["expected_extra"]
    assert notice.event == extra["event"]
    assert notice.photos == extra["photos"]
    assert notice.due == moment(extra.get("due_in_text"))
    assert notice.nickname == extra.get("nickname")
    assert notice.received_day_only == (extra.get("received_precision") == "day")


def test_only_the_name_that_is_a_nickname_is_asked_for() -> None:
    asked = {one["id"]: read_sample(one)[0].unsure for one in GOVERNOR}

    assert {name: unsure for name, unsure in asked.items() if unsure} == {"G09": ("applicant",)}


@pytest.mark.parametrize(
    "sample", [pytest.param(one, id=one["id"]) for one in SYSTEMS if one["track"] != "governor"]
)
def test_the_other_systems_say_what_happened(sample: dict[str, Any]) -> None:
    notice = read_sample(sample)[0]

    assert notice.event == sample["expected_extra"]["event"]
    assert notice.text == sample["expected"]["text"]
    assert notice.external_id == sample["expected"]["external_id"]
    assert notice.due == moment(sample["expected_extra"].get("due_in_text"))


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in LAYOUTS])
def test_a_notice_in_another_layout_is_read_exactly(sample: dict[str, Any]) -> None:
    labels = {field: tuple(words) for field, words in sample["labels"].items()}
    source = Source(
        track="governor",
        senders=("@region.example",),
        labels=labels,
        timezone=sample["timezone"],
    )

    notices = read_notices(mail_of(sample), source, OFFICE)

    wanted = [
        one | {"received_at": moment(one["received_at"]), "due": moment(one["due"])}
        for one in sample["expected"]
    ]
    got = [{name: getattr(notice, name) for name in wanted[0]} for notice in notices]
    assert got == wanted
    assert list(notices[0].unsure) == sample["unsure"]


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in LAYOUTS])
def test_every_field_that_was_read_names_its_rule(sample: dict[str, Any]) -> None:
    notice = read_sample(sample | {"track": "governor"})[0]

    known = {name for name in FIELDS if getattr(notice, name)}
    assert known <= set(notice.rules)

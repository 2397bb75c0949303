"""Notices that were written before the reader was tuned on them: forwards, events, terms, flags."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mcu_mail.domain.notice import EVENTS, FLAGS, RESTRICTED, Notice, Source
from mcu_mail.domain.outside import marked_outside
from mcu_mail.mail.mime import Incoming, read_mail
from mcu_mail.mail.notices import read_notices
from mcu_mail.store.cases import notice_from_json, notice_to_json
from tests.mail.test_notices_samples import FIELDS, OFFICE, SYSTEMS, expected_fields, lines, moment
from tests.mail.test_notices_samples import read_sample as read_system

UNSEEN = lines("notices_unseen.jsonl")
OWN = ("Тяжинский МО", "итат", "кубитет", "сандайк", "листвянк", "ступишин", "преображен")
# The points of a list are no external numbers (see the samples of the governor's track).
NUMBERED = {"G12"}


def mail_of(sample: dict[str, Any]) -> Incoming:
    message = EmailMessage()
    message["From"] = "press@region.example"
    message["Subject"] = sample["subject"]
    message["Date"] = datetime.fromisoformat(sample["date"])
    if "body_text" in sample:
        message.set_content(sample["body_text"])
    else:
        message.set_content(sample["body_html"], subtype="html")
    if "attached" in sample:
        inner = EmailMessage()
        inner["From"] = "noreply@incident.example"
        inner["Subject"] = "Инцидент"
        inner.set_content(sample["attached"])
        message.add_attachment(inner)
    return read_mail(message.as_bytes())


def read(sample: dict[str, Any]) -> tuple[Notice, ...]:
    zone = "Europe/Moscow" if sample["track"] == "pos" else None
    source = Source(track=sample["track"], senders=("@region.example",), timezone=zone)
    found = read_notices(mail_of(sample), source, OFFICE)
    return tuple(marked_outside(notice, OWN) for notice in found)


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in UNSEEN])
def test_an_unseen_notice_is_read_field_by_field(sample: dict[str, Any]) -> None:
    notices = read(sample)

    wanted = [
        {
            key: moment(value) if key in {"received_at", "due"} else value
            for key, value in one.items()
        }
        for one in sample["expected"]
    ]
    got = []
    for notice, expected in zip(notices, wanted, strict=True):
        values = {key: getattr(notice, key) for key in expected}
        got.append({k: list(v) if isinstance(v, tuple) else v for k, v in values.items()})
    assert got == wanted


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in SYSTEMS])
def test_a_notice_of_every_system_is_read_exactly_and_with_what_it_says_besides(
    sample: dict[str, Any],
) -> None:
    notices = read_system(sample)

    expected = [sample["expected"], *sample.get("expected_more", [])]
    for notice, stated in zip(notices, expected, strict=True):
        wanted = expected_fields(stated)
        if sample["id"] in NUMBERED:
            wanted["external_id"] = None
        assert {name: getattr(notice, name) for name in FIELDS} == wanted
    extra, first = sample["expected_extra"], notices[0]
    assert first.event == extra["event"]
    assert first.photos == extra.get("photos", first.photos)
    assert first.due == moment(extra.get("due_in_text"))
    assert first.nickname == extra.get("nickname")
    assert first.repeat == extra.get("repeat", False)
    assert first.satisfaction == extra.get("satisfaction")
    assert bool(first.fast_track) == extra.get("fast_track", False)
    assert first.received_day_only == (extra.get("received_precision") == "day")
    assert not first.flags


@pytest.mark.parametrize("sample", [pytest.param(one, id=one["id"]) for one in UNSEEN])
def test_whatever_a_notice_says_the_store_gives_it_back(sample: dict[str, Any]) -> None:
    for notice in read(sample):
        assert notice_from_json(notice_to_json(notice)) == notice
        assert notice.event in EVENTS
        assert set(notice.flags) <= set(FLAGS) & set(notice.rules)


def test_a_notice_stored_before_there_were_flags_is_still_read() -> None:
    values = notice_to_json(Notice(track="governor", text="Снег."))
    for name in ("flags", "urgent", "fast_track", "term_length", "basis"):
        del values[name]

    assert notice_from_json(values) == Notice(track="governor", text="Снег.")


def test_what_a_person_must_decide_is_a_flag() -> None:
    assert set(FLAGS) > RESTRICTED


@pytest.mark.parametrize(
    "words",
    [
        "Мне вернули ответ на доработку, куда писать?",
        "Инцидент закрыт, а снег лежит. Срочно уберите!",
        "Срок продлён уже третий раз, сколько можно?",
        "Ответ согласован с кем? Фаст-трек ваш не работает.",
        "Мой вопрос признан дублем, хотя он другой.",
        "Ставлю оценку 1 вашей работе.",
    ],
)
def test_the_citizens_words_are_no_event(words: str) -> None:
    body = (
        "ФИО: Словесная Ада Ильинична\nАдрес: пгт Тяжинский, ул. Новая, 1\n"
        f"Номер: 8150100\nТекст: {words}\n"
    )
    [notice] = read({"track": "incident", "subject": "Новый инцидент № 8150100", "body_text": body,
                     "date": "2026-11-24T09:00:00+07:00"})  # fmt: skip

    assert (notice.event, notice.urgent, notice.fast_track) == ("new", False, None)
    assert notice.text == words


@pytest.mark.parametrize(
    "line", ["Примечание: автор угрожает убить соседа", "Тема: не хочу больше жить"]
)
def test_an_alarm_outside_the_text_is_heard(line: str) -> None:
    body = f"ФИО: Словесная Ада Ильинична\nТекст: Прошу помощи.\n{line}\n"
    [notice] = read({"track": "incident", "subject": "Инцидент № 8150101", "body_text": body,
                     "date": "2026-11-24T09:00:00+07:00"})  # fmt: skip

    assert set(notice.flags) <= RESTRICTED
    assert notice.flags


def test_a_forward_of_a_forward_is_opened_and_its_cover_note_is_no_message() -> None:
    inner = EmailMessage()
    inner["Subject"] = "Инцидент"
    inner.set_content("Автор: Внутренний Олег Ильич\nНомер: 8150200\nТекст: Нет воды.\n")
    middle = EmailMessage()
    middle["Subject"] = "Fwd: Инцидент"
    middle.set_content("Посмотрите, пожалуйста.\n")
    middle.add_attachment(inner)
    outer = EmailMessage()
    outer["From"] = "press@region.example"
    outer["Subject"] = "Fwd: Fwd: Инцидент"
    outer["Date"] = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Novokuznetsk"))
    outer.set_content("В работу. Ответ подготовить до 18:00 25.11.2026.\n")
    outer.add_attachment(middle)

    source = Source(track="incident", senders=("@region.example",))
    [notice] = read_notices(read_mail(outer.as_bytes()), source, OFFICE)

    assert (notice.applicant, notice.external_id) == ("Внутренний Олег Ильич", "8150200")
    assert notice.due == moment("2026-11-25T18:00:00+07:00")

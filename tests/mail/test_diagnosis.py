"""Why a mail was read as it was: sources that do not fit, forwards, lines no label knows."""

from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

from mcu_mail.domain.notice import Source
from mcu_mail.mail.diagnosis import (
    MOST,
    Mismatch,
    Unread,
    forwarded_source,
    mismatches,
    passed_labels,
    unread_lines,
)
from mcu_mail.mail.mime import Incoming, read_mail
from tests.mail.test_notices_hostile import MASHED

OFFICE = ZoneInfo("Asia/Novokuznetsk")
PRESS = Source(track="governor", senders=("press@region.example",), subjects=("соцсети",))
INCIDENT = Source(track="incident", senders=("@incident.example",))
SOURCES = (PRESS, INCIDENT)


def mail(
    body: str,
    sender: str = "clerk@okrug.example",
    subject: str = "Fwd: в работу",
    html: bool = False,
) -> Incoming:
    message = EmailMessage()
    message["From"] = sender
    message["Subject"] = subject
    message.set_content(body, subtype="html" if html else "plain")
    return read_mail(message.as_bytes())


def test_each_source_says_why_it_does_not_fit() -> None:
    found = mismatches(mail("x", "press@region.example", "Вода"), SOURCES)

    assert found == (Mismatch(at=0, sender_fits=True), Mismatch(at=1, sender_fits=False))
    assert mismatches(mail("x", "press@region.example", "Соцсети"), SOURCES[:1]) == ()


@pytest.mark.parametrize(
    ("body", "html", "source"),
    [
        (
            "В работу.\n\nОт: Соцсети <press@region.example>\nТема: Соцсети, вода\n\nФИО: …",
            False,
            0,
        ),
        ("From: noreply@incident.example\nSubject: Инцидент 5\n", False, 1),
        ("> *From:* noreply@incident.example\n> *To:* clerk@okrug.example\n", False, 1),
        ("<p>В работу</p><p><b>From:</b> noreply@incident.example<br><b>To:</b> x</p>", True, 1),
        # The subject of the forwarded mail has to fit as well.
        ("От: press@region.example\nТема: Вода\n", False, None),
        ("Просим ответить на адрес press@region.example\n", False, None),
    ],
)
def test_a_forwarded_notification_names_its_source(
    body: str, html: bool, source: int | None
) -> None:
    found = forwarded_source(mail(body, html=html), SOURCES)

    assert found == (None if source is None else SOURCES[source])


def test_an_attached_notification_names_its_source() -> None:
    inner = EmailMessage()
    inner["From"] = "noreply@incident.example"
    inner["Subject"] = "Инцидент"
    inner.set_content("ФИО: Внутренний Олег Ильич\n")
    outer = EmailMessage()
    outer["From"] = "clerk@okrug.example"
    outer.set_content("Посмотрите.")
    outer.add_attachment(inner)

    assert forwarded_source(read_mail(outer.as_bytes()), SOURCES) == INCIDENT


def test_lines_that_no_label_knows_are_named_with_the_field_they_look_like() -> None:
    body = """Автор: Известный Олег Ильич
Категория: Дороги
Чей телефончик: 8 999 000 88 01
Карточный домик: КД-5
Житель села: Неизвестная Ада Ильинична
Точка сбора: с. Кубитет, ул. Новая, 1
Час записи: 24.11.2026 08:30
Страничка: https://vk.com/wall-1_2
Пожелание: хочу чтобы у нас на улице наконец зажгли фонари
"""

    found = unread_lines(mail(body), Source(track="pos", senders=()), OFFICE)

    assert {one.label: one.field for one in found} == {
        "Чей телефончик": "phone",
        "Карточный домик": "external_id",
        "Житель села": "applicant",
        "Точка сбора": "address",
        "Час записи": "received_at",
        "Страничка": "link",
        "Пожелание": "text",
    }
    assert passed_labels(mail(body), Source(track="pos", senders=())) == ("Категория",)


def test_a_configured_label_is_unread_no_longer() -> None:
    source = Source(track="pos", senders=(), labels={"phone": ("Чей телефончик",)})

    assert unread_lines(mail("Чей телефончик: 8 999 000 88 01\n"), source, OFFICE) == ()
    assert unread_lines(
        mail("<table><tr><td>Чей номерок</td><td>89990008801</td></tr></table>", html=True),
        source,
        OFFICE,
    ) == (Unread(label="Чей номерок", value="89990008801", field="phone"),)


@given(body=MASHED)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_can_be_asked_about(body: str) -> None:
    letter = mail(body)

    assert len(unread_lines(letter, PRESS, OFFICE)) <= MOST
    assert len(passed_labels(letter, PRESS)) <= MOST
    assert forwarded_source(letter, SOURCES) in (None, *SOURCES)

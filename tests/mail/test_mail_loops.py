"""Two services that write to each other stop at once: what we send is never taken for an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mcu_mail.mail.compose import ASKS, TELLS, build
from mcu_mail.mail.kind import MailKind, kind_of
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.wording import OUTSIDE, REQUESTS, Wording
from mcu_mail.mail.wording_samples import MAILS
from mcu_mail.settings.template_set import read_templates

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
OFFICE = Wording(read_templates(TEMPLATES).files, "Тяжинский МО", "mcu@okrug.example")
OURS = sorted(set(MAILS) - OUTSIDE)


def sent(name: str) -> bytes:
    asks = bool(MAILS[name][0].get("code")) or name in REQUESTS
    return build(
        sender="mcu@okrug.example",
        sender_name="МЦУ",
        to=["mcu@sosed.example"],
        worded=OFFICE.compose(name, **MAILS[name][0]),
        message_id=f"<{name}.1@okrug.example>",
        date=datetime(2026, 11, 23, 10, tzinfo=UTC),
        headers=ASKS if asks else TELLS,
    )


@pytest.mark.parametrize("name", OURS)
def test_no_mail_of_ours_is_an_answer_for_another_service(name):
    raw = sent(name)
    assert kind_of(read_mail(raw)) is not MailKind.REPLY
    assert b"X-Auto-Response-Suppress: DR, RN, NRN" in raw
    # A gateway that cuts one mark leaves the other.
    if b"Precedence: bulk" in raw:
        cut = raw.replace(b"Auto-Submitted: auto-generated\r\n", b"")
        assert cut != raw
        assert kind_of(read_mail(cut)) is MailKind.AUTOREPLY


def test_what_asks_lets_an_absence_be_told_and_what_tells_does_not():
    assert "OOF" not in ASKS["X-Auto-Response-Suppress"]
    assert "OOF" in TELLS["X-Auto-Response-Suppress"]
    for headers in (ASKS, TELLS):
        assert "NDR" not in headers["X-Auto-Response-Suppress"]
        assert headers["X-Auto-Response-Suppress"] != "All"

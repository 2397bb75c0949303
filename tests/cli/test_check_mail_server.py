"""`check --online` tries the mail server out: what it offers, which level of proof holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml
from typer.testing import CliRunner, Result

from mcu_mail import wiring
from mcu_mail.cli import app
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.measuring import FOUND, measure
from tests.conftest import PASSWORD
from tests.stories.office_day import NATIVE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

US = "mcu@okrug.example"
SERVER = "mail.okrug.example"
MARKER = {"name": "X-MS-Exchange-Organization-AuthAs", "value": "Internal"}
TRUSTING = {
    **NATIVE,
    "mail.trust": {"authserv_id": SERVER, "accept": ["dmarc", "dkim", "auth"], "marker": MARKER},
}
OUTSIDE = (
    f"Authentication-Results: {SERVER}; dmarc=pass header.from=region.example\r\n"
    f"Received: from x by {SERVER} (Postfix) with ESMTPS id 1; Mon, 23 Nov 2026 09:00:00 +0700\r\n"
    "From: <press@region.example>\r\nSubject: x\r\n\r\nx\r\n"
).encode()


def check(stage: Stage) -> Result:
    config = stage.config
    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    now = wiring.clock().year
    values["calendar"]["years_confirmed"] = [now, now + 1]
    config.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return CliRunner().invoke(app, ["check", "--online", "-c", str(config)])


def found(stage: Stage) -> Mapping[str, object]:
    with stage.desk.store.view() as view:
        values: Mapping[str, object] = json.loads(view.facts.get(FOUND) or "{}")
    return values


def told(result: Result) -> str:
    return " ".join(result.stdout.split())


def test_the_embedded_post_office_is_measured_and_its_probes_are_gone(tmp_path: Path, post_office):
    stage = Stage(tmp_path / "office", post_office, PASSWORD, TRUSTING)
    post_office.deliver(US, OUTSIDE)
    result = check(stage)
    # It writes no Received: a forged statement stands where a server's own would.
    assert result.exit_code == 1
    assert "поддельная отметка Authentication-Results проходит" in told(result)
    assert "адрес с добавкой (mcu+код@) не доставляется" in told(result)
    assert "копия-свидетель работает" in told(result)
    assert "подтверждены 1 из 1" in told(result)
    assert "… ждём их в ящике" in result.stderr
    assert post_office.mailbox(US) == [OUTSIDE]
    assert post_office.mailbox(US, "МЦУ/Прочее") == []
    assert (found(stage)["plus"], found(stage)["results"]) == (False, "above")
    assert stage.desk.trust.forgeable


@pytest.mark.peers
def test_a_real_postfix_and_dovecot_are_measured(tmp_path: Path, real_post):
    stage = Stage(tmp_path / "office", real_post, PASSWORD, TRUSTING)
    result = check(stage)
    assert result.exit_code == 0, told(result)
    assert "поддельная отметка Authentication-Results: остаётся ниже" in told(result)
    assert "поддельная проходит через сервер" in told(result)
    assert "письма внутри своей почты: уровень L1" in told(result)
    assert real_post.mailbox(US) == []
    assert found(stage)["results"] == "below"
    assert not stage.desk.trust.forgeable
    assert not stage.desk.trust.marker_stripped


def test_a_daemon_at_work_takes_no_probe_for_a_person_s_mail(tmp_path: Path, post_office):
    stage = Stage(tmp_path / "office", post_office, PASSWORD, TRUSTING)

    def meanwhile(text: str) -> None:
        if "ждём" in text:
            assert stage.play("2026-11-23 09:00") == ()

    with stage.opened():
        measured = measure(stage.desk, meanwhile)
        with stage.desk.store.view() as view:
            kinds = {view.mails.get(number).kind for number in range(1, 5)}
            assert view.cases.open() == ()
    assert measured.delay is not None
    assert kinds == {"probe"}
    # They had been moved by then, and were found and removed all the same.
    assert post_office.mailbox(US, "МЦУ/Прочее") == post_office.mailbox(US) == []
    assert post_office.mailbox("obr@okrug.example") == []


@pytest.mark.peers
def test_a_postfix_that_states_who_logged_in_gives_the_second_level(tmp_path: Path, real_post):
    stage = Stage(tmp_path / "office", real_post, PASSWORD, TRUSTING)
    real_post.act(US, f"PREPEND Authentication-Results: {SERVER}; auth=pass smtp.auth=mcu")
    result = check(stage)
    assert "письма внутри своей почты: уровень L2" in told(result)
    assert "остаётся ниже" in told(result)
    shown = CliRunner().invoke(app, ["status", "-c", str(stage.config)])
    assert "свои – L2" in " ".join(shown.stdout.split())

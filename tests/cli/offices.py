"""An office in a folder: the shipped configuration with the year of the real clock confirmed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcu_mail import wiring
from mcu_mail.domain.case import Purpose
from mcu_mail.domain.notice import Notice
from mcu_mail.settings import load
from tests.store.stores import NOW, a_case

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
YEAR = datetime.now(UTC).year
HOUR = timedelta(hours=1)
# Nothing listens on this port of this machine; the commands here need no post office.
TEXT = (
    (ROOT / "config.yaml")
    .read_text(encoding="utf-8")
    .replace("years_confirmed: [2026, 2027]", f"years_confirmed: [{YEAR}, {YEAR + 1}]")
    .replace("host: mail.okrug.example, port: 993", "host: 127.0.0.1, port: 9")
    .replace("host: mail.okrug.example, port: 465", "host: 127.0.0.1, port: 9")
)


def an_office(folder: Path, text: str = TEXT) -> Path:
    """Its config file."""
    config = folder / "config.yaml"
    config.write_text(text, encoding="utf-8")
    return config


def begin(config: Path, *arguments: str) -> subprocess.Popen[str]:
    """The real command, called from another folder and not waited for."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MCU_IMAP_PASSWORD": "x",
        "MCU_SMTP_PASSWORD": "x",
        "COLUMNS": "200",
    }
    command = [sys.executable, "-c", "from mcu_mail.cli import main; main()", *arguments]
    return subprocess.Popen(
        [*command, "-c", str(config)],
        cwd=config.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def run(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The real command, called from another folder, and what it said."""
    with begin(config, *arguments) as process:
        out, said = process.communicate(timeout=120)
    return subprocess.CompletedProcess(arguments, process.returncode, out, said)


def fill(config: Path) -> None:
    """One case with an answer that one regional address took and the other deferred."""
    store = wiring.open_store(load(config), config)
    notice = Notice(
        track="governor", applicant="Небывалова Алла Игнатьевна", text="[b]Снег[/b] \x1b[31m"
    )
    with store.work() as work:
        case = work.cases.add(
            a_case(
                number="2026-000123",
                notice=notice,
                step="approve_deputy",
                actor="dep_life",
                term=datetime.now(UTC) + 24 * HOUR,
                plan={"draft": NOW + HOUR},
                version=1,
            ),
            mail_id=None,
        )
        work.journal.add(case.id, NOW, "roads_head", "draft_taken", {"version": 1, "cause": "m"})
        work.letters.add(
            case_id=case.id,
            version=1,
            author="roads_head",
            text="Улица очищена.",
            then="approve",
            print_code="ABCD",
            created_at=NOW,
        )
        work.requests.add(
            case=case,
            purpose=Purpose.approve,
            person="dep_life",
            code="K7M2",
            created_at=NOW,
            expires_at=NOW + HOUR,
            data={},
        )
        work.mails.add(
            folder="INBOX",
            uidvalidity=1,
            uid=1,
            sha256="a" * 64,
            size=10,
            arrived_at=NOW,
            stored_at=NOW,
        )
        mail = work.mails.to_handle(1)[0]
        work.mails.decide(
            mail.id, mail.state.handled, kind="notice", case_id=case.id, message_id="a@b"
        )
        work.queue.add(
            key="letter:1",
            kind="letter",
            message_id="<l@okrug.example>",
            raw="b" * 64,
            subject="Ответ",
            to=["first@region.example", "second@region.example"],
            created_at=NOW,
            case_id=case.id,
            letter_id="l1",
            witness="mcu@okrug.example",
        )
        first = work.queue.letter_of(case.id)[0].addressees[0]
        work.queue.set_state(first.id, {"state": "accepted", "at": NOW + HOUR})
        work.register.add(
            scope="2026",
            n=1,
            number="01-12/1",
            year=2026,
            on_date="2026-11-23",
            case_id=case.id,
            version=1,
            addressee="Управление",
            subject="=О снеге",
            executor="Трассов Ф.М.",
            signer="Тестов П.П.",
            sheets=1,
            state="registered",
            registered_at=NOW,
            scan="c" * 64,
        )
        work.commit()
    store.close()


def eml_of(sample: Mapping[str, Any]) -> bytes:
    """A line of notifications.jsonl as the mail that it describes."""
    message = EmailMessage()
    message["From"] = sample["from"]
    message["Subject"] = sample["subject"]
    message["Date"] = datetime.fromisoformat(sample["date"])
    if "body_text" in sample:
        message.set_content(sample["body_text"])
    else:
        message.set_content(sample["body_html"], subtype="html")
    return message.as_bytes()

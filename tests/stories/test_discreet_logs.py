"""Logs, the health file and the process list hold ids, states and times: nobody's data (A34).

Every sample of the project goes through the service at DEBUG level, while commits, files and
servers fail under it; then what was written is searched for everything the samples hold.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import compat32
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from mcu_mail.documents.folder import Folder
from mcu_mail.failpoints import armed
from mcu_mail.rehearsal.people import Writer, fresh_mail
from mcu_mail.rehearsal.stage import SHIPPED, Stage
from mcu_mail.reports.log_lines import LogLines, traced
from mcu_mail.service.noting import place
from mcu_mail.service.receive import receive
from mcu_mail.service.rounds import Rounds
from tests.stories.signed_letter import NATIVE, OURS, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from mcu_mail.rehearsal.postoffice import PostOffice

SAMPLES = Path(__file__).parent.parent / "samples"
CODE = Path(__file__).parent.parent.parent / "mcu_mail"
SERVERS = ("mail.log", "pymap", "pymap.imap", "asyncio")
"""The embedded post office is another program: what it says is no log of the service."""
EVERY = int(os.environ.get("MCU_LOG_SAMPLES_EVERY", "12"))
"""Each so many samples are played; 1 plays all of them."""
_WORD = re.compile(r"[а-яё]{4,}", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\d)(?:\+7|8)[\s(-]*9\d\d[\s)-]*\d{3}[\s-]*\d\d[\s-]*\d\d(?!\d)")
ministry = Writer(name="Секретарёва Прасковья", address="press@region.example")
HOSTILE = (
    ("Тема-канарейка Щегловитова", "Заявитель: %(password)s Щегловитова\nТекст: снег {0!r} %s\n"),
    ("=?utf-8?q?=D0=A9=0D=0A?=", "Заявитель: Щегловитова Р. И.\nТелефон: 8-999-000-77-01\n"),
    (
        "x" * 900,
        "Адрес: ул. Канареечная, 5\nТекст: \x1b[31mЩегловитова\x1b[0m щегловитова@дом.рф\n",
    ),
)


def samples() -> list[bytes]:
    """Mails of every kind, as they come."""
    mails = [
        path.read_bytes()
        for folder in ("replies", "replies_more")
        for path in sorted((SAMPLES / folder).glob("*.eml"))[::EVERY]
    ]
    for name in ("notifications", "notices_unseen", "notice_layouts"):
        lines = (SAMPLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        for row in map(json.loads, lines[::EVERY]):
            body = row.get("body_text") or re.sub(r"<[^<>]{0,200}>", " ", row["body_html"])
            at = datetime.fromisoformat(row["date"])
            mails.append(fresh_mail(ministry, OURS, row.get("subject") or "", body, at))
    at = datetime.fromisoformat("2026-11-26T08:00:00+07:00")
    return mails + [fresh_mail(ministry, OURS, subject, body, at) for subject, body in HOSTILE]


@dataclass(frozen=True, kw_only=True)
class Canaries:
    """What must not be found."""

    words: frozenset[str]
    """Russian words that stand in no line of the program."""
    others: frozenset[str]
    """Addresses, subjects, passwords, codes."""

    def in_(self, text: str) -> list[str]:
        """Which of them a text holds."""
        found = [word for word in set(_WORD.findall(text.lower())) if word in self.words]
        found += [one for one in self.others if one and one in text]
        return sorted(found + _PHONE.findall(text))


def canaries(mails: list[bytes]) -> Canaries:
    # What the program may say of itself: not its samples, dictionaries and people of the demo.
    sayings = [CODE / "domain" / "watch_words.py", *(CODE / "service").glob("*.py")]
    sayings += [path for path in (CODE / "mail").glob("*.py") if "samples" not in path.name]
    sayings += [*(CODE / "store").glob("*.py"), *(CODE / "documents").glob("[e-w]*.py")]
    ours = " ".join(path.read_text(encoding="utf-8").lower() for path in sayings)
    config = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    people = config["people"].values()
    rows = [
        line
        for name in ("notifications", "notices_unseen", "notice_layouts")
        for line in (SAMPLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    texts = [*rows, json.dumps(list(people), ensure_ascii=False), "щегловитова канареечная"]
    others: set[str] = {PASSWORD, *(one["email"] for one in people)}
    for raw in mails:
        parsed = message_from_bytes(raw, policy=compat32)
        texts.append(raw.decode("utf-8", "replace"))
        others |= {str(parsed.get("Subject", "")).strip()[:60]}
        others |= set(re.findall(r"[\w.+-]{2,60}@[\w.-]{2,60}", raw.decode("latin-1")))
    words = set(_WORD.findall(" ".join(texts).lower())) - set(_WORD.findall(ours))
    return Canaries(words=frozenset(words), others=frozenset(one for one in others if len(one) > 5))


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything that this process logs, as `run` would print it, from DEBUG on."""
    out, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(out)
    handler.setFormatter(LogLines())
    before = root.level
    levels = {name: logging.getLogger(name).level for name in SERVERS}
    for name in SERVERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def failing(pattern: str, every: int, most: int = 300) -> str:
    """Each so many passings of these points are a fault of the disk or of the wire."""
    return ",".join(f"{pattern}@{n}=EIO" for n in range(every, most, every))


def play(stage: Stage, mails: list[bytes]) -> None:
    """A morning on which everything comes, and everything fails now and then."""
    desk, now = stage.desk, stage.moment("2026-11-26 09:00")
    for raw in mails:
        stage.post.deliver(OURS, raw)
    rounds = Rounds(desk=desk, played=True)
    rounds.start(now)
    while receive(desk, now):
        pass
    signed = desk.folders.base / Folder.SIGNED
    (signed / "Щегловитова Римма, скан.pdf").write_bytes(b"%PDF-1.4 x")
    (desk.folders.base / Folder.INCOMING / "от Щегловитовой.eml").write_bytes(mails[0])
    for step, faults in enumerate((
        failing("commit:*", 7),
        failing("commit:*", 11) + "," + failing("kept.*", 3),
        failing("share.*", 1, 60),
        failing("smtp.*", 5) + "," + failing("imap.*", 3),
        failing("health.*", 2) + "," + failing("commit:*", 5),
        failing("kept.*", 1, 60),
    )):
        with armed(faults):
            for minute in range(3):
                rounds.one(now + timedelta(minutes=10 * step + 3 * minute))
    rounds.until_idle(now + timedelta(hours=2))


def test_a_day_of_every_sample_and_of_faults_leaves_nobodys_data_in_the_log(
    tmp_path: Path, post_office: PostOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    mails = samples()
    never = canaries(mails)
    assert len(never.words) > 1000
    assert never.in_("щегловитова obr@okrug.example 8-999-000-11-01"), "the search finds"
    with logged() as out:
        stage = Stage(tmp_path / "office", post_office, PASSWORD, NATIVE)
        with stage.opened():
            play(stage, mails)
            with stage.desk.store.view() as view:
                tally = view.census.mails()
                codes = {request.code for request in view.requests.open_of_person("appeals")}
                codes |= {one.code or "" for one in view.asides.all(settled=True)}
            noted = place(stage.desk).read_text(encoding="utf-8")
        # Passwords that are not the mailbox's: the servers refuse the login.
        os.environ["MCU_WRONG"] = "НеТотПароль-Зимородок"
        wrong = dict.fromkeys(("mail.imap.password", "mail.smtp.password"), "env:MCU_WRONG")
        refused = Stage(tmp_path / "office", post_office, PASSWORD, {**NATIVE, **wrong})
        with refused.opened():
            refused.play("2026-11-26 13:00")
            noted += place(refused.desk).read_text(encoding="utf-8")
        del os.environ["MCU_WRONG"]
    printed, complained = capfd.readouterr()
    log = out.getvalue()
    assert tally.received >= len(mails) - 3
    assert tally.difference == 0
    for place_of_fault in ("OSError", "mcu_mail.service.rounds", "не принял имя или пароль"):
        assert place_of_fault in log, "the faults have happened"
    assert len(codes - {""}) >= 3
    for text in (log, noted, printed, complained, " ".join(sys.argv)):
        assert never.in_(text) == []
        assert "Зимородок" not in text
        assert not [code for code in codes if code and code in text.upper()]
    assert not re.search(r"[\w.]@[\w.]+\.(?:example|test|com|ru)\b", log + noted)


def test_the_end_of_the_process_says_no_more_than_its_log() -> None:
    try:
        int("Щегловитова 8-999-000-11-01")
    except ValueError as error:
        said = traced(error)
    assert "builtins.ValueError" in said
    assert "test_discreet_logs.py" in said
    assert "Щегловитова" not in said


def test_what_a_library_says_of_a_file_is_withheld_and_its_place_is_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(LogLines())
    library = logging.getLogger("pypdf._reader")
    library.addHandler(handler)
    try:
        library.warning("invalid object in %s", "Щегловитова.pdf")
        library.warning("Щегловитова.pdf is broken")
    finally:
        library.removeHandler(handler)
    assert "Щегловитова" not in out.getvalue()
    assert out.getvalue().count("test_discreet_logs.py:") == 2
    assert "WARNING pypdf._reader said something" in out.getvalue()
    assert caplog.records

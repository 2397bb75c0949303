"""How replies are read, in figures: `python -m tests.bench.replies`.

The samples beside the tests, each with its expected reading: `replies` came with the project,
`replies_more` are our own. Each is read without the letter we sent, and with it, as in production.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from mcu_mail.domain.verdicts import read_meaning
from mcu_mail.mail.kind import MailKind, kind_of
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.reply import new_text
from mcu_mail.service.reading import verdict_of

SAMPLES = Path(__file__).parents[1] / "samples"
MACHINES = {"bounce", "mdn"}
# A report of a delay is a kind of its own with us; the shipped samples call it a bounce.
OWN_KINDS = {"bounce_delayed": MailKind.DELAY}
# The shipped samples keep the path in the name; a person sees its last piece.
OWN_NAMES = {"att_path_traversal_name": ["вирус.exe"]}
# What moves nothing by itself: mistaking one for another is no wrong verdict.
UNDECIDED = {"answer", "none", "conditional", "weak", "wait"}
TODAY = date(2026, 11, 24)


@dataclass(kw_only=True)
class Figures:
    """Counts over one folder; the lists name the samples that missed."""

    mails: int = 0
    replies: int = 0
    inexact: list[str] = field(default_factory=list)
    losing: list[str] = field(default_factory=list)
    leaking: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def row(self, title: str) -> str:
        """One line of the table."""
        good = self.replies - len(set(self.losing) | set(self.leaking))
        return (
            f"{title:<34} {self.mails:>5} {self.replies - len(self.inexact):>6}/{self.replies:<4}"
            f" {good:>8}/{self.replies:<4} {self.mails - len(self.kinds):>4}/{self.mails:<4}"
            f" {self.mails - len(self.names):>5}/{self.mails:<4}"
            f" {self.replies - len(self.not_understood) - len(self.wrong):>6}/{self.replies:<4}"
            f" {len(self.not_understood):>8} {len(self.wrong):>6}"
        )


HEADING = (
    f"{'samples':<34} {'mails':>5} {'exact':>11} {'clean':>13} {'kinds':>9} {'names':>10}"
    f" {'verdicts':>11} {'unclear':>8} {'wrong':>6}"
)


def letters(folder: Path) -> tuple[str, ...]:
    """What «we sent», as far as the folder's replies quote it."""
    return tuple(path.read_text(encoding="utf-8") for path in sorted(folder.glob("quoted*.txt")))


def measure(folder: Path, sent: tuple[str, ...] = ()) -> Figures:
    """Read every sample of `folder`; `sent` are the letters to compare with."""
    found = Figures()
    for path in sorted(folder.glob("*.eml")):
        stated = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        _count(found, path.stem, path.read_bytes(), stated, sent)
    return found


def _count(
    found: Figures, name: str, raw: bytes, stated: dict[str, Any], sent: tuple[str, ...]
) -> None:
    mail = read_mail(raw)
    found.mails += 1
    if kind_of(mail) != OWN_KINDS.get(name, stated["kind"]):
        found.kinds.append(name)
    shown = [file.name for file in mail.attachments]
    inline = [file.name for file in mail.attachments if file.inline]
    if (shown, inline) != (
        OWN_NAMES.get(name, stated["attachments"]),
        stated["inline_attachments"],
    ):
        found.names.append(name)
    if stated["kind"] in MACHINES:
        return
    found.replies += 1
    wanted = stated["expected_reply"]
    said = new_text(mail, sent_text=sent).text
    if said != wanted:
        found.inexact.append(name)
    if any(line.strip() and line.strip() not in said for line in wanted.split("\n")):
        found.losing.append(name)
    if any(mark in said and mark not in wanted for mark in stated["leak_markers"]):
        found.leaking.append(name)
    meaning = read_meaning(said, TODAY) if stated["kind"] == "reply" else None
    verdict = verdict_of(meaning)
    if verdict != stated["decision"]:
        (found.not_understood if verdict in UNDECIDED else found.wrong).append(name)


def table() -> list[str]:
    """The figures of both folders, without and with the letter we sent."""
    rows = [HEADING]
    for name in ("replies", "replies_more"):
        folder = SAMPLES / name
        rows.append(measure(folder).row(name))
        rows.append(measure(folder, letters(folder)).row(f"{name}, beside the letter sent"))
    return rows


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()) + "\n")

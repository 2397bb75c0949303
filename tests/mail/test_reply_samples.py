"""The seventy replies of Russian mail programs in tests/samples/replies, each with its reading."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from mcu_mail.mail.kind import MailKind, bounced_ids, failed_recipients, kind_of
from mcu_mail.mail.mime import Incoming, read_mail
from mcu_mail.mail.reply import new_text
from tests.bench.replies import Figures, letters, measure, table

FOLDER = Path(__file__).parents[1] / "samples" / "replies"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))
MACHINE = {"bounce", "mdn"}
# A delayed report is a kind of its own with us; the samples call it a bounce.
OWN_KINDS = {"bounce_delayed": MailKind.DELAY}
# The samples keep the path in the name; we show the last piece of it.
OWN_NAMES = {"att_path_traversal_name": ["вирус.exe"]}


@dataclass(frozen=True, kw_only=True)
class Sample:
    name: str
    mail: Incoming
    reply: str
    kind: str
    attachments: list[str]
    inline: list[str]
    signature: list[str]
    leaks: list[str]


def load(name: str) -> Sample:
    stated = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Sample(
        name=name,
        mail=read_mail((FOLDER / f"{name}.eml").read_bytes()),
        reply=stated["expected_reply"],
        kind=stated["kind"],
        attachments=stated["attachments"],
        inline=stated["inline_attachments"],
        signature=stated["signature"],
        leaks=stated["leak_markers"],
    )


def written_by_people() -> list[Sample]:
    return [sample for sample in map(load, NAMES) if sample.kind not in MACHINE]


def test_all_seventy_samples_are_there():
    assert len(NAMES) == 70


def test_the_new_text_is_exact_in_all_of_them():
    wrong = {item.name for item in written_by_people() if new_text(item.mail).text != item.reply}
    assert wrong == set()


def test_the_signatures_are_cut_off_and_kept_in_all_of_them():
    wrong = {
        item.name
        for item in written_by_people()
        if not all(piece in new_text(item.mail).signature for piece in item.signature)
    }
    assert wrong == set()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_quoted_letter_gets_through(name):
    sample = load(name)
    if sample.kind not in MACHINE:
        said = new_text(sample.mail).text
        leaked = [mark for mark in sample.leaks if mark in said and mark not in sample.reply]
        assert leaked == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("letter", ["quoted-a.txt", "quoted-b.txt"])
def test_knowing_the_letter_sent_changes_no_reading(name, letter):
    sample = load(name)
    if sample.kind not in MACHINE:
        sent = (FOLDER / letter).read_text(encoding="utf-8")
        assert new_text(sample.mail, sent_text=sent) == new_text(sample.mail)


@pytest.mark.parametrize("name", NAMES)
def test_the_html_alone_gives_the_same_first_line(name):
    sample = load(name)
    html = sample.mail.html
    if html is None or sample.kind in MACHINE or not sample.reply:
        return
    head = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    said = new_text(read_mail(head + html.encode())).text
    assert said.split("\n")[0] == sample.reply.split("\n")[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_kind_is_told(name):
    sample = load(name)
    assert kind_of(sample.mail) == OWN_KINDS.get(name, sample.kind)


@pytest.mark.parametrize("name", NAMES)
def test_the_attachments_have_the_names_a_person_sees(name):
    sample = load(name)
    files = sample.mail.attachments
    assert [file.name for file in files] == OWN_NAMES.get(name, sample.attachments)
    assert [file.name for file in files if file.inline] == sample.inline


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("enc_")])
def test_names_and_subjects_are_russian_under_any_charset(name):
    mail = load(name).mail
    assert mail.sender.name in {"Петров", "Петров Иван Петрович"}
    assert mail.subject.startswith("Re: [СЭД-2026-000342] Согласование")
    assert mail.sender.address == "i.petrov@zarechensk.example"


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("bounce_")])
def test_a_bounce_names_the_letter_and_the_recipient(name):
    mail = load(name).mail
    assert failed_recipients(mail) == ("petrov@old.example",)
    original = () if name == "bounce_quota_ru" else ("0126.reply@zarechensk.example",)
    assert bounced_ids(mail) == original


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("mdn_")])
def test_a_reading_receipt_names_nobody_as_failed(name):
    assert failed_recipients(load(name).mail) == ()


MORE = FOLDER.parent / "replies_more"


def test_our_own_samples_are_exact_beside_the_letter_sent(record_property):
    found = measure(MORE, letters(MORE))
    assert found == Figures(mails=found.mails, replies=found.replies)
    assert found.mails >= 60
    for row in table():
        record_property("figures", row)


def test_without_the_letter_sent_only_those_that_need_it_miss_and_no_verdict_is_wrong():
    stated = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(MORE.glob("*.json"))]
    needing = sum(item["needs_letter"] for item in stated)
    found = measure(MORE)
    assert len(found.inexact) == needing
    assert (found.wrong, found.kinds, found.names) == ([], [], [])

"""What a restored store does with numbers that were given, and with letters in nobody's name."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mcu_mail import wiring
from mcu_mail.mail.mime import read_mail
from mcu_mail.service import reconcile_numbers, reconciling
from mcu_mail.service.collect import collect
from mcu_mail.service.letter_marks import is_forgotten, make_key, mark_in, marked
from mcu_mail.service.looking_back import letters_among
from mcu_mail.service.rebuilding import LOST, REBUILT, rebuild
from mcu_mail.service.reconcile_mark import (
    ask_to_reconcile,
    mark_of,
    remember_whole,
    take_doubt,
)
from tests.cli.offices import an_office
from tests.store.stores import NOW, a_case, keep_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.unit_of_work import UnitOfWork

ROW = (
    '{"number": "01-12/7", "scope": "2026", "n": 7, "on": "2026-11-23", "version": 1, '
    '"kind": "answer", "until": null, "notice": "", "ordinal": ""}'
)
RAW = (
    "From: <mcu@okrug.example>\r\nTo: otvet@region.example\r\nSubject: x\r\n"
    f"X-Letter-Id: 2026-000001-1-K7M2Q9XT4B8RWJ3C.1\r\nX-Letter-Row: {ROW}\r\n\r\nx\r\n"
).encode()
ATTEMPT = "2026-000001-1-K7M2Q9XT4B8RWJ3C.1"
REGION = "otvet@region.example"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = wiring.open_desk(an_office(tmp_path))
    keep_case(opened.store)
    make_key(opened)
    with closing(opened.press), closing(opened.store):
        yield opened


def a_row(work: UnitOfWork, n: int, **values: Any) -> None:
    work.register.add(**{
        "scope": "2026",
        "n": n,
        "number": f"01-12/{n}",
        "year": 2026,
        "on_date": "2026-11-23",
        "case_id": 1,
        "version": 1,
        "addressee": "",
        "subject": "",
        "executor": "",
        "signer": "",
        "sheets": 1,
        "state": "sent",
        "registered_at": NOW,
        "scan": "",
        **values,
    })


def test_numbers_between_those_that_were_seen_keep_a_void_row_and_are_given_to_nobody(
    desk: Desk,
) -> None:
    with desk.store.work() as work:
        a_row(work, 3)
        a_row(work, 4)
        a_row(work, 7, note=REBUILT)
        work.register.spent("2026", 7)
        lost = reconcile_numbers.close_gaps(
            desk, work, [["01-12/7", "2026-000001", "2026", 7]], NOW
        )
        assert lost == ["01-12/5", "01-12/6"]
        rows = {row.n: row for row in work.register.of_scope("2026")}
        assert [rows[n].void_reason for n in (5, 6)] == [LOST, LOST]
        assert work.cases.get(rows[5].case_id).number == "2026-000000"
        assert work.register.take("2026", 1) == 8
        assert reconcile_numbers.close_gaps(desk, work, [["", "", "2026", 7]], NOW) == []


def keep_mail(desk: Desk, work: UnitOfWork, raw: bytes, uid: int) -> StoredMail:
    work.mails.add(
        folder="INBOX",
        uidvalidity=1,
        uid=uid,
        sha256=desk.store.files.put(raw),
        size=len(raw),
        arrived_at=NOW,
        stored_at=NOW,
    )
    return work.mails.get(work.mails.newest())


def test_new_cases_get_numbers_that_nobody_has_seen(desk: Desk) -> None:
    with desk.store.work() as work:
        keep_mail(desk, work, b"Subject: Re: [2026-000203] x\r\n\r\n+", 1)
        altered = keep_mail(desk, work, b"Subject: Re: [2026-000400] x\r\n\r\n+", 2)
        desk.store.files.path(altered.sha256).write_bytes(b"Subject: [2026-000999]")
        named = reconcile_numbers.numbers_named(desk, work.mails.since_id(1))
        assert named == ("2026-000203",)
        assert reconcile_numbers.jump(work, 0, named, 2026) == ""
        assert reconcile_numbers.jump(work, 2, named, 2026) == "2026-000301"
        assert work.next_case_number(2026) == 301


def test_a_letter_that_may_have_gone_is_doubted_once_for_each_that_lies_on_the_share(
    desk: Desk,
) -> None:
    with desk.store.work() as work:
        names = [f"2026-000001 Ответ{one}.pdf" for one in ("", " (промежуточный)")]
        letters = letters_among([*names, "2026-000001 Скан.pdf", "2026-000001 Ответ.docx"])
        assert reconciling._doubt(work, letters, NOW, anything_new=False) == ["2026-000001"]
        doubts = [take_doubt(work, entry=entry, case=1) for entry in (1, 2, 3)]
        assert doubts == [True, True, False]
        a_row(work, 4, state="registered")
        assert reconciling._doubt(work, {}, NOW, anything_new=True) == ["2026-000001"]
        entry = work.register.of_case(1)[0].id
        assert [take_doubt(work, entry=one, case=1) for one in (entry + 1, entry, entry)] == [
            False,
            True,
            False,
        ]


def test_what_a_marked_store_does_moves_no_moment_from_which_the_mailbox_is_read(
    desk: Desk,
) -> None:
    for minute in (0, 59, 61, 90):
        desk.seen["fetched"] = NOW + timedelta(minutes=minute)
        collect(desk, NOW + timedelta(hours=2), played=False)
    with desk.store.work() as work:
        ask_to_reconcile(work, NOW + timedelta(days=1))
        work.commit()
    remember_whole(desk, NOW + timedelta(days=1))
    with desk.store.view() as view:
        mark = mark_of(view)
    assert mark is not None
    assert mark["whole"] == (NOW + timedelta(minutes=61)).isoformat()


@pytest.mark.parametrize(
    ("copy_of", "whole", "played", "since"),
    [
        ("", None, False, None),
        ("", "", False, None),
        ("", "2026-11-20T10:00:00+00:00", False, date(2026, 11, 18)),
        ("2026-11-22T10:00:00+00:00", "2026-11-20T10:00:00+00:00", False, date(2026, 11, 18)),
        ("2026-11-22T10:00:00+00:00", "", False, date(2026, 11, 20)),
        ("", "2026-11-20T10:00:00+00:00", True, None),
        ("2026-11-22T10:00:00+00:00", "2026-11-20T10:00:00+00:00", True, date(2026, 11, 20)),
    ],
)
def test_the_mailbox_is_read_from_when_it_was_known_whole(
    copy_of: str, whole: str | None, played: bool, since: date | None
) -> None:
    mark = {"copy_of": copy_of} | ({} if whole is None else {"whole": whole})
    assert reconciling._since(mark, played=played) == since


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"01-12/7", b"01-12/9"),
        (b'"n": 7', b'"n": 900'),
        (b"2026-000001-1-", b"2026-000002-1-"),
        (b"C.1\r\n", b"C.2\r\n"),
        (b"X-Letter-Taken: otvet@", b"X-Letter-Taken: other@"),
        (b"X-Letter-Proof: ", b"X-Letter-Proof: 0"),
        (b"X-Letter-Proof: ", b"X-Other: "),
    ],
)
def test_nobody_else_can_write_a_witness_of_a_forgotten_letter(
    desk: Desk, old: bytes, new: bytes
) -> None:
    with desk.store.work() as work:
        genuine = marked(work, RAW, ATTEMPT, [REGION])
        mark = mark_in(work, read_mail(genuine))
        assert mark is not None
        assert (mark.case, mark.attempt, mark.taken) == ("2026-000001", 1, (REGION,))
        assert mark.row["number"] == "01-12/7"
        assert is_forgotten(work, mark)
        assert old in genuine
        assert mark_in(work, read_mail(genuine.replace(old, new, 1))) is None


@pytest.mark.parametrize("case", ["2026-000001", "2026-000009"])
def test_a_witness_whose_number_belongs_to_another_case_changes_nothing(
    desk: Desk, case: str
) -> None:
    with desk.store.work() as work:
        other = work.cases.add(a_case("2026-000002"), mail_id=None)
        a_row(work, 7, case_id=other.id)
        raw, attempt = RAW.replace(b"2026-000001", case.encode()), f"{case}{ATTEMPT[11:]}"
        mark = mark_in(work, read_mail(marked(work, raw, attempt, [REGION])))
        assert mark is not None
        stored = keep_mail(desk, work, RAW, 1)
        assert rebuild(desk, work, mark, read_mail(RAW), stored, NOW) is None
        assert work.register.of_case(1) == ()
        assert [one.number for one in work.cases.open()] == ["2026-000001", "2026-000002"]
        assert work.cases.by_number("2026-000009") is None

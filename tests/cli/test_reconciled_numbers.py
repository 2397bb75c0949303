"""What a restored store does with numbers that were given, and with letters in nobody's name."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from mcu_mail import wiring
from mcu_mail.mail.mime import read_mail
from mcu_mail.service import reconciling
from mcu_mail.service.letter_marks import is_forgotten, make_key, mark_in, marked
from mcu_mail.service.rebuilding import LOST, REBUILT, rebuild
from tests.cli.offices import an_office
from tests.store.stores import NOW, a_case, keep_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcu_mail.service.desk import Desk
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
        lost = reconciling._close_gaps(desk, work, [["01-12/7", "2026-000001", "2026", 7]], NOW)
        assert lost == ["01-12/5", "01-12/6"]
        rows = {row.n: row for row in work.register.of_scope("2026")}
        assert [rows[n].void_reason for n in (5, 6)] == [LOST, LOST]
        assert work.cases.get(rows[5].case_id).number == "2026-000000"
        assert work.register.take("2026", 1) == 8
        assert reconciling._close_gaps(desk, work, [["", "", "2026", 7]], NOW) == []


def test_new_cases_get_numbers_that_nobody_has_seen(desk: Desk) -> None:
    with desk.store.work() as work:
        sha256 = desk.store.files.put(b"Subject: Re: [2026-000203] x\r\n\r\n+")
        work.mails.add(
            folder="INBOX",
            uidvalidity=1,
            uid=1,
            sha256=sha256,
            size=1,
            arrived_at=NOW,
            stored_at=NOW,
        )
        assert reconciling._jump(desk, work, 0, 1, NOW) == ""
        assert reconciling._jump(desk, work, 1, 1, NOW) == "2026-000301"
        assert work.next_case_number(2026) == 301


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
        sha256 = desk.store.files.put(RAW)
        work.mails.add(
            folder="INBOX",
            uidvalidity=1,
            uid=1,
            sha256=sha256,
            size=1,
            arrived_at=NOW,
            stored_at=NOW,
        )
        stored = work.mails.to_handle(1)[0]
        assert rebuild(desk, work, mark, read_mail(RAW), stored, NOW) is None
        assert work.register.of_case(1) == ()
        assert [one.number for one in work.cases.open()] == ["2026-000001", "2026-000002"]
        assert work.cases.by_number("2026-000009") is None

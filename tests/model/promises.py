"""What must hold of an office after every step, read from its database and people's mailboxes."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.route import StepKind
from mcu_mail.domain.routes import ROUTES
from tests.model.office import REGION
from tests.model.outside import INBOX, head_of

if TYPE_CHECKING:
    from tests.model.office import ModelOffice

HALF_AN_HOUR = timedelta(minutes=30)
_DECISIONS = frozenset({"approved", "returned", "head_returned"})
_OF_STEP = frozenset({"route", "draft", "approve", "sign", "register"})
_ENDED_BY_PERSON = frozenset({
    "closed",
    "duplicate",
    "sent_by_hand",
    "earlier_by_hand",
    "earlier_left",
})


def check(office: ModelOffice) -> None:
    """Assert every promise that holds at every moment between two passes."""
    events = _events(office)
    _chain_is_whole(office)
    _decided_once(events)
    _numbers_follow_commits(office, events)
    _requests_are_of_the_present_step(office)
    _letters_left_with_every_word(office, events)
    _nobody_got_a_letter_twice(office, events)
    _what_is_sent_has_arrived(office, events)
    _every_mail_is_in_one_place(office)
    _nobody_waits_for_nothing(office)


def _events(office: ModelOffice) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in office.rows("SELECT id, case_id, kind, actor, data FROM events ORDER BY id"):
        found[row["case_id"]].append({**row, "data": json.loads(row["data"])})
    return found


def _chain_is_whole(office: ModelOffice) -> None:
    with office.desk.store.view() as view:
        assert view.journal.first_broken() is None


def _decided_once(events: dict[int, list[dict[str, Any]]]) -> None:
    """Between two decisions of a case it has entered another step: none is taken twice."""
    for course in events.values():
        decided: str | None = None
        for event in course:
            if event["kind"] in {"step", "reopened", "case_closed"}:
                decided = None
            elif event["kind"] in _DECISIONS:
                assert decided is None, f"{event} after {decided}"
                decided = f"{event}"


def _numbers_follow_commits(office: ModelOffice, events: dict[int, list[dict[str, Any]]]) -> None:
    rows = office.rows("SELECT * FROM register ORDER BY id")
    if office.mode == "master":
        assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    numbers = [row["number"] for row in rows if row["state"] != "void"]
    assert len(set(numbers)) == len(numbers)
    told = sorted(
        (event["id"], event["data"]["number"])
        for course in events.values()
        for event in course
        if event["kind"] == "registered"
    )
    assert [number for _, number in told] == [row["number"] for row in rows]
    live = Counter((row["case_id"], row["version"]) for row in rows if row["state"] != "void")
    assert set(live.values()) <= {1}, "a version is registered once"


def _requests_are_of_the_present_step(office: ModelOffice) -> None:
    query = """
        SELECT r.purpose, r.entry, r.step, r.version, r.data, r.letter_sha,
               c.entry AS now_entry, c.step AS now_step, c.version AS now_version,
               c.letter_sha AS now_sha, c.state, c.number
        FROM requests r JOIN cases c ON c.id = r.case_id WHERE r.closed_at IS NULL"""
    for row in office.rows(query):
        if row["purpose"] in _OF_STEP:
            assert row["entry"] == row["now_entry"], row
            assert row["step"] == row["now_step"], row
        if row["purpose"] in {"approve", "sign"}:
            assert row["version"] == row["now_version"], row
            assert row["letter_sha"] == row["now_sha"] is not None, row
        if row["state"] == "closed":
            beside = "beside" in json.loads(row["data"])
            standing = {"accept", "control"}
            assert row["purpose"] in {"command", "absent", "confirm"} | standing or beside, row


def _letters_left_with_every_word(
    office: ModelOffice, events: dict[int, list[dict[str, Any]]]
) -> None:
    """A letter is queued only after every approval of exactly its version, and its signature."""
    for row in office.rows("SELECT * FROM register"):
        version, course = row["version"], events[row["case_id"]]
        letter = office.rows(
            "SELECT * FROM letters WHERE case_id = ? AND version = ?", row["case_id"], version
        )[0]
        here = [event["kind"] for event in course]
        registered = next(
            place
            for place, event in enumerate(course)
            if event["kind"] == "registered" and event["data"]["number"] == row["number"]
        )
        before = course[:registered]
        approved: set[str] = set()
        for event in before:
            data = event["data"]
            if data.get("version") != version:
                continue
            if event["kind"] == "approved":
                approved.add(data["step"])
            elif event["kind"] == "recalled":
                approved.discard(data["step"])
        steps = ROUTES["governor"].from_step(letter["then"])
        wanted = {step.name for step in steps if step.kind is StepKind.approve}
        assert wanted <= approved, (row["number"], wanted, approved, here)
        assert any(event["kind"] == "signed" for event in before)
        scans = office.rows(
            "SELECT id FROM scans WHERE verdict = 'accepted' AND case_id = ? AND version = ?",
            row["case_id"],
            version,
        )
        assert scans, "a number without a signed copy of this version"
        shown = {
            one["letter_sha"]
            for one in office.rows(
                "SELECT letter_sha FROM requests WHERE case_id = ? AND version = ? AND"
                " purpose = 'approve' AND close_reason = 'decided'",
                row["case_id"],
                version,
            )
        }
        assert len(shown) == 1, "every approver saw the same bytes"


def _nobody_got_a_letter_twice(
    office: ModelOffice, events: dict[int, list[dict[str, Any]]]
) -> None:
    letters = {
        row["letter_id"]: row
        for row in office.rows("SELECT * FROM outgoing WHERE letter_id IS NOT NULL")
    }
    for address in REGION:
        held = Counter(
            str(head_of(raw)["X-Letter-Id"]).rpartition(".")[0]
            for raw in office.post.boxes.get(address, [])
        )
        for letter_id, copies in held.items():
            row = letters[letter_id]
            again = sum(
                event["kind"] == "sent_again" and address in event["data"]["recipients"]
                for event in events[row["case_id"]]
            )
            assert copies <= 1 + again, (address, letter_id, copies)


def _what_is_sent_has_arrived(office: ModelOffice, events: dict[int, list[dict[str, Any]]]) -> None:
    """Nothing is said to be sent that a mailbox does not hold, but by a person's word."""
    held = {
        address: {
            str(head_of(raw)["X-Letter-Id"]).rpartition(".")[0]
            for raw in office.post.boxes.get(address, [])
        }
        for address in REGION
    }
    query = """
        SELECT o.letter_id, o.case_id, r.address FROM recipients r
        JOIN outgoing o ON o.id = r.outgoing_id
        WHERE r.state = 'accepted' AND NOT r.witness AND o.letter_id IS NOT NULL"""
    for row in office.rows(query):
        by_word = any(event["kind"] == "sent_by_hand" for event in events[row["case_id"]])
        assert by_word or row["letter_id"] in held[row["address"]], row
    for row in office.rows("SELECT * FROM register WHERE state = 'sent'"):
        by_word = any(event["kind"] in _ENDED_BY_PERSON for event in events[row["case_id"]])
        letters = office.rows("SELECT letter_id FROM outgoing WHERE key = ?", f"letter:{row['id']}")
        there = letters and all(letters[0]["letter_id"] in held[one] for one in REGION)
        assert there or by_word, row


def _every_mail_is_in_one_place(office: ModelOffice) -> None:
    for raw in office.post.arrived:
        assert len(office.post.places_of(raw)) == 1
    states = Counter(row["state"] for row in office.rows("SELECT state FROM mails"))
    if not office.post.is_down:
        assert not states["stored"], "a mail that nobody has decided about"
        assert not office.post.folders[INBOX], "a decided mail still stands in the inbox"
        assert states.total() == len(office.post.arrived)
        lies = {
            "handled": len(office.post.folders.get("МЦУ/Обработано", {})),
            "aside": len(office.post.folders.get("МЦУ/Не разобрано", {})),
            "ignored": len(office.post.folders.get("МЦУ/Прочее", {})),
        }
        assert lies == {name: states[name] for name in lies}


def _nobody_waits_for_nothing(office: ModelOffice) -> None:
    """Every case that is not closed has a question to a person, a task, or a letter on its way."""
    for case in office.rows("SELECT * FROM cases WHERE state <> 'closed'"):
        asked = office.rows(
            "SELECT id FROM requests WHERE case_id = ? AND closed_at IS NULL AND purpose NOT IN"
            " ('similar', 'later_term', 'fields', 'urgent', 'accept', 'control')",
            case["id"],
        )
        tasks = office.rows(
            "SELECT id FROM tasks WHERE case_id = ? AND done_at IS NULL", case["id"]
        )
        moving = office.rows(
            "SELECT r.id FROM recipients r JOIN outgoing o ON o.id = r.outgoing_id"
            " WHERE o.case_id = ? AND o.kind = 'letter' AND NOT r.witness"
            " AND r.state IN ('queued', 'deferred', 'sending', 'unknown')",
            case["id"],
        )
        waits = case["state"] == "waiting" and office.rows(
            "SELECT id FROM due WHERE case_id = ? AND entry = ? AND done_at IS NULL AND kind IN"
            " ('regional_check', 'wait_over')",
            case["id"],
            case["entry"],
        )
        assert asked or tasks or moving or waits, (case["number"], case["step"], case["state"])


def all_ended(office: ModelOffice) -> bool:
    """Whether every case is closed."""
    return not office.rows("SELECT id FROM cases WHERE state <> 'closed'")


def counted(office: ModelOffice) -> Counter[str]:
    """What has happened in an office, for the figures of a long run."""
    found = Counter(f"event {row['kind']}" for row in office.rows("SELECT kind FROM events"))
    found["days"] = 1
    found["deaths"] = len(office.crashes)
    found["mails taken in"] = len(office.post.arrived)
    for name in ("cases", "letters", "register"):
        found[name] = len(office.rows(f"SELECT id FROM {name}"))
    found["copies in the region's mailboxes"] = sum(
        len(office.post.boxes.get(one, [])) for one in REGION
    )
    found["acceptances that were unclear"] = len(
        office.rows("SELECT key FROM meta WHERE key LIKE 'unclear:%'")
    )
    return found

"""Other mail programs in our mailbox, at the very moment at which we read it: on a real Dovecot."""

from __future__ import annotations

import imaplib
import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from mcu_mail.rehearsal.stage import Stage
from tests.peers.cuts import BrokenWire, Fault
from tests.stories.signed_letter import NATIVE, OURS, PASSWORD, cases, head, mail_states, notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.peers.post import RealPostOffice

pytestmark = pytest.mark.peers

DONE, IGNORED = "МЦУ/Обработано", "МЦУ/Прочее"
MORNING = "2026-11-23 08:53"
READ, ANSWERED, MARKED, TAKEN, DELETED, LEFT = range(1, 7)


class Colleague:
    """A person at Outlook, who does everything that can be done to a mail, once."""

    def __init__(self, post: RealPostOffice) -> None:
        self.post = post
        self.times = 0

    def __call__(self) -> None:
        self.times += 1
        with imaplib.IMAP4(self.post.host, self.post.imap_port, 10) as client:
            client.login(f"{OURS}*reader", "reader-only")
            client.select("INBOX")
            client.create("Important")
            client.store(str(READ), "+FLAGS", r"(\Seen)")
            client.store(str(ANSWERED), "+FLAGS", r"(\Answered \Flagged)")
            client.uid("MOVE", str(TAKEN), "Important")
            _, found = client.uid("SEARCH", f"UID {DELETED}")
            client.uid("STORE", found[0].decode(), "+FLAGS", r"(\Deleted)")
            client.expunge()
            # Marked for removal and still there: whoever sends EXPUNGE deletes it.
            client.store(str(MARKED), "+FLAGS", r"(\Deleted)")


def houses(stage: Stage) -> list[str]:
    """Which of the notices have become cases, by the end of their telephone."""
    return sorted(str(case.notice.phone)[-1] for case in cases(stage))


@pytest.mark.parametrize(
    ("place", "taken"),
    [
        # Between the list and the reading: what a person has taken away unread is his.
        ("sizes", (READ, ANSWERED, MARKED, LEFT)),
        ("fetch", (READ, ANSWERED, MARKED, LEFT)),
        ("move", (READ, ANSWERED, MARKED, TAKEN, DELETED, LEFT)),
    ],
)
def test_whatever_a_colleague_does_meanwhile_loses_nothing_and_stops_nothing(
    tmp_path: Path, real_post: RealPostOffice, place: str, taken: Sequence[int]
) -> None:
    colleague = Colleague(real_post)
    with BrokenWire(real_post.imap_port, "imap") as wire:
        stage = Stage(
            tmp_path / "office", real_post, PASSWORD, {**NATIVE, "mail.imap.port": wire.port}
        )
        with stage.opened():
            for serial in range(1, 7):
                real_post.deliver(OURS, notice(stage, "2026-11-23 08:15", serial=serial))
            wire.plan(Fault(place=place, way="out", action="call", call=colleague))
            assert stage.play(MORNING) == ()
            assert stage.play("2026-11-23 08:54") == ()
            assert colleague.times == wire.happened == 1

            assert houses(stage) == sorted(str(one) for one in taken)
            assert len(stage.mails(head.address)) == len(taken)
            assert real_post.mailbox(OURS) == []
            assert len(real_post.mailbox(OURS, "Important")) == 1
            assert len(real_post.mailbox(OURS, DONE)) == 4
            assert {state for _, state in mail_states(stage)} == {"handled"}


def own(serial: int) -> bytes:
    """One of many mails that were read long ago."""
    return (
        f"From: {OURS}\r\nTo: {OURS}\r\nSubject: {serial}\r\nMessage-ID: <{serial}@x.example>\r\n"
        f"Date: Mon, 23 Nov 2026 08:00:00 +0700\r\n\r\nmail {serial}\r\n"
    ).encode()


def fill(post: RealPostOffice, mails: Sequence[bytes]) -> int:
    """Put mails into the inbox as a restored mailbox has them; its UIDVALIDITY."""
    with imaplib.IMAP4(post.host, post.imap_port, 10) as client:
        client.login(f"{OURS}*reader", "reader-only")
        for raw in mails:
            assert client.append("INBOX", "", "", raw)[0] == "OK"
        client.select("INBOX", readonly=True)
        return int(client.response("UIDVALIDITY")[1][0])


def recreate(folder: Path, post: RealPostOffice, mails: int) -> None:
    """A mailbox is read, made anew and filled with the same mails and one more, and read again."""
    stage = Stage(folder, post, PASSWORD, NATIVE)
    with stage.opened():
        notices = [notice(stage, "2026-11-23 08:15", serial=serial) for serial in range(1, 6)]
        known = [own(serial) for serial in range(mails - 5)] + notices
        before = fill(post, known)
        for minute in range(mails // 200 + 1):
            stage.play(f"2026-11-23 08:{50 + minute}")
        assert len(cases(stage)) == len(stage.mails(head.address)) == 5
        assert post.mailbox(OURS) == []

        # The numbers begin again, and the old mails lie in it unread.
        post.reset()
        after = fill(post, [*known, notice(stage, "2026-11-23 09:15", serial=6)])
        assert after != before
        for minute in range(mails // 200 + 1):
            stage.play(f"2026-11-23 09:{20 + minute}")

        assert houses(stage) == ["1", "2", "3", "4", "5", "6"]
        assert len(stage.mails(head.address)) == 1, "of the one new case"
        assert Counter(mail_states(stage)) == {
            ("notice", "handled"): 6,
            ("duplicate", "ignored"): 5,
            ("own", "ignored"): mails - 5,
        }
        assert post.mailbox(OURS) == []
        assert len(post.mailbox(OURS, DONE)) == 1
        assert len(post.mailbox(OURS, IGNORED)) == mails


def test_a_restored_mailbox_opens_no_case_again_and_hides_no_new_mail(
    tmp_path: Path, real_post: RealPostOffice
) -> None:
    # With MCU_MAIL_LONG there are five hundred.
    recreate(tmp_path / "office", real_post, 500 if os.environ.get("MCU_MAIL_LONG") else 40)

"""What comes into the mailbox, and what it does on a bad day: nothing lost, nothing twice."""

from __future__ import annotations

import contextlib
import hashlib
import imaplib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mcu_mail.mail.reader import Reader
from mcu_mail.rehearsal.people import fresh_mail
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.rounds import Rounds
from tests.peers.wire import Talk, WireServer
from tests.stories.signed_letter import (
    NATIVE,
    OURS,
    PASSWORD,
    USER,
    cases,
    clerk,
    deputy,
    dispatcher,
    head,
    mail_states,
    ministry,
    notice,
    subjects,
    texts,
    the_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tests.peers.post import RealPostOffice

DONE, ASIDE, IGNORED = "МЦУ/Обработано", "МЦУ/Не разобрано", "МЦУ/Прочее"
MORNING = "2026-11-23 08:53"


@pytest.fixture
def stage(tmp_path: Path, post_office: PostOffice) -> Iterator[Stage]:
    """An office with nothing in it."""
    stage = Stage(tmp_path / "office", post_office, PASSWORD, NATIVE)
    with stage.opened():
        yield stage


def where(stage: Stage) -> dict[str, int]:
    """How many mails lie in each folder of our mailbox."""
    folders = ("INBOX", DONE, ASIDE, IGNORED)
    return {folder: len(stage.post.mailbox(OURS, folder)) for folder in folders}


def only(**counts: int) -> dict[str, int]:
    """So many done, aside, ignored, and an empty inbox."""
    return {
        "INBOX": counts.get("inbox", 0),
        DONE: counts.get("done", 0),
        ASIDE: counts.get("aside", 0),
        IGNORED: counts.get("ignored", 0),
    }


@contextlib.contextmanager
def logged_in(post: PostOffice) -> Iterator[imaplib.IMAP4]:
    imap = imaplib.IMAP4(post.host, post.imap_port)
    imap.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
    imap.select("INBOX")
    yield imap
    imap.logout()


def test_a_mail_that_a_person_has_read_is_read_all_the_same(
    stage: Stage, post_office: PostOffice
) -> None:
    post_office.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    with logged_in(post_office) as imap:
        imap.store("1", "+FLAGS", "\\Seen")
    stage.play(MORNING)
    assert len(cases(stage)) == 1
    assert where(stage) == only(done=1)


def test_the_same_notice_twice_opens_one_case(stage: Stage) -> None:
    raw = notice(stage, "2026-11-23 08:15")
    stage.post.deliver(OURS, raw)
    stage.post.deliver(OURS, raw)
    stage.play(MORNING)
    stage.post.deliver(OURS, raw)
    stage.play("2026-11-23 09:10")
    assert len(cases(stage)) == 1
    assert where(stage) == only(done=1, ignored=2)
    assert len(stage.mails(head.address)) == 1


def test_the_same_id_with_other_words_is_another_mail(stage: Stage) -> None:
    for serial in (1, 2):
        raw = notice(stage, "2026-11-23 08:15", serial=serial)
        start = raw.index(b"Message-ID: ")
        end = raw.index(b"\r\n", start)
        stage.post.deliver(OURS, raw[:start] + b"Message-ID: <one@region.example>" + raw[end:])
    stage.play(MORNING)
    assert len(cases(stage)) == 2
    assert where(stage) == only(done=2)


def test_the_same_id_and_length_with_other_words_is_another_mail(stage: Stage) -> None:
    for street in ("ул. Образцовая, д. 1", "ул. Макетная12, д. 1"):
        raw = notice(stage, "2026-11-23 08:15", street=street)
        start = raw.index(b"Message-ID: ")
        end = raw.index(b"\r\n", start)
        stage.post.deliver(OURS, raw[:start] + b"Message-ID: <one@region.example>" + raw[end:])
    stage.play(MORNING)
    assert len(cases(stage)) == 2


def test_a_notice_without_an_id_opens_a_case(stage: Stage) -> None:
    raw = notice(stage, "2026-11-23 08:15")
    lines = [one for one in raw.split(b"\r\n") if not one.startswith(b"Message-ID:")]
    stage.post.deliver(OURS, b"\r\n".join(lines))
    stage.play(MORNING)
    assert len(cases(stage)) == 1
    assert where(stage) == only(done=1)


def nested(depth: int) -> bytes:
    """Multiparts in multiparts, from the ministry's own address."""
    head_lines = f"From: {ministry.address}\r\nTo: {OURS}\r\nMIME-Version: 1.0\r\n".encode()
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(depth)
    )
    return head_lines + parts + b"Content-Type: text/plain\r\n\r\nhello\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n",
        b"From: press@region.example\r\n\r\n",
        b"From: press@region.example\r\nSubject: \r\nMessage-ID: <>\r\n\r\n   \r\n",
        b"\x00\xff\xfe garbage \x80\x81" * 50 + b"\r\n",
        b"From: ((((((((((((\r\nSubject: x\r\n\r\nx\r\n",
        b"From: a@[\r\nMessage-ID: <\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xf1\r\n",
    ],
    ids=["blank", "empty", "no id", "garbage", "brackets", "broken headers"],
)
def test_a_hostile_mail_is_kept_and_stops_nothing(stage: Stage, raw: bytes) -> None:
    kept_and_told(stage, raw)


@pytest.mark.peers
def test_two_thousand_nested_parts_are_kept_and_stop_nothing(
    tmp_path: Path, real_post: RealPostOffice
) -> None:
    stage = Stage(tmp_path / "office", real_post, PASSWORD, NATIVE)
    with stage.opened():
        kept_and_told(stage, nested(2_000))


def kept_and_told(stage: Stage, raw: bytes) -> None:
    """A hostile mail and a good one come; the good one is taken, the other is not lost."""
    stage.post.deliver(OURS, raw)
    stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    for moment in (MORNING, "2026-11-23 08:54", "2026-11-23 08:55"):
        stage.play(moment)

    places = where(stage)
    assert places["INBOX"] == 0
    assert places[DONE] >= 1
    assert sum(places.values()) == 2, "nothing is dropped"
    assert any(case.notice.applicant == "Небывалова Алла Игнатьевна" for case in cases(stage))
    with stage.desk.store.view() as view:
        kept = stage.desk.store.files.get(view.mails.get(1).sha256)
    assert raw.strip() in kept, "the server may add its own header lines"
    told = [one for one in subjects(stage, dispatcher.address) if "Не разобрано" in one]
    assert len(told) == places[ASIDE]


def machine(kind: str) -> bytes:
    """A mail that no person wrote."""
    first = f"From: {deputy.address}\r\nTo: {OURS}\r\nMessage-ID: <{kind}@pc.example>\r\n"
    extra = {
        "auto-reply": "Auto-Submitted: auto-replied\r\nSubject: Re: [МЦУ]\r\n",
        "vacation": "X-Autoreply: yes\r\nSubject: Автоответ: нет на месте\r\n",
        "list": "List-Id: <news.example>\r\nPrecedence: list\r\nSubject: Согласовано\r\n",
        "bulk": "Precedence: bulk\r\nAuto-Submitted: auto-generated\r\nSubject: news\r\n",
    }
    if kind == "mdn":
        return (
            f"{first}Subject: Прочитано: Согласуйте\r\nMIME-Version: 1.0\r\nContent-Type: "
            'multipart/report; report-type=disposition-notification; boundary="B"\r\n\r\n'
            "--B\r\nContent-Type: text/plain\r\n\r\nread\r\n--B\r\nContent-Type: "
            "message/disposition-notification\r\n\r\nDisposition: manual-action/"
            "MDN-sent-manually; displayed\r\n--B--\r\n"
        ).encode()
    return f"{first}{extra[kind]}\r\nСогласовано\r\n".encode()


@pytest.mark.parametrize("kind", ["auto-reply", "vacation", "list", "bulk", "mdn"])
def test_what_no_person_wrote_is_filed_and_never_answered(stage: Stage, kind: str) -> None:
    stage.post.deliver(OURS, machine(kind))
    stage.play(MORNING)
    assert where(stage) == only(ignored=1)
    assert cases(stage) == ()
    assert stage.mails(deputy.address) == []
    assert stage.mails(dispatcher.address) == []


def test_an_automatic_reply_to_a_request_burns_no_code(stage: Stage) -> None:
    stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    stage.play(MORNING)
    (task,) = stage.mails(head.address)
    raw = (
        f"From: {head.address}\r\nTo: {OURS}\r\nSubject: Автоответ: {'отпуск'}\r\n"
        f"Message-ID: <auto@pc.example>\r\nIn-Reply-To: {task['Message-ID']}\r\n"
        "Auto-Submitted: auto-replied\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Ответ: я в отпуске до 7 декабря, по срочным вопросам обращайтесь к заместителю.\r\n"
    )
    stage.post.deliver(OURS, raw.encode())
    stage.play("2026-11-23 08:56")
    assert where(stage) == only(done=1, ignored=1)
    assert the_case(stage).version == 0
    assert len(stage.mails(head.address)) == 1
    with stage.desk.store.view() as view:
        purposes = [one.purpose for one in view.requests.open_of_case(1)]
        assert purposes == ["draft", "absent"], "his code is open, and the dispatcher is asked"


def test_mail_from_our_own_address_moves_nothing(stage: Stage) -> None:
    raw = fresh_mail(clerk, OURS, "копия", "Согласовано", stage.moment("2026-11-23 08:15"))
    stage.post.deliver(OURS, raw.replace(clerk.address.encode(), OURS.encode()))
    stage.play(MORNING)
    assert where(stage) == only(ignored=1)
    assert stage.mails(OURS) == []
    assert cases(stage) == ()


def test_a_strangers_mail_is_set_aside_and_told_once(stage: Stage) -> None:
    raw = (
        f"From: someone@world.example\r\nTo: {OURS}\r\nSubject: Hello\r\n"
        "Message-ID: <s@world.example>\r\n\r\nbuy something\r\n"
    )
    stage.post.deliver(OURS, raw.encode())
    for moment in (MORNING, "2026-11-23 08:54", "2026-11-23 09:54"):
        stage.play(moment)
    assert where(stage) == only(aside=1)
    told = [one for one in subjects(stage, dispatcher.address) if "Не разобрано" in one]
    assert len(told) == 1
    assert "someone@world.example" in texts(stage, dispatcher.address)
    answers = stage.mails("someone@world.example")
    assert [mail["Subject"].split(":")[0] for mail in answers] == ["Автоматический ответ"]
    assert cases(stage) == ()


def test_mails_are_taken_oldest_first_whatever_their_order_in_the_box(stage: Stage) -> None:
    for serial, hour in ((1, "08:30"), (2, "08:10"), (3, "08:20")):
        stage.post.deliver(
            OURS,
            notice(stage, f"2026-11-23 {hour}", serial=serial),
            internaldate=stage.moment(f"2026-11-23 {hour}"),
        )
    stage.play(MORNING)
    order = [case.notice.phone[-2:] for case in cases(stage) if case.notice.phone]
    assert order == ["02", "03", "01"]


# --- the mailbox is another one -------------------------------------------------------------------


def test_a_mailbox_made_anew_with_the_same_mails_opens_nothing_and_loses_nothing(
    stage: Stage, post_office: PostOffice
) -> None:
    known = [notice(stage, "2026-11-23 08:15", serial=serial) for serial in (1, 2, 3)]
    for raw in known:
        stage.post.deliver(OURS, raw)
    stage.play(MORNING)
    assert len(cases(stage)) == 3
    folder = stage.folder
    stage.close()

    # A new post office is a mailbox with another UIDVALIDITY and UIDs from 1.
    with PostOffice({USER: PASSWORD}, ["okrug.example"]) as new:
        again = Stage(folder, new, PASSWORD, NATIVE)
        try:
            for raw in [*known, notice(again, "2026-11-23 09:15", serial=4)]:
                new.deliver(OURS, raw)
            again.play("2026-11-23 09:20")
            assert len(cases(again)) == 4
            assert where(again) == only(done=1, ignored=3)
            assert len(again.mails(head.address)) == 1
        finally:
            again.close()


@pytest.mark.peers
def test_a_mailbox_recreated_on_dovecot_opens_nothing_twice(
    tmp_path: Path, real_post: RealPostOffice
) -> None:
    stage = Stage(tmp_path / "office", real_post, PASSWORD, NATIVE)
    with stage.opened():
        known = [notice(stage, "2026-11-23 08:15", serial=serial) for serial in (1, 2)]
        for raw in known:
            real_post.deliver(OURS, raw)
        stage.play(MORNING)
        real_post.reset()
        for raw in [*known, notice(stage, "2026-11-23 09:15", serial=3)]:
            real_post.deliver(OURS, raw)
        stage.play("2026-11-23 09:20")
        assert len(cases(stage)) == 3
        assert where(stage)["INBOX"] == 0
        assert where(stage)[DONE] == 1


def test_a_mail_that_a_person_moves_away_meanwhile_stops_nothing(
    stage: Stage, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcu_mail.mail.imap import Mailbox

    real = Mailbox.move_many
    taken: list[int] = []

    def move_many(self: Mailbox, uids: Iterable[int], folder: str) -> set[int]:
        wanted = list(uids)
        if wanted and not taken:
            taken.append(wanted[0])
            with logged_in(post_office) as imap:
                imap.uid("STORE", str(wanted[0]), "+FLAGS", "(\\Deleted)")
                imap.expunge()
        return real(self, wanted, folder)

    for serial in (1, 2):
        post_office.deliver(OURS, notice(stage, "2026-11-23 08:15", serial=serial))
    with monkeypatch.context() as patched:
        patched.setattr(Mailbox, "move_many", move_many)
        stage.play(MORNING)
    assert len(taken) == 1
    assert len(cases(stage)) == 2
    assert where(stage) == only(done=1)
    stage.play("2026-11-23 09:00")
    assert len(cases(stage)) == 2


def test_a_mail_expunged_between_listing_and_fetching_stops_nothing(
    stage: Stage, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcu_mail.mail.imap import Mailbox

    real = Mailbox.all_uids

    def all_uids(self: Mailbox) -> list[int]:
        return [*real(self), 4_000_000]

    post_office.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    monkeypatch.setattr(Mailbox, "all_uids", all_uids)
    assert stage.play(MORNING) == ()
    assert len(cases(stage)) == 1


def poison(kind: str) -> bytes:
    head = f"From: {ministry.address}\r\nTo: {OURS}\r\nSubject: x\r\nX-Poison: {kind}\r\n"
    return f"{head}\r\nx\r\n".encode()


def test_mails_that_break_their_reader_three_times_are_set_aside_and_the_next_ones_go_on(
    stage: Stage,
) -> None:
    kinds = ("crash", "order", "eat", "hang")
    for kind in kinds:
        stage.post.deliver(OURS, poison(kind))
    stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    with closing(Reader("tests.peers.poisoned_reader", seconds=2)) as reader:
        stage._desk = replace(stage.desk, reader=reader)
        stage.play(MORNING)
    assert len(cases(stage)) == 1
    assert where(stage) == only(done=1, aside=4)
    assert mail_states(stage) == [*[("failed", "aside")] * 4, ("notice", "handled")]
    assert sum("Не разобрано" in one for one in subjects(stage, dispatcher.address)) == 4


def test_a_mail_too_large_to_be_read_is_kept_whole_and_the_dispatcher_is_told(
    tmp_path: Path, post_office: PostOffice
) -> None:
    stage = Stage(tmp_path / "office", post_office, PASSWORD, {**NATIVE, "mail.read_mb": 1})
    head = f"From: {deputy.address}\r\nTo: {OURS}\r\nSubject: =?utf-8?b?0KTQvtGC0L4=?=\r\n\r\n"
    # One larger than what is held in memory, and one that is only larger than what is read.
    raws = [head.encode() + b"0123456789\r\n" * (octets // 12) for octets in (8_400_000, 1_200_000)]
    with stage.opened():
        for raw in raws:
            stage.post.deliver(OURS, raw)
        stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15"))
        stage.play(MORNING)
        assert len(cases(stage)) == 1
        assert where(stage) == only(done=1, aside=2)
        assert texts(stage, dispatcher.address).count("слишком велико") == 2
        assert sum("Фото" in one for one in subjects(stage, dispatcher.address)) == 2
        with stage.desk.store.view() as view:
            kept = {mail.sha256: mail.size for mail in view.asides.all(settled=False)}
        assert kept == {hashlib.sha256(raw).hexdigest(): len(raw) for raw in raws}
        assert all(stage.desk.store.files.get(one) in raws for one in kept)


def test_when_no_reader_can_be_started_no_mail_is_to_blame(stage: Stage) -> None:
    stage.post.deliver(OURS, notice(stage, "2026-11-23 08:15"))
    real = stage.desk
    with closing(Reader("tests.peers.no_such_reader")) as reader:
        stage._desk = replace(real, reader=reader)
        for minute in range(5):
            assert stage.play(f"2026-11-23 09:{minute:02}") == ("collect",)
    assert where(stage) == only(inbox=1)
    stage._desk = real
    assert stage.play("2026-11-23 09:30") == ()
    assert len(cases(stage)) == 1


# --- the mail server is away ----------------------------------------------------------------------


def imap_down(talk: Talk) -> None:
    talk.say(b"* BYE Server shutting down")


def login_refused(talk: Talk) -> None:
    talk.say(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
    while command := talk.hear():
        tag, _, rest = command.partition(b" ")
        if rest.upper().startswith(b"CAPABILITY"):
            talk.say(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR")
            talk.say(tag + b" OK done")
        elif rest.upper().startswith(b"AUTHENTICATE"):
            if len(rest.split()) < 3:
                talk.say(b"+ ")
                talk.hear()
            talk.say(tag + b" NO [AUTHENTICATIONFAILED] Authentication failed.")
        else:
            talk.say(tag + b" NO [AUTHENTICATIONFAILED] no")


def played(
    tmp_path: Path, post: PostOffice, script: Callable[[Talk], None], minutes: int
) -> tuple[int, Stage, Rounds]:
    """An office whose IMAP server plays a script for so many minutes."""
    with WireServer(script) as wire:
        changed = {**NATIVE, "mail.imap.port": wire.port}
        stage = Stage(tmp_path / "office", post, PASSWORD, changed)
        rounds = Rounds(desk=stage.desk, played=True)
        with stage.opened():
            for minute in range(minutes):
                rounds.until_idle(stage.moment(f"2026-11-23 09:{minute:02}"))
        return wire.connections, stage, rounds


def test_a_mailbox_that_is_away_is_told_by_smtp_after_ten_minutes_and_read_afterwards(
    tmp_path: Path, post_office: PostOffice
) -> None:
    tries, stage, rounds = played(tmp_path, post_office, imap_down, 20)
    assert 8 <= tries <= 14, "every two minutes after the first tries, never in a loop"
    assert "mailbox" in rounds.health.faults
    for address in ("it@okrug.example", dispatcher.address):
        told = [one for one in subjects(stage, address) if "Почта не читается" in one]
        assert len(told) == 1

    again = Stage(stage.folder, post_office, PASSWORD, NATIVE)
    with again.opened():
        again.post.deliver(OURS, notice(again, "2026-11-23 09:15"))
        assert again.play("2026-11-23 09:30") == ()
        assert len(cases(again)) == 1


def test_a_short_absence_of_the_mailbox_is_no_alarm(
    tmp_path: Path, post_office: PostOffice
) -> None:
    _, stage, _ = played(tmp_path, post_office, imap_down, 9)
    assert stage.mails("it@okrug.example") == []


def test_a_refused_login_is_tried_at_most_once_in_fifteen_minutes(
    tmp_path: Path, post_office: PostOffice
) -> None:
    tries, stage, rounds = played(tmp_path, post_office, login_refused, 40)
    assert tries == 3
    assert "mailbox" in rounds.health.faults
    assert sum("Почта не читается" in one for one in subjects(stage, "it@okrug.example")) == 1

"""A store that may know less than was sent learns it from the mailbox before anything leaves.

Everything in the mailbox that came since the copy is fetched again, from every folder of ours; the
witness copies among it are put back into the register, the queue and the cases; numbers that were
given are never given again. The other mails are then handled as if they came now: a question may be
asked twice, a letter is never sent twice. What nobody can tell is asked of the dispatcher.
"""

from __future__ import annotations

import json
import logging
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mcu_mail.errors import RefusedError
from mcu_mail.failpoints import fail_point
from mcu_mail.mail.first_look import first_look
from mcu_mail.service.letter_marks import LETTER_ID, mark_in
from mcu_mail.service.looking_back import FILE, letters_among, names_on_share
from mcu_mail.service.reading_again import FOUND, found_in, read_again
from mcu_mail.service.rebuilding import rebuild
from mcu_mail.service.reconcile_mark import DOUBTFUL, MARK, OF_CASE, READ_AGAIN, mark_of
from mcu_mail.service.reconcile_numbers import HEAD, close_gaps, jump, numbers_named
from mcu_mail.service.roles_told import alarmed_roles, tell_roles
from mcu_mail.store.ledger import MailState
from mcu_mail.store.queue import RecipientState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.letter_marks import Mark
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

REPORT = "reconcile:report"
_MARGIN = timedelta(days=2)
"""The server counts whole days in a zone of its own."""
_ALL = 10_000_000
_OPEN = frozenset({RecipientState.queued, RecipientState.deferred})


def reconcile(desk: Desk, now: datetime, *, played: bool) -> int:
    """Learn what was sent since the copy; begun anew after a kill, it goes on where it was.

    A large mailbox takes several rounds: until the last one the store stays marked.

    Args:
        desk: the office's desk.
        now: the moment.
        played: the moments of this store are played: the server's days say nothing of them.

    Raises:
        TemporaryError: the mailbox cannot be read; nothing leaves until it is.

    """
    with desk.store.view() as view:
        mark = mark_of(view)
    if mark is None:
        return 0
    _begin(desk)
    fail_point("reconcile.read.before")
    if not read_again(desk, _since(mark, played=played), now):
        return 1
    fail_point("reconcile.read.after")
    with desk.store.view() as view:
        waiting = view.mails.to_handle(_ALL)
    for stored in sorted(waiting, key=lambda one: one.arrived_at):
        _learn(desk, stored, now)
    fail_point("reconcile.end.before")
    _end(desk, mark, now)
    fail_point("reconcile.end.after")
    return 1


def _since(mark: Mapping[str, str], *, played: bool) -> date | None:
    """The first day whose mails are read; None: all are.

    A copy may lack what had come long before it was made, while the mailbox could not be read.
    """
    known = ("" if played else mark.get("whole")) or mark["copy_of"]
    return (datetime.fromisoformat(known) - _MARGIN).date() if known else None


def _begin(desk: Desk) -> None:
    """Remember which mail is the first that is read again."""
    with desk.store.work() as work:
        if not work.facts.get(FOUND):
            first = work.mails.newest() + 1
            work.facts.set(READ_AGAIN, f"{first}:{first - 1}")
            found = {"letters": [], "clashes": [], "unproven": 0, "read": {}}
            work.facts.set(FOUND, json.dumps(found))
            work.commit()


def _learn(desk: Desk, stored: StoredMail, now: datetime) -> None:
    """Let the store know of the letter whose witness a mail is; other mails wait for their turn."""
    try:
        look = first_look(desk.store.files.head(stored.sha256, HEAD))
        if not look.is_from({desk.address.lower()}):
            return
        head = desk.read_head(stored.sha256).mail
        if head.sender.address != desk.address or not head.header(LETTER_ID):
            return
        with desk.store.view() as view:
            mark = mark_in(view, head)
        mail = desk.read(stored.sha256).mail if mark is not None else head
    except RefusedError:
        # What nobody can read, or what was altered on the disk, stops nothing: it is set aside as
        # ever.
        return
    try:
        _put_back(desk, stored, mark, mail, now)
    except (LookupError, TypeError, ValueError, RefusedError):
        # A header of another version: one letter must never stop the others.
        log.exception("the letter of mail %d could not be rebuilt", stored.id)
        _put_back(desk, stored, mark, mail, now, failed=True)


def _put_back(
    desk: Desk,
    stored: StoredMail,
    mark: Mark | None,
    mail: Incoming,
    now: datetime,
    *,
    failed: bool = False,
) -> None:
    """What a witness proves, and the decision about it; where it fails, its number is spent."""
    with desk.store.work() as work:
        found = found_in(work)
        case_id = None
        if mark is None:
            found["unproven"] += 1
        else:
            scope, n = str(mark.row["scope"]), int(mark.row["n"])
            work.register.spent(scope, n)
            year, _, ordinal = mark.case.partition("-")
            work.case_numbers_spent(int(year), int(ordinal))
            if not failed:
                case_id = rebuild(desk, work, mark, mail, stored, now)
            kind = "clashes" if case_id is None else "letters"
            line = [mark.row["number"], mark.case, scope, n]
            if line not in found[kind]:
                found[kind].append(line)
        work.facts.set(FOUND, json.dumps(found))
        work.mails.decide(
            stored.id,
            MailState.ignored,
            kind="witness",
            case_id=case_id,
            message_id=mail.message_id,
            sender=mail.sender.address,
        )
        work.commit()


def _end(desk: Desk, mark: Mapping[str, str], now: datetime) -> None:
    """Numbers, letters that nobody can tell of, the report; the store is an ordinary one again."""
    with desk.store.view() as view:
        first, _, last = (view.facts.get(READ_AGAIN) or "1:0").partition(":")
        again = view.mails.since_id(int(first))
    read = int(last) - int(first) + 1
    # The disk and the share are slow: they are read before the database is held.
    named = numbers_named(desk, again)
    names = names_on_share(desk, now)
    with desk.store.work() as work:
        found = found_in(work)
        lost = close_gaps(desk, work, found["letters"], now)
        next_case = jump(work, read, named, desk.today(now).year)
        doubtful = _doubt(work, letters_among(names), now, anything_new=read > 0)
        report: dict[str, Any] = {
            "at": now.isoformat(),
            "copy_of": mark["copy_of"],
            "letters": [one[:2] for one in found["letters"]],
            "clashes": [one[:2] for one in found["clashes"]],
            "unproven": found["unproven"],
            "lost": lost,
            "doubtful": doubtful,
            "scans": _scans_again(work, names, doubtful),
            "read": read - len(found["letters"]),
            "next_case": next_case,
        }
        work.facts.set(REPORT, json.dumps(report, ensure_ascii=False))
        _tell(desk, work, report, mark["since"], now)
        work.facts.set(FOUND, "")
        work.facts.set(MARK, "")
        work.commit()
    log.warning(
        "reconciled: %d letters, %d numbers lost, %d doubtful, %d mails read again",
        len(report["letters"]),
        len(lost),
        len(doubtful),
        report["read"],
    )


def _doubt(
    work: UnitOfWork, letters: Mapping[str, int], now: datetime, *, anything_new: bool
) -> list[str]:
    """Letters that were to be sent when the copy was made, and of which no witness was found.

    Where nothing at all has come since, nothing has been sent: they go.

    Args:
        work: of the store.
        letters: number of a case → how many letters of it lie among those that were sent.
        now: the moment.
        anything_new: something has come since.

    """
    cases = []
    without = []
    known = work.tasks.numbers_with(FILE)
    filed = {number: count for number, count in letters.items() if number not in known}
    for case in work.cases.open():
        # Its letter lies among those that were sent, and nobody has seen its witness.
        if case.number in filed and case.step != "send":
            without += [f"{OF_CASE}{case.id}"] * filed[case.number]
            cases.append(case.number)
    for entry in work.register.in_state("registered"):
        case = work.cases.get(entry.case_id)
        queued = [one for one in work.queue.letter_of(entry.case_id) if one.entry == entry.id]
        if not anything_new and case.number not in filed:
            continue
        if not queued:
            without.append(str(entry.id))
            cases.append(case.number)
        cases += [case.number for message in queued if _unknown_now(work, message, now)]
    work.facts.set(DOUBTFUL, ",".join(without))
    return list(dict.fromkeys(cases))


def _unknown_now(work: UnitOfWork, message: Outgoing, now: datetime) -> bool:
    open_ones = [item for item in message.addressees if item.state in _OPEN]
    for item in open_ones:
        work.queue.set_state(
            item.id,
            {
                "state": RecipientState.unknown,
                "at": now,
                "answer": "неизвестно, не ушло ли письмо до восстановления",
            },
        )
    return bool(open_ones)


def _scans_again(work: UnitOfWork, names: Iterable[str], doubtful: list[str]) -> list[str]:
    """Cases that wait for a signature whose signed copy was accepted in the forgotten time."""
    scanned = {name.partition(" ")[0] for name in names if name.partition(" ")[2][:4] == "Скан"}
    return [
        case.number
        for case in work.cases.open()
        if case.step == "sign" and case.number in scanned and case.number not in doubtful
    ]


def _tell(
    desk: Desk, work: UnitOfWork, report: Mapping[str, Any], since: str, now: datetime
) -> None:
    copy_of = report["copy_of"]
    made = desk.local(datetime.fromisoformat(copy_of)) if copy_of else None
    tell_roles(
        desk,
        work,
        alarmed_roles(desk),
        template="reconciled",
        key=f"reconciled:{since}",
        now=now,
        context={**report, "copy_of": made},
    )


def reconciled_line(view: UnitOfWork, desk: Desk) -> str:
    """What `status` says of a restored store, in Russian; empty of any other."""
    mark = mark_of(view)
    text = view.facts.get(REPORT)
    if mark is not None:
        return (
            "Хранилище восстановлено из копии: служба ещё не прочитала ящик, до этого ничего не "
            "отправляется"
        )
    if not text:
        return ""
    report = json.loads(text)
    copy_of = report["copy_of"]
    made = f" от {desk.local(datetime.fromisoformat(copy_of)):%d.%m.%Y %H:%M}" if copy_of else ""
    return (
        f"Восстановлено из копии{made}; найдено отправленных после неё писем: "
        f"{len(report['letters'])}, спрошено у диспетчера: {len(report['doubtful'])}"
    )

"""The region writes about a letter it got (design §3 step 9).

Found by the thread, else by our register number or the number of the case in the subject. A return
opens the case again and is the dispatcher's to carry out; a plain receipt is filed with its number;
anything else is the dispatcher's to read. Nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mcu_mail.domain.case import CaseState, Purpose
from mcu_mail.domain.decisions import Ask, Log
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.region_words import RegionWord, read_region_answer
from mcu_mail.domain.whose_turn import person_at
from mcu_mail.mail.kind import MailKind
from mcu_mail.mail.proof import TrustLevel, prove
from mcu_mail.service.carry import Carrier
from mcu_mail.service.reopening import reopen
from mcu_mail.store.ledger import MailState

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.store.ledger import StoredMail
    from mcu_mail.store.queue import Outgoing
    from mcu_mail.store.unit_of_work import UnitOfWork

_PUBLIC: Final = frozenset({
    "gmail.com",
    "googlemail.com",
    "mail.ru",
    "bk.ru",
    "inbox.ru",
    "list.ru",
    "internet.ru",
    "xmail.ru",
    "yandex.ru",
    "yandex.com",
    "ya.ru",
    "rambler.ru",
    "lenta.ru",
    "autorambler.ru",
    "myrambler.ru",
    "ro.ru",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "icloud.com",
    "me.com",
    "yahoo.com",
    "proton.me",
    "protonmail.com",
    "vk.com",
})
"""Domains at which anybody may have a mailbox: there an address stands for itself alone."""
_PART: Final = r"[\w‐‑‒–—-]{1,20}"
_NUMBER: Final = re.compile(rf"{_PART}(?:/{_PART}){{1,3}}")
_REFERS: Final = re.compile(
    r"на\s{1,3}(?:ваш\w{0,2}\s{1,3})?(?:исх\.?\s{0,3}|письмо\s{1,3}|ответ\s{1,3})?№\s{0,3}"
    rf"({_PART}(?:/{_PART}){{1,3}})",
    re.IGNORECASE,
)
_DASHES: Final = str.maketrans("‐‑‒–—", "-----")
_RECENT: Final = timedelta(days=90)
_HEAD: Final = 2_000
_EXCERPT: Final = 1_500
_REASON: Final = 300


def region_answer(
    desk: Desk,
    work: UnitOfWork,
    stored: StoredMail,
    reading: Reading,
    now: datetime,
) -> tuple[str, MailState, int | None] | None:
    """What became of a mail of the region about a letter; None when it is about none of ours.

    A mail in which a citizen's message can be read opens a case of its own outside the thread of
    a letter, whatever number stands in its subject.
    """
    mail, kind = reading.mail, reading.kind
    if kind not in {MailKind.REPLY, MailKind.AUTOREPLY, MailKind.OTHER} or not _is_region(
        desk, mail.sender.address
    ):
        return None
    letter = _letter_of(work, reading, now)
    if letter is None or letter.case_id is None:
        return None
    level = prove(mail, desk.trust)
    if level is TrustLevel.REFUSED:
        return "forged", MailState.aside, letter.case_id
    case = work.cases.get(letter.case_id)
    carrier = Carrier(desk, work, case, now=now, actor="region", cause=f"mail{stored.id}")
    text = reading.new.text
    files = tuple(item.name for item in mail.attachments if not item.inline)
    answer = read_region_answer(text, desk.today(now), signature=reading.new.signature)
    if answer.word is RegionWord.filed and not (files and not answer.number):
        carrier.carry((
            Log(
                kind="region_filed",
                data={
                    "number": answer.number,
                    "on": answer.on.isoformat() if answer.on else "",
                    "text": text[:_HEAD],
                },
            ),
        ))
        return "region_reply", MailState.handled, case.id
    if kind is not MailKind.REPLY:
        # A machine of the region decides nothing; what it says is kept with the case.
        carrier.carry((Log(kind="region_automatic", data={"text": text[:_HEAD]}),))
        return kind.value, MailState.ignored, case.id
    returned = answer.word is RegionWord.returned
    if level is not TrustLevel.PROVEN and _is_held_back(
        desk, work, carrier, letter, mail.sender.address or "", text, files, returned=returned
    ):
        return "region_reply", MailState.handled, case.id
    carrier.carry((
        Log(kind="region_returned" if returned else "region_reply", data={"text": text[:_HEAD]}),
    ))
    reopen(
        desk,
        work,
        carrier,
        letter,
        kind="return" if returned else "reply",
        addresses=[mail.sender.address or ""],
        excerpt=text[:_EXCERPT],
        reason=" ".join(text.split())[:_REASON] if returned else "",
        files=files,
        cause=f"mail{stored.id}",
    )
    return "region_reply", MailState.handled, case.id


def _is_held_back(
    desk: Desk,
    work: UnitOfWork,
    carrier: Carrier,
    letter: Outgoing,
    address: str,
    text: str,
    files: tuple[str, ...],
    *,
    returned: bool,
) -> bool:
    """Whether an unproven mail opens nothing: anybody can write in the region's name.

    The dispatcher is shown its words, one mail a case and day; what comes besides is kept in the
    case's course. A closed case opens only by his own word.
    """
    kind = "return" if returned else "reply"
    day = f"region_unproven:{carrier.case.id}:{desk.today(carrier.now).isoformat()}"
    told = work.facts.get(day) is not None
    work.facts.set(day, carrier.now.isoformat())
    if not told and carrier.case.state is not CaseState.closed:
        return False
    carrier.carry((Log(kind="region_unproven", data={"why": kind, "text": text[:_HEAD]}),))
    if not told:
        reason = " ".join(text.split())[:_REASON] if returned else ""
        entry = {} if letter.entry is None else {"entry": str(letter.entry)}
        carrier.carry((
            Ask(
                purpose=Purpose.sending,
                person=desk.office.roles.dispatcher,
                template="reopened",
                context={
                    "kind": kind,
                    "from_address": address,
                    "excerpt": text[:_EXCERPT],
                    "explanation": "",
                    "about": "",
                    "opened": False,
                    "sure": False,
                    "files": files,
                },
                data={
                    "key": "region_unproven",
                    "why": kind,
                    "reason": reason,
                    "unproven": "1",
                    **entry,
                },
            ),
        ))
    return True


def _is_region(desk: Desk, address: str | None) -> bool:
    """Whether a letter's addressee, a source of notices, or somebody at their domain writes."""
    if not address or person_at(address, desk.office) is not None:
        return False
    known = {one.lower() for item in desk.settings.sources for one in item.value().senders}
    known |= {one.lower() for one in desk.settings.tracks.governor.enabled}
    if address in known:
        return True
    domain = address.rpartition("@")[2]
    domains = {one.rpartition("@")[2] for one in known} - _PUBLIC - {desk.domain}
    return domain in domains


def _letter_of(work: UnitOfWork, reading: Reading, now: datetime) -> Outgoing | None:
    """The one letter that the mail answers."""
    mail = reading.mail
    ours = work.queue.by_message_ids([*mail.in_reply_to, *mail.references])
    letters = [item for item in ours if item.kind == "letter"]
    if letters:
        return letters[-1]
    numbers = [*_NUMBER.findall(mail.subject), *_REFERS.findall(mail.text[:_HEAD])]
    named = [one.translate(_DASHES) for one in numbers]
    entries = [one for number in dict.fromkeys(named) for one in work.register.with_number(number)]
    if len({one.case_id for one in entries}) > 1:
        # The numbers begin anew every year: an old letter is not what is written about now.
        entries = [one for one in entries if now - one.registered_at <= _RECENT]
    known = map(work.cases.by_number, find_case_numbers(mail.subject))
    cases = {one.case_id for one in entries} | {one.id for one in known if one is not None}
    if len(cases) != 1 or reading.tells_of_a_message:
        return None
    found = work.queue.letter_of(next(iter(cases)))
    rows = {one.id for one in entries}
    fitting = [item for item in found if item.entry in rows] or list(found)
    return fitting[-1] if fitting else None

"""Which request a mail answers: the codes in it, in the order in which they are to be believed.

The code comes back in the thread (our Message-ID in In-Reply-To and References), in a `+code`
address, in the subject of a button, or as a line of the text (`threats.md` §3.4). A mail that
names two open requests decides neither. The code of an open request always counts: only what finds
none is counted as a guess, and who guesses learns nothing of spent codes any more that day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.domain.codes import find_codes
from mcu_mail.mail.proof import TrustLevel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcu_mail.domain.case import Request
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.said import Said
    from mcu_mail.store.unit_of_work import UnitOfWork

_MOST_WRONG = 5
"""Wrong codes of one sender a day (A42)."""
MOST_READ = 100
"""Candidates that are looked up: a quoted thread holds a few, a list of guesses thousands."""
OWN_ID = re.compile(r"req\.([0-9a-z]{16})\.\d{1,6}@", re.IGNORECASE)
"""The code in a Message-ID of ours."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """The request a mail answers, if any, and every open one that it names."""

    request: Request | None
    open: tuple[Request, ...]


def named_by(desk: Desk, work: UnitOfWork, said: Said, now: datetime) -> Named:
    """What the codes of a mail name; wrong ones are counted."""
    mail = said.mail
    thread = [*mail.in_reply_to, *mail.references]
    own = tuple(code.upper() for text in thread for code in OWN_ID.findall(text))
    typed = find_codes("\n".join([*mail.to, mail.subject]))
    written = find_codes(mail.text, MOST_READ + 1)
    key = _wrong_key(desk, said, now)
    wrong = int(work.facts.get(key) or 0) if key else 0
    guesses = len(typed) + len(written)
    if len(written) > MOST_READ:
        written = ()
    threaded = _known(work, (*own, *find_codes("\n".join(thread))))
    above = (*threaded, *(one for one in _known(work, typed) if one not in threaded))
    below = _known(work, written)
    if wrong > _MOST_WRONG:
        above = (*threaded, *(one for one in above if one.closed_at is None))
        below = tuple(one for one in below if one.closed_at is None)
    if not above and not below:
        if key and guesses:
            work.facts.set(key, str(wrong + guesses))
        return Named(request=None, open=())
    opened = {item.id: item for item in (*above, *below) if item.closed_at is None}
    first = [item for item in above or below if item.closed_at is None]
    request = first[0] if first else (above or below)[-1]
    return Named(request=request, open=tuple(opened.values()))


def _known(work: UnitOfWork, codes: Sequence[str]) -> tuple[Request, ...]:
    return work.requests.by_codes(tuple(dict.fromkeys(codes))[:MOST_READ])


def _wrong_key(desk: Desk, said: Said, now: datetime) -> str:
    """Where the wrong codes of a sender are counted; a stranger has no power, so nowhere.

    By what our server says of him: who only writes an official's address must not silence him.
    """
    if said.person is None:
        return ""
    proof = "proven" if said.level is TrustLevel.PROVEN else "unproven"
    return f"wrong_codes:{desk.today(now).isoformat()}:{said.person.id}:{proof}"

"""A second look into the mailbox for `check --online`: heads of mails, and our own probes removed.

Nothing here marks a mail as seen, and only mails named by number are ever removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.mail.imap import Mailbox
from mcu_mail.mail.imap_answers import uid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_AT_ONCE = 50
_HEAD_OCTETS = 32 * 1024


class Look(Mailbox):
    """A selected folder whose mails are looked at; see `Mailbox` for errors."""

    def whole_heads(self, uids: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """The header fields of these mails, oldest first; gone ones are skipped."""
        ordered = sorted(set(uids))
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            octets = _HEAD_OCTETS * len(some)
            for items, head in self._fetch(some, "(UID BODY.PEEK[HEADER])", octets):
                uid = uid_of(items)
                if uid is not None and head:
                    yield uid, head

    def remove(self, uids: Iterable[int]) -> None:
        """Delete these mails; a server without UIDPLUS keeps them marked for deletion."""
        wanted = sorted(set(uids))
        if wanted:
            with self._speaking():
                self._remove(wanted)

"""A second look into the mailbox: heads of mails, how full it is, and our own probes removed.

Nothing here marks a mail as seen, and only mails named by number are ever removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imap_tools.utils import encode_folder

from mcu_mail.mail.imap import Mailbox
from mcu_mail.mail.imap_answers import storage_of, uid_of
from mcu_mail.mail.tls import certificate_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

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

    @property
    def certificate_end(self) -> datetime | None:
        """Until when the server's certificate holds; None in clear text."""
        return certificate_end(self._client.sock)

    def quota(self) -> tuple[int, int] | None:
        """Octets used and allowed in the mailbox (RFC 2087); None where no limit is told."""
        if "QUOTA" not in self._capabilities:
            return None
        folder = encode_folder(self._path(self._account.folder)).decode("ascii")
        with self._speaking():
            status, answers = self._client.getquotaroot(folder)
        # A server may name several roots; the fullest is what stops the mail.
        found = (
            [one for line in answers[1] if isinstance(line, bytes) and (one := storage_of(line))]
            if status == "OK"
            else []
        )
        return max(found, key=lambda one: one[0] / one[1], default=None)

    def remove(self, uids: Iterable[int]) -> None:
        """Delete these mails; a server without UIDPLUS keeps them marked for deletion."""
        wanted = sorted(set(uids))
        if wanted:
            with self._speaking():
                self._remove(wanted)

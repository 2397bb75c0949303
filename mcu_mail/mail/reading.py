"""Everything that is read from the bytes of one foreign mail, in one value.

Pure: it decides nothing and asks nobody. The daemon does not call it but through `mail.reader`,
which runs it in a process with limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.mail.alternative import shown_new_text
from mcu_mail.mail.kind import MailKind, kind_of, says_absent
from mcu_mail.mail.mime import Incoming, read_mail
from mcu_mail.mail.notices import matching_source, read_notices
from mcu_mail.mail.reaction import without_reaction
from mcu_mail.mail.reply import SEPARATOR, NewText, new_text
from mcu_mail.mail.returned import Returned, read_return

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from mcu_mail.domain.notice import Notice, Source

_NOTIFIES = frozenset({MailKind.REPLY, MailKind.AUTOREPLY, MailKind.OTHER})
"""Kinds in which a notification may come: platforms write automatically."""
_REPORTS = frozenset({MailKind.BOUNCE, MailKind.DELAY})


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one mail says.

    Attributes:
        mail: its fields, bodies and files.
        kind: a person's words, or which machine's.
        source: the place in `sources` of the one whose notification it is; None: nobody's.
        notices: what that notification says, one for each citizen's message.
        new: what a person wrote beyond what is quoted; empty for reports of machines.
        shown: of a person's mail: what is new in its HTML; None without HTML.
        report: of a bounce or a delay notice: what it says of the mail it is about.
        absent: whether an automatic reply says that its owner is away.

    """

    mail: Incoming
    kind: MailKind
    source: int | None
    notices: tuple[Notice, ...]
    new: NewText
    shown: str | None
    report: Returned | None
    absent: bool

    @property
    def tells_of_a_message(self) -> bool:
        """Whether a notice is plainly of a citizen and no «я в отпуске» of a press officer."""
        return any(
            one.text and "text" not in one.unsure and one.applicant is not None
            for one in self.notices
        )

    @property
    def is_notification(self) -> bool:
        """Whether a source's mail is to be taken for its notification.

        Platforms write automatically too: what the mail says is asked before its kind.
        """
        tells = self.tells_of_a_message or any(
            one.event != "new" and one.external_id for one in self.notices
        )
        return bool(self.notices) and (self.kind is MailKind.REPLY or tells)


def read_whole(raw: bytes, sources: Sequence[Source], zone: ZoneInfo) -> Reading:
    """Return what the mail `raw` says; `zone` is the office's.

    It raises nothing that is known of, and takes memory and time that the bytes decide about.
    """
    mail = without_reaction(read_mail(raw))
    kind = kind_of(mail)
    source = matching_source(mail, sources)
    notifies = source is not None and kind in _NOTIFIES
    machine = kind in _REPORTS or kind is MailKind.MDN
    return Reading(
        mail=mail,
        kind=kind,
        source=None if source is None else list(sources).index(source),
        notices=read_notices(mail, source, zone) if source is not None and notifies else (),
        new=NewText(text="", signature="", quoted=False)
        if machine
        else new_text(mail, separator=SEPARATOR),
        shown=shown_new_text(mail) if kind is MailKind.REPLY else None,
        report=read_return(mail) if kind in _REPORTS else None,
        absent=kind is MailKind.AUTOREPLY and says_absent(mail),
    )

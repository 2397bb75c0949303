"""Everything that is read from the bytes of one foreign mail, in one value.

Pure: it decides nothing and asks nobody. The daemon does not call it but through `mail.reader`,
which runs it in a process with limits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcu_mail.mail.alternative import shown_new_text
from mcu_mail.mail.forwarded import is_forward, originals
from mcu_mail.mail.kind import MailKind, kind_of, says_absent
from mcu_mail.mail.mime import Incoming, read_mail
from mcu_mail.mail.notices import matching_source, read_notices
from mcu_mail.mail.reaction import without_reaction
from mcu_mail.mail.reply import NewText, new_text
from mcu_mail.mail.returned import Returned, read_return
from mcu_mail.mail.typed import Typed, notices_of_words, typed_messages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from mcu_mail.domain.notice import Notice, Source

_NOTIFIES = frozenset({MailKind.REPLY, MailKind.AUTOREPLY, MailKind.OTHER})
"""Kinds in which a notification may come: platforms write automatically."""
_REPORTS = frozenset({MailKind.BOUNCE, MailKind.DELAY})


@dataclass(frozen=True, kw_only=True)
class PassedOn:
    """A system's letter inside a mail of somebody who passes it on.

    Attributes:
        original: the letter, with the sender that the forward states: it proves nothing of him.
        notices: what it says, by the rules of that sender's source.
        words: what is new in it.
        attached: whether it came whole, as a mail of its own; else it is retold in the text.

    """

    original: Incoming
    notices: tuple[Notice, ...]
    words: str
    attached: bool = False


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one mail says.

    Attributes:
        mail: its fields, bodies and files.
        kind: a person's words, or which machine's.
        source: the place in `sources` of the one whose notification it is; None: nobody's.
        notices: what that notification says, one for each citizen's message.
        new: what a person wrote beyond what is quoted; empty for reports of machines.
        typed: of a person's mail: the messages that «Новое: …» opens in it; the track of one that
            names none is empty.
        passed_on: letters of sources that it passes on.
        shown: of a person's mail: what is new in its HTML; None without HTML.
        report: of a bounce or a delay notice: what it says of the mail it is about.
        absent: whether an automatic reply says that its owner is away.

    """

    mail: Incoming
    kind: MailKind
    source: int | None
    notices: tuple[Notice, ...]
    new: NewText
    typed: tuple[Notice, ...]
    passed_on: tuple[PassedOn, ...]
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
    new = NewText(text="", signature="", quoted=False) if machine else new_text(mail)
    return Reading(
        mail=mail,
        kind=kind,
        source=None if source is None else list(sources).index(source),
        notices=read_notices(mail, source, zone) if source is not None and notifies else (),
        new=new,
        typed=_typed(mail, new.text, sources, zone) if kind is MailKind.REPLY else (),
        passed_on=() if machine or source is not None else _passed_on(mail, sources, zone),
        shown=shown_new_text(mail) if kind is MailKind.REPLY else None,
        report=read_return(mail) if kind in _REPORTS else None,
        absent=kind is MailKind.AUTOREPLY and says_absent(mail),
    )


def _typed(
    mail: Incoming, text: str, sources: Sequence[Source], zone: ZoneInfo
) -> tuple[Notice, ...]:
    alone = not (mail.in_reply_to or mail.references)
    subject = mail.subject if not mail.in_reply_to else ""
    messages = typed_messages(text, subject, _names(sources), fresh=alone)
    return tuple(
        notice for one in messages for notice in notices_of_words(one, mail, sources, zone)
    )


def _passed_on(mail: Incoming, sources: Sequence[Source], zone: ZoneInfo) -> tuple[PassedOn, ...]:
    found = originals(mail) if is_forward(mail) else ()
    known = [
        (one, source)
        for one in found
        if (source := matching_source(one.original, sources)) is not None
    ]
    if known and not known[0][0].attached:
        # Retold letters hold each other: the outer one of a source has the words of the inner.
        known = known[:1]
    return tuple(
        PassedOn(
            original=one.original,
            notices=read_notices(one.original, source, zone),
            words=new_text(one.original).text,
            attached=one.attached,
        )
        for one, source in known
    )


def _names(sources: Sequence[Source]) -> Mapping[str, str]:
    return {one.track: one.name for one in sources if one.name}


def read_words(words: str, sources: Sequence[Source], zone: ZoneInfo) -> tuple[Notice, ...]:
    """The messages of a text that is no mail: «Новое, ПОС: …» names its track, else the Governor's.

    Raises nothing that is known of.
    """
    nobody = read_mail(b"")
    typed = typed_messages(words, names=_names(sources)) or (Typed(track="", text=words),)
    return tuple(
        notice
        for one in typed
        for notice in notices_of_words(
            replace(one, track=one.track or "governor"), nobody, sources, zone
        )
    )

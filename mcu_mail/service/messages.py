"""The messages that a mail or a file holds, each with its own words, in a lasting order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcu_mail.service.case_events import WORDS, Message, as_event, tells_of_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcu_mail.domain.notice import Notice
    from mcu_mail.mail.mime import Incoming
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk


def way_of(reading: Reading) -> str:
    """`notice` or `forwarded`: how a saved mail is to be read; empty: as plain words."""
    if reading.source is not None:
        return "notice"
    return "forwarded" if reading.passed_on else ""


def messages(reading: Reading, how: str) -> Sequence[Message]:
    """All that a mail holds and that says something."""
    if how == "forwarded":
        found = [(one.original, one.notices, one.words) for one in reading.passed_on]
    else:
        notices = reading.typed if how == "typed" else reading.notices
        found = [(reading.mail, notices, reading.new.text)]
    return [
        message
        for letter, notices, words in found
        for message in messages_of(letter, notices, words)
    ]


def messages_of(letter: Incoming, notices: Sequence[Notice], words: str) -> Sequence[Message]:
    """The messages of one letter, each with its own words: never with those of another citizen."""
    alone = len(notices) == 1
    return [
        Message(
            letter=letter,
            notice=as_event(notice),
            words=((words if alone else "") or notice.text or notice.basis)[:WORDS],
            alone=alone,
        )
        for notice in notices
        if notice.text.strip() or notice.link or notice.applicant or tells_of_number(notice)
    ]


def asked_about(desk: Desk, reading: Reading, question: Mapping[str, str]) -> Sequence[Message]:
    """The messages that a question is about, read again as they were read when it was asked.

    Args:
        desk: the office's desk.
        reading: of the mail or file.
        question: its data.

    """
    text = question.get("text")
    if text is None:
        return messages(reading, question["how"])
    words = desk.store.files.get(text).decode()
    nobody = replace(reading.mail, attachments=())
    return messages_of(nobody, words_read(desk, words), "")


def words_read(desk: Desk, words: str) -> tuple[Notice, ...]:
    """The messages of a text; see `mail.reading.read_words`."""
    return desk.words(words)

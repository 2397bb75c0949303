"""The closed list of commands (design §4): which words are looked for, in what order, and how read.

The more exact words stand before the more general ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mcu_mail.domain import clerk_readers as clerk
from mcu_mail.domain import matter_readers as matter
from mcu_mail.domain import track_readers as told
from mcu_mail.domain import track_words as track
from mcu_mail.domain import verdict_readers as readers
from mcu_mail.domain import verdict_words as words
from mcu_mail.domain.meaning import Meaning, MeaningKind
from mcu_mail.domain.row_words import ROWS, rows_after
from mcu_mail.domain.verdict_denials import Denial
from mcu_mail.domain.verdict_readers import Said, asked_too

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[Said], Meaning | None]
    Commands = tuple[tuple[re.Pattern[str], Reader], ...]

_ROW_VERDICTS = (
    words.APPROVE,
    words.NOT_AGREED,
    words.SENT_BACK,
    words.CLOSE,
    track.PUBLISHED,
    track.RESULT,
    track.REGIONAL_YES,
    track.REGIONAL_NO,
    track.SUBMITTED,
    track.CONSENT,
    track.NO_CONSENT,
    track.ACCEPT_WORK,
    track.FAST_TRACK,
)
_ROWS_FIRST = re.compile(
    rf"(?P<rows>{ROWS})[\s:,.;)–—-]+(?:(?:можно|пожалуйста|прошу|все)\s+){{0,2}}(?="
    + "|".join(re.sub(r"\(\?P<\w+>", "(?:", one.pattern) for one in _ROW_VERDICTS)
    + ")",
)
"""«1-7 опубликовано», «№ 2: согласовано»."""


def named_rows(pattern: re.Pattern[str], said: Said) -> Meaning | None:
    """The rows that a verdict names right after itself; None where it names none.

    Only a sheet has rows: in a reply to a single mail nobody knows what the digits mean.
    """
    if pattern not in _ROW_VERDICTS:
        return None
    rows = rows_after(said.match.string, said.match.end())
    return _of_rows(rows, said) if rows else None


def _of_rows(rows: str, said: Said) -> Meaning:
    line = said.line[said.match.start() :]
    return Meaning(kind=MeaningKind.rows, name=rows, reason=f"{line}\n{said.below}".strip())


def _rows_first(said: Said) -> Meaning:
    if "?" in said.match.string:
        return Meaning(kind=MeaningKind.question)
    return _of_rows(said.match["rows"].strip(), said)


COMMANDS: Commands = (
    (words.RECALL, asked_too(readers.all_as_reason(MeaningKind.recall))),
    (words.CALLED_BACK, readers.all_as_reason(MeaningKind.recall)),
    (_ROWS_FIRST, _rows_first),
    (words.BY_PHONE, asked_too(readers.all_as_reason(MeaningKind.by_phone))),
    (track.SUBMITTED, asked_too(told.told(MeaningKind.regional, told.SUBMITTED))),
    (track.REGIONAL_YES, asked_too(told.told(MeaningKind.regional, "approved"))),
    (track.REGIONAL_NO, asked_too(told.told(MeaningKind.regional, "returned"))),
    (words.HEAD_RETURNED, asked_too(readers.all_as_reason(MeaningKind.head_returned))),
    (track.APPEAL, asked_too(matter.appeal)),
    (track.APART, asked_too(matter.apart)),
    (track.MERGE, asked_too(matter.merged)),
    (words.NOT_OURS, readers.not_ours),
    (words.PASS_ON, readers.passed_on),
    (track.NO_CONSENT, readers.returned),
    (track.CONSENT, told.consented),
    (words.NOT_AGREED, readers.returned),
    (words.SENT_BACK, readers.returned),
    (track.TEMPLATE, asked_too(matter.template)),
    (words.REDO, readers.redone),
    (words.REMARKS, readers.all_as_reason(MeaningKind.conditional)),
    (words.APPROVE, readers.approved),
    (words.EXECUTOR, readers.executor),
    (track.ASSIGN, told.assigned),
    (words.ENTRUST, readers.entrusted),
    (words.ROUTE, readers.routed),
    (words.INTERIM, readers.promised(MeaningKind.interim)),
    (track.TERM, asked_too(told.term)),
    (words.WAIT, readers.promised(MeaningKind.wait)),
    (track.PROLONG, asked_too(told.term)),
    (track.FIRST_DONE, asked_too(told.first_done)),
    (track.ANSWERED_TERM, asked_too(told.first_done)),
    (track.FIRST_REPLY, asked_too(told.first_reply)),
    (track.ACCEPT_WORK, asked_too(told.accepted)),
    (track.ACCEPT, asked_too(told.accepted)),
    (track.PUBLISHED_BY, asked_too(told.published)),
    (track.PUBLISHED, asked_too(told.published)),
    (track.RESULT, asked_too(told.resolved)),
    (words.REOPEN, asked_too(readers.all_as_reason(MeaningKind.reopen))),
    (words.CLOSE, asked_too(readers.all_as_reason(MeaningKind.close))),
    (words.DUPLICATE, asked_too(readers.duplicate)),
    (words.BY_HAND, asked_too(readers.sent_by_hand)),
    (track.FAST_OFF, asked_too(told.told(MeaningKind.fast_track, told.OFF))),
    (track.FAST_TRACK, asked_too(told.told(MeaningKind.fast_track))),
    (track.URGENT, asked_too(told.urgent)),
    (track.NEGATIVE, asked_too(readers.all_as_reason(MeaningKind.citizen, told.NEGATIVE))),
    (track.POSITIVE, asked_too(readers.all_as_reason(MeaningKind.citizen, told.POSITIVE))),
    (track.COMMENT, readers.all_as_reason(MeaningKind.citizen, told.COMMENT)),
    (track.MARK, told.marked),
    (track.CLARIFIED, matter.clarified),
    (track.PROMISE_KEPT, asked_too(told.told(MeaningKind.promise_kept))),
    (words.IS_ANSWER, readers.note_is_answer),
    (words.PEN, clerk.changed_by_pen),
    (words.VOID, clerk.voided),
    (words.IS_NUMBERED, clerk.numbered),
)

DENIABLE = {
    words.RECALL: Denial.STOP,
    words.BY_PHONE: Denial.FACT,
    track.REGIONAL_YES: Denial.FACT,
    track.REGIONAL_NO: Denial.TOLD,
    words.HEAD_RETURNED: Denial.TOLD,
    words.NOT_OURS: Denial.PROMISE,
    words.PASS_ON: Denial.NAME,
    words.NOT_AGREED: Denial.ORDER,
    words.SENT_BACK: Denial.ORDER,
    words.REDO: Denial.CHANGE,
    words.EXECUTOR: Denial.NAME,
    words.ROUTE: Denial.NAME,
    words.INTERIM: Denial.PROMISE,
    words.WAIT: Denial.PROMISE,
    track.FIRST_REPLY: Denial.PROMISE,
    track.ACCEPT_WORK: Denial.ORDER,
    track.ACCEPT: Denial.ORDER,
    track.PUBLISHED: Denial.FACT,
    words.REOPEN: Denial.ORDER,
    words.CLOSE: Denial.ORDER,
    words.DUPLICATE: Denial.FACT,
    words.BY_HAND: Denial.ACT,
    track.FAST_TRACK: Denial.ACT,
    track.URGENT: Denial.PROMISE,
    words.IS_ANSWER: Denial.ACT,
    words.PEN: Denial.PROMISE,
    words.VOID: Denial.ORDER,
    track.SUBMITTED: Denial.FACT,
    track.APPEAL: Denial.ACT,
    track.APART: Denial.ACT,
    track.MERGE: Denial.ORDER,
    track.NO_CONSENT: Denial.ORDER,
    track.ASSIGN: Denial.NAME,
    track.TERM: Denial.PROMISE,
    track.PROLONG: Denial.PROMISE,
    track.FIRST_DONE: Denial.FACT,
    track.ANSWERED_TERM: Denial.FACT,
    track.RESULT: Denial.RESULT,
    track.PUBLISHED_BY: Denial.RESULT,
    track.FAST_OFF: Denial.ACT,
    track.POSITIVE: Denial.FACT,
    track.TEMPLATE: Denial.ORDER,
    track.PROMISE_KEPT: Denial.RESULT,
}
"""How each command is looked at for words that deny it.

An approval is not here: whatever follows it holds it anyway. A citizen's words deny nothing.
"""

OF_A_DRAFTER: Commands = tuple(
    (track.PROLONG, readers.promised(MeaningKind.wait)) if item[0] is track.PROLONG else item
    for item in COMMANDS
    if item[0] is not words.REDO
)
"""«Замените фото», «Уберите машины»: from a drafter a note, or the answer itself."""

WEAK: Commands = (
    (words.CONFIRM, readers.confirmed),
    (words.WEAK, readers.weak),
)

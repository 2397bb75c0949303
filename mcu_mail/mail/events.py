"""What a notification is about: a new message, a returned answer, a comment, an appeal under 59-ФЗ.

Why: the press office's own words decide, never the citizen's («мне вернули ответ на доработку» is a
new message). The lists are modest on purpose: what is not plainly said is a new message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.mail.values import fold

if TYPE_CHECKING:
    from mcu_mail.mail.filling import Draft

_RETURNED: Final = re.compile(
    r"возвра(?:т|щ)\w{0,8}.{0,60}(?:доработ|ответ)|ответ\w{0,3}.{0,80}"
    r"(?:возвра(?:т|щ)|не (?:принят|согласован))|не согласован[оа]?(?!\w)|(?:на"
    r"|требу\w{1,4}) доработк"
    r"|доработать (?:ответ|письмо)"
)
_COMMENT: Final = re.compile(
    r"№\s?[\w\-/]{2,30}\W{0,4}(?:поступил |новый |оставлен ){1,2}комментари"
    r"|комментари\w{1,3} к (?:ответу|решению)|не соглас(?:ен|на) с (?:результат|ответ)"
    r"|(?:отрицательн|негативн)\w{2,3} (?:отзыв|оценк)"
)
_APPEAL: Final = re.compile(r"59\s?-?\s?фз|федеральн\w{2,5} закон\w{0,4}.{0,60}№\s?59(?!\d)")
_DENIED: Final = re.compile(
    r"не (?:явля|относ|подпад|подлеж|регистр|рассматр).{0,140}59|59\s?-?\s?фз.{0,60}не (?:распр"
    r"|прим)"
)
_URGENT: Final = re.compile(r"\W{0,5}(?:(?:re|fwd?)\W{1,3})?(?:весьма )?срочно(?!\w)")
_ASKS_59: Final = re.compile(r"в (?:порядке|соответствии).{0,60}59\s?-?\s?фз")


def read_event(draft: Draft, subject: str) -> str:
    """Return `new`, `returned`, `citizen_comment` or `appeal_59fz`."""
    lines = [fold(line[:600]) for line in [subject, *draft.frame]]
    own = [line for line in lines if not _DENIED.search(line)]
    denied = len(own) < len(lines)
    if any(_APPEAL.search(line) for line in own):
        return "appeal_59fz"
    if not denied and _ASKS_59.search(fold(draft.text[:4000])):
        return "appeal_59fz"
    if any(_COMMENT.search(line) for line in own):
        return "citizen_comment"
    if any(_RETURNED.search(line) for line in own):
        return "returned"
    return "urgent" if _URGENT.match(fold(subject)) else "new"

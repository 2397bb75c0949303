"""Mails that cross a death at the final dot: replies before we have noted it (F16), receipts."""

from contextlib import nullcontext
from datetime import timedelta
from email.parser import BytesHeaderParser
from email.policy import default

import pytest

from mcu_mail import failpoints
from mcu_mail.failpoints import CrashError
from tests.model import promises
from tests.model.office import ModelOffice
from tests.model.outside import wired_to
from tests.stories.office_day import DRAFT, SNOW


@pytest.mark.parametrize("dies", [True, False], ids=["we die then", "we live on"])
def test_a_reply_that_is_quicker_than_our_own_commit_counts_once(dies: bool) -> None:
    office = ModelOffice()

    class _AtTheVerdict:
        """The server has said 250, and nothing of it is committed."""

        def passed(self, name: str) -> None:
            asked = list(office.mails_of("roads_head").values())
            if name == "smtp.verdict.after" and asked and not office.serial > 1:
                office.answers(asked[-1], office.address("roads_head"), DRAFT)
                if dies:
                    raise CrashError(name)

    with wired_to(office.post):
        office.start()
        office.writes("press@region.example", "Сообщение", SNOW)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(failpoints, "_plan", _AtTheVerdict())
            if dies:
                with pytest.raises(CrashError):
                    office.rounds.until_idle(office.now)
            else:
                office.rounds.until_idle(office.now)
        if dies:
            office.die()
            office.start()
        office.play()
        promises.check(office)
        (case,) = office.rows("SELECT step, version FROM cases")
        (answered,) = office.rows("SELECT state, kind FROM mails WHERE kind = 'reply'")
    office.close()
    assert (case["step"], case["version"]) == ("approve_deputy", 1)
    assert answered["state"] == "handled"


def _subject(raw: bytes) -> str:
    return str(BytesHeaderParser(policy=default).parsebytes(raw)["Subject"])


def _told_of_an_approval(dies_at: int) -> dict[str, set[str]]:
    """What people have got once a draft was approved, we having died at a final dot of that hour.

    Args:
        dies_at: at which of them; 0: at none.

    """
    office = ModelOffice()

    class _AtTheDot:
        """The whole mail is over there but for its end."""

        left = dies_at

        def passed(self, name: str) -> None:
            self.left -= name == "smtp.dot.before"
            if name == "smtp.dot.before" and self.left == 0:
                raise CrashError(name)

    with wired_to(office.post):
        office.start()
        office.writes("press@region.example", "Сообщение", SNOW)
        office.play()
        for person, words in (("roads_head", DRAFT), ("dep_life", "Согласовано")):
            asked = list(office.mails_of(person).values())[-1]
            office.answers(asked, office.address(person), words)
            if person == "roads_head":
                office.play()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(failpoints, "_plan", _AtTheDot())
            with pytest.raises(CrashError) if dies_at else nullcontext():
                office.rounds.until_idle(office.now)
        if dies_at:
            office.die()
            office.start()
        # Whether the mail got through is asked of our own mailbox first.
        office.passes(timedelta(minutes=20))
        office.play()
        told = {
            person: {_subject(one) for one in office.mails_of(person).values()}
            for person in ("roads_head", "dep_life", "registry")
        }
    office.close()
    return told


def test_no_mail_of_an_approval_is_lost_with_us_at_its_final_dot() -> None:
    told = _told_of_an_approval(0)
    assert [len(told[person]) for person in told] == [1, 2, 1], "asked; asked and thanked; asked"
    assert [_told_of_an_approval(one) for one in (1, 2)] == [told, told]

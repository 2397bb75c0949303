"""A reply that comes before we have noted that its request was sent (F16)."""

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

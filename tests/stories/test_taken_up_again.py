"""What a killed daemon had in hand is owed at once by the next one, at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.rehearsal.people import reply
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.service.collect import collect
from mcu_mail.service.receive import receive
from tests.conftest import PASSWORD
from tests.stories.signed_letter import DRAFT, NATIVE, OURS, deputy, head, notice, the_case

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice


def test_a_rendering_that_was_cut_off_is_done_by_the_next_start(
    tmp_path: Path, post_office: PostOffice
) -> None:
    stage = Stage(tmp_path / "office", post_office, PASSWORD, NATIVE)
    with stage.opened():
        post_office.deliver(OURS, notice(stage, "2026-11-23 08:15"))
        stage.play("2026-11-23 08:53")
        task = stage.mails(head.address)[-1]
        post_office.deliver(OURS, reply(head, task, DRAFT, stage.moment("2026-11-23 11:30")))
        now = stage.moment("2026-11-23 11:31")
        receive(stage.desk, now)
        collect(stage.desk, now, played=True)
        with stage.desk.store.work() as work:
            (cut_off,) = work.tasks.open(the_case(stage).id)
            later = stage.moment("2026-11-23 11:46")
            work.tasks.count_attempt(cut_off.id, later)
            work.commit()
        assert the_case(stage).step == "draft"

        stage.play("2026-11-23 11:31")

        assert the_case(stage).step == "approve_deputy"
        assert len(stage.mails(deputy.address)) == 1

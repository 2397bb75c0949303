"""A letter of several pages goes out too, whichever engine drew it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mcu_mail.documents.office import find_soffice
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import press, reply
from mcu_mail.rehearsal.stage import Stage
from tests.conftest import PASSWORD
from tests.stories.signed_letter import (
    OURS,
    deputy,
    head,
    letter_out,
    note_of,
    notice,
    register,
    the_case,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice

SENTENCE = (
    "Улица Образцовая на участке от дома № 1 до дома № 25 расчищена автогрейдером, посыпка "
    "противогололёдным материалом проведена, повторная уборка запланирована на 25.11.2026. "
)
LONG = "\n".join(["Ответ: " + SENTENCE * 3, *[SENTENCE * 4] * 11])
CONTACT = "\nСвязались: 23.11 11:20, по телефону"
ENGINES = [
    pytest.param("native"),
    pytest.param(
        "libreoffice",
        marks=[
            pytest.mark.office,
            pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed"),
        ],
    ),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_page_of_a_long_letter_is_needed_and_enough(
    tmp_path: Path, post_office: PostOffice, engine: str
) -> None:
    stage = Stage(tmp_path / "office", post_office, PASSWORD, {"letters.engine": engine})
    with stage.opened():
        post_office.deliver(OURS, notice(stage, "2026-11-23 08:15"))
        stage.play("2026-11-23 08:53")
        task = stage.mails(head.address)[-1]
        post_office.deliver(
            OURS, reply(head, task, LONG + CONTACT, stage.moment("2026-11-23 11:30"))
        )
        stage.play("2026-11-23 11:31")
        asked = stage.mails(deputy.address)[-1]
        post_office.deliver(
            OURS, press(deputy, asked, "Согласовать", stage.moment("2026-11-23 13:00"))
        )
        stage.play("2026-11-23 13:01")
        number = "2026-000001"
        with stage.desk.store.view() as view:
            letter = view.letters.get(the_case(stage).id, 1)
        assert letter is not None
        assert letter.pages is not None
        assert letter.pages >= 3

        part = sign_and_scan(stage.to_sign(number), pages=range(letter.pages - 1))
        stage.drop("часть.pdf", part)
        stage.play("2026-11-23 16:30")
        assert str(letter.pages) in note_of(stage, "часть")
        assert register(stage) == ()

        stage.drop("целиком.pdf", sign_and_scan(stage.to_sign(number)))
        stage.play("2026-11-23 16:40")

        assert [entry.sheets for entry in register(stage)] == [letter.pages]
        assert {item.state.value for item in letter_out(stage).addressees} == {"accepted"}

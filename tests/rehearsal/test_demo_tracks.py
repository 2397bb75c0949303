"""The demo of the tracks whose answers are published: what it says is what the cases say."""

from __future__ import annotations

import contextlib
import io
from datetime import date, time
from typing import TYPE_CHECKING

import pytest

from mcu_mail.domain.case import Purpose
from mcu_mail.domain.routes import ROUTES
from mcu_mail.rehearsal import day, demo
from mcu_mail.rehearsal.tracks import CHOICES, HER, script_of

if TYPE_CHECKING:
    from pathlib import Path


def test_a_claim_is_played_to_its_second_publication(tmp_path: Path):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = demo.play(tmp_path / "папка", "kuzbass_online")
    shown = said.getvalue()
    assert code == 0, shown
    for words in (
        "Вторник, 24.11.2026",
        "принято в работу, ЖКХ / Освещение",
        "отрицательный отзыв",
        "снова в работе; срок 11.12",
        "ответы опубликованы в срок, дела закрыты",
    ):
        assert words in shown.replace("\xa0", " ")
    assert shown.count("ответ опубликован в срок, решено") == 2
    board = (tmp_path / "папка" / "Доска.txt").read_text(encoding="utf-8-sig")
    assert "Кузбасс-онлайн № 345690" in board
    assert not (tmp_path / "папка" / "Журнал.xlsx").exists(), "nothing was registered"
    mails = {path.name for path in (tmp_path / "папка" / "почта").glob("*.eml")}
    assert any("Доработайте" in name for name in mails)


def test_an_unknown_track_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert demo.play(tmp_path / "папка", "telegraph") == demo.USAGE
    assert "kuzbass_online" in capsys.readouterr().err
    assert not (tmp_path / "папка").exists()


@pytest.mark.parametrize("track", CHOICES)
def test_a_script_goes_forward_and_asks_for_what_the_service_asks(track):
    script = script_of(track)
    assert script is not None
    moments = [(beat.on, time.fromisoformat(beat.at)) for beat in script.beats]
    assert moments == sorted(moments)
    assert script.on <= moments[0][0]
    assert moments[-1][0] <= script.ends
    asked = {beat.act.asked for beat in script.beats if isinstance(beat.act, day.Say)}
    assert asked <= {*Purpose, HER}


def test_all_tracks_play_a_return_an_interim_answer_and_a_comment():
    script = script_of("all")
    assert script is not None
    assert script.tracks == tuple(ROUTES)
    words = "\n".join(
        f"{beat.told} {beat.act.text}" for beat in script.beats if isinstance(beat.act, day.Say)
    )
    assert "На доработку" in words
    assert "Промежуточный ответ до 30.11.2026" in words
    assert any("недоволен" in beat.told for beat in script.beats)
    assert script.on == date(2026, 11, 23)


def test_without_a_name_it_is_the_governors_day():
    assert script_of(None) == script_of("governor")
    assert script_of("telegraph") is None

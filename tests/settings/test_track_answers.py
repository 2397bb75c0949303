"""What the settings of a track say of its answers: photos, and how long they may be."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mcu_mail.settings.tracks import GovernorSettings, PosSettings, Recipient, TracksSettings

GOVERNOR = GovernorSettings(recipients=(Recipient(address="priem@region.example"),))


def test_a_missing_photo_is_pointed_out_unless_the_office_wants_none():
    tracks = TracksSettings(governor=GOVERNOR, pos=PosSettings(photo="none", answer_length=0))
    assert tracks.wants_photo("incident")
    assert not tracks.wants_photo("pos")
    assert not tracks.wants_photo("governor")
    assert (tracks.longest("incident"), tracks.longest("pos"), tracks.longest("governor")) == (
        4000,
        0,
        0,
    )


def test_a_length_below_nothing_is_refused():
    with pytest.raises(ValidationError):
        PosSettings(answer_length=-1)

"""The disk under the store: what kind it is, whether it writes, and the reserve on a full one."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from mcu_mail.store.disk import (
    Reserve,
    file_system,
    free_bytes,
    lazy_options,
    sync_microseconds,
)
from tests.peers.full_disk import fill, small_disk

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,nobarrier
23 22 0:21 / /srv rw - xfs /dev/vdb rw
24 23 0:22 / /srv/\\320\\236\\320\\261\\320\\274\\320\\265\\320\\275 rw - cifs //nas/x rw
25 22 0:23 / /srv rw - btrfs /dev/vdc rw
26 22 0:24 / /mem rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/mcu/var", "ext4"),
        ("/srvs", "ext4"),
        ("/srv/var", "btrfs"),
        ("/srv/\u041e\u0431\u043c\u0435\u043d", "cifs"),
        ("/srv/\u041e\u0431\u043c\u0435\u043d/var", "cifs"),
        ("/mem", "tmpfs"),
    ],
)
def test_the_file_system_under_a_folder_is_known(tmp_path, place, kind):
    mounts = tmp_path / "mountinfo"
    # proc(5) writes what is not ASCII, and spaces, in octal.
    mounts.write_bytes(MOUNTS.encode("utf-8"))
    assert file_system(Path(place), mounts) == kind
    assert lazy_options(Path(place), mounts) == (("nobarrier",) if kind == "ext4" else ())


def test_without_a_list_of_mounts_nothing_is_claimed(tmp_path):
    assert file_system(tmp_path, tmp_path / "none") == ""
    assert lazy_options(tmp_path, tmp_path / "none") == ()


def test_a_disk_in_memory_gives_itself_away_by_its_haste(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        assert file_system(disk) == "tmpfs"
        assert sync_microseconds(disk) < 10
        assert list(disk.iterdir()) == []


def test_free_room_is_told_of_a_folder_that_is_yet_to_be_made(tmp_path):
    assert free_bytes(tmp_path / "a" / "b") == pytest.approx(free_bytes(tmp_path), rel=0.1)


def test_the_reserve_is_real_and_gives_its_room_back_on_a_small_disk(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        reserve = Reserve(disk / "reserve", 2_000_000)
        assert reserve.make()
        assert not reserve.make()
        fill(disk / "filler")
        with pytest.raises(OSError, match="No space") as error:
            (disk / "state").write_bytes(bytes(5000))
        assert error.value.errno == errno.ENOSPC
        assert reserve.release()
        assert not reserve.release()
        (disk / "state").write_bytes(bytes(1_500_000))

        # Where there is no room for it, none is held back, and no half of it stays.
        assert not reserve.make()
        assert sorted(path.name for path in disk.iterdir()) == ["filler", "state"]


def test_an_office_without_a_reserve_has_none(tmp_path):
    assert not Reserve(tmp_path / "reserve", 0).make()
    assert list(tmp_path.iterdir()) == []

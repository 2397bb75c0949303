"""The share goes away, comes back, lets nobody write, and files come onto it slowly."""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from mcu_mail.documents.folder import WORK, Folder
from mcu_mail.failpoints import armed
from tests.bench.slow_scans import storm
from tests.stories.signed_letter import NATIVE, NUMBER, at, copies, listing, register, the_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcu_mail.rehearsal.postoffice import PostOffice
    from mcu_mail.rehearsal.stage import Stage
    from tests.stories.signed_letter import Prepared


class Share:
    """A folder of another disk, mounted where the office has its own; for root alone."""

    def __init__(self, server: Path, place: Path) -> None:
        self._server, self._place = server, place

    def mount(self, *options: str) -> None:
        """Connect it."""
        self._run("mount", "--bind", str(self._server), str(self._place))
        if options:
            self._run("mount", "-o", ",".join(("remount", "bind", *options)), str(self._place))

    def unmount(self) -> None:
        """Disconnect it, whatever is open there; the folder beneath is empty."""
        self._run("umount", "-l", str(self._place))

    @staticmethod
    def _run(*command: str) -> None:
        if os.name == "nt" or os.geteuid() != 0 or subprocess.run(command, check=False).returncode:
            pytest.skip("no share can be mounted here")


@contextlib.contextmanager
def on_a_share(prepared: Prepared, folder: Path, post: PostOffice) -> Iterator[tuple[Stage, Share]]:
    """The office with the waiting letter; its folders stand on a mounted share."""
    server, place = folder / "server", folder / "office" / "outbox"
    place.mkdir(parents=True)
    server.mkdir()
    share = Share(server, place)
    share.mount()
    try:
        stage = prepared.on(folder / "office", post)
        with stage.opened():
            yield stage, share
    finally:
        share.unmount()


def test_a_share_that_comes_and_goes_loses_no_scan_and_sends_no_letter_twice(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    with on_a_share(waiting_letter, tmp_path, post_office) as (stage, share):
        # Gone before the scan is taken.
        stage.drop("скан.pdf", waiting_letter.scan)
        share.unmount()
        assert stage.play(at(stage, "16:30")) == ("folder",)
        assert list(stage.desk.folders.base.iterdir()) == []

        # Gone while it is taken: a fault in the middle, then nothing at all.
        share.mount()
        with armed("scan.claim.after=EIO"):
            stage.play(at(stage, "16:31"))
        assert register(stage) == ()
        share.unmount()
        assert stage.play(at(stage, "16:32")) == ("folder",)

        # Gone between the register and the last place of the scan.
        share.mount()
        with armed("share.move.before=EIO,share.move.before@2=EIO"):
            stage.play(at(stage, "16:33"))
        share.unmount()
        stage.play(at(stage, "16:34"))

        # Somebody has given the service no right to write.
        share.mount("ro")
        stage.play(at(stage, "16:40"))
        share.unmount()

        share.mount()
        for minute in (50, 59):
            stage.play(at(stage, f"16:{minute}"))
        assert copies(stage) == [1, 1]
        assert [entry.state for entry in register(stage)] == ["sent"]
        assert the_case(stage).state == "closed"
        assert listing(stage, Folder.SIGNED) == listing(stage, Folder.TO_SIGN) == []
        assert listing(stage, Folder.REFUSED) == []
        assert f"{NUMBER} Скан.pdf" in listing(stage, f"{Folder.SENT}/2026")
        assert list((stage.desk.folders.base / WORK).iterdir()) == []


def test_scans_that_come_slowly_are_never_taken_half(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office, NATIVE)
    with stage.opened():
        assert sum(storm(stage, waiting_letter.scan, 6, 1).values()) > 20

"""Ways of an alarm that need no mail: a note on the clerk's share, a command of the office's own.

The mail that would tell of a mailbox or a mail server that is down waits in the queue until it is
over: these tell at once (`threats.md` F11, F59).
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from mcu_mail.documents.folder import Folder
from mcu_mail.documents.hand_set import sets
from mcu_mail.domain import watch_words as words
from mcu_mail.domain.watch import MAIL_JOBS
from mcu_mail.errors import TemporaryError
from mcu_mail.failpoints import fail_point

if TYPE_CHECKING:
    from datetime import datetime

    from mcu_mail.service.desk import Desk
    from mcu_mail.service.health import Health
    from mcu_mail.settings import Settings

log = logging.getLogger(__name__)

NOTE = "ВНИМАНИЕ – почта не работает.txt"
_PASSED_ON = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TEMP", "TMP", "XDG_RUNTIME_DIR",
)  # fmt: skip


def run_command(desk: Desk, name: str, *, since: datetime | None) -> None:
    """Give the office's own command one line about a job: since when it fails, or that it is over.

    No shell, none of our secrets in its environment, and it is ended when it takes too long; what
    becomes of it stops nothing.
    """
    command = list(desk.settings.watch.command)
    if not command:
        return
    local = desk.local(since) if since is not None else None
    text = words.alarm_line(desk.settings.office.short, name, local)
    environment = {one: os.environ[one] for one in _PASSED_ON if one in os.environ}
    try:
        fail_point("watch.command.before")
        ended = subprocess.run(  # noqa: S603 - a list from the configuration, no shell
            command,
            input=f"{text}\n".encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=desk.settings.watch.command_seconds,
            env={**environment, "PYTHONUTF8": "1"},
            check=False,
        )
        fail_point("watch.command.after")
    except subprocess.TimeoutExpired:
        log.warning("the command of watch.command took too long and was ended")
    except OSError as error:
        log.warning("the command of watch.command does not run: %s", type(error).__name__)
    else:
        if ended.returncode:
            log.warning("the command of watch.command ended with %d", ended.returncode)


def command_faults(settings: Settings) -> tuple[str, ...]:
    """What is wrong with the office's own command before it is needed."""
    command = settings.watch.command
    if command and shutil.which(command[0]) is None:
        return ("watch.command: программа не найдена или не запускается; пишите полный путь",)
    return ()


def keep_note(desk: Desk, health: Health, now: datetime) -> bool:
    """Make sure that the clerk's folder says whether mail works; True when something changed.

    The share may be what has failed: then the alarm goes by mail, and the note waits.
    """
    if not desk.folders.is_mounted():
        return False
    down = {
        name: health.since[name] for name in MAIL_JOBS if name in health.alarmed & set(health.since)
    }
    if "clock" in health.alarmed & set(health.since):
        # By a clock that is not believed nothing is read and no letter sent.
        down = dict.fromkeys(MAIL_JOBS, health.since["clock"])
    path = desk.folders.base / Folder.TO_SIGN / NOTE
    try:
        if not down:
            return path.exists() and desk.folders.withdraw(Folder.TO_SIGN, NOTE)
        text = desk.wording.note(
            "mail_down",
            now=desk.local(now),
            reading=_local(desk, down.get("mailbox")),
            sending=_local(desk, down.get("smtp")),
            by_hand=bool(sets(desk.folders)),
        )
        content = ("\r\n".join(text.splitlines()) + "\r\n").encode("utf-8-sig")
        if path.is_file() and path.read_bytes() == content:
            return False
        desk.folders.publish(Folder.TO_SIGN, NOTE, content)
    except (TemporaryError, OSError) as error:
        log.info("the clerk's note about the mail waits: %s", type(error).__name__)
        return False
    return True


def _local(desk: Desk, since: datetime | None) -> datetime | None:
    return desk.local(since) if since is not None else None

"""A program that opens documents, kept in a cage: no network, a bare environment, ended whole.

Where the system can take the network away it is taken (threats A21). The program leads a process
group of its own, so that nothing it starts outlives it, and it does not outlive us either: whoever
kills the daemon closes the pipe that the cage listens to.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Final

from mcu_mail.documents.fonts import font_folder
from mcu_mail.waits import may_wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_KEPT_VARIABLES: Final = (
    "PATH",
    "SYSTEMROOT",
    "WINDIR",
    "COMSPEC",
    "PROGRAMFILES",
    "LD_LIBRARY_PATH",
)
# The folder of the run comes as $0: it holds a letter, so it does not stay behind either. What
# unpacks without end must not take the machine's memory: 4 GB of addresses are plenty.
_GUARD: Final = (
    "ulimit -v 4194304 2>/dev/null; "
    'exec 3<&0 </dev/null; (read -r _ <&3; rm -rf -- "$0"; kill -KILL 0) & exec 3<&-; exec "$@"'
)


def run(command: Sequence[str], folder: Path, timeout: float) -> bool:
    """Run a command to its end in `folder`; False when it took more than `timeout` seconds.

    Whatever it left running is ended, also when this process is killed meanwhile. Raises OSError
    when it cannot be started.
    """
    may_wait("a command")
    guard = () if sys.platform == "win32" else ("/bin/sh", "-c", _GUARD, str(folder))
    process = start([*guard, *cage(), *command], folder, answers=False)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        return False
    else:
        return True
    finally:
        # Also after a normal end: the wrapper may be gone while soffice.bin still runs.
        end(process)


def start(
    command: Sequence[str],
    folder: Path,
    *,
    answers: bool,
    more: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command that leads its own process group and has a pipe as its standard input.

    Args:
        command: the program and its arguments; `cage()` is put before it by the caller.
        folder: where it works and keeps everything it writes for itself.
        answers: True when its standard output is to be read.
        more: variables beside the bare environment.

    Raises:
        OSError: it cannot be started.

    """
    return subprocess.Popen(  # noqa: S603 - no shell, and nothing of a mail is in the command
        command,
        cwd=folder,
        env={**_environment(folder), **(more or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if answers else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process with everything it started; it may have ended already."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            # What was not yet written to a process that is gone is of no use to anybody.
            with suppress(OSError):
                pipe.close()


@cache
def cage() -> tuple[str, ...]:
    """Return the command that takes the network away, empty where the system has none (A21)."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    # Where user namespaces are closed (a chroot, a hardened kernel) root can do without them.
    for found in ((unshare, "--map-root-user", "--net", "--"), (unshare, "--net", "--")):
        with suppress(OSError, subprocess.TimeoutExpired):
            tried = subprocess.run(  # noqa: S603 - a constant command
                [*found, "true"], check=False, capture_output=True, timeout=10
            )
            if tried.returncode == 0:
                return found
    return ()


def _environment(folder: Path) -> dict[str, str]:
    """Return a bare environment: no proxies, no display, our own font beside the system's."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    fonts = folder / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{font_folder()}</dir></fontconfig>",
        encoding="utf-8",
    )
    return kept | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "TMP": str(folder),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
        "FONTCONFIG_FILE": str(fonts),
    }

"""`python3 -m mcu_mail COMMAND` on any machine: make `.venv` from the hashed lock, then hand over.

Standard library only. A marker with the lock's hash is written last, so a set-up that was killed
half-way is seen and made anew; two first calls at once wait for each other. Installed by pip, the
package has no checkout around it and runs as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
VENV = ROOT / ".venv"
MARKER = VENV / ".mcu_mail-ready"
OLDEST = (3, 11)
LOCKS = {"run": "requirements.lock", "test": "requirements-test.lock"}


def say(text: str) -> None:
    """One line of progress; standard output belongs to the command."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the program's own progress


def base_python() -> str:
    """The interpreter that makes environments: never the one inside a `.venv` being remade."""
    return getattr(sys, "_base_executable", None) or sys.executable


def venv_python() -> Path:
    """The interpreter inside `.venv`."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def lock_hash(kind: str) -> str:
    """What the marker must hold for that set of packages."""
    digest = hashlib.sha256((PACKAGE / LOCKS[kind]).read_bytes()).hexdigest()
    version = ".".join(str(part) for part in sys.version_info[:2])
    return f"{kind} {version} {digest}"


def is_ready(kind: str) -> bool:
    """Whether `.venv` was finished for these locks; the test set holds the other one."""
    try:
        done = set(MARKER.read_text(encoding="utf-8").splitlines())
    except OSError:
        return False
    return venv_python().exists() and (lock_hash(kind) in done or lock_hash("test") in done)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one set-up run at a time; the lock ends with the process that holds it."""
    with (ROOT / ".venv.lock").open("a+", encoding="utf-8") as file:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]  # as above
        else:
            import fcntl  # noqa: PLC0415 - exists elsewhere only

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def set_up(kind: str) -> None:
    """Make `.venv` hold the packages of a lock; ends the process with a plain word on failure."""
    with alone():
        if is_ready(kind):
            return
        fresh = not (VENV.exists() and MARKER.exists() and venv_python().exists())
        if fresh and VENV.exists():
            say("mcu_mail: прошлая установка не закончена, начинаю заново (unfinished set-up)")
            shutil.rmtree(VENV, ignore_errors=True)
        MARKER.unlink(missing_ok=True)
        if fresh:
            say("mcu_mail: 1/2 создаю окружение .venv (creating .venv)")
            made = subprocess.run(  # noqa: S603 - our own interpreter
                [base_python(), "-m", "venv", str(VENV)], check=False, stdout=sys.stderr
            )
            if made.returncode != 0:
                shutil.rmtree(VENV, ignore_errors=True)
                say("Не удалось создать .venv. В Debian сначала: apt-get install python3-venv")
                raise SystemExit(1)
        say("mcu_mail: 2/2 ставлю пакеты по списку с контрольными суммами (installing packages)")
        command = [
            str(venv_python()),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--progress-bar",
            "off",
            "-r",
            str(PACKAGE / LOCKS[kind]),
        ]
        with subprocess.Popen(  # noqa: S603 - our own interpreter
            command, stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
        ) as pip:
            assert pip.stdout is not None
            count = 0
            for line in pip.stdout:
                if line.startswith(("Collecting", "Installing")):
                    count += 1
                    say(f"  {count:3} {line.split(' (')[0].strip()[:70]}")
        if pip.returncode != 0:
            say(
                "Не удалось установить пакеты: проверьте доступ к списку пакетов и повторите команду."
            )
            raise SystemExit(1)
        MARKER.write_text(lock_hash(kind) + "\n", encoding="utf-8")
        say("mcu_mail: готово (ready)")


def main() -> None:
    """Hand over to the command line inside `.venv`; without a checkout, to this interpreter."""
    if sys.version_info < OLDEST:
        say("Нужен Python 3.11 или новее (Python 3.11 or newer is needed)")
        raise SystemExit(1)
    kind = "test" if sys.argv[1:2] == ["test"] else "run"
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    if not (ROOT / "pyproject.toml").exists() or (inside and is_ready(kind)):
        from mcu_mail.cli import main as command_line  # noqa: PLC0415 - needs the packages

        command_line()
        return
    if not is_ready(kind):
        set_up(kind)
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    arguments = [str(venv_python()), "-m", "mcu_mail", *sys.argv[1:]]
    if os.name == "nt":
        raise SystemExit(subprocess.call(arguments, env=environment))  # noqa: S603 - our own interpreter
    os.execve(arguments[0], arguments, environment)  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    main()

"""`python3 -m mcu_mail COMMAND` on any machine: make `.venv` from the hashed lock, then hand over.

Standard library only. A marker with the lock's hash is written last, so a set-up that was killed
half-way is seen and made anew; two first calls at once wait for each other, and for an installer
that outlived its killed parent. Installed by pip, the package has no checkout around it and runs as
it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

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


def venv_version() -> str | None:
    """The version of the interpreter inside `.venv` as it is now; None when it does not run.

    A system upgrade leaves a `.venv` whose packages stand where the new interpreter never looks.
    """
    if Path(sys.prefix).resolve() == VENV.resolve():
        return f"{sys.version_info[0]}.{sys.version_info[1]}"
    command = [
        str(venv_python()),
        "-I",
        "-S",
        "-c",
        "import sys; print('%d.%d' % sys.version_info[:2])",
    ]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def lock_hash(kind: str, version: str) -> str:
    """What the marker must hold for that set of packages in an interpreter of that version."""
    digest = hashlib.sha256((PACKAGE / LOCKS[kind]).read_bytes()).hexdigest()
    return f"{kind} {version} {digest}"


def marker_lines() -> set[str]:
    """What the last finished set-up wrote; empty when there was none."""
    try:
        return set(MARKER.read_text(encoding="utf-8").splitlines())
    except OSError:
        return set()


def is_ready(kind: str) -> bool:
    """Whether `.venv` was finished for these locks; the test set holds the other one."""
    done = marker_lines()
    version = venv_version() if done else None
    if version is None:
        return False
    return lock_hash(kind, version) in done or lock_hash("test", version) in done


def can_be_added_to() -> bool:
    """Whether `.venv` was once finished for the interpreter it has: other packages may be added."""
    versions = {line.split()[1] for line in marker_lines() if len(line.split()) > 1}
    return bool(versions) and venv_version() in versions


@contextlib.contextmanager
def alone() -> Iterator[IO[str]]:
    """Let one set-up run at a time; the lock ends with the last process that holds the file."""
    with (ROOT / ".venv.lock").open("a+", encoding="utf-8") as file:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows
        else:
            import fcntl  # noqa: PLC0415 - exists elsewhere only

            fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def set_up(kind: str) -> None:
    """Make `.venv` hold the packages of a lock; ends the process with a plain word on failure."""
    try:
        with alone() as lock:
            if is_ready(kind):
                return
            fresh = not can_be_added_to()
            MARKER.unlink(missing_ok=True)
            if fresh:
                make_venv(lock)
            install(kind, lock)
            version = venv_version()
            assert version is not None
            MARKER.write_text(lock_hash(kind, version) + "\n", encoding="utf-8")
            say("mcu_mail: готово (ready)")
    except OSError as error:
        say(f"Не удалось подготовить .venv в папке {ROOT}: {error.strerror or error}")
        raise SystemExit(1) from None


def make_venv(lock: IO[str]) -> None:
    """An empty `.venv` in place of whatever stands there."""
    if VENV.exists():
        say("mcu_mail: прошлая установка не закончена, начинаю заново (unfinished set-up)")
        shutil.rmtree(VENV)
    say("mcu_mail: 1/2 создаю окружение .venv (creating .venv)")
    command = [base_python(), "-m", "venv", str(VENV)]
    if subprocess.run(command, check=False, stdout=sys.stderr, **held(lock)).returncode != 0:  # noqa: S603 - ours
        shutil.rmtree(VENV, ignore_errors=True)
        say("Не удалось создать .venv. В Debian сначала: apt-get install python3-venv")
        raise SystemExit(1)


def install(kind: str, lock: IO[str]) -> None:
    """The packages of a lock, each checked by its hash, with a line of progress for each."""
    say("mcu_mail: 2/2 ставлю пакеты по списку с контрольными суммами (installing packages)")
    command = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", "off"]
    command += ["-r", str(PACKAGE / LOCKS[kind])]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        **held(lock),
    ) as pip:
        assert pip.stdout is not None
        count = 0
        for line in pip.stdout:
            if line.startswith(("Collecting", "Installing")):
                count += 1
                say(f"  {count:3} {line.split(' (')[0].strip()[:70]}")
    if pip.returncode != 0:
        say("Не удалось установить пакеты: проверьте доступ к списку пакетов и повторите команду.")
        raise SystemExit(1)


def held(lock: IO[str]) -> dict[str, Any]:
    """Let a child hold the lock too: when its parent is killed, the next set-up waits for it."""
    return {} if os.name == "nt" else {"pass_fds": (lock.fileno(),)}


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

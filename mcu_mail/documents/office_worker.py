"""The process in which LibreOffice stays loaded: `python -m mcu_mail.documents.office_worker`.

It talks to LibreOfficeKit (a C interface of every LibreOffice for Linux) and needs nothing but the
standard library. Orders come as lines of JSON on the standard input, one answer goes out for each.
When the input ends, whoever asked is gone: the process ends at once with its folder, also in the
middle of a conversion. Nothing it says is believed by `warm`, which looks at the files.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARIES: Final = ("libmergedlo.so", "libsofficeapp.so")
"""The library that holds the interface, by how LibreOffice was built."""

# Its input ends when the process that wrote to it has ended, however that came about.
_REMOVER: Final = 'read -r _; rm -rf -- "$0"'
_MEMORY: Final = 4 << 30
_LARGEST_FILE: Final = 200 << 20
# The places of functions in the tables of LibreOfficeKit.h; the first entry is the table's size.
_DESTROY, _SAVE_AS, _LOAD = 1, 2, 4
_TABLE: Final = (_LOAD + 1) * ctypes.sizeof(ctypes.c_void_p)
# Hidden, the sidebar is not laid out for every letter: a fifth of the time.
_PROFILE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items '
    'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">'
    '<item oor:path="/org.openoffice.Office.Views/Windows">'
    '<node oor:name="swriter/10336" oor:op="replace"><node oor:name="UserData">'
    '<prop oor:name="Data" oor:op="fuse" oor:type="xs:string">'
    "<value>V2,H,0,AL:(16,5,0/0/404/450,404;450)</value></prop></node></node></item></oor:items>"
)


class _Thing(ctypes.Structure):
    """An object of LibreOfficeKit: a pointer to its table of functions."""

    _fields_ = (("table", ctypes.POINTER(ctypes.c_void_p)),)


_Pointer = ctypes.POINTER(_Thing)
_Hook = ctypes.CFUNCTYPE(_Pointer, ctypes.c_char_p, ctypes.c_char_p)
_Load = ctypes.CFUNCTYPE(_Pointer, _Pointer, ctypes.c_char_p, ctypes.c_char_p)
_SaveAs = ctypes.CFUNCTYPE(
    ctypes.c_int, _Pointer, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p
)
_Destroy = ctypes.CFUNCTYPE(None, _Pointer)


class _Office:
    """LibreOffice in this process, with a profile of its own."""

    def __init__(self, program: Path, profile: Path) -> None:
        settings = profile / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_PROFILE, encoding="utf-8")
        library = next(place for name in LIBRARIES if (place := program / name).is_file())
        hook = _Hook(("libreofficekit_hook_2", ctypes.CDLL(str(library))))
        self._kit = hook(str(program).encode(), profile.as_uri().encode())
        if not self._kit or int(self._kit.contents.table[0] or 0) < _TABLE:
            raise OSError("LibreOfficeKit is not as its header says")

    @contextmanager
    def opened(self, path: str) -> Iterator[Any]:
        """Load a document, and let go of it afterwards."""
        load = _Load(self._kit.contents.table[_LOAD])
        document = load(self._kit, Path(path).as_uri().encode(), b"")
        if not document:
            raise OSError("the document is not opened")
        try:
            yield document
        finally:
            _Destroy(document.contents.table[_DESTROY])(document)


def _save(document: Any, path: str, kind: str, options: str) -> None:
    save_as = _SaveAs(document.contents.table[_SAVE_AS])
    save_as(document, Path(path).as_uri().encode(), kind.encode(), options.encode())


def _carry_out(office: _Office, order: dict[str, Any]) -> None:
    """Load the source once and save what is asked; then open the .doc and save its text too."""
    with office.opened(order["source"]) as document:
        for path, kind, options in order["save"]:
            _save(document, path, kind, options)
    for source, path, kind, options in order["again"]:
        with office.opened(source) as document:
            _save(document, path, kind, options)


def _memory_kb() -> int:
    """What this process holds now; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines.splitlines() if "VmRSS" in line), 0)


def _listen(orders: queue.SimpleQueue[dict[str, Any]], folder: Path) -> None:
    """Take orders until the input ends, then end everything that runs here."""
    try:
        for line in sys.stdin.buffer:
            orders.put(json.loads(line))
    finally:
        _leave(folder)


def _leave(folder: Path) -> NoReturn:
    """End everything that runs here, whatever it is doing; its files go after it.

    LibreOffice whose files vanish under it ends with an error of its own, before the last of them
    is gone, and may be writing more of them: so who removes them waits for the end of this process.
    """
    with suppress(OSError):
        subprocess.Popen(  # noqa: S603 - a constant command
            ["/bin/sh", "-c", _REMOVER, str(folder)],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _limit() -> None:
    import resource  # noqa: PLC0415 - exists where LibreOfficeKit is used, not on Windows

    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
    ):
        resource.setrlimit(kind, (most, most))


def _answer(channel: IO[str], **values: object) -> None:
    channel.write(json.dumps(values) + "\n")
    channel.flush()


def serve(program: Path, folder: Path, idle_seconds: float) -> None:
    """Load LibreOffice from `program` and carry out orders; never returns."""
    # LibreOffice writes warnings to the standard output: the answers get a channel of their own.
    channel = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    _limit()
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders, folder), daemon=True).start()
    office = _Office(program, folder / "profile")
    while True:
        try:
            order = orders.get(timeout=idle_seconds)
        except queue.Empty:
            _leave(folder)
        try:
            _carry_out(office, order)
        except OSError as error:
            _answer(channel, serial=order["serial"], fault=str(error))
        else:
            _answer(channel, serial=order["serial"], memory_kb=_memory_kb())


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))

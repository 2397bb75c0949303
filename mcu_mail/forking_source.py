"""The source: a process that has the guarded modules loaded and forks a child for each order.

`python -m mcu_mail.forking_source`, with a Unix socket (SEQPACKET) as standard input. One message
is one order: `[module, arguments…]` in JSON, with two sockets (STREAM). The first one becomes the
child's standard input and output; the source reads nothing of it, so that no child inherits
anything of another's file. Over the second one the source says, in a line each, the child's id when
it is there and its code when it has ended; whoever closes his side of it has the child killed.

The source has one thread, for only what has one can be forked safely. When the daemon is gone, for
whatever reason, the first socket ends, so the source does, and the kernel kills its children.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

assert sys.platform == "linux"

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 65_536
"""Bytes of one message: what is read is not in it."""
NO_CHILD = 0
"""Said in the place of a pid when the system gives no process."""
_SET_PDEATHSIG = 1
_STDERR = 2


def serve(orders: socket.socket) -> NoReturn:
    """Fork a child for each message until the other side of `orders` is closed."""
    # The daemon ends its source by closing the socket. A stop that reaches the whole group of
    # processes must not end what is being read.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.SIG_IGN)
    woken, waking = socket.socketpair()
    for end in (woken, waking):
        end.setblocking(False)
    signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
    children: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(orders, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is orders:
                    said = _forked(orders)
                    if said is not None:
                        pid, control = said
                        children[pid] = control
                        selector.register(control, selectors.EVENT_READ, pid)
                elif key.fileobj is woken:
                    with suppress(BlockingIOError):
                        woken.recv(LARGEST)
                else:
                    # Nobody waits for that child any more. It is not reaped yet: its id is its own.
                    selector.unregister(key.fileobj)
                    os.kill(key.data, signal.SIGKILL)
            for pid, code in _ended(children):
                control = children.pop(pid)
                with suppress(KeyError):
                    selector.unregister(control)
                _say(control, code)
                control.close()


def _forked(orders: socket.socket) -> tuple[int, socket.socket] | None:
    """The child of the next order, and where its end is waited for."""
    message, handles, _, _ = socket.recv_fds(orders, LARGEST, 2, socket.MSG_CMSG_CLOEXEC)
    if not message:
        # Not through the ends of libraries: the children die with their parent.
        os._exit(0)
    data, control = (socket.socket(fileno=handle) for handle in handles)
    with data:
        module, *arguments = json.loads(message)
        _load(module)
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            _say(control, NO_CHILD)
            control.close()
            return None
        if pid == 0:
            _child(parent, data, module, arguments)
    _say(control, pid)
    return pid, control


def _load(module: str) -> None:
    """Import a module for all its children to come."""
    if module in sys.modules:
        return
    # The child of an order meets the same error and tells it.
    with suppress(Exception):
        ready = getattr(importlib.import_module(module), "get_ready", None)
        if ready is not None:
            ready()
    # Collecting what is there for good would copy its pages into each child.
    gc.collect()
    gc.freeze()


def _child(parent: int, data: socket.socket, module: str, arguments: Sequence[str]) -> NoReturn:
    """Be the process of one order until its end."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(code)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(data.fileno(), 0)
        os.dup2(data.fileno(), 1)
        # The sockets of other orders are among them, and the daemon's.
        highest = max(int(handle.name) for handle in Path("/proc/self/fd").iterdir())
        os.closerange(_STDERR + 1, highest + 1)
        sys.argv = [module, *arguments]
        importlib.import_module(module).main()
        sys.stdout.flush()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        with suppress(OSError):
            sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - no error of a child may reach the source's loop
        # Its words may be those of the file.
        with suppress(OSError):
            os.write(1, f"\n{type(error).__name__}".encode("ascii", "replace"))
    finally:
        os._exit(code)


def _ended(children: dict[int, socket.socket]) -> list[tuple[int, int]]:
    """The children that have ended, with their codes."""
    ended = []
    for pid in children:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            ended.append((pid, os.waitstatus_to_exitcode(status)))
    return ended


def _say(control: socket.socket, number: int) -> None:
    # Two short lines always find room. Whoever does not wait any more need not hear it.
    with suppress(OSError):
        control.send(f"{number}\n".encode("ascii"))


def main() -> NoReturn:
    """Serve the socket that is standard input."""
    serve(socket.socket(fileno=os.dup(0)))


if __name__ == "__main__":
    main()

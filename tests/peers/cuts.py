"""A wire that breaks: a relay before a real mail server that cuts, falls silent or delays.

It stands between the daemon and a server and knows where in the dialogue they are, so a test names
the place: `mail`, `rcpt`, `data`, `body`, `dot`, `quit`, `login`, `fetch`, `move`. `out` breaks our
way to the server (the command never gets there), `back` its way to us (the server has done it, and
we do not hear of it). Under TLS only octets can be counted: a fault without a place.

    with BrokenWire(post.smtp_port, "smtp") as wire:
        wire.plan(Fault(place="dot", way="back"))       # the 250 to the letter is lost, once
        ...
        assert wire.happened == 1
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "127.0.0.1"
Way = Literal["out", "back"]
Action = Literal["cut", "silence", "delay", "call"]
Protocol = Literal["smtp", "imap", "raw"]

WAYS: tuple[Way, ...] = ("out", "back")
SMTP_PLACES = ("login", "mail", "rcpt", "data", "body", "dot", "quit")
"""The seven places of a letter's way; each breaks in both directions."""
IMAP_PLACES = ("login", "select", "sizes", "fetch", "move")
_LOGINS = frozenset({"auth", "login", "authenticate"})
_END = b"\r\n.\r\n"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to the wire, where, and how often.

    `octets` is how much still passes before it happens: of the command (`out`), of the answer
    (`back`), of the letter (`body`); without a place, of all that went this way so far. `skip`
    leaves so many occasions alone first. A silence lasts until `heal`, a delay `seconds`; `call`
    breaks nothing: it lets another client act at exactly this moment.
    """

    place: str | None = None
    way: Way = "out"
    action: Action = "cut"
    octets: int = 0
    skip: int = 0
    times: int = 1
    seconds: float = 0
    call: Callable[[], None] | None = None


class _CutError(Exception):
    """This connection is over."""


class BrokenWire(socketserver.ThreadingTCPServer):
    """Listens on a free port and passes on to `target`; use as a context manager.

    Args:
        target: the port of the real server on this machine.
        protocol: `raw` where the dialogue cannot be read.

    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, target: int, protocol: Protocol) -> None:
        self.target = target
        self.protocol = protocol
        self.connections = 0
        self.happened = 0
        self._fault: Fault | None = None
        self._passed = 0
        self._lock = threading.Lock()
        self._healed = threading.Event()
        super().__init__((HOST, 0), _Relay)
        self.port: int = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.heal()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def plan(self, fault: Fault) -> None:
        """This happens next, instead of what was planned before; counting begins anew."""
        with self._lock:
            self._fault, self._passed, self.happened = fault, 0, 0
            self._healed.clear()

    def heal(self) -> None:
        """Nothing is broken any more; connections that had fallen silent are over."""
        with self._lock:
            self._fault = None
            self._healed.set()

    def due(self, place: str | None, way: Way) -> Fault | None:
        """The fault that happens at this place now; it is counted."""
        with self._lock:
            fault = self._fault
            if fault is None or (fault.place, fault.way) != (place, way):
                return None
            self._passed += 1
            if not fault.skip < self._passed <= fault.skip + fault.times:
                return None
            self.happened += 1
            return fault

    def act(self, fault: Fault) -> None:
        """Let the connection of the caller suffer it; a delay comes back."""
        if fault.action == "delay":
            self._healed.wait(fault.seconds)
            return
        if fault.action == "call":
            if fault.call is not None:
                fault.call()
            return
        if fault.action == "silence":
            self._healed.wait()
        raise _CutError

    def counted(self, way: Way) -> Fault | None:
        """The fault that waits for octets of this way, if one is planned."""
        with self._lock:
            fault = self._fault
            waits = fault is not None and fault.place is None and fault.way == way
            return fault if waits and self.happened < (fault.times if fault else 0) else None


class _Relay(socketserver.BaseRequestHandler):
    """One connection: two streams, and where in the dialogue they are."""

    server: BrokenWire

    def setup(self) -> None:
        self.client: socket.socket = self.request
        self.raw = self.server.protocol == "raw"
        self.in_letter = False
        self.begun = False
        self.tail = b""
        self.answer_of: Fault | None = None
        self.heard = {"out": 0, "back": 0}

    def handle(self) -> None:
        self.server.connections += 1
        with contextlib.suppress(OSError):
            fault = self.server.due("connect", "out")
            if fault is not None:
                with contextlib.suppress(_CutError):
                    self.server.act(fault)
                if fault.action in {"cut", "silence"}:
                    return
            with socket.create_connection((HOST, self.server.target)) as self.peer:
                for each in (self.client, self.peer):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                back = threading.Thread(target=self._run, args=(self._back,), daemon=True)
                back.start()
                self._run(self._out)
                back.join()

    def _run(self, stream: object) -> None:
        try:
            with contextlib.suppress(OSError, _CutError):
                stream()  # type: ignore[operator]  # one of the two below
        finally:
            for each in (self.client, self.peer):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _out(self) -> None:
        """From us to the server."""
        rest = b""
        while data := self.client.recv(65536):
            if self.raw:
                self._pass(data, "out")
                continue
            rest += data
            while rest:
                if self.in_letter:
                    rest = self._letter(rest)
                    continue
                line, end, after = rest.partition(b"\n")
                if not end:
                    break
                rest = after
                self._command(line + end)

    def _command(self, line: bytes) -> None:
        place = self._place(line)
        fault = self.server.due(place, "out")
        if fault is not None:
            self._pass(line[: fault.octets], "out")
            self.server.act(fault)
            line = line[fault.octets :]
        # Set before the command goes: its answer may be here at once.
        self.answer_of = self.server.due(place, "back")
        if place == "starttls":
            self.raw = True
        self._pass(line, "out")

    def _place(self, line: bytes) -> str:
        words = line.decode("latin-1").lower().split()
        if self.server.protocol == "imap":
            words = words[1:]
            if words[:1] == ["uid"]:
                words = words[1:]
            if words[:1] == ["fetch"] and "body.peek[])" not in line.decode("latin-1").lower():
                return "sizes"
        verb = words[0] if words else ""
        return "login" if verb in _LOGINS else verb

    def _letter(self, data: bytes) -> bytes:
        """Pass on what belongs to the letter; what is left of `data` for the next look."""
        for way in WAYS:
            fault = None if self.begun else self.server.due("body", way)
            if fault is not None:
                # Without a number the half of what is here: more than nothing, less than all.
                octets = fault.octets or max(1, len(data) // 2)
                self._pass(data[:octets], "out")
                self.server.act(fault)
                data = data[octets:]
        self.begun = True
        found = (self.tail + data).find(_END)
        if found < 0:
            self.tail = (self.tail + data)[-len(_END) + 1 :]
            self._pass(data, "out")
            return b""
        before = found + 2 - len(self.tail)
        self._pass(data[: max(before, 0)], "out")
        dot, rest = data[max(before, 0) : before + 3], data[before + 3 :]
        fault = self.server.due("dot", "out")
        if fault is not None:
            self.server.act(fault)
        self.answer_of = self.server.due("dot", "back")
        self.in_letter = False
        self._pass(dot, "out")
        return rest

    def _back(self) -> None:
        """From the server to us."""
        while data := self.peer.recv(65536):
            if not self.raw and self.server.protocol == "smtp" and data.startswith(b"354"):
                self.in_letter, self.begun, self.tail = True, False, b"\r\n"
            fault, self.answer_of = self.answer_of, None
            if fault is not None:
                if len(data) < fault.octets and fault.action in {"cut", "silence"}:
                    # The middle of the answer is still to come.
                    self._pass(data, "back")
                    for more in self._more(fault.octets - len(data)):
                        self._pass(more, "back")
                else:
                    self._pass(data[: fault.octets], "back")
                self.server.act(fault)
                data = data[fault.octets :]
            self._pass(data, "back")

    def _more(self, octets: int) -> Iterator[bytes]:
        while octets > 0 and (data := self.peer.recv(min(octets, 65536))):
            octets -= len(data)
            yield data

    def _pass(self, data: bytes, way: Way) -> None:
        there = self.peer if way == "out" else self.client
        fault = self.server.counted(way)
        if fault is not None and self.heard[way] + len(data) > fault.octets:
            begin = max(0, fault.octets - self.heard[way])
            there.sendall(data[:begin])
            self.heard[way] += begin
            if self.server.due(None, way) is not None:
                self.server.act(fault)
            data = data[begin:]
        self.heard[way] += len(data)
        if data:
            there.sendall(data)

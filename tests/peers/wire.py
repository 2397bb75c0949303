"""A mail server of a few lines, for what a real one does only on a bad day.

It speaks as it is told, hears everything, and can hang up at any moment: cuts, silence, odd
answers, missing or false TLS. `heard` is every byte that came over the wire in clear.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOST = "127.0.0.1"


class Talk:
    """One connection, as the script sees it."""

    def __init__(self, connection: socket.socket, heard: bytearray) -> None:
        self.connection = connection
        self.heard = heard
        self._lines = connection.makefile("rb")

    def say(self, line: bytes) -> None:
        self.connection.sendall(line + b"\r\n")

    def hear(self) -> bytes:
        """The next line without its end; empty when the client is gone."""
        line = self._lines.readline()
        self.heard += line
        return line.rstrip(b"\r\n")

    def close(self) -> None:
        self._lines.close()


class WireServer(socketserver.ThreadingTCPServer):
    """Listens on a free port and plays one script per connection; use as a context manager."""

    daemon_threads = True

    def __init__(self, script: Callable[[Talk], None]) -> None:
        self.script = script
        self.heard = bytearray()
        self.connections = 0
        super().__init__((HOST, 0), _Handler)
        self.port: int = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(socketserver.BaseRequestHandler):
    server: WireServer

    def handle(self) -> None:
        self.server.connections += 1
        talk = Talk(self.request, self.server.heard)
        with contextlib.suppress(OSError), contextlib.closing(talk):
            self.server.script(talk)


def passing_on(port: int, change: Callable[[bytes], bytes]) -> Callable[[Talk], None]:
    """A relay to a real server that alters what the server says on its way back."""

    def script(talk: Talk) -> None:
        with socket.create_connection((HOST, port)) as server:
            there = threading.Thread(target=_pump, args=(talk, server), daemon=True)
            there.start()
            while data := server.recv(65536):
                talk.connection.sendall(change(data))
            talk.connection.shutdown(socket.SHUT_RDWR)
            there.join()

    return script


def _pump(talk: Talk, server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := talk.connection.recv(65536):
            talk.heard += data
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)


def smtp_script(
    *,
    answers: Mapping[bytes, bytes | None] | None = None,
    features: tuple[bytes, ...] = (b"SIZE 1000000", b"8BITMIME"),
    letters: list[bytes] | None = None,
) -> Callable[[Talk], None]:
    """An SMTP server whose answers can be replaced; None stands for hanging up instead.

    Args:
        answers: by the beginning of the command; b"." is the answer to the letter.
        features: what EHLO names.
        letters: gets every letter as it came over the wire, without the final dot.

    """

    def script(talk: Talk) -> None:
        talk.say(b"220 test ESMTP")
        while command := talk.hear():
            answer = _answer(command, answers or {}, features)
            if answer is None:
                return
            talk.say(answer)
            if answer.startswith(b"354"):
                letter = _letter(talk)
                if letters is not None:
                    letters.append(letter)
                verdict = (answers or {}).get(b".", b"250 2.0.0 queued")
                if verdict is None:
                    return
                talk.say(verdict)
            if command.upper() == b"QUIT":
                return

    return script


def _answer(
    command: bytes, answers: Mapping[bytes, bytes | None], features: tuple[bytes, ...]
) -> bytes | None:
    for start, answer in answers.items():
        if start != b"." and command.upper().startswith(start.upper()):
            return answer
    if command.upper().startswith(b"EHLO"):
        lines = [b"test", *features]
        return b"\r\n".join([b"250-" + line for line in lines[:-1]] + [b"250 " + lines[-1]])
    if command.upper() == b"DATA":
        return b"354 go on"
    return b"221 bye" if command.upper() == b"QUIT" else b"250 ok"


def _letter(talk: Talk) -> bytes:
    lines = []
    while (line := talk.hear()) != b".":
        lines.append(line)
    return b"".join(line + b"\r\n" for line in lines)

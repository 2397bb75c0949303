"""A real post office for tests: Dovecot and Postfix on free loopback ports.

It has the surface of `mcu_mail.rehearsal.postoffice.PostOffice`, so a story can be told on either.
Every address of every domain has a mailbox, and nothing can leave the machine: Postfix hands all
mail to Dovecot by LMTP, except what `BOUNCING` turns into a real bounce after it was accepted.
They live in a directory of their own; the machine's own Postfix and Dovecot are not touched. Both
programs are made to be started by root, so these tests are for root only (a container, CI); there
is no systemd in it.
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import os
import shutil
import signal
import smtplib
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from imap_tools.imap_utf7 import utf7_encode

from tests.peers.authority import write_authority

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

HOST = "127.0.0.1"
BOUNCING = "bounce.example"
"""Mail for this domain is accepted by Postfix and then returned by a real bounce."""
SLOW = "slow.example"
"""Mail for this domain is accepted by Postfix and stays there: `retry` has it told."""
FULL = "full@okrug.example"
"""A mailbox over its quota: Dovecot turns every mail away after Postfix has accepted it."""

_HERE = Path(__file__).parent
_MASTER = "reader"
_MASTER_PASSWORD = "reader-only"
_PATIENCE = 20.0


def missing() -> str | None:
    """Why the real peers cannot run here; None when they can."""
    for name in ("dovecot", "postfix"):
        if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
            return f"{name} is not installed"
    if os.geteuid() != 0:
        return "Dovecot and Postfix start as root only"
    return None


@dataclass(kw_only=True)
class _Refusal:
    code: int
    text: str
    times: int | None


class RealPostOffice:
    """Dovecot and Postfix together; use as a context manager.

    Args:
        accounts: password by user name, for those who log in; a user without @ is that address
            in the first of `domains`.
        domains: see above.
        capability: what Dovecot says that it can, instead of all that it can.

    """

    def __init__(
        self,
        accounts: Mapping[str, str],
        domains: Sequence[str] = (),
        *,
        capability: str = "",
    ) -> None:
        self._capability = capability
        self._accounts = dict(accounts)
        self._domains = [domain.lower() for domain in domains]
        self._refusals: dict[str, _Refusal] = {}
        self._actions: dict[str, str] = {}
        self._limits: dict[str, int] = {}
        self._policy = _PolicyServer(self)
        self._processes: list[subprocess.Popen[bytes]] = []
        # Unlike pytest's own, this directory lets the servers' own users in.
        self.base = Path(tempfile.mkdtemp(prefix="mcu-post-"))
        self.base.chmod(0o755)
        self.cafile = self.base / "tls" / "authority.pem"
        self.host = HOST
        self.imap_port, self.imaps_port, self.smtp_port, self.smtps_port = _free_ports(4)

    def __enter__(self) -> Self:
        try:
            write_authority(self.base / "tls")
            threading.Thread(target=self._policy.serve_forever, daemon=True).start()
            self._start_dovecot()
            self._start_postfix()
            for port in (self.imap_port, self.smtp_port):
                self._wait_for_greeting(port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # Postfix's master leaves the process that started it, and would outlive it.
        with contextlib.suppress(OSError, ValueError):
            master = (self.base / "queue" / "pid" / "master.pid").read_text(encoding="ascii")
            os.kill(int(master), signal.SIGTERM)
        for process in reversed(self._processes):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
            process.kill()
            process.wait(_PATIENCE)
        self._policy.shutdown()
        self._policy.server_close()
        shutil.rmtree(self.base, ignore_errors=True)

    def deliver(self, address: str, raw: bytes, *, internaldate: datetime | None = None) -> None:
        """Put an outside mail into an address's INBOX: by LMTP, or with a given date by APPEND."""
        if internaldate is not None:
            with self._imap(address) as imap:
                date = imaplib.Time2Internaldate(internaldate)
                assert imap.append("INBOX", "", date, raw)[0] == "OK"
            return
        with smtplib.LMTP(str(self.base / "lmtp")) as lmtp:
            lmtp.sendmail("outside@world.example", [self._address(address)], raw)

    def mailbox(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """The messages in a folder of an address, oldest first, once nothing is on its way."""
        self.settle()
        with self._imap(address) as imap:
            if imap.select(f'"{utf7_encode(folder).decode()}"', readonly=True)[0] != "OK":
                return []
            _, data = imap.uid("FETCH", "1:*", "(BODY.PEEK[])")
            return [part[1] for part in data if isinstance(part, tuple)]

    def mailboxes(self, addresses: Collection[str]) -> dict[str, list[bytes]]:
        """The inbox of each address, once nothing is on its way."""
        self.settle()
        # Dovecot makes a folder for the first mail: who has none is not asked for by a log-in.
        return {
            address: self.mailbox(address)
            if (self.base / "mail" / self._address(address).lower()).is_dir()
            else []
            for address in addresses
        }

    def settle(self) -> None:
        """Wait until Postfix has delivered everything it accepted (deferred mail stays)."""
        end = time.monotonic() + _PATIENCE
        # A mail moves in this order, so that it cannot slip past the look.
        queues = [self.base / "queue" / name for name in ("maildrop", "incoming", "active")]
        while any(file.is_file() for queue in queues for file in queue.rglob("*")):
            assert time.monotonic() < end, f"Postfix still has mail on its way:\n{self.log()}"
            time.sleep(0.005)

    def retry(self) -> None:
        """Let Postfix try what it has deferred once more; whoever waits a second is told so."""
        config = str(self.base / "postfix")
        subprocess.run(["/usr/sbin/postqueue", "-c", config, "-f"], check=True)

    def release(self) -> None:
        """Let go of the mail that an action `HOLD` has held."""
        config = str(self.base / "postfix")
        subprocess.run(["/usr/sbin/postsuper", "-c", config, "-H", "ALL"], check=True)
        self._actions.clear()
        self.retry()
        end = time.monotonic() + _PATIENCE
        while any(file.is_file() for file in (self.base / "queue" / "deferred").rglob("*")):
            assert time.monotonic() < end, f"what was held does not go:\n{self.log()}"
            time.sleep(0.02)

    def refuse(self, address: str, code: int, text: str, times: int | None = None) -> None:
        """Answer RCPT for this address with `code text`, so many times or until `accept`."""
        self._refusals[address.lower()] = _Refusal(code=code, text=text, times=times)

    def accept(self, address: str) -> None:
        """Take mail for this address again."""
        self._refusals.pop(address.lower(), None)

    def act(self, address: str, action: str) -> None:
        """Let Postfix do this (access(5)) with mail for this address until `reset`."""
        self._actions[address.lower()] = action

    def limit(self, address: str, octets: int) -> None:
        """Let this mailbox hold so much, until `reset`; every other one but `FULL` is endless."""
        self._limits[address] = octets
        lines = (
            f"{name}:::::{self.base}/mail/{name}::userdb_quota_rule=*:bytes={most}\n"
            for name, most in self._limits.items()
        )
        (self.base / "limits").write_text("".join(lines), encoding="utf-8")

    def reset(self) -> None:
        """Empty every mailbox and the queue, and forget the scripted refusals."""
        self._refusals.clear()
        self._actions.clear()
        if set(self._limits) != {FULL}:
            self._limits.clear()
            self.limit(FULL, 100)
        self.settle()
        if any(file.is_file() for file in (self.base / "queue" / "deferred").rglob("*")):
            config = str(self.base / "postfix")
            subprocess.run(["/usr/sbin/postsuper", "-c", config, "-d", "ALL"], check=True)
        for mailbox in (self.base / "mail").iterdir():
            shutil.rmtree(mailbox)

    def log(self) -> str:
        """What both servers wrote."""
        return "".join(
            file.read_text(encoding="utf-8", errors="replace")
            for file in sorted(self.base.glob("*.log"))
        )

    def verdict(self, address: str) -> str:
        """What Postfix is told to answer to RCPT for this address."""
        refusal = self._refusals.get(address.lower())
        if refusal is None or refusal.times == 0:
            return self._actions.get(address.lower(), "dunno")
        if refusal.times is not None:
            refusal.times -= 1
        return f"{refusal.code} {refusal.text}"

    def _address(self, user: str) -> str:
        return user if "@" in user else f"{user}@{self._domains[0]}"

    @contextlib.contextmanager
    def _imap(self, address: str) -> Iterator[imaplib.IMAP4]:
        imap = imaplib.IMAP4(HOST, self.imap_port, timeout=_PATIENCE)
        try:
            imap.login(f"{self._address(address).lower()}*{_MASTER}", _MASTER_PASSWORD)
            yield imap
        finally:
            imap.logout()

    def _start_dovecot(self) -> None:
        base = self.base
        for name in ("mail", "dovecot", "state"):
            (base / name).mkdir()
        shutil.chown(base / "mail", "mail", "mail")
        lines = []
        for user, password in self._accounts.items():
            secret = base64.b64encode(password.encode()).decode()
            lines.append(f"{user}:{{PLAIN.b64}}{secret}::::::user={self._address(user)}\n")
        (base / "users").write_text("".join(lines), encoding="utf-8")
        (base / "masters").write_text(f"{_MASTER}:{{PLAIN}}{_MASTER_PASSWORD}\n", encoding="utf-8")
        self.limit(FULL, 100)
        self._configure("dovecot.conf", base / "dovecot.conf")
        if self._capability:
            with (base / "dovecot.conf").open("a", encoding="utf-8") as file:
                file.write(f"protocol imap {{\n  imap_capability = {self._capability}\n}}\n")
        self._start("dovecot", ["dovecot", "-F", "-c", str(base / "dovecot.conf")])

    def _start_postfix(self) -> None:
        base = self.base
        for name in ("postfix", "queue", "data"):
            (base / name).mkdir()
        shutil.chown(base / "data", "postfix")
        self._configure("main.cf", base / "postfix" / "main.cf")
        self._configure("master.cf", base / "postfix" / "master.cf")
        self._start("postfix", ["postfix", "-c", str(base / "postfix"), "start-fg"])

    def _configure(self, template: str, target: Path) -> None:
        text = (_HERE / template).read_text(encoding="utf-8")
        names = {
            "BASE": self.base,
            "BOUNCING": BOUNCING,
            "SLOW": SLOW,
            "IMAP_PORT": self.imap_port,
            "IMAPS_PORT": self.imaps_port,
            "POLICY_PORT": self._policy.server_address[1],
            "SMTP_PORT": self.smtp_port,
            "SMTPS_PORT": self.smtps_port,
        }
        for name, value in names.items():
            text = text.replace(f"@{name}@", str(value))
        target.write_text(text, encoding="utf-8")

    def _start(self, name: str, command: list[str]) -> None:
        with (self.base / f"{name}-start.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            )
        self._processes.append(process)

    def _wait_for_greeting(self, port: int) -> None:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                with socket.create_connection((HOST, port), timeout=_PATIENCE) as peer:
                    if peer.recv(100):
                        return
            except OSError:
                pass
            dead = [process.args for process in self._processes if process.poll() is not None]
            assert not dead, f"{dead} ended:\n{self.log()}"
            assert time.monotonic() < end, f"no greeting on {port}:\n{self.log()}"
            time.sleep(0.02)


class _PolicyServer(socketserver.ThreadingTCPServer):
    """Tells Postfix, recipient by recipient, what a test has scripted."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, office: RealPostOffice) -> None:
        self.office = office
        super().__init__((HOST, 0), _PolicyHandler)


class _PolicyHandler(socketserver.StreamRequestHandler):
    server: _PolicyServer

    def handle(self) -> None:
        recipient = ""
        with contextlib.suppress(ConnectionError):
            for line in self.rfile:
                name, _, value = line.decode("utf-8", "replace").rstrip("\n").partition("=")
                if name == "recipient":
                    recipient = value
                elif not name:
                    verdict = self.server.office.verdict(recipient)
                    self.wfile.write(f"action={verdict}\n\n".encode())


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on now; all held open together, so that they differ."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]

"""The shipped configuration on a post office of this machine, with a clock that is played.

Only hosts, ports, store, folders, trust and sources differ from what an office installs, and no
mail waits for a sheet: what works here is the service itself. Refuses every host but this machine.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import yaml

from mcu_mail import wiring
from mcu_mail.documents.folder import Folder
from mcu_mail.errors import RefusedError
from mcu_mail.service.alone import alone
from mcu_mail.service.clerk_folders import prepare_folders
from mcu_mail.service.rounds import Rounds
from mcu_mail.settings.schema import is_loopback
from mcu_mail.settings.template_set import SHIPPED as SHIPPED_TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from email.message import EmailMessage

    from mcu_mail.service.desk import Desk

SHIPPED = Path(__file__).resolve().parent.parent.parent / "config.yaml"
# The one in C where it is built: the other takes as long as opening the whole office.
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
PASSWORD_VARIABLE = "MCU_REHEARSAL_PASSWORD"  # noqa: S105 - the name of a variable


class Post(Protocol):
    """What a rehearsal needs of a post office: the embedded one and the real one have it."""

    host: str
    imap_port: int
    smtp_port: int

    def deliver(self, address: str, raw: bytes, *, internaldate: datetime | None = None) -> None:
        """An outside mail arrives."""

    def mailbox(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder of an address."""

    def mailboxes(self, addresses: Collection[str]) -> dict[str, list[bytes]]:
        """What lies in the inbox of each address."""

    def settle(self) -> None:
        """Wait until accepted mail is delivered."""


class Stage:
    """One office at work in one folder.

    Args:
        folder: for config, store, clerk's folders; created.
        post: the post office.
        password: of the user `mcu`.
        changes: settings by dotted path, e.g. `{"register.mode": "follower"}`.

    Raises:
        RefusedError: a host of the post office or of the settings is not this machine.

    """

    blank: ClassVar[Path | None] = None
    """An empty store to begin with, its schema up to date; None: each stage makes its own."""

    def __init__(
        self, folder: Path, post: Post, password: str, changes: Mapping[str, Any] | None = None
    ) -> None:
        _refuse_outside(post.host)
        os.environ[PASSWORD_VARIABLE] = password
        self.folder = folder
        self.post = post
        self.config = folder / "config.yaml"
        folder.mkdir(parents=True, exist_ok=True)
        values = rehearsal_settings(post)
        for path, value in (changes or {}).items():
            _put(values, path.split("."), value)
        for door in ("imap", "smtp"):
            _refuse_outside(values["mail"][door]["host"])
        self.config.write_text(
            yaml.dump(values, Dumper=_DUMPER, allow_unicode=True, sort_keys=False),
            encoding="utf-8",
        )
        if self.blank is not None:
            store = folder / "var" / "mcu.db"
            store.parent.mkdir(exist_ok=True)
            if not store.exists():
                shutil.copyfile(self.blank, store)
        self._desk: Desk | None = None
        self.gathers: bool | None = None
        """As in `Rounds`: True where the time between two moments is to be an outage in all."""

    @property
    def desk(self) -> Desk:
        """The service's own desk, opened once."""
        if self._desk is None:
            self._desk = wiring.open_desk(self.config)
            prepare_folders(self._desk)
        return self._desk

    @contextmanager
    def opened(self) -> Iterator[Stage]:
        """Hold the store as a daemon does."""
        with alone(self.desk):
            try:
                yield self
            finally:
                self.close()

    def close(self) -> None:
        """Let go of the store."""
        if self._desk is not None:
            self._desk.press.close()
            self._desk.store.close()
            self._desk = None

    def moment(self, text: str) -> datetime:
        """«2026-11-23 09:00» in the office's zone."""
        return datetime.fromisoformat(text).replace(tzinfo=self.desk.zone)

    def play(self, moment: str | datetime) -> tuple[str, ...]:
        """Let the service do all that is owed at that moment of the office's day.

        Returns:
            the jobs of the service that failed at it: none when all is well.

        """
        self.post.settle()
        rounds = Rounds(desk=self.desk, played=True, gathers=self.gathers)
        now = self.moment(moment) if isinstance(moment, str) else moment
        rounds.start(now)
        rounds.until_idle(now)
        self.post.settle()
        return tuple(rounds.health.faults)

    def mails(self, address: str) -> list[EmailMessage]:
        """What an address has received, oldest first."""
        return [_parsed(raw) for raw in self.post.mailbox(address)]

    def drop(self, name: str, content: bytes) -> Path:
        """The clerk puts a file into «Подписано»; it is whole and has lain there a while."""
        path = self.desk.folders.base / Folder.SIGNED / name
        path.write_bytes(content)
        hour_ago = path.stat().st_mtime - 3600
        os.utime(path, (hour_ago, hour_ago))
        return path

    def to_sign(self, number: str) -> bytes:
        """The PDF that waits in «На подпись»."""
        return (self.desk.folders.base / Folder.TO_SIGN / f"{number} Ответ.pdf").read_bytes()


def _refuse_outside(host: str) -> None:
    """Raise RefusedError for a host that is not this machine."""
    if not is_loopback(host):
        raise RefusedError(f"репетиция идёт только на этой машине, а не на {host}")


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


@cache
def _shipped() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return values


def rehearsal_settings(post: Post) -> dict[str, Any]:
    """The shipped settings with this machine's hosts and paths beside the config file."""
    values = deepcopy(_shipped())
    for name, port in (("imap", post.imap_port), ("smtp", post.smtp_port)):
        values["mail"][name] |= {
            "host": post.host,
            "port": port,
            "security": "none",
            "password": f"env:{PASSWORD_VARIABLE}",
        }
    values["mail"]["trust"] = {"unverified": True}
    values["store"] = {
        "url": "sqlite:///var/mcu.db",
        "files": "var/files",
        "backup": "var/backup",
        # A rehearsal's folder is copied, and plays on whatever disk there is.
        "least_free_mb": 0,
        "reserve_mb": 0,
    }
    values["folders"] = {"base": "outbox", "settle_seconds": 1, "unfinished_minutes": 30}
    values["letters"]["templates"] = os.fspath(SHIPPED_TEMPLATES)
    # The way of a case is played mail by mail; who plays a whole office's day gathers them again.
    values["sheets"] = {"minutes": 0}
    values["digests"] = {"at": []}
    return values


def _put(values: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
    values[path[-1]] = value

"""The one place that knows every door, and the one clock."""

from __future__ import annotations

import atexit
import os
import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mcu_mail.documents.engines import Press
from mcu_mail.documents.folder import Folder, Folders
from mcu_mail.documents.record import RECORD
from mcu_mail.errors import RefusedError, SettingsError, why
from mcu_mail.mail.imap import ImapAccount
from mcu_mail.mail.proof import Trust
from mcu_mail.mail.reader import Reader
from mcu_mail.mail.smtp import SmtpAccount
from mcu_mail.mail.wording import Wording
from mcu_mail.service.calendar_orders import FACT as CALENDAR_ORDERS
from mcu_mail.service.calendar_orders import order_lines
from mcu_mail.service.checking import Findings, template_faults
from mcu_mail.service.counting import register_notes
from mcu_mail.service.desk import Desk
from mcu_mail.service.machine import machine_findings
from mcu_mail.service.measuring import FOUND, found_before, is_forgeable, is_marker_stripped
from mcu_mail.settings import load, office_of, resolve, secret, work_calendar
from mcu_mail.settings.template_set import SHIPPED as SHIPPED_TEMPLATES
from mcu_mail.settings.template_set import Templates
from mcu_mail.store import health_file
from mcu_mail.store.files import Files
from mcu_mail.store.unit_of_work import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from mcu_mail.settings import Settings


def clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def pause(seconds: float) -> None:
    """Wait, for what only real time can change."""
    time.sleep(seconds)


@cache
def reader() -> Reader:
    """The one reader of foreign mails in this program; its process starts with the first mail."""
    one = Reader()
    atexit.register(one.close)
    return one


def templates_folder(settings: Settings, config: Path) -> Path:
    """The office's templates; the shipped ones when the default folder is not beside the config."""
    folder = resolve(config, settings.letters.templates)
    default = settings.letters.templates == "templates"
    return SHIPPED_TEMPLATES if default and not folder.is_dir() else folder


def zone_of(settings: Settings) -> ZoneInfo:
    """The office's zone."""
    return ZoneInfo(settings.office.timezone)


def store_url(settings: Settings, config: Path) -> str:
    """The database's URL; a relative SQLite path starts at the config file.

    An address with a password in it stands elsewhere, as all secrets do: `env:NAME`, `file:PATH`.

    Raises:
        SettingsError: the variable is not set, or the file cannot be read.

    """
    stated = settings.store.url
    if stated.startswith(("env:", "file:")):
        stated = secret(stated, config) or ""
    url = sa.make_url(stated)
    if url.drivername == "postgresql":
        # SQLAlchemy means another driver by that name; ours is in the lock.
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return stated
    path = resolve(config, url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    return url.set(database=str(path)).render_as_string(hide_password=False)


def health_path(settings: Settings, config: Path) -> Path:
    """Where the service notes how it is; it is there before and after any database."""
    return resolve(config, settings.store.files).parent / health_file.NAME


def open_store(settings: Settings, config: Path) -> Store:
    """The store of a configuration, its schema up to date and as durable as it must be.

    Raises:
        SettingsError: its address cannot be understood, or its driver is not installed.
        RefusedError: it cannot be opened, is no database, was written by a newer version of the
            program, or stands on a disk that would forget what was sent.

    """
    try:
        store = Store(store_url(settings, config), Files(resolve(config, settings.store.files)))
    except sa.exc.ArgumentError:
        raise SettingsError([f"store.url: не понять адрес базы «{settings.store.url}»"]) from None
    except ModuleNotFoundError as error:
        raise SettingsError([f"store.url: не установлен драйвер базы ({error.name})"]) from None
    except OSError as error:
        raise RefusedError(f"store.url: папка базы не создаётся ({why(error)})") from None
    try:
        store.prepare()
        faults = store.durability_faults()
    except (sa.exc.DBAPIError, OSError) as error:
        store.close()
        reason = error.orig if isinstance(error, sa.exc.DBAPIError) else why(error)
        raise RefusedError(f"store.url: база данных не открывается ({reason})") from None
    if faults:
        store.close()
        raise RefusedError("; ".join(f"store.url: {fault}" for fault in faults))
    return store


def check_store(settings: Settings, config: Path, today: date) -> Findings:
    """Whether the store can be opened, and its history is what was written; a new one is made.

    What of the settings no longer fits the register that is kept is said too.
    """
    try:
        store = open_store(settings, config)
        with store.view() as view:
            broken = view.journal.first_broken()
            register = register_notes(view, settings, today)
            days = order_lines(settings, zone_of(settings), view.facts.get(CALENDAR_ORDERS))
        store.close()
    except SettingsError as error:
        return Findings(faults=error.faults, notes=())
    except RefusedError as error:
        return Findings(faults=(str(error),), notes=())
    if broken is not None:
        fault = f"store.url: история дел изменена в обход службы, начиная с события {broken}"
        return Findings(faults=(fault,), notes=(*register, *days))
    return Findings(faults=(), notes=(*register, *days))


def check_machine(settings: Settings, config: Path, today: date) -> Findings:
    """Whether the disks of the store and of the clerk's folders, and the zone data, will do."""
    files = resolve(config, settings.store.files)
    try:
        url = sa.make_url(settings.store.url)
    except sa.exc.ArgumentError:
        # Whoever opens the store tells it.
        return Findings(faults=(), notes=())
    on_disk = url.get_backend_name() == "sqlite" and url.database
    return machine_findings(
        store=resolve(config, url.database).parent if on_disk and url.database else files.parent,
        files=files,
        share=resolve(config, settings.folders.base),
        least_free=settings.store.least_free_mb * 1_000_000,
        today=today,
    )


def _trust(settings: Settings, found: Mapping[str, Any]) -> Trust:
    """Whom the office's mail server vouches for, by the settings and by what it was seen to do."""
    mail = settings.mail
    marker = mail.trust.marker
    domain = mail.address.rpartition("@")[2]
    return Trust(
        authserv_id=mail.trust.authserv_id or "",
        accept=mail.trust.accept,
        own_hosts=(domain, *mail.trust.hosts),
        unverified=mail.trust.unverified,
        marker=(marker.name, marker.value) if marker else None,
        marker_stripped=is_marker_stripped(found),
        domains=(domain,),
        forgeable=is_forgeable(found),
    )


def open_desk(config: Path) -> Desk:
    """Everything the daemon's jobs need, from one file of settings.

    Raises:
        SettingsError: the configuration cannot be used; every fault at once, in Russian.
        RefusedError: the store cannot be used.

    """
    settings = load(config)
    templates = templates_folder(settings, config)
    folders = Folders(
        resolve(config, settings.folders.base), settle_seconds=settings.folders.settle_seconds
    )
    inbox = Folders(
        folders.base,
        settle_seconds=settings.folders.settle_seconds,
        drop=Folder.INCOMING,
        work=".mcu-incoming",
    )
    store = open_store(settings, config)
    year = clock().year
    mail = settings.mail

    def imap() -> ImapAccount:
        return ImapAccount(
            host=mail.imap.host,
            port=mail.imap.port,
            security=mail.imap.security,
            user=mail.imap.user,
            password=secret(mail.imap.password, config) or "",
            folder=mail.imap.folder,
            done=mail.imap.done,
            aside=mail.imap.aside,
            ignored=mail.imap.ignored,
        )

    def smtp() -> SmtpAccount:
        return SmtpAccount(
            host=mail.smtp.host,
            port=mail.smtp.port,
            security=mail.smtp.security,
            user=mail.smtp.user,
            password=secret(mail.smtp.password, config),
        )

    with store.view() as view:
        found = found_before(view.facts.get(FOUND), settings)
    files = resolve(config, settings.store.files)
    in_use = Templates(
        templates,
        files.parent / "templates.zip",
        template_faults,
        spare={RECORD: (SHIPPED_TEMPLATES / RECORD).read_bytes()},
    )
    return Desk(
        settings=settings,
        office=office_of(settings),
        zone=zone_of(settings),
        calendar=work_calendar(
            settings, {*settings.calendar.years_confirmed, *range(year - 1, year + 3)}
        ),
        store=store,
        backups=resolve(config, settings.store.backup),
        config=config,
        wording=Wording(in_use.current.files, settings.office.short, mail.address),
        folders=folders,
        inbox=inbox,
        # Beside the lock: only who holds the store may end what a killed daemon left.
        press=Press(settings.letters.engine, record=store.files.base / "office.json"),
        reader=reader(),
        templates=in_use,
        trust=_trust(settings, found),
        imap=imap,
        smtp=smtp,
        random=os.urandom,
        real_now=clock,
        pause=pause,
    )

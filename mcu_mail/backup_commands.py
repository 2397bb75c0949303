"""`backup`, `restore`: the whole state in one archive, and put back from it."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcu_mail import wiring
from mcu_mail.errors import McuMailError
from mcu_mail.reports import tables
from mcu_mail.service import backing_up
from mcu_mail.service.alone import alone_in
from mcu_mail.service.restoring import restore as put_back
from mcu_mail.settings import load, resolve
from mcu_mail.terminal import BAD, CONFIG, ConfigOption, fail, out, say_each

if TYPE_CHECKING:
    from mcu_mail.store.archive import Manifest

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="файл архива, например mcu.zip")]


def backup(file: FileArgument, config: ConfigOption = CONFIG) -> None:
    """Сохранить всё состояние в один архив; служба может работать. 1 – в хранилище не всё цело."""
    try:
        settings = load(config)
        with closing(wiring.open_store(settings, config)) as store:
            beside = backing_up.kept_beside(settings, config, store.files.base)
            made = backing_up.back_up(store, file.absolute(), wiring.clock(), beside)
    except McuMailError as error:
        raise fail(error) from None
    _say(f"Копия сохранена и прочитана обратно: {made.path}", made.manifest)
    if not made.manifest.is_whole:
        say_each(backing_up.gaps(made.manifest), out())
        raise typer.Exit(BAD)


def restore(file: FileArgument, config: ConfigOption = CONFIG) -> None:
    """Вернуть состояние из архива. Служба должна быть остановлена; прежняя база остаётся рядом."""
    try:
        settings = load(config)
        files = resolve(config, settings.store.files)
        with alone_in(files):
            done = put_back(
                file.absolute(), wiring.store_url(settings, config), files, wiring.clock()
            )
    except McuMailError as error:
        raise fail(error) from None
    _say(f"Восстановлено из {file}", done.manifest)
    if done.aside is not None:
        out().print(tables.plain(f"Прежняя база отложена: {done.aside}"), soft_wrap=True)
    out().print(
        tables.plain(
            "При запуске служба сначала прочитает весь ящик и найдёт письма, отправленные после "
            "копии; до этого она ничего не отправит."
        ),
        soft_wrap=True,
    )


def _say(what: str, manifest: Manifest) -> None:
    made = datetime.fromisoformat(manifest.made_at)
    rows = manifest.rows
    out().print(tables.plain(what), soft_wrap=True)
    out().print(
        tables.plain(
            f"Состояние на {made:%d.%m.%Y %H:%M} UTC: дел {rows['cases']}, писем {rows['mails']}, "
            f"записей журнала {rows['register']}, файлов {manifest.files} "
            f"({manifest.octets / 1_000_000:.1f} МБ)"
        ),
        soft_wrap=True,
    )

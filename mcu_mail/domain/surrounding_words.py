"""What an administrator reads of disks, certificates, the mailbox and the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_SHOWN = 3


def store_is_full(free: int, least: int) -> str:
    """Megabytes left and wanted on the disk of the store."""
    return (
        f"На диске хранилища свободно {free} МБ, нужно не меньше {least} МБ. Новые сообщения пока "
        "остаются на почтовом сервере; ответы на запросы службы принимаются, письма уходят. "
        "Освободите место: служба продолжит сама."
    )


def share_is_full(free: int, least: int) -> str:
    """Megabytes left and wanted in the clerk's folders."""
    return (
        f"В сетевой папке канцелярии свободно {free} МБ, нужно не меньше {least} МБ. Когда место "
        "кончится, письма на подпись в неё не лягут. Освободите место: служба продолжит сама."
    )


def certificate_ends(imap: bool, until: datetime, days: int) -> str:
    """Of which server, when, and in how many whole days."""
    server = "почтового ящика (IMAP)" if imap else "отправки писем (SMTP)"
    when = f"{until:%d.%m.%Y}"
    if days < 0:
        return f"Срок сертификата сервера {server} истёк {when}: связи с ним нет. Замените его."
    left = f"осталось дней: {days}" if days else "остались часы"
    return (
        f"Сертификат сервера {server} действует до {when}, {left}. После этого связи с сервером "
        "не будет: попросите администратора почты заменить сертификат."
    )


def mailbox_is_full(percent: int) -> str:
    """How full the mailbox is."""
    return (
        f"Почтовый ящик службы заполнен на {percent} %. Полный ящик не принимает сообщений, и мы "
        "о них не узнаем: увеличьте ящик или перенесите старые письма из папок службы в архив."
    )


def calendar_is_missing(year: int, *, now: bool) -> str:
    """Which year's calendar nobody has confirmed, and whether that year has begun."""
    if now:
        return (
            f"Календарь {year} года не подтверждён, сроки могут быть неверными. Сверьте его с "
            "постановлением о переносе выходных и добавьте год в calendar.years_confirmed."
        )
    return (
        f"Пора сверить календарь {year} года с постановлением о переносе выходных и добавить год "
        "в calendar.years_confirmed."
    )


def last_backup_words(at: datetime | None) -> str:
    """When the state was copied last."""
    if at is None:
        return "резервной копии ещё нет: служба делает её раз в сутки, сразу – команда backup"
    return f"последняя резервная копия: {at:%d.%m.%Y %H:%M}"


def settings_have_changed(faults: Sequence[str]) -> str:
    """What a change of the settings on disk means; `faults` are those of the new file."""
    if not faults:
        return (
            "Файл настроек изменён, ошибок в нём нет. Служба работает по прежним настройкам, "
            "пока её не перезапустят."
        )
    rest = len(faults) - _SHOWN
    more = (f"и ещё ошибок: {rest}",) if rest > 0 else ()
    return "\n".join((
        (
            "В изменённом файле настроек есть ошибки. Служба работает по прежним настройкам и с "
            "этим файлом не запустится: исправьте его до перезапуска."
        ),
        *faults[:_SHOWN],
        *more,
    ))

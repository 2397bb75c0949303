"""What `check --online` says of the mail server: which level of proof holds, and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcu_mail.mail.probes import Fate
from mcu_mail.mail.proof import TrustLevel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mcu_mail.mail.probes import Measured
    from mcu_mail.settings import Settings

_CLOCK_SECONDS = 120
_UNPROVEN = {
    "confirm": "решение переспрашивается у зарегистрированного адреса (unproven: confirm)",
    "hold": "решение ждёт 15 минут, его можно отозвать (unproven: hold)",
    "refuse": "решение не принимается (unproven: refuse)",
}


def faults_of(measured: Measured, settings: Settings) -> tuple[str, ...]:
    """What must be mended before verdicts by mail, and terms, can be relied upon."""
    return (*_clock_faults(measured), *_trust_faults(measured, settings))


def _clock_faults(measured: Measured) -> tuple[str, ...]:
    ahead = measured.ahead
    if ahead is None or abs(ahead) <= _CLOCK_SECONDS:
        return ()
    way = "спешат" if ahead > 0 else "отстают"
    return (
        (
            f"часы этой машины {way} на {abs(ahead) / 60:.0f} мин по сравнению с почтовым "
            "сервером: сроки считаются неверно; включите сверку времени (chrony, ntp)"
        ),
    )


def _trust_faults(measured: Measured, settings: Settings) -> tuple[str, ...]:
    trust = settings.mail.trust
    if measured.delay is None:
        return (
            (
                "mail: пробное письмо самим себе не пришло за отведённое время; копия-свидетель "
                "отправленных писем тоже не придёт"
            ),
        )
    if trust.authserv_id and not trust.unverified and measured.results is Fate.above:
        return (
            (
                "mail.trust.authserv_id: поддельная отметка Authentication-Results проходит через "
                "сервер и стоит там, где верят его собственным; служба ей не верит. Попросите "
                "администратора почты удалять чужие отметки с этим именем"
            ),
        )
    return ()


def notes_of(measured: Measured, settings: Settings) -> tuple[str, ...]:
    """Everything that was measured, in Russian, for an administrator."""
    return tuple(_notes(measured, settings))


def _notes(measured: Measured, settings: Settings) -> Iterator[str]:
    trust = settings.mail.trust
    if measured.delay is None:
        return
    yield f"письмо самим себе пришло за {measured.delay:.1f} с"
    if measured.pair is not None:
        yield (
            "письмо двум получателям приходит и в наш ящик: копия-свидетель работает"
            if measured.pair
            else "письмо двум получателям в наш ящик не пришло: копия-свидетель не работает, "
            "неясные отправки решает человек"
        )
    if measured.doubles is False:
        yield (
            "сервер отбрасывает второе письмо с тем же Message-ID: копия-свидетель повторной "
            "отправки может не прийти"
        )
    yield (
        "адрес с добавкой (mcu+код@) доставляется: служба ставит его в обратный адрес запросов"
        if measured.plus
        else "адрес с добавкой (mcu+код@) не доставляется: код идёт в теме и в ссылках письма"
    )
    if measured.is_postfix:
        yield (
            "почту принимает Postfix: до версии 3.9 включите smtpd_forbid_bare_newline = yes, "
            "иначе внутри одного письма можно провести второе с чужим отправителем"
        )
    if trust.unverified:
        yield "отправителям верят на слово (trust.unverified)"
        return
    yield _level("письма внутри своей почты", measured.inner is TrustLevel.PROVEN, settings)
    if measured.outer.seen:
        yield _level(
            f"письма из других доменов (подтверждены {measured.outer.proven} из "
            f"{measured.outer.seen})",
            measured.outer.proven > 0,
            settings,
        )
    else:
        yield (
            "писем из других доменов в ящике нет: как сервер их отмечает, пока не видно; "
            "проверьте ещё раз, когда придут"
        )
    yield from _forged(measured, settings)
    yield from _to_write(measured, settings)


def _level(what: str, proven: bool, settings: Settings) -> str:
    if proven:
        return f"{what}: уровень L2, сервер подтверждает отправителя, решение действует сразу"
    return f"{what}: уровень L1, сервер молчит; {_UNPROVEN[settings.mail.trust.unproven]}"


def _forged(measured: Measured, settings: Settings) -> Iterator[str]:
    results = {
        Fate.below: "остаётся ниже отметок сервера: ей не верят",
        Fate.stripped: "сервер удаляет",
        Fate.unknown: "не пришла, проверить не удалось",
    }.get(measured.results)
    if results:
        yield f"поддельная отметка Authentication-Results: {results}"
    if settings.mail.trust.marker is None:
        return
    name = settings.mail.trust.marker.name
    if measured.marker is Fate.stripped:
        yield f"метка внутренних писем {name}: поддельную сервер удаляет, метке верят"
    else:
        yield (
            f"метка внутренних писем {name}: поддельная проходит через сервер; верят только той, "
            "что стоит выше отметки о приёме (Received) нашего сервера"
        )


def _to_write(measured: Measured, settings: Settings) -> Iterator[str]:
    """The lines of the settings that would let the server's own statements count."""
    trust = settings.mail.trust
    top = measured.top
    ids = tuple(dict.fromkeys((*(top.ids if top else ()), *measured.outer.ids)))
    if ids and (trust.authserv_id or "").lower() not in ids:
        yield f"отметки сервера подписаны именем {ids[0]}; впишите mail.trust.authserv_id: {ids[0]}"
    hosts = list(measured.outer.hosts)
    if top is not None and top.host and not top.is_ours:
        hosts.insert(0, top.host)
    if hosts:
        yield (
            f"верхнюю отметку о приёме (Received) пишет {hosts[0]}; если это ваш почтовый сервер, "
            f"впишите mail.trust.hosts: [{hosts[0]}]"
        )
    if top is not None and top.host is None:
        yield "сервер не пишет отметок о приёме (Received): отличить его отметки от чужих нельзя"


def level_line(found: Mapping[str, Any], *, unverified: bool) -> str:
    """The level that holds, in one line for `status`; empty when nothing was measured."""
    if unverified:
        return "Отправителям верят на слово (trust.unverified)."
    if not found:
        return ""
    words = {True: "L2 (сервер подтверждает)", False: "L1 (сервер молчит)"}
    inner = words[found.get("inner") == TrustLevel.PROVEN.value]
    outer = words[bool(found.get("outer"))] if found.get("outer_seen") else "не видно"
    day = str(found.get("at", ""))[:10]
    return f"Отправители: свои – {inner}, из других доменов – {outer}; проверено {day}."

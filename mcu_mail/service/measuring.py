"""`check --online` tries the mail server out: it sends itself probes and reads them back.

Every wait has an end, every probe is removed again, and what was found is kept with its time: the
daemon uses an address with a detail only when such mail was seen to arrive, and a marker of
internal mail only when a forged one was seen to be taken out.
"""

from __future__ import annotations

import dataclasses
import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mcu_mail.domain.codes import new_code
from mcu_mail.errors import RefusedError
from mcu_mail.mail.imap_look import Look
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.probes import (
    Fate,
    Measured,
    Outer,
    Probe,
    conclude,
    look_outside,
    probe,
    probe_of,
)
from mcu_mail.mail.smtp import Post

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mcu_mail.mail.mime import Incoming
    from mcu_mail.service.desk import Desk
    from mcu_mail.settings import Settings

TOKEN = "online:token"  # noqa: S105 - the name of a fact
FOUND = "online:found"
_OUTER_MAILS = 40
_LARGEST_PROBE = 100_000
_PATIENCE = 60.0
# After the plain probe the others are waited for in proportion to its own way.
_TIMES, _LEAST, _MOST = 20, 1.0, 20.0
_POLLS = (0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(kw_only=True)
class _Box:
    """A folder in which probes may come to lie, and the newest mail that lay there before."""

    look: Look
    floor: int
    seen: set[int] = field(default_factory=set)
    ours: list[int] = field(default_factory=list)
    ahead: float | None = None
    """Seconds by which our clock is ahead of the server's, as the plain probe has shown."""


def measure(desk: Desk, say: Callable[[str], None], *, patience: float = _PATIENCE) -> Measured:
    """Send the probes, wait for them at most `patience` seconds, remove them, keep what was found.

    Args:
        say: hears what is being done (progress for a terminal).

    Raises:
        McuMailError: a server cannot be reached or does not take the plain probe.

    """
    token = new_code(desk.random(10))
    with desk.store.work() as work:
        # Committed first: a daemon at work must know a probe when it sees one.
        work.facts.set(TOKEN, token)
        work.commit()
    account = desk.imap()
    with ExitStack() as stack:
        boxes = []
        for folder in (account.folder, account.ignored):
            look = stack.enter_context(Look.open(dataclasses.replace(account, folder=folder)))
            look.ensure_folders()
            boxes.append(_Box(look=look, floor=max(look.all_uids(), default=0)))
        say("смотрим письма из других доменов")
        outer = _outer(desk, stack, boxes)
        say("посылаем себе пробные письма")
        refused, began = _send(desk, token)
        say(f"ждём их в ящике, не дольше {patience:.0f} с")
        arrived: dict[Probe, list[tuple[float, Incoming]]] = {}
        try:
            _wait(desk, boxes, token, arrived, refused, began, patience)
        finally:
            for box in boxes:
                box.look.remove(box.ours)
    measured = dataclasses.replace(
        conclude(arrived, token, desk.trust, outer, refused=refused),
        ahead=next((box.ahead for box in boxes if box.ahead is not None), None),
    )
    _keep(desk, measured)
    return measured


def _detailed(address: str, token: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}+{token.lower()}@{domain}"


def _send(desk: Desk, token: str) -> tuple[frozenset[Probe], datetime]:
    """Hand the probes over; which of them the server did not take, and when it took the first."""
    us = desk.address
    detailed = _detailed(us, token)
    to = {Probe.plus: [detailed], Probe.pair: [us, detailed]}
    refused = set()
    began = desk.real_now()
    with Post(desk.smtp()) as post:
        for kind in Probe:
            recipients = to.get(kind, [us])
            raw = probe(
                kind,
                token,
                address=us,
                to=recipients[0],
                trust=desk.trust,
                now=desk.local(desk.real_now()),
            )
            delivery = post.send(us, recipients, raw)
            taken = delivery.data is not None and delivery.data.accepted
            if kind is Probe.plain and not taken:
                answer = delivery.data or next(iter(delivery.recipients.values()))
                raise RefusedError(f"письмо самим себе не принято: {answer.code} {answer.text}")
            all_taken = all(one.accepted for one in delivery.recipients.values())
            if not taken or (kind is Probe.pair and not all_taken):
                refused.add(kind)
    return frozenset(refused), began


def _wait(
    desk: Desk,
    boxes: list[_Box],
    token: str,
    arrived: dict[Probe, list[tuple[float, Incoming]]],
    refused: frozenset[Probe],
    began: datetime,
    patience: float,
) -> None:
    """Look until every probe has come, or there is no hope for the rest."""
    wanted = set(Probe) - refused
    until = patience
    polls = 0
    while True:
        elapsed = (desk.real_now() - began).total_seconds()
        for box in boxes:
            _take(box, token, arrived, elapsed, began)
        if Probe.plain in arrived:
            delay = arrived[Probe.plain][0][0]
            until = min(patience, delay + min(_MOST, max(_LEAST, _TIMES * delay)))
        if wanted <= set(arrived) or elapsed >= until:
            return
        desk.pause(_POLLS[min(polls, len(_POLLS) - 1)])
        polls += 1


def _take(
    box: _Box,
    token: str,
    arrived: dict[Probe, list[tuple[float, Incoming]]],
    elapsed: float,
    began: datetime,
) -> None:
    fresh = [uid for uid in box.look.uids_above(box.floor) if uid not in box.seen]
    small = [uid for uid, size in box.look.sizes(fresh).items() if size <= _LARGEST_PROBE]
    box.seen.update(fresh)
    for fetched in box.look.fetch_many(small):
        # Its bounce quotes the token, and is removed with it.
        if token.encode() not in fetched.raw and token.lower().encode() not in fetched.raw:
            continue
        box.ours.append(fetched.uid)
        mail = read_mail(fetched.raw)
        kind = probe_of(mail, token)
        if kind is not None:
            arrived.setdefault(kind, []).append((elapsed, mail))
        if kind is Probe.plain:
            box.ahead = clock_ahead(fetched.internaldate, began, elapsed)


def clock_ahead(arrived: datetime, began: datetime, elapsed: float) -> float:
    """Seconds by which our clock is ahead of the server's; negative when it is behind.

    Args:
        arrived: when the server says that it took a mail of ours.
        began: when we began to hand it over, by our clock.
        elapsed: seconds until we saw it there: by then it had been taken.

    """
    since = (arrived - began).total_seconds()
    return -(since - elapsed) if since > elapsed else max(0.0, -since)


def _outer(desk: Desk, stack: ExitStack, boxes: list[_Box]) -> Outer:
    """The newest mails of the mailbox, their heads only; handled mail lies in other folders."""
    account = desk.imap()
    others = [
        dataclasses.replace(account, folder=folder) for folder in (account.done, account.aside)
    ]
    looks = [
        *(box.look for box in boxes),
        *(stack.enter_context(Look.open(one)) for one in others),
    ]
    heads = [
        read_mail(head)
        for look in looks
        for _, head in look.whole_heads(look.all_uids()[-_OUTER_MAILS:])
    ]
    return look_outside(heads, frozenset({desk.domain}), desk.trust)


def _keep(desk: Desk, measured: Measured) -> None:
    values = {
        "at": desk.real_now().isoformat(timespec="seconds"),
        "for": about(desk.settings),
        "plus": bool(measured.plus),
        "inner": measured.inner.value if measured.inner else None,
        "outer": measured.outer.proven,
        "outer_seen": measured.outer.seen,
        "results": measured.results.value,
        "marker": measured.marker.value,
        "delay": measured.delay,
        "doubles": measured.doubles,
        "ahead": measured.ahead,
    }
    with desk.store.work() as work:
        work.facts.set(FOUND, json.dumps(values, ensure_ascii=False))
        work.commit()


def about(settings: Settings) -> str:
    """What a measurement holds for: another server or another key, and it says nothing."""
    mail = settings.mail
    marker = f"{mail.trust.marker.name}={mail.trust.marker.value}" if mail.trust.marker else ""
    return "|".join((
        mail.address,
        mail.imap.host,
        mail.smtp.host,
        mail.trust.authserv_id or "",
        marker,
    ))


def found_before(text: str | None, settings: Settings) -> Mapping[str, Any]:
    """What the last measurement told, from its fact; empty when it was about another server."""
    values: Mapping[str, Any] = json.loads(text) if text else {}
    return values if values.get("for") == about(settings) else {}


def is_forgeable(found: Mapping[str, Any]) -> bool:
    """Whether a forged Authentication-Results was seen to survive where our own would stand."""
    return found.get("results") == Fate.above.value


def is_marker_stripped(found: Mapping[str, Any]) -> bool:
    """Whether the server was seen to take a forged marker of internal mail out."""
    return found.get("marker") == Fate.stripped.value


def reply_address(text: str | None, settings: Settings, code: str) -> str:
    """The address with the code as its detail; empty unless such mail was seen to arrive."""
    works = bool(code) and found_before(text, settings).get("plus") is True
    return _detailed(settings.mail.address, code) if works else ""

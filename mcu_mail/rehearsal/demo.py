"""One day of the office, played before the viewer's eyes: the real service on embedded servers.

Guaranteed: nothing leaves the machine (`Stage` refuses every other host), no clock is waited for
(the day's time is an argument), and 0 is returned only when the answer really lies in both regional
mailboxes with its PDF and its Word file and stands in the register as sent.
"""

from __future__ import annotations

import logging
import secrets
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from rich.console import Console
from rich.text import Text

from mcu_mail import wiring
from mcu_mail.domain.case import STANDING
from mcu_mail.domain.codes import grouped
from mcu_mail.domain.route import Form
from mcu_mail.domain.routes import ROUTES
from mcu_mail.errors import McuMailError, RefusedError
from mcu_mail.rehearsal import day
from mcu_mail.rehearsal.chronicle import Chronicle
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.keepsakes import deliveries, keep, shortfalls
from mcu_mail.rehearsal.people import buttons_of, fresh_mail, press, reply, text_of
from mcu_mail.rehearsal.postoffice import PostOffice
from mcu_mail.rehearsal.publications import open_table, publications, unfinished
from mcu_mail.rehearsal.stage import Stage
from mcu_mail.rehearsal.timeline import Timeline, console_of_day
from mcu_mail.rehearsal.tracks import CHOICES, HER, script_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from email.message import EmailMessage

    from rich.status import Status

    from mcu_mail.rehearsal.people import Writer
    from mcu_mail.rehearsal.tracks import Script

DONE, BAD, USAGE = 0, 1, 2
ENGINE_ROOM = "служба"
_USER, _DOMAIN = "mcu", "okrug.example"
_TICK = timedelta(minutes=30)  # of a day that is played alone
_LONG_TICK = timedelta(hours=6)  # of several days
_SCAN_DPI = 150


def play(directory: Path | None = None, track: str | None = None) -> int:
    """Play the day and leave its papers in a folder; return the exit code.

    Args:
        directory: an empty or a new folder; without it, one named by the time is made here.
        track: one of `tracks.CHOICES`; without it, the governor's day.

    Returns:
        0 when every answer arrived as it should, 1 when one did not, 2 when the folder cannot be
        used or there is no such track.

    """
    console = console_of_day()
    script = script_of(track)
    if script is None:
        _complain(RefusedError(f"--track: {', '.join(CHOICES)}"))
        return USAGE
    folder = directory or Path(f"demo-{wiring.clock().astimezone():%Y%m%d-%H%M%S}")
    try:
        _make(folder)
    except RefusedError as error:
        _complain(error)
        return USAGE
    started = time.monotonic()
    password = secrets.token_urlsafe(12)
    try:
        with (
            _log_kept(folder / ENGINE_ROOM / "служба.log"),
            PostOffice({_USER: password}, [_DOMAIN]) as post,
            Stage(
                folder / ENGINE_ROOM,
                post,
                password,
                {"folders.base": "../outbox", "folders.settle_seconds": 0},
            ).opened() as stage,
        ):
            timeline = Timeline(console)
            chronicle, faults = _play_day(stage, timeline, script)
            letters, texts = lettered(script), published_tracks(script)
            lacking = [*(shortfalls(stage, chronicle) if letters else ()), *faults]
            lacking += unfinished(stage, day.ON.year, texts)
            kept = keep(
                stage, chronicle, folder, _at(stage, script.ends, day.ENDS), letters=letters
            )
            if letters:
                timeline.deliveries(deliveries(stage, chronicle))
            if texts:
                timeline.publications(publications(stage, day.ON.year))
            config = folder / ENGINE_ROOM / "config.yaml"
            look = f"Ход дела: python3 -m mcu_mail case {day.LETTER_CASE} -c {config}"
            timeline.leavings(folder, kept.papers, (*kept.notes, look))
            timeline.verdict(lacking, time.monotonic() - started, letters=letters, texts=texts)
    except McuMailError as error:
        _complain(error)
        return BAD
    return BAD if lacking else DONE


def _make(folder: Path) -> None:
    """Make the folder; raise RefusedError when it cannot be used."""
    if folder.exists() and not folder.is_dir():
        raise RefusedError(f"{folder} – это файл, а в --dir нужна новая или пустая папка.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise RefusedError(
                f"Папка {folder} не пуста. Укажите в --dir новую или пустую папку: "
                "демонстрация ничего не перезаписывает."
            )
        (folder / ENGINE_ROOM).mkdir()
    except OSError:
        raise RefusedError(f"Папку {folder} не создать: проверьте путь и права.") from None


def _complain(error: McuMailError) -> None:
    console = Console(stderr=True, highlight=False)
    console.print(Text(f"✗ {error}", "red"), soft_wrap=True)


@contextmanager
def _log_kept(path: Path) -> Iterator[None]:
    """Let the service's own log go into a file, not between the lines of the day."""
    root = logging.getLogger()
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    handler.setLevel(logging.WARNING)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
        if not path.stat().st_size:
            path.unlink()


def lettered(script: Script) -> bool:
    """Whether a signed letter belongs to what is played."""
    return any(ROUTES[one].form is Form.letter for one in script.tracks)


def published_tracks(script: Script) -> tuple[str, ...]:
    """The tracks of what is played whose answers are published."""
    return tuple(one for one in script.tracks if ROUTES[one].form is Form.text)


def _at(stage: Stage, on: date, clock: str) -> datetime:
    return stage.moment(f"{on} {clock}")


def _play_day(stage: Stage, timeline: Timeline, script: Script) -> tuple[Chronicle, list[str]]:
    """Play every beat; return what was seen, and what failed in the service."""
    chronicle = Chronicle(stage, day.ON.year)
    now = _at(stage, script.on, day.BEGINS)
    faults: dict[str, None] = {}
    days = (script.ends - script.on).days + 1
    tick = _TICK if days == 1 else _LONG_TICK
    shown = False
    timeline.opening(now, days=days)
    with timeline.clock() as status:
        for beat in (*script.beats, None):
            until = _at(stage, *((beat.on, beat.at) if beat else (script.ends, day.ENDS)))
            if until.date() > now.date() and not shown:
                shown = timeline.standing(now, open_table(stage))
            for moment in _moments(stage, now, until, tick):
                faults |= dict.fromkeys(_pass(stage, timeline, chronicle, status, moment))
            now = until
            if beat is not None:
                timeline.act(now, beat.who, beat.told)
                _perform(stage, beat.act, now)
            faults |= dict.fromkeys(_pass(stage, timeline, chronicle, status, now))
        timeline.closing(now, chronicle.open_cases())
    return chronicle, [f"сбой службы: {name} (см. служба.log)" for name in faults]


def _moments(stage: Stage, now: datetime, until: datetime, tick: timedelta) -> Iterator[datetime]:
    """The moments between two beats: whatever falls due by itself, and the ticks of a clock."""
    midnight = now.replace(hour=0, minute=0)
    while True:
        coming = midnight + ((now - midnight) // tick + 1) * tick
        with stage.desk.store.view() as view:
            owed = [stage.desk.local(due.at) for due in view.due.owed(min(coming, until))]
        now = min((at for at in owed if at > now), default=coming)
        if now >= until:
            return
        yield now


def _pass(
    stage: Stage, timeline: Timeline, chronicle: Chronicle, status: Status, now: datetime
) -> tuple[str, ...]:
    timeline.tick(status, now, chronicle.turn())
    faults = stage.play(now)
    timeline.news(now, chronicle.look())
    return faults


# --- people --------------------------------------------------------------------------------------


def _perform(stage: Stage, act: day.Act, now: datetime) -> None:
    """Let a person do his part by mail or in a folder."""
    to = stage.desk.address
    match act:
        case day.Notice():
            raw = fresh_mail(
                act.sender, to, act.subject, act.text, now, files=day.photos_of(act), html=act.html
            )
        case day.Answer():
            box = act.forwarded_by or act.writer
            raw = reply(act.writer, _last(stage, box), act.text, now, files=day.photos_of(act))
        case day.Say():
            raw = reply(act.writer, _asking(stage, act), act.text, now)
        case day.Press():
            mail = _last(stage, act.writer)
            label = next(name for name in buttons_of(mail) if name.startswith(act.label))
            raw = press(act.writer, mail, label, now)
        case day.Scan():
            paper = _mailed(stage, act.mailed_to) if act.mailed_to else _printed(stage)
            scan = sign_and_scan(paper, dpi=_SCAN_DPI, skew_degrees=act.skew_degrees, grey=act.grey)
            stage.drop(act.name, scan)
            return
        case _:
            assert_never(act)
    stage.post.deliver(to, raw, internaldate=now)


def _asking(stage: Stage, act: day.Say) -> EmailMessage:
    """The newest mail of his that carries the open request about the message."""
    with stage.desk.store.view() as view:
        codes = [
            grouped(request.code)
            for case in view.cases.open()
            if case.notice.external_id == act.of
            for request in view.requests.open_of_case(case.id)
            if request.purpose.value == act.asked
            or (act.asked == HER and request.purpose in STANDING)
        ]
    mails = stage.mails(act.writer.address)
    carrying = [one for one in mails if any(code in text_of(one) for code in codes)]
    if carrying:
        return carrying[-1]
    raise RefusedError(f"{act.writer.name} не получил письма, на которое должен ответить")


def _last(stage: Stage, writer: Writer) -> EmailMessage:
    mails = stage.mails(writer.address)
    if not mails:
        raise RefusedError(f"{writer.name} не получил письма, на которое должен ответить")
    return mails[-1]


def _mailed(stage: Stage, writer: Writer) -> bytes:
    """The first letter that came by mail to a person, as he would print it."""
    for mail in stage.mails(writer.address):
        for item in mail.iter_attachments():
            if item.get_content_type() == "application/pdf":
                return bytes(item.get_content())
    raise RefusedError(f"{writer.name} не получил письма с PDF")


def _printed(stage: Stage) -> bytes:
    try:
        return stage.to_sign(day.LETTER_CASE)
    except OSError:
        raise RefusedError("в папке «На подпись» нет письма") from None

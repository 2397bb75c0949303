"""`aside`: the mails that were set aside, seen, corrected and put back by an administrator."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from mcu_mail import wiring
from mcu_mail.domain.aside_catalogue import HEAD_ONLY, MAIL_UNREADABLE
from mcu_mail.domain.routes import ROUTES
from mcu_mail.errors import McuMailError, RefusedError
from mcu_mail.reports import set_aside, tables
from mcu_mail.reports.one_mail import one_mail
from mcu_mail.service import retrying
from mcu_mail.service.reading import read_file
from mcu_mail.terminal import (
    BAD,
    CONFIG,
    DONE,
    USAGE,
    ConfigOption,
    JsonOption,
    fail,
    open_desk,
    out,
    print_json,
    save,
)
from mcu_mail.usage import RussianGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.desk import Desk
    from mcu_mail.service.retrying import Outcome
    from mcu_mail.store.ledger import StoredMail

app = typer.Typer(
    no_args_is_help=True,
    cls=RussianGroup,
    help="Неразобранные письма: посмотреть, разобрать заново, приложить к делу.",
)
IdArgument = Annotated[int, typer.Argument(metavar="ID", help="номер письма из aside list")]


@app.command("list")
def list_mails(
    everything: Annotated[bool, typer.Option("--all", help="и уже разобранные")] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Письма, которые ждут человека; новые внизу. 1 – такие есть."""
    desk = open_desk(config)
    with desk.store.view() as view:
        mails = view.asides.all(settled=everything)
        document = set_aside.listed(view, mails, desk.store.files, desk.zone)
    if as_json:
        print_json(document)
    else:
        out().print(set_aside.table(document))
    waits = any(mail["state"] == "aside" for mail in document["mails"])
    raise typer.Exit(BAD if waits else DONE)


@app.command()
def show(
    mail_id: IdArgument,
    raw: Annotated[
        Path | None, typer.Option("--raw", "--eml", help="сохранить письмо целиком в файл .eml")
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Одно письмо: что служба в нём прочитала, почему не поняла и где оно лежит."""
    desk = open_desk(config)
    with desk.store.view() as view:
        stored = view.asides.find(mail_id)
        if stored is None:
            raise fail(RefusedError(f"письма {mail_id} нет"), USAGE)
        acts = view.asides.acts(mail_id)
        case = view.cases.get(stored.case_id).number if stored.case_id is not None else None
    content = desk.store.files.get(stored.sha256)
    if raw is not None:
        save(raw, content, "Письмо сохранено")
    reading, limits = _read(desk, stored)
    read = read_file(
        reading,
        f"письмо {mail_id}",
        settings=desk.settings,
        office=desk.office,
        zone=desk.zone,
        today=desk.today(_now(desk)),
    )
    document = set_aside.one(
        stored,
        acts,
        read,
        case=case,
        path=str(desk.store.files.path(stored.sha256)),
        zone=desk.zone,
    )
    if as_json:
        print_json(document)
        return
    console = out()
    for part in set_aside.parts(document, desk.office):
        console.print(part)
    if limits:
        console.print(tables.plain(limits))
    console.print(one_mail(read))


@app.command()
def retry(
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID", help="номера писем")] = None,
    everything: Annotated[bool, typer.Option("--all", help="все неразобранные")] = False,
    read_as: Annotated[
        str,
        typer.Option("--as", help="notice:governor – это уведомление, reply – ответ сотрудника"),
    ] = "",
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Разобрать заново по нынешним настройкам. 1 – что-то осталось неразобранным."""
    if bool(ids) == everything:
        raise fail(RefusedError("укажите номера писем или --all"), USAGE)
    kind, _, track = read_as.partition(":")
    if read_as not in {"", retrying.REPLY} and (kind != retrying.NOTICE or track not in ROUTES):
        known = ", ".join(f"notice:{name}" for name in ROUTES)
        raise fail(RefusedError(f"--as: не понять «{read_as}»; есть: {known}, reply"), USAGE)
    desk = open_desk(config)
    now, by = _now(desk), retrying.operator()
    chosen = tuple(dict.fromkeys(ids or ())) or retrying.waiting(desk)
    _say(
        [retrying.retry_safely(desk, one, now, by=by, read_as=read_as) for one in chosen],
        as_json=as_json,
    )


@app.command()
def assign(
    mail_id: IdArgument,
    number: Annotated[str, typer.Argument(metavar="CASE", help="номер дела")],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Приложить письмо к делу: текст – заметкой, файлы – приложениями."""
    desk = open_desk(config)
    try:
        done = retrying.put_to_case(desk, mail_id, number, _now(desk), by=retrying.operator())
    except RefusedError as error:
        raise fail(error, USAGE) from None
    except McuMailError as error:
        raise fail(error) from None
    _say([done], as_json=as_json)


@app.command()
def drop(
    mail_id: IdArgument,
    reason: Annotated[str, typer.Argument(metavar="REASON", help="почему делать с ним нечего")],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Отложить письмо в «Прочее» с причиной; само письмо остаётся."""
    if not reason.strip():
        raise fail(RefusedError("укажите причину"), USAGE)
    desk = open_desk(config)
    done = retrying.drop(desk, mail_id, reason.strip(), _now(desk), by=retrying.operator())
    _say([done], as_json=as_json)


def _read(desk: Desk, stored: StoredMail) -> tuple[Reading, str]:
    """What a mail says, and what is to be known of that: of a failed one its head says enough."""
    try:
        return desk.read(stored.sha256), ""
    except RefusedError:
        pass
    try:
        return desk.read_head(stored.sha256), HEAD_ONLY
    except RefusedError:
        raise fail(RefusedError(MAIL_UNREADABLE)) from None


def _now(desk: Desk) -> datetime:
    """The clock's moment; in a rehearsal the last that was played."""
    with desk.store.view() as view:
        played = view.facts.get("played_at")
    return datetime.fromisoformat(played) if played else wiring.clock()


def _say(done: Sequence[Outcome], *, as_json: bool) -> None:
    """The result of every mail; 2 when one was named that is none to be dealt with."""
    if as_json:
        print_json({
            "mails": [
                {"id": one.id, "outcome": one.outcome, "text": one.text, "case": one.case}
                for one in done
            ]
        })
    else:
        console = out()
        for one in done:
            console.print(tables.plain(f"Письмо {one.id}: {one.text}"), soft_wrap=True)
        if any(one.is_done for one in done):
            console.print(
                tables.plain("В почте письма переедут при следующем обходе ящика."), soft_wrap=True
            )
    if any(one.outcome in {"missing", "settled", "duplicate"} for one in done):
        raise typer.Exit(USAGE)
    raise typer.Exit(BAD if any(not one.is_done for one in done) else DONE)

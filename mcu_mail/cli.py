"""The commands of design §7. Tables and JSON go to standard output, everything else to stderr."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from mcu_mail import wiring
from mcu_mail.documents.folder import Folders
from mcu_mail.errors import McuMailError, RefusedError, SettingsError
from mcu_mail.reports import board
from mcu_mail.reports.workbook import write_workbook
from mcu_mail.service import checking
from mcu_mail.service.alone import alone
from mcu_mail.service.daemon import Rounds, run as run_daemon
from mcu_mail.service.reading import read_file
from mcu_mail.settings import load, office_of, resolve, work_calendar

if TYPE_CHECKING:
    from mcu_mail.service.desk import Desk

DONE, BAD, USAGE = 0, 1, 2
CONFIG = Path("config.yaml")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Служба писем муниципального центра управления.",
)
ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="файл настроек")]
JsonOption = Annotated[bool, typer.Option("--json", help="один документ JSON")]
stderr = Console(stderr=True)


def _out() -> Console:
    # A table that is piped into a file must not be cut to the width of a terminal.
    return Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False)


def _print_json(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _log_to_stderr() -> None:
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _fail(error: McuMailError, code: int = BAD) -> typer.Exit:
    faults = error.faults if isinstance(error, SettingsError) else (str(error),)
    for fault in faults:
        stderr.print(f"[red]✗[/red] {_plain(fault)}", highlight=False, soft_wrap=True)
    return typer.Exit(code)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


@app.command()
def demo(
    directory: Annotated[
        Path | None, typer.Option("--dir", help="куда положить письма, журнал и почту")
    ] = None,
) -> None:
    """Сыграть день: сообщение из соцсетей Губернатора – от уведомления до отправки ответа."""
    from mcu_mail.rehearsal.demo import play  # noqa: PLC0415 - needs the embedded post office

    raise typer.Exit(play(directory))


@app.command()
def run(config: ConfigOption = CONFIG) -> None:
    """Служба: читает почту, ведёт дела, рассылает письма. Остановка – Ctrl+C или SIGTERM."""
    _log_to_stderr()
    stop = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    try:
        desk = wiring.open_desk(config)
        with alone(desk):
            desk.folders.prepare()
            stderr.print(f"mcu_mail: работает, настройки {config}", highlight=False)
            run_daemon(Rounds(desk=desk), wiring.clock, stop)
            stderr.print("mcu_mail: остановлена")
    except McuMailError as error:
        raise _fail(error) from None


@app.command()
def once(
    config: ConfigOption = CONFIG,
    now: Annotated[
        str | None, typer.Option("--now", help="сыграть момент, например 2026-11-23T09:00")
    ] = None,
) -> None:
    """Сделать всё, что положено к этому часу, и выйти; 1 – нужен человек или срок прошёл."""
    _log_to_stderr()
    try:
        desk = wiring.open_desk(config)
        with alone(desk):
            moment = _moment(desk, now)
            rounds = Rounds(desk=desk, played=now is not None)
            desk.folders.prepare()
            rounds.start(moment)
            rounds.until_idle(moment)
            with desk.store.view() as view:
                bad = board.is_bad(view, moment)
                aside = view.mails.aside_since(moment)
        raise typer.Exit(BAD if bad or aside or rounds.health.faults else DONE)
    except McuMailError as error:
        raise _fail(error) from None


def _moment(desk: Desk, text: str | None) -> datetime:
    """The moment of this run; a played one never goes back behind one that was played before."""
    if text is None:
        return wiring.clock()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stderr.print(f"[red]✗[/red] --now: не понять момент «{text}» (пример: 2026-11-23T09:00)")
        raise typer.Exit(USAGE) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=desk.zone)
    with desk.store.work() as work:
        before = work.facts.get("played_at")
        if before is not None and moment < datetime.fromisoformat(before):
            shown = desk.local(datetime.fromisoformat(before)).isoformat(timespec="seconds")
            raise RefusedError(f"--now: назад нельзя, уже сыграно {shown}")
        work.facts.set("played_at", moment.isoformat())
        work.commit()
    return moment


@app.command()
def check(
    config: ConfigOption = CONFIG,
    online: Annotated[bool, typer.Option("--online", help="войти в почту")] = False,
) -> None:
    """Проверить настройки, шаблоны, календарь, папки; с --online – и почту."""
    try:
        settings = load(config)
    except SettingsError as error:
        out = _out()
        for fault in error.faults:
            out.print(f"[red]✗[/red] {_plain(fault)}", highlight=False, soft_wrap=True)
        out.print(f"Ошибок: {len(error.faults)}", highlight=False)
        raise typer.Exit(BAD) from None
    today = wiring.clock().date()
    calendar = work_calendar(
        settings, {*settings.calendar.years_confirmed, today.year, today.year + 1}
    )
    found = [
        checking.check_files(settings, wiring.templates_folder(settings, config), calendar, today),
        checking.check_folders(Folders(resolve(config, settings.folders.base))),
    ]
    if online:
        try:
            found.append(checking.check_online(wiring.open_desk(config)))
        except SettingsError as error:
            found.append(checking.Findings(faults=error.faults, notes=()))
    out = _out()
    faults = [fault for item in found for fault in item.faults]
    for note in (note for item in found for note in item.notes):
        out.print(f"[yellow]![/yellow] {_plain(note)}", highlight=False, soft_wrap=True)
    for fault in faults:
        out.print(f"[red]✗[/red] {_plain(fault)}", highlight=False, soft_wrap=True)
    if faults:
        out.print(f"Ошибок: {len(faults)}", highlight=False)
        raise typer.Exit(BAD)
    out.print(
        f"[green]✓[/green] {config}: всё в порядке – людей {len(settings.people)}, подразделений "
        f"{len(settings.departments)}, тем {len(settings.topics)}",
        highlight=False,
        soft_wrap=True,
    )


def _short(text: str | None) -> str:
    return f"{text[8:10]}.{text[5:7]} {text[11:16]}" if text else "–"


@app.command()
def status(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Открытые дела: у кого ход, до какого часа, крайний срок."""
    desk = _desk(config)
    with desk.store.view() as view:
        document = board.board(view, desk.zone)
        played = view.facts.get("played_at")
        now = datetime.fromisoformat(played) if played else wiring.clock()
        bad = board.is_bad(view, now)
    if as_json:
        _print_json(document)
    else:
        table = Table(
            "Дело", "Шаг", "Чей ход", "До", "Крайний срок", "Состояние", title="Открытые дела"
        )
        for row in document["cases"]:
            person = desk.office.people.get(row["actor"] or "")
            table.add_row(
                row["number"],
                row["step_title"],
                person.name if person else "служба",
                _short(row["due"]),
                _short(row["term"]),
                board.STATES[row["state"]],
            )
        _out().print(table)
    raise typer.Exit(BAD if bad else DONE)


@app.command()
def case(
    number: Annotated[str, typer.Argument(help="номер дела, например 2026-000123")],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Одно дело: события, письма, варианты ответа, доставка."""
    desk = _desk(config)
    with desk.store.view() as view:
        found = view.cases.by_number(number)
        if found is None:
            raise _fail(RefusedError(f"дела {number} нет"), USAGE)
        document = board.one_case(view, found, desk.zone)
    if as_json:
        _print_json(document)
        return
    out = _out()
    person = desk.office.people.get(document["actor"] or "")
    out.print(
        f"Дело {number}: {document['step_title']}, "
        f"{board.STATES[document['state']]}; ход: {person.name if person else 'служба'}; "
        f"до {_short(document['due'])}, крайний срок {_short(document['term'])}",
        highlight=False,
    )
    out.print(_plain(document["term_sentence"]), highlight=False)
    events = Table("Когда", "Кто", "Событие", "Подробности", title="События")
    for event in document["events"]:
        who = desk.office.people.get(event["actor"])
        details = ", ".join(
            f"{key}: {value}"
            for key, value in event["data"].items()
            if key != "cause" and value not in ("", [], {}, None)
        )
        events.add_row(
            _short(event["at"]),
            who.name if who else event["actor"],
            event["kind"],
            _plain(details[:200]),
        )
    out.print(events)
    mails = Table("Когда", "Куда", "Тема или вид", "Состояние", title="Письма")
    for mail in document["mails"]:
        if mail["direction"] == "in":
            mails.add_row(_short(mail["at"]), "входящее", mail["kind"] or "", mail["state"])
        else:
            for item in mail["recipients"]:
                mails.add_row(
                    _short(item["at"] or mail["at"]),
                    item["address"],
                    _plain(mail["subject"]),
                    board.RECIPIENT_STATES[item["state"]],
                )
    out.print(mails)


@app.command()
def journal(
    config: ConfigOption = CONFIG,
    year: Annotated[int | None, typer.Option("--year", help="год; без него – весь")] = None,
    as_json: JsonOption = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="сохранить в файл Excel")] = None,
) -> None:
    """Журнал исходящих писем."""
    desk = _desk(config)
    with desk.store.view() as view:
        document = board.journal(view, desk.zone, year)
    if xlsx is not None:
        xlsx.write_bytes(write_workbook(document["entries"]))
        stderr.print(f"Журнал сохранён: {xlsx}", highlight=False)
    if as_json:
        _print_json(document)
    elif xlsx is None:
        table = Table(
            "Номер",
            "Дата",
            "Дело",
            "Адресат",
            "О чём",
            "Состояние",
            "Куда и когда",
            title="Журнал исходящих",
        )
        for entry in document["entries"]:
            where = "\n".join(
                f"{item['address']}: {board.RECIPIENT_STATES[item['state']]} {_short(item['at'])}"
                for item in entry["recipients"]
            )
            table.add_row(
                entry["number"],
                entry["date"],
                entry["case"],
                _plain(entry["addressee"]),
                _plain(entry["subject"]),
                board.ENTRY_STATES[entry["state"]],
                where,
            )
        _out().print(table)


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="файлы .eml")],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Показать, что служба читает из письма и по какому правилу. Ничего не меняет."""
    try:
        settings = load(config)
    except SettingsError as error:
        raise _fail(error) from None
    office, zone = office_of(settings), wiring.ZoneInfo(settings.office.timezone)
    mails = []
    for path in files:
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise _fail(RefusedError(f"{path}: {error.strerror}"), USAGE) from None
        mails.append(
            read_file(
                raw,
                str(path),
                settings=settings,
                office=office,
                zone=zone,
                today=wiring.clock().astimezone(zone).date(),
            )
        )
    if as_json:
        _print_json({"mails": mails})
        return
    out = _out()
    for mail in mails:
        table = Table("Поле", "Прочитано", "Правило", title=mail["file"])
        table.add_row("вид", mail["kind"], "")
        table.add_row("отправитель", mail["sender"] or f"не принят: {mail['sender_fault']}", "")
        table.add_row("решение", mail["verdict"], _plain(mail["reason"]))
        if not mail["notices"]:
            table.add_row("новый текст", _plain(mail["text"]), "")
        for name in mail["attachments"]:
            table.add_row("вложение", _plain(name), "")
        for notice in mail["notices"]:
            for key, value in notice.items():
                if key not in {"rules", "unsure"}:
                    shown = "–" if value is None else str(value)
                    table.add_row(key, _plain(shown), _plain(notice["rules"].get(key, "")))
            table.add_row("уточнить", ", ".join(notice["unsure"]) or "–", "")
        out.print(table)


@app.command()
def test() -> None:
    """Все проверки и тесты проекта."""
    from mcu_mail.checks import run_all  # noqa: PLC0415 - needs the test packages only here

    raise typer.Exit(run_all())


def _desk(config: Path) -> Desk:
    try:
        return wiring.open_desk(config)
    except McuMailError as error:
        raise _fail(error) from None


def main() -> None:
    """The entry point of `mcu-mail` and of `python3 -m mcu_mail`."""
    app()

"""The commands of design §7. Tables and JSON go to standard output, everything else to stderr."""

from __future__ import annotations

import io
import sys
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from mcu_mail import aside_commands, backup_commands, watch_commands, wiring
from mcu_mail.documents.folder import Folders
from mcu_mail.domain.numbering import find_case_numbers
from mcu_mail.domain.watch_words import tally_line
from mcu_mail.errors import McuMailError, RefusedError, SettingsError
from mcu_mail.reports import board, tables
from mcu_mail.reports.log_lines import log_to_stderr
from mcu_mail.reports.one_mail import one_mail
from mcu_mail.reports.track_words import open_remarks
from mcu_mail.reports.workbook import write_workbook
from mcu_mail.service import checking
from mcu_mail.service.alone import alone
from mcu_mail.service.calendar_orders import FACT as CALENDAR_ORDERS
from mcu_mail.service.calendar_orders import order_lines
from mcu_mail.service.counting import mode_note
from mcu_mail.service.daemon import run as run_daemon
from mcu_mail.service.ending import end_when_told
from mcu_mail.service.measured_words import level_line
from mcu_mail.service.measuring import FOUND, found_before
from mcu_mail.service.reading import mail_files, read_file
from mcu_mail.service.reconciling import reconciled_line
from mcu_mail.service.rounds import Rounds
from mcu_mail.service.settings_file import SettingsFile
from mcu_mail.service.year_end import record_file, record_of
from mcu_mail.settings import inspect, load, office_of, resolve, work_calendar
from mcu_mail.terminal import BAD, CONFIG, DONE, USAGE, ConfigOption, JsonOption, stderr
from mcu_mail.terminal import fail as _fail
from mcu_mail.terminal import open_desk as _desk
from mcu_mail.terminal import out as _out
from mcu_mail.terminal import print_json as _print_json
from mcu_mail.terminal import save as _save
from mcu_mail.terminal import say_each as _say_each
from mcu_mail.usage import RussianGroup

if TYPE_CHECKING:
    from mcu_mail.mail.reading import Reading
    from mcu_mail.service.checking import Findings
    from mcu_mail.service.desk import Desk
    from mcu_mail.settings import Settings

PLAYED_YEARS = range(2000, 2101)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Служба писем муниципального центра управления.",
    cls=RussianGroup,
)
app.add_typer(aside_commands.app, name="aside")
app.command()(backup_commands.backup)
app.command()(backup_commands.restore)
app.command()(watch_commands.health)


@app.command()
def demo(
    directory: Annotated[
        Path | None, typer.Option("--dir", help="куда положить письма, журнал и почту")
    ] = None,
    track: Annotated[
        str | None,
        typer.Option(
            "--track", help="поток: governor, incident, pos, kuzbass_online или all – все четыре"
        ),
    ] = None,
) -> None:
    """Сыграть день: сообщение из соцсетей Губернатора – от уведомления до отправки ответа."""
    from mcu_mail.rehearsal.demo import play  # noqa: PLC0415 - needs the embedded post office

    raise typer.Exit(play(directory, track))


@app.command()
def run(config: ConfigOption = CONFIG) -> None:
    """Служба: читает почту, ведёт дела, рассылает письма. Остановка – Ctrl+C или SIGTERM."""
    log_to_stderr()
    stop = threading.Event()
    end_when_told(stop)
    try:
        settings_file = SettingsFile(config)
        desk = wiring.open_desk(config)
        with alone(desk), closing(desk.press):
            stderr.print(f"mcu_mail: работает, настройки {config}", highlight=False)
            run_daemon(Rounds(desk=desk, settings_file=settings_file), wiring.clock, stop)
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
    log_to_stderr()
    try:
        desk = wiring.open_desk(config)
        with alone(desk), closing(desk.press):
            moment = _moment(desk, now)
            rounds = Rounds(desk=desk, played=now is not None)
            rounds.start(moment)
            rounds.until_idle(moment)
            with desk.store.view() as view:
                bad = board.is_bad(view, moment)
                aside = view.mails.aside_since(moment)
                changed = mode_note(view, desk.settings, desk.today(moment))
        if changed:
            stderr.print(Text("! ", style="yellow") + tables.plain(changed), soft_wrap=True)
        _say_each([f"{name}: {fault}" for name, fault in rounds.health.faults.items()], stderr)
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
        _say_each([f"--now: не понять момент «{text}» (пример: 2026-11-23T09:00)"], stderr)
        raise typer.Exit(USAGE) from None
    if moment.year not in PLAYED_YEARS:
        _say_each([f"--now: год {moment.year} не сыграть"], stderr)
        raise typer.Exit(USAGE)
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
    inspection = inspect(config)
    settings = inspection.settings
    found = [checking.Findings(faults=inspection.faults, notes=())]
    if settings is not None:
        # With faults in it, the rest of the file is still looked at: every fault at once.
        found += _look_around(settings, config, inspection.doubtful)
    if online and settings is not None and not inspection.faults:
        found.append(_look_outside(config))
    out = _out()
    faults = [fault for item in found for fault in item.faults]
    for note in (note for item in found for note in item.notes):
        out.print(Text("! ", style="yellow") + tables.plain(note), soft_wrap=True)
    _say_each(faults, out)
    if faults or settings is None:
        out.print(f"Ошибок: {len(faults)}", highlight=False)
        raise typer.Exit(BAD)
    counts = (
        f": всё в порядке – людей {len(settings.people)}, подразделений "
        f"{len(settings.departments)}, тем {len(settings.topics)}"
    )
    out.print(Text("✓ ", style="green") + tables.plain(f"{config}{counts}"), soft_wrap=True)


def _look_around(settings: Settings, config: Path, doubtful: frozenset[str]) -> list[Findings]:
    now = wiring.clock()
    today = now.date() if "office" in doubtful else now.astimezone(wiring.zone_of(settings)).date()
    years = {*settings.calendar.years_confirmed, today.year, today.year + 1}
    templates = wiring.templates_folder(settings, config)
    folders = Folders(resolve(config, settings.folders.base))
    found = (
        checking.check_files(settings, templates, work_calendar(settings, years), today),
        checking.check_folders(folders),
        wiring.check_store(settings, config, today),
        wiring.check_machine(settings, config, today),
    )
    return [checking.without(item, doubtful) for item in found]


def _look_outside(config: Path) -> Findings:
    try:
        return checking.check_online(wiring.open_desk(config), _say_progress)
    except SettingsError as error:
        return checking.Findings(faults=error.faults, notes=())
    except McuMailError as error:
        return checking.Findings(faults=(str(error),), notes=())


def _say_progress(text: str) -> None:
    stderr.print(tables.plain(f"… {text}"), soft_wrap=True)


@app.command()
def status(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Открытые дела: у кого ход, до какого часа, крайний срок."""
    desk = _desk(config)
    with desk.store.view() as view:
        document = board.board(view, desk.zone)
        played = view.facts.get("played_at")
        now = datetime.fromisoformat(played) if played else wiring.clock()
        bad = board.is_bad(view, now)
        found = found_before(view.facts.get(FOUND), desk.settings)
        restored = reconciled_line(view, desk)
        days = order_lines(desk.settings, desk.zone, view.facts.get(CALENDAR_ORDERS))
        mails = None if as_json else view.census.mails()
        remarks = open_remarks(view, desk.settings.tracks.title)
    if mails is None:
        _print_json(document)
    else:
        if restored:
            _out().print(tables.plain(restored), soft_wrap=True)
        _out().print(tables.open_cases(document, desk.office, remarks))
        for line in days:
            _out().print(tables.plain(line), soft_wrap=True)
        if level := level_line(found, unverified=desk.trust.unverified):
            _out().print(level, soft_wrap=True)
        _out().print(tables.plain(tally_line(*mails.parts)), soft_wrap=True)
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
        found = view.cases.by_number(next(iter(find_case_numbers(number)), number))
        if found is None:
            raise _fail(RefusedError(f"дела {number} нет"), USAGE)
        document = board.one_case(view, found, desk.zone)
    if as_json:
        _print_json(document)
        return
    out = _out()
    for part in tables.one_case(document, desk.office):
        out.print(part)


@app.command()
def journal(
    config: ConfigOption = CONFIG,
    year: Annotated[int | None, typer.Option("--year", help="год; без него – весь")] = None,
    as_json: JsonOption = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="сохранить в файл Excel")] = None,
    record: Annotated[
        Path | None, typer.Option("--record", help="итоговая запись года, файл Word")
    ] = None,
) -> None:
    """Журнал исходящих писем."""
    desk = _desk(config)
    with desk.store.view() as view:
        document = board.journal(view, desk.zone, year)
        closing = record_of(view, year) if record is not None and year is not None else None
    if record is not None and closing is None:
        raise _fail(RefusedError("--record: укажите год, например --year 2026"), USAGE)
    if xlsx is not None:
        _save(xlsx, write_workbook(document["entries"]), "Журнал сохранён")
    if record is not None and closing is not None:
        try:
            content = record_file(desk, closing, wiring.clock())
        except McuMailError as error:
            raise _fail(error) from None
        _save(record, content, "Итоговая запись сохранена")
    if as_json:
        _print_json(document)
    elif xlsx is None and record is None:
        _out().print(tables.journal(document))


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="файлы .eml или папки с ними")],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Показать, что служба читает из письма и по какому правилу. Ничего не меняет."""
    try:
        settings = load(config)
    except SettingsError as error:
        raise _fail(error) from None
    office, zone = office_of(settings), wiring.zone_of(settings)
    today = wiring.clock().astimezone(zone).date()
    try:
        named = mail_files(files)
    except RefusedError as error:
        raise _fail(error, USAGE) from None
    mails = [
        read_file(
            _reading_of(raw, name, settings),
            name,
            settings=settings,
            office=office,
            zone=zone,
            today=today,
        )
        for name, raw in named
    ]
    if as_json:
        _print_json({"mails": mails})
        return
    out = _out()
    for mail in mails:
        out.print(one_mail(mail))


def _reading_of(raw: bytes, name: str, settings: Settings) -> Reading:
    sources = tuple(item.value() for item in settings.sources)
    try:
        return wiring.reader().read(raw, sources, wiring.zone_of(settings))
    except RefusedError:
        raise _fail(
            RefusedError(f"{name}: письмо не читается (слишком сложное или повреждённое)")
        ) from None
    except McuMailError as error:
        raise _fail(error) from None


@app.command("test")
def run_tests(
    coverage: Annotated[
        bool, typer.Option("--coverage", help="измерить, какие строки проходят тесты")
    ] = False,
    long: Annotated[
        bool,
        typer.Option("--long", help="вместо них: долгие испытания на обрывы и отказы, с таблицей"),
    ] = False,
    times: Annotated[
        int, typer.Option("--times", min=1, help="с --long: обрывов в каждой точке")
    ] = 50,
    kills: Annotated[
        int, typer.Option("--kills", min=1, help="с --long: обрывов в случайный миг и обрывов сети")
    ] = 1000,
) -> None:
    """Все проверки и тесты проекта."""
    from mcu_mail.checks import run_all, run_long  # noqa: PLC0415 - needs the test packages

    raise typer.Exit(run_long(times, kills) if long else run_all(coverage=coverage))


def main() -> None:
    """The entry point of `mcu-mail` and of `python3 -m mcu_mail`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Whatever the system's code page, what a script reads is UTF-8.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app()

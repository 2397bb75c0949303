"""How the commands are to be called, said in Russian: what typer says in English is translated.

The frame of the help is translated too. What is not known stays as it is: a new version of the
library must not break a command, and its English is better than nothing.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import typer
from rich.text import Text
from typer import rich_utils
from typer.core import TyperGroup

from mcu_mail.reports import tables
from mcu_mail.terminal import USAGE, stderr

# The library keeps its own copy of click out of sight; the public error is one of its usage errors.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
_WORDS: tuple[tuple[str, str], ...] = (
    (r"Missing command\.?", "не указана команда"),
    (
        r"No such command '(.+?)'\.?(?:\s*(?:Did you mean|Possibly you meant) (.+?)\??)?",
        "нет команды «{0}»{1}",
    ),
    (
        r"No such option: ?(\S+?)\.?(?:\s*\(?(?:Did you mean|Possible options:)\s*(.+?)\)?\??)?",
        "нет ключа {0}{1}",
    ),
    (r"Missing argument '(.+?)'\.?.*", "не указано: {0}"),
    (r"Missing option '(.+?)'\.?.*", "не указан ключ {0}"),
    (r"Option '(.+?)' requires an argument\.?", "после ключа {0} нужно значение"),
    (r"Option '(.+?)' requires (\d+) arguments\.?", "после ключа {0} нужно значений: {1}"),
    (r"Option '(.+?)' does not take a value\.?", "ключ {0} пишется без значения"),
    (r"Argument '?(.+?)'? takes (\d+) values?\.?.*", "«{0}»: нужно значений: {1}"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", "лишнее: {0}"),
    (
        r"Invalid value for (.+?): '(.*)' is not a valid (?:int|integer)\.?",
        "{0}: «{1}» – не целое число",
    ),
    (r"Invalid value for (.+?): '(.*)' is not a valid float\.?", "{0}: «{1}» – не число"),
    (
        r"Invalid value for (.+?): (?:\w+ )?'(.*)' does not exist\.?",
        "{0}: «{1}» – нет такого файла",
    ),
    (r"Invalid value for (.+?): '(.*)' is not one of (.+?)\.?", "{0}: «{1}» – не из списка {2}"),
    (r"Invalid value for (.+?): Input should be a valid integer.*", "{0}: нужно целое число"),
    (r"Invalid value for (.+?): Input should be a valid number.*", "{0}: нужно число"),
    (r"Invalid value for (.+?): (.+)", "{0}: негодное значение ({1})"),
    (r"Invalid value: (.+)", "негодное значение ({0})"),
)
_METAVARS = {
    "FILES": "файлы .eml",
    "NUMBER": "номер дела",
    "IDS": "номера писем",
    "ID": "номер письма",
    "CASE": "номер дела",
    "FILE": "файл архива",
    "REASON": "причина",
}


def in_russian(message: str) -> str:
    """The usage error of the library in Russian, or as it is."""
    text = " ".join(message.split())
    for pattern, words in _WORDS:
        found = re.fullmatch(pattern, text)
        if found is not None:
            groups = [_plain(group or "") for group in found.groups()]
            if "{1}" in words and pattern.startswith(r"No such") and groups[1]:
                groups[1] = f"; может быть, {groups[1]}"
            return words.format(*groups)
    return text


def _plain(text: str) -> str:
    bare = text.strip("'")
    name = bare.removesuffix("...").strip("[]")
    return _METAVARS.get(name.upper(), bare).replace("' or '", " или ").replace("' / '", " / ")


class RussianGroup(TyperGroup):
    """The commands with Russian errors of usage (exit code 2) and a Russian frame of help."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command; an error of usage is said on standard error."""
        _translate_help()
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except _USAGE_ERROR as error:
            if not standalone_mode:
                raise
            sys.exit(_say(error))
        except typer.Abort:
            sys.exit(1)
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else 0)
        return code

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, with the help of its own help in Russian."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _name_help(command, ctx)
        return command

    def get_params(self, ctx: Any) -> Any:
        """The options of the group itself."""
        return [_helped(param) for param in super().get_params(ctx)]


def _say(error: BaseException) -> int:
    context = getattr(error, "ctx", None)
    message = str(getattr(error, "format_message", lambda: error)())
    if type(error).__name__ == "NoArgsIsHelpError":
        return USAGE
    stderr.print(Text("✗ ", style="red") + tables.plain(in_russian(message)), soft_wrap=True)
    if context is not None:
        stderr.print(tables.plain(f"Справка: {context.command_path} --help"), soft_wrap=True)
    return USAGE


def _helped(param: Any) -> Any:
    if getattr(param, "name", "") == "help":
        param.help = "Показать справку и выйти."
    return param


def _name_help(command: Any, ctx: Any) -> None:
    option = command.get_help_option(ctx)
    if option is not None:
        _helped(option)


def _translate_help() -> None:
    """The words of the frame are plain values of the library, read when help is printed."""
    rich_utils.ARGUMENTS_PANEL_TITLE = "Что указать"
    rich_utils.OPTIONS_PANEL_TITLE = "Ключи"
    rich_utils.COMMANDS_PANEL_TITLE = "Команды"
    rich_utils.ERRORS_PANEL_TITLE = "Ошибка"
    rich_utils.DEFAULT_STRING = "[по умолчанию: {}]"
    rich_utils.REQUIRED_LONG_STRING = "[обязательно]"
    rich_utils.ABORTED_TEXT = "Прервано."

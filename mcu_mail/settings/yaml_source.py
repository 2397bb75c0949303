"""Read config.yaml with the line of every key, refusing what YAML hides from a person.

Aliases and anchors (the «billion laughs» of `threats.md` A31), duplicate keys and files over
256 KB are refused; `18:00` stays text instead of becoming 1080 (YAML 1.1 counts in sixties).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from mcu_mail.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LIMIT_BYTES = 256 * 1024

Place = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """The values of a file and the line (from 1) on which each of its places stands."""

    values: Mapping[str, Any]
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int | None:
        """The line of `place`, or of the nearest thing around it that stands in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)


class _House:
    """How both loaders understand plain words: no sixties, and a day no calendar has stays text."""

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        """A date; one that no calendar has stays text, and the schema names its place."""
        try:
            return yaml.constructor.SafeConstructor.construct_yaml_timestamp(self, node)  # type: ignore[arg-type]  # both loaders are one
        except ValueError:
            return node.value


class _Loader(_House, yaml.SafeLoader):
    """The safe loader without sixties and without aliases."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # PyYAML
            line = mark.line + 1
            raise SettingsError([f"строка {line}: ссылки YAML (*имя) не допускаются"])
        return super().compose_node(parent, index)


def _adapted(loader: Any) -> Any:
    """Give a loader the house's way with timestamps and numbers."""
    loader.add_constructor("tag:yaml.org,2002:timestamp", loader.construct_yaml_timestamp)
    loader.yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in pairs
            if tag not in {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
        ]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    loader.add_implicit_resolver(
        "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9]\d*)$"), list("-+0123456789")
    )
    loader.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+\.\d+$"), list("-+0123456789")
    )
    return loader


_adapted(_Loader)
_FAST = (
    _adapted(type("_FastLoader", (_House, yaml.CSafeLoader), {}))
    if yaml.__with_libyaml__
    else _Loader
)
_DEEPEST = 30


def _loader_for(text: str) -> Any:
    """The loader that reads this text: libyaml's is ten times as fast.

    What libyaml would resolve, refuse in other words or follow too deep is left to the other one,
    which says what is wrong.
    """
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_FAST):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST or isinstance(event, yaml.AliasEvent):
                return _Loader
    except yaml.YAMLError:
        return _Loader
    return _FAST


def read_source(path: Path) -> Source:
    """Return what stands in the file; raise SettingsError (Russian) when it is no usable YAML."""
    text = _text(path)
    loader = _loader_for(text)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise SettingsError([f"{path}: файл настроек пуст"])
        lines: dict[Place, int] = {}
        faults: list[str] = []
        _walk(node, (), lines, faults)
        if faults:
            raise SettingsError(faults)
        values = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise SettingsError([_syntax_fault(error)]) from None
    except (ValueError, RecursionError):
        raise SettingsError([f"{path}: файл записан не по правилам YAML"]) from None
    finally:
        loader.dispose()
    if not isinstance(values, dict):
        raise SettingsError([f"{path}: ожидались разделы вида «office:», «mail:»"])
    return Source(values=values, lines=lines)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SettingsError([f"{path}: файл настроек не найден"]) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SettingsError([f"{path}: файл настроек не читается ({reason})"]) from None
    if len(content) > LIMIT_BYTES:
        raise SettingsError([f"{path}: файл настроек больше 256 КБ"])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SettingsError([f"строка {line}: файл должен быть в кодировке UTF-8"]) from None
    forbidden = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if forbidden is not None:
        line = text.count("\n", 0, forbidden.start()) + 1
        raise SettingsError([f"строка {line}: в файле недопустимый знак (управляющий код)"])
    return text


_SYNTAX = (
    ("cannot start any token", "недопустимый знак: табуляция вместо пробелов или «@», «%», «`»"),
    ("mapping values are not allowed", "лишнее двоеточие или неверный отступ"),
    ("expected <block end>", "неверный отступ или лишний знак"),
    ("could not find expected ':'", "не хватает двоеточия после ключа"),
    ("unexpected end of stream", "не закрыта кавычка"),
    ("expected ',' or", "не закрыта скобка или не хватает запятой"),
    ("expected a single document", "в файле несколько документов (строка «---»)"),
    ("could not determine a constructor", "теги YAML («!…») не допускаются"),
    ("unhashable key", "ключом может быть только слово"),
)


def _syntax_fault(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"строка {mark.line + 1}, столбец {mark.column + 1}: " if mark else ""
    problem = f"{error.context or ''} {error.problem or ''}"
    meaning = next((text for sign, text in _SYNTAX if sign in problem), "проверьте отступы")
    return f"{where}файл записан не по правилам YAML: {meaning}"


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], faults: list[str]) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                faults.append(f"строка {line}: ключ «{name}» указан дважды")
            seen.add(name)
            lines[(*place, name)] = line
            _walk(value, (*place, name), lines, faults)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*place, index), lines, faults)

"""Every fail point of the program, read from its code, and the effects that must have one.

A commit's points bear the name of the function that commits, so they cannot be forgotten. All
other effects are found by the calls that make them.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parent.parent.parent / "mcu_mail"
# The demo plays on a stage of its own, and the set-up of the environment has its own tests.
OUTSIDE = ("rehearsal/", "checks.py", "__main__.py", "failpoints.py")
_EFFECTS = frozenset({
    "rename", "unlink", "rmtree", "fsync", "write_bytes", "write_text",
    "docmd", "getreply", "quit", "uid", "upgrade", "Popen",
})  # fmt: skip


@dataclass(frozen=True)
class Function:
    """A function of the program: where it is, what it calls."""

    place: str
    calls: tuple[ast.Call, ...]

    @property
    def points(self) -> tuple[str, ...]:
        """The names of the fail points in its own lines."""
        return tuple(
            str(call.args[0].value)
            for call in self.calls
            if _name(call) == "fail_point" and isinstance(call.args[0], ast.Constant)
        )

    @property
    def commits(self) -> bool:
        """Whether it commits a unit of work."""
        return any(_name(call) == "commit" and not call.args for call in self.calls)

    @property
    def effects(self) -> tuple[str, ...]:
        """The calls by which it changes something outside the memory of the process."""
        return tuple(name for call in self.calls if (name := _effect(call)))


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _effect(call: ast.Call) -> str:
    name = _name(call)
    if name == "replace" and len(call.args) == 1 and not call.keywords:
        # A path's: a text's has two arguments, a moment's has keywords.
        return name
    return name if name in _EFFECTS and isinstance(call.func, ast.Attribute) else ""


def _functions(tree: ast.AST, outer: str) -> Iterator[Function]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{outer}.{node.name}")
        elif isinstance(node, ast.FunctionDef):
            place = f"{outer}.{node.name}"
            yield Function(place, tuple(_calls(node)))
            yield from _functions(node, f"{place}.<locals>")


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _calls(child)


def functions() -> tuple[Function, ...]:
    """Every function of the program, but of what is `OUTSIDE`."""
    found: list[Function] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).as_posix()
        if not inside.startswith(OUTSIDE):
            module = inside.removesuffix(".py").replace("/", ".")
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found.append(Function(module, tuple(_calls(tree))))
            found += _functions(tree, module)
    return tuple(found)


def fail_points() -> tuple[str, ...]:
    """The names of all fail points, in the order of the code; each stands at one place only."""
    names: list[str] = []
    for function in functions():
        names += function.points
        if function.commits and not function.place.endswith("UnitOfWork.commit"):
            names += [f"commit:{function.place}:{when}" for when in ("before", "after")]
    twice = [name for name, count in Counter(names).items() if count > 1]
    assert not twice, twice
    return tuple(names)

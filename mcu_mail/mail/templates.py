"""The one door to jinja2 for what is written as text: environments, and what is wrong with a file.

Templates are trusted, values are not: nothing of a value is evaluated (sandbox) and nothing that a
template names may be missing (StrictUndefined) (`threats.md` A22, F36).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from jinja2 import BytecodeCache, FunctionLoader, StrictUndefined, pass_context
from jinja2.exceptions import (
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mcu_mail.domain import watch_words
from mcu_mail.mail import markup, phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from types import CodeType

    from jinja2.bccache import Bucket
    from jinja2.runtime import Context

_Value = TypeVar("_Value")
_COMMENT: Final = re.compile(r"\{#.*?#\}", re.DOTALL)

PLACES: Final = {"letter_cover": "letters/cover.j2"}
"""The one mail that is a part of the letter stands beside it."""


def fault(attempt: Callable[[], str]) -> str:
    """Return what is wrong, in Russian: why `attempt` raised, or what it returned."""
    try:
        return attempt()
    except TemplateNotFound as error:
        return f"нет файла шаблона «{error.name}»"
    except TemplateSyntaxError as error:
        return f"строка {error.lineno}: ошибка в записи шаблона ({error.message})"
    except UndefinedError as error:
        return f"неизвестное имя в шаблоне: «{_unknown(error)}»"
    except UnicodeDecodeError:
        return "файл не в кодировке UTF-8: сохраните его в Блокноте как «UTF-8»"
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        return f"шаблон не выполняется ({type(error).__name__}: {error})"


def missing(files: Mapping[str, bytes], path: str, needed: Mapping[str, str]) -> list[str]:
    """Return a fault for each name that must be used and is not; `needed`: what it is."""
    text = _COMMENT.sub("", files.get(path, b"").decode("utf-8", "replace"))
    return [
        f"templates/{path}: нет имени «{name}» ({title})"
        for name, title in needed.items()
        if text and not re.search(rf"\b{name}\b", text)
    ]


def _unknown(error: UndefinedError) -> str:
    """The name that jinja2 quotes in its English sentence, the last of several."""
    named = re.findall(r"'([^']+)'", error.message or "")
    return named[-1] if named else error.message or ""


class _Compiled(BytecodeCache):
    """Templates compiled in this process: a set is tried before it is used, and seldom changes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


_COMPILED: Final = _Compiled()


def environment(files: Mapping[str, bytes], folder: str) -> ImmutableSandboxedEnvironment:
    """Return the environment of the templates in one folder of the set."""

    def source(name: str) -> str | None:
        content = files.get(PLACES.get(name.removesuffix(".j2"), f"{folder}/{name}"))
        # Notepad puts a mark at the beginning of what it saves as UTF-8.
        return None if content is None else content.decode("utf-8-sig")

    # Nothing is escaped while rendering because everything is escaped when HTML is made of it.
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(source),
        autoescape=False,
        undefined=StrictUndefined,
        finalize=markup.finalize,
        extensions=[markup.Marks],
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )
    plain = (phrases.span, phrases.clip, phrases.greet, phrases.initials, phrases.field_name)
    made = (markup.link, markup.call)
    environment.filters.update({function.__name__: function for function in (*plain, *made)})
    timed = (phrases.when, phrases.until, phrases.at, phrases.stamp, phrases.day, phrases.left)
    environment.filters.update({function.__name__: _with_now(function) for function in timed})
    environment.filters["quoted"] = _with_now(markup.quoted)
    environment.filters.update({
        "job": watch_words.job,
        "fails": watch_words.fails,
        "works": watch_words.works,
    })
    environment.tests["notice"] = watch_words.is_notice
    return environment


def _with_now(phrase: Callable[[_Value, datetime], str]) -> Callable[[Context, _Value], str]:
    """A template says `{{ card.due | when }}`: the moment of the mail is always the same `now`."""

    @pass_context
    def told(context: Context, value: _Value) -> str:
        return phrase(value, context["now"])

    return told


def plain(text: str, values: Mapping[str, object]) -> str:
    """Return a text of the office's, its names filled in; what is no plain text is refused.

    Raises:
        jinja2.TemplateError: it wants a name that is not given, or is written wrongly.

    """
    known = ImmutableSandboxedEnvironment(
        autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return known.from_string(text).render(**values)

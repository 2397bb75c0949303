"""What the HTML of a mail holds and no reader sees: it is no part of what was written.

Guarantees: linear time; the text after a hidden element stays. A verdict that nobody could read on
the screen must never count, and must not stand in a letter either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import lxml.html

_RULE = re.compile(r"\.([A-Za-z0-9_-]{1,60})\s{0,10}\{([^{}]{0,1000})\}")
_MAX_STYLES = 50_000
_MAX_STYLE = 2_000
_NONE = frozenset({"0", "0px", "0pt", "0em", "0rem", "0%", "0.0", "0.0pt", "0.0px"})
_WHITE = frozenset({"white", "#fff", "#ffffff", "rgb(255,255,255)", "transparent"})
_TINY = re.compile(r"(?:0?\.\d{1,4}|1(?:\.0{1,4})?)(?:px|pt)")
_FAR = re.compile(r"-\d{4,6}(?:px|pt|em)")
_GROUNDS = ("background", "background-color", "background-image")
_TAGS = frozenset({"template", "noscript", "datalist"})


def drop_hidden(tree: lxml.html.HtmlElement, *, white: bool) -> bool:
    """Empty every element that is not shown; what follows it in its line is kept.

    Args:
        white: white letters on nothing are taken for hidden too. Programs in dark mode write
            honest text so: for a draft it must stay, for a verdict it is not to be relied upon.

    Returns:
        whether anything was hidden.

    """
    dropped = False
    classes = _hidden_classes(tree)
    waiting = [(tree, False)]
    while waiting:
        element, on_ground = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        style = _declared(str(element.get("style") or "")[:_MAX_STYLE])
        # Something coloured lies behind white letters of a button or of a table's head.
        on_ground = on_ground or _is_ground(element, style)
        pale = white and not on_ground and _is_white(element, style)
        if element.tag not in {"html", "body"} and (pale or _is_hidden(element, style, classes)):
            element.clear(keep_tail=True)
            dropped = True
        else:
            waiting += [(child, on_ground) for child in element]
    return dropped


def _hidden_classes(tree: lxml.html.HtmlElement) -> frozenset[str]:
    """The classes that the mail's own style sheets do not show."""
    sheets = "\n".join(str(sheet.text or "") for sheet in tree.iter("style"))[:_MAX_STYLES]
    return frozenset(name for name, text in _RULE.findall(sheets) if _hides(_declared(text)))


def _is_hidden(
    element: lxml.html.HtmlElement, style: dict[str, str], classes: frozenset[str]
) -> bool:
    if element.tag in _TAGS or element.get("hidden") is not None or _hides(style):
        return True
    return bool(classes and classes & set(str(element.get("class") or "").split()))


def _is_white(element: lxml.html.HtmlElement, style: dict[str, str]) -> bool:
    return (style.get("color") or str(element.get("color") or "").strip().lower()) in _WHITE


def _is_ground(element: lxml.html.HtmlElement, style: dict[str, str]) -> bool:
    named = [style[name] for name in _GROUNDS if name in style] + [
        str(element.get(name)).strip().lower()
        for name in ("bgcolor", "background")
        if element.get(name)
    ]
    return any(value not in _WHITE | {"none", "inherit", "initial"} for value in named)


def _declared(style: str) -> dict[str, str]:
    """The declarations of a style, names and values in lower case without spaces."""
    found: dict[str, str] = {}
    for part in style.split(";"):
        name, _, value = part.partition(":")
        plain = "".join(value.lower().replace("!important", "").split())
        found[name.strip().lower()] = plain
    return found


def _hides(style: dict[str, str]) -> bool:
    height = style.get("max-height") in _NONE or style.get("height") in _NONE
    size = style.get("font-size", "")
    return (
        style.get("display") == "none"
        or style.get("visibility") in {"hidden", "collapse"}
        or style.get("mso-hide") == "all"
        or style.get("opacity") in _NONE
        or size in _NONE
        or bool(_TINY.fullmatch(size))
        or (height and style.get("overflow") == "hidden")
        or any(_FAR.match(style.get(side, "")) for side in ("left", "top", "text-indent"))
    )

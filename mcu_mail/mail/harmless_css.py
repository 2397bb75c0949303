"""Which declarations of CSS surely leave the words of an element to be read, and which may not.

An allow-list: what is not known to be harmless is not. Pure, linear time.
"""

from __future__ import annotations

import re

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
TEXT_SIZE = 16.0
"""Pixels of a text whose size nobody states."""
LEAST_SIZE = 7.9
"""Pixels (six points are eight): what is smaller may be meant not to be read."""
LEAST_CONTRAST = 2.0

_RESET = frozenset({"inherit", "initial", "unset", "revert", "normal", "auto", "none"})
_NO_RESET = frozenset({"display", "content"})
_WORD = re.compile(r"[a-z -]{1,60}")
_LENGTH = re.compile(r"([+-]?\d{0,6}(?:\.\d{1,12})?)(px|pt|pc|cm|mm|in|em|rem|ex|ch|%)?")
_PIXELS = {
    "px": 1.0, "pt": 4 / 3, "pc": 16.0, "cm": 37.8, "mm": 3.78, "in": 96.0,
    "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "%": 4.0, "": 1.0,
}  # fmt: skip
_IMPORTANT = re.compile(r"!\s{0,10}important\s{0,10}$")
_INSIDE_BRACKETS = re.compile(r"\([^()]{0,200}\)")

# Any words or lengths: nothing hides by them.
_FREE = frozenset({
    "font-style", "font-weight", "font-variant", "font-stretch", "font-kerning", "line-break",
    "font-variant-caps", "font-variant-ligatures", "font-variant-numeric", "font-feature-settings",
    "font-variant-alternates", "font-variant-position", "font-variant-east-asian",
    "font-variant-emoji", "font-optical-sizing", "font-variation-settings", "font-size-adjust",
    "text-align", "text-align-last", "text-transform", "text-autospace", "text-justify",
    "text-size-adjust", "-webkit-text-size-adjust", "-ms-text-size-adjust", "-webkit-line-break",
    "-webkit-nbsp-mode", "-webkit-user-select", "user-select", "-webkit-hyphens", "hyphens",
    "overflow-wrap", "word-wrap", "word-break", "white-space", "white-space-collapse",
    "text-wrap", "text-wrap-mode", "clear", "orphans", "widows", "cursor", "box-sizing",
    "border-collapse", "vertical-align", "list-style-type", "list-style-position", "page",
    "punctuation-wrap", "layout-grid-mode", "tab-interval", "tab-stops", "caret-color",
    "text-underline-position", "text-decoration-style", "text-decoration-color",
    "text-decoration-thickness", "text-decoration-skip-ink", "text-underline-offset",
    "-webkit-tap-highlight-color", "outline", "outline-color", "outline-style", "page-break-before",
    "page-break-after", "page-break-inside", "break-after", "break-before", "color-scheme",
    "supported-color-schemes", "size", "panose-1", "background-repeat", "background-attachment",
    "background-position", "background-size", "background-origin", "border-image",
})  # fmt: skip
_ALLOWED = {
    "display": frozenset({
        "block", "inline", "inline-block", "list-item", "table", "table-row", "table-cell",
        "inline-table", "table-row-group",
    }),
    "visibility": frozenset({"visible"}),
    "overflow": frozenset({"visible"}),
    "position": frozenset({"static", "relative"}),
    "direction": frozenset({"ltr"}),
    "unicode-bidi": frozenset({"embed", "plaintext", "isolate"}),
    "text-decoration": frozenset({"underline"}),
    "text-decoration-line": frozenset({"underline"}),
    "background-clip": frozenset({"border-box", "padding-box"}),
    "behavior": frozenset({"url(#default#vml)"}),
    "mso-hide": frozenset(),
}  # fmt: skip
_SPANS = {
    # Pixels: an indent of Word's lists is negative; a margin that goes further covers or leaves.
    "text-indent": (-60, 400), "margin-left": (-60, 400), "margin-right": (-60, 400),
    "margin": (-2, 400), "margin-top": (-2, 400), "margin-bottom": (-2, 400),
    "margin-block": (-2, 400), "margin-inline": (-2, 400), "margin-inline-start": (-2, 400),
    "margin-block-start": (-2, 400), "margin-block-end": (-2, 400), "margin-inline-end": (-2, 400),
    "left": (0, 0), "top": (0, 0), "right": (0, 0), "bottom": (0, 0),
    "letter-spacing": (-1, 4), "word-spacing": (-2, 20), "-webkit-text-stroke-width": (0, 0),
    "width": (0, 4000), "min-width": (0, 4000), "max-width": (0, 4000),
    "height": (8, 4000), "min-height": (0, 4000), "max-height": (8, 4000),
    "border-spacing": (0, 40), "tab-size": (0, 100),
}  # fmt: skip
_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0,
    "x-large": 24.0, "xx-large": 32.0, "xxx-large": 48.0,
}  # fmt: skip
_NAMED: dict[str, Colour] = {
    "black": BLACK, "windowtext": BLACK, "initial": BLACK, "auto": BLACK, "canvastext": BLACK,
    "white": WHITE, "window": WHITE, "red": (255, 0, 0), "darkred": (139, 0, 0),
    "maroon": (128, 0, 0), "crimson": (220, 20, 60), "green": (0, 128, 0), "lime": (0, 255, 0),
    "darkgreen": (0, 100, 0), "blue": (0, 0, 255), "navy": (0, 0, 128), "darkblue": (0, 0, 139),
    "purple": (128, 0, 128), "teal": (0, 128, 128), "olive": (128, 128, 0), "gray": (128, 128, 128),
    "grey": (128, 128, 128), "silver": (192, 192, 192), "dimgray": (105, 105, 105),
    "darkgray": (169, 169, 169), "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211),
    "whitesmoke": (245, 245, 245), "yellow": (255, 255, 0), "aqua": (0, 255, 255),
    "cyan": (0, 255, 255), "fuchsia": (255, 0, 255), "magenta": (255, 0, 255),
    "orange": (255, 165, 0),
}  # fmt: skip
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_RGB = re.compile(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})(?:,1(?:\.0{1,6})?)?\)")
_MOST = 255
_SHORT_HEX = 4


def declarations(style: str) -> list[tuple[str, str]] | None:
    """Names and values in lower case, in order; None for a style that is not plainly written."""
    if any(sign in style for sign in ("\\", "/*", "{", "}", "<!--")):
        return None
    # «url(data:,;…)» and names of fonts hold semicolons.
    if style.count('"') % 2 or style.count("'") % 2:
        return None
    found = []
    for part in style.lower().split(";"):
        name, colon, value = part.partition(":")
        if not part.strip():
            continue
        if not colon:
            return None
        value = _IMPORTANT.sub("", value.strip()).strip()
        value = _INSIDE_BRACKETS.sub(lambda found: "".join(found[0].split()), value)
        found.append((name.strip(), value))
    return found


def is_harmless(name: str, value: str) -> bool:
    """Whether a declaration hides nothing; colours, grounds and sizes are for the caller."""
    if value in _RESET and name not in _NO_RESET:
        return True
    if name in _ALLOWED:
        return bool(value) and all(word in _ALLOWED[name] for word in value.split())
    if name in _SPANS:
        return all(_is_within(word, *_SPANS[name]) for word in value.split())
    if name.startswith(("padding", "mso-padding", "mso-margin", "mso-para-margin")):
        return all(_is_within(word, 0, 400) for word in value.split())
    if name.startswith(("border", "mso-border", "outline")):
        return all(_is_within(word, 0, 40) for word in value.split() if word[:1] in "-.0123456789")
    if name in _SHAPES:
        return _SHAPES[name](value)
    return _is_free(name, value)


def _is_free(name: str, value: str) -> bool:
    if name in _FREE:
        return '"' not in value and "'" not in value and (name != "vertical-align" or _near(value))
    if name == "mso-element":
        # The line above a letter that Outlook quotes.
        return value == "para-border-div"
    if name.startswith("mso-"):
        # Word has its own ways to hide, raise and squeeze letters.
        return not re.search(r"width|raise|element|fill|effect|size|alpha|^mso-height-rule", name)
    # Notes of Qt's editor to itself.
    return name.startswith("-qt-")


def _near(value: str) -> bool:
    return _WORD.fullmatch(value) is not None or _is_within(value, -20, 20)


def _is_open_line(value: str) -> bool:
    found = _LENGTH.fullmatch(value)
    if found is None or not found[1].strip("+-."):
        return False
    number, unit = float(found[1]), found[2] or ""
    least = {"": 0.8, "em": 0.8, "rem": 0.8, "%": 80.0}.get(unit)
    return number >= least if least is not None else number * _PIXELS[unit] >= LEAST_SIZE


def _is_font(value: str) -> bool:
    """The short form: every size in it, also the height of the line, is to be readable."""
    outside = re.sub(r"\"[^\"]{0,100}\"|'[^']{0,100}'", "", value)
    words = [part for word in outside.split() for part in word.rstrip(",").split("/")]
    sized = [word for word in words if word[:1].isdigit() or word[:1] in {".", "-", "+"}]
    weights = {"100", "200", "300", "400", "500", "600", "700", "800", "900"}
    sizes = [word for word in sized if word not in weights]
    return (
        "blank" not in value
        and "(" not in value
        and all(
            (size_of(word, TEXT_SIZE) or 0) >= LEAST_SIZE or _is_open_line(word) for word in sizes
        )
        and ("/" not in outside or len(sizes) > 0)
    )


def _is_within(value: str, least: float, most: float) -> bool:
    if value in {"auto", "thin", "medium", "thick", "inherit", "initial"}:
        return True
    found = _LENGTH.fullmatch(value)
    if found is None or not found[1].strip("+-."):
        return False
    pixels = float(found[1]) * _PIXELS[found[2] or ""]
    return least - 0.5 <= pixels <= most + 0.5


def _is_opaque(value: str) -> bool:
    return re.fullmatch(r"1|1\.0|0?\.[5-9]\d{0,4}", value) is not None


def _is_letters(value: str) -> bool:
    """A font without letters is called so."""
    return "blank" not in value


_SHAPES = {
    "line-height": _is_open_line,
    "opacity": _is_opaque,
    "font-family": _is_letters,
    "font": _is_font,
}


def size_of(value: str, parent: float) -> float | None:
    """The size of letters in pixels; None when it cannot be told."""
    if value in {"inherit", "unset"}:
        return parent
    if value in _RESET:
        return TEXT_SIZE
    if value in {"smaller", "larger"}:
        return parent * (0.83 if value == "smaller" else 1.2)
    if value in _SIZES:
        return _SIZES[value]
    found = _LENGTH.fullmatch(value)
    if found is None or not found[1].strip("+-."):
        return None
    number, unit = float(found[1]), found[2] or "px"
    if unit in {"em", "%", "ex", "ch"}:
        return parent * number * {"em": 1.0, "%": 0.01, "ex": 0.5, "ch": 0.5}[unit]
    return number * _PIXELS[unit]


def colour_of(value: str) -> Colour | None:
    """The colour that a value states without any transparency; None when it cannot be told."""
    value = "".join(value.split())
    if _HEX.fullmatch(value):
        digits = "".join(one * 2 for one in value[1:]) if len(value) == _SHORT_HEX else value[1:]
        red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
        return red, green, blue
    found = _RGB.fullmatch(value)
    if found is not None:
        red, green, blue = (min(int(found[at]), _MOST) for at in (1, 2, 3))
        return red, green, blue
    return _NAMED.get(value)


def ground_of(value: str, parent: Colour) -> Colour | None:
    """The colour behind the letters; None when it cannot be told, as of a picture."""
    ground = parent
    if "(" in _RGB.sub("", value):
        return None
    for word in value.replace(", ", ",").split():
        if word in _RESET | {"transparent", "rgba(0,0,0,0)"} or _LENGTH.fullmatch(word):
            continue
        if word in {
            "repeat",
            "no-repeat",
            "scroll",
            "center",
            "left",
            "top",
            "/",
            "padding-box",
            "border-box",
            "repeat-x",
            "repeat-y",
        }:
            continue
        colour = colour_of(word)
        if colour is None:
            return None
        ground = colour
    return ground


def light_of(colour: Colour) -> float:
    """The relative luminance, 0 for black to 1 for white (WCAG 2)."""
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own constants
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, two: Colour) -> float:
    """How far two colours stand apart: 1 for the same, 21 for black on white (WCAG 2)."""
    lights = sorted((light_of(one), light_of(two)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)

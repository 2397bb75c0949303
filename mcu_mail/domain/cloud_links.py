"""Links to files in somebody's cloud, told from a mail's words and cut from them.

Mail programs replace large attachments by such links without asking («Размер вложений превысил
25 МБ»). The service never fetches one: what lies behind a link can change after it was approved,
and a foreign address is not to be visited for anybody. So the sender is asked for the files, and
no line of such a block may become a line of the letter to the citizen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

_HOSTS = (
    r"(?:disk\.(?:360\.)?yandex\.[a-z]{2,3}|yadi\.sk|cloud\.mail\.ru|files\.mail\.ru|my\.mail\.ru"
    r"|(?:drive|docs|photos)\.google\.com|photos\.app\.goo\.gl|(?:www\.)?sberdisk\.ru|disk\.sber\.ru"
    r"|(?:www\.)?wetransfer\.com|we\.tl|dropmefiles\.com(?:\.ua)?|(?:www\.)?dropbox\.com|1drv\.ms"
    r"|onedrive\.live\.com|[a-z0-9-]{1,60}\.sharepoint\.com|(?:www\.)?icloud\.com|share\.icloud\.com"
    r"|mega\.nz|(?:www\.)?fex\.net|files\.fm|(?:www\.)?mediafire\.com|disk\.rambler\.ru"
    r"|(?:m\.|www\.)?vk\.(?:com|ru)(?=/(?:doc|s/v1/doc|album|photo)))"
)
_URL = re.compile(
    rf"(?:https?://|(?<![\w@./-]))(?P<host>{_HOSTS})(?![\w-]|\.[\w-])(?:/[^\s<>\"»]*)?",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"(?P<name>[\w()№+-](?:[\w ()№+.-]{0,78}[\w()+-])?"
    r"\.(?:jpe?g|png|heic|heif|webp|gif|bmp|tiff?|pdf|docx?|odt|rtf|xlsx?|pptx?|zip|rar|7z|mp4|mov|avi|mkv|3gp))(?![\w.])",
    re.IGNORECASE,
)
_SIZE = r"(?:[0-9]{1,4}(?:[.,][0-9]{1,2})?\s?(?:[кмг]?б(?:айт)?|[kmg]?b|bytes)(?![\w]))"
_LABEL = re.compile(
    r"(?:файлы?|вложени[ея]|прикреп\w+|скачать|фото|ссылк[аи])\s*:\s*", re.IGNORECASE
)
_BLOCK = re.compile(
    r"[\s*•–—-]*(?:"
    r"размер\s+вложени[йя]\s.{0,120}"
    r"|(?:прикреп\w+\s+|большие\s+|все\s+)?файлы?(?:\s*\([0-9]+\))?(?:\s+в\s+облаке)?\s*:?"
    r"|(?:к\s+(?:этому\s+)?письму\s+)?(?:приложены|прикреплены|добавлены)\s+ссылки?.{0,120}"
    r"|файлы?\s+(?:будут\s+храниться|хранятся|доступн[ыо]|можно\s+скачать).{0,120}"
    r"|ссылк[аи]\s+(?:действ|доступн|на\s+(?:скачивание|файлы?|вложени)).{0,120}"
    r"|(?:скачать|загрузить|открыть|посмотреть)(?:\s+(?:все|файлы?|одним\s+архивом|на\s+диске)){0,3}\s*:?"
    r"|срок\s+хранения.{0,80}|облако(?:\s+mail\.?ru)?\s*:?|яндекс[\s.]?диск\s*:?"
    r")[\s.]*",
    re.IGNORECASE,
)
_NAME_LINE = re.compile(rf"[\s*•–—0-9.)-]*{_FILE.pattern}[\s,(–—-]*{_SIZE}?[\s).]*", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[A-ZА-ЯЁ«])")
_ANCHOR = re.compile(
    r"<a\b[^<>]{0,600}?\bhref\s*=\s*[\"']?(?P<url>https?://[^\s\"'<>]{1,600})[^<>]{0,600}>"
    r"(?P<label>[^<]{0,200})",
    re.IGNORECASE,
)
_QUOTED_HTML = re.compile(r"<blockquote\b|Пишите ответ выше", re.IGNORECASE)
_ORDINAL = re.compile(r"^\s*[0-9]{1,2}[.)]\s+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MOST_LINKS = 50
_LONGEST_HTML = 300_000


@dataclass(frozen=True, kw_only=True)
class CloudLink:
    """A link to a file that was not sent: where it lies, and its name when the mail shows one."""

    host: str
    name: str = ""


def take_cloud_links(text: str) -> tuple[str, tuple[CloudLink, ...]]:
    """`text` without its links to clouds and what belongs to them, and the links in their order.

    Of a line of prose only the sentence with the link goes; a text without links stays as it is.
    """
    lines = text.split("\n")
    found: list[CloudLink] = []
    kept: list[str] = []
    for line in lines:
        links = list(_URL.finditer(line)) if "." in line else []
        if not links:
            kept.append(line)
            continue
        above = kept[-1] if kept else ""
        found += _named(line, links, above)
        rest = " ".join(part for part in _SENTENCE.split(line) if not _URL.search(part))
        kept += [rest] if _WORD.search(rest) else []
    if not found:
        return text, ()
    left = [line for line in kept if not _BLOCK.fullmatch(line) and not _NAME_LINE.fullmatch(line)]
    return "\n".join(left).strip(), _once(found)


def names_cloud(text: str) -> bool:
    """Whether a link to somebody's cloud stands in `text`."""
    # Every host has a dot: most texts need no search.
    return "." in text and _URL.search(text) is not None


def links_in_html(html: str | None) -> tuple[CloudLink, ...]:
    """The links behind the words of an HTML mail, up to where it quotes another."""
    if not html:
        return ()
    own = html[:_LONGEST_HTML]
    quoted = _QUOTED_HTML.search(own)
    found = []
    for anchor in _ANCHOR.finditer(own, 0, quoted.start() if quoted else len(own)):
        link = _URL.match(unescape(anchor["url"]))
        if link is not None:
            name = _FILE.search(unescape(anchor["label"]))
            found.append(CloudLink(host=_host(link), name=_tidy(name["name"]) if name else ""))
    return _once(found)


def joined(*groups: tuple[CloudLink, ...]) -> tuple[CloudLink, ...]:
    """The links of several readings of one mail, each once; a named one replaces its bare host."""
    return _once([link for group in groups for link in group])


def _named(line: str, links: list[re.Match[str]], above: str) -> list[CloudLink]:
    """The links of a line with their file names, which stand before them or on the line above."""
    found = []
    start = 0
    for link in links:
        name = _FILE.search(_LABEL.sub("", line[start : link.start()]))
        if name is None and start == 0 and _NAME_LINE.fullmatch(above):
            name = _FILE.search(above)
        if name is None and link is links[-1]:
            name = _FILE.search(line[link.end() :])
        found.append(CloudLink(host=_host(link), name=_tidy(name["name"]) if name else ""))
        start = link.end()
    return found


def _host(link: re.Match[str]) -> str:
    return link["host"].lower().removeprefix("www.").removeprefix("m.")


def _tidy(name: str) -> str:
    return " ".join(_ORDINAL.sub("", name).split())


def _once(links: list[CloudLink]) -> tuple[CloudLink, ...]:
    named = {link.host for link in links if link.name}
    kept = [link for link in links if link.name or link.host not in named]
    return tuple(dict.fromkeys(kept))[:_MOST_LINKS]

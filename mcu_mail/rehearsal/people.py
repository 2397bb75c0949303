"""How the people of the demo and of the tests write: as their mail programs do.

A reply quotes the mail it answers in the manner of its client, in text and in HTML, because that is
what the service has to read; buttons are pressed by taking the `mailto:` link out of the HTML.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from enum import StrEnum
from html import escape, unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)
_MONTHS = [
    "янв.",
    "февр.",
    "марта",
    "апр.",
    "мая",
    "июня",
    "июля",
    "авг.",
    "сент.",
    "окт.",
    "нояб.",
    "дек.",
]
_DAYS = ["Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота", "Воскресенье"]
_MAILTO = re.compile(r"""href=["'](mailto:[^"']+)["'][^>]*>\s*([^<]+?)\s*<""")


class Client(StrEnum):
    """Whose manner of quoting."""

    gmail = "gmail"
    outlook = "outlook"
    mailru = "mailru"
    phone = "phone"
    plain = "plain"


_PROGRAMS = {
    Client.gmail: ("X-Gm-Message-State", "AOJu0Y"),
    Client.outlook: ("X-Mailer", "Microsoft Outlook 16.0"),
    Client.mailru: ("X-Mailer", "Mail.Ru Mailer 1.0"),
    Client.phone: ("X-Mailer", "iPhone Mail (22D72)"),
}


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A person at a mail program."""

    name: str
    address: str
    client: Client = Client.gmail


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    part = mail.get_body(("plain",))
    return part.get_content() if part is not None else ""


def html_of(mail: EmailMessage) -> str:
    """The HTML of a mail."""
    part = mail.get_body(("html",))
    return part.get_content() if part is not None else ""


def buttons_of(mail: EmailMessage) -> dict[str, str]:
    """Label → `mailto:` link of every button of a mail."""
    found = _MAILTO.findall(html_of(mail))
    return {unescape(label).strip("\u00a0 "): unescape(link) for link, label in found}


def reply(
    writer: Writer,
    to: EmailMessage,
    text: str,
    when: datetime,
    *,
    files: Sequence[tuple[str, str, bytes]] = (),
    serial: int = 1,
    sender: str | None = None,
) -> bytes:
    """The bytes of an answer to a mail of ours, quoted in the client's manner.

    Args:
        files: (name, content type, content) of attachments.
        serial: tells several answers of one person to one mail apart.
        sender: another address than the writer's, for tests of strangers.

    """
    answer = _mail(writer, f"{text}\n\n{_quotation(writer, to)}", when, sender)
    if writer.client is not Client.plain:
        answer.add_alternative(_html_reply(writer, to, text), subtype="html", cte="base64")
    message_id = str(to["Message-ID"])
    answer["To"] = str(to["From"])
    answer["Subject"] = "Re: " + str(to["Subject"])
    answer["In-Reply-To"] = message_id
    answer["References"] = f"{to['References'] or ''} {message_id}".strip()
    answer["Message-ID"] = _message_id("re", str(serial), message_id, text, writer.address)
    _attach(answer, files)
    return answer.as_bytes(policy=SMTP)


def press(writer: Writer, mail: EmailMessage, label: str, when: datetime, added: str = "") -> bytes:
    """The bytes of the new mail that a button opens; `added` is typed after its text."""
    link = urlsplit(buttons_of(mail)[label])
    fields = {key: values[0] for key, values in parse_qs(link.query).items()}
    fresh = _mail(writer, fields.get("body", "") + added, when, None)
    fresh["To"] = unquote(link.path)
    fresh["Subject"] = fields["subject"]
    fresh["Message-ID"] = _message_id("new", link.query, added)
    return fresh.as_bytes(policy=SMTP)


def fresh_mail(
    writer: Writer,
    to: str,
    subject: str,
    text: str,
    when: datetime,
    *,
    message_id: str = "",
    files: Sequence[tuple[str, str, bytes]] = (),
    html: str = "",
) -> bytes:
    """A mail that answers nothing: a notice, or a person's own."""
    mail = _mail(writer, text, when, None)
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = message_id or _message_id("fresh", subject, text)
    if html:
        mail.add_alternative(html, subtype="html")
    _attach(mail, files)
    return mail.as_bytes(policy=SMTP)


def _mail(writer: Writer, text: str, when: datetime, sender: str | None) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=writer.name, addr_spec=sender or writer.address)
    mail["Date"] = format_datetime(when)
    if writer.client in _PROGRAMS:
        name, value = _PROGRAMS[writer.client]
        mail[name] = value
    mail.set_content(text, cte="base64")
    return mail


def _attach(mail: EmailMessage, files: Sequence[tuple[str, str, bytes]]) -> None:
    for name, content_type, content in files:
        main, _, sub = content_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)


def _message_id(kind: str, *parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
    return f"<{kind}.{digest[:24]}@pc.example>"


def _sent(mail: EmailMessage) -> datetime:
    """When a mail was sent, by its own Date."""
    return parsedate_to_datetime(str(mail["Date"]))


def _attribution(writer: Writer, to: EmailMessage) -> str:
    """The line that a program writes over a quotation."""
    at, sender = _sent(to), str(to["From"])
    month = _MONTHS[at.month - 1]
    if writer.client is Client.mailru:
        day = f"{_DAYS[at.weekday()]}, {at:%d.%m.%Y}"
        return f"{day}, {at:%H:%M %z} от {sender}:"
    if writer.client is Client.phone:
        return f"{at.day} {month} {at.year} г., в {at:%H:%M}, {sender} написал(а):"
    return (
        f"{_DAYS[at.weekday()][:2].lower()}, {at.day} {month} {at.year} г. в {at:%H:%M}, {sender}:"
    )


def _header_block(writer: Writer, to: EmailMessage) -> tuple[str, ...]:
    """Outlook's head of a quotation."""
    return (
        f"От: {to['From']}",
        f"Отправлено: {_sent(to):%d.%m.%Y %H:%M}",
        f"Кому: {writer.address}",
        f"Тема: {to['Subject']}",
    )


def _quotation(writer: Writer, to: EmailMessage) -> str:
    """What stands below the answer in its text."""
    if writer.client is Client.plain:
        return ""
    if writer.client is Client.outlook:
        head = "\n".join(_header_block(writer, to))
        return f"С уважением,\n{writer.name}\n\n{'_' * 32}\n{head}\n\n{text_of(to)}"
    mark = ">" if writer.client is Client.mailru else "> "
    quoted = "\n".join(f"{mark}{line}" for line in text_of(to).splitlines())
    line = _attribution(writer, to)
    if writer.client is Client.mailru:
        return f"--\n{writer.name}\n\n>{line}\n{quoted}"
    if writer.client is Client.phone:
        return f"Отправлено с iPhone\n\n> {line}\n> \n{quoted}"
    return f"{line}\n\n{quoted}"


def _html_reply(writer: Writer, to: EmailMessage, text: str) -> str:
    """The whole answer as its program writes it in HTML."""
    found = _BODY.search(html_of(to))
    quoted = found[1] if found else escape(text_of(to)).replace("\n", "<br>\n")
    lines = [escape(line) for line in text.splitlines()]
    line = escape(_attribution(writer, to))
    if writer.client is Client.outlook:
        own = [*lines, "", "С уважением,", escape(writer.name), ""]
        typed = "\n".join(f"<p class=MsoNormal>{item or '&nbsp;'}<o:p></o:p></p>" for item in own)
        head = "<br>".join(
            f"<b>{name}:</b>{rest}"
            for name, _, rest in (escape(item).partition(":") for item in _header_block(writer, to))
        )
        border = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
        return (
            f"<html><body lang=RU><div class=WordSection1>{typed}<div><div style='{border}'>"
            f"<p class=MsoNormal>{head}<o:p></o:p></p></div></div>{quoted}</div></body></html>"
        )
    typed = "".join(f"<div>{item or '<br>'}</div>" for item in lines)
    if writer.client is Client.mailru:
        return (
            f"<HTML><BODY>{typed}<div>&nbsp;</div><div data-signature-widget='container'>"
            f"<div>--<br>{escape(writer.name)}</div></div><div class='mail-quote-collapse'>"
            f"<blockquote style='border-left:1px solid #0857A6;margin:10px'>{line}<br>&nbsp;"
            f"<div class='js-helper js-readmsg-msg'>{quoted}</div></blockquote></div></BODY></HTML>"
        )
    if writer.client is Client.phone:
        return (
            f"<html><body dir='auto'>{typed}<br id='lineBreakAtBeginningOfSignature'>"
            f"<div dir='ltr'>Отправлено с iPhone</div><div dir='ltr'><br><blockquote type='cite'>"
            f"{line}<br><br></blockquote></div><blockquote type='cite'><div dir='ltr'>{quoted}"
            "</div></blockquote></body></html>"
        )
    return (
        f"<div dir='ltr'>{typed}</div><br><div class='gmail_quote gmail_quote_container'>"
        f"<div dir='ltr' class='gmail_attr'>{line}<br></div><blockquote class='gmail_quote' "
        f"style='margin:0px 0px 0px 0.8ex'>{quoted}</blockquote></div>"
    )

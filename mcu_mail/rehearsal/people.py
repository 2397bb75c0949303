"""How the people of the demo and of the tests write: as their mail programs do.

A reply quotes the mail it answers in the manner of its client, because that is what the service
has to read; buttons are pressed by taking the `mailto:` link out of the HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_MAILTO = re.compile(r"""href=["'](mailto:[^"']+)["'][^>]*>\s*([^<]+?)\s*<""")


class Client(StrEnum):
    """Whose manner of quoting."""

    gmail = "gmail"
    outlook = "outlook"
    mailru = "mailru"
    plain = "plain"


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
    answer = _mail(writer, text + "\n\n" + _quotation(writer, to, when), when, sender)
    message_id = str(to["Message-ID"])
    answer["To"] = str(to["From"])
    answer["Subject"] = "Re: " + str(to["Subject"])
    answer["In-Reply-To"] = message_id
    answer["References"] = f"{to['References'] or ''} {message_id}".strip()
    answer["Message-ID"] = (
        f"<re.{serial}.{abs(hash((message_id, text, writer.address)))}@pc.example>"
    )
    _attach(answer, files)
    return answer.as_bytes(policy=SMTP)


def press(writer: Writer, mail: EmailMessage, label: str, when: datetime, added: str = "") -> bytes:
    """The bytes of the new mail that a button opens; `added` is typed after its text."""
    link = urlsplit(buttons_of(mail)[label])
    fields = {key: values[0] for key, values in parse_qs(link.query).items()}
    fresh = _mail(writer, fields.get("body", "") + added, when, None)
    fresh["To"] = unquote(link.path)
    fresh["Subject"] = fields["subject"]
    fresh["Message-ID"] = f"<new.{abs(hash((link.query, added)))}@pc.example>"
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
    mail["Message-ID"] = message_id or f"<fresh.{abs(hash((subject, text)))}@pc.example>"
    if html:
        mail.add_alternative(html, subtype="html")
    _attach(mail, files)
    return mail.as_bytes(policy=SMTP)


def _mail(writer: Writer, text: str, when: datetime, sender: str | None) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{writer.name} <{sender or writer.address}>"
    mail["Date"] = format_datetime(when)
    mail.set_content(text, cte="base64")
    return mail


def _attach(mail: EmailMessage, files: Sequence[tuple[str, str, bytes]]) -> None:
    for name, content_type, content in files:
        main, _, sub = content_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)


def _quotation(writer: Writer, to: EmailMessage, when: datetime) -> str:
    quoted = "\n".join(f"> {line}" for line in text_of(to).splitlines())
    sender = str(to["From"])
    if writer.client is Client.plain:
        return ""
    if writer.client is Client.outlook:
        return (
            f"С уважением,\n{writer.name}\n\n"
            f"________________________________\nОт: {sender}\n"
            f"Отправлено: {when:%d.%m.%Y %H:%M}\nКому: {writer.address}\n"
            f"Тема: {to['Subject']}\n\n{text_of(to)}"
        )
    if writer.client is Client.mailru:
        return f"--\n{writer.name}\n\n>Понедельник, {when:%d.%m.%Y}, {when:%H:%M} от {sender}:\n{quoted}"
    return f"пн, {when:%d.%m.%Y} г. в {when:%H:%M}, {sender}:\n\n{quoted}"

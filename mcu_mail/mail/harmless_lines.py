"""What may be put on the wire to a mail server: nothing that could be taken for a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mcu_mail.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

# ASCII without spaces, quotes and brackets: nothing in it can end the command or add to it.
_ADDRESS = re.compile(r"[!#-;=?A-~]+@[0-9A-Za-z.-]+")


def check_letter(sender: str, recipients: Sequence[str], message: bytes) -> None:
    """Raise RefusedError for an address or a line end that could say more than itself."""
    if not recipients:
        raise RefusedError("У письма нет получателей")
    for address in (*recipients, *([sender] if sender else [])):
        if not _ADDRESS.fullmatch(address):
            raise RefusedError("Недопустимый почтовый адрес получателя или отправителя")
    # Counting is fifty times as fast as a pattern on a letter with a scan in it.
    ends = message.count(b"\r\n")
    if message.count(b"\r") != ends or message.count(b"\n") != ends:
        # A bare CR or LF lets a part of the letter pass for the next command (SMTP smuggling).
        raise RefusedError("В письме строка заканчивается не на CRLF")

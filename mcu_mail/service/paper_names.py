"""The names of letters in the clerk's folders: no personal data, nothing Windows forbids."""

from __future__ import annotations

from mcu_mail.documents.file_names import safe_name


def print_name(number: str, suffix: str) -> str:
    """The name in «На подпись», where one letter of a case waits at a time."""
    return safe_name(f"{number} Ответ{suffix}")


def sent_name(number: str, what: str, *, interim: bool) -> str:
    """The name in «Отправлено», where an interim answer stands beside the full one.

    `what` is «Ответ.pdf», «Подтверждение отправки.pdf» and the like.
    """
    stem, dot, suffix = what.partition(".")
    mark = " (промежуточный)" if interim else ""
    return safe_name(f"{number} {stem}{mark}{dot}{suffix}")

"""What is said of mails that were set aside, and to strangers: every sentence of it."""

from __future__ import annotations


def default_channels(address: str, phone: str, email: str) -> tuple[str, ...]:
    """Where a citizen can turn to, when the office has not worded it itself (59-ФЗ)."""
    lines = [
        "через Госуслуги: «Сообщить о проблеме» или «Направить обращение»",
        f"письмом по почте: {address}" if address else "",
        f"по телефону: {_bare(phone)}" if phone else "",
        f"электронная почта администрации: {_bare(email)}" if email else "",
        "лично – на приёме граждан в администрации",
    ]
    return tuple(line for line in lines if line)


def _bare(line: str) -> str:
    """«тел. (38449) 0-00-00» without the word that the sentence has already."""
    for word in ("тел.", "телефон:", "телефон", "e-mail:", "email:", "эл. почта:"):
        if line.lower().startswith(word):
            return line[len(word) :].strip()
    return line


MAIL_UNREADABLE = "это письмо не открывается; посмотрите его в почте"
HEAD_ONLY = "Письмо целиком не читается, показано только его начало."

ASIDE_WHY = {
    "reply": "отправителя нет среди сотрудников, или в письме нет ни кода, ни номера дела",
    "empty_notice": "письмо системы пришло без текста сообщения",
    "failed": "письмо устроено так, что служба не смогла его прочитать",
    "too_large": "письмо больше, чем служба открывает (mail.read_mb): посмотрите его в почте",
    "other_track": "система этого отправителя пока не подключена",
    "forged": "почтовый сервер не подтвердил отправителя",
    "region_reply": "область ответила на письмо, которого нет в журнале",
    "forward": "сотрудник переслал письмо без единого слова",
    "autoreply": "автоматический ответ",
    "bounce": "возврат письма",
    "delay": "сообщение о задержке доставки",
    "mdn": "уведомление о прочтении",
    "unbound_event": "система пишет о сообщении, которого нет среди дел",
    "new_refused": "сотрудник без этого права просит открыть дело",
    "new_unproven": "сотрудник просит открыть дело, но почтовый сервер его не подтвердил",
    "other": "рассылка, приглашение или пересылка без единого слова",
}
"""Why a mail was set aside or ignored, by its kind."""


def aside_why(kind: str) -> str:
    """Why a mail was set aside, in plain words."""
    return ASIDE_WHY.get(kind, kind or "ещё не разобрано")


def program_fault(name: str) -> str:
    """What is said of a fault that nobody has foreseen; `name` is for the administrator."""
    return f"сбой программы ({name}), письмо цело"


ASIDE_OUTCOMES = {
    "handled": "разобрано",
    "opened": "открыто дело {number}",
    "assigned": "приложено к делу {number}",
    "ignored": "отложено в «Прочее»: {why}",
    "aside": "по-прежнему не разобрано: {why}",
    "dropped": "отложено в «Прочее»",
    "missing": "письма с таким номером нет",
    "settled": "уже разобрано раньше",
    "duplicate": "это повтор или наша копия: разбирать нечего",
    "failed": "прочитать не удалось: {why}",
}
"""What became of a mail, as the `aside` commands tell it."""


def aside_outcome(outcome: str, *, number: str = "", why: str = "") -> str:
    """«открыто дело 2026-000124»."""
    if outcome == "handled" and number:
        return f"разобрано, дело {number}"
    return ASIDE_OUTCOMES[outcome].format(number=number, why=why)

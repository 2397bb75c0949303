"""Every Russian sentence that the pure rules produce, in one place.

The rules decide, this file words: an official of the office can read it from top to bottom and
say what should be put differently. Functions here only join words; they decide nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime, time

    from mcu_mail.domain.contacts import Contact
    from mcu_mail.domain.yearly import YearRecord

WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
CLAUSE = "п. 5.3 постановления"


def clock(value: time) -> str:
    """`18:00`."""
    return f"{value:%H:%M}"


def day_text(value: date, *, year: int) -> str:
    """`пн 23.11`, or `пт 01.01.2027` when the day lies outside `year`."""
    text = f"{WEEKDAYS[value.weekday()]} {value:%d.%m}"
    return text if value.year == year else f"{text}.{value.year}"


def moment_text(value: datetime, *, year: int) -> str:
    """`пн 23.11 в 08:15`."""
    return f"{day_text(value.date(), year=year)} в {clock(value.time())}"


def term_received(received: datetime) -> str:
    """When the clock started."""
    return f"Поступило {moment_text(received, year=received.year)}."


def term_same_day(before: time) -> str:
    """The reading «до 18:00 того же дня»."""
    return (
        f"Срок ({CLAUSE}) – до {clock(before)} того же дня, "
        f"а для поступившего в {clock(before)} и позже – до {clock(before)} следующего дня"
    )


def term_next_day(before: time) -> str:
    """The reading «до 18:00 следующего дня»."""
    return f"Срок ({CLAUSE}) – до {clock(before)} следующего дня"


def term_within(hours: int, before: time) -> str:
    """The reading «в течение суток и не позже 18:00»."""
    span = "в течение суток" if hours == 24 else f"в течение {hours} ч"  # noqa: PLR2004 - a day has 24 hours
    return f"Срок ({CLAUSE}) – {span} и не позже {clock(before)}"


def term_cutoff(cutoff: time, before: time) -> str:
    """The reading with a cut-off hour."""
    return (
        f"Срок ({CLAUSE}) – поступившее до {clock(cutoff)} в тот же день до {clock(before)}, "
        f"остальное на следующий день до {clock(before)}"
    )


def term_due(rule: str, due: datetime, *, year: int) -> str:
    """The rule followed by the moment it gives."""
    return f"{rule}: {moment_text(due, year=year)}."


def term_moved(due: datetime, *, year: int) -> str:
    """The term fell on a day off and moved."""
    return f"Это выходной, срок перенесён на рабочий день: {moment_text(due, year=year)}."


def term_stated_earlier(stated: datetime, *, year: int) -> str:
    """The notice's own term is earlier and wins."""
    return f"В письме указан более ранний срок, он и действует: {moment_text(stated, year=year)}."


def term_stated_wins(stated: datetime, *, year: int) -> str:
    """The notice's own term wins by setting."""
    return f"Действует срок, указанный в письме: {moment_text(stated, year=year)}."


def term_stated_later(stated: datetime, *, year: int) -> str:
    """The notice's own term is later: shown, and the dispatcher confirms."""
    return (
        f"В письме указан более поздний срок – {moment_text(stated, year=year)}; "
        "пока диспетчер его не подтвердил, действует срок по постановлению."
    )


def term_stated_same() -> str:
    """The notice names the very moment that the rule gives."""
    return "В письме указан тот же срок."


def term_stated_past(stated: datetime, *, year: int) -> str:
    """The notice's own term lies before its arrival: no such term can be met."""
    return (
        f"Указанный в письме срок – {moment_text(stated, year=year)} – прошёл ещё до поступления: "
        "проверьте его; действует срок по постановлению."
    )


def term_stated_ignored(stated: datetime, *, year: int) -> str:
    """The notice's own term does not count by setting."""
    return f"Срок в письме – {moment_text(stated, year=year)} – по настройке не учитывается."


def term_goal(goal: datetime, *, year: int) -> str:
    """What the office aims at, earlier than the term."""
    return f"Цель – {day_text(goal.date(), year=year)} до {clock(goal.time())}."


def no_working_day(day: date) -> str:
    """The calendar leaves no working day within a year after `day`."""
    return f"В календаре нет ни одного рабочего дня в течение года после {day:%d.%m.%Y}."


def pattern_broken(pattern: str) -> str:
    """Braces do not match."""
    return f"Шаблон номера «{pattern}»: непарные фигурные скобки."


def pattern_unknown(pattern: str, field: str, known: str) -> str:
    """A field that does not exist."""
    return f"Шаблон номера «{pattern}»: нет поля «{field}»; есть {known}."


def pattern_no_number(pattern: str) -> str:
    """Without {n} every letter of a year would get the same number."""
    return f"Шаблон номера «{pattern}»: нет поля {{n}}, номера будут одинаковыми."


def letter_opening(received: date, office: str, *, about: str | None = None) -> str:
    """The first sentence of an answer to a message from the Governor's social networks.

    `about`: who wrote it, when the letter goes to somebody else; empty when he gave no name.
    """
    named = f" ({about})" if about else ""
    whose = "Ваше сообщение" if about is None else f"сообщение заявителя{named}"
    return (
        f"На {whose}, поступившее {received:%d.%m.%Y} из социальных сетей Губернатора "
        f"Кузбасса, {office[:1].lower()}{office[1:]} сообщает следующее."
    )


def interim_promise(until: date) -> str:
    """The last sentence of an interim answer (facts §1.1: a new date is promised)."""
    return f"Полный ответ будет направлен Вам до {until:%d.%m.%Y}."


def default_heading() -> str:
    """The heading of a letter on no particular topic."""
    return "О рассмотрении сообщения"


def unknown_addressee() -> str:
    """To whom a letter goes whose applicant has given no name."""
    return "Автору сообщения"


def neutral_salutation(*, named: bool) -> str:
    """Why the letter says «Здравствуйте!», and what a person can do about it."""
    why = (
        "по имени не понять, как обратиться (нужны имя и отчество)"
        if named
        else "заявитель не назвал имени"
    )
    return (
        f"В письме будет «Здравствуйте!»: {why}. Знаете – добавьте в ответ строку "
        "«Обращение: Уважаемая Имя Отчество!»."
    )


def undeclined_addressee(name: str) -> str:
    """The addressee stands as the applicant wrote it, and what a person can do about it."""
    return (
        f"Адресат в письме – как в сообщении: «{name[:80]}», в дательный падеж не поставлен. "
        "Исправить: строка «Кому: Фамилии И.О.»."
    )


def addressed_to_official(name: str) -> str:
    """The letter goes to an official: the text must not speak to the applicant."""
    return f"Письмо адресовано должностному лицу ({name}): о заявителе пишите в третьем лице."


def addressed_by_hand(salutation: str, to: str) -> str:
    """What a person has settled for the letter, shown to whoever approves it."""
    told = [f"обращение «{salutation}»"] if salutation else []
    told += [f"кому – «{to}»"] if to else []
    return f"Указано вручную: {', '.join(told)}."


def cannot_decline(place: str, words: str) -> str:
    """A configured post or name that the rules cannot put into the dative."""
    return (
        f"{place}: «{words}» не удалось поставить в дательный падеж; добавьте в "
        f"letters.declension строку «{words}»: «…»"
    )


def cannot_greet(name: str) -> str:
    """A configured addressee whose salutation the rules cannot make."""
    return (
        f"letters.addressee.salutation: по имени «{name}» не понять, как обратиться; укажите "
        "обращение целиком"
    )


def cannot_act(title: str) -> str:
    """The head's post cannot be put into «Исполняющий обязанности …»."""
    return (
        f"roles.head: должность «{title}» не удалось поставить в родительный падеж для подписи "
        f"замещающего; добавьте в letters.declension строку «{title}|р»: «…»"
    )


def contact_sentence(contact: Contact, *, whom: str = "Вами") -> str:
    """What the letter says of the contact with the applicant (decree 5.3); empty: nothing.

    `whom`: «Вами», or «заявителем» in a letter that goes to somebody else.
    """
    day = f"{contact.on:%d.%m.%Y}" if contact.on is not None else ""
    at = f" в {clock(contact.at)}" if contact.at is not None else ""
    if contact.outcome == "reached":
        how = f" {contact.how}" if contact.how else ""
        when = f"{day}{at} с" if day else "С"
        return f"{when} {whom} связались{how}, разъяснения предоставлены."
    if contact.outcome == "not_reached":
        when = f"{day}{at} связаться" if day else "Связаться"
        return f"{when} с {whom} по указанному телефону не удалось."
    return ""


PEN_NOTE = "На бумаге исправлено: "


def pen_changes(changes: Sequence[tuple[str, str]]) -> str:
    """The words changed by pen: «25» → «27»; «утром» → «днём»."""
    return "; ".join(f"«{was}» → «{now}»" for was, now in changes)


def pen_found(was: str, count: int) -> str:
    """How often the words that were changed by pen stand in the letter, when it is not once."""
    if not count:
        return f"«{was}» – в письме такого нет."
    times = "раза" if count % 10 in {2, 3, 4} and count % 100 not in {12, 13, 14} else "раз"
    return f"«{was}» – в письме это есть {count} {times}, непонятно, где исправлено."


def pen_unread(lines: str) -> str:
    """What of the clerk's words about a change by pen could not be read."""
    return f"Не прочитано: «{lines}»." if lines else ""


def pen_taken(changes: Sequence[tuple[str, str]]) -> str:
    """What of the paper was put into the Word file."""
    return f"В письмо внесено то же, что на бумаге: {pen_changes(changes)}."


LETTER_REMADE = "письмо готовится заново: на бумаге исправлено слово"
LETTER_RESCANNED = "письмо готовится заново: пришёл новый скан"
LETTER_VOID = "не отправляем: регистрация аннулирована"


def void_done(number: str, *, begun: bool) -> str:
    """What became of a registration that the clerk took back."""
    if begun:
        return (
            f"Запись № {number} аннулирована, номер больше не используется. Письмо уже уходило, "
            "поэтому о деле решает диспетчер."
        )
    return (
        f"Запись № {number} аннулирована, номер больше не используется. Письмо не уйдёт, "
        "диспетчер об этом знает."
    )


def index_confirmed(index: str) -> str:
    """The clerk has confirmed the index of the nomenclature for the new year."""
    return f"Индекс дела «{index}» на этот год подтверждён."


def same_numbers(rows: Sequence[tuple[str, str, str]]) -> str:
    """(number, date, case) of the rows that a number may mean."""
    return (
        "Есть такие записи: "
        + "; ".join(f"№ {number} от {on} (дело {case})" for number, on, case in rows)
        + "."
    )


NEEDS_DISPATCHER = "дальше письмо само не идёт, решает диспетчер"


def year_summary(record: YearRecord) -> str:
    """«Зарегистрировано № 1–1234, аннулировано 3 (№ 17, 203, 998).»."""
    void = [str(row.n) if row.n is not None else row.number for row in record.voids]
    named = f"аннулировано {len(void)} (№ {', '.join(void)})" if void else "аннулированных нет"
    return f"Зарегистрировано {record.numbers}, {named}."


def year_totals(record: YearRecord) -> str:
    """How many rows the register of the year has, and what became of them."""
    return (
        f"Всего записей: {record.total}, отправлено писем: {record.sent}, аннулировано: "
        f"{len(record.voids)}."
    )


def year_unsent(record: YearRecord) -> str:
    """Which letters of the year are registered and have not left; empty when all have."""
    numbers = ", ".join(row.number for row in record.unsent)
    return f"Зарегистрировано и не отправлено: № {numbers}." if numbers else ""


def year_missing(record: YearRecord) -> str:
    """Which order numbers have no row; empty, as it must be."""
    return f"В журнале нет записей {record.missing}." if record.missing else ""


def _sheets(count: int) -> str:
    return f"на {count} л. в 1 экз."


def photo_annex(count: int) -> str:
    """What the letter calls the photos."""
    return "Фотографии" if count > 1 else "Фотография"


def nameless_annex() -> str:
    """What the letter calls a file whose name says nothing."""
    return "Документ"


def enclosed(title: str, sheets: int) -> str:
    """«Акт обследования на 3 л. в 1 экз.»."""
    return f"{title} {_sheets(sheets)}"


def annex_heading(number: int | None) -> str:
    """What stands over an annex; None: it is the only one."""
    return "Приложение" if number is None else f"Приложение {number}"


def photo_caption(number: int, title: str) -> str:
    """What stands under a photo."""
    return f"Фото {number}. {title}" if title else f"Фото {number}"


def counted_photos(names: Sequence[str]) -> str:
    """«фото: 2 (IMG_1.jpg, IMG_2.jpg)»."""
    return f"фото: {len(names)} ({', '.join(names)})"


def photos_changed(count: int, *, added: bool) -> str:
    """What is new in a version: photos."""
    return f"{'добавлено' if added else 'убрано'} фото: {count}"


def file_changed(title: str, pages: int, *, added: bool) -> str:
    """What is new in a version: another file."""
    return f"{'добавлено' if added else 'убрано'} приложение: «{title}», {pages} л."


def photos_made_smaller(dpi: int) -> str:
    """Why the photos of a letter are coarser than they were sent."""
    return f"Фотографии уменьшены до {dpi} точек на дюйм, чтобы письмо прошло по почте."


def scan_made_smaller(dpi: int) -> str:
    """Why the scan of a letter is coarser than the clerk's."""
    return f"Скан уменьшен до {dpi} точек на дюйм, чтобы письмо прошло по почте."


_ANNEX_REFUSALS = {
    "macros": "файл с макросами. Пришлите его без макросов (.docx) или в PDF",
    "encrypted": "файл закрыт паролем. Пришлите его без пароля",
    "damaged": "файл повреждён и не открывается. Пришлите его ещё раз",
    "empty": "файл пустой. Пришлите его ещё раз",
    "archive": "архив. Пришлите файлы из него без архива",
    "program": "программа. Пришлите фото, PDF или файл Word",
    "video": "видео. Пришлите вместо него фотографии",
    "video_passed": "видео. Его получил тот, кто публикует ответ, он внесёт его сам",
    "video_own": "видео. Программа его не хранит: внесите его в систему сами вместе с ответом",
    "audio": "звукозапись. Пришлите её содержание текстом",
    "table": "таблица. Сохраните её в PDF и пришлите",
    "slides": "презентация. Сохраните её в PDF и пришлите",
    "mail": "письмо. Пришлите сами файлы из него",
    "frames": "в файле несколько страниц. Сохраните его в PDF и пришлите",
    "many": "в одном письме слишком много файлов. Пришлите его отдельно",
    "bomb": "файл слишком велик в развёрнутом виде. Пришлите файл поменьше",
    "linked": "в файле ссылка на рисунок, который лежит отдельно. Пришлите файл в PDF",
    "logo": "эта картинка уже была в письме по другому делу, как логотип подписи. Если она нужна в "
    "ответе, пришлите её в PDF",
    "no_office": "файл Word здесь не открывается. Сохраните его в PDF и пришлите",
}


def annex_refusal(fault: str, *, most_pages: int, most_sheets: int, most_mb: int) -> str:
    """Why a file was not taken as an annex, and what to send instead."""
    if fault == "pages":
        return f"в файле больше {most_pages} страниц. Пришлите только нужные"
    if fault == "sheets":
        return f"приложений стало бы больше {most_sheets} листов. Пришлите только нужное"
    if fault == "size":
        return f"письмо стало бы больше {most_mb} МБ и не прошло бы по почте. Пришлите поменьше"
    return _ANNEX_REFUSALS.get(fault, "такой файл не вставляется. Пришлите фото, PDF или Word")


_RETURN_CAUSES = {
    "unknown_user": "такого почтового ящика нет",
    "unknown_domain": "такого почтового домена нет или он не отвечает",
    "full": "почтовый ящик получателя переполнен",
    "disabled": "почтовый ящик получателя отключён",
    "large": "письмо слишком велико для сервера получателя",
    "spam": "сервер получателя принял письмо за спам",
    "refused": "сервер получателя отклонил письмо",
    "away": "сервер получателя слишком долго был недоступен",
    "loop": "письмо зациклилось между серверами",
}


def return_cause(cause: str, status: str = "") -> str:
    """Why a mail came back, with the server's own code: «почтовый ящик … переполнен (5.2.2)»."""
    told = _RETURN_CAUSES.get(cause, "причина – в ответе сервера ниже")
    return f"{told} ({status})" if status else told


def unnamed_return(told: str) -> str:
    """The report does not say which of the addresses was not reached."""
    return f"{told}; какой из адресов, сервер не назвал"


def handed_over(name: str, until: date | None) -> str:
    """To whom the dispatcher has handed what waited, and for how long this holds."""
    term = f"до {until:%d.%m.%Y} включительно" if until else "сегодня"
    return (
        f"Письма с просьбами ушли: {name}. Новые просьбы к отсутствующему {term} пойдут туда же. "
        "Передумали – ответьте на то же письмо: «Передать: Фамилия» или «Вернуть»."
    )


def came_back(name: str, count: int) -> str:
    """Who has his work again, and how many requests that were."""
    return f"{name}: снова на месте. Письма с просьбами ушли, всего: {count}."


def replies_elsewhere(address: str) -> str:
    """What a receipt says of a verdict whose Reply-To is nobody's registered address."""
    return (
        f"В вашем письме адресом для ответа указан {address}. Служба пишет только на "
        "зарегистрированный адрес; адрес вам незнаком – позвоните администратору."
    )


def official_has_left(name: str) -> str:
    """A post of the settings is held by somebody who has left."""
    return f"{name} больше не работает (people, left): назначьте другого человека"


def nobody_holds(number: str) -> str:
    """Whom a step waits for has left, and nobody holds his post."""
    return (
        f"Дело {number} ждёт решения человека, который больше не работает, а другой на его место "
        "в настройках не назначен. Назначьте и перезапустите службу."
    )


def doubted_draft() -> str:
    """What an approver reads above a text whose sender nobody vouches for."""
    return "Отправитель ответа не подтверждён почтовым сервером: проверьте, кто его подготовил."


def doubted_contact(line: str) -> str:
    """A record of contact that came in a mail nobody vouches for."""
    return f"{line} (отправитель не подтверждён почтовым сервером)"


def draft_in_your_name() -> str:
    """What the one in whose name a text came is told."""
    return (
        "Письмо пришло от вашего имени, но почтовый сервер не подтвердил, что писали вы. "
        "Если это не вы, ответьте «СТОП» или позвоните диспетчеру."
    )


def draft_disowned() -> str:
    """Why a text goes back that came in somebody's name."""
    return "сотрудник сообщил, что этот ответ прислал не он"


def unproven_absence() -> str:
    """What the dispatcher is to know of an automatic reply that nobody vouches for."""
    return "отправитель автоответа не подтверждён почтовым сервером, сначала позвоните"

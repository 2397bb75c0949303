"""What officials read: every mail and note, with its samples, and what must hold of all of them."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from jinja2 import UndefinedError

from mcu_mail.domain.codes import find_codes
from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.verdicts import read_meaning
from mcu_mail.mail.html_text import html_to_text
from mcu_mail.mail.reply import cut
from mcu_mail.mail.templates import PLACES
from mcu_mail.mail.wording import (
    ANSWERS,
    OUTSIDE,
    REPEATING,
    REQUESTS,
    SEPARATOR,
    Wording,
    template_faults,
)
from mcu_mail.mail.wording_samples import APPROVE_BUTTONS, CARD, CODE, MAILS, NOTES
from mcu_mail.settings.template_set import read_templates

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
OFFICE = Wording(read_templates(TEMPLATES).files, "Тяжинский МО", "mcu@okrug.example")
SAMPLES = [
    pytest.param(name, context, id=f"{name}-{place}")
    for name, contexts in MAILS.items()
    for place, context in enumerate(contexts)
]

# The words of the verdict list (design §4) as they open a reply; anything may follow them.
VERDICT = re.compile(
    r"[\W_]*(?:(?:не\s+)?соглас|утвержда|одобря|не возража|замечаний нет|на доработку|вернуть|"
    r"отклонено|переделать|исправить|исполнитель:|не наше|не мое|передать|промежуточный|прошу прод|"
    r"нужно время|связались|не дозвон|контакта нет|в работу|принято|опубликовано|глава вернул|"
    r"анн?ул|правка|закрыть|дубль|отправлено вручную|срочно до|стоп\b|отбой|ошибся|"
    r"(?:ок|да|хорошо)\b|ознакомлен|"
    r"\+\s*$|👍)",
    re.IGNORECASE,
)


TODAY = date(2026, 11, 23)
HARMLESS = {MeaningKind.note, MeaningKind.question, MeaningKind.empty}


def lines_of(text: str) -> list[str]:
    return [line.replace("ё", "е") for line in text.splitlines() if line.strip()]


def test_every_template_can_be_rendered_with_every_sample():
    assert template_faults(read_templates(TEMPLATES).files) == ()


@pytest.mark.parametrize(("place", "samples"), [("mails", MAILS), ("notes", NOTES)])
def test_every_template_has_a_sample_and_every_sample_a_template(place, samples):
    shipped = {path.stem for path in (TEMPLATES / place).glob("*.j2")}

    assert {name for name in shipped if not name.startswith("_")} == set(samples) - set(PLACES)


@pytest.mark.parametrize(("name", "context"), SAMPLES)
def test_a_mail_about_a_case_names_it_in_its_subject(name, context):
    subject = OFFICE.compose(name, **context).subject

    if name in OUTSIDE:
        assert "МЦУ" not in subject
    elif context.get("card"):
        assert subject.startswith("[МЦУ 2026-000123] ")
    else:
        assert subject.startswith("[МЦУ] ")
    assert "\n" not in subject
    assert len(subject) <= 150


@pytest.mark.parametrize(("name", "context"), SAMPLES)
def test_the_separator_stands_on_top_of_requests_and_nowhere_else(name, context):
    mail = OFFICE.compose(name, **context)

    for text in (mail.text, html_to_text(mail.html)):
        count = text.count("Пишите ответ выше")
        if context.get("code") and name not in ANSWERS:
            assert lines_of(text)[0] == SEPARATOR
            assert count == 1
        else:
            assert count == 0


@pytest.mark.parametrize(("name", "context"), SAMPLES)
def test_a_code_given_to_a_mail_is_found_in_its_text_and_no_other(name, context):
    mail = OFFICE.compose(name, **context)
    expected = (CODE.replace("-", ""),) if context.get("code") else ()

    assert find_codes(mail.text) == expected
    assert find_codes(html_to_text(mail.html)) == expected


def decisions(text: str) -> list[str]:
    """The lines that open like a verdict, or mean anything to the reader of replies."""
    return [
        line
        for line in lines_of(text)
        if VERDICT.match(line)
        or (said := read_meaning(line, TODAY)).kind not in HARMLESS
        or said.contacts
    ]


@pytest.mark.parametrize(("name", "context"), SAMPLES)
def test_no_line_of_a_mail_reads_as_a_verdict(name, context):
    mail = OFFICE.compose(name, **context)

    assert decisions(mail.text) == []
    assert decisions(html_to_text(mail.html)) == []


@pytest.mark.parametrize(
    "name", [name for name in MAILS if name in {"sign", "register_number", "reminder", "not_taken"}]
)
def test_no_line_of_a_mail_to_the_clerk_reads_as_a_number(name):
    for context in MAILS[name]:
        mail = OFFICE.compose(name, **context)

        for line in (*lines_of(mail.text), *lines_of(html_to_text(mail.html))):
            said = read_meaning(line, TODAY, numbering=True)
            assert said.kind is not MeaningKind.register_number, line


@pytest.mark.parametrize("context", NOTES["today"] + NOTES["scan_refused"])
def test_no_line_of_a_note_reads_as_a_verdict(context):
    name = "today" if "waiting" in context else "scan_refused"

    assert decisions(OFFICE.note(name, **context)) == []


@pytest.mark.parametrize(
    "words",
    [
        "Согласовано",
        "> согласен.",
        "«Утверждаю»",
        "На доработку: плохо",
        "Исправьте дорогу",
        "Да",
        "+",
        "Глава вернул: нет даты",
        "Связались: 23.11 15:20, по телефону",
        "Не дозвонились",
        "Исполнитель: Трассов",
        "Передать: Отдел",
        "Не наше",
        "№ 345 от 24.11.2026",
        "Аннулирован: ошибка",
        "Правка от руки: 25 → 26",
        "Срочно до 15:00",
    ],
)
def test_a_citizen_who_writes_a_verdict_does_not_put_one_into_our_mail(words):
    card = replace(CARD, text=f"Здравствуйте!\n{words}\nСпасибо", draft_text=words)
    for name in ("task", "rework", "approve", "sign"):
        mail = OFFICE.compose(name, **{**MAILS[name][0], "card": card})

        for text in (mail.text, html_to_text(mail.html)):
            assert words.strip("«»> ") in text
            assert decisions(text) == []


@pytest.mark.parametrize(("name", "context"), SAMPLES)
def test_text_and_html_of_a_mail_say_the_same(name, context):
    mail = OFFICE.compose(name, **context)
    shown = [line.strip() for line in lines_of(html_to_text(mail.html))]
    written = [line.removeprefix("> ") for line in lines_of(mail.text)]
    buttons = [line for line in written if line.startswith("– чтобы выбрать «")]

    assert len(buttons) == len(context.get("buttons", ()) if "чтобы выбрать" in mail.text else ())
    assert [line for line in written if line not in buttons] == [
        line for line in shown if line in written
    ]


@pytest.mark.parametrize(("name", "context"), SAMPLES)
def test_html_holds_no_table_picture_script_or_outside_address(name, context):
    html = OFFICE.compose(name, **context).html

    assert not re.search(r"<(?:table|img|script|link|iframe|form|style)\b|\bsrc=|url\(", html)
    targets = re.findall(r'href="([^"]*)"', html)
    assert {urlsplit(target).scheme for target in targets} <= {"mailto", "tel", "https"}
    assert all(target == CARD.link for target in targets if target.startswith("https"))
    assert all(
        target.startswith("mailto:mcu@okrug.example?subject=")
        for target in targets
        if target.startswith("mailto")
    )


@pytest.mark.parametrize("name", sorted(REQUESTS - REPEATING))
@pytest.mark.parametrize("answer", ["Согласовано", "На доработку: нет даты"])
@pytest.mark.parametrize("part", ["text", "html"])
def test_an_answer_typed_above_a_request_is_all_that_is_read(name, answer, part):
    mail = OFFICE.compose(name, **MAILS[name][0])
    ours = mail.text if part == "text" else html_to_text(mail.html)

    assert cut(f"{answer}\n\n{ours}").text == answer


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_a_request_without_a_code_is_refused(name):
    with pytest.raises(ValueError, match="needs a code"):
        OFFICE.compose(name, **{**MAILS[name][0], "code": ""})


def test_the_letter_to_the_region_never_holds_a_code():
    with pytest.raises(ValueError, match="must not hold a code"):
        OFFICE.compose("letter_cover", **{**MAILS["letter_cover"][0], "code": CODE})


def test_the_letter_to_the_region_names_the_message_and_what_is_attached():
    mail = OFFICE.compose("letter_cover", **MAILS["letter_cover"][0])

    assert mail.subject == "Ответ на сообщение № Г-1542, исх. № 01-12/345 (Тяжинский МО)"
    assert "01-12/345" in mail.text
    assert "Ответ 01-12_345.pdf" in mail.text
    assert "Ответ 01-12_345.doc" in mail.text
    assert "центр управления" not in mail.text


def test_a_code_is_written_in_groups_however_it_is_given():
    context = {**MAILS["task"][0], "code": CODE.replace("-", "")}

    assert f"\nКод: {CODE}\n" in OFFICE.compose("task", **context).text


def test_a_task_begins_with_what_to_do_and_by_when():
    mail = OFFICE.compose("task", **MAILS["task"][0])

    assert mail.subject == "[МЦУ 2026-000123] Снег, пгт Тяжинский: ответ сегодня до 12:30"
    assert lines_of(mail.text)[1] == (
        "Федор Макетович, подготовьте ответ заявителю сегодня до 12:30."
    )
    assert "Исполнитель: Фамилия" in mail.text
    assert (
        "Исполнитель: Фамилия"
        not in OFFICE.compose("task", **{**MAILS["task"][0], "executors": ()}).text
    )


def test_a_long_message_is_shown_short_first_and_whole_below():
    words = "Снег не чистят. " * 60
    text = OFFICE.compose("task", **{**MAILS["task"][0], "card": replace(CARD, text=words)}).text

    assert words.strip() in text
    assert text.index("…") < text.index(words.strip())


def test_a_new_version_begins_with_what_changed():
    first = {**MAILS["approve"][0], "card": replace(CARD, version=1)}

    assert lines_of(OFFICE.compose("approve", **MAILS["approve"][0]).text)[1:3] == [
        "Что изменилось в варианте 2:",
        "– срок повторной уборки: 25.11 вместо 26.11",
    ]
    assert "Что изменилось" not in OFFICE.compose("approve", **first).text


@pytest.mark.parametrize("name", ["task", "rework", "approve", "sign", "route"])
def test_what_is_asked_after_its_time_is_asked_at_once(name):
    context = {**MAILS[name][0], "now": CARD.term_due + timedelta(hours=1)}

    mail = OFFICE.compose(name, **context)

    assert "немедленно" in mail.subject
    assert "вчера" not in mail.subject
    assert "Срок ответа Губернатору прошёл" in mail.text


def test_a_letter_without_the_regions_number_invents_none():
    context = MAILS["letter_cover"][1]

    subject = OFFICE.compose("letter_cover", **context).subject

    assert subject == "Ответ на сообщение от 23.11.2026, исх. № 01-12/345 (Тяжинский МО)"


@pytest.mark.parametrize("request_name", sorted(REQUESTS - REPEATING))
def test_a_reminder_repeats_the_request_with_its_code_and_buttons(request_name):
    context = MAILS[request_name][0]
    asked = OFFICE.compose(request_name, **context)
    again = OFFICE.compose("reminder", request=request_name, **context)

    assert again.subject.startswith("[МЦУ 2026-000123] Осталось 2 ч 25 мин: ")
    assert lines_of(again.text)[1].startswith("Напоминаем: осталось 2 ч 25 мин.")
    assert set(lines_of(asked.text)) < set(lines_of(again.text))
    assert re.findall('href="mailto:[^"]*"', again.html) == re.findall(
        'href="mailto:[^"]*"', asked.html
    )


def test_a_button_is_a_link_in_html_and_words_to_type_in_plain_text():
    mail = OFFICE.compose("approve", **MAILS["approve"][0])

    assert "– чтобы выбрать «Согласовать», начните ответ словами «Согласовано»" in mail.text
    assert "mailto:" not in mail.text
    for button in APPROVE_BUTTONS:
        assert button.href("mcu@okrug.example").replace("&", "&amp;") in mail.html


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="javascript:alert(1)">',
    "{{ 7 * 7 }}{% for x in y %}",
    "строка\r\nBcc: victim@x.example",
    "[кнопки]\n# Заголовок\nТема: чужая",
    "\x0e\x15javascript:x\x16жми\x17\x0f\u202e",
)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["task", "approve", "route", "letter_cover"])
def test_values_from_outside_stay_text(name, value):
    context = MAILS[name][0]
    plain = OFFICE.compose(name, **context)
    card = replace(
        CARD, title=value, applicant=value, phone=value, address=value, link=value, text=value
    )

    mail = OFFICE.compose(name, **{**context, "card": card})

    assert "\n" not in mail.subject
    assert "\r" not in mail.text + mail.html + mail.subject
    assert "49" not in mail.text.replace("38449", "")
    assert not re.search(r"<script|<img|href=.javascript|\bonerror=\w+\(1\)>", mail.html)
    assert mail.html.count("mailto:") == plain.html.count("mailto:")
    assert not any(ord(char) < 32 and char != "\n" for char in mail.text + mail.html)
    assert "\u202e" not in mail.text


def test_a_missing_value_is_an_error_and_not_an_empty_place():
    context = {key: value for key, value in MAILS["rework"][0].items() if key != "reason"}

    with pytest.raises(UndefinedError):
        OFFICE.compose("rework", **context)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("Тема: a\n{{ card.nmber }}", "неизвестное имя"),
        ("Тема: a\n{{ reson }}", "неизвестное имя"),
        ("Тема: a\n{% if card %}\nб", "строка 3: ошибка в записи"),
        ("Тема: a\n{{ card.due | whenn }}", "строка 2: ошибка в записи"),
        ("Тема: a\n{{ ''.__class__.__mro__ }}", "не выполняется (SecurityError"),
        ("Тема: a\n{{ 1 / 0 }}", "не выполняется (ZeroDivisionError"),
        ("Тема: a\n{% include 'нет.j2' %}", "нет файла шаблона «нет.j2»"),
        ("Просто текст", "первая строка должна быть темой"),
        ("Тема: \nтекст", "первая строка должна быть темой"),
    ],
)
def test_a_broken_template_is_named_with_its_fault_before_it_is_needed(tmp_path, source, fault):
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    (tmp_path / "templates" / "mails" / "sign.j2").write_text(source, encoding="utf-8")

    faults = template_faults(read_templates(tmp_path / "templates").files)

    own = [one for one in faults if one.startswith("templates/mails/sign.j2: ")]
    assert len(own) == 1
    assert fault in own[0]


def test_a_letter_to_the_region_without_a_subject_is_a_fault(tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    cover = tmp_path / "templates" / "letters" / "cover.j2"
    cover.write_text("Добрый день!", encoding="utf-8")

    assert template_faults(read_templates(tmp_path / "templates").files) == (
        "templates/letters/cover.j2: первая строка должна быть темой: «Тема: …»",
        "templates/letters/cover.j2: нет имени «attachments» (список вложений)",
    )


def test_a_template_file_that_is_absent_is_a_fault(tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    (tmp_path / "templates" / "mails" / "sent.j2").unlink()
    (tmp_path / "templates" / "notes" / "today.j2").unlink()

    assert template_faults(read_templates(tmp_path / "templates").files) == (
        "templates/mails/sent.j2: нет файла шаблона «sent.j2»",
        "templates/notes/today.j2: нет файла шаблона «today.j2»",
    )


def test_a_template_that_is_not_utf_8_is_a_fault(tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    (tmp_path / "templates" / "mails" / "sent.j2").write_bytes("Тема: Ответ".encode("cp1251"))

    (fault,) = [
        one
        for one in template_faults(read_templates(tmp_path / "templates").files)
        if "sent.j2" in one
    ]
    assert "сохраните его в Блокноте как «UTF-8»" in fault


@pytest.mark.parametrize(
    "context",
    NOTES["scan_refused"],
    ids=lambda one: f"{one['reason']}-{'phone' if one['phone_name'] else 'alone'}",
)
def test_a_refused_scan_is_told_in_a_few_lines_what_to_do(context):
    lines = OFFICE.note("scan_refused", **context).splitlines()

    assert re.match(r"Scan0007\.pdf не (?:принят|отправлен): ", lines[0])
    assert lines[1].startswith("1. ")
    assert lines[-1].endswith("номер не израсходован.")
    assert len(lines) <= 5
    if context["phone_name"]:
        assert "озвоните: Письменнова А.П., 2-00-00, сегодня до 17:40." in "\n".join(lines)


def test_the_refusal_of_an_old_version_says_which_one_is_wanted_and_why():
    (context,) = [
        one
        for one in NOTES["scan_refused"]
        if one["reason"] == "wrong_version" and one["phone_name"]
    ]

    assert OFFICE.note("scan_refused", **context) == (
        "Scan0007.pdf не отправлен: подписан старый вариант 2 письма 2026-000123. "
        "Нужен вариант 3 (срок 25.11 вместо 26.11).\n"
        "1. Напечатайте «На подпись\\2026-000123 Ответ.pdf», подпишите, отсканируйте.\n"
        "Глава уехал? Позвоните: Письменнова А.П., 2-00-00, сегодня до 17:40.\n"
        "Скан цел, номер не израсходован.\n"
    )


def test_the_page_of_today_lists_what_waits_and_what_went_out():
    page = OFFICE.note("today", **NOTES["today"][0])

    assert "Ждут подписи: 1\n– сегодня до 16:30: «2026-000123 Ответ.pdf», Снег" in page
    assert "Напишите на бумаге\n– дело 2026-000121: № 01-12/344 от 23.11.2026" in page
    assert "Отправлено сегодня: 1\n– сегодня в 09:50, № 01-12/344" in page
    order = ("Не принято", "вашего ответа", "Ждут подписи", "на бумаге", "Отправлено", "Дежурят")
    places = [page.index(words) for words in order]
    assert places == sorted(places), "the urgent first"
    assert len(page.splitlines()) <= 40


def test_a_quiet_day_is_a_few_lines():
    page = OFFICE.note("today", **NOTES["today"][1])

    assert len([line for line in page.splitlines() if line.strip()]) <= 7

"""What comes with a verdict: names, days, reasons, contacts, drafts."""

from __future__ import annotations

from datetime import date, time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.drafts import opening
from mcu_mail.domain.verdicts import MeaningKind, is_draft, read_meaning, strip_frame
from mcu_mail.mail.mime import read_mail
from mcu_mail.mail.reply import SEPARATOR, new_text

TODAY = date(2026, 11, 23)
DAY = date(2026, 11, 25)
PROSE = (
    "По Вашему сообщению сообщаем, что улица Образцовая расчищена 23.11.2026, повторная уборка "
    "запланирована на 25.11.2026, контроль поручен управлению."
)


def read(text: str, *, drafting: bool = False):
    return read_meaning(text, TODAY, drafting=drafting)


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("Исполнитель: Трассов, срок до 15:00", "Трассов", "срок до 15:00"),
        ("Исполнитель: Трассов Ф.М.", "Трассов Ф.М.", ""),
        ("Исполнитель двоеточие трассов", "трассов", ""),
        ("Исполнителем назначить Трассова до 15:00", "Трассова", "до 15:00"),
        ("Исполнитель:", "", ""),
        ("Передать: Управление культуры, молодёжной политики и спорта. Это их клуб",
         "Управление культуры, молодёжной политики и спорта", "Это их клуб"),
        ("Передать в КУМИ", "КУМИ", ""),
        ("Не наше, передать: КУМИ", "КУМИ", ""),
        ("Не наше. Участок частный.\nПередать: КУМИ\nС уважением, Трассов", "КУМИ",
         "Участок частный."),
        ("Не наше. Это сети.\nС уважением, Трассов", "", "Это сети."),
        ("Отдел: Управление образования", "Управление образования", ""),
        ("Дубль 2026-000120, повтор", "2026-000120", "повтор"),
        ("Дубль № 3412", "3412", ""),
        ("Дубль: уже отвечали", "", "уже отвечали"),
        ("ЦУР вернул: нет сроков", "returned", "нет сроков"),
        ("ЦУР согласовал", "approved", ""),
        ("Опубликовано: https://vk.com/wall-1_2 разъяснено", "разъяснено", "https://vk.com/wall-1_2"),
        ("Опубликовано", "", ""),
        ("Оценка: 5, спасибо", "5", "спасибо"),
        ("Исх. № 01-12/345", "01-12/345", ""),
        ("№ Исх-345", "Исх-345", ""),
        ("Глава вернул: изменить тон", "", "изменить тон"),
        ("Глава не подписал, изменить тон", "", "изменить тон"),
        ("Согласовано по телефону: Хозяйственнов, 14:20", "", "Хозяйственнов, 14:20"),
        ("Закрыть: решено на месте", "", "решено на месте"),
        ("Исправить: дату", "", "дату"),
        ("Это ответ, прошу отправить", "", "прошу отправить"),
    ],
)  # fmt: skip
def test_names_and_reasons_are_kept_as_written(text, name, reason):
    meaning = read(text)
    assert (meaning.name, meaning.reason) == (name, reason)


@pytest.mark.parametrize(
    ("text", "until", "at", "reason"),
    [
        ("Промежуточный ответ до 25.11.2026: ждём технику", DAY, None, "ждём технику"),
        ("Промежуточный ответ до 25.11 15:00: ждём", DAY, time(15), "ждём"),
        ("Промежуточный ответ: ждём до 25.11", DAY, None, "ждём до 25.11"),
        ("Нужно время", None, None, ""),
        ("Нужно время до завтра, 12:00", date(2026, 11, 24), time(12), ""),
        ("Нужно время до 15:00, ищем", None, time(15), "ищем"),
        ("Нужно время: заявление от 20.11 в работе", None, None, "заявление от 20.11 в работе"),
        ("Нужно время на согласование", None, None, "на согласование"),
        ("Нужно время до 99.99", None, None, "до 99.99"),
        ("Прошу продлить до 25 ноября: смета", DAY, None, "смета"),
        ("Прошу продлить до 20.11", date(2027, 11, 20), None, ""),
        ("Прошу продлить до 25.11.26 г.", DAY, None, ""),
        ("Прошу продлить до 31.02.2027", None, None, "до 31.02.2027"),
        ("Прошу продлить до 31.02", None, None, "до 31.02"),
        ("Прошу продлить до 29.02", date(2028, 2, 29), None, ""),
        ("Срочно до 15:00 звонил куратор", None, time(15), "звонил куратор"),
        ("Срочно до 25.11 12:00: куратор", DAY, time(12), "куратор"),
        ("Отправлено вручную 17:45 с почты", None, time(17, 45), "с почты"),
        ("Отправлено вручную 22.11 в 17-45", date(2026, 11, 22), time(17, 45), ""),
        ("Отправлено вручную с почты приёмной 22.11", None, None, "с почты приёмной 22.11"),
        ("№ 345 от 24.11.2026", date(2026, 11, 24), None, ""),
        ("№ 345 от 20 ноября", date(2026, 11, 20), None, ""),
    ],
)
def test_days_and_hours_are_read_and_the_rest_is_the_reason(text, until, at, reason):
    meaning = read(text)
    assert (meaning.until, meaning.at, meaning.reason) == (until, at, reason)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Связались: 23.11 15:20, по телефону", [("reached", TODAY, time(15, 20), "по телефону")]),
        ("связался 23.11 15.20", [("reached", TODAY, time(15, 20), "")]),
        ("- Связались: 10.11, 10.11 по ВК",
         [("reached", date(2026, 11, 10), time(10, 11), "по ВК")]),
        ("Связались с заявителем сегодня в 11-20 по телефону, разъяснено",
         [("reached", TODAY, time(11, 20), "по телефону, разъяснено")]),
        ("Связались двоеточие 22 ноября 15 часов по телефону",
         [("reached", date(2026, 11, 22), time(15), "по телефону")]),
        ("Связалась с ней вчера", [("reached", date(2026, 11, 22), None, "")]),
        ("Связались", [("reached", None, None, "")]),
        ("Связались: 24.11, по телефону", [("reached", date(2025, 11, 24), None, "по телефону")]),
        ("Не дозвонились 23.11 в 10:00 и 14:30",
         [("not_reached", TODAY, time(10), ""), ("not_reached", TODAY, time(14, 30), "")]),
        ("не дозвонился: 23.11 10:00, номер выключен",
         [("not_reached", TODAY, time(10), "номер выключен")]),
        ("Контакта нет: телефон не указан", [("no_contact", None, None, "телефон не указан")]),
        ("Связались с подрядчиком 23.11", []),
        ("Звонили заявителю 23.11 в 15:20, разъяснили порядок",
         [("reached", TODAY, time(15, 20), "разъяснили порядок")]),
        ("Звонили заявителю, ответил автоответчик", []),
        ("Звонили заявителю 23.11, ответила жена, он перезвонит", []),
        ("Набрали заявителя, сообщили, что номер не обслуживается", []),
        ("Связались ли вы с заявителем?", []),
        ("Связались: " + "а" * 200, []),
    ],
)  # fmt: skip
def test_a_line_about_contact_is_taken_out_and_read(line, expected):
    meaning = read(f"Ответ: улица расчищена.\n{line}\nПовторная уборка 25.11.", drafting=True)
    found = [(one.outcome, one.on, one.at, one.how) for one in meaning.contacts]
    assert found == expected
    assert (line in meaning.text) is (not expected)
    assert all(one.line == line.strip() for one in meaning.contacts)
    assert meaning.kind is MeaningKind.answer


CALL = "Связались: 23.11 08:25, по телефону"


@pytest.mark.parametrize(
    ("text", "letter", "attempts"),
    [
        (
            f"Ответ: Снег вывезли до 25.11.2026. {CALL}",
            "Снег вывезли до 25.11.2026.",
            [time(8, 25)],
        ),
        (f"Ответ: Снег вывезли. {CALL}. Спасибо!", "Снег вывезли. Спасибо!", [time(8, 25)]),
        (f"Добрый день! {CALL}. Ответ: снег вывезли.", "Снег вывезли.", [time(8, 25)]),
        (
            "Не дозвонились в 9:12 и 9:20. Ответ: Фонари осмотрели, два заменили.",
            "Фонари осмотрели, два заменили.",
            [time(9, 12), time(9, 20)],
        ),
        ("Связались в 10:00 Ответ: снег вывезли", "Снег вывезли", [time(10)]),
        ("Связались с заявителем 23.11 в 11:00; ответ: снег вывезли", "Снег вывезли", [time(11)]),
        # No record: it names neither an hour nor has the agreed form, or it is the answer itself.
        (
            "Ответ: Снег вывезли. Связались с заявителем, он доволен.",
            "Снег вывезли. Связались с заявителем, он доволен.",
            [],
        ),
        (
            "Ответ: Снег вывезли. Связались с подрядчиком в 10:00.",
            "Снег вывезли. Связались с подрядчиком в 10:00.",
            [],
        ),
    ],
)
def test_a_record_inside_a_paragraph_is_taken_out_of_the_answer(text, letter, attempts):
    meaning = read(text, drafting=True)
    assert strip_frame(meaning.text) == letter
    assert [one.at for one in meaning.contacts] == attempts
    assert meaning.kind is MeaningKind.answer


def test_a_record_beside_a_verdict_in_its_line_holds_it():
    meaning = read("Согласовано. Не дозвонились 23.11 в 10:00")
    assert (meaning.kind, meaning.contacts) == (MeaningKind.conditional, ())


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("Ответы ниже в тексте.\nОтвет: Снег вывезли.", "Снег вывезли."),
        ("Ответ: Снег вывезли.\nОтвет: кран исправили.", "Снег вывезли.\nКран исправили."),
        ("Добрый день! Ответ см. ниже:\n\nОтвет: Снег вывезли.", "Снег вывезли."),
        ("Отвечаю красным по тексту\nОтвет: снег вывезли\nОтвет: 25.11", "Снег вывезли\n25.11"),
        ("Мои ответы даны под вопросами.\nОтвет: Снег вывезли.", "Снег вывезли."),
        (
            "Ответ: Жители спросили.\nВопрос: когда?\nОтвет: завтра.",
            "Жители спросили.\nВопрос: когда?\nОтвет: завтра.",
        ),
        ("Ответ: Ниже по тексту дан график.", "Ниже по тексту дан график."),
    ],
)
def test_what_only_points_to_the_answer_and_its_labels_are_no_words_of_the_letter(text, letter):
    meaning = read(text, drafting=True)
    assert meaning.kind is MeaningKind.answer
    assert strip_frame(meaning.text) == letter


def test_a_line_that_points_below_and_nothing_below_is_kept():
    assert strip_frame("Ответы ниже в тексте.") == "Ответы ниже в тексте."
    assert is_draft("Ответы ниже в тексте.") == "note"


def test_contacts_beside_a_greeting_are_all_the_reply_says():
    meaning = read(
        "Добрый день!\nСвязались: 23.11 15:20, по телефону\nСпасибо!\nС уважением, Трассов"
    )
    assert meaning.kind is MeaningKind.contact_only
    assert len(meaning.contacts) == 1


def test_contacts_beside_a_verdict_do_not_hide_it():
    meaning = read("Не дозвонились 23.11 в 10:00\nНужно время до 15:00")
    assert (meaning.kind, len(meaning.contacts)) == (MeaningKind.wait, 1)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (PROSE, "draft"),
        ("Ответ: расчищено", "draft"),
        ("ответ двоеточие расчищено", "draft"),
        ("Добрый день!\nОтвет:\nрасчищено", "draft"),
        ("Уважаемая Алла Игнатьевна! Расчищено.", "draft"),
        ("Здравствуйте! Уважаемая Алла Игнатьевна!", "draft"),
        ("", "note"),
        ("Расчищено", "note"),
        ("Ответ подготовим завтра", "note"),
        (PROSE + " А когда будет смета?", "note"),
        ("Подскажите, пожалуйста, кто отвечает за этот участок дороги. " + PROSE, "note"),
        ("Ответ будет завтра, ждём подрядчика, он обещал подъехать. " + PROSE, "note"),
        ("Отвечу после планёрки, сейчас собираю сведения по участку. " + PROSE, "note"),
        ("Вы спрашивали: «Когда спилят тополя?» " + PROSE, "draft"),
        ("Здравствуйте!\n" + "а " * 59 + "\nС уважением, начальник отдела Трассов", "note"),
    ],
)
def test_a_draft_is_marked_or_prose_of_120_characters(text, kind):
    assert is_draft(text) == kind


@pytest.mark.parametrize("length", [119, 120])
def test_the_length_counts_without_the_frame(length):
    text = f"Здравствуйте!\n{'а' * length}\nС уважением, Трассов"
    assert is_draft(text) == ("draft" if length == 120 else "note")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Уважаемая Алла Игнатьевна! Не наше?", MeaningKind.answer),
        (PROSE, MeaningKind.answer),
        ("Ответ: согласовано с подрядчиком, расчистим 25.11", MeaningKind.answer),
        ("Уважаемая Алла Игнатьевна! Расчищено.", MeaningKind.answer),
        ("Уважаемая Алла Игнатьевна!\nСогласовано выделение техники.", MeaningKind.answer),
        ("Согласовано выделение техники. " + PROSE, MeaningKind.answer),
        ("Исправить положение удалось. " + PROSE, MeaningKind.answer),
        ("Хорошо понимаем Вас. " + PROSE, MeaningKind.answer),
        ("Уважаемая Алла Проектовна, не наше", MeaningKind.not_ours),
        ("Не наше. " + PROSE, MeaningKind.not_ours),
        ("Промежуточный ответ до 25.11: " + PROSE, MeaningKind.interim),
        ("Расчищено", MeaningKind.note),
        ("Сделаем завтра", MeaningKind.note),
        ("А какой адрес?", MeaningKind.question),
        ("Фото во вложении", MeaningKind.note),
        ("Исполнитель работ ООО «Дорстрой» приступил. " + PROSE, MeaningKind.answer),
    ],
)
def test_from_the_drafter_prose_is_the_answer(text, kind):
    assert read(text, drafting=True).kind is kind


def test_from_anyone_else_unmarked_prose_is_a_note_and_a_salutation_only_a_greeting():
    assert read(PROSE).kind is MeaningKind.note
    assert read("Уважаемая Алла Игнатьевна! " + PROSE).kind is MeaningKind.note
    assert read("Ответ: расчищено").kind is MeaningKind.answer


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Уважаемая Алла Игнатьевна!\n\nРасчищено.\n\nС уважением,\nТрассов", "Расчищено."),
        ("Уважаемая Алла Игнатьевна, сообщаем: расчищено.", "Сообщаем: расчищено."),
        ("Уважаемый заявитель! Расчищено.", "Расчищено."),
        ("Здравствуйте, МЦУ.\n\nУважаемый Лев Ильич!\n\nРасчищено.", "Расчищено."),
        ("Здравствуйте, МЦУ. Уважаемый Лев Ильич! Расчищено.", "Расчищено."),
        ("Добрый день, МЦУ, служба писем!\nРасчищено.", "Расчищено."),
        ("Здравствуйте, МЦУ Уважаемый Лев Ильич! Расчищено.", "Расчищено."),
        ("Уважаемая служба!\n\nОтвет: расчищено.", "Расчищено."),
        ("МЦУ и отдел ЖКХ расчистили.", "МЦУ и отдел ЖКХ расчистили."),
        ("Уважаемые жители сообщаем, что всё.", "Жители сообщаем, что всё."),
        ("Ответ: расчищено.", "Расчищено."),
        ("Ответ:\nЗдравствуйте, Алла Игнатьевна!\nРасчищено. С уважением, Трассов", "Расчищено."),
        ("Здравствуйте!", ""),
        ("Трассов Фёдор Макетович, мастер, выехал.", "Трассов Фёдор Макетович, мастер, выехал."),
        ("«Дом культуры» работает.", "«Дом культуры» работает."),
        ("С уважением к жителям. " + "а" * 400, "С уважением к жителям. " + "а" * 400),
        ("Мы с уважением ждём.", "Мы с уважением ждём."),
        ("", ""),
    ],
)  # fmt: skip
def test_the_authors_own_frame_is_cut(text, body):
    assert strip_frame(text) == body
    assert strip_frame(body) == body


def test_a_salutation_to_our_service_makes_no_draft():
    assert read("Уважаемая служба!\nПринято в работу", drafting=True).kind is MeaningKind.accept
    assert opening("Уважаемая служба!\nУважаемый Лев Ильич!") == "salutation"


@pytest.mark.parametrize("prefix", ["МЦУ> ", "М> ", "> "])
@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize(
    ("own", "kind"),
    [("Согласовано", MeaningKind.approve), ("На дороботку: нет даты", MeaningKind.return_)],
)
def test_a_mail_of_the_bat_says_what_its_author_added(prefix, above, own, kind):
    ours = ["", SEPARATOR, "", "Проект ответа:", "Вернуть: не так", "Отбой", "МЦУ, служба писем"]
    quoted = ["Вы писали 23 ноября 2026 г., 10:15:", "", *(prefix + line for line in ours)]
    parts = [[own], quoted] if above else [quoted, [own]]
    body = "\n\n".join("\n".join(part) for part in (["Здравствуйте, МЦУ."], *parts))
    mail = EmailMessage()
    mail["From"] = "trassov@okrug.example"
    mail["X-Mailer"] = "The Bat! (v9.1) Professional"
    signature = "\n\n-- \nС уважением,\n Трассов      mailto:trassov@okrug.example\n"
    mail.set_content(body + signature)

    said = new_text(read_mail(mail.as_bytes()))

    assert read(said.text).kind is kind


def test_a_letter_that_grows_in_lower_case_shifts_nothing():
    assert read("İ İ: не то\nСогласовано").kind is MeaningKind.note
    assert read("Исполнитель: İванов, срочно").name == "İванов"


def test_invisible_characters_and_odd_spaces_do_not_matter():
    assert (
        read("\ufeffСогла\u00adсовано\u200b.\u00a0Замечаний\u202fнет").kind is MeaningKind.approve
    )


@given(st.text(), st.booleans())
def test_any_text_has_a_meaning(text, drafting):
    assert read_meaning(text, TODAY, drafting=drafting).kind in MeaningKind


RUSSIAN = st.text(alphabet="абвгдежзиклмнопрстуфхцчшщэюя ,.-", min_size=1, max_size=60)


@given(st.sampled_from(["Согласовано", "Не возражаю", "Замечаний нет", "ок"]), RUSSIAN)
def test_a_condition_never_approves(verdict, rest):
    assert read(f"{verdict}, если {rest}").kind not in {MeaningKind.approve, MeaningKind.weak}
    assert read(f"{verdict}, но {rest}").kind not in {MeaningKind.approve, MeaningKind.weak}


@given(
    st.sampled_from(["не ", "Не", "НЕ  ", "пока не "]), st.sampled_from(["согласовано", "согласен"])
)
def test_a_negated_approval_is_a_return(negation, verdict):
    assert read(negation + verdict).kind is MeaningKind.return_


@pytest.mark.parametrize(
    "text",
    [
        "Согласовано" + " " * 200_000 + "но",
        "ок " * 100_000,
        "Добрый день " * 50_000,
        "Ответ: " * 50_000,
        "Согласовано\n" + "1 " * 100_000,
        "Согласовано\n" + "1" * 100_000 + "x",
        "Согласовано\n" * 20_000,
        "«" * 100_000,
        "На доработку" + "\n " * 100_000 + "точка",
        "Не наше " + "передать " * 50_000,
        "№ " + "1/" * 100_000,
        "Нужно время " + "до " * 50_000,
        "Связались: " + "1" * 180,
        "Аннулировать " + "№ " * 100_000,
        "Аннулировать " + "1-" * 100_000,
        "письмо " * 50_000 + "аннулировать",
        "зарегистрировано за " * 20_000,
        "зарегистрировано" + "а" * 100_000,
        "Правка от руки: " + "на " * 100_000,
        "Правка от руки: было " + "стало, " * 50_000,
        "Правка от руки: " + "-" * 100_000,
        "Правка от руки:\n" + "а → б\n" * 5_000,
        "№ 345 " + "точка " * 50_000,
    ],
)
def test_a_hostile_text_is_read_in_linear_time(text):
    assert read(text).kind in MeaningKind
    assert read_meaning(text, TODAY, numbering=True).kind in MeaningKind
    assert isinstance(strip_frame(text), str)

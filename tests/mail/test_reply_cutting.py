from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.mail.reply import SEPARATOR, cut

ATTRIBUTIONS = [
    "16.03.2026 10:15, МЦУ пишет:",
    "пн, 16 мар. 2026 г. в 10:15, МЦУ <mcu@city.test>:",
    "пн, 16 мар. 2026 г. в 10:15, Муниципальный центр управления\n<mcu@city.test>:",
    "16 марта 2026\u202fг., в 10:15, МЦУ <mcu@city.test> написал(а):",
    "Понедельник, 16 марта 2026, 10:15 +03:00 от МЦУ <mcu@city.test>:",
    '16.03.2026, 10:15, "МЦУ" <mcu@city.test>:',
    "10:15, 16 марта 2026 г., МЦУ <mcu@city.test>:",
    "On Mon, Mar 16, 2026 at 10:15 AM MCU <mcu@city.test> wrote:",
    "В Пн, 16/03/2026 в 10:15 +0300, МЦУ пишет:",
    "МЦУ писал(а) 2026-03-16 10:15:",
    "Вы писали 16 марта 2026 г., 10:15:15:",
    "-----Исходное сообщение-----",
    "-------- Исходное сообщение --------\nОт: МЦУ\nДата: 16.03.2026 10:15",
    "-------- Пересылаемое сообщение --------",
    "____________________\nОт: МЦУ <mcu@city.test>\nОтправлено: 16 марта 2026 г. 10:15\nКому: И",
    "From: MCU <mcu@city.test>\nSent: Monday, March 16, 2026 10:15 AM\nTo: Petrov\nSubject: x",
    "*От:* МЦУ <mcu@city.test>\n*Дата:* пн, 16 мар. 2026\n*Кому:* Петров",
    "От: МЦУ\n\nОтправлено: 16 марта 2026 г. 10:15\n\nКому: Петров\n\nТема: x",
    "От/From: МЦУ <mcu@city.test>\nОтправлено/Sent: 16.03.2026 10:15\nКому/To: П\nТема/Subject: x",
    "----- Переслано: Петров/OKRUG от 16.03.2026 10:20 -----",
    "Начало переадресованного сообщения:",
    "В письме от 16 марта 2026 г. 10:15:00 Вы написали:",
    "МЦУ писал(a) 16.03.2026 10:15:",
    "16 марта 2026, 10:15, «МЦУ» <mcu@city.test>",
    "-- Сообщение от: МЦУ <mcu@city.test>, 16 марта 2026 г. 10:15 --",
    "Вкл. 16 мар. 2026 г., 10:15 +0300, МЦУ <mcu@city.test>, писал:",
    SEPARATOR,
    "— Пишите ответ выше\nэтой строки —",
    "*— Пишите ответ выше этой строки —*",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("prefix", ["", "> ", ">"])
def test_an_unmarked_or_marked_quotation_is_cut_at_its_attribution(attribution, prefix):
    quoted = "\n".join(prefix + line for line in ["Здравствуйте!", "", "Согласовано"])
    said = cut(f"Вернуть: нет визы\n\n{attribution}\n{quoted}")
    assert (said.text, said.quoted) == ("Вернуть: нет визы", True)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_reply_without_own_words_says_nothing(attribution):
    assert cut(f"\n\n{attribution}\nЗдравствуйте!\n\nСогласовано").text == ""


MARKED_ONLY = [
    "Цитирование МЦУ <mcu@city.test>:",
    '"МЦУ" mcu@city.test – 16 марта 2026 г., 10:15',
    "16.03.2026 10:15, МЦУ:",
    "Центр управления, 16.03.2026 10:15:",
    "Сообщение от 16.03.2026 10:15, МЦУ:",
    "* МЦУ <mcu@city.test> [2026-03-16 10:15:00 +0300]:",
]


@pytest.mark.parametrize("attribution", MARKED_ONLY)
@pytest.mark.parametrize("mark", ["> ", "| "])
def test_an_attribution_that_says_little_counts_above_a_marked_quotation(attribution, mark):
    said = cut(f"Вернуть: нет визы\n\n{attribution}\n{mark}Согласовано\n{mark}МЦУ\n\nP.S. Срок")
    assert said.text == "Вернуть: нет визы\nP.S. Срок"


def test_a_quoted_separator_leaves_the_answers_below_it():
    said = cut(f"> {SEPARATOR}\n> Когда ремонт?\n\nВ мае.\n\n> Кто?\n\nМУП.")
    assert said.text == "В мае.\nМУП."


OWN_WORDS = [
    "Сведения:\nОт: ООО «Ромашка»\nКому: отдел ЖКХ\nТема: вывоз мусора\nРассмотрено.",
    "Заявительница писала 12.03.2026 в 10:15:\nо яме на дороге\nмеры приняты",
    "Ф.И.О.: ______________\nне заполнено",
    "Это письмо согласовано с юристами.",
    "Отправлено через Почту России заказным письмом.",
    "Отправлено вручную 14:20",
    "Отправлено из СЭД заявителю.",
    "Отправлено с помощью Госпочты 24.11.2026",
    "С уважением отношусь к мнению юристов, но прошу исправить.",
    "Исполнитель:\n\nПетров И. П.",
    "Связались: 16.03.2026, 10:15, телефон",
    "Подрядчик определён.\n\nНижний Новгород",
    "Внимание! Срок завтра.",
    "| яма | Ленина |",
    "Добрый день!\n\nНачальник участка      П.П. Сомов",
    "Здравствуйте, коллеги!\n\nСомов П.П.",
    "Первая часть.\n\n---\n\nВторая часть ответа, в которой сказано, что ещё сделано на улице.",
    "Исп.: Сомов П.П.",
    "Снег убран 24.11.2026 в 10:15:\nул. Лесная",
    "--- 24.11.2026 ---\nулица расчищена",
]


@pytest.mark.parametrize("text", OWN_WORDS)
def test_own_words_that_look_like_quotation_or_signature_stay(text):
    assert cut(text).text == text


SIGNATURES = [
    "-- \nПетров",
    "--\nПетров\nотдел ЖКХ",
    "С уважением,\nПетров И.П.\nначальник отдела",
    "с уважением Петров И.П.",
    "С наилучшими пожеланиями,\nПетров",
    "Отправлено с iPhone",
    "Отправлено из мобильного приложения Яндекс Почты",
    "Получить Outlook для iOS<https://aka.ms/x>",
    "Sent from my Galaxy",
    "Иванова Ольга Сергеевна\n\nведущий специалист\n\nтел. (48431) 2-11-42",
    "Петров И.П.",
    "Настоящее сообщение конфиденциально и предназначено только адресату.\nУдалите его.",
    "[cid:image001.png@01D]",
    "Без вирусов. www.avast.com",
    "С ув., Петров",
    "---\nПетров\nотдел ЖКХ",
    "Исп. Петров\n2-00-00",
    "Начальник отдела              И.П. Петров",
    "Отправлено из VK WorkSpace",
    "Отправлено из Nine",
    "Отправлено с помощью Aqua Mail для Android\nhttps://www.aqua.test/mail",
    "Заместитель главы\nпо жизнеобеспечению          И.П. Петров",
    "Иван Петров\nзам. главы",
    "Отправлено с помощью защищённой почты Proton Mail.",
    "Простите за краткость, создано в K-9 Mail.",
    "Если Вы получили это сообщение по ошибке, удалите его.",
    "Пожалуйста, подумайте об окружающей среде, прежде чем печатать это письмо.",
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_signatures_footers_and_disclaimers_are_cut_off_but_kept(signature):
    said = cut(f"Согласовано\n\n{signature}")
    assert said.text == "Согласовано"
    assert said.signature.split() == signature.split()
    assert not said.quoted


@pytest.mark.parametrize("condition", ["P.S. После визы юриста", "Но только после визы юриста."])
def test_a_condition_below_the_signature_is_not_lost(condition):
    said = cut(f"Согласовано\n\nС уважением,\nПетров И.П.\n\n{condition}")
    assert said.text == f"Согласовано\n\n{condition}"


SENT = "Здравствуйте!\nПросим согласовать ответ.\nВопрос 1. Когда ремонт?\nВопрос 2. Кто подрядчик?"
HEADER = "От: МЦУ <mcu@city.test>\nОтправлено: 16.03.2026 10:15\nКому: Петров\nТема: x\n\n"
ANSWERED = SENT.replace("ремонт?\n", "ремонт?\nВ мае.\n") + "\nМУП."


def test_answers_inside_an_unmarked_quotation_need_the_letter_we_sent():
    assert cut(HEADER + ANSWERED).text == ""
    assert cut(HEADER + ANSWERED, sent_text=SENT).text == "В мае.\nМУП."
    below = cut("Ответы ниже.\n\n" + HEADER + ANSWERED, sent_text=SENT).text
    assert below == "Ответы ниже.\nВ мае.\nМУП."


def test_words_above_the_quotation_are_the_answer_and_nothing_inside_is_added():
    assert cut("Вернуть: нет визы\n\n" + HEADER + ANSWERED, sent_text=SENT).text == (
        "Вернуть: нет визы"
    )


def test_an_older_letter_below_ours_is_never_an_answer():
    older = "\n\nОт: Петров <p@city.test>\nОтправлено: 15.03.2026 9:00\nТема: x\n\nСогласовано"
    assert cut(HEADER + SENT + older, sent_text=SENT).text == ""


def test_another_letter_than_ours_gives_no_answers():
    assert cut(HEADER + "Согласовано\nГлава", sent_text=SENT).text == ""


@given(st.text(max_size=300))
def test_any_text_is_cut_into_its_own_lines(text):
    said = cut(text, sent_text=text)
    assert "\n\n\n" not in said.text
    assert said.text == said.text.strip("\n")


@given(
    st.lists(st.sampled_from(["Да", "> нет", "", "-- ", "От: a@b", "пишет:", "16.03.2026 10:15"]))
)
def test_prefixed_lines_never_come_back(lines):
    assert "нет" not in cut("\n".join(lines)).text


@pytest.mark.parametrize(
    "piece",
    [
        "On ",
        "От:\n",
        "От: a@b 16.03.2026 10:15\n",
        ">",
        "16.03.2026 10:15, x\n",
        "a@",
        "С уважением\n",
    ],
)
def test_large_hostile_texts_are_cut(piece):
    assert len(cut(piece * 20_000, sent_text="a b\n" * 1_000).text) <= 20_000 * len(piece)

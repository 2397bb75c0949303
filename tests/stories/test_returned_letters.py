"""A letter comes back with a reason, and goes up again as another version."""

from __future__ import annotations

import pytest

from mcu_mail.rehearsal.people import text_of
from mcu_mail.service.cards import what_changed
from tests.stories.office_day import ANSWER, CONTACT, OTHER_ANSWER

REASON = "укажите, до какого дома расчищено"


def test_the_department_head_returns_what_his_executor_wrote(day):
    day.executor_drafts()
    day.reply("uzhtr_head", f"На доработку: {REASON}", "09:10")
    assert day.asked() == [("draft", "uzhtr_deputy")]
    assert REASON in day.told("uzhtr_deputy")
    assert "Коммунальцев О.П." in day.told("uzhtr_deputy")
    # The deputy head of the okrug has never heard of the case.
    assert set(day.got) == {"uzhtr_head", "uzhtr_deputy"}
    assert day.mails("dep_life") == []
    assert day.events("approved") == []


def test_the_deputy_returns_and_the_new_version_begins_with_what_changed(day):
    first = day.drafted()
    day.reply("dep_life", f"На доработку: {REASON}", "09:10")
    assert set(day.got) == {"dep_life", "roads_head"}
    assert REASON in day.told("roads_head")
    assert ANSWER.split(".")[0] in day.told("roads_head")  # the old text is there to be mended
    day.reply("roads_head", OTHER_ANSWER, "09:20")
    assert set(day.got) == {"dep_life"}
    second = day.last("dep_life")
    words = text_of(second)
    assert words.index("Что изменилось в варианте 2") < words.index("проверьте ответ")
    assert "– было «25.», стало «31.»" in words
    assert "– было «проведена.», стало «проведена дважды.»" in words
    assert str(second["Message-ID"]) != str(first["Message-ID"])
    # The record of contact was not asked for a second time.
    assert day.case().version == 2
    assert day.reasons() == []


def test_a_first_version_says_nothing_of_changes(day):
    assert "Что изменилось" not in text_of(day.drafted())


def test_approvals_start_anew_for_a_new_version(day):
    day.executor_drafts()
    day.press("uzhtr_head", "Согласовать", "09:10")
    old = day.last("dep_life")
    day.reply("dep_life", f"Не согласовано, {REASON}", "09:20")
    day.reply("uzhtr_deputy", OTHER_ANSWER, "09:30")
    # The head approved the first version only: he is asked again, the deputy not yet.
    assert day.asked() == [("approve", "uzhtr_head")]
    assert set(day.got) == {"uzhtr_head"}
    day.reply("dep_life", "Согласовано", "09:35", to=old)
    assert day.moved == set()
    day.press("uzhtr_head", "Согласовать", "09:40")
    day.press("dep_life", "Согласовать", "09:50")
    versions = [(event.actor, event.data["version"]) for event in day.events("approved")]
    assert versions == [("uzhtr_head", 1), ("uzhtr_head", 2), ("dep_life", 2)]
    assert day.case().step == "sign"


def test_the_head_returns_by_the_word_of_his_reception(day):
    day.approved()
    assert day.files("На подпись") == ["2026-000001 Ответ.docx", "2026-000001 Ответ.pdf"]
    day.press("registry", "Глава не подписал", "09:30", added=REASON)
    assert day.files("На подпись") == []
    assert day.asked() == [("draft", "roads_head")]
    assert REASON in day.told("roads_head")
    assert "Тестов П.П." in day.told("roads_head")
    assert [event.data["reason"] for event in day.events("head_returned")] == [REASON]
    day.reply("roads_head", OTHER_ANSWER, "09:40")
    assert day.asked() == [("approve", "dep_life")]
    assert day.files("На подпись") == []


def test_the_reception_is_asked_for_the_reason_of_the_head(day):
    day.approved()
    day.reply("registry", "Глава вернул", "09:30")
    assert day.moved == set()
    assert day.reasons() == ["no_reason"]
    assert set(day.got) == {"registry"}
    assert len(day.files("На подпись")) == 2


def test_the_head_s_approval_by_mail_replaces_no_signature(day):
    day.approved()
    day.reply("registry", "Согласовано", "09:30")
    assert day.moved == set()
    assert "скан" in day.told("registry")


@pytest.mark.parametrize("words", ["На доработку", "Не согласовано.", "Вернуть\n\nС уважением"])
def test_a_return_without_a_reason_is_held_until_the_reason_comes(day, words):
    day.drafted()
    day.reply("dep_life", words, "09:10")
    assert day.moved == set()
    assert set(day.got) == {"dep_life"}
    assert day.reasons() == ["no_reason"]
    assert "На доработку: причина" in day.told("dep_life")
    day.reply("dep_life", f"На доработку: {REASON}", "09:20")
    assert day.case().step == "draft"
    assert [event.data["reason"] for event in day.events("returned")] == [REASON]


def test_the_record_of_contact_may_be_repeated_with_the_new_version(day):
    day.drafted()
    day.reply("dep_life", f"На доработку: {REASON}", "09:10")
    day.reply("roads_head", f"{OTHER_ANSWER}\n{CONTACT}", "09:20")
    assert day.asked() == [("approve", "dep_life")]
    assert CONTACT not in day.letter(2).text


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("раз два три", "раз два три", ()),
        ("раз два три", "раз  два\nтри", ()),
        ("раз два три четыре", "раз два пять четыре", ("было «три», стало «пять»",)),
        ("раз два три", "раз два три четыре", ("добавлено: «четыре»",)),
        ("раз два три четыре", "раз два четыре", ("убрано: «три»",)),
        ("раз два три", "совсем другой текст", ("текст написан заново",)),
    ],
)
def test_changes_are_told_in_words(before, after, told):
    assert what_changed(before, after) == told


def test_many_changes_are_told_in_three_short_lines():
    before = [f"слово{n}" for n in range(100)]
    after = [f"новое{n}" if n % 10 == 5 else word for n, word in enumerate(before)]
    told = what_changed(" ".join(before), " ".join(after))
    assert len(told) == 3
    assert told[-1] == "и ещё мест с правкой: 8"
    long = what_changed("а " * 50 + "б " * 100, "а " * 50 + "в " * 100)
    assert all(len(line) <= 160 for line in long)

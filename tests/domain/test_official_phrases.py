"""Phrases of officials, one a line: a wrong reading is never allowed, a plain one is understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.domain.verdicts import MeaningKind, read_meaning

TODAY = date(2026, 11, 23)
SAFE = frozenset({"weak", "conditional", "note", "question", "empty"})
"""Meanings that move nothing: the person is asked."""
NO_MISREADING = frozenset({"contact_only", "addressing"})
"""Only a record: taken for one, a note decides nothing."""


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """One phrase with the meanings it may have."""

    who: str
    text: str
    kinds: frozenset[str]
    plain: bool

    def read(self) -> str:
        """The name of the meaning that is read in this situation."""
        drafting, numbering = self.who == "dra", self.who == "cle"
        return read_meaning(self.text, TODAY, drafting=drafting, numbering=numbering).kind.value

    def is_understood(self) -> bool:
        """Whether what is read is what was meant."""
        kind = self.read()
        return kind in self.kinds or ("safe" in self.kinds and kind in SAFE)

    def is_misread(self) -> bool:
        """Whether something would be done that the person did not mean."""
        return not self.is_understood() and self.read() not in SAFE | NO_MISREADING


def phrases() -> list[Phrase]:
    """The phrases of the file beside this one."""
    found = []
    for line in Path(__file__).with_name("official_phrases.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            what, text = line.split(" : ", maxsplit=1)
            who, kinds = what.split()
            found.append(
                Phrase(
                    who=who,
                    text=text.replace("\\n", "\n"),
                    kinds=frozenset(kinds.rstrip("!").split("/")),
                    plain=kinds.endswith("!"),
                )
            )
    return found


PHRASES = phrases()


def test_no_phrase_is_read_as_something_that_was_not_meant():
    assert [item for item in PHRASES if item.is_misread()] == []
    assert len(PHRASES) >= 550


def test_nearly_every_plain_phrase_is_understood(record_property):
    plain = Counter(item.who for item in PHRASES if item.plain)
    missed = [item for item in PHRASES if item.plain and not item.is_understood()]
    record_property("figures", f"{plain.total() - len(missed)} of {plain.total()} understood")

    assert len(missed) <= plain.total() // 50
    assert set(plain) == {"app", "dra", "coo", "dis", "cle"}


APPROVALS = [item.text for item in PHRASES if item.kinds == {"approve"} and "\n" not in item.text]
DOUBTS = """
Но дата не та
Исправьте дату
Хотя подождите
Если успеете до вечера
А дата верная?
Только уберите последний абзац
При условии что фото заменят
Дату надо поправить
После проверки юристом
Кроме второго абзаца
Проверьте фамилию
Дом 14 вместо 12
Позвоните мне сначала
Нет, лучше вернуть
Отправку отложите до понедельника
В тексте опечатка
Перепутаны улицы
Юрист ещё не смотрел
Согласуйте с Трассовым
Смущает второй абзац
Дата Неверна
Согласовывал Иванов
Отправит Трассов
Илья Макетович Против
Юристу
Адрес Старый
ДАТА НЕВЕРНА
На ваше усмотрение
Год не тот
Правки во вложении
https://disk.yandex.ru/i/x1
Пусть сначала Трассов посмотрит
Я бы дождалась фото
Не отправляйте
Отбой
""".strip().splitlines()
GLUES = [
    ". ",
    ", ",
    "\n",
    "\n\n",
    " – ",
    "! ",
    "\nС уважением, Добрынина В.Ш.\n",
    "\n--\nДобрынина\n",
]


@given(st.sampled_from(APPROVALS), st.sampled_from(GLUES), st.sampled_from(DOUBTS))
def test_a_sentence_of_doubt_after_an_approval_never_approves(approval, glue, doubt):
    text = approval.rstrip(".!") + glue + (doubt if glue != ", " else doubt.lower())

    assert read_meaning(text, TODAY).kind is not MeaningKind.approve


@given(
    st.sampled_from(APPROVALS),
    st.sampled_from([">", "> ", ">> ", "> > ", " > "]),
    st.sampled_from(["", "Добрый день!\n", "\n"]),
)
def test_a_quoted_line_decides_nothing(approval, mark, before):
    text = "\n".join(f"{mark}{line}" for line in (before + approval).splitlines())

    assert read_meaning(before + text, TODAY).kind.value in SAFE


PUT_IN = ["если", "но", "не", "кроме", "при условии", "только", "хотя", "пока", "почти", "вместо"]
PLAINEST = [item for item in APPROVALS if "за " not in item]
"""Without thanks for something: «спасибо за когда работу» nobody writes."""


@given(st.sampled_from(PLAINEST), st.integers(0, 8), st.sampled_from(PUT_IN))
def test_a_word_of_condition_anywhere_in_an_approval_never_approves(approval, place, word):
    words = approval.split()
    text = " ".join([*words[:place], word, *words[place:]])

    assert read_meaning(text, TODAY).kind is not MeaningKind.approve


BEFORE = [
    "не",
    "пока не",
    "если",
    "когда",
    "почему не",
    "кем",
    "завтра",
    "вчера",
    "Трассов:",
    "ещё",
]
WORDS = [
    "согласовано",
    "согласен",
    "согласую",
    "утверждаю",
    "одобрено",
    "не возражаю, если поправите",
]


@given(
    st.sampled_from(BEFORE), st.sampled_from(WORDS), st.sampled_from(["", ".", " уже", "?", " ли"])
)
def test_a_negation_a_condition_or_a_question_never_approves(before, word, after):
    assert read_meaning(f"{before} {word}{after}", TODAY).kind is not MeaningKind.approve
    assert read_meaning(f"{word}{after or ','} {before} сказал", TODAY).kind is not (
        MeaningKind.approve
    )


@pytest.mark.parametrize("name", sorted(kind.value for kind in MeaningKind))
def test_every_meaning_has_a_stable_name_of_lower_case_words(name):
    assert name.replace("_", "").isalpha()
    assert name == name.lower()

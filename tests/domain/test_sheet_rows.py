"""One reply answers many rows: each is decided by what was plainly said of it, or stays open."""

from __future__ import annotations

import itertools
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcu_mail.domain.meaning import MeaningKind
from mcu_mail.domain.row_words import numbers_of
from mcu_mail.domain.sheet_rows import SheetReply, Why, read_sheet
from tests.domain.test_official_phrases import DOUBTS, GLUES

TODAY = date(2026, 11, 23)
EVERYTHING = frozenset(MeaningKind)

LINES = Path(__file__).with_name("sheet_replies.txt").read_text("utf-8").splitlines()
TABLE = [line for line in LINES if line and not line.startswith("#")]
_TOKEN = re.compile(r"\?\w+(?::[\d,-]+)?|\w+:[\d,-]+(?:=(?:(?!\s\w+:[\d])(?!\s\?).)*)?")


def read(text: str, rows: int = 9, **fits: frozenset[MeaningKind]) -> SheetReply:
    allowed = {row: fits.get(f"row{row}", EVERYTHING) for row in range(1, rows + 1)}
    return read_sheet(text, rows=rows, fits=allowed, today=TODAY)


def kinds(reply: SheetReply) -> dict[int, str]:
    return {row: meaning.kind.value for row, meaning in reply.decided}


@pytest.mark.parametrize("line", TABLE)
def test_a_reply_to_a_sheet_decides_the_rows_it_names_and_no_other(line):
    rows, rest = line.split("|", 1)
    text, expected = rest.rsplit("|", 1)
    reply = read(text.replace("⏎", "\n"), int(rows))
    decided: dict[int, str] = {}
    reasons: dict[int, str] = {}
    unread: set[tuple[str, int]] = set()
    for token in _TOKEN.findall(expected):
        kind, _, named = token.partition(":")
        named, _, reason = named.partition("=")
        numbers = (numbers_of(named) if named else None) or ()
        if kind.startswith("?"):
            unread |= {(kind[1:], row) for row in numbers or (0,)}
        else:
            decided |= dict.fromkeys(numbers, kind)
            reasons |= dict.fromkeys(numbers, reason) if reason else {}
    assert kinds(reply) == decided
    assert {row: dict(reply.decided)[row].reason for row in reasons} == reasons
    left = {(one.why.value, row) for one in reply.unread for row in (*one.rows, 0)}
    assert unread <= left
    assert bool(reply.unread) == bool(unread)


APPROVALS = frozenset({MeaningKind.approve, MeaningKind.return_})
PUBLISHING = frozenset({MeaningKind.published, MeaningKind.return_, MeaningKind.close})


def test_a_verdict_that_does_not_fit_a_row_is_reported_and_the_others_count():
    reply = read("Опубликовано 1-3", 3, row2=APPROVALS)
    assert kinds(reply) == {1: "published", 3: "published"}
    assert [(one.why, one.rows) for one in reply.unread] == [(Why.does_not_fit, (2,))]


def test_everything_agreed_takes_the_rows_it_fits():
    reply = read("Все согласовано", 3, row1=APPROVALS, row2=PUBLISHING, row3=APPROVALS)
    assert kinds(reply) == {1: "approve", 3: "approve"}
    assert reply.unread == ()
    reply = read("Все согласовано", 1, row1=PUBLISHING)
    assert kinds(reply) == {}
    assert [one.why for one in reply.unread] == [Why.does_not_fit]


def test_a_span_over_a_row_that_is_agreed_alone_gives_it_what_it_asks_for():
    text = "опубликовано 1-7, 9; вернуть 8: нет фото; согласовано 2"
    reply = read(text, row2=APPROVALS)
    published = dict.fromkeys((1, 3, 4, 5, 6, 7, 9), "published")
    assert kinds(reply) == {**published, 2: "approve", 8: "return"}
    assert [(one.why, one.rows) for one in reply.unread] == [(Why.does_not_fit, (2,))]
    reply = read(text)
    assert 2 not in kinds(reply)
    assert [(one.why, one.rows) for one in reply.unread] == [(Why.conflict, (2,))]


def test_a_row_with_a_reason_in_two_places_is_returned_for_both():
    reply = read("Вернуть 3: нет фото\nВернуть 3: нет даты", 5)
    assert [(row, one.reason) for row, one in reply.decided] == [(3, "нет фото\nнет даты")]


def test_what_comes_with_a_row_is_kept():
    reply = read("3: опубликовано 20.11 в 14:20 https://vk.example/1, решено", 5)
    meaning = dict(reply.decided)[3]
    assert (meaning.name, meaning.reason) == ("решено", "https://vk.example/1")
    assert (str(meaning.until), str(meaning.at)) == ("2026-11-20", "14:20:00")


VERDICTS = {
    "approve": ("согласовано", "утверждаю", "замечаний нет"),
    "published": ("опубликовано", "размещено", "решено"),
    "return": ("вернуть", "на доработку", "отклонить"),
    "close": ("закрыть",),
}
REASONS = ("нет фото", "укажите 2 подъезда", "дом 14, а не 12", "не указан срок до 10.12")
assignments = st.dictionaries(
    st.integers(1, 12), st.sampled_from(sorted(VERDICTS)), min_size=1, max_size=12
)


@st.composite
def replies(draw: st.DrawFn) -> tuple[dict[int, tuple[str, str]], str]:
    """What a person means of some rows, and one way to write it."""
    meant = draw(assignments)
    shape = draw(st.sampled_from(["{v} {r}", "{r} {v}", "{r} – {v}", "№ {r}: {v}", "{v}: {r}"]))
    glue = draw(st.sampled_from(["; ", "\n", ";\n", ".\n"]))
    said: list[str] = []
    truth: dict[int, tuple[str, str]] = {}
    for kind in draw(st.permutations(sorted(set(meant.values())))):
        rows = sorted(row for row, one in meant.items() if one == kind)
        word = draw(st.sampled_from(VERDICTS[kind]))
        spelt = draw(st.sampled_from([str.lower, str.upper, str.capitalize]))(word)
        groups = [rows] if draw(st.booleans()) else [[row] for row in rows]
        for group in groups:
            named = draw(st.sampled_from([", ", " и "])).join(map(str, group))
            if len(group) > 2 and group == list(range(group[0], group[-1] + 1)):
                named = draw(st.sampled_from(["{}-{}", "{}–{}", "с {} по {}"])).format(
                    group[0], group[-1]
                )
            asks = kind in {"return", "close"}
            reason = draw(st.sampled_from(REASONS)) if asks else ""
            used = "{r}: {v}" if named.startswith("с") and shape.startswith("№") else shape
            if reason and used == "{v}: {r}":
                used = "{v} {r}"
            said.append(used.format(v=spelt, r=named) + (f": {reason}" if reason else ""))
            truth |= dict.fromkeys(group, (kind, reason))
    return truth, draw(st.sampled_from(["", "Добрый день!\n"])) + glue.join(said)


@settings(max_examples=60)
@given(replies())
def test_what_a_person_means_of_each_row_is_what_is_read(drawn):
    truth, text = drawn
    reply = read(text, 12)
    found = {row: (one.kind.value, one.reason.rstrip(".")) for row, one in reply.decided}
    assert found == truth, text
    assert reply.unread == ()


WORDS = st.sampled_from(
    ["согласовано", "вернуть", "опубликовано", "нет фото", "1", "2-4", "3, 5", "все", "кроме 2",
     "остальные", "не", "но", ":", ";", ",", ".", "\n", "и", "ок", "?", "завтра", "№", "да",
     "первый", "пять", "с 1 по 3", "на доработку", "срок 10.12", "ЦУР согласовал", "решено",
     "(", ")"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=14))
def test_no_row_is_decided_twice_or_without_being_named(words):
    text = " ".join(words)
    reply = read(text, 6)
    rows = [row for row, _ in reply.decided]
    assert rows == sorted(set(rows))
    assert set(rows) <= set(range(1, 7))
    if not {"все", "остальные", "кроме 2"} & set(words):
        named = {
            *(n for n in range(1, 7) if re.search(rf"(?<!\d){n}(?!\d)", text)),
            *({2, 3, 4} if "2-4" in words else ()),
            *({1, 2, 3} if "с 1 по 3" in words else ()),
            *({1} if "первый" in words else ()),
            *({5} if "пять" in words else ()),
        }
        assert set(rows) <= named, text


@given(st.text(alphabet="абвгдеж ,.;:-–()!1234", max_size=80))
def test_words_that_decide_nothing_are_handed_back(text):
    reply = read(f"Дорога {text}", 4)
    assert reply.decided == ()
    assert "Дорога" in "\n".join(one.words for one in reply.unread)


@given(
    st.sampled_from(["Согласовано 1-3", "1-3 согласовано", "Все согласовано", "1: согласовано"]),
    st.sampled_from(GLUES),
    st.sampled_from(DOUBTS),
)
def test_a_sentence_of_doubt_after_rows_never_approves_them(approval, glue, doubt):
    reply = read(approval + glue + (doubt if glue != ", " else doubt.lower()))
    assert "approve" not in kinds(reply).values()


@pytest.mark.parametrize("last", ["Отбой", "Стоп!", "не отправляйте", "Ошиблась, подождите"])
@pytest.mark.parametrize("glue", [". ", "\n", "; ", "!\n\n"])
def test_a_recall_anywhere_takes_the_whole_reply_back(last, glue):
    reply = read(f"Согласовано 1-3\nВернуть 4: нет фото{glue}{last}")
    assert reply.decided == ()
    assert [one.why for one in reply.unread] == [Why.recall]


REMARKS = ("дату везде поправьте", "но сначала покажите юристу", "подождите", "Хотя нет")


@settings(max_examples=40)
@given(replies(), st.sampled_from(REMARKS))
def test_a_remark_about_nobody_knows_what_holds_every_approval(drawn, remark):
    truth, text = drawn
    reply = read(f"{text}\n\n{remark}", 12)
    assert "approve" not in kinds(reply).values(), text
    assert set(kinds(reply)) <= set(truth)


@pytest.mark.parametrize(
    "text",
    [
        "согласовано " + "1, " * 6_000,
        "1, " * 6_000 + "согласовано",
        "вернуть 1: " + "нет, " * 4_000,
        "1 согласовано, " * 1_300,
        "\n".join(["1 согласовано"] * 1_400),
        "все кроме " * 1_900,
        "один " * 4_000,
        "1 да согласовано, " * 1_100,
        "все без исключения согласовано, " * 600,
        "кажется, 1 и вернуть 2: нет, по 3 отвечу, " * 470,
        "1-" * 9_000,
        "x" * 100_000,
    ],
)
def test_a_hostile_reply_is_read_soon(text):
    assert set(kinds(read(text))) <= set(range(1, 10))


VERBS = ("Согласовано", "вернуть", "опубликовано", "пойдёт", "ок", "закрыть", "в работу", "срок")
WHICH = (
    *("все", "остальные", "оба", "первые", "последняя", "строки", "№ 2", "2026-000123", "по"),
    *("1", "1, 2", "3-5", "с 1 по 4", "первый", "пять", "12", ", кроме 1", "кроме 2 и 3", "без 2"),
    *("за исключением 1", ", а 4 нет", "(1)", ": 3", "- 4", "только 1", "", ""),
)
WHY = (": нет фото", "(нет даты)", "двоеточие нет фото", "спасибо", "14:20", "25.11", "?", "", "")
ENDS = (";", ",", ".", "\n", " и ", " ", "–", "!")
SAID = st.builds(
    "{} {} {}{}".format, *(st.sampled_from(one) for one in (VERBS, WHICH, WHY, ENDS))
) | st.builds("{} {} {}{}".format, *(st.sampled_from(one) for one in (WHICH, VERBS, WHY, ENDS)))


def test_each_phrase_alone_is_read():
    for verb, which, why in itertools.product(VERBS, WHICH, WHY):
        for said in (f"{verb} {which} {why}", f"{which} {verb} {why}"):
            assert all(1 <= row <= 6 for row in kinds(read(said, 6))), said


@given(st.lists(SAID, max_size=5), st.integers(1, 9))
def test_whatever_is_written_is_read_and_only_rows_that_are_there_are_decided(said, rows):
    reply = read("".join(said), rows)
    decided = [row for row, _ in reply.decided]
    assert sorted(set(decided)) == sorted(decided)
    assert all(1 <= row <= rows for row in decided)

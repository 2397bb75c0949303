"""Orders of the dispatcher about threats and about matters of other places."""

from __future__ import annotations

import pytest

from mcu_mail.domain.concerns import concerns_in
from mcu_mail.domain.desk_words import OrderKind, read_order

ORDERS = [
    ("Переслать: администрации Образцового округа", "forward", "администрации Образцового округа"),
    ("Переслать по принадлежности: в администрацию", "forward", "в администрацию"),
    ("переслать администрации Образцового округа.", "forward", "администрации Образцового округа"),
    ("Направить: министерству", "forward", "министерству"),
    ("Перенаправить по компетенции – министерству", "forward", "министерству"),
    ("Добрый день! Переслать двоеточие министерству", "forward", "министерству"),
    ("Переслать", "forward", ""),
    ("Наше", "ours", ""),
    ("Это наш вопрос.", "ours", ""),
    ("Назначить: Трассов", "name", "Трассов"),
    ("Поручить Трассову", "name", "Трассову"),
    ("Передано в полицию: дежурный, 07:20", "handed_over", "дежурный, 07:20"),
    ("передано в 112, 07:20", "handed_over", "07:20"),
    ("Передано в полицию/112: 07:20", "handed_over", "07:20"),
    ("Передано полиции: сержант", "handed_over", "сержант"),
    ("Передано в полицию", "handed_over", ""),
    ("Это обычное сообщение", "ordinary", ""),
    ("Обычное", "ordinary", ""),
    ("Новое", "open_new", ""),
    ("Открыть дело", "open_new", ""),
    ("Новое дело\n\nС уважением,\nПисьменнова А.П.", "open_new", ""),
]
NO_ORDERS = [
    "Наше? Не уверена",
    "Наше, но надо уточнить",
    "Не наше",
    "Это обычное сообщение, но лучше позвонить",
    "Переслать или нет?",
    "Передано",
    "Передали в полицию?",
    "Передать: дороги",
    "Новое расписание автобусов",
    "Не переслать",
    "Позвоню и отвечу",
    "",
]


@pytest.mark.parametrize(("text", "kind", "words"), ORDERS)
def test_an_order_is_read_with_its_words(text, kind, words):
    order = read_order(text)
    assert order is not None
    assert (order.kind, order.words) == (OrderKind(kind), words)


@pytest.mark.parametrize("text", NO_ORDERS)
def test_what_is_not_plainly_an_order_is_none(text):
    assert read_order(text) is None


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("Не чистят снег, сил больше нет", ()),
        ("Я не хочу больше жить", ("suicide",)),
        ("Если не почините, я вас всех убью", ("threat",)),
        ("Сосед угрожает ножом", ("threat",)),
        ("В подъезде пахнет газом", ("danger",)),
        ("Жить стало веселее, бьёт фонтан", ()),
        ("Снег убьёт урожай", ()),
    ],
)
def test_words_that_want_a_person_at_once(text, flags):
    assert tuple(concern.flag for concern in concerns_in(text)) == flags

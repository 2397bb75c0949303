"""What is put up keeps the salutation that a letter would bring by itself."""

from __future__ import annotations

import pytest

from mcu_mail.domain.drafts import words_to_publish

BODY = "Тротуар очищен 24.11.2026, следующая очистка – 26.11.2026."


@pytest.mark.parametrize(
    ("text", "published"),
    [
        (f"Уважаемая Алиса!\n{BODY}", f"Уважаемая Алиса!\n{BODY}"),
        (f"Уважаемая Алиса! {BODY}", f"Уважаемая Алиса!\n{BODY}"),
        (f"Ответ: Уважаемый Марк Борисович!\n{BODY}", f"Уважаемый Марк Борисович!\n{BODY}"),
        (f"Уважаемые жители!\n{BODY}\nС уважением, Трассов", f"Уважаемые жители!\n{BODY}"),
        (f"Добрый день!\nОтвет: {BODY}", BODY),
        (BODY, BODY),
        ("", ""),
    ],
)
def test_only_the_citizens_salutation_stays(text: str, published: str) -> None:
    assert words_to_publish(text) == published

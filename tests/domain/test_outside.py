"""A place outside the okrug: flagged only when the address plainly says so."""

import pytest

from mcu_mail.domain.notice import Notice
from mcu_mail.domain.outside import elsewhere, marked_outside

OWN = ("Тяжинский МО", "Итатский территориальный отдел", "тяжин", "тяжинск", "кубитет", "листвянк")


@pytest.mark.parametrize(
    ("address", "text", "place"),
    [
        ("г. Мариинск, ул. Ленина, 10", "Не чистят дорогу к вокзалу.", "Мариинск"),
        ("Кемеровская область, г. Кемерово, пр. Советский, 60", "Снег.", "Кемерово"),
        ("Тисульский муниципальный округ, с. Ивановка", "Нет воды.", "Тисульский"),
        ("Яйский р-н, д. Сосновка", "", "Яйский"),
        # Not sure: our own place, a village of unknown okrug, a street named after a town.
        ("г. Тяжинск, ул. Опытная, 3", "", None),
        ("пгт Тяжинский, ул. Мариинская, 5", "", None),
        ("с. Неизвестное, ул. Лесная, 1", "", None),
        ("Кемеровская область – Кузбасс, Тяжинский м.о., пгт Тяжинский", "", None),
        ("Тяжинский муниципальный округ", "", None),
        # The applicant lives elsewhere, the matter is ours.
        ("г. Кемерово, ул. Ленина, 1", "На кладбище в Кубитете не чистят дорогу.", None),
        (None, "г. Мариинск", None),
    ],
)
def test_only_a_plain_address_is_outside(address: str | None, text: str, place: str | None) -> None:
    assert elsewhere(address, text, OWN) == place


def test_a_notice_from_outside_is_marked_once_with_its_reason() -> None:
    notice = Notice(track="governor", address="г. Мариинск", text="Снег.", flags=("danger",))

    marked = marked_outside(marked_outside(notice, OWN), OWN)

    assert marked.flags == ("danger", "outside")
    assert marked.rules["outside"] == "address: Мариинск"

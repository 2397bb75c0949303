"""The files of the library of template answers: filled, or named with what is wrong with them."""

from __future__ import annotations

import pytest

from mcu_mail.mail.library import SAMPLE, filled, library_faults
from mcu_mail.settings.template_set import SHIPPED, read_templates

TOPICS = {"snow", "roads", "lights", "garbage", "dogs", "water"}


def test_the_shipped_library_can_be_used():
    files = read_templates(SHIPPED).files
    assert library_faults(files, TOPICS) == ()
    assert sum(path.startswith("answers/") for path in files) >= len(TOPICS)
    assert "first_replies/general.txt" in files


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("answers/snow/a.txt", "Снег\nСрок {{ dueue }}".encode(), "«dueue»"),
        ("answers/snow/a.txt", "Снег\nСрок {{ due".encode(), "ошибка в записи"),
        ("answers/snow/a.txt", "Снег\nубран".encode("cp1251"), "UTF-8"),
        ("answers/snow/a.txt", "Снег".encode(), "первая строка – название"),
        ("answers/nothing/a.txt", "Снег\nубран".encode(), "«nothing»"),
        ("answers/snow/a.docx", b"PK", ".txt"),
        ("first_replies/nothing.txt", "Здравствуйте!".encode(), "«nothing»"),
        ("first_replies/snow.txt", b"", "не даёт текста"),
    ],
)
def test_a_fault_is_told_with_its_file(path, content, words):
    (fault,) = library_faults({path: content}, TOPICS)
    assert fault.startswith(f"templates/{path}: ")
    assert words in fault


def test_a_value_is_never_a_template_itself():
    hostile = {**SAMPLE, "applicant": "{{ address }}{% for one in address %}x{% endfor %}"}
    assert filled("{{ applicant }}", hostile) == hostile["applicant"]
    assert filled("{{ applicant.__class__ }}", SAMPLE) is None
    assert filled("{{ nobody }}", SAMPLE) is None

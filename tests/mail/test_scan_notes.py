"""Every refusal of a file says in plain Russian what was seen and what to do next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcu_mail.documents.scan import ScanFault
from mcu_mail.mail.wording_samples import NOTES
from tests.mail.test_wording import OFFICE

HOUSE = Path(__file__).resolve().parents[2]
SAMPLES = [one for one in NOTES["scan_refused"] if one["phone_name"]]
# Names of files and kinds of files are all that may stand in Latin letters.
LATIN_ALLOWED = re.compile(r"\.?\b(?:Scan0007|pdf|PDF|JPG|PNG|TIFF|BMP|HEIC|WEBP|sig|txt)\b")
NEXT_STEP = re.compile(
    r"^1\. .*(?:сканируйте|Положите|Сохраните|Скопируйте|Напечатайте|Проверьте|Подпишите|"
    r"Найдите|Начните|Делать ничего не нужно)",
    re.MULTILINE,
)


@pytest.mark.parametrize("context", SAMPLES, ids=lambda one: one["reason"])
def test_a_note_is_short_russian_and_has_a_next_step(context):
    note = OFFICE.note("scan_refused", **context)
    assert NEXT_STEP.search(note), note
    assert len(note) < 700
    assert max(len(line) for line in note.splitlines()) < 230
    latin = re.findall(r"[A-Za-z_]+", LATIN_ALLOWED.sub("", note))
    assert latin == [], "no English and no code words"


def test_every_reason_that_the_service_gives_has_its_own_words():
    written = "".join(
        (HOUSE / "mcu_mail/service" / name).read_text(encoding="utf-8")
        for name in ("scans.py", "signed_copy.py")
    )
    reasons = {fault.value for fault in ScanFault}
    reasons |= set(re.findall(r'(?:reason=|return |if mixed else )"([a-z_]+)"', written)) - {
        "unknown"
    }
    assert {"unsigned", "own_print", "signature_alone", "no_code_in_batch"} <= reasons
    other = OFFICE.note("scan_refused", **{**SAMPLES[0], "reason": "other"})
    for reason in reasons:
        note = OFFICE.note("scan_refused", **{**SAMPLES[0], "reason": reason})
        assert note != other, reason
        assert any(one["reason"] == reason for one in SAMPLES), reason

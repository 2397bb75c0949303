"""Whether a signature belongs to a file is told from digests, whatever the signature looks like."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_mail.documents import esign_reading
from mcu_mail.documents.esign import (
    Signature,
    is_signature_name,
    pairs,
    read_embedded,
    read_signature,
)
from tests.documents.letters_to_scan import letter
from tests.documents.signatures_to_read import OWNER, embedded, sample, signature_of

FILE = sample("signed.txt")


def read(signature: bytes, file: bytes | None) -> Signature:
    found = read_signature(signature, file)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "kind", "owner"),
    [
        ("detached.sig", "detached", OWNER),
        ("base64.sig", "detached", OWNER),
        ("pem.sig", "detached", OWNER),
        ("attached.sig", "attached", OWNER),
        ("streebog512.sgn", "detached", "Макетова Анна Образцовна"),
        ("sha256.p7s", "detached", "Образцов Иван Макетович"),
    ],
)
def test_a_signature_is_told_from_one_of_another_file(name, kind, owner):
    found = read(sample(name), FILE)
    assert (found.kind, found.belongs, found.first.owner) == (kind, True, owner)
    assert datetime.fromisoformat(found.first.signed_at).tzinfo is not None
    assert found.first.valid_from < found.first.valid_to
    for other in (FILE + b"\n", FILE.replace(b"file", b"File"), b""):
        assert read(sample(name), other).belongs is False


def test_the_certificate_is_named_by_its_number():
    assert read(sample("detached.sig"), FILE).first.serial == "1A111F"


def test_of_two_signers_the_one_who_signed_this_file_counts():
    found = read(sample("two_signers.sig"), FILE)
    assert len(found.signers) == 2
    assert found.belongs is True
    assert read(sample("two_signers.sig"), b"another").belongs is False


def test_an_attached_signature_gives_the_file_out():
    found = read(sample("attached.sig"), None)
    assert (found.inner, found.belongs) == (FILE, True)
    spoiled = sample("attached.sig").replace(b"the file that", b"the fine that")
    assert read(spoiled, None).belongs is False


def test_a_detached_signature_without_its_file_tells_nothing_of_it():
    found = read(sample("detached.sig"), None)
    assert (found.belongs, found.inner) == (None, None)


def test_streebog_in_python_is_the_same_as_by_openssl(monkeypatch):
    digests = {}
    for name in ("detached.sig", "streebog512.sgn"):
        with monkeypatch.context() as patched:
            patched.setattr(shutil, "which", lambda _: None)
            esign_reading.digest_of.cache_clear()
            told, _ = esign_reading.of_cms(sample(name), FILE)
            digests[name] = told["signers"][0]["belongs"]
    assert digests == {"detached.sig": True, "streebog512.sgn": True}


def test_a_signature_inside_a_pdf_covers_its_bytes():
    found = read_embedded(embedded(letter()))
    assert found is not None
    assert (found.kind, found.belongs) == ("embedded", True)
    changed = read_embedded(embedded(letter(), changed=True))
    assert changed is not None
    assert changed.belongs is False


def test_what_was_added_after_the_signature_was_not_signed():
    added = embedded(letter()) + b"\n901 0 obj\n(more)\nendobj\n" + letter()[-60:]
    found = read_embedded(added)
    assert found is not None
    assert found.belongs is False


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no signature",
        b"0" * 90,
        b"\x30\x82\xff\xff" + b"\x30" * 5000,
        b"-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n",
        b"\x30\x80" * 3000,
        letter(),
    ],
)
def test_what_is_no_signature_is_none(content):
    assert read_signature(content, FILE) is None
    assert read_embedded(content) is None


@given(st.data())
def test_spoiled_signatures_never_say_yes_of_another_file(data):
    spoiled = bytearray(sample("sha256.p7s"))
    for _ in range(data.draw(st.integers(1, 10))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    told: dict[str, Any] = {}
    with contextlib.suppress(Exception):  # the guarded process calls it no signature
        told, _ = esign_reading.of_cms(bytes(spoiled), b"another file")
    assert not any(one["belongs"] for one in told.get("signers", ()))


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["x.pdf", "x.pdf.sig"], {(0, 1)}),
        (["x.sig", "X.PDF"], {(1, 0)}),
        (["x.pdf.p7s", "y.pdf", "x.pdf"], {(1, None), (2, 0)}),
        (["a.sgn"], {(None, 0)}),
        (["x.pdf", "x.pdf.sig", "x.sig"], {(0, 1), (None, 2)}),
        (["x.jpg", "y.pdf.sig", "z.pdf"], {(0, None), (2, None), (None, 1)}),
        ([], set()),
    ],
)
def test_files_and_their_signatures_find_each_other_by_name(names, wanted):
    assert set(pairs(names)) == wanted


@given(st.lists(st.from_regex(r"[abc]\.(pdf|sig|pdf\.sig|jpg)", fullmatch=True), unique=True))
def test_every_file_stands_in_one_pair(names):
    found = [place for pair in pairs(names) for place in pair if place is not None]
    assert sorted(found) == list(range(len(names)))
    for file, signature in pairs(names):
        assert file is None or not is_signature_name(names[file])
        assert signature is None or is_signature_name(names[signature])


def test_nothing_of_ours_says_that_a_signature_is_valid():
    house = Path(__file__).resolve().parents[2]
    files = [*house.glob("mcu_mail/**/*.py"), *house.glob("templates/**/*.j2")]
    assert len(files) > 100
    for path in files:
        text = path.read_text(encoding="utf-8").lower()
        assert "подпись действительна" not in text, path.name
        assert "подпись верна" not in text, path.name


def _gost_openssl() -> bool:
    openssl = shutil.which("openssl")
    if openssl is None:
        return False
    done = subprocess.run([openssl, "engine", "gost"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.office
def test_a_fresh_signature_by_gost_of_a_letter_is_read(tmp_path):
    if not _gost_openssl():
        if os.environ.get("MCU_MAIL_REQUIRE_PEERS"):
            pytest.fail("libengine-gost-openssl is required here")
        pytest.skip("no GOST engine for openssl")
    (tmp_path / "letter.pdf").write_bytes(letter())
    subject = "/CN=Администрация Примерного округа/SN=Тестов/GN=Пётр Петрович"
    request = (
        "req -x509 -engine gost -newkey gost2012_256 -pkeyopt paramset:A -nodes -utf8 -days 30"
        " -keyout key.pem -out cert.pem -subj"
    )
    for words in (
        [*request.split(), subject],
        [
            "cms",
            "-sign",
            "-engine",
            "gost",
            "-signer",
            "cert.pem",
            "-inkey",
            "key.pem",
            "-in",
            "letter.pdf",
            "-binary",
            "-outform",
            "DER",
            "-md",
            "md_gost12_256",
            "-out",
            "letter.sig",
        ],
    ):
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)
    found = read((tmp_path / "letter.sig").read_bytes(), letter())
    assert (found.belongs, found.first.owner) == (True, OWNER)
    assert read((tmp_path / "letter.sig").read_bytes(), letter() + b" ").belongs is False


def test_a_signature_made_for_a_letter_belongs_to_it_alone():
    for gost in (False, True):
        assert read(signature_of(letter(), gost=gost), letter()).belongs is True
        assert read(signature_of(letter(), gost=gost), letter(version=3)).belongs is False

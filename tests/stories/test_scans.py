"""What the clerk drops into «Подписано»: taken whatever its name, or refused with a plain word."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents.folder import MARKER, Folder
from mcu_mail.documents.readback import read_pdf
from mcu_mail.domain.codes import PrintMark
from mcu_mail.domain.codes import print_payload as payload
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.service.rounds import Rounds
from tests.stories.signed_letter import (
    NUMBER,
    OURS,
    REGION,
    Prepared,
    at,
    attached,
    bring_to_sign,
    cases,
    clerk,
    copies,
    deputy,
    dispatcher,
    head,
    kinds,
    listing,
    note_of,
    register,
    subjects,
    tell,
    the_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcu_mail.rehearsal.postoffice import PostOffice
    from mcu_mail.rehearsal.stage import Stage


@pytest.fixture
def stage(waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice) -> Iterator[Stage]:
    """An office in which one letter waits for the head."""
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        yield stage


def as_png(jpeg: bytes) -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(jpeg)).save(out, "PNG")
    return out.getvalue()


def blank(words: str = "чужая бумага") -> bytes:
    """A PDF that is no letter of ours."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawString(100, 700, "no letter")
    canvas.drawString(100, 680, words.encode("ascii", "ignore").decode())
    canvas.save()
    return out.getvalue()


def with_qr(*texts: str) -> bytes:
    """A PDF with a QR of each text on a page of its own."""
    import segno

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for text in texts:
        png = io.BytesIO()
        segno.make(text, micro=False).save(png, kind="png", scale=6)
        png.seek(0)
        from reportlab.lib.utils import ImageReader

        canvas.drawImage(ImageReader(png), 100, 400, 150, 150)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def joined(*files: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    for one in files:
        writer.append(io.BytesIO(one))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(pdf))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def electronically_signed(pdf: bytes) -> bytes:
    """The PDF with a signature dictionary appended, as a signing program does."""
    trailer = b"\n99 0 obj\n<</Type/Sig/ByteRange [0 100 200 300] /Contents <00>>>\nendobj\n"
    # The old cross-reference table stays valid for what stood before.
    start = pdf.rindex(b"startxref")
    return pdf + trailer + pdf[start:]


def untouched(stage: Stage) -> None:
    """No number was spent, nothing was sent, the letter still waits for the head."""
    assert register(stage) == ()
    assert copies(stage) == [0, 0]
    assert the_case(stage).step == "sign"
    assert f"{NUMBER} Ответ.pdf" in listing(stage, Folder.TO_SIGN)


def refused_as(stage: Stage, name: str, content: bytes, when: str = "16:40") -> str:
    """Drop a file that is to be refused; its note."""
    stage.drop(name, content)
    assert stage.play(at(stage, when)) == ()
    stem = name.rpartition(".")[0]
    assert listing(stage, Folder.SIGNED) == []
    kept = stage.desk.folders.base / Folder.REFUSED / name
    assert kept.read_bytes() == content
    note = note_of(stage, stem)
    assert dispatcher.name.split()[1] in note
    return note


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("Scan0001.PDF", lambda pdf: sign_and_scan(pdf, grey=True, dpi=150)),
        ("без имени и расширения", lambda pdf: sign_and_scan(pdf, grey=True, dpi=150)),
        ("IMG_20261123.jpg", lambda pdf: sign_and_scan(pdf, as_image=True)),
        ("скан.png", lambda pdf: as_png(sign_and_scan(pdf, as_image=True, grey=True, dpi=150))),
        ("вверх ногами.pdf", lambda pdf: sign_and_scan(pdf, turn=180, grey=True, dpi=150)),
        (
            "на боку.pdf",
            lambda pdf: sign_and_scan(pdf, turn=90, skew_degrees=-2.5, grey=True, dpi=150),
        ),
        ("2025-000777 чужое имя.pdf", lambda pdf: sign_and_scan(pdf, grey=True, dpi=150)),
        ("№ 777 – не наш.pdf", lambda pdf: sign_and_scan(pdf, grey=True, dpi=150)),
    ],
)
def test_a_scan_is_known_by_its_code_whatever_its_name(
    stage: Stage, name: str, make: Callable[[bytes], bytes]
) -> None:
    stage.drop(name, make(stage.to_sign(NUMBER)))
    assert stage.play(at(stage, "16:40")) == ()

    assert the_case(stage).state.value == "closed"
    (entry,) = register(stage)
    assert (entry.number, entry.state) == ("01-12/1", "sent")
    assert copies(stage) == [1, 1]
    assert listing(stage, Folder.SIGNED) == listing(stage, Folder.REFUSED) == []
    assert any("Скан" in one for one in listing(stage, "Отправлено/2026"))
    sent = attached(stage.mails(REGION[0])[0])["Ответ 01-12-1.pdf"]
    assert not read_pdf(sent).lacks(["01-12/1"]), "number and date are stamped on the scan"


def test_an_electronically_signed_letter_goes_out_byte_for_byte(stage: Stage) -> None:
    signed = electronically_signed(stage.to_sign(NUMBER))
    stage.drop(f"{NUMBER} подписано ЭП.pdf", signed)
    stage.play(at(stage, "16:40"))

    for address in REGION:
        assert attached(stage.mails(address)[0])["Ответ 01-12-1.pdf"] == signed
    kept = stage.desk.folders.base / "Отправлено/2026"
    assert (kept / f"{NUMBER} Ответ.pdf").read_bytes() == signed
    assert (kept / f"{NUMBER} Скан.pdf").read_bytes() == signed


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("пустой.pdf", b"", "файл пустой"),
        ("письмо.pdf", "Это просто текст, а не скан.\n".encode() * 9, "не скан"),
        ("таблица.xlsx", b"PK\x03\x04" + b"x" * 900, "не скан"),
        ("бумага.pdf", blank(), "не найден код"),
        ("реклама.pdf", with_qr("https://example.example/promo"), "не от нашего письма"),
        ("сломан.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n", "поврежд"),
    ],
)
def test_what_is_no_letter_is_refused_in_plain_words(
    stage: Stage, name: str, content: bytes, word: str
) -> None:
    note = refused_as(stage, name, content)
    assert word in note
    assert name in note
    untouched(stage)
    stage.play(at(stage, "16:45"))
    assert len(listing(stage, Folder.REFUSED)) == 2, "refused once, with one note"


def test_a_locked_pdf_is_refused_and_says_why(stage: Stage, waiting_letter: Prepared) -> None:
    assert "паролем" in refused_as(stage, "скан.pdf", locked(waiting_letter.scan))
    untouched(stage)


def test_an_old_version_is_refused_and_the_new_one_named(
    stage: Stage, waiting_letter: Prepared
) -> None:
    asked = stage.mails(clerk.address)
    with stage.desk.store.view() as view:
        (request,) = view.requests.open_of_case(1)
        (message,) = (one for one in view.queue.of_case(1) if one.request_id == request.id)
    del asked
    from email import message_from_bytes
    from email.policy import default

    mail = message_from_bytes(stage.desk.store.files.get(message.raw), policy=default)
    tell(stage, clerk, mail, "Глава вернул: уточнить дату повторной уборки", "13:30")
    stage.play(at(stage, "13:31"))
    assert listing(stage, Folder.TO_SIGN) == [], "the old version cannot be signed any more"
    text = (
        "Улица Образцовая расчищена 23.11.2026 автогрейдером. Повторная уборка назначена на "
        "26.11.2026, ход работ на контроле отдела дорожного хозяйства."
    )
    tell(stage, head, stage.mails(head.address)[-1], f"Ответ: {text}", "14:00")
    stage.play(at(stage, "14:01"))
    from mcu_mail.rehearsal.people import press

    approve = press(deputy, stage.mails(deputy.address)[-1], "Согласовать", at(stage, "14:10"))
    stage.post.deliver(OURS, approve)
    stage.play(at(stage, "14:11"))
    assert the_case(stage).version == 2

    note = refused_as(stage, "старый.pdf", waiting_letter.scan)
    assert "старый вариант 1" in note
    assert "Нужен вариант 2" in note
    untouched(stage)
    stage.drop("новый.pdf", sign_and_scan(stage.to_sign(NUMBER), grey=True, dpi=150))
    stage.play(at(stage, "17:00"))
    assert register(stage)[0].number == "01-12/1"
    assert the_case(stage).state.value == "closed"


def test_a_case_that_does_not_exist_and_a_code_never_issued(stage: Stage) -> None:
    with stage.desk.store.view() as view:
        letter = view.letters.get(1, 1)
    assert letter is not None
    foreign = PrintMark(case="2026-000777", version=1, page=1, code=letter.print_code)
    note = refused_as(stage, "чужое дело.pdf", with_qr(payload(foreign)))
    assert "дела 2026-000777 нет" in note
    invented = PrintMark(case=NUMBER, version=1, page=1, code="A" * 16)
    note = refused_as(stage, "подделка.pdf", with_qr(payload(invented)))
    assert "код печати другой" in note
    untouched(stage)


def test_the_same_file_again_and_a_scan_after_sending(
    stage: Stage, waiting_letter: Prepared
) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    stage.play(at(stage, "16:40"))
    note = refused_as(stage, "ещё раз.pdf", waiting_letter.scan, "16:45")
    assert "уже есть" in note
    printed = stage.desk.store
    with printed.view() as view:
        letter = view.letters.get(1, 1)
    assert letter is not None
    assert letter.pdf is not None
    other = sign_and_scan(printed.files.get(letter.pdf), seed=7, grey=True, dpi=150)
    note = refused_as(stage, "другой скан.pdf", other, "16:50")
    assert NUMBER in note
    assert len(register(stage)) == 1
    assert copies(stage) == [1, 1]


def test_a_scan_without_a_code_is_taken_when_its_name_begins_with_the_case(
    stage: Stage,
) -> None:
    stage.drop(f"{NUMBER} скан.pdf", blank())
    assert stage.play(at(stage, "16:40")) == ()
    assert register(stage)[0].state == "sent"
    assert "signed" in kinds(stage)


def test_paper_and_note_call_a_version_by_one_word(stage: Stage) -> None:
    assert read_pdf(stage.to_sign(NUMBER)).lacks([f"{NUMBER}, вариант 1"]) == ()


def test_a_name_that_cannot_help_is_told_why_and_not_asked_for_again(
    stage: Stage, waiting_letter: Prepared
) -> None:
    stage.drop("2026-000777 скан.pdf", blank())
    stage.drop("скан.pdf", waiting_letter.scan)
    stage.play(at(stage, "16:10"))
    assert "дела 2026-000777 нет" in note_of(stage, "2026-000777 скан")

    stage.drop(f"{NUMBER} ещё скан.pdf", blank())
    stage.play(at(stage, "16:20"))
    note = note_of(stage, f"{NUMBER} ещё скан")
    assert "уже не нужна" in note
    assert "Начните имя" not in note


def test_a_note_leaves_with_its_file(stage: Stage, waiting_letter: Prepared) -> None:
    refused = stage.desk.folders.base / Folder.REFUSED
    stage.drop("пусто.pdf", b"")
    stage.drop("битый.pdf", b"%PDF-1.4 nothing")
    (stage.desk.folders.base / Folder.SIGNED / "папка").mkdir()
    stage.play(at(stage, "16:00"))
    assert {"пусто.pdf", "пусто – НЕ ПРИНЯТ.txt"} <= set(listing(stage, Folder.REFUSED))
    (refused / "пусто.pdf").unlink()
    (refused / "Заметка канцелярии.txt").write_text("своё", encoding="utf-8")

    stage.drop("скан.pdf", waiting_letter.scan)
    stage.play(at(stage, "16:10"))

    assert listing(stage, Folder.REFUSED) == [
        "Заметка канцелярии.txt",
        "битый – НЕ ПРИНЯТ.txt",
        "битый.pdf",
        "папка – НЕ ПРИНЯТ.txt",
    ]


def test_a_telephones_picture_without_a_code_is_taken_by_its_name_too(stage: Stage) -> None:
    picture = Path(__file__).parents[1] / "documents" / "data" / "corners.heic"
    stage.drop(f"{NUMBER} скан.heic", picture.read_bytes())
    stage.play(at(stage, "16:40"))
    assert register(stage)[0].number == "01-12/1"


def test_a_name_of_an_unknown_case_makes_no_letter_of_a_blank_page(stage: Stage) -> None:
    note = refused_as(stage, "2026-000777 скан.pdf", blank())
    assert "не найден код" in note
    untouched(stage)


def test_a_damaged_file_is_not_taken_for_its_name(stage: Stage) -> None:
    for name, content in ((f"{NUMBER} а.pdf", b""), (f"{NUMBER} б.pdf", b"not a pdf" * 90)):
        refused_as(stage, name, content)
    untouched(stage)


def test_a_two_page_letter_needs_both_pages(stage: Stage) -> None:
    with stage.desk.store.work() as work:
        letter = work.letters.get(1, 1)
        assert letter is not None
        work.letters.rendered(letter.id, {"pages": 2})
        work.commit()
    first = PrintMark(case=NUMBER, version=1, page=1, code=letter.print_code)
    second = PrintMark(case=NUMBER, version=1, page=2, code=letter.print_code)
    note = refused_as(stage, "первая.pdf", with_qr(payload(first)))
    assert "нет страниц: 2" in note
    note = refused_as(stage, "вторая.pdf", with_qr(payload(second)))
    assert "нет страниц: 1" in note
    note = refused_as(stage, "дважды первая.pdf", with_qr(payload(first), payload(first)))
    assert "нет страниц: 2" in note
    untouched(stage)
    stage.drop("обе, не по порядку.pdf", with_qr(payload(second), payload(first)))
    stage.play(at(stage, "16:50"))
    assert register(stage)[0].state == "sent"


def test_several_scans_at_once_take_the_numbers_in_a_row(
    stage: Stage, waiting_letter: Prepared
) -> None:
    others = [bring_to_sign(stage, day="2026-11-24", serial=serial) for serial in (2, 3)]
    for number in others:
        stage.drop(
            f"скан {number[-1]}.pdf", sign_and_scan(stage.to_sign(number), grey=True, dpi=150)
        )
    stage.drop("скан 1.pdf", waiting_letter.scan)
    stage.drop("лишнее.pdf", blank())
    stage.play("2026-11-24 13:10")

    assert sorted(entry.number for entry in register(stage)) == ["01-12/1", "01-12/2", "01-12/3"]
    assert sorted(entry.n for entry in register(stage)) == [1, 2, 3]
    assert {case.state.value for case in cases(stage)} == {"closed"}
    assert copies(stage) == [3, 3]
    assert listing(stage, Folder.REFUSED) == ["лишнее – НЕ ПРИНЯТ.txt", "лишнее.pdf"]


# --- files that are no files --------------------------------------------------------------------


def test_links_folders_and_files_of_programs_are_left_alone(
    stage: Stage, waiting_letter: Prepared, tmp_path: Path
) -> None:
    place = stage.desk.folders.base / Folder.SIGNED
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(waiting_letter.scan)
    (place / "ссылка.pdf").symlink_to(outside)
    (place / "папка.pdf").mkdir()
    (place / "папка.pdf" / "скан.pdf").write_bytes(waiting_letter.scan)
    for name in (".hidden", "~$скан.pdf", "Thumbs.db", "скан.pdf.part", "скан.tmp"):
        (place / name).write_bytes(waiting_letter.scan)
    before = listing(stage, Folder.SIGNED)
    assert stage.play(at(stage, "16:40")) == ()

    assert listing(stage, Folder.SIGNED) == before
    # What is no file at all is named to the clerk; files of programs are nobody's business.
    assert listing(stage, Folder.REFUSED) == [
        "папка.pdf – НЕ ПРИНЯТ.txt",
        "ссылка.pdf – НЕ ПРИНЯТ.txt",
    ]
    assert outside.read_bytes() == waiting_letter.scan
    untouched(stage)


def test_a_half_copied_scan_is_left_alone_until_it_is_whole(
    stage: Stage, waiting_letter: Prepared
) -> None:
    path = stage.desk.folders.base / Folder.SIGNED / "скан.pdf"
    half = waiting_letter.scan[: len(waiting_letter.scan) // 2]
    for part in (half, half + b"\0" * len(half)):
        path.write_bytes(part)
        assert stage.play(at(stage, "16:40")) == ()
        assert path.read_bytes() == part
        assert listing(stage, Folder.REFUSED) == []
        untouched(stage)

    path.write_bytes(waiting_letter.scan)
    stage.play(at(stage, "16:45"))
    assert register(stage)[0].state == "sent"
    assert listing(stage, Folder.REFUSED) == []


def test_a_copy_that_never_ends_is_refused_after_half_an_hour_of_the_real_clock(
    stage: Stage, waiting_letter: Prepared
) -> None:
    path = stage.desk.folders.base / Folder.SIGNED / "скан.pdf"
    path.write_bytes(waiting_letter.scan[:20_000])
    stage.play("2026-11-24 08:00")
    assert path.exists(), "the played moment says nothing about the age of a file"

    old = path.stat().st_mtime - 31 * 60
    os.utime(path, (old, old))
    stage.play("2026-11-24 08:01")
    assert not path.exists()
    assert "не до конца" in note_of(stage, "скан")
    untouched(stage)


def test_a_file_that_is_still_growing_is_not_read(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office, {"folders.settle_seconds": 600})
    with stage.opened():
        path = stage.desk.folders.base / Folder.SIGNED / "скан.pdf"
        path.write_bytes(waiting_letter.scan)
        rounds = Rounds(desk=stage.desk, played=True)
        rounds.one(at(stage, "16:40"))
        assert path.exists()
        untouched(stage)


# --- the share ----------------------------------------------------------------------------------


def test_an_unmounted_share_is_an_alarm_and_no_empty_folder(
    stage: Stage, waiting_letter: Prepared, tmp_path: Path
) -> None:
    base = stage.desk.folders.base
    stage.drop("скан.pdf", waiting_letter.scan)
    aside = tmp_path / "server"
    base.rename(aside)
    base.mkdir()
    rounds = Rounds(desk=stage.desk, played=True)
    rounds.start(at(stage, "16:00"))
    for moment in ("16:00", "16:05", "16:11", "16:20"):
        rounds.until_idle(at(stage, moment))
    assert rounds.health.faults.keys() == {"folder"}
    assert sum("папка" in one for one in subjects(stage, "it@okrug.example")) == 1
    assert sum("папка" in one for one in subjects(stage, dispatcher.address)) == 1
    assert list(base.iterdir()) == [], "nothing is written under a missing share"
    assert register(stage) == ()

    base.rmdir()
    aside.rename(base)
    rounds.until_idle(at(stage, "16:40"))
    assert rounds.health.faults == {}
    assert register(stage)[0].state == "sent"
    assert copies(stage) == [1, 1]


def test_a_start_does_not_make_a_new_share_where_the_old_one_is_missing(
    stage: Stage, waiting_letter: Prepared, post_office: PostOffice
) -> None:
    base = stage.desk.folders.base
    stage.play(at(stage, "13:30"))
    stage.close()
    shutil.rmtree(base)
    again = type(stage)(stage.folder, post_office, "пароль-от-ящика", waiting_letter.changes)
    try:
        assert again.play(at(again, "14:00")) == ("folder",)
        assert not (base / MARKER).exists()
    finally:
        again.close()


def test_a_letter_that_cannot_be_put_into_the_folder_yet_is_put_there_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcu_mail.documents.folder import Folders
    from mcu_mail.errors import TemporaryError

    def busy(*_: object) -> Path:
        raise TemporaryError("файл открыт в Word")

    with monkeypatch.context() as patched:
        patched.setattr(Folders, "publish", busy)
        number = bring_to_sign(stage, day="2026-11-24", serial=2)
        assert f"{number} Ответ.pdf" not in listing(stage, Folder.TO_SIGN)
    stage.play("2026-11-24 13:10")
    assert f"{number} Ответ.pdf" in listing(stage, Folder.TO_SIGN)
    assert the_case(stage, number).state.value == "open"


def test_a_task_that_failed_long_opens_its_case_again_when_it_succeeds(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcu_mail.documents.folder import Folders
    from mcu_mail.errors import TemporaryError

    def busy(*_: object) -> Path:
        raise TemporaryError("файл открыт в Word")

    with monkeypatch.context() as patched:
        patched.setattr(Folders, "publish", busy)
        number = bring_to_sign(stage, day="2026-11-24", serial=2)
        for minute in range(2, 30, 3):
            stage.play(f"2026-11-24 13:{minute:02}")
        assert the_case(stage, number).state.value == "aside"
        assert sum("папка" in one for one in subjects(stage, dispatcher.address)) == 1
    stage.play("2026-11-24 14:10")
    assert f"{number} Ответ.pdf" in listing(stage, Folder.TO_SIGN)
    assert the_case(stage, number).state.value == "open"

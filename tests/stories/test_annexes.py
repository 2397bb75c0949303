"""Photos and documents of an executor, all the way behind the letter to the region."""

from __future__ import annotations

import io
import re
from email.message import EmailMessage
from email.policy import SMTP

import docx
import pypdf
import pytest
from docx.shared import Cm

from mcu_mail.documents.marks import find_codes
from mcu_mail.documents.pages import open_pdf
from mcu_mail.documents.readback import read_pdf
from mcu_mail.domain.codes import read_payload
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.postoffice import PostOffice
from tests.conftest import DOMAIN, PASSWORD, USER
from tests.documents.annex_files import (
    CANARY,
    DOCX,
    HEIC,
    JPEG,
    PDF,
    heavy_pdf,
    noisy_photo,
    pdf,
    photo,
    turned,
    with_part,
    word,
)
from tests.stories.office_day import (
    ANSWER,
    CONTACT,
    DRAFT,
    LIGHTS,
    NATIVE,
    REGION,
    SERVICE,
    OfficeDay,
    code_of,
)
from tests.stories.signed_letter import attached

NUMBER = "2026-000001"


def shot(seed: int, name: str = "") -> tuple[str, str, bytes]:
    return name or f"IMG_2026112{seed}_0800.jpg", JPEG, photo(seed)


def pages(content: bytes) -> list[str]:
    return [" ".join(page.split()) for page in read_pdf(content).pages]


def sign(day: OfficeDay, at: str, *, whole: bool = False) -> None:
    """The clerk scans the signed letter: its own page, or all that was printed."""
    printed = day.stage.to_sign(NUMBER)
    chosen = None if whole else [0]
    day.stage.drop("Scan0001.pdf", sign_and_scan(printed, grey=True, dpi=150, pages=chosen))
    day.play(at)


def sent(day: OfficeDay) -> dict[str, bytes]:
    """What the region has got."""
    (mail,) = day.mails(REGION[0])
    return attached(mail)


def test_photos_of_two_mails_go_behind_the_letter_to_the_region(day):
    day.notice()
    day.reply("roads_head", "", "08:50", files=[shot(1, "До уборки.jpg"), shot(2)])
    assert "Текст ответа заявителю ещё ждём" in day.told("roads_head")
    day.reply("roads_head", DRAFT, "09:00", files=[shot(3)])
    assert "Фотографии, 2 л.: Фото 1. До уборки; Фото 2" in day.told("roads_head")
    asked = attached(day.last("dep_life"))[f"{NUMBER} Ответ.pdf"]
    letter, first, second = pages(asked)
    assert "Приложение: фотографии на 2 л. в 1 экз." in letter
    assert "Фото 1. До уборки" in first
    assert "Фото 2 " in f"{first} "
    assert "Приложение к письму 2026-000001, лист 2" in second
    assert CANARY not in asked
    day.press("dep_life", "Согласовать", "09:10")
    assert day.stage.to_sign(NUMBER) == asked
    assert "Приложения (2 л.) сканировать не нужно" in day.told("registry")
    sign(day, "10:00")
    files = sent(day)
    assert sorted(files) == ["Ответ 01-12-1.docx", "Ответ 01-12-1.pdf"]
    out = files["Ответ 01-12-1.pdf"]
    assert len(pages(out)) == 3
    assert "Фото 1. До уборки" in pages(out)[1]
    assert len(pages(day.stage.desk.store.files.get(day.letter(1).annex))) == 2


def test_one_answer_names_what_was_taken_and_what_was_refused_and_why(day):
    day.notice()
    files = [
        shot(1),
        (
            "отчёт.docm",
            "application/octet-stream",
            with_part(word("x"), "word/vbaProject.bin", b""),
        ),
        ("фото.zip", "application/zip", b"PK\x05\x06" + bytes(18)),
        ("съёмка.mp4", "video/mp4", b"\0\0\0\x18ftypmp42" + bytes(200)),
        ("smime.p7s", "application/pkcs7-signature", b"0\x82"),
        ("встреча.ics", "text/calendar", b"BEGIN:VCALENDAR"),
    ]
    day.reply("roads_head", "Фото во вложении", "08:50", files=files)
    assert len(day.got["roads_head"]) == 1
    told = day.told("roads_head")
    assert "Взято в приложение к ответу: – фото: 1 (IMG_20261121_0800.jpg)" in told
    assert "отчёт.docm – файл с макросами. Пришлите" in told
    assert "фото.zip – архив." in told
    assert "съёмка.mp4 – видео." in told
    assert "smime" not in told
    assert "встреча" not in told
    assert day.case().version == 0
    (event,) = day.events("annexes")
    assert (event.data["added"], event.data["refused"]) == (1, 3)


def test_only_a_logo_of_a_signature_leaves_a_mail_what_it_is(day):
    day.notice()
    logo = ("image001.png", "image/png", photo(7, 90, 60))
    day.reply("roads_head", "Трактор будет после обеда", "08:50", files=[logo])
    assert "сохранено как заметка" in day.told("roads_head")
    day.reply("roads_head", "", "08:52", files=[logo])
    assert "пришло пустым" in day.told("roads_head")
    assert day.events("annexes") == []


def test_a_small_photo_that_another_case_has_is_refused_by_name_and_not_in_silence(day):
    small = ("яма.jpg", JPEG, photo(1, 320, 240))
    day.notice()
    day.reply("roads_head", "", "08:50", files=[small])
    day.notice("09:00", LIGHTS)
    day.reply("uzhtr_head", "Фото во вложении", "09:10", files=[small])
    assert "яма.jpg – эта картинка уже была в письме по другому делу" in day.told("uzhtr_head")


def test_a_late_photo_makes_a_new_version_and_its_approver_is_asked_again(day):
    asked = day.drafted()
    task = day.mails("roads_head")[0]
    day.reply("roads_head", "", "09:05", to=task, files=[shot(1)])
    assert day.case().version == 2
    assert day.letter(2).text == day.letter(1).text
    assert day.asked() == [("approve", "dep_life")]
    assert "добавлено фото: 1" in day.told("dep_life")
    assert "Взято в приложение" in day.told("roads_head")
    day.reply("dep_life", "Согласовано", "09:10", to=asked)
    assert day.reasons() == ["old_version"]
    day.press("dep_life", "Согласовать", "09:12")
    assert day.case().step == "sign"
    assert len(pages(day.stage.to_sign(NUMBER))) == 2


def test_a_photo_after_all_approvals_is_not_added_and_its_sender_hears_what_to_do(day):
    day.approved()
    task = day.mails("roads_head")[0]
    day.reply("roads_head", "", "09:20", to=task, files=[shot(1)])
    assert day.moved == set()
    assert "уже согласовано" in day.told("roads_head")
    assert "Глава вернул" in day.told("roads_head")
    assert set(day.got) == {"roads_head"}
    assert day.letter(1).annex is None


def test_an_annex_taken_out_too_late_stays_and_its_sender_hears_what_to_do(day):
    day.approved()
    task = day.mails("roads_head")[0]
    day.reply("roads_head", "Убрать приложение 1", "09:20", to=task)
    told = day.told("roads_head")
    assert "приложения остались прежними" in told
    assert "файлы в него не вошли" not in told
    assert "Глава вернул" in told


def test_the_same_bytes_twice_are_one_annex(day):
    day.notice()
    day.reply("roads_head", "", "08:50", files=[shot(1), shot(1, "Двор.jpg")])
    day.reply("roads_head", "", "08:52", files=[shot(1)])
    assert "уже приложены" in day.told("roads_head")
    day.reply("roads_head", DRAFT, "09:00", files=[shot(1)])
    assert day.letter(1).annex_pages == 1


def test_an_annex_is_taken_out_by_a_line_of_a_mail(day):
    day.notice()
    act = ("Акт обследования.pdf", PDF, pdf("Акт"))
    day.reply("roads_head", "", "08:50", files=[shot(1), shot(2), act])
    day.reply("roads_head", "Убрать приложение 2", "08:52")
    assert "Убрано из приложения: – Акт обследования.pdf, 1 л." in day.told("roads_head")
    day.reply("roads_head", f"Убрать фото 1\n{DRAFT}", "09:00")
    assert day.letter(1).text == ANSWER
    assert day.letter(1).annex_pages == 1
    task = day.mails("roads_head")[0]
    day.reply("roads_head", "Без приложений", "09:05", to=task)
    assert day.case().version == 2
    assert day.letter(2).annex is None
    assert "убрано фото: 1" in day.told("dep_life")


def test_an_approval_on_condition_of_no_annexes_is_none(day):
    day.notice()
    day.reply("roads_head", DRAFT, "09:00", files=[shot(1)])
    day.reply("dep_life", "Согласовано\nБез приложений", "09:10")
    assert day.case().step == "approve_deputy"
    assert day.case().version == 1


def test_photos_of_a_colleague_are_shown_to_the_head_and_not_taken(day):
    day.notice()
    day.fresh("uzhtr_head", f"По делу {NUMBER}", "Вот снимки", "08:50", files=[shot(1)])
    assert day.events("annexes") == []
    assert set(day.got) == {"uzhtr_head", "roads_head"}
    assert "IMG_20261121_0800.jpg" in day.told("roads_head")


def test_photos_come_by_the_number_of_the_case_too(day):
    day.notice()
    day.fresh("roads_head", f"Фото по {NUMBER}", "", "08:50", files=[shot(1)])
    day.reply("roads_head", DRAFT, "09:00", to=day.mails("roads_head")[0])
    assert day.letter(1).annex_pages == 1


def test_a_photo_of_an_approver_makes_a_version_that_he_approves_himself(day):
    day.drafted()
    day.reply("dep_life", "", "09:05", files=[shot(1)])
    assert day.case().version == 2
    assert day.asked() == [("approve", "dep_life")]


def test_an_executors_photo_after_the_heads_approval_is_seen_by_the_head_first(day):
    day.executor_drafts()
    day.press("uzhtr_head", "Согласовать", "09:05")
    assert day.case().step == "approve_deputy"
    task = next(mail for mail in day.mails("uzhtr_deputy") if code_of(mail))
    day.reply("uzhtr_deputy", "", "09:07", to=task, files=[shot(1)])
    assert day.asked() == [("approve", "uzhtr_head")]
    assert "добавлено фото: 1" in day.told("uzhtr_head")


def test_a_file_beside_a_verdict_is_no_annex(day):
    day.drafted()
    day.reply("dep_life", "Согласовано", "09:05", files=[shot(1)])
    assert day.case().step == "sign"
    assert day.letter(1).annex is None


def test_our_own_letter_sent_back_is_no_annex(day):
    asked = attached(day.drafted())[f"{NUMBER} Ответ.pdf"]
    task = day.mails("roads_head")[0]
    files = [("Ответ.pdf", PDF, asked), shot(1)]
    day.reply("roads_head", "", "09:05", to=task, files=files)
    assert day.letter(2).annex_pages == 1


@pytest.mark.office
def test_the_first_word_file_is_the_draft_and_further_ones_are_annexes(day):
    day.notice()
    files = [
        ("Ответ.docx", DOCX, word("Уважаемая Алла Игнатьевна!", ANSWER)),
        ("Акт обследования.docx", DOCX, word("Акт обследования улицы")),
        shot(1),
    ]
    day.reply("roads_head", CONTACT, "08:50", files=files)
    assert day.letter(1).text == ANSWER
    letter, act, photos = pages(day.stage.desk.store.files.get(day.letter(1).pdf))
    listed = "Приложение: 1. Акт обследования на 1 л. в 1 экз. 2. Фотография на 1 л. в 1 экз."
    assert listed in letter
    assert "Приложение 1" in act
    assert "Акт обследования улицы" in act
    assert "Приложение 2" in photos


def test_photos_inside_the_word_file_that_is_the_draft_go_behind_the_letter(day):
    document = docx.Document()
    document.add_paragraph(ANSWER)
    document.add_picture(io.BytesIO(photo(5)), width=Cm(12))
    out = io.BytesIO()
    document.save(out)
    day.notice()
    day.reply("roads_head", CONTACT, "09:00", files=[("Ответ.docx", DOCX, out.getvalue())])
    assert "Рисунок 1.jpg" in day.told("roads_head")
    assert len(pages(attached(day.last("dep_life"))[f"{NUMBER} Ответ.pdf"])) == 2
    # The same photo in a file for rework does not come twice.
    document.add_paragraph("Повторная уборка запланирована на 26.11.2026.")
    document.save(reworked := io.BytesIO())
    day.reply("dep_life", "На доработку: добавьте срок", "09:30")
    day.reply("roads_head", "", "09:40", files=[("Ответ.docx", DOCX, reworked.getvalue())])
    assert len(pages(attached(day.last("dep_life"))[f"{NUMBER} Ответ.pdf"])) == 2


def test_photos_beside_an_interim_answer_go_behind_it(day):
    day.notice()
    said = (
        "Промежуточный ответ до 01.12.2026: ремонт моста начат подрядчиком 23.11.2026, завершение "
        "работ запланировано на 30.11.2026, фотография прилагается."
    )
    day.reply("roads_head", f"{said}\n{CONTACT}", "09:00", files=[shot(6)])
    letter = pages(attached(day.last("dep_life"))[f"{NUMBER} Ответ.pdf"])
    assert len(letter) == 2
    assert "Приложение:" in letter[0]
    assert "Ремонт моста начат" in letter[0]


@pytest.mark.office
def test_beside_a_text_that_is_the_draft_a_word_file_is_an_annex(day):
    day.notice()
    files = [("Справка.docx", DOCX, word("Справка о технике"))]
    day.reply("roads_head", f"Ответ: {DRAFT}", "08:50", files=files)
    assert day.letter(1).text == ANSWER
    assert day.letter(1).annex_pages == 1


def test_a_long_text_that_leads_to_the_file_leaves_the_word_file_the_draft(day):
    day.notice()
    lead = (
        "Направляю проект ответа заявителю по вопросу уборки снега на улице Образцовой, файл "
        f"вложен. Прошу согласовать его в возможно короткий срок, срок истекает вечером.\n{CONTACT}"
    )
    day.reply("roads_head", lead, "08:50", files=[("Ответ.docx", DOCX, word(ANSWER))])
    assert day.letter(1).text == ANSWER
    assert day.letter(1).annex is None


def test_an_unreadable_draft_and_a_photo_are_answered_by_one_mail(day):
    day.notice()
    files = [("Ответ.docx", DOCX, b"PK\x03\x04 half a file"), shot(1)]
    day.reply("roads_head", CONTACT, "08:50", files=files)
    assert len(day.got["roads_head"]) == 1
    assert "Текст ответа не взят: Ответ.docx – файл Word" in day.told("roads_head")
    assert "Взято в приложение" in day.told("roads_head")


def test_annexes_scanned_with_the_letter_are_not_doubled(day):
    day.notice()
    day.reply("roads_head", DRAFT, "09:00", files=[shot(1), shot(2), shot(3)])
    day.press("dep_life", "Согласовать", "09:10")
    sign(day, "10:00", whole=True)
    out = sent(day)["Ответ 01-12-1.pdf"]
    assert len(pages(out)) == 3
    # Originals, not scans: their words can still be copied.
    assert "лист 1" in pages(out)[1]
    assert "лист 2" in pages(out)[2]


@pytest.mark.parametrize("whole", [True, False])
def test_behind_an_electronic_signature_nothing_is_put(day, whole):
    day.notice()
    day.reply("roads_head", DRAFT, "09:00", files=[shot(1)])
    day.press("dep_life", "Согласовать", "09:10")
    writer = pypdf.PdfWriter()
    printed = pypdf.PdfReader(io.BytesIO(day.stage.to_sign(NUMBER)))
    for page in printed.pages if whole else printed.pages[:1]:
        writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    signed = out.getvalue().replace(b"%%EOF", b"% /ByteRange [0 10 20 30]\n%%EOF")
    day.stage.drop("Ответ.pdf", signed)
    day.play("10:00")
    files = sent(day)
    assert files["Ответ 01-12-1.pdf"] == signed
    annex = {name for name in files if name.startswith("Приложение")}
    assert annex == (set() if whole else {"Приложение 01-12-1.pdf"})
    kept = f"{NUMBER} Приложение.pdf" in day.files("Отправлено")
    assert kept is not whole


def test_every_sheet_behind_the_letter_says_in_its_code_which_it_is(day):
    day.notice()
    files = [shot(1), ("План.pdf", PDF, pdf("План", size=(1191, 842)))]
    day.reply("roads_head", DRAFT, "09:00", files=files)
    with open_pdf(day.stage.desk.store.files.get(day.letter(1).pdf)) as opened:
        found = [
            [read_payload(code.text) for code in find_codes(opened.render(index, 200))]
            for index in range(len(opened))
        ]
    assert [[mark.page for mark in marks if mark] for marks in found] == [[1], [2], [3]]
    assert {mark.code for marks in found for mark in marks if mark} == {day.letter(1).print_code}


def test_pictures_of_phones_are_upright_and_say_nothing_of_the_place(day):
    day.notice()
    files = [("IMG_1.HEIC", "image/heic", HEIC), ("IMG_2.jpg", JPEG, turned(6))]
    day.reply("roads_head", DRAFT, "09:00", files=files)
    made = day.stage.desk.store.files.get(day.letter(1).pdf)
    assert CANARY not in made
    assert day.letter(1).annex_pages == 1


@pytest.mark.parametrize("changes", [{"letters.max_mb": 2}], indirect=True)
def test_photos_are_made_smaller_until_the_letter_passes_the_mail_server(day):
    day.notice()
    files = [(f"IMG_{seed}.jpg", JPEG, noisy_photo(seed)) for seed in range(4)]
    day.reply("roads_head", DRAFT, "09:00", files=files)
    assert "фотографии в нём будут уменьшены" in day.told("roads_head")
    (rendered,) = day.events("rendered")
    assert re.search(r"уменьшены до \d+ точек", str(rendered.data["note"]))
    day.press("dep_life", "Согласовать", "09:10")
    sign(day, "10:00")
    assert len(day.post.mailbox(REGION[0])[0]) < 2_000_000


@pytest.mark.parametrize("changes", [{"letters.max_mb": 1}], indirect=True)
def test_what_cannot_pass_the_mail_server_is_refused_before_anybody_approves(day):
    day.notice()
    files = [("Том дела.pdf", PDF, heavy_pdf(1, 600_000)), shot(1)]
    day.reply("roads_head", DRAFT, "09:00", files=files)
    assert "Том дела.pdf – письмо стало бы больше 1 МБ" in day.told("roads_head")
    assert day.letter(1).annex_pages == 1


def test_the_limit_that_the_mail_server_names_is_kept_too(tmp_path):
    with (
        PostOffice({USER: PASSWORD}, [DOMAIN], size_limit=1_000_000) as post,
        OfficeDay(tmp_path / "office", post, NATIVE).opened() as day,
    ):
        day.notice()
        files = [("Том дела.pdf", PDF, heavy_pdf(1, 600_000)), shot(1)]
        day.reply("roads_head", DRAFT, "09:00", files=files)
        assert "Том дела.pdf – письмо стало бы больше 1 МБ" in day.told("roads_head")
        assert day.letter(1).annex_pages == 1


def test_the_head_approves_again_only_what_the_executor_has_changed_himself(day):
    """His own photo needs the deputy alone: nobody approves what he has sent in himself."""
    day.executor_drafts()
    day.press("uzhtr_head", "Согласовать", "09:05")
    day.reply("uzhtr_head", "", "09:07", to=day.mails("uzhtr_head")[0], files=[shot(1)])
    assert day.case().step == "approve_deputy"
    assert [purpose for purpose, _ in day.asked()] == ["approve"]
    assert day.case().version == 2


def test_photos_sent_for_rework_wait_for_the_new_text(day):
    day.drafted()
    day.reply("dep_life", "На доработку: нет фото", "09:05")
    day.reply("roads_head", "", "09:10", files=[shot(1)])
    assert day.case().version == 1
    assert "Текст ответа заявителю ещё ждём" in day.told("roads_head")
    day.reply("roads_head", ANSWER, "09:15")
    assert day.case().version == 2
    assert day.letter(2).annex_pages == 1
    assert "добавлено фото: 1" in day.told("dep_life")


def test_an_approvers_edited_word_file_keeps_the_annexes(day):
    day.notice()
    day.reply("roads_head", DRAFT, "09:00", files=[shot(1)])
    edited = word(ANSWER.replace("25.11", "26.11"))
    day.reply("dep_life", "", "09:05", files=[("Ответ.docx", DOCX, edited)])
    assert day.letter(2).annex_pages == 1
    assert day.letter(2).text == ANSWER.replace("25.11", "26.11")
    assert "добавлено" not in day.told("dep_life")


def test_pictures_in_the_text_of_a_mail_count_when_they_are_photos(day):
    day.notice()
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "dorogi@okrug.example", SERVICE
    mail["Subject"], mail["Message-ID"] = f"Фото {NUMBER}", "<inline.1@pc.example>"
    mail["Date"] = "Mon, 23 Nov 2026 08:50:00 +0700"
    mail.set_content("Вот.")
    mail.add_alternative('<p>Вот.</p><img src="cid:a@x"><img src="cid:b@x">', subtype="html")
    html = list(mail.iter_parts())[1]
    assert isinstance(html, EmailMessage)
    html.add_related(photo(1), "image", "jpeg", cid="<a@x>", filename="image0.jpeg")
    html.add_related(photo(2, 500, 120), "image", "jpeg", cid="<b@x>", filename="logo.jpg")
    day.arrives(mail.as_bytes(), "08:50")
    (event,) = day.events("annexes")
    assert (event.data["added"], event.data["refused"]) == (1, 0)


def test_the_files_of_a_mail_are_taken_and_answered_once(day):
    day.notice()
    day.reply("roads_head", "", "08:50", files=[shot(1)])
    day.play("08:51")
    day.play("08:52")
    assert day.got == {}
    with day.stage.desk.store.view() as view:
        assert len(view.annexes.present(day.case().id)) == 1


@pytest.mark.parametrize("changes", [{"letters.max_mb": 1}], indirect=True)
def test_a_scan_that_is_too_large_is_made_lighter_and_the_letter_goes(day):
    day.notice()
    day.reply("roads_head", DRAFT, "09:00", files=[shot(1)])
    day.press("dep_life", "Согласовать", "09:10")
    printed = day.stage.to_sign(NUMBER)
    large = sign_and_scan(printed, dpi=300, quality=95, pages=[0])
    assert len(large) > 1_000_000
    day.stage.drop("Scan.pdf", large)
    day.play("10:00")
    assert len(day.post.mailbox(REGION[0])[0]) < 1_000_000
    (finished,) = day.events("finished")
    assert "Скан уменьшен" in str(finished.data["note"])

"""Files that the clerk puts into «Входящие» open cases; what cannot be taken is said beside it."""

from __future__ import annotations

import io
import os

import docx

from mcu_mail.rehearsal.people import Client, Writer, fresh_mail, text_of
from mcu_mail.rehearsal.photo import snowy_street
from tests.stories.office_day import LIGHTS, SERVICE, SNOW

INCOMING, ACCEPTED, REFUSED = "Входящие", "Входящие/Принято", "Не принято"


def drop(day, name: str, content: bytes, *, age: int = 3600):
    path = day.stage.desk.folders.base / INCOMING / name
    path.write_bytes(content)
    at = path.stat().st_mtime - age
    os.utime(path, (at, at))
    return path


def saved(day, text: str) -> bytes:
    region = Writer(name="Приёмная", address="press@region.example", client=Client.plain)
    return fresh_mail(
        region, "press@okrug.example", "Сообщение", text, day.stage.moment("2026-11-23 08:20")
    )


def word(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def note(day, stem: str) -> str:
    path = day.stage.desk.folders.base / REFUSED / f"{stem} – НЕ ПРИНЯТ.txt"
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return str(raw, "utf-8-sig")


def test_a_saved_mail_a_text_a_word_file_and_a_photo_open_cases(day):
    drop(day, "письмо.eml", saved(day, SNOW))
    day.play("08:40")
    assert day.asked(1) == [("draft", "roads_head")]
    assert day.case(1).notice.applicant == "Небывалова Алла Игнатьевна"
    assert day.files(ACCEPTED) == ["2026-000001 письмо.eml"]
    assert day.events("opened", 1)[0].data["how"] == "file"
    assert "по файлу из папки «Входящие»" in day.told("appeals")

    drop(day, "звонок.txt", LIGHTS.encode("cp1251"))
    lines = (
        "Иванова Мария Петровна, 8-999-000-11-07, ул. Макетная, д. 3",
        "Не чистят снег на дороге.",
    )
    drop(day, "заявление.docx", word(*lines))
    day.play("08:45")
    assert [day.case(n).notice.phone for n in (2, 3)] == ["+79990001102", "+79990001107"]
    assert day.asked(2) == [("draft", "uzhtr_head")]
    assert day.case(3).notice.applicant == "Иванова Мария Петровна"

    # Of a photo the dispatcher types the words: it lies in his mail.
    drop(day, "IMG_1.jpg", snowy_street(1))
    day.play("08:50")
    assert day.asked(4) == [("route", "appeals")]
    mail = day.last("appeals")
    assert [part.get_filename() for part in mail.iter_attachments()] == ["Входящее.jpg"]
    assert "Перепишите его слова" in text_of(mail)
    words = "Заявитель: Ли Анна Петровна\nАдрес: ул. Новая, д. 1\nТекст: Не чистят снег на дороге"
    day.reply("appeals", words, "08:55")
    assert day.asked(4) == [("draft", "roads_head")]
    assert day.files(ACCEPTED)[-1] == "2026-000004 IMG_1.jpg"

    # The same bytes and the same words once more open nothing.
    drop(day, "ещё раз.jpg", snowy_street(1))
    drop(day, "то же.txt", (LIGHTS + "\n").encode())
    day.arrives(saved(day, SNOW), "09:00")
    assert len(day.standings()) == 4
    assert "2026-000004" in note(day, "ещё раз")
    assert "2026-000002 то же.txt" in day.files(ACCEPTED)

    # What a killed daemon had in hand is put away, or opened, once.
    for place, content in (
        ("a", snowy_street(1)),
        ("b", "Новое: нет света, ул. Новая, д. 2".encode()),
    ):
        room = day.stage.desk.folders.base / ".mcu-incoming" / place
        room.mkdir(parents=True)
        (room / f"{place}.txt").write_bytes(content)
    day.play("09:05")
    assert {"2026-000004 a.txt", "2026-000005 b.txt"} <= set(day.files(ACCEPTED))
    assert len(day.standings()) == 5


def test_what_is_no_message_is_refused_with_a_word_and_what_is_no_file_is_left_alone(day):
    base = day.stage.desk.folders.base / INCOMING
    drop(day, "пусто.txt", b"")
    drop(day, "архив.zip", b"PK\x03\x04" + b"0" * 100)
    drop(day, "письмо.eml", b"MZ" + b"\0" * 300)
    drop(day, "порча.docx", b"PK\x03\x04" + b"0" * 100 + b"PK\x05\x06" + b"0" * 18)
    drop(day, "outlook.msg", bytes.fromhex("D0CF11E0A1B11AE1") + b"0" * 600)
    drop(day, "слово.txt", "привет".encode())
    drop(day, "растёт.pdf", b"%PDF-1.4\n" + b"0" * 500, age=60)
    (base / "папка").mkdir()
    os.mkfifo(base / "труба.txt")
    (base / "ссылка.txt").symlink_to("/etc/hostname")
    day.play("08:40")
    assert day.standings() == {}
    assert "файл пустой" in note(day, "пусто")
    assert "такие файлы программа не читает" in note(day, "архив")
    assert "такие файлы программа не читает" in note(day, "письмо")
    assert "outlook.msg" in day.files(REFUSED)
    assert "не открывается" in note(day, "порча")
    assert "нет сообщения жителя" in note(day, "слово")
    for name in ("папка", "труба.txt", "ссылка.txt"):
        assert "не файл" in note(day, name)
        assert (base / name).is_symlink() or (base / name).exists()
    assert (base / "растёт.pdf").exists()
    assert day.files(ACCEPTED) == []


def test_an_event_in_a_saved_mail_is_asked_about_and_a_threat_in_a_file_is_told_at_once(day):
    drop(day, "возврат.eml", saved(day, "Ответ на сообщение № СГ-1 возвращается на доработку.\n"))
    day.play("08:40")
    assert day.standings() == {}
    assert "К какому делу" in str(day.last("appeals")["Subject"])
    assert day.files(ACCEPTED) == ["возврат.eml"]
    drop(day, "угроза.txt", SNOW.replace("Помогите!", "Приду с ружьём!").encode())
    day.play("23:50")
    assert set(day.got) == {"edds_head", "press", "appeals"}
    assert day.case().restricted == ()
    # A text's question is answered by the text's own words.
    urgent = "Срочно подготовьте ответ.\nНомер: СГ-5\nТекст: Снег не убран у школы\n"
    drop(day, "звонок.txt", urgent.encode())
    day.play("23:52")
    asked = next(m for m in day.got["appeals"] if "К какому делу" in m["Subject"])
    day.press("appeals", "Открыть дело", "23:55", mail=asked)
    assert "Снег не убран" in day.case(2).notice.text
    assert SERVICE

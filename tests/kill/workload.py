"""What happens in the office: each thread is one case, or one person's doing.

A thread is a generator that yields what it waits for: a function that gives something as soon as
it is really there, in somebody's mailbox or in a folder. A phase is what happens at the same time;
the next begins when nothing is owed any more.
"""

from __future__ import annotations

import io
import re
import signal
from datetime import datetime
from typing import TYPE_CHECKING, Any

import docx
import pypdf
from reportlab.pdfgen.canvas import Canvas

from mcu_mail.documents.folder import Folder
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.rehearsal.people import Client, Writer
from tests.documents.annex_files import DOCX, JPEG, photo
from tests.kill.office import CITIZEN, MINISTRY, OURS, REGION, ZONE, Letter, Office, writer
from tests.stories.signed_letter import bounce

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from tests.kill.day import Day

    Waited = Callable[[], Any]
    Thread = Generator[Waited, Any, Any]
    Phase = Callable[[Office, Day], Iterable[Thread]]

ANSWER = (
    "Улица Образцовая расчищена 23.11.2026 автогрейдером от дома № 1 до дома № 25. Посыпка "
    "противогололёдным материалом проведена. Повторная уборка запланирована на 25.11.2026."
)
CONTACT = "Связались: 23.11 08:45, по телефону"
DRAFT = f"{ANSWER}\n{CONTACT}"
INTERIM = (
    "Промежуточный ответ до 01.12.2026: Заявка передана подрядчику, щебень завезут до конца "
    f"недели, затем дорогу выровняют.\n{CONTACT}"
)
SNOW = "Не чистят снег на дороге, вторую неделю не проехать трактору."
LIGHTS = "На улице не горят фонари, темнота, вечером страшно ходить."
BLURRED = "У нас дорога вся в ямах, и свалка рядом, мусор не вывозят. Сделайте уже!"


# --- what people hold in their hands --------------------------------------------------------------


def notice_text(office: Office, house: int, words: str = SNOW) -> str:
    return (
        f"Дата и время: {office.now:%d.%m.%Y %H:%M}\n"
        "Заявитель: Небывалова Алла Игнатьевна\n"
        f"Телефон: 8-999-000-{house:02}-01\n"
        f"Адрес: пгт Тяжинский, ул. Образцовая, д. {house}\n"
        f"Ссылка: https://vk.com/wall-990000001_{house}\n"
        f"Текст: {words}\n"
    )


def signed(pdf: bytes) -> bytes:
    """The printed letter signed electronically, as a signing program does it."""
    trailer = b"\n99 0 obj\n<</Type/Sig/ByteRange [0 100 200 300] /Contents <00>>>\nendobj\n"
    start = pdf.rindex(b"startxref")
    return pdf + trailer + pdf[start:]


def blank(words: str) -> bytes:
    """A PDF that is no letter of ours."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawString(100, 700, words)
    canvas.save()
    return out.getvalue()


def joined(*files: bytes) -> bytes:
    made = pypdf.PdfWriter()
    for one in files:
        made.append(io.BytesIO(one))
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def word(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def scanned(pdf: bytes) -> bytes:
    return sign_and_scan(pdf, grey=True, dpi=120, pages=[0])


# --- parts of a case ------------------------------------------------------------------------------


def asked_to_sign(office: Office, number: str, after: int = 0) -> Callable[[], bytes | None]:
    """The print of a case, once the registry has been asked and it lies there."""
    return lambda: office.printed(number) if office.find("registry", number, after=after) else None


def to_sign(
    office: Office,
    house: int,
    draft: str = DRAFT,
    files: Sequence[tuple[str, str, bytes]] = (),
    author: str = "roads_head",
) -> Thread:
    """A notice, the head's answer, the deputy's word; gives the case's number and its print."""
    office.notice(notice_text(office, house))
    task: Letter = yield lambda: office.find(author, "ответ", f"д. {house}\n")
    office.reply(author, task, draft, files)
    asked: Letter = yield lambda: office.find("dep_life", "Согласуйте", f"д. {house}\n")
    office.press("dep_life", asked, "Согласовать")
    pdf: bytes = yield asked_to_sign(office, task.number)
    return task.number, pdf


def out(office: Office, number: str, pdf: bytes, name: str = "подписано") -> Thread:
    """The signed print goes into the folder, and the letter leaves.

    A kill between the mark of the final dot and the dot leaves a letter of which nobody knows.
    """
    before = len(office.mails("appeals"))
    office.drop(Folder.SIGNED, f"{number} {name}.pdf", signed(pdf))
    office.promised[number] += 1
    told: Letter = yield (
        lambda: (
            office.find("appeals", "Отправлен", number, after=before)
            or office.find("appeals", "Неизвестно", number, after=before)
        )
    )
    if "Неизвестно" in told.subject:
        yield from _by_telephone(office, number, told)


def _by_telephone(office: Office, number: str, asked: Letter) -> Thread:
    """Nobody knows whether a letter has come: who has none gets it from the dispatcher himself."""
    office.asked_about_unknown += 1
    sent = office.number_of(number)
    for address in REGION:
        if not any(f"№ {sent} " in one.subject for one in office.box(address)):
            office.by_hand.add((number, address))
    office.reply("appeals", asked, f"Отправлено вручную {office.now:%H:%M}")
    yield lambda: office.is_closed(number)


def plain(office: Office, house: int, **more: Any) -> Thread:
    """The head of the roads answers, the deputy agrees, the letter is signed and sent."""
    number, pdf = yield from to_sign(office, house, **more)
    yield from out(office, number, pdf)


# --- whole cases ----------------------------------------------------------------------------------


def with_photo(office: Office, house: int) -> Thread:
    shot = ("До уборки.jpg", JPEG, photo(house, 320, 240))
    yield from plain(office, house, files=[shot])


def _shown(office: Office, number: str, words: str) -> Waited:
    """The deputy's mail about the version of a case that has these words."""
    return lambda: next(
        (
            one
            for one in reversed(office.mails("dep_life"))
            if "Согласуйте" in one.subject and number in one.subject and words in one.text
        ),
        None,
    )


def returned_twice(office: Office, house: int) -> Thread:
    """A Word draft that the deputy returns, and then the head of the okrug."""
    office.notice(notice_text(office, house))
    task: Letter = yield lambda: office.find("roads_head", "ответ", f"д. {house}\n")
    draft = ("Ответ.docx", DOCX, word(*DRAFT.splitlines()))
    office.reply("roads_head", task, "Ответ во вложении.", [draft])
    asked: Letter = yield lambda: office.find("dep_life", "Согласуйте", f"д. {house}\n")
    office.reply("dep_life", asked, "На доработку: укажите, до какого дома расчищено")
    text = ANSWER
    for again in ("№ 31", "№ 41"):
        seen = len(office.mails("registry"))
        rework: Letter = yield lambda: office.find("roads_head", "оработ", task.number)
        text = ANSWER.replace("№ 25", again)
        office.reply("roads_head", rework, text)
        # By its words: after a kill the mail about the version before may come once more.
        asked = yield _shown(office, task.number, again)
        office.press("dep_life", asked, "Согласовать")
        pdf: bytes = yield asked_to_sign(office, task.number, after=seen)
        if again == "№ 31":
            sign = office.find("registry", "На подпись", task.number)
            assert sign is not None
            office.press("registry", sign, "Глава не подписал", added="исправьте номер дома")
            yield lambda: office.printed(task.number) is None
            yield lambda: office.find("roads_head", task.number, "исправьте номер дома")
    yield from out(office, task.number, pdf)


def by_executor(office: Office, house: int) -> Thread:
    """The lights: an executor drafts, her head and the deputy agree; gives number and print."""
    office.notice(notice_text(office, house, LIGHTS))
    task: Letter = yield lambda: office.find("uzhtr_head", "ответ", f"д. {house}\n")
    office.reply("uzhtr_head", task, "Исполнитель: Заместителева")
    mine: Letter = yield lambda: office.find("uzhtr_deputy", "ответ", f"д. {house}\n")
    office.reply("uzhtr_deputy", mine, DRAFT)
    asked: Letter = yield lambda: office.find("uzhtr_head", "Согласуйте", f"д. {house}\n")
    office.reply("uzhtr_head", asked, "Согласовано")
    asked = yield lambda: office.find("dep_life", "Согласуйте", f"д. {house}\n")
    office.press("dep_life", asked, "Согласовать")
    pdf: bytes = yield asked_to_sign(office, task.number)
    return task.number, pdf


def _found(office: Office, person: str, subject: str, words: str, after: int) -> Waited:
    """The condition that an official has got such a mail."""
    return lambda: office.find(person, subject, words, after=after)


def stack(office: Office, *houses: int) -> Thread:
    """Two letters scanned as one file, with a stray sheet before them."""
    first = yield from by_executor(office, houses[0])
    second = yield from to_sign(office, houses[1])
    content = joined(blank("stray sheet"), scanned(first[1]), scanned(second[1]))
    office.drop(Folder.SIGNED, "Scan0007.pdf", content)
    for number, _ in (first, second):
        office.promised[number] += 1
        yield _found(office, "appeals", "Отправлен", number, 0)


def interim(office: Office, house: int) -> Thread:
    """An interim answer, and the full one after it."""
    number, pdf = yield from to_sign(office, house, INTERIM)
    before = len(office.mails("roads_head"))
    office.drop(Folder.SIGNED, f"{number} промежуточный.pdf", signed(pdf))
    office.promised[number] += 1
    seen = len(office.mails("dep_life"))
    task: Letter = yield lambda: office.find(
        "roads_head", number, "отправлен промежуточный ответ", after=before
    )
    signing = len(office.mails("registry"))
    office.reply("roads_head", task, DRAFT)
    asked: Letter = yield lambda: office.find("dep_life", "Согласуйте", number, after=seen)
    office.press("dep_life", asked, "Согласовать")
    pdf = yield asked_to_sign(office, number, after=signing)
    yield from out(office, number, pdf, "полный")


def from_a_file(office: Office, house: int) -> Thread:
    """A message saved as a file opens a case; the head of the unit answers it."""
    yield office.has_folders
    raw = office.written(MINISTRY, "Сообщение", notice_text(office, house))
    office.drop(Folder.INCOMING, f"письмо {house}.eml", raw)
    office.drop(Folder.INCOMING, f"архив {house}.zip", b"PK\x03\x04" + bytes(100 + house))
    yield from _answered(office, house)


def refused_files(office: Office, serial: int) -> Thread:
    """Files that are no letters; the clerk takes one away, and its note goes too."""
    yield office.has_folders
    office.drop(Folder.SIGNED, f"бумага {serial}.pdf", blank(f"no letter {serial}"))
    office.drop(Folder.SIGNED, f"пара {serial}.pdf", blank(f"no pair {serial}"))
    office.drop(Folder.SIGNED, f"пара {serial}.pdf.sig", b"no signature %d" % serial)
    refused = office.folder / "outbox" / Folder.REFUSED
    yield (refused / f"бумага {serial} – НЕ ПРИНЯТ.txt").is_file
    yield (refused / f"бумага {serial}.pdf").is_file
    (refused / f"бумага {serial}.pdf").unlink()
    del office.dropped[f"бумага {serial}.pdf"]
    office.drop(Folder.SIGNED, f"ещё {serial}.pdf", blank(f"no more {serial}"))
    yield (refused / f"ещё {serial}.pdf").is_file
    yield lambda: not (refused / f"бумага {serial} – НЕ ПРИНЯТ.txt").exists()


def blurred(office: Office, house: int) -> Thread:
    """The dispatcher chooses the department."""
    office.notice(notice_text(office, house, BLURRED))
    asked: Letter = yield lambda: office.find("appeals", "Кому передать", f"д. {house}\n")
    office.press("appeals", asked, "Отдел дорожного хозяйства и транспорта")
    yield from _answered(office, house)


def citizen_writes(office: Office, words: str, answer: str) -> Thread:
    """A citizen writes to us by mistake; the dispatcher says what is to become of it."""
    office.arrives(office.written(CITIZEN, words, words))
    asked: Letter = yield lambda: office.find("appeals", f"Не разобрано письмо: {words}")
    before = len(office.mails("appeals"))
    office.reply("appeals", asked, answer)
    yield lambda: len(office.mails("appeals")) > before


def deferred_at_first(office: Office, house: int) -> Thread:
    """One address says «later» twice."""
    number, pdf = yield from to_sign(office, house)
    office.post.refuse(REGION[1], 450, "4.2.1 greylisted", times=2)
    yield from out(office, number, pdf)


def refused_by_one(office: Office, house: int) -> Thread:
    """One address turns the letter away; the dispatcher sends it by hand."""
    number, pdf = yield from to_sign(office, house)
    office.post.refuse(REGION[1], 550, "5.1.1 no such user")
    office.by_hand.add((number, REGION[1]))
    office.drop(Folder.SIGNED, f"{number} подписано.pdf", signed(pdf))
    office.promised[number] += 1
    asked: Letter = yield lambda: office.find("appeals", "не принял", number)
    office.post.accept(REGION[1])
    office.reply("appeals", asked, f"Отправлено вручную {office.now:%H:%M}")
    yield lambda: office.is_closed(number)


def bounced(office: Office, house: int) -> Thread:
    """A letter comes back after it was accepted; the dispatcher sends it by hand."""
    number, pdf = yield from to_sign(office, house)
    yield from out(office, number, pdf)
    copies = office.box(REGION[1])
    office.arrives(bounce(REGION[1], copies[-1].raw, serial=house))
    asked: Letter = yield lambda: office.find("appeals", "вернулось", number)
    office.reply("appeals", asked, f"Отправлено вручную {office.now:%H:%M}")
    yield lambda: office.is_closed(number)


# --- phases ---------------------------------------------------------------------------------------


def morning(office: Office, _: Day) -> Iterable[Thread]:
    return [
        with_photo(office, 11),
        returned_twice(office, 12),
        stack(office, 13, 14),
        interim(office, 15),
        from_a_file(office, 16),
        blurred(office, 17),
        refused_files(office, 1),
    ]


def one_letter(office: Office, _: Day) -> Iterable[Thread]:
    """The smallest day."""
    return [plain(office, 10)]


def rejected(office: Office, _: Day) -> Iterable[Thread]:
    """One after the other: the regional address is told what to answer for each."""
    return [_after(deferred_at_first(office, 18), refused_by_one(office, 19), bounced(office, 20))]


def _after(*threads: Thread) -> Thread:
    for thread in threads:
        yield from thread


def strangers(office: Office, _: Day) -> Iterable[Thread]:
    """Citizens' own mails, more than the dispatcher is told of one by one."""
    return [
        citizen_writes(office, "Когда откроют каток?", "Не нужно"),
        citizen_writes(office, "Спасибо за дорогу!", "К делу 2026-000001"),
        *(_writes(office, f"Продам гараж {serial}.") for serial in range(6)),
        _digest(office),
    ]


def _writes(office: Office, words: str) -> Thread:
    office.arrives(office.written(CITIZEN, words, words))
    yield lambda: any(words in one.subject for one in office.box(OURS, "МЦУ/Не разобрано"))


def _digest(office: Office) -> Thread:
    yield lambda: office.find("appeals", "Не разобрано писем")


def console(office: Office, day: Day) -> Iterable[Thread]:
    """An administrator deals with what was set aside, beside the running daemon."""
    yield _console(office, day)


def _console(office: Office, day: Day) -> Thread:
    waiting = office.asides()
    first, second, *others = waiting
    day.command("aside", "assign", str(first), "2026-000001")
    day.command("aside", "drop", str(second), "реклама")
    day.command("aside", "retry", "--as", "notice:governor", str(others[0]))
    day.command("check", "--online")
    yield lambda: not {first, second, others[0]} & set(office.asides())


def templates(office: Office, _: Day) -> Iterable[Thread]:
    """The office changes a template while the daemon runs, and breaks it first."""
    return [_templates(office)]


def _templates(office: Office) -> Thread:
    path = office.folder / "templates" / "letters" / "answer.docx"
    document = docx.Document(str(path))
    document.add_paragraph("Сайт округа: okrug.example")
    part = path.with_name("~new.docx")
    part.write_bytes(path.read_bytes()[:2000])
    part.replace(path)
    yield lambda: office.find("it", "Ошибка в шаблоне")
    document.save(str(part))
    part.replace(path)
    yield from plain(office, 21)


def faults(office: Office, day: Day) -> Iterable[Thread]:
    """The program fails in several places; one of two letters fails three times."""
    day.fail({
        "commit:service.papers._render:before": range(1, 6),
        "commit:service.finishing.finish_task:before": range(1, 6),
        "commit:service.signed_copy.take_copy:before": (1,),
        "commit:service.incoming._numbers:before": (1,),
    })
    yield from_a_file(office, 22)
    yield plain(office, 23)


def unread(office: Office, day: Day) -> Iterable[Thread]:
    """A notice that cannot be dealt with three times; the dispatcher opens the case."""
    day.fail({"commit:service.collect._decide_read:before": (1, 2, 3)})
    yield _unread(office, 29)


def _unread(office: Office, house: int) -> Thread:
    office.notice(notice_text(office, house), f"Сообщение {house}")
    # Killed at the right moment, the daemon reads it at the fourth try.
    asked: Letter = (
        yield lambda: (
            office.find("appeals", f"Не разобрано письмо: Сообщение {house}")
            or office.find("roads_head", "ответ", f"д. {house}\n")
        )
    )
    if "Не разобрано" in asked.subject:
        office.reply("appeals", asked, "Новое")
    yield from _answered(office, house)


def _answered(office: Office, house: int, author: str = "roads_head") -> Thread:
    """The way of a case from the question to its author on."""
    task: Letter = yield lambda: office.find(author, "ответ", f"д. {house}\n")
    office.reply(author, task, DRAFT)
    asked: Letter = yield lambda: office.find("dep_life", "Согласуйте", f"д. {house}\n")
    office.press("dep_life", asked, "Согласовать")
    pdf: bytes = yield asked_to_sign(office, task.number)
    yield from out(office, task.number, pdf)


def unclear(office: Office, day: Day) -> Iterable[Thread]:
    """The verdict of the server is not heard, and the verdict heard cannot be kept."""
    day.fail({"smtp.dot.after": (2,)}, "EIO")
    day.fail({"commit:service.attempt.Attempt._commit:before": (3,)})
    yield plain(office, 24)


def unseen(office: Office, _: Day) -> Iterable[Thread]:
    """Our own mailbox takes no copy of a letter; an hour later that is told of."""
    return [_unseen(office)]


def _unseen(office: Office) -> Thread:
    number, pdf = yield from to_sign(office, 32)
    yield lambda: not office.is_waiting()
    office.post.refuse(OURS, 552, "5.2.2 mailbox full", times=1)
    yield from out(office, number, pdf)
    begun = office.now
    yield lambda: (office.now - begun).total_seconds() > 20 * 60


def server_away(office: Office, day: Day) -> Iterable[Thread]:
    """Nothing can be sent for a quarter of an hour."""
    day.restart(mail__smtp__port=9)
    yield _server_away(office, day)


def _server_away(office: Office, day: Day) -> Thread:
    office.notice(notice_text(office, 25))
    begun = office.now
    yield lambda: (office.now - begun).total_seconds() > 15 * 60
    day.restart(mail__smtp__port=office.post.smtp_port)
    yield from _answered(office, 25)


def office_program(office: Office, day: Day) -> Iterable[Thread]:
    """One letter is made by LibreOffice."""
    day.restart(letters__engine="libreoffice")
    yield plain(office, 26)


def gone(office: Office, day: Day) -> Iterable[Thread]:
    """The head of the roads leaves with a question open; his successor answers it."""
    yield _gone(office, day)


def _gone(office: Office, day: Day) -> Thread:
    office.notice(notice_text(office, 27))
    yield lambda: office.find("roads_head", "ответ", "д. 27\n")
    departments = [
        {**one, "head": "uzhtr_deputy"} if one["id"] == "roads" else one
        for one in office.departments
    ]
    day.restart(
        letters__engine="native",
        people__roads_head__left=office.now.date(),
        departments=departments,
    )
    yield from _answered(office, 27, "uzhtr_deputy")


def night(office: Office, _: Day) -> Iterable[Thread]:
    """A case that nobody answers until its term has passed."""
    return [_late(office)]


def _late(office: Office) -> Thread:
    house = 28
    office.notice(notice_text(office, house, LIGHTS))
    # Who may not open cases asks for one; the dispatcher does not answer that question.
    words = notice_text(office, 40).partition("\n")[2]
    office.arrives(office.written(writer("uzhtr_deputy"), "Новое", words))
    task: Letter = yield lambda: office.find("uzhtr_head", "ответ", f"д. {house}\n")
    # Through the reminders and the term, into the next morning.
    for hours, person in ((3, "uzhtr_head"), (3, "uzhtr_head"), (18, "appeals")):
        before = len(office.mails(person))
        office.wait(hours=hours)
        yield _found(office, person, "", "", before)
    office.reply("uzhtr_head", task, DRAFT)
    asked: Letter = yield lambda: office.find("dep_life", "Согласуйте", f"д. {house}\n")
    office.press("dep_life", asked, "Согласовать")
    pdf: bytes = yield asked_to_sign(office, task.number)
    yield from out(office, task.number, pdf)


def published(office: Office, _: Day) -> Iterable[Thread]:
    """Two incidents whose answers are agreed on one sheet and put up."""
    return [_incidents(office, (61, 62))]


def _incidents(office: Office, houses: Sequence[int]) -> Thread:
    who = Writer(name="Инцидент", address="noreply@incident.example", client=Client.plain)
    for house in houses:
        number = f"81234{house}"
        office.notice(
            f"Номер: {number}\nПоступил: {office.now:%d.%m.%Y %H:%M}\nАвтор: Алиса Примерова\n"
            f"Место: пгт Тяжинский, ул. Образцовая, д. {house}\nТекст: {SNOW}\n",
            f"[Инцидент] Новый инцидент № {number}",
            who,
        )
    for house in houses:
        task: Letter = yield _found_at(office, house)
        office.reply("roads_head", task, f"Ответ: {ANSWER}")
    for house in houses:
        # On one sheet, unless a kill has parted them.
        asked: Letter = yield _asked_about(office, house)
        row = re.search(rf"№ (\d+) ждёт согласования[^№]*№ 81234{house}\D", asked.text)
        office.reply("appeals", asked, f"Опубликовано {row[1] if row else ''}")
        yield _put_up(office, f"81234{house}")
    for house in houses:
        words = f"Инцидент № 81234{house}\nРешение куратора: СОГЛАСОВАНО\n"
        office.notice(words, f"Re: [Инцидент] № 81234{house} – ответ согласован", who)


def _asked_about(office: Office, house: int) -> Waited:
    """The mail that asks for a word on an incident's answer: a sheet or its own."""

    def found() -> Letter | None:
        for one in reversed(office.mails("appeals")):
            on_sheet = f"№ 81234{house}" in one.text and "ждёт согласования" in one.text
            if on_sheet and re.search(rf"ждёт согласования[^№]*№ 81234{house}\D", one.text):
                return one
            if "Согласуйте" in one.subject and f"д. {house}\n" in one.text:
                return one
        return None

    return found


def _found_at(office: Office, house: int) -> Waited:
    return lambda: office.find("roads_head", "ответ", f"д. {house}\n")


def _put_up(office: Office, external_id: str) -> Waited:
    return lambda: office.step_of(external_id) in {"regional", "citizen", "close"}


def restored(office: Office, day: Day) -> Iterable[Thread]:
    """A letter leaves after the last copy of the store, and then the store is lost."""
    yield _restored(office, day)


def _restored(office: Office, day: Day) -> Thread:
    number, pdf = yield from to_sign(office, 31, author="uzhtr_deputy")
    yield lambda: not office.is_waiting()
    archive = str(office.folder / "copy.zip")
    day.command("backup", archive)
    yield from out(office, number, pdf)
    yield lambda: office.is_closed(number)
    day.restart()
    (office.folder / "var").rename(office.folder / "var.lost")
    (office.folder / "var").mkdir()
    day.command("restore", archive)
    yield lambda: office.is_closed(number)


def _looked(day: Day, times: int) -> Waited:
    """The condition that the daemon has looked into its mailbox more often than that."""
    return lambda: day.passed("imap.connected") > times


def new_year(office: Office, day: Day) -> Iterable[Thread]:
    """The register of the year is closed."""
    return [_new_year(office, day)]


def _new_year(office: Office, day: Day) -> Thread:
    # In two steps: a clock that leaps over more than six weeks is not believed.
    for month, year in ((12, 2026), (1, 2027)):
        seen = day.passed("imap.connected")
        office.set_clock(datetime(year, month, 11, 9, 0, tzinfo=ZONE))
        yield _looked(day, seen + 1)
    yield lambda: any("Итоговая" in one.name for one in office.files("Отправлено/2026"))


def once(office: Office, day: Day) -> Iterable[Thread]:
    """A moment played by hand, after the daemon was stopped."""
    day.restart(how=signal.SIGTERM)
    moment = office.now.replace(tzinfo=None).isoformat(timespec="seconds")
    day.command("once", "--now", moment)
    return []


PHASES: tuple[Phase, ...] = (
    morning,
    published,
    rejected,
    strangers,
    console,
    templates,
    faults,
    unread,
    unclear,
    unseen,
    server_away,
    office_program,
    gone,
    night,
    restored,
    new_year,
    once,
)


# --- other days -----------------------------------------------------------------------------------


def burst(letters: int) -> Phase:
    """So many letters at once, every fourth with a photo."""

    def phase(office: Office, _: Day) -> Iterable[Thread]:
        for house in range(30, 30 + letters):
            yield with_photo(office, house) if house % 4 == 0 else plain(office, house)

    return phase


def unwitnessed(letters: int) -> Phase:
    """Letters that are killed after their final dot or before it, and nobody can tell which."""

    def phase(office: Office, day: Day) -> Iterable[Thread]:
        yield _after(*(_unwitnessed(office, day, 30 + serial) for serial in range(letters)))

    return phase


_AROUND_THE_DOT = ("smtp.dot.before", "smtp.dot.after", "smtp.verdict.after")


def _unwitnessed(office: Office, day: Day, house: int) -> Thread:
    number, pdf = yield from to_sign(office, house)
    point = _AROUND_THE_DOT[house % len(_AROUND_THE_DOT)]
    # Nothing else is being sent: the next dot is this letter's.
    yield lambda: not office.is_waiting()
    day.pending[point] = [day.passed(point) + 1]
    day.restart(how=signal.SIGKILL)
    office.drop(Folder.SIGNED, f"{number} подписано.pdf", signed(pdf))
    office.promised[number] += 1
    # The kill may have met a mail of the office's own: then nothing is asked.
    asked: Letter | bool = (
        yield lambda: office.find("appeals", "Неизвестно", number) or office.is_closed(number)
    )
    if not isinstance(asked, Letter):
        return
    yield from _by_telephone(office, number, asked)

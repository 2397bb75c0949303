"""Answers inside other things: in our own quoted mail, in a mail that is forwarded whole."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from mcu_mail.rehearsal.people import text_of
from tests.documents.annex_files import JPEG, photo
from tests.mail.outlook_files import LONG_NAME, text, tnef
from tests.stories.office_day import ANSWER, CONTACT, DRAFT, SERVICE, OfficeDay, writer
from tests.stories.test_drafts_handed_in import DOCX, word

CONTRACTOR = "ООО «Снегоуборка» <office@contractor.example>"


def forwarded(*files: tuple[str, str, bytes]) -> tuple[str, str, bytes]:
    """Somebody else's mail, as Outlook attaches it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = CONTRACTOR
    mail["Subject"] = "По вашему запросу"
    mail.set_content("Согласовано. Направляем ответ и фотографии.\n")
    for name, kind, content in files:
        mail.add_attachment(content, *kind.split("/"), filename=name)
    return "По вашему запросу.eml", "application/octet-stream", mail.as_bytes()


def bare_reply(
    day: OfficeDay, person: str, body: str, at: str, *, threaded: bool = True, subject: str = ""
) -> None:
    """A reply of a program that neither marks nor announces what it quotes."""
    asked = day.last(person)
    who = writer(person)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{who.name} <{who.address}>"
    mail["To"] = SERVICE
    mail["Subject"] = subject or f"Re: {asked['Subject']}"
    if threaded:
        mail["In-Reply-To"] = mail["References"] = str(asked["Message-ID"])
    mail["Message-ID"] = f"<bare.{at.replace(':', '')}@pc.example>"
    mail.set_content(body, cte="base64")
    day.arrives(mail.as_bytes(), at)


def test_a_draft_and_a_photo_inside_a_forwarded_mail_are_taken_and_its_words_are_not(day):
    day.notice()
    files = [
        ("Ответ.docx", DOCX, word(ANSWER)),
        ("Лесная.jpg", JPEG, photo(1)),
    ]
    day.reply(
        "roads_head", f"Ответ в письме подрядчика.\n{CONTACT}", "09:00", files=[forwarded(*files)]
    )
    assert day.letter(1).text == ANSWER
    assert "Лесная" in day.told("roads_head")
    assert "По вашему запросу" not in day.told("roads_head")
    assert day.asked() == [("approve", "dep_life")]
    foreign = [forwarded(("Чужое.docx", DOCX, word("Совсем другой ответ. " * 9)))]
    day.reply("dep_life", "Согласовано", "09:30", files=foreign)
    assert day.case().step == "sign"
    assert day.case().version == 1


def test_files_that_outlook_has_packed_are_the_senders_own(day):
    day.notice()
    packed = tnef(files=[(b"OTVET.DOC", [text(LONG_NAME, "Ответ.docx")], word(ANSWER))])
    files = [("winmail.dat", "application/ms-tnef", packed)]
    day.reply("roads_head", f"Ответ во вложении.\n{CONTACT}", "09:00", files=files)
    assert day.asked() == [("approve", "dep_life")]
    assert day.letter(1).text == ANSWER


def test_an_answer_below_our_whole_letter_is_found_and_nothing_of_the_letter_is_an_answer(day):
    day.notice()
    asked = text_of(day.last("roads_head"))
    bare_reply(day, "roads_head", f"{asked}\n{DRAFT}\n", "09:00")
    assert day.letter(1).text == ANSWER
    assert day.asked() == [("approve", "dep_life")]
    asked = text_of(day.last("dep_life"))
    bare_reply(day, "dep_life", asked, "09:10", threaded=False)
    assert day.case().step == "approve_deputy"
    bare_reply(
        day, "dep_life", "\n", "09:15", subject=f"Согласовано {day.last('dep_life')['Subject']}"
    )
    assert day.case().step == "approve_deputy"
    assert "слова в теме письма не считаются" in day.told("dep_life")
    bare_reply(day, "dep_life", f"Согласовано\n\n{asked}", "09:20", threaded=False)
    assert day.case().step == "sign"

"""Any bytes, any mark-up: a notice comes out, nothing raises, nothing is lost."""

from dataclasses import replace
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcu_mail.domain.notice import Notice, Source
from mcu_mail.mail.layout import MAX_PIECES, pieces_of_html, pieces_of_text
from mcu_mail.mail.mime import Incoming, read_mail
from mcu_mail.mail.notices import matching_source, read_notices

OFFICE = ZoneInfo("Asia/Novokuznetsk")
SOURCE = Source(track="governor", senders=("press@region.example", "@soc.example"))
WORDS = st.sampled_from(
    [
        "ФИО:", "Телефон", "Адрес:", "Текст:", "№", "Дата", "|", "\t", "\n", "\n\n", "--", "«", "»",
        "23.11.2026", "99.99.9999", "8:15", "25:61", "+7999", "8-999-000-11-22", "1)", "2. ", "> ",
        "https://vk.com/wall-1_2", "Иванов Иван Иванович", "до 18.00", "вчера", "МСК", "...", ";",
        "С уважением,", "Кому: a@b.example", "От: a@b.example",
        "<b>", "</b>", "<td>", "<tr>", "<hr>",
        "<table>", "</table>", "<br>", "<p>", "&nbsp;", "&#0;", "<dd>", "<dt>", "<li>", "\x00", "٣",
    ]
)  # fmt: skip
MASHED = st.lists(WORDS, max_size=40).map(" ".join)


def mail(body: str, *, html: bool = False, sender: str = "press@region.example") -> Incoming:
    message = EmailMessage()
    message["From"] = sender
    message["Subject"] = "Сообщение"
    message["Date"] = "Mon, 23 Nov 2026 08:52:10 +0700"
    message.set_content(body, subtype="html" if html else "plain", cte="base64")
    return read_mail(message.as_bytes())


def read(body: str, *, html: bool = False) -> tuple[Notice, ...]:
    return read_notices(mail(body, html=html), SOURCE, OFFICE)


@given(body=st.one_of(MASHED, st.text(max_size=400).filter(str.isprintable)), html=st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_gives_a_notice(body: str, html: bool) -> None:
    notices = read(body, html=html)

    assert notices
    for notice in notices:
        assert notice.received_at is None or notice.received_at.tzinfo is not None
        assert notice.due is None or notice.due.tzinfo is not None
        assert notice.phone is None or notice.phone.startswith("+")


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><td>" * 3000,
        "<div>" * 20000 + "ФИО: Небывалова Алла Игнатьевна",
        "<a href=" * 20000,
        "<!--" * 20000,
        "&" * 50000,
        "<b>ФИО" * 5000,
        "<style>" * 2000 + "Текст: x",
    ],
    ids=["tables", "divs", "links", "comments", "entities", "bold", "styles"],
)
def test_hostile_markup_is_read_to_its_end(body: str) -> None:
    assert len(pieces_of_html(body)) <= 2 * MAX_PIECES + 1
    assert read(body, html=True)


@pytest.mark.parametrize(
    "body",
    [
        "ФИО: " * 20000,
        "Тел " * 30000,
        "а " * 60000,
        "8" * 60000,
        "." * 60000,
        "«" * 40000,
        "до 1" * 9000,
    ],
    ids=["labels", "phones", "words", "digits", "dots", "quotes", "terms"],
)
def test_hostile_lines_are_read_to_their_end(body: str) -> None:
    assert read(body)


@pytest.mark.parametrize(
    "body",
    [
        "Текст: а « начало\n" + "слово дело\n" * 3990 + "»",
        "===\nДословно\nКонец\nБот\n" * 900,
        ">> ~ [ → " * 20000,
        "Житель ~ Житель >> " * 5000,
        "Срок дата изменен ответ инцидент № 5 закрыт " * 3000,
        "не хочу жить в " * 9000,
    ],
    ids=["quotation", "marks", "signs", "own labels", "events", "alarms"],
)
def test_hostile_lines_are_read_to_their_end_by_configured_rules(body: str) -> None:
    source = replace(
        SOURCE,
        labels={"applicant": ("Житель", "Тут *")},
        separator=("===",),
        text_begin=("Дословно",),
        text_end=("Конец",),
        skip=("Бот",),
        events={"returned": ("вернули",)},
    )

    assert read_notices(mail(body), source, OFFICE)


def test_mails_in_mails_are_opened_a_few_times_only() -> None:
    message = EmailMessage()
    message.set_content("Автор: Донный Олег Ильич\nТекст: Нет воды.\n")
    for _ in range(12):
        outer = EmailMessage()
        outer["From"] = "press@region.example"
        outer.set_content("Посмотрите.")
        outer.add_attachment(message)
        message = outer

    [notice] = read_notices(read_mail(message.as_bytes()), SOURCE, OFFICE)

    assert (notice.text, notice.applicant, "text" in notice.unsure) == ("Посмотрите.", None, True)


def test_a_letter_of_a_thousand_messages_does_not_open_a_thousand_cases() -> None:
    body = "\n".join(
        f"Заявитель: Тестов{one}\nАдрес: дом {one}\nТекст: снег" for one in range(1000)
    )

    [notice] = read(body)

    assert "text" in notice.unsure


def test_an_empty_body_asks_for_everything() -> None:
    [notice] = read("")

    assert notice.unsure == ("applicant", "address", "text")
    assert not notice.text


def test_what_cannot_be_told_apart_is_kept_whole() -> None:
    body = "Первая часть рассказа о дороге и снеге.\n\n-----\n\nВторая часть, она вся о воде."

    [notice] = read(body)

    assert "text" in notice.unsure
    assert "applicant" in notice.unsure


def test_plain_text_is_cut_to_a_bounded_number_of_lines() -> None:
    assert len(pieces_of_text("строка\n" * 100_000)) == MAX_PIECES


def test_words_of_script_and_style_are_no_notice() -> None:
    body = "<style>ФИО: А Б</style><script>Адрес: x</script><p style='display:none'>Текст: да</p>"

    assert pieces_of_html(body) == ()


@pytest.mark.parametrize(
    ("sender", "matches"),
    [
        ("press@region.example", True),
        ("PRESS@Region.example", True),
        ("Кто угодно <any@soc.example>", True),
        ("press@other.example", False),
        ("any@sub.soc.example", False),
        ("press@region.example <evil@evil.example>", False),
    ],
)
def test_the_strictly_read_sender_decides_whose_notice_it_is(sender: str, matches: bool) -> None:
    raw = f"From: {sender}\r\nSubject: x\r\n\r\nbody\r\n".encode()

    assert (matching_source(read_mail(raw), [SOURCE]) is SOURCE) is matches


def test_the_first_source_whose_subject_fits_is_taken() -> None:
    tight = Source(track="incident", senders=SOURCE.senders, subjects=("Инцидент",))
    loose = Source(track="governor", senders=SOURCE.senders, subjects=("сообщение",))

    assert matching_source(mail("x"), [tight, loose]) is loose
    assert matching_source(mail("x"), [tight]) is None

"""What the responsible tell to have happened outside mail, at every step of every track."""

from __future__ import annotations

import pytest

from mcu_mail.rehearsal.people import buttons_of
from mcu_mail.rehearsal.photo import snowy_street
from tests.stories.office_day import BLURRED, DRAFT, SERVICE, SNOW
from tests.stories.other_notices import incident, kuzbass_online, of_case, sent

TEXT = (
    "Ответ: Тротуар вдоль улицы Чертёжной очищен 23.11.2026, работы вела бригада МКУ «Дорожник». "
    "Следующая очистка назначена на 25.11.2026, за сроком следит отдел дорожного хозяйства."
)
PHOTO = ("IMG_01.jpg", "image/jpeg", snowy_street(1))
WHEN = "Когда уже почистят тротуар вдоль Чертёжной? Бабушки падают."


def test_an_approval_by_telephone_needs_its_basis_and_the_approver_may_take_it_back(day):
    day.notice("08:30", SNOW)
    day.fresh("appeals", "2026-000001", "Согласовано по телефону: Хозяйственнов, 08:31", "08:32")
    assert day.reasons()[-1] == "outside_nothing_to_approve"
    day.reply("roads_head", DRAFT, "08:40", to=of_case(day, "roads_head", "ответ сегодня"))
    asked = day.asked()

    day.reply("appeals", "Согласовано по телефону", "08:45")
    assert day.reasons()[-1] == "outside_no_basis_phone"
    assert "кто согласовал и когда" in day.told("appeals")
    for person in ("roads_head", "registry", "it"):
        day.fresh(person, "2026-000001", "Согласовано по телефону: Хозяйственнов", "08:46")
    assert day.asked() == asked, "neither a drafter nor another track's coordinator may tell it"

    day.fresh(
        "appeals", "Re: 2026-000001", "Согласовано по телефону: Хозяйственнов, 08:47", "08:48"
    )
    assert day.case().step == "sign"
    said = day.events("approved")[-1]
    assert (said.actor, said.data["way"], said.data["for"]) == ("appeals", "phone", "dep_life")
    assert said.data["basis"] == "Хозяйственнов, 08:47"
    assert set(buttons_of(day.last("dep_life"))) == {"Отозвать решение"}
    assert "Хозяйственнов, 08:47" in day.told("dep_life")

    day.fresh("appeals", "2026-000001", "Согласовано по телефону: глава подписал", "08:50")
    assert day.reasons()[-1] == "outside_signature"
    day.press("dep_life", "Отозвать решение", "11:30")
    assert day.case().step == "approve_deputy", "nobody can agree in his name against his word"


def test_a_letter_is_reassigned_renamed_and_ended_by_the_dispatcher_at_the_draft_step(day):
    day.notice("08:30", SNOW)
    day.fresh("appeals", "2026-000001", "Передать: УЖТР", "08:40")
    assert day.case().department == "uzhtr"
    assert "Трассов" not in day.told("uzhtr_head")
    day.fresh("appeals", "2026-000001", "Исполнитель: Трассов", "08:50")
    assert (day.case().department, day.case().actor) == ("roads", "roads_head")
    term = day.case().term
    day.fresh("appeals", "2026-000001", "Срок до 16:00 24.11.2026", "08:55")
    assert day.reasons()[-1] == "outside_no_basis_term"
    day.fresh("appeals", "2026-000001", "Срок до 16:00 24.11.2026: продлила приёмная", "09:00")
    assert day.case().term == day.stage.moment("2026-11-24 16:00") > term
    assert [event.data["reason"] for event in day.events("term_changed")] == ["продлила приёмная"]
    day.fresh("appeals", "2026-000001", "Закрыть", "09:05")
    assert day.reasons()[-1] == "no_basis"
    day.fresh("appeals", "2026-000001", "Отправлено вручную 09:10", "09:12")
    assert day.reasons()[-1] == "outside_no_basis_sent"
    day.fresh("appeals", "2026-000001", "Отправлено вручную 09:10: письмо главы, № 77", "09:15")
    assert day.case().state == "closed"
    assert day.events("sent_by_hand")[0].data["basis"] == "письмо главы, № 77"


def test_a_text_that_an_order_has_overtaken_is_shown_to_whoever_is_to_write_now(day):
    day.notice("08:30", SNOW)
    asked = of_case(day, "roads_head", "ответ сегодня")
    for raw in (
        day.reply_bytes("roads_head", DRAFT, "08:40", to=asked),
        day.fresh_bytes("appeals", "2026-000001", "Передать: УЖТР", "08:41"),
    ):
        day.post.deliver(SERVICE, raw)
    day.play("08:42")
    assert day.asked() == [("draft", "uzhtr_head")], "no text of before passes the new head by"
    assert "Улица Образцовая расчищена" in day.told("uzhtr_head")
    assert "Пригодится" in day.told("uzhtr_head")

    sent(day, "incident", incident("8123401", WHEN), "10:02")
    asked = of_case(day, "roads_head", "Уборка снега")
    for raw in (
        day.reply_bytes("roads_head", TEXT, "10:20", to=asked, files=[PHOTO]),
        day.fresh_bytes("appeals", "2026-000002", "Передать: УЖТР", "10:21"),
    ):
        day.post.deliver(SERVICE, raw)
    day.play("10:22")
    assert day.asked(2) == [("control", "appeals"), ("draft", "uzhtr_head")]
    assert "очищен 23.11.2026" in day.told("uzhtr_head")

    # A colleague's note reaches the drafter as what it is: he has handed in nothing.
    day.fresh("dep_life", "2026-000002", "Трактор вышел на линию в девять.", "10:30")
    assert "возьмите из него нужное" in day.told("uzhtr_head")
    day.reply("uzhtr_head", TEXT, "10:40", to=of_case(day, "uzhtr_head", "ответ"))
    day.fresh("dep_life", "2026-000002", "Трактор закончил в десять.", "10:45")
    assert "верните ответ на доработку с причиной" in day.told("appeals")


def test_a_case_that_was_closed_by_mistake_is_opened_again_where_it_stood(day):
    sent(day, "incident", incident("8123401", WHEN), "10:02")
    day.reply("roads_head", TEXT, "10:20", to=of_case(day, "roads_head", "Уборка снега"))
    before = day.case()
    assert before.step == "approve"
    day.fresh("appeals", "2026-000001", "Закрыть: повтор", "10:30")
    assert day.case().state == "closed"
    assert "Ответьте «СТОП»" in day.told("appeals")
    day.reply("roads_head", "СТОП", "10:31", to=day.last("appeals"))
    assert day.case().state == "closed", "nobody else takes it back"
    day.reply("appeals", "СТОП", "10:32")
    case = day.case()
    assert (case.state, case.step, case.term) == ("open", "approve", before.term)
    assert ("approve", "appeals") in day.asked()
    assert "снова открыто" in day.told("appeals")
    assert f"{day.stage.desk.local(before.term):%H:%M}" in day.told("appeals")

    day.fresh("appeals", "2026-000001", "Закрыть: повтор", "10:40")
    day.reply("appeals", "СТОП", "11:30")
    assert (day.case().state, day.reasons()[-1]) == ("closed", "recall_late")
    day.fresh("appeals", "2026-000001", "Открыть заново", "11:31")
    assert (day.case().state, day.reasons()[-1]) == ("closed", "outside_no_basis_open")
    day.fresh("roads_head", "2026-000001", "Открыть заново: надо", "11:32")
    assert day.case().state == "closed"
    day.fresh("appeals", "2026-000001", "Открыть заново: закрыли не то дело", "11:35")
    assert (day.case().state, day.case().step) == ("open", "approve")
    assert day.events("opened_again")[-1].data["reason"] == "закрыли не то дело"
    day.fresh("appeals", "2026-000001", "Открыть заново: ещё раз", "11:36")
    assert day.reasons()[-1] == "outside_open"
    # Its term is watched as before.
    day.play(f"{day.stage.desk.local(before.term):%Y-%m-%d %H:%M}")
    assert day.events("term_passed")


def test_a_letter_s_case_that_the_dispatcher_has_closed_is_opened_again(day):
    day.notice("08:30", SNOW)
    day.fresh("appeals", "2026-000001", "Закрыть: повтор", "08:40")
    day.reply("appeals", "Стоп", "08:45")
    assert day.asked() == [("draft", "roads_head")]
    assert "ответ" in str(day.last("roads_head")["Subject"])
    day.fresh("appeals", "2026-000001", "Отправлено вручную 09:10: письмо главы, № 77", "09:15")
    day.fresh("appeals", "2026-000001", "Открыть заново: письмо не ушло", "09:40")
    assert day.asked() == [("draft", "roads_head")]
    day.notice("09:45", BLURRED)
    asked = day.last("appeals")
    day.reply("appeals", "Закрыть: не наше", "09:50", to=asked)
    day.reply("appeals", "СТОП", "09:55", to=asked)
    assert day.asked(2) == [("route", "appeals")]


def test_the_coordinator_s_words_count_by_number_and_in_reply_to_any_mail_of_the_case(day):
    sent(day, "incident", incident("8123401", WHEN), "10:02")
    day.fresh("appeals", "2026-000001", "Фаст-трек", "10:10")
    assert "fast" in day.case().marks
    day.reply("roads_head", TEXT, "10:30", to=of_case(day, "roads_head", "Уборка снега"))
    day.fresh("appeals", "2026-000001", "Согласовано", "10:31")
    assert day.case().step == "approve", "an approval is taken on its own code alone"
    day.fresh("appeals", "2026-000001", "Передать: жизнеобеспечение", "10:32")
    assert (day.case().step, day.case().department) == ("draft", "uzhtr")
    assert day.asked() == [("control", "appeals"), ("draft", "uzhtr_head")]
    day.fresh("appeals", "2026-000001", "Исполнитель: Трассов", "10:33")
    day.reply("roads_head", TEXT, "10:35", to=of_case(day, "roads_head", "Уборка снега"))
    day.fresh("appeals", "2026-000001", "Опубликовано вручную: система не открывалась", "10:36")
    assert day.reasons()[-1] == "not_yet_approved"
    day.press("appeals", "Согласовать", "10:40", mail=of_case(day, "appeals", "Согласуйте"))
    day.fresh("appeals", "2026-000001", "Опубликовано вручную", "10:41")
    assert day.reasons()[-1] == "outside_no_basis_published"
    words = "Опубликовано вручную 10:42: система не открывалась"
    day.fresh("appeals", "2026-000001", words, "10:50")
    up = day.events("published")[-1]
    assert (up.data["basis"], up.data["by"]) == ("система не открывалась", "appeals")
    assert day.case().marks["published"] == day.stage.moment("2026-11-23 10:42").isoformat()
    day.fresh("appeals", "2026-000001", "Передать: жизнеобеспечение", "10:55")
    assert day.reasons()[-1] == "outside_reassign_late"
    day.fresh("appeals", "2026-000001", "ЦУР согласовал", "11:00")
    assert day.case().step == "citizen"


def test_who_publishes_may_be_told_for_and_every_dispatcher_may_tell_of_a_claim(day):
    claim = "Во дворе дома 3 по ул. Сборной не работает освещение, перегорели лампы."
    sent(day, "kuzbass_online", kuzbass_online("345678", claim), "10:02")
    day.fresh("it", "2026-000001", "Закрыть: не наше", "10:05")
    assert day.case().state == "open", "the coordinator of another track has no say"
    day.fresh("appeals", "2026-000001", "Принято: ЖКХ / Освещение", "10:10")
    assert day.case().step == "draft"
    assert day.case().marks["category"] == "ЖКХ / Освещение"
    drafter = day.case().actor
    day.reply(drafter, TEXT, "10:30", to=of_case(day, drafter, "ответ"))
    day.fresh("edds_head", "2026-000001", "Отправлено вручную 10:40: внесли с телефона", "10:45")
    assert day.reasons()[-1] == "outcome_expected"
    day.fresh("edds_head", "2026-000001", "Опубликовано по телефону: дежурный, решено", "10:50")
    assert day.case().state == "closed"
    assert day.events("published")[-1].data["outcome"] == "решено"


@pytest.mark.parametrize("changes", [{"mail.trust": {"authserv_id": "mail.okrug.example"}}])
def test_a_word_that_nobody_vouches_for_is_asked_about_first(day):
    day.notice("08:30", SNOW)
    day.fresh("appeals", "2026-000001", "Закрыть: ответ дан устно", "08:40")
    assert day.case().state == "open"
    assert day.asked()[-1] == ("confirm", "appeals")
    day.press("appeals", "Да, это я", "08:45")
    assert day.case().state == "closed"


def test_an_appeal_leaves_its_track_and_is_controlled_to_its_thirty_days(day):
    day.notice("08:30", SNOW)
    day.fresh("appeals", "2026-000001", "Обращение по 59-ФЗ", "08:40")
    assert day.reasons()[-1] == "outside_appeal_number"
    day.fresh("appeals", "2026-000001", "Обращение по 59-ФЗ, № 01-15/77 от 23.11.2026", "08:45")
    case = day.case()
    assert (case.state, case.actor, day.asked()) == ("waiting", "appeals", [])
    assert case.due == case.term == day.stage.moment("2026-12-23 17:30")
    assert "roads_head" in day.got
    day.play("2026-11-24 12:00")
    assert day.events("term_passed") == [], "the term of the track is no more"
    day.fresh(
        "appeals", "2026-000001", "Согласовано по телефону: Хозяйственнов", "2026-11-24 12:10"
    )
    assert day.reasons()[-1] == "outside_appeal_out"
    day.play("2026-12-20 17:31")
    assert "01-15/77" in day.told("appeals")
    day.fresh("appeals", "2026-000001", "Закрыть: ответ дан", "2026-12-21 10:00")
    assert day.reasons()[-1] == "outside_appeal_answer"
    day.fresh("appeals", "2026-000001", "Закрыть: ответ дан, № 01-15/77-о", "2026-12-21 10:05")
    assert day.case().state == "closed"


def test_a_promise_of_photos_replaces_no_longer_words_that_may_be_the_answer(day):
    day.notice("08:30", SNOW)
    task = of_case(day, "roads_head", "ответ сегодня")
    words = "Улицу чистим, грейдер уже работает, закончим до вечера и вышлем снимки."
    day.reply("roads_head", words, "08:40", to=task)
    day.reply("roads_head", "Фото вышлем завтра", "08:45", to=task)
    kept = day.case().draft
    assert kept is not None
    assert kept.text == words
    assert [event.data["text"] for event in day.events("note")] == [words, "Фото вышлем завтра"]


def test_what_was_no_appeal_comes_back_into_its_track(day):
    sent(day, "incident", incident("8123401", WHEN), "10:02")
    term = day.case().term
    words = "Обращение по 59-ФЗ, рег. № 15 от 23.11.2026"
    day.reply("appeals", words, "10:10", to=of_case(day, "appeals", "Первичный ответ"))
    assert day.case().state == "waiting"
    day.fresh("appeals", "2026-000001", "Передать: дороги", "10:20")
    assert (day.case().state, day.case().step, day.case().term) == ("open", "draft", term)
    assert ("draft", "roads_head") in day.asked()


def test_what_was_learnt_by_telephone_is_shown_and_moves_nothing(day):
    sent(day, "incident", incident("8123401", WHEN), "10:02")
    task = of_case(day, "roads_head", "Уборка снега")
    day.reply(
        "appeals",
        "Уточнено: въезд со двора, дом 5",
        "10:10",
        to=of_case(day, "appeals", "Первичный ответ"),
    )
    assert day.moved == set()
    day.reply("roads_head", "Фото вышлем завтра", "10:15", to=task)
    day.reply("roads_head", "Уточнено по телефону: калитка сломана", "10:20", to=task)
    assert day.moved == set()
    day.fresh("it", "2026-000001", "Уточнено: посторонний", "10:25")
    assert [event.actor for event in day.events("clarified")] == ["appeals", "roads_head"]
    words = f"Уточнено: заявитель просит позвонить\n\n{TEXT}"
    day.reply("roads_head", words, "10:30", to=task)
    assert day.case().step == "approve"
    assert "Уточнено" not in day.letter(1).text
    shown = day.told("appeals")
    for part in ("въезд со двора, дом 5", "калитка сломана", "просит позвонить"):
        assert part in shown
    day.reply(
        "appeals",
        "Связались: 23.11 10:40, по телефону",
        "10:45",
        to=of_case(day, "appeals", "Первичный ответ"),
    )
    assert len(day.case().contacts) == 1
    assert day.moved == {"contacts"}

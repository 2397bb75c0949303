"""Who may still decide, which codes count, and what mail that nobody vouches for makes us write."""

from __future__ import annotations

import json
import logging

import pytest
import yaml

from mcu_mail.domain.codes import grouped
from mcu_mail.reports import board
from mcu_mail.service.gone import void_codes_of_the_gone
from mcu_mail.service.measuring import FOUND, about
from mcu_mail.service.rounds import Rounds
from tests.stories.forged_verdicts import RECEIVED, SERVER, SERVICE
from tests.stories.office_day import DRAFT, code_of, writer

TRUSTING = {"mail.trust": {"authserv_id": SERVER, "unproven": "confirm"}}
trusting = pytest.mark.parametrize("changes", [TRUSTING], indirect=True)


def configure(day, change) -> None:
    """The administrator edits the settings and starts the service anew."""
    config = day.stage.config
    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    change(values)
    day.stage.close()
    config.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")


def test_who_has_left_decides_nothing_and_his_successor_is_asked(day):
    request = day.drafted()

    def dismissed(values):
        values["people"]["dep_life"]["left"] = "2026-11-23"
        values["roles"]["curator"] = "dep_affairs"
        for item in values["departments"]:
            item["curator"] = item["curator"].replace("dep_life", "dep_affairs")

    configure(day, dismissed)
    day.reply("dep_life", "Согласовано", "09:30", to=request)
    assert day.case().step == "approve_deputy"
    assert day.events("approved") == []
    assert day.asked() == [("approve", "dep_affairs")]
    assert code_of(day.last("dep_affairs")) not in {"", code_of(request)}
    day.reply("dep_affairs", "Согласовано", "09:40")
    assert day.case().step == "sign"


def test_where_nobody_holds_the_post_an_administrator_is_told_and_the_step_waits(day):
    request = day.drafted()

    def struck(values):
        values["people"]["dep_life"]["left"] = "2026-11-23"

    configure(day, struck)
    day.reply("dep_life", "Согласовано", "09:30", to=request)
    assert day.asked() == []
    assert day.case().step == "approve_deputy"
    assert "больше не работает" in day.told("appeals")

    # As soon as the settings name a successor, he is asked.
    def named(values):
        values["roles"]["curator"] = "dep_affairs"
        for item in values["departments"]:
            item["curator"] = item["curator"].replace("dep_life", "dep_affairs")

    configure(day, named)
    day.play("09:40")
    assert day.asked() == [("approve", "dep_affairs")]
    assert day.case().actor == "dep_affairs"
    assert code_of(day.last("dep_affairs")) not in {"", code_of(request)}


def test_who_leaves_while_the_service_runs_is_asked_no_more_the_next_day(day):
    def leaves(values):
        values["people"]["roads_head"]["left"] = "2026-11-24"

    configure(day, leaves)
    day.notice()
    evening, night = (day.stage.moment(f"2026-11-{one}") for one in ("23 23:50", "24 00:10"))
    rounds = Rounds(desk=day.stage.desk, played=True)
    rounds.start(evening)
    rounds.one(evening)
    assert day.asked() == [("draft", "roads_head")]
    rounds.one(night)
    assert day.asked() == [], "his code is void without a new start"
    assert len(day.events("code_void")) == 1
    assert void_codes_of_the_gone(rounds.desk, night) == 0


def test_a_mail_that_reads_two_ways_and_guessed_codes_decide_nothing(day):
    request = day.drafted()
    raw = day.reply_bytes("dep_life", "Согласовано", "09:10", to=request)
    mark_up = raw.index(b"text/html")
    body = raw.index(b"\r\n\r\n", mark_up) + 4
    # «<p>Против!</p>» in base64.
    forged = raw[:body] + b"PHA+0J/RgNC+0YLQuNCyITwvcD4=\r\n" + raw[raw.index(b"\r\n--", body) :]
    day.arrives(forged, "09:10")
    assert day.moved == set()
    assert day.reasons() == ["two_texts"]
    assert "два разных текста" in day.told("dep_life")

    for number in range(6):
        guess = (
            f"From: <zam-zhkh@okrug.example>\r\nSubject: 0000-0000-0000-000{number}\r\n\r\n+\r\n"
        )
        day.post.deliver(SERVICE, guess.encode())
    day.play("09:20")
    assert day.moved == set()

    # A true answer to our mail brings its whole thread along, and its Reply-To is named.
    raw = day.reply_bytes("dep_life", "Согласовано", "09:30", to=request)
    day.arrives(b"Reply-To: <other@evil.example>\r\n" + raw, "09:30")
    assert day.case().step == "sign"
    assert "other@evil.example" in day.told("dep_life")
    assert day.post.mailbox("other@evil.example") == []


@trusting
def test_forged_approvals_by_the_dozen_make_us_ask_five_times_and_say_so_once(day):
    request = day.drafted()
    raw = RECEIVED.encode() + day.reply_bytes("dep_life", "Согласовано", "09:10", to=request)
    for number in range(14):
        day.post.deliver(
            SERVICE, raw.replace(b"\r\nMessage-ID: <", b"\r\nMessage-ID: <%d." % number)
        )
    day.play("09:20")
    assert len(day.got["dep_life"]) == 6
    assert len(day.got["appeals"]) == 1
    assert "много писем" in day.told("dep_life")
    assert day.case().step == "approve_deputy"
    assert len(day.events("not_taken")) == 14


def test_an_address_with_the_code_is_used_only_where_it_was_seen_to_work(day, caplog):
    caplog.set_level(logging.DEBUG, logger="mcu_mail")
    day.notice()
    assert day.last("roads_head")["Reply-To"] is None
    desk = day.stage.desk
    with desk.store.work() as work:
        work.facts.set(FOUND, json.dumps({"plus": True, "for": about(desk.settings)}))
        work.commit()
    day.reply("roads_head", DRAFT, "09:00")
    code = code_of(day.last("dep_life"))
    day.reply("dep_life", f"А почему {code.lower()} и {code.replace('-', ' ')}?", "09:05")
    back = str(day.last("dep_life")["Reply-To"])
    assert back == f"mcu+{code_of(day.last('dep_life')).replace('-', '').lower()}@okrug.example"
    who = writer("dep_life")
    mail = f"From: <{who.address}>\r\nTo: <{back}>\r\nSubject: x\r\n"
    kind = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    day.arrives(f"{mail}{kind}Согласовано\r\n".encode(), "09:10")
    assert day.case().step == "sign"
    # Nobody who may look at a case or at the log learns a code from it.
    with day.stage.desk.store.view() as view:
        shown = json.dumps(board.one_case(view, day.case(), day.stage.desk.zone))
        codes = view.requests.codes_of_case(day.case().id)
    assert len(codes) > 1
    ours = [entry.getMessage() for entry in caplog.records if entry.name.startswith("mcu_mail")]
    for text in (shown, " ".join(ours)):
        for one in codes:
            for form in (one, one.lower(), grouped(one), grouped(one).lower()):
                assert form not in text

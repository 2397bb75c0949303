"""People who do what they were asked, knowing only what lies in their mailbox and the folder."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.model import promises
from tests.stories.office_day import DRAFT

if TYPE_CHECKING:
    from tests.model.office import ModelOffice

_MOST_ROUNDS = 60
_ROADS = "Передать: Отдел дорожного хозяйства и транспорта"
_OUTSIDE = {"regional": "ЦУР согласовал", "citizen": "Оценка: 5"}
"""What the responsible tells of a step in which the outside world is to act."""


class Honest:
    """The people of an office on a good day."""

    def __init__(self, office: ModelOffice) -> None:
        self._office = office
        self._numbers = 0

    def bring_to_an_end(self) -> None:
        """Let everybody answer what he is asked until no case is open."""
        office = self._office
        for _ in range(_MOST_ROUNDS):
            office.rounds.health.until.clear()
            office.play()
            promises.check(office)
            if promises.all_ended(office):
                return
            acted = self.everybody()
            office.passes(timedelta(minutes=20 if acted else 180))
        left = office.rows("SELECT number, step, state, actor FROM cases WHERE state <> 'closed'")
        asked = office.rows(
            "SELECT purpose, person, step, expires_at, data FROM requests WHERE closed_at IS NULL"
        )
        tasks = office.rows("SELECT kind, attempts, error FROM tasks WHERE done_at IS NULL")
        raise AssertionError(f"no way to the end: {left} {asked} {tasks}")

    def everybody(self) -> int:
        """Each open question is answered by the one asked; how many were."""
        return sum(self._answer(request) for request in self._asked()) + self._clerk()

    def one_act(self) -> None:
        """The oldest open question is answered, or a paper signed."""
        if any(self._answer(request) for request in self._asked()):
            return
        self._clerk()

    def _asked(self) -> list[dict[str, Any]]:
        return self._office.rows(
            "SELECT r.*, c.number, c.state, c.step AS now_step FROM requests r"
            " JOIN cases c ON c.id = r.case_id WHERE r.closed_at IS NULL ORDER BY r.id"
        )

    def _mail_of(self, request: dict[str, Any]) -> bytes | None:
        """The newest mail of a request that has reached the one asked."""
        code = str(request["code"]).lower()
        mails = self._office.mails_of(str(request["person"]))
        found = [raw for message_id, raw in mails.items() if f".{code}." in message_id]
        return found[-1] if found else None

    def _answer(self, request: dict[str, Any]) -> bool:
        text = self._words(request)
        raw = self._mail_of(request)
        if not text or raw is None:
            return False
        self._office.answers(raw, self._office.address(request["person"]), text)
        return True

    def _words(self, request: dict[str, Any]) -> str:
        data = json.loads(request["data"])
        purpose = request["purpose"]
        if purpose == "register":
            self._numbers += 1
            return f"№ {500 + self._numbers} от {self._office.now:%d.%m.%Y}"
        if purpose == "command":
            return "Закрыть: решено" if data.get("command") == "after_void" else "ДА"
        return {
            "route": _ROADS,
            "draft": DRAFT.replace("№ 25", f"№ {self._office.serial}"),
            "approve": "Согласовано",
            "confirm": "ДА",
            "sending": "Отправлено вручную 17:58",
            "similar": "",
            "absent": "Ждать",
            "publish": "Опубликовано https://vk.com/wall-1_2",
            "control": _OUTSIDE.get(request["now_step"], ""),
        }.get(purpose, "")

    def _clerk(self) -> int:
        """The head signs what lies in «На подпись»; the clerk scans it."""
        office, done = self._office, 0
        waiting = office.rows(
            "SELECT id, number, version FROM cases WHERE step = 'sign' AND state = 'open'"
        )
        for case in waiting:
            if office.printed(case["number"]):
                content = f"{case['id']}:{case['version']}:{office.now}".encode()
                office.scan(case["id"], case["version"], content)
                done += 1
        return done

"""Days of an office in which anything may happen at any moment, the death of the process too.

The service is the real one over a real database; only what stands outside is played. After every
step the promises hold, and from wherever the days have led, honest people bring each case to its
end.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.model import promises
from tests.model.honest import Honest
from tests.model.office import REGION, ModelOffice
from tests.model.outside import FATES, OURS, TAKEN, head_of, wired_to
from tests.stories.office_day import BLURRED, DRAFT, LIGHTS, SNOW
from tests.stories.signed_letter import bounce
from tests.stories.track_notices import incident

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

NOTICES = (SNOW, LIGHTS, BLURRED)
SPANS = tuple(
    timedelta(minutes=minutes) for minutes in (2, 6, 16, 45, 90, 240, 600, 1440, 3 * 1440)
)
ANYTHING = (
    "Согласовано",
    "Согласовано",
    "ок",
    "На доработку: уточните номера домов",
    "На доработку",
    "Согласовано, но уточните сроки",
    DRAFT,
    DRAFT.replace("№ 25", "№ 31"),
    DRAFT.partition("\n")[0],
    "Связались: 23.11 08:55, по телефону",
    "Завтра выедем и посмотрим.",
    "Промежуточный ответ до 27.11.2026: дорога осмотрена, уборка запланирована на эту неделю.",
    "Прошу продлить до 25.11.2026: нужна техника из соседнего округа",
    "Не наше: дорога областная",
    "Исполнитель: Заместителева",
    "Передать: Отдел дорожного хозяйства и транспорта",
    "СТОП",
    "ДА",
    "Глава вернул: другой адресат",
    "Закрыть: ответ передан по телефону",
    "Дубль 2026-000001",
    "Отправлено вручную 17:58",
    "Отправить ещё раз",
    "Аннулирован: ошибка в адресате",
    "Ждать",
    "Я на месте",
    "",
)
OF_INCIDENTS = (
    "Первичный ответ дан",
    "Фаст-трек",
    "Срочно до 23:30: поручение главы",
    "Срок 27.11.2026 12:00: продлил ЦУР",
    "Опубликовано https://vk.com/wall-1_2",
    "ЦУР согласовал",
    "ЦУР вернул: нет фото",
    "Комментарий заявителя: снег не убран",
    "Оценка: 5",
    "Открыть заново: закрыли по ошибке",
)
TOLD = (
    "Инцидент № {0}\nРешение куратора: СОГЛАСОВАНО\nОтвет направлен на оценку пользователю.",
    "Ответ по инциденту № {0} возвращён на доработку по причине: нет фото после работ.",
    "Инцидент № {0}\nАвтор добавил комментарий: «Никто не приезжал, сплошные отписки!»",
    "Куратор ЦУР установил признак «Фаст-трек» по инциденту {0}.",
    "Инцидент № {0} закрыт: пользователь не ответил в течение двух дней.",
    "Инцидент {0}. Ответ опубликован в комментариях: https://vk.com/wall-1_2?reply=3",
)
"""What the system tells of an incident."""
PEOPLE = ("roads_head", "uzhtr_head", "uzhtr_deputy", "dep_life", "appeals", "registry", "press")
AWAY = "Я в отпуске до 04.12.2026 включительно."
FAULTS = st.one_of(
    st.just(""),
    st.just(""),
    st.integers(1, 90).map(lambda place: f"*@{place}=crash"),
    st.integers(1, 25).map(lambda place: f"commit:*@{place}=crash"),
    # The database says that a commit has failed, whether it has or not (F55).
    st.integers(1, 25).map(lambda place: f"commit:*@{place}=EIO"),
    st.integers(1, 8).map(lambda place: f"smtp.*@{place}=crash"),
    st.integers(1, 6).map(lambda place: f"kept.*@{place}=ENOSPC"),
)
NEWEST = st.integers(0, 5)


class Days(RuleBasedStateMachine):
    """See the module."""

    figures: ClassVar[Counter[str]] = Counter()
    """What all days together came to."""
    office: ModelOffice
    honest: Honest
    _wires: AbstractContextManager[None]

    @initialize(mode=st.sampled_from(["master", "master", "follower"]))
    def opens(self, mode: str) -> None:
        self.office = ModelOffice(mode)
        self.honest = Honest(self.office)
        self._wires = wired_to(self.office.post)
        self._wires.__enter__()
        self.notices: list[bytes] = []
        self.incidents: list[str] = []
        self.scans: list[tuple[int, int, bytes]] = []
        self.office.start()
        self.arrives(0)

    # --- what comes ------------------------------------------------------------------------------

    def arrives(self, which: int) -> None:
        serial = len(self.notices) + 1
        text = NOTICES[which].replace("8-999-000-11", f"8-999-{serial:03}-11")
        text = text.replace("990000001_48", f"99000{serial:04}_48").replace("д. ", f"д. {serial}")
        self.office.writes("press@region.example", f"Сообщение {serial}", text)
        self.notices.append(self.office.post.arrived[-1])
        self.office.play()

    @precondition(lambda self: len(self.notices) < 3)
    @rule(fast=st.booleans())
    def an_incident_arrives(self, fast: bool) -> None:
        serial = len(self.notices) + 1
        number = f"81234{serial:02}"
        self.office.post.deliver(
            incident(
                f"{self.office.now:%Y-%m-%d %H:%M}",
                number=number,
                place=f"ул. Чертёжная, д. {serial}",
                fast=fast,
            )
        )
        self.notices.append(self.office.post.arrived[-1])
        self.incidents.append(number)
        self.office.play()

    @precondition(lambda self: self.incidents)
    @rule(which=st.integers(0, 2), told=st.sampled_from(TOLD), fault=FAULTS)
    def the_system_tells(self, which: int, told: str, fault: str) -> None:
        number = self.incidents[which % len(self.incidents)]
        words = told.format(number)
        self.office.writes("noreply@incident.example", f"[Инцидент] № {number}", words)
        self.office.play(fault)

    @precondition(lambda self: len(self.notices) < 3)
    @rule(which=st.integers(0, 2))
    def a_notice_arrives(self, which: int) -> None:
        self.arrives(which)

    @rule()
    def a_mail_comes_twice(self) -> None:
        # Another copy of the bytes: the same object would stand in two places.
        self.office.post.deliver(bytes(bytearray(self.notices[-1])))
        self.office.play()

    @rule(times=st.integers(1, 3), fault=FAULTS)
    def somebody_does_what_is_asked(self, times: int, fault: str) -> None:
        for _ in range(times):
            self.honest.one_act()
            self.office.play(fault)

    @rule(
        person=st.sampled_from(PEOPLE),
        newest=NEWEST,
        text=st.sampled_from((*ANYTHING, *OF_INCIDENTS)),
        as_other=st.sampled_from(["", "", "", "", "dep_social", "stranger"]),
        proven=st.sampled_from([True, True, True, False]),
        at_once=st.booleans(),
        fault=FAULTS,
    )
    def somebody_writes_anything(
        self,
        person: str,
        newest: int,
        text: str,
        as_other: str,
        proven: bool,
        at_once: bool,
        fault: str,
    ) -> None:
        office = self.office
        mails = list(office.mails_of(person).values())
        if not mails:
            return
        sender = office.address(person)
        if as_other == "stranger":
            sender = "kto-to@chuzhoe.example"
        elif as_other:
            sender = office.address(as_other)
        office.answers(mails[-1 - newest % len(mails)], sender, text, proven=proven)
        if at_once:
            # Else it lies there until the next round, together with what comes meanwhile.
            office.play(fault)
        else:
            office.play()

    @rule(person=st.sampled_from(PEOPLE[:4]), fault=FAULTS)
    def somebody_is_away(self, person: str, fault: str) -> None:
        office = self.office
        mails = list(office.mails_of(person).values())
        if mails:
            head = head_of(mails[-1])
            office.serial += 1
            office.post.deliver(
                office.proof(office.address(person), good=True)
                + f"From: {office.address(person)}\r\nTo: {OURS}\r\n"
                f"Subject: Automatic reply: x\r\nAuto-Submitted: auto-replied\r\n"
                f"Message-ID: <away.{office.serial}@pc.example>\r\n"
                f"In-Reply-To: {head['Message-ID']}\r\nDate: {head['Date']}\r\n"
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
                f"\r\n{AWAY}\r\n".encode()
            )
            office.play(fault)

    # --- paper -----------------------------------------------------------------------------------

    @rule(
        back=st.integers(0, 2),
        fresh=st.booleans(),
        fault=st.sampled_from(["", "", "*@2=crash", "commit:*@1=crash", "commit:*@2=crash"]),
        then=FAULTS,
    )
    def a_scan_comes(self, back: int, fresh: bool, fault: str, then: str) -> None:
        """Of the present version or an older one; the very same file, or another."""
        letters = self.office.rows("SELECT case_id, version FROM letters WHERE pdf IS NOT NULL")
        if not letters:
            return
        letter = letters[-1 - back % len(letters)]
        content = f"{letter['case_id']}:{letter['version']}".encode()
        if fresh:
            content += f":{self.office.now}".encode()
        self.office.scan(letter["case_id"], letter["version"], content, fault)
        self.office.play(then)

    @rule(known=st.booleans(), fault=FAULTS)
    def the_clerk_takes_a_number_back(self, known: bool, fault: str) -> None:
        rows = self.office.rows("SELECT number FROM register")
        if rows:
            number = rows[-1]["number"] if known else "77777"
            clerk = self.office.address("registry")
            self.office.writes(clerk, "журнал", f"Аннулировать № {number}: напечатано дважды")
            self.office.play(fault)

    # --- the mail server -------------------------------------------------------------------------

    @rule(address=st.sampled_from([*REGION, OURS]), code=st.sampled_from([250, 450, 550]))
    def the_server_answers_for_somebody(self, address: str, code: int) -> None:
        self.office.post.answers[address] = code

    @rule(fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=3))
    def the_next_letters_fare(self, fates: list[str]) -> None:
        self.office.post.fates = fates

    @rule(witness=st.sampled_from(["at once", "late", "never"]))
    def copies_to_ourselves_come(self, witness: str) -> None:
        self.office.post.witness = witness
        self.office.post.release()
        self.office.play()

    @rule(is_down=st.booleans())
    def the_server_goes_or_comes(self, is_down: bool) -> None:
        self.office.post.is_down = is_down
        if not is_down:
            self.office.rounds.health.until.clear()
        self.office.play()

    @rule(address=st.sampled_from(REGION), fault=FAULTS)
    def a_letter_bounces(self, address: str, fault: str) -> None:
        letters = self.office.post.boxes.get(address, [])
        if letters:
            self.office.serial += 1
            self.office.post.deliver(bounce(address, letters[-1], serial=self.office.serial))
            self.office.play(fault)

    @rule(address=st.sampled_from(REGION), fault=FAULTS)
    def the_region_returns_a_letter(self, address: str, fault: str) -> None:
        letters = self.office.post.boxes.get(address, [])
        if letters:
            self.office.answers(letters[-1], address, "Возвращаем на доработку: нет даты работ.")
            self.office.play(fault)

    # --- time ------------------------------------------------------------------------------------

    @rule(span=st.sampled_from(SPANS), fault=FAULTS)
    def time_passes(self, span: timedelta, fault: str) -> None:
        self.office.passes(span)
        self.office.rounds.health.until.clear()
        self.office.play(fault)

    @rule()
    def the_daemon_is_started_anew(self) -> None:
        self.office.die()
        self.office.start()
        self.office.play()

    # --- what holds ------------------------------------------------------------------------------

    @invariant()
    def promises_hold(self) -> None:
        if hasattr(self, "office"):
            promises.check(self.office)

    def teardown(self) -> None:
        if not hasattr(self, "office"):
            return
        try:
            post = self.office.post
            post.answers.clear()
            post.fates = [TAKEN]
            post.witness, post.is_down = "at once", False
            post.release()
            self.honest.bring_to_an_end()
            promises.check(self.office)
            self.figures.update(promises.counted(self.office))
        finally:
            self._wires.__exit__(None, None, None)
            self.office.close()

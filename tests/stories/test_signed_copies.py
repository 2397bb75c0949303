"""How signed letters come back: in stacks, unsigned, signed electronically, scanned once more."""

from __future__ import annotations

import hashlib
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from mcu_mail.documents.folder import Folder
from mcu_mail.documents.readback import read_pdf
from mcu_mail.documents.scan import Scan, read_scan
from mcu_mail.errors import TemporaryError
from mcu_mail.rehearsal import clerk as clerk_of_rehearsals
from mcu_mail.rehearsal.clerk import sign_and_scan
from mcu_mail.service import scans
from mcu_mail.service.scans import take_scans
from mcu_mail.service.signed_copy import take_copy
from tests.documents.signatures_to_read import embedded, signature_of
from tests.stories.signed_letter import (
    NUMBER,
    REGION,
    at,
    attached,
    bring_to_sign,
    copies,
    dispatcher,
    faulty,
    kinds,
    listing,
    note_of,
    register,
    subjects,
    the_case,
)
from tests.stories.test_scans import blank, joined, untouched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from mcu_mail.rehearsal.postoffice import PostOffice
    from mcu_mail.rehearsal.stage import Stage
    from tests.stories.signed_letter import Prepared

OFFICE: dict[str, Any] = {"grey": True, "dpi": 150}
SENT = "Отправлено/2026"


class KilledError(BaseException):
    """The daemon is gone: nobody may catch it."""


@pytest.fixture
def stage(waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice) -> Iterator[Stage]:
    """An office in which one letter waits for the head."""
    stage = waiting_letter.on(tmp_path / "office", post_office)
    with stage.opened():
        yield stage


@pytest.fixture
def unsigned(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], bytes]:
    """Scans of sheets that nobody has signed."""

    def scan(pdf: bytes) -> bytes:
        with monkeypatch.context() as patched:
            patched.setattr(clerk_of_rehearsals, "_sign", lambda *_: None)
            return sign_and_scan(pdf, **OFFICE)

    return scan


def event(stage: Stage, kind: str) -> dict[str, Any]:
    """What the last event of a kind says."""
    with stage.desk.store.view() as view:
        found = [one for one in view.journal.of_case(the_case(stage).id) if one.kind == kind]
    return dict(found[-1].data)


# --- a stack ------------------------------------------------------------------------------------


def stack_of_three(stage: Stage, first: bytes, unsigned: Callable[[bytes], bytes]) -> bytes:
    """A sheet of unknown origin, a good letter with an annex of paper, and one nobody signed."""
    second = bring_to_sign(stage, day="2026-11-24", serial=2)
    return joined(blank(), first, blank("annex"), unsigned(stage.to_sign(second)))


def in_order_after_the_stack(stage: Stage) -> None:
    """One letter is sent, the other and the stray sheet lie in «Не принято» as their own files."""
    (entry,) = register(stage)
    assert (entry.number, entry.state, entry.sheets) == ("01-12/1", "sent", 2)
    assert copies(stage) == [1, 1]
    assert listing(stage, Folder.REFUSED) == [
        "пачка – лист 1 – НЕ ПРИНЯТ.txt",
        "пачка – лист 1.pdf",
        "пачка – лист 4 – НЕ ПРИНЯТ.txt",
        "пачка – лист 4.pdf",
    ]
    assert "до первого кода" in note_of(stage, "пачка – лист 1")
    assert "не подписано" in note_of(stage, "пачка – лист 4")
    assert listing(stage, Folder.SIGNED) == []


def test_each_letter_of_a_stack_goes_its_own_way(
    stage: Stage, waiting_letter: Prepared, unsigned: Callable[[bytes], bytes]
) -> None:
    stack = stack_of_three(stage, waiting_letter.scan, unsigned)
    stage.drop("пачка.pdf", stack)
    assert stage.play("2026-11-24 13:10") == ()
    in_order_after_the_stack(stage)
    kept = stage.desk.folders.base / SENT / "Пачка 24.11.2026.pdf"
    assert kept.read_bytes() == stack, "the file itself is never lost"
    sent = attached(stage.mails(REGION[0])[0])["Ответ 01-12-1.pdf"]
    scan = read_scan(sent, "")
    assert isinstance(scan, Scan)
    assert [len(page.marks) for page in scan.pages] == [1, 0]
    assert {mark.case for mark in scan.marks} == {NUMBER}

    stage.drop("ещё раз.pdf", stack)
    stage.play("2026-11-24 13:20")
    assert "уже разобрана" in note_of(stage, "ещё раз")
    refused = stage.desk.folders.base / Folder.REFUSED / "пачка – лист 4.pdf"
    stage.drop("2026-000002 подпись есть.pdf", refused.read_bytes())
    stage.play("2026-11-24 13:30")
    assert [entry.number for entry in register(stage)] == ["01-12/1", "01-12/2"]


@pytest.mark.parametrize("survives", [0, 1, 2])
def test_a_daemon_killed_inside_a_stack_does_nothing_twice(
    stage: Stage,
    waiting_letter: Prepared,
    unsigned: Callable[[bytes], bytes],
    monkeypatch: pytest.MonkeyPatch,
    survives: int,
) -> None:
    stage.drop("пачка.pdf", stack_of_three(stage, waiting_letter.scan, unsigned))
    whole = take_copy
    calls: list[object] = []

    def mortal(*args: Any, **more: Any) -> Any:
        if len(calls) == survives:
            raise KilledError
        calls.append(args)
        result = whole(*args, **more)
        if len(calls) == survives:
            raise KilledError
        return result

    with monkeypatch.context() as patched:
        patched.setattr(scans, "take_copy", mortal)
        with pytest.raises(KilledError):
            take_scans(stage.desk, stage.moment("2026-11-24 13:10"))
    assert stage.play("2026-11-24 13:11") == ()
    in_order_after_the_stack(stage)
    assert kinds(stage).count("signed") == 1
    assert kinds(stage, "2026-000002").count("scan_refused") == 1


def test_a_stack_given_back_halfway_does_nothing_twice(
    stage: Stage,
    waiting_letter: Prepared,
    unsigned: Callable[[bytes], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage.drop("пачка.pdf", stack_of_three(stage, waiting_letter.scan, unsigned))
    whole = take_copy
    calls: list[object] = []

    def busy_once(*args: Any, **more: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise TemporaryError("занято")
        return whole(*args, **more)

    monkeypatch.setattr(scans, "take_copy", busy_once)
    take_scans(stage.desk, stage.moment("2026-11-24 13:10"))
    assert listing(stage, Folder.SIGNED) == ["пачка.pdf"]
    assert stage.play("2026-11-24 13:11") == ()
    in_order_after_the_stack(stage)


# --- ink ----------------------------------------------------------------------------------------


def test_a_scan_without_ink_waits_for_the_clerks_word(
    stage: Stage, unsigned: Callable[[bytes], bytes]
) -> None:
    scan = unsigned(stage.to_sign(NUMBER))
    stage.drop("Scan0007.pdf", scan)
    stage.play(at(stage, "16:40"))
    untouched(stage)
    note = note_of(stage, "Scan0007")
    assert "похоже, письмо 2026-000001 не подписано" in note
    assert f"«{NUMBER} скан.pdf»" in note

    stage.drop(f"{NUMBER} Scan0007.pdf", scan)
    stage.play(at(stage, "16:45"))
    assert register(stage)[0].state == "sent"
    said = event(stage, "signed")
    assert (said["ink"], said["decided_by"]) == ("not_seen", stage.desk.office.roles.registry)


def test_a_signed_scan_says_that_ink_was_seen(stage: Stage, waiting_letter: Prepared) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    stage.play(at(stage, "16:40"))
    assert event(stage, "signed")["ink"] == "seen"


@pytest.mark.parametrize("name", ["письмо.pdf", f"{NUMBER} подписано.pdf"])
def test_our_own_print_is_never_sent_whatever_its_name(stage: Stage, name: str) -> None:
    stage.drop(name, stage.to_sign(NUMBER))
    stage.play(at(stage, "16:40"))
    untouched(stage)
    assert "файл для печати" in note_of(stage, name.removesuffix(".pdf"))


# --- electronic signatures ----------------------------------------------------------------------


def sent_with_signature(stage: Stage, pdf: bytes, signature: bytes) -> None:
    """The letter went out byte for byte, its signature beside it, and both are filed."""
    for address in REGION:
        found = attached(stage.mails(address)[0])
        assert found["Ответ 01-12-1.pdf"] == pdf
        assert found["Ответ 01-12-1.pdf.sig"] == signature
    kept = stage.desk.folders.base / SENT
    assert (kept / f"{NUMBER} Ответ.pdf").read_bytes() == pdf
    assert (kept / f"{NUMBER} Ответ.pdf.sig").read_bytes() == signature
    (entry,) = register(stage)
    assert entry.signature == hashlib.sha256(signature).hexdigest()
    assert event(stage, "esigned")["belongs"] == "yes"
    assert listing(stage, Folder.SIGNED) == listing(stage, Folder.REFUSED) == []


@pytest.mark.parametrize("gost", [False, True])
@pytest.mark.parametrize("name", ["письмо.pdf.sig", "ПИСЬМО.SIG", "письмо.p7s"])
def test_a_letter_and_its_signature_file_go_together(stage: Stage, name: str, gost: bool) -> None:
    pdf = stage.to_sign(NUMBER)
    signature = signature_of(pdf, gost=gost)
    stage.drop("письмо.pdf", pdf)
    stage.drop(name, signature)
    assert stage.play(at(stage, "16:40")) == ()
    sent_with_signature(stage, pdf, signature)


def young(stage: Stage, name: str, content: bytes) -> None:
    """A file that has only just come."""
    (stage.desk.folders.base / Folder.SIGNED / name).write_bytes(content)


def test_the_letter_waits_for_its_signature(stage: Stage) -> None:
    pdf = stage.to_sign(NUMBER)
    young(stage, "письмо.pdf", pdf)
    stage.play(at(stage, "16:40"))
    untouched(stage)
    assert listing(stage, Folder.SIGNED) == ["письмо.pdf"]
    assert listing(stage, Folder.REFUSED) == []
    young(stage, "письмо.pdf.sig", signature_of(pdf))
    stage.play(at(stage, "16:45"))
    sent_with_signature(stage, pdf, signature_of(pdf))


def test_a_signature_of_what_we_printed_needs_no_copy_of_it(stage: Stage) -> None:
    pdf = stage.to_sign(NUMBER)
    young(stage, "подпись.sig", signature_of(pdf))
    stage.play(at(stage, "16:40"))
    sent_with_signature(stage, pdf, signature_of(pdf))


def test_an_attached_signature_brings_the_letter_with_it(stage: Stage) -> None:
    pdf = stage.to_sign(NUMBER)
    signature = signature_of(pdf, attached=True)
    stage.drop("письмо.p7m", signature)
    stage.play(at(stage, "16:40"))
    sent_with_signature(stage, pdf, signature)


def test_a_signature_alone_waits_and_then_says_what_is_missing(stage: Stage) -> None:
    young(stage, "подпись.sig", signature_of(b"who knows what"))
    stage.play(at(stage, "16:40"))
    assert listing(stage, Folder.REFUSED) == []
    (stage.desk.folders.base / Folder.SIGNED / "подпись.sig").unlink()
    stage.drop("подпись.sig", signature_of(b"who knows what"))
    stage.play(at(stage, "16:45"))
    assert "письма к ней нет" in note_of(stage, "подпись")
    untouched(stage)


def test_a_signature_of_another_file_is_refused_with_it(stage: Stage) -> None:
    pdf = stage.to_sign(NUMBER)
    stage.drop(f"{NUMBER} письмо.pdf", pdf)
    stage.drop(f"{NUMBER} письмо.pdf.sig", signature_of(pdf + b" "))
    stage.play(at(stage, "16:40"))
    untouched(stage)
    note = note_of(stage, f"{NUMBER} письмо")
    assert "относится к другому файлу" in note
    assert "Образцов Иван Макетович" in note
    assert listing(stage, Folder.REFUSED) == [
        f"{NUMBER} письмо – НЕ ПРИНЯТ.txt",
        f"{NUMBER} письмо.pdf",
        f"{NUMBER} письмо.pdf.sig",
    ]


def test_what_is_no_signature_is_refused(stage: Stage, waiting_letter: Prepared) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    stage.drop("скан.pdf.sig", b"not a signature")
    stage.play(at(stage, "16:40"))
    assert "подписи рядом с ним не читается" in note_of(stage, "скан")
    untouched(stage)


def test_a_signature_inside_the_pdf_is_named_and_nothing_is_changed(stage: Stage) -> None:
    pdf = embedded(stage.to_sign(NUMBER))
    stage.drop("подписано.pdf", pdf)
    stage.play(at(stage, "16:40"))
    assert attached(stage.mails(REGION[0])[0])["Ответ 01-12-1.pdf"] == pdf
    said = event(stage, "esigned")
    assert (said["belongs"], said["owner"]) == ("yes", "Образцов Иван Макетович")
    assert said["certificate"] == "2B"


def test_a_pdf_changed_after_its_signature_waits_for_the_clerks_word(stage: Stage) -> None:
    pdf = embedded(stage.to_sign(NUMBER), changed=True)
    stage.drop("подписано.pdf", pdf)
    stage.play(at(stage, "16:40"))
    assert "изменён после электронной подписи" in note_of(stage, "подписано")
    untouched(stage)


# --- once more ----------------------------------------------------------------------------------


def test_a_better_scan_before_sending_takes_the_place_of_the_first(
    stage: Stage, waiting_letter: Prepared
) -> None:
    for address in REGION:
        faulty(stage).refuse(address, 451, "4.7.1 try again later")
    stage.drop("скан.pdf", waiting_letter.scan)
    stage.play(at(stage, "16:40"))
    (first,) = register(stage)
    better = sign_and_scan(_printed(stage), grey=False, dpi=200, seed=5)
    stage.drop("лучше.pdf", better)
    stage.play(at(stage, "16:41"))
    (entry,) = register(stage)
    assert (entry.id, entry.number) == (first.id, first.number)
    assert entry.scan != first.scan
    assert kinds(stage).count("rescanned") == 1
    for address in REGION:
        faulty(stage).accept(address)
    stage.play(at(stage, "17:10"))
    assert copies(stage) == [1, 1]
    sent = attached(stage.mails(REGION[0])[0])["Ответ 01-12-1.pdf"]
    assert hashlib.sha256(sent).hexdigest() == register(stage)[0].pdf
    assert not read_pdf(sent).lacks(["01-12/1"])
    assert listing(stage, Folder.REFUSED) == []


def _printed(stage: Stage) -> bytes:
    with stage.desk.store.view() as view:
        letter = view.letters.get(1, 1)
    assert letter is not None
    assert letter.pdf is not None
    return stage.desk.store.files.get(letter.pdf)


def test_a_scan_after_sending_is_a_question_for_a_person(
    stage: Stage, waiting_letter: Prepared
) -> None:
    stage.drop("скан.pdf", waiting_letter.scan)
    stage.play(at(stage, "16:40"))
    for seed in (5, 6):
        stage.drop(f"другой {seed}.pdf", sign_and_scan(_printed(stage), seed=seed, **OFFICE))
        stage.play(at(stage, f"16:5{seed}"))
        note = note_of(stage, f"другой {seed}")
        assert "(№ 01-12/1) уже ушло" in note
        assert dispatcher.name.split()[1] in note
    assert len(register(stage)) == 1
    assert copies(stage) == [1, 1]
    assert sum("ещё один скан" in one for one in subjects(stage, dispatcher.address)) == 1


def test_in_follower_mode_nothing_is_written_over_the_clerks_own_number(
    waiting_letter: Prepared, tmp_path: Path, post_office: PostOffice
) -> None:
    stage = waiting_letter.on(tmp_path / "office", post_office, {"register.mode": "follower"})
    with stage.opened():
        stage.drop(f"{NUMBER} № 01-12_345 от 23.11.2026.pdf", waiting_letter.scan)
        stage.play(at(stage, "16:40"))
        (entry,) = register(stage)
        assert (entry.number, entry.on_date) == ("01-12/345", "2026-11-23")
        sent = attached(stage.mails(REGION[0])[0])
        (name,) = (one for one in sent if one.endswith(".pdf"))
        assert read_pdf(sent[name]).lacks(["01-12/345"])
        assert read_pdf(sent[name]).lacks(["23.11.2026"])


def test_raw_mails_carry_the_signature_as_a_signature(stage: Stage) -> None:
    pdf = stage.to_sign(NUMBER)
    stage.drop("письмо.pdf", pdf)
    stage.drop("письмо.sig", signature_of(pdf))
    stage.play(at(stage, "16:40"))
    with stage.desk.store.view() as view:
        (message,) = view.queue.letter_of(1)
    mail = message_from_bytes(stage.desk.store.files.get(message.raw), policy=default)
    types = [part.get_content_type() for part in mail.iter_attachments()]
    assert types[:1] + types[-1:] == ["application/pdf", "application/pkcs7-signature"]

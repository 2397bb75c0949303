"""Rows of annexes: their order, once for the same bytes, taken out and back."""

from __future__ import annotations

from dataclasses import replace

from mcu_mail.domain.annexes import Annex
from tests.store.stores import NOW, keep_case, open_store


def an_annex(name: str) -> Annex:
    return Annex(id=0, name=name, kind="photo", pages=0, size=10, least=5)


def test_annexes_stand_as_they_came_and_one_taken_out_comes_back_to_its_place(tmp_path):
    store = open_store(tmp_path)
    case, other = keep_case(store), keep_case(store, "2026-000002")

    def add(name: str, sha: str, case_id: int = case.id) -> None:
        work.annexes.add(
            case_id=case_id,
            mail_id=1,
            annex=an_annex(name),
            sha256=sha * 64,
            ready="f" * 64,
            sender="roads_head",
            now=NOW,
        )

    with store.work() as work:
        for name in "abc":
            add(name, name)
        add("d", "d", other.id)
        work.commit()
    with store.work() as work:
        present = work.annexes.present(case.id)
        assert [item.annex.name for item in present] == ["a", "b", "c"]
        assert [item.annex for item in present] == [
            replace(an_annex(item.annex.name), id=item.annex.id) for item in present
        ]
        work.annexes.remove([present[0].annex.id], NOW)
        work.commit()
    with store.work() as work:
        assert [item.annex.name for item in work.annexes.present(case.id)] == ["b", "c"]
        assert [item.removed for item in work.annexes.all_of(case.id)] == [True, False, False]
        add("a again", "a")
        work.commit()
    with store.view() as view:
        names = [item.annex.name for item in view.annexes.present(case.id)]
        assert names == ["a again", "b", "c"]
        assert len(view.annexes.present(other.id)) == 1
    store.close()

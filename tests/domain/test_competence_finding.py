"""Competence of the sample notices, with the office's own map of stems."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from mcu_mail.domain.competence import CompetenceRules, find_competence
from mcu_mail.domain.office import Department, Office, Roles, Territory, Topic

SAMPLES = Path(__file__).parents[1] / "samples"
RULES = CompetenceRules()
NOBODY = Roles(head="", reception="", registry="", curator="", centre_head="", dispatcher="")


def office_of(topics: dict[str, Topic], departments=(), territories=()) -> Office:
    return Office(
        people={},
        departments=tuple(departments),
        topics=topics,
        territories=tuple(territories),
        roles=NOBODY,
    )


def sample_office() -> Office:
    map_ = yaml.safe_load((SAMPLES / "competence.yaml").read_text(encoding="utf-8"))
    topics = {
        key: Topic(
            id=key,
            name=value["title"],
            stems=tuple(value["keywords"]),
            minus=tuple(value.get("minus", ())),
        )
        for key, value in map_["topics"].items()
    }
    departments = [
        Department(
            id=unit["id"],
            name=unit["name"],
            head="",
            curator=unit["curator"],
            topics=tuple(unit["topics"]),
        )
        for unit in map_["departments"]
    ]
    territories = [
        Territory(id=unit["id"], name=unit["name"], head="", places=tuple(unit["places"]))
        for unit in map_["territorial"]
    ]
    return office_of(topics, departments, territories)


def sample_messages() -> list[dict[str, str]]:
    lines = (SAMPLES / "notifications.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        {"id": row["id"], **message}
        for row in rows
        for message in (row["expected"], *row.get("expected_more", ()))
        if message["topic"]
    ]


OFFICE = sample_office()


def test_of_the_sample_messages_only_one_gets_another_topic_and_it_is_not_sure():
    messages = sample_messages()
    found = [find_competence(row["text"], row["address"], OFFICE, RULES) for row in messages]
    misses = [
        (row["id"], finding.topic, finding.sure)
        for row, finding in zip(messages, found, strict=True)
        if finding.topic != row["topic"]
    ]
    assert len(messages) == 13
    # «почистят тротуар» has no stem of the snow topic.
    assert misses == [("I01", "road_safety", False)]
    unsure = [row["id"] for row, finding in zip(messages, found, strict=True) if not finding.sure]
    assert unsure == ["G05", "I01"]


def test_a_sure_finding_names_topic_department_and_territory():
    text = "По улице Образцовой третий день не чистят снег, дети идут в школу."
    finding = find_competence(text, "пгт Тяжинский, ул. Образцовая, д. 7", OFFICE, RULES)
    assert (finding.topic, finding.department, finding.territory) == ("snow", "roads", "t_tyazh")
    assert finding.scores == (("snow", 4), ("school", 1))
    assert (finding.sure, finding.doubt) == (True, "none")


def test_nothing_found_is_a_low_score_without_a_proposal():
    finding = find_competence("Примите меры!", None, OFFICE, RULES)
    assert (finding.topic, finding.department, finding.territory) == (None, None, None)
    assert (finding.scores, finding.sure, finding.doubt) == ((), False, "low")


def one_topic(*stems: str, minus: tuple[str, ...] = ()) -> Office:
    topic = Topic(id="t", name="Тема", stems=stems, minus=minus)
    return office_of(
        {"t": topic}, [Department(id="d", name="", head="", curator="", topics=("t",))]
    )


def score(text: str, *stems: str, minus: tuple[str, ...] = ()) -> int:
    return dict(find_competence(text, None, one_topic(*stems, minus=minus), RULES).scores).get(
        "t", 0
    )


@pytest.mark.parametrize(
    ("text", "stem", "found"),
    [
        ("Снегопад", "снег", True),
        ("выпал СНЕГ!", "снег", True),
        ("подснежник", "снег", False),
        ("гололёд", "гололед", True),
        ("гололед", "гололёд", True),
        ("яма на яме", "ям", True),
        ("глубокие ямы", "ям", True),
        ("с ямами", "ям", True),
        ("ямщик", "ям", False),
        ("прямо", "ям", False),
        ("в УК не отвечают", "ук", True),
        ("украли люк", "ук", False),
        ("указали срок", "ук", False),
        ("наша УК", "ук", True),
        ("закрыт д/с «Ромашка»", "д/с", True),
        ("дом, д. 7, с. Кубитет", "д/с", False),
        ("жбо переполнен", "жбо", True),
        ("у нас не чистят дорогу", "не чистят", True),
        ("не хотят чистить", "не чистят", False),
        ("ржавая вода", "ржав вод", True),
        ("вода ржавая", "ржав вод", False),
        ("", "снег", False),
        ("любой текст", "...", False),
    ],
)
def test_a_stem_matches_words_at_their_beginning(text, stem, found):
    assert bool(score(text, stem)) is found


def test_a_phrase_weighs_two_and_a_stem_counts_once():
    assert score("дом культуры", "дом культуры") == 2
    assert score("снег, снега, снегом", "снег") == 1
    assert score("снег", "снег", "снег") == 1
    assert score("снег и сугробы", "снег", "сугроб") == 2


def test_a_minus_word_cancels_the_topic():
    assert score("вода и водитель", "вод", minus=("водител",)) == 0
    assert score("вода", "вод", minus=("водител",)) == 1


def two_topics(first: int, second: int, rules: CompetenceRules):
    stems = ("а1", "а2", "а3", "б1", "б2", "б3")
    office = office_of(
        {
            "a": Topic(id="a", name="", stems=stems[:first]),
            "b": Topic(id="b", name="", stems=stems[3 : 3 + second]),
        },
        [Department(id="d", name="", head="", curator="", topics=("a", "b"))],
    )
    finding = find_competence(" ".join(stems), None, office, rules)
    return finding.topic, finding.sure, finding.doubt


@pytest.mark.parametrize(
    ("first", "second", "margin", "expected"),
    [
        (1, 0, 1, ("a", False, "low")),
        (2, 0, 1, ("a", True, "none")),
        (2, 1, 1, ("a", True, "none")),
        (2, 2, 1, ("a", False, "tie")),
        (2, 3, 1, ("b", True, "none")),
        (3, 2, 2, ("a", False, "tie")),
        (2, 2, 0, ("a", True, "none")),
        (1, 1, 1, ("a", False, "low")),
    ],
)
def test_doubt_is_a_low_or_a_tied_score(first, second, margin, expected):
    assert two_topics(first, second, CompetenceRules(tie_margin=margin)) == expected


def test_a_topic_of_no_department_is_never_sure():
    office = office_of({"t": Topic(id="t", name="", stems=("снег", "сугроб"))})
    finding = find_competence("снег сугроб", None, office, RULES)
    assert (finding.topic, finding.department, finding.doubt) == ("t", None, "low")


@pytest.mark.parametrize(
    ("address", "territory"),
    [
        ("пгт Тяжинский, ул. Образцовая, д. 7", "t_tyazh"),
        ("Кемеровская область – Кузбасс, Тяжинский м.о., пгт Тяжинский, ул. Проектная", "t_tyazh"),
        ("Тяжинский м.о., с. Кубитет, ул. Примерная, 14", "t_kubitet"),
        ("Тяжинский муниципальный округ, п. Листвянка", "t_novovost"),
        ("Тяжинский район, пгт Итатский", "t_itat"),
        ("Тяжинский муниципальный округ", None),
        ("с. Кубитет, ул. Итатская, 3", "t_kubitet"),
        ("ул. Тяжинская, 3", "t_tyazh"),
        ("с. Старый Урюп", "t_novovost"),
        ("д. Большая Покровка", "t_preobr"),
        ("с. Новопокровка", "t_itat"),
        ("г. Кемерово, ул. Весенняя", None),
        ("Итатский и Кубитет", None),
        ("", None),
        (None, None),
    ],
)
def test_the_territory_is_found_by_the_settlement_of_the_address(address, territory):
    assert find_competence("", address, OFFICE, RULES).territory == territory

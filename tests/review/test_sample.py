"""Who is chosen for review, and the list that people get."""

import dataclasses

import pytest
from openpyxl import load_workbook

from autoscorer.errors import UsageError
from autoscorer.review import choose, traits, write_sheet
from autoscorer.review.sample import Traits, pass_mark
from tests.review.conftest import card


def someone(id, *, total=80.0, agent="a", risk=0.0, doubt=0.0, passed=True, critical=False):
    return Traits(id, total, passed, critical, agent, risk, doubt, ())


def test_risk_comes_from_violations_complaints_and_a_bad_end(cards):
    found = {name: traits(one) for name, one in cards.items()}
    assert found["c3"].why == ("critical", "violation", "negative_end", "low")
    assert found["c1"].why == ()
    assert next(p.id for p in choose(list(found.values()), 2, ["risk"], 0)) == "c3"


def test_uncertain_is_a_chance_near_a_half_or_a_total_near_the_pass_mark():
    found = [
        someone("sure"),
        someone("torn", doubt=0.9),
        someone("near", total=60.0),
        someone("low", total=20.0, passed=False),
    ]
    assert (
        pass_mark(
            [
                someone("a", total=60),
                someone("b", total=58, passed=False),
                someone("c", total=70, passed=False, critical=True),
            ]
        )
        == 59
    )
    assert {p.id for p in choose([*found, someone("fail", total=59, passed=False)], 3, ["uncertain"], 0)} == {
        "torn",
        "near",
        "fail",
    }


def test_every_agent_gets_an_equal_part():
    found = [
        someone(f"{agent}{i}", agent=agent)
        for agent, count in (("a", 50), ("b", 5), ("c", 2))
        for i in range(count)
    ]
    picks = choose(found, 9, ["agent"], 3)
    assert sorted(p.id[0] for p in picks) == ["a"] * 4 + ["b"] * 3 + ["c"] * 2


@pytest.mark.parametrize(
    "strategies", [["risk"], ["uncertain"], ["random"], ["agent"], ["risk", "uncertain", "random", "agent"]]
)
def test_the_same_seed_gives_the_same_list_in_any_order_of_results(strategies):
    found = [someone(f"c{i}", agent=str(i % 7), risk=i % 3, doubt=i % 5 / 5) for i in range(60)]
    first = choose(found, 20, strategies, 5)
    assert choose(found[::-1], 20, strategies, 5) == first
    assert len({p.id for p in first}) == 20
    assert choose(found, 20, strategies, 6) != first
    assert len(choose(found, 200, strategies, 5)) == 60


def test_an_unknown_strategy_is_named():
    with pytest.raises(UsageError, match="unknown strategy 'luck'; allowed: risk, uncertain, random, agent"):
        choose([someone("a")], 1, ["luck"], 0)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_holds_dialogue_verdicts_and_drop_downs_but_no_formula(tmp_path, rubric, lang):
    cards = [dataclasses.replace(card(name, rubric)) for name in ("c1", "c3")]
    picks = choose([traits(one) for one in cards], 2, ["risk"], 0)
    by_id = {one.analysis.transcript.id: one for one in cards}
    path = tmp_path / "list.xlsx"
    assert write_sheet(path, [(p, by_id[p.id]) for p in picks], lang, sections={"manner": "态度"}) == 2
    book = load_workbook(path)
    sheet = book[{"zh": "复核", "en": "review"}[lang]]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert "=1+1 您好" in [cell.value for cell in cells]
    heads = [cell.value for cell in sheet[1]]
    assert heads[6] == {"zh": "评分项", "en": "criterion"}[lang] and len(set(heads)) == len(heads)
    lists = {rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    wanted = {
        "zh": ('"未出现,出现,不适用"', '"符合,部分符合,不符合,不适用"'),
        "en": ('"met,not met,not applicable"',),
    }
    assert set(wanted[lang]) <= lists
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref


def test_a_list_that_is_there_is_not_replaced(tmp_path, cards):
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"mine")
    with pytest.raises(UsageError, match="nothing is overwritten"):
        write_sheet(path, [], "zh", sections={})
    assert path.read_bytes() == b"mine"


@pytest.mark.parametrize(("lang", "head", "word"), [("zh", "拿不准", "复核"), ("en", "not sure", "review")])
def test_the_list_marks_the_verdicts_to_look_at_first(tmp_path, cards, lang, head, word):
    one = cards["c2"]
    criteria = tuple(dataclasses.replace(c, unsure=c.criterion in ("m.care", "w.hand")) for c in one.criteria)
    one = dataclasses.replace(one, criteria=criteria)
    path = tmp_path / "list.xlsx"
    write_sheet(path, [(p, one) for p in choose([traits(one)], 1, ["uncertain"], 0)], lang, sections={})
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    at, name = rows[0].index(head), rows[0].index({"zh": "评分项", "en": "criterion"}[lang])
    told = {row[name]: row[at] for row in rows[1:] if row[name]}
    assert {key: value for key, value in told.items() if value} == {
        {"zh": "总分", "en": "total"}[lang]: 2, "关怀": word, "知识": word,
    }  # fmt: skip

"""Who moves under another rubric, and why: pure comparison, and `rescore --compare`."""

import json

import openpyxl
import pytest

from autoscorer.compare import compare, compare_all
from autoscorer.types import Failure
from tests.cli.conftest import TALK, run  # noqa: F401 - a fixture
from tests.contacts import analysis, contact, rubric_of, scored

CALL = contact("c 怎么还没到", "a 您好请讲", "c 快递呢", "a 抱歉久等")
GREET = "{id: a, name: 问好, points: 2, met: {behavior: greet}}"
SORRY = "{id: b, name: 道歉, points: 2, met: {behavior: sorry}}"
OLD = rubric_of(GREET, SORRY)


def moved(new, found, old=OLD):
    about = analysis(CALL, found)
    return compare(scored(old, about), scored(new, about))


@pytest.mark.parametrize(
    ("new", "found", "total", "causes"),
    [
        (OLD, {1: "greet"}, (50.0, 50.0), []),
        (rubric_of(GREET, SORRY.replace("points: 2", "points: 6")), {1: "greet"}, (50.0, 25.0), [("b", "not_met", "not_met", -4.0)]),
        (rubric_of(GREET, SORRY.replace("points: 2", "points: 6")), {3: "sorry"}, (50.0, 75.0), [("b", "met", "met", 0.0)]),
        (rubric_of(GREET), {1: "greet"}, (50.0, 100.0), [("b", "not_met", None, 2.0)]),
        (rubric_of(GREET, SORRY, "{id: c, name: c, points: 4, met: {behavior: ask}}"), {1: "greet"}, (50.0, 25.0),
         [("c", None, "not_met", -4.0)]),
        (rubric_of(GREET, "{id: b, name: x, kind: deduction, points: 7, on: {behavior: rude}}"), {1: "greet rude"}, (50.0, 93.0),
         [("b", "not_met", "not_met", -5.0)]),
        (rubric_of(GREET, SORRY.replace("met:", "when: {behavior: angry}, met:")), {1: "greet"}, (50.0, 100.0),
         [("b", "not_met", "not_applicable", 2.0)]),
        (rubric_of(GREET.replace("greet}", "ask}"), SORRY.replace("points: 2", "points: 8")), {1: "greet", 3: "sorry"}, (100.0, 80.0),
         [("a", "met", "not_met", -2.0), ("b", "met", "met", 0.0)]),
    ],
)  # fmt: skip
def test_who_moves_and_why(new, found, total, causes):
    move = moved(new, found)
    assert move.total == total
    assert [(c.criterion, c.before, c.after, c.change) for c in move.causes] == causes
    assert move.stays == (total[0] == total[1])


def test_a_pass_mark_moves_without_a_criterion():
    move = moved(rubric_of(GREET, SORRY, head="pass_mark: 40"), {1: "greet"})
    assert (move.passed, move.causes, move.stays, move.change) == ((False, True), (), False, 0.0)


def test_counts():
    new = rubric_of(GREET)
    about = [analysis(CALL, found) for found in ({1: "greet"}, {3: "sorry"}, {1: "greet", 3: "sorry"})]
    pairs = [(scored(OLD, a), scored(new, a)) for a in about]
    bad = Failure("x", "score", "nothing_applicable", "m")
    moves, summary, failures = compare_all([*pairs, (pairs[0][0], bad), (bad, bad)])
    assert [m.change for m in moves] == [50.0, -50.0]
    assert summary.record() == {
        "contacts": 3, "up": 1, "down": 1, "same": 1, "grades": 1, "now_pass": 1, "now_fail": 0, "failures": 2,
        "mean": [66.67, 66.67],
    }  # fmt: skip
    assert failures == [bad, bad]
    assert compare_all([])[1].means == (0.0, 0.0)


@pytest.fixture
def results(run, tmp_path):  # noqa: F811
    """Results of two contacts, one with a formula for an id, and a failure; and a stricter rubric."""
    lines = [
        {"id": name, "turns": [{"role": role, "text": text} for role, text in talk]}
        for name, talk in (("=1+1", TALK), ("curt", [["customer", "退货"], ["agent", "不行"]]))
    ]
    (tmp_path / "in.jsonl").write_text(
        "\n".join(map(json.dumps, [*lines, {"id": "none", "turns": []}])), encoding="utf-8"
    )
    run("score", tmp_path / "in.jsonl", "--no-models", "-o", tmp_path / "r.jsonl", "-q")
    strict = "id: strict\nversion: 1\nextends: default\nsections: [{id: attitude, criteria: [{id: attitude.greeting, points: 90}]}]\n"
    (tmp_path / "strict.yaml").write_text(strict, encoding="utf-8")
    return tmp_path


def test_the_table(run, results):  # noqa: F811
    done = run("rescore", results / "r.jsonl", "--rubric", results / "strict.yaml", "--compare")
    assert done.code == 1  # one has no score
    assert "礼貌问候 4/4 → 90/90" in done.out and "礼貌问候 -86" in done.out
    assert "2 个会话：升 1，降 1，不变 0；" in done.out
    assert done.out.count("未评分 1") == 1 and "not scored: " in done.err


def test_another_language_is_no_other_grade(run, results):  # noqa: F811
    done = run("rescore", results / "r.jsonl", "--compare", "--lang", "en")
    assert "2 contacts: 0 up, 0 down, 2 same; 0 change grade; 0 now pass, 0 no longer" in done.out


def test_json(run, results):  # noqa: F811
    done = run("rescore", results / "r.jsonl", "--rubric", results / "strict.yaml", "--compare", "--json")
    whole = json.loads(done.out)
    assert whole["summary"]["contacts"] == 2
    (first, *_) = whole["moves"]
    assert first["rubric"] == ["default@1", "strict@1"]
    assert first["change"] == pytest.approx(first["total"][1] - first["total"][0])
    assert first["causes"][0]["criterion"] == "attitude.greeting"


def test_a_workbook_holds_no_formula_and_replaces_nothing(run, results):  # noqa: F811
    arguments = (
        "rescore",
        results / "r.jsonl",
        "--rubric",
        results / "strict.yaml",
        "--compare",
        "-o",
        results / "c.xlsx",
    )
    run(*arguments)
    sheet = openpyxl.load_workbook(results / "c.xlsx").worksheets[0]
    assert sheet["A1"].value.startswith("2 个会话")
    assert {sheet.cell(row, 1).data_type for row in range(3, sheet.max_row + 1)} == {"s"}
    again = run(*arguments)
    assert again.code == 2 and "is there already" in again.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--json"], "--json goes with --compare"),
        (["--compare", "-q"], "--quiet does nothing with --compare"),
        (["--compare", "--format", "csv"], "--format does nothing with --compare"),
        (["--compare", "--fail-under", "0"], "--fail-under does nothing with --compare"),
        (["--compare", "-o", "c.csv"], "written as .xlsx"),
    ],
)
def test_options_that_do_nothing_are_refused(run, results, arguments, words):  # noqa: F811
    done = run("rescore", results / "r.jsonl", *arguments)
    assert done.code == 2 and words in done.err

"""Tools for people who write rules: trying a text, running cases, counting hits, comparing books, warnings."""

import json

import pytest

import autoscorer as asr
from autoscorer.authoring import attempt, difference, lint, load_cases, run_cases, statistics
from autoscorer.errors import ConfigError
from autoscorer.rules import load_rules

BOOK = """
id: small
behaviors:
  hold: {role: agent, name: 等待}
  farewell: {role: agent, name: 道别}
  urge: {role: customer, name: 催促}
rules:
  - {id: hold.wait, behavior: hold, phrases: [稍等], unless: [不用稍等]}
  - {id: hold.moment, behavior: hold, phrases: [请稍等, 片刻]}
  - {id: farewell.bye, behavior: farewell, phrases: [再见], where: closing}
  - {id: urge.hurry, behavior: urge, phrases: [快点]}
"""


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.yaml"
    path.write_text(BOOK, encoding="utf-8")
    return path


def contact(*turns, id="c"):
    said = tuple(asr.Utterance("agent" if i % 2 else "customer", text) for i, text in enumerate(turns))
    return asr.Transcript(id, said, source="memory")


@pytest.mark.parametrize(
    ("text", "role", "fires", "held"),
    [
        ("请稍等", "agent", ["hold.moment", "hold.wait"], []),
        ("好的稍等", "agent", ["hold.wait"], []),
        ("不用稍等了", "agent", [], [("hold.wait", ("unless",))]),
        ("请稍等", "customer", [], []),
        ("快点", "customer", ["urge.hurry"], []),
        ("", "agent", [], []),
    ],
)
def test_a_text_tells_what_fires_and_what_is_held_back(book, text, role, fires, held):
    found = attempt(text, load_rules(book), role=role)
    assert [a.rule.id for a in found if not a.held_back] == fires
    assert [(a.rule.id, a.held_back) for a in found if a.held_back] == held


def test_cases_that_go_wrong_are_named_with_their_place(book, tmp_path):
    path = tmp_path / "hold.yaml"
    path.write_text("hits: [请稍等, 您等我一下]\nnear_misses: [不用稍等, 稍等片刻]\n", encoding="utf-8")
    rules = load_rules(book)
    cases = load_cases([path], rules)
    missed = run_cases(cases, rules)
    assert [(m.case.hit, m.case.transcript.utterances[-1].text, m.found) for m in missed] == [
        (True, "您等我一下", ""),
        (False, "稍等片刻", "hold.wait: 稍等"),
    ]
    assert missed[0].case.place == f"{path}:1"


def test_a_dialogue_is_judged_by_its_last_turn(book, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(
        "behavior: hold\nhits:\n  - [{role: agent, text: 您好}, {role: agent, text: 稍等}]\n"
        "near_misses:\n  - [{role: agent, text: 稍等}, {role: agent, text: 您好}]\n",
        encoding="utf-8",
    )
    rules = load_rules(book)
    assert run_cases(load_cases([tmp_path / "x.yaml"], rules), rules) == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("hold.yaml", "hit: [请稍等]\n", "unknown key 'hit'; allowed: behavior, hits, near_misses"),
        ("joy.yaml", "hits: [哈哈]\n", "unknown behavior 'joy'; allowed: hold, farewell, urge"),
        ("hold.yaml", "hits: [[{role: nobody, text: 好}]]\n", "hits.0"),
        ("hold.yaml", "", "the file is empty"),
    ],
)
def test_a_bad_file_of_cases_is_explained(book, tmp_path, name, content, words):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_cases([path], load_rules(book))
    assert words in str(caught.value) and str(path) in str(caught.value)


def test_no_cases_at_all(book, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"no \.yaml file of cases here"):
        load_cases([tmp_path / "empty"], load_rules(book))


def test_figures_count_hits_and_what_people_saw(book):
    contacts = [contact("快点", "请稍等", "嗯", "稍等", id="a"), contact("嗯", "等一下", id="b")]
    gold = {
        ("a", 1): frozenset({"hold"}), ("a", 3): frozenset(), ("b", 1): frozenset({"hold"}), ("a", 0): frozenset(),
    }  # fmt: skip
    found = {f.rule: f for f in statistics(contacts, load_rules(book), gold)}
    wait = found["hold.wait"]
    assert (wait.turns, wait.contacts, wait.alone, wait.right, wait.judged, wait.missed) == (2, 1, 1, 1, 2, 1)
    assert wait.precision == 0.5
    assert (found["farewell.bye"].turns, found["farewell.bye"].precision) == (0, None)


def test_changes_between_two_books(book, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(BOOK.replace("快点", "马上").replace(", unless: [不用稍等]", ""), encoding="utf-8")
    contacts = [contact("快点，马上", "不用稍等", "马上", "好")]
    found = difference(load_rules(book), load_rules(other), contacts)
    assert [(c.turn, c.found.source, c.gained) for c in found] == [
        (1, "rule:hold.wait", True), (2, "rule:urge.hurry", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("phrases: [请]", "one character"),
        ("phrases: [请], unless: [申请]", None),
        ("phrases: [请稍等], unless: [请稍等]", "can never hit"),
        ("phrases: [请稍等], unless: [稍等]", "cancels nothing"),
        ("phrases: [稍等], unless: [再见]", "cancels nothing"),
        ("phrases: [稍等], unless: [不用稍等]", None),
        ("phrases: [' 稍等']", "white space"),
        ("regex: ['[您你]*稍等']", "bound its repeats"),
        ("regex: ['[您你]{0,9}稍等', '稍等[啊哦]*']", None),
        ("regex: [稍等], unless_regex: ['不用.*稍等']", "bound its repeats"),
    ],
)
def test_what_is_surely_not_meant_is_a_warning(tmp_path, rule, words):
    path = tmp_path / "r.yaml"
    path.write_text(
        f"id: r\nbehaviors:\n  hold: {{role: agent, name: 等待}}\nrules:\n  - {{id: hold.a, behavior: hold, {rule}}}\n",
        encoding="utf-8",
    )
    found = [w.message for w in lint(load_rules(path))]
    assert (found == []) if words is None else (len(found) == 1 and words in found[0])


def test_a_phrase_in_two_rules_is_a_warning(tmp_path, book):
    assert lint(load_rules(book)) == []
    path = tmp_path / "twice.yaml"
    path.write_text(BOOK.replace("请稍等, 片刻", "稍等"), encoding="utf-8")
    assert [w.message for w in lint(load_rules(path))] == ["'稍等' stands in hold.wait and hold.moment"]


def test_the_default_book_has_no_warning():
    assert lint(load_rules()) == []


class TestVerbs:
    def test_try(self, run, book):
        code, out, _ = run("try", "请稍等", "--rules", book, "--json")
        assert code == 0
        assert [found["rule"] for found in json.loads(out)] == ["hold.moment", "hold.wait"]
        assert "【稍等】" in run("try", "请稍等\x1b[31m", "--rules", book)[1]
        assert "no rule fires" in run("try", "今天天气", "--rules", book)[1]

    def test_cases(self, run, book, tmp_path):
        path = tmp_path / "hold.yaml"
        path.write_text("hits: [请稍等]\nnear_misses: [您好]\n", encoding="utf-8")
        assert run("rules", "test", path, "--rules", book)[:2] == (
            0, "2 cases (1 hits, 1 near misses), 0 failed\n",
        )  # fmt: skip
        path.write_text("hits: [您好]\n", encoding="utf-8")
        code, out, _ = run("rules", "test", path, "--rules", book)
        assert code == 1 and f"{path}:1: hold: must hit, nothing found: 您好" in out
        assert run("rules", "test", tmp_path / "none.yaml", "--rules", book)[0] == 2

    def test_stats_and_diff(self, run, book, tmp_path):
        text = tmp_path / "t.txt"
        text.write_text("客户：快点\n客服：请稍等\n客服：再见\n", encoding="utf-8")
        code, out, _ = run("rules", "stats", text, "--rules", book, "--json")
        assert code == 0
        assert {f["rule"]: f["turns"] for f in json.loads(out)}["hold.wait"] == 1
        gold = tmp_path / "gold.jsonl"
        turns = [
            {"i": 0, "role": "customer", "text": "快点", "cacts": ["urge"], "sentiment": -1},
            {"i": 1, "role": "agent", "text": "请稍等", "acts": ["hold"], "empathy_level": 0},
        ]
        gold.write_text(json.dumps({"id": "t", "turns": turns}, ensure_ascii=False) + "\n", encoding="utf-8")
        found = json.loads(run("rules", "stats", text, "--rules", book, "--gold", gold, "--json")[1])
        assert {f["rule"]: f["precision"] for f in found}["hold.wait"] == 1.0
        other = tmp_path / "other.yaml"
        other.write_text(BOOK.replace("快点", "马上"), encoding="utf-8")
        code, out, _ = run("rules", "diff", book, other, text)
        assert code == 0 and out.endswith("0 gained, 1 lost\n") and "- urge.hurry" in out

"""Bad rule books: each is refused with the file, the line, the key, what is wrong and what is allowed."""

from __future__ import annotations

import pytest

from autoscorer.errors import ConfigError
from autoscorer.rules import load_rules

HEAD = """\
id: small
behaviors:
  hello: {role: agent, name: 问好}
  sorry: {role: agent, name: 道歉}
  calm: {role: agent, name: 安抚}
  angry: {role: customer, name: 生气}
rules:
"""
WORDS = [
    (
        "unknown behavior",
        "  - id: r\n    behavior: helo\n    phrases: [x]",
        9,
        "unknown behavior 'helo'; allowed: hello",
    ),
    (
        "unknown anchor",
        "  - id: r\n    behavior: calm\n    after: angri\n    phrases: [x]",
        10,
        "unknown behavior 'angri'",
    ),
    (
        "duplicate id",
        "  - {id: r, behavior: hello, phrases: [x]}\n  - {id: r, behavior: sorry, phrases: [y]}",
        9,
        "duplicate rule id 'r'",
    ),
    ("wrong type", "  - id: r\n    behavior: hello\n    phrases: 您好", 10, "found '您好'"),
    (
        "number for a phrase",
        "  - id: r\n    behavior: hello\n    phrases:\n      - 好\n      - 12315",
        12,
        "found 12315",
    ),
    (
        "confidence over 1",
        "  - id: r\n    behavior: hello\n    phrases: [x]\n    confidence: 2",
        11,
        "found 2",
    ),
    ("bad position", "  - id: r\n    behavior: hello\n    phrases: [x]\n    where: middle", 11, "opening"),
    (
        "bad regex",
        "  - id: r\n    behavior: hello\n    regex:\n      - '好'\n      - '(好'",
        12,
        "bad regex '(好'",
    ),
    ("empty match", "  - id: r\n    behavior: hello\n    regex: ['好*']", 10, "matches the empty text"),
    (
        "unknown key",
        "  - id: r\n    behavior: hello\n    phrase: [x]",
        10,
        "unknown key 'phrase'; allowed: id, behavior, match",
    ),
    (
        "no pattern",
        "  - id: r\n    behavior: hello\n    unless: [x]",
        8,
        "needs at least one of: phrases, words, regex",
    ),
    ("no id", "  - behavior: hello\n    phrases: [x]", 8, "required"),
    ("bad id", "  - id: a b\n    behavior: hello\n    phrases: [x]", 8, "id"),
    ("empty phrase", "  - id: r\n    behavior: hello\n    phrases: ['']", 10, "at least 1 character"),
    ("duplicate key", "  - id: r\n    behavior: hello\n    id: s\n    phrases: [x]", 8, "duplicate key 'id'"),
    ("not YAML", "  - id: r\n    phrases: [x\n  - id: s", 10, "not valid YAML"),
]
MATCH = "  - id: r\n    behavior: hello\n    match:\n      "
CONDITIONS = [
    ("two subjects", "{phrases: [x], behavior: angry}", "exactly one of phrases, words"),
    ("no subject", "{where: opening}", "found none"),
    ("words and match", "{phrases: [x]}\n    phrases: [y]", "put the words into 'match'"),
    ("unless without words", "{entity: phone, unless: [x]}", "'unless' cancels words"),
    ("need without phrases", "{regex: [x], need: 2}", "'need' counts 'phrases'"),
    ("need more than there are", "{phrases: [x, y], need: 3}", "asks for 3 of 2 phrases"),
    ("need of another kind", "{phrases: [x], need: most}", "allowed: any, all, none, or a number"),
    ("unknown entity", "{entity: passport}", "'order', 'phone'"),
    (
        "unknown task",
        "{classifier: {task: mood, label: x}}",
        "unknown task 'mood'; allowed: sentiment, empathy",
    ),
    (
        "unknown label",
        "{classifier: {task: sentiment, label: sad}}",
        "sad; allowed: negative, neutral, positive",
    ),
    (
        "probability over 1",
        "{classifier: {task: sentiment, label: neutral, probability: 2}}",
        "less than or equal to 1",
    ),
    ("similar without examples", "{similar: {threshold: 0.5}}", "examples: this key is required"),
    ("empty examples", "{similar: {examples: []}}", "at least 1 item"),
    ("threshold of 0", "{similar: {examples: [x], threshold: 0}}", "greater than 0"),
    ("range without bounds", "{speech_rate: {}}", "needs 'at_least' or 'at_most'"),
    ("range upside down", "{interruption: {at_least: 3, at_most: 1}}", "'at_least' 3 is above 'at_most' 1"),
    ("unknown interval", "{interval: {of: pause, at_least: 1}}", "'first_response', 'gap' or 'silence'"),
    ("unknown form", "{restates: {form: shout}}", "'question', 'summary' or 'any'"),
    (
        "count upside down",
        "{count: {of: angry, at_least: 3, at_most: 2}}",
        "'at_least' 3 is above 'at_most' 2",
    ),
    ("unknown name", "{all: [nothing]}", "unknown behavior 'nothing'; allowed: hello"),
    (
        "unknown name in an anchor",
        "{phrases: [x], after: {of: nothing}}",
        "after.of: unknown behavior 'nothing'",
    ),
    ("unknown behavior", "{behavior: [angry, angri]}", "match.behavior: unknown behavior 'angri'"),
    ("nth of 0", "{phrases: [x], after: {of: angry, nth: 0}}", "'nth' counts from 1"),
    (
        "anchor of another key",
        "{phrases: [x], after: {behavior: angry}}",
        "unknown key 'behavior'; allowed: of, nth",
    ),
    ("turns backwards", "{phrases: [x], turns: [3, 1]}", "3 comes after 1"),
    ("one turn", "{phrases: [x], turns: [3]}", "turns.1"),
    ("the other role", "{role: customer, phrases: [x]}", "found in turns of the agent"),
    ("the other role inside", "{all: [{not: {role: customer, phrases: [x]}}]}", "match.all.0.not.role"),
    (
        "token of an unknown key",
        "{tokens: [[{lemma: x}]]}",
        "unknown key 'lemma'; allowed: text, regex, length, op",
    ),
    ("token with a bad regex", "{tokens: [[{regex: '('}]]}", "bad regex '('"),
    ("empty token pattern", "{tokens: [[]]}", "at least 1 item"),
    ("token length backwards", "{tokens: [[{length: [3, 2]}]]}", "'length' is [shortest, longest]"),
    ("metadata without a field", "{metadata: {is: phone}}", "field: this key is required"),
    ("a list for a condition", "[x]", "found ['x']"),
    ("of the medium", "{phrases: [x]}\n    transcript: spoken", "'typed' or 'speech'"),
    ("of the sound", "{phrases: [x]}\n    same_sound: yes", "'auto'"),
]
WHOLE = [
    ("a name twice", "rules: []\nconditions: {angry: {phrases: [x]}}\n", "'angry' is the name of a behavior"),
    ("conditions in a circle", "rules: []\nconditions: {a: {not: b}, b: {all: [a]}}\n", "use each other: "),
    ("a condition of itself", "rules: []\nconditions: {a: {any: [a]}}\n", "use each other: a → a"),
    (
        "rules in a circle",
        "rules:\n  - {id: r, behavior: hello, phrases: [x], after: sorry}\n"
        "  - {id: s, behavior: sorry, phrases: [y], after: hello}\n",
        "rules wait for each other's behaviors: ",
    ),
]


@pytest.mark.parametrize(
    ("rules", "line", "message"), [case[1:] for case in WORDS], ids=[case[0] for case in WORDS]
)
def test_bad_book_is_refused_with_its_line(tmp_path, rules, line, message):
    path = tmp_path / "bad.yaml"
    path.write_text(HEAD + rules, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_rules(path)
    assert message in str(error.value)
    assert f"{path}:{line}:" in str(error.value)


@pytest.mark.parametrize(("match", "message"), [c[1:] for c in CONDITIONS], ids=[c[0] for c in CONDITIONS])
def test_bad_condition_is_refused_with_its_line(tmp_path, match, message):
    path = tmp_path / "bad.yaml"
    path.write_text(HEAD + MATCH + match, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_rules(path)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{path}:")
    assert int(str(error.value).removeprefix(f"{path}:").partition(":")[0]) in (8, 10, 11, 12)


@pytest.mark.parametrize(("rest", "message"), [c[1:] for c in WHOLE], ids=[c[0] for c in WHOLE])
def test_a_book_that_cannot_be_as_a_whole_is_refused(tmp_path, rest, message):
    path = tmp_path / "bad.yaml"
    path.write_text(HEAD.removesuffix("rules:\n") + rest, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_rules(path)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{path}:")


def test_every_mistake_is_named_at_once(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(
        HEAD + "  - {id: r, behavior: hello, phrases: 3}\n  - {id: s, behavior: hello, regx: [a]}\n"
    )
    with pytest.raises(ConfigError) as error:
        load_rules(path)
    assert ":8: rules.0.phrases:" in str(error.value)
    assert ":9: rules.1.regx:" in str(error.value)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        (BOMB, "values"),
        ("[" * 5000, "nested too deeply"),
        (b"\xff\xfe\x00\x01", "UTF-8"),
        ("- a\n- b\n", "found"),
    ],
    ids=["empty", "comment", "alias bomb", "deep", "not UTF-8", "a list"],
)
def test_file_that_is_no_rule_book_is_refused(tmp_path, content, message):
    path = tmp_path / "bad.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError, match=r"bad\.yaml") as error:
        load_rules(path)
    assert message in str(error.value)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file"):
        load_rules(tmp_path / "none.yaml")

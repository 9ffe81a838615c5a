"""Rubrics that change another: by `extends` from a file, by `variants` within one; each mistake with its place."""

import json

import pytest
from jsonschema import Draft202012Validator

from autoscorer import ConfigError, load_rubric, load_rules, rubric
from autoscorer.scoring import make_scorecard
from autoscorer.yaml_file import Document
from tests.contacts import analysis, contact

BASE = """\
id: base
version: 3
name: 基础
pass_mark: 70
grades:
  - {name: 好, at_least: 60}
  - {name: 差, at_least: 0}
conditions:
  upset: {behavior: complaint}
  other: {behavior: urge}
sections:
  - id: s
    name: 态度
    weight: 60
    criteria:
      - {id: s.hello, name: 问候, points: 2, met: {behavior: greeting}}
      - {id: s.calm, name: 安抚, points: 4, when: upset, met: {behavior: apology}}
  - id: t
    name: 解决
    weight: 40
    criteria:
      - {id: t.act, name: 办理, points: 2, met: {behavior: action}, partial: [{when: {behavior: followup}, share: 0.5}]}
"""
HEAD = "id: mine\nversion: 1\nextends: base.yaml\n"


@pytest.fixture(scope="module")
def rules():
    return load_rules()


@pytest.fixture
def load(tmp_path, rules):
    """Load `mine.yaml` of a folder that also holds BASE; returns the rubric, or the message of the error."""

    def load_text(text, **others):
        for name, body in {"base": BASE, **others, "mine": text}.items():
            (tmp_path / f"{name}.yaml").write_text(body, encoding="utf-8")
        try:
            return load_rubric(tmp_path / "mine.yaml", rules=rules)
        except ConfigError as error:
            return str(error).replace(f"{tmp_path}/", "")

    return load_text


def shape(form):
    """Sections with their weights, criteria with their points."""
    return {(s.id, s.weight): [(c.id, c.points) for c in s.criteria] for s in form.sections}


SAME = {("s", 60): [("s.hello", 2), ("s.calm", 4)], ("t", 40): [("t.act", 2)]}


def test_nothing_changed(load):
    mine = load(HEAD)
    assert shape(mine) == SAME
    assert (mine.label, mine.name, mine.pass_mark) == ("mine@1", "", 70)
    assert mine.sha256 != load_rubric().sha256


CHANGES = {
    "a weight": ("sections: [{id: s, weight: 50}, {id: t, weight: 50}]",
                 {("s", 50): SAME["s", 60], ("t", 50): SAME["t", 40]}),
    "points": ("sections: [{id: s, criteria: [{id: s.calm, points: 9}]}]",
               {("s", 60): [("s.hello", 2), ("s.calm", 9)], ("t", 40): SAME["t", 40]}),
    "a new criterion": ("sections: [{id: t, criteria: [{id: t.new, name: 新, points: 1, met: {behavior: thanks}}]}]",
                        {("s", 60): SAME["s", 60], ("t", 40): [("t.act", 2), ("t.new", 1)]}),
    "a criterion less": ("sections: [{id: s, criteria: [{id: s.hello, remove: true}]}]",
                         {("s", 60): [("s.calm", 4)], ("t", 40): SAME["t", 40]}),
    "a section less": ("sections: [{id: t, remove: true}, {id: s, weight: 100}]", {("s", 100): SAME["s", 60]}),
    "a new section": (
        "sections: [{id: s, weight: 30}, {id: u, name: 新, weight: 30, criteria: "
        "[{id: u.a, name: 新, points: 1, met: {behavior: thanks}}]}]",
        {("s", 30): SAME["s", 60], ("t", 40): SAME["t", 40], ("u", 30): [("u.a", 1)]}),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_by_id(load, name):
    text, expected = CHANGES[name]
    assert shape(load(HEAD + text)) == expected


def test_fields_not_named_stay_and_null_takes_one_away(load):
    mine = load(
        HEAD
        + "sections: [{id: s, criteria: [{id: s.calm, name: 平复, when: null}]}]\nconditions: {upset: {behavior: urge}}"
    )
    calm = mine.criteria["s.calm"]
    assert (calm.name, calm.points, calm.when, calm.met.behavior) == ("平复", 4, None, ("apology",))
    assert mine.conditions["upset"].behavior == ("urge",)
    assert mine.conditions["other"].behavior == ("urge",)
    assert mine.criteria["t.act"].partial[0].share == 0.5


def test_a_kind_may_change_when_its_keys_go(load):
    mine = load(
        HEAD
        + "sections: [{id: t, criteria: [{id: t.act, kind: manual, points: 0, met: null, partial: null}, "
        "{id: t.b, name: b, points: 1, met: {behavior: thanks}}]}]"
    )
    assert mine.criteria["t.act"].kind == "manual"


def test_extends_default_and_a_chain_of_files(load, rules):
    mine = load("id: m\nversion: 2\nextends: default\npass_mark: 75\n")
    assert shape(mine) == shape(load_rubric(rules=rules))
    assert (mine.label, mine.pass_mark) == ("m@2", 75)
    middle = "id: middle\nversion: 1\nextends: base.yaml\nsections: [{id: s, criteria: [{id: s.hello, points: 7}]}]\n"
    mine = load("id: m\nversion: 2\nextends: middle.yaml\npass_mark: 50\n", middle=middle)
    assert (mine.criteria["s.hello"].points, mine.criteria["s.calm"].points, mine.pass_mark) == (7, 4, 50)


def test_the_hash_changes_with_the_file_below(load):
    before = load(HEAD)
    assert load(HEAD, base=BASE.replace("points: 4", "points: 5")).sha256 != before.sha256
    assert load(HEAD).sha256 == before.sha256


BAD = {
    "no id": ("version: 1\nextends: base.yaml\n", "mine.yaml:1: id: ", ["required"]),
    "no such file": (HEAD.replace("base", "bass"), "mine.yaml:3: extends: ", ["no file bass.yaml", "allowed: default"]),
    "itself": (HEAD.replace("base", "mine"), "mine.yaml:3: extends: ", ["leads back to mine.yaml"]),
    "a folder": (HEAD.replace("base.yaml", "."), "mine.yaml:3: extends: ", ["no file"]),
    "a number": (HEAD.replace("base.yaml", "[base.yaml]"), "mine.yaml:3: extends: ", ["valid string"]),
    "weights": (HEAD + "sections: [{id: s, weight: 50}]", "mine.yaml:4: sections: ", ["sum to 90"]),
    "misspelt id": (
        HEAD + "sections:\n  - id: s\n    criteria:\n      - {id: s.helo, points: 3}",
        "mine.yaml:7: sections.0.criteria.2.name: ", ["required"]),
    "a bad value": (
        HEAD + "sections:\n  - id: s\n    criteria:\n      - {id: s.hello, points: three}",
        "mine.yaml:7: sections.0.criteria.0.points: ", ["found 'three'"]),
    "a bad value below": (HEAD, "base.yaml:16: sections.0.criteria.0.points: ", ["found 'two'"]),
    "nothing to remove": (
        HEAD + "sections:\n  - id: s\n    criteria:\n      - {id: s.helo, remove: true}",
        "mine.yaml:7: criteria: ", ["nothing to remove: there is no 's.helo'"]),
    "twice": (
        HEAD + "sections:\n  - id: s\n    criteria:\n      - {id: s.hello, points: 3}\n"
        "      - {id: s.hello, name: x, points: 4, met: upset}",
        "mine.yaml:7: sections.0.criteria.0.id: ", ["duplicate criterion id 's.hello'", "mine.yaml:8: "]),
    "a name that is gone": (HEAD + "conditions: {upset: null}", "base.yaml:17: sections.0.criteria.1.when: ",
                            ["unknown condition 'upset'", "allowed: other"]),
    "a required key that is gone": (
        HEAD + "sections:\n  - id: s\n    criteria:\n      - {id: s.hello, met: null}",
        "mine.yaml:7: sections.0.criteria.0: ", ["needs 'met'"]),
    "remove without extends": (BASE + "      - {id: x, remove: true}", "mine.yaml:23: sections.1.criteria.1.remove: ",
                               ["unknown key 'remove'"]),
    "a map for sections": (HEAD + "sections: {s: 1}", "mine.yaml:4: sections: ", ["tuple"]),
    "not a rubric below": (HEAD, "mine.yaml:3: extends: ", ["base.yaml is not a rubric"]),
}  # fmt: skip
BELOW = {"a bad value below": BASE.replace("points: 2", "points: two", 1), "not a rubric below": "- a\n"}


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_is_named(load, name):
    text, place, words = BAD[name]
    message = load(text, **({"base": BELOW[name]} if name in BELOW else {}))
    assert isinstance(message, str), "it was taken as good"
    assert message.startswith(place), message
    assert [word for word in words if word not in message] == [], message


def test_a_circle_of_files(load):
    message = load(HEAD.replace("base", "a"), a="extends: b.yaml\n", b="extends: a.yaml\n")
    assert message == "b.yaml:1: extends: 'a.yaml' leads back to a.yaml: a rubric cannot extend itself"


VARIED = BASE + """\
variants:
  - id: phone
    when: {metadata: channel, is: [电话, phone]}
    change:
      pass_mark: 80
      sections:
        - {id: s, weight: 50, criteria: [{id: s.hello, points: 3}]}
        - {id: t, weight: 50}
  - id: vip
    when: {any: [{metadata: level, is: 金卡}, {metadata: channel, is: phone}]}
    change:
      sections: [{id: t, criteria: [{id: t.act, remove: true}, {id: t.b, name: 乙, points: 1, met: {behavior: thanks}}]}]
"""  # fmt: skip


@pytest.mark.parametrize(
    ("metadata", "label", "hello"),
    [
        ({}, "base@3", 2.0),
        ({"channel": "chat"}, "base@3", 2.0),
        ({"channel": "phones"}, "base@3", 2.0),
        ({"channel": "电话"}, "base@3/phone", 3.0),
        ({"channel": "phone", "level": "金卡"}, "base@3/phone", 3.0),  # the first that holds
        ({"channel": "chat", "level": "金卡"}, "base@3/vip", 2.0),
    ],
)
def test_the_metadata_choose_the_variant(load, rules, metadata, label, hello):
    form = load(VARIED)
    card = make_scorecard(
        analysis(contact("a 您好", "c 好", **metadata), {0: "greeting"}), form, rules.behaviors
    )
    assert (card.rubric, card.criteria[0].points) == (label, hello)
    assert form.form_of(card.rubric).label == label


def test_a_variant_changes_the_pass_mark_and_sums_to_its_own_weights(load):
    phone = load(VARIED).forms["phone"]
    assert phone.pass_mark == 80
    assert shape(phone) == {("s", 50): [("s.hello", 3), ("s.calm", 4)], ("t", 50): [("t.act", 2)]}
    assert "t.act" not in load(VARIED).forms["vip"].criteria


def test_variants_are_inherited_and_changed_by_id(load):
    mine = load(
        HEAD + "variants: [{id: vip, remove: true}, {id: phone, change: {pass_mark: 90}}]", base=VARIED
    )
    assert {name: form.pass_mark for name, form in mine.forms.items()} == {"phone": 90}


BAD_VARIANTS = {
    "weights": ("weight: 50}", "weight: 40}", "mine.yaml:28: sections: ", ["sum to 90", "(in variant 'phone')"]),
    "unknown key": ("pass_mark: 80", "pas_mark: 80", "mine.yaml:27: pas_mark: ", ["unknown key", "(in variant 'phone')"]),
    "unknown behavior": ("{behavior: thanks}", "{behavior: thank you}", "mine.yaml:34: sections.1.criteria.0.met: ",
                         ["unknown behavior 'thank you'", "(in variant 'vip')"]),
    "nothing to remove": ("id: t.act, remove", "id: t.akt, remove", "mine.yaml:34: criteria: ",
                          ["no 't.akt'", "(in variant 'vip')"]),
    "the id": ("pass_mark: 80", "id: x", "mine.yaml:27: variants.0.change.id: ", ["a variant cannot change 'id'"]),
    "what is found": ("{metadata: level, is: 金卡}", "{behavior: complaint}", "mine.yaml:32: variants.1.when.any.0: ",
                      ["asks for metadata only"]),
    "a name": ("{metadata: channel, is: [电话, phone]}", "upset", "mine.yaml:25: variants.0.when: ", ["metadata only"]),
    "twice": ("id: vip", "id: phone", "mine.yaml:24: variants.0.id: ", ["duplicate variant id 'phone'"]),
    "a word for a change": ("    change:\n      sections: [", "    change: x\n    # [", "mine.yaml:33: variants.1.change: ",
                            ["dictionary", "found 'x'"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_VARIANTS)
def test_a_mistake_in_a_variant_names_it(load, name):
    old, new, place, words = BAD_VARIANTS[name]
    assert old in VARIED
    message = load(VARIED.replace(old, new, 1))
    assert isinstance(message, str), "it was taken as good"
    assert message.startswith(place), message
    assert [word for word in words if word not in message] == [], message


SCHEMA = Draft202012Validator(rubric.schema())


@pytest.mark.parametrize("text", [BASE, VARIED, HEAD, *(HEAD + text for text, _ in CHANGES.values())])
def test_the_schema_takes_what_the_loader_takes(text, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    SCHEMA.validate(json.loads(json.dumps(Document(path).data)))


@pytest.mark.parametrize(
    "old", ["    weight: 40\n", ", points: 2, met: {behavior: greeting}", "    name: 态度\n"]
)
def test_the_schema_refuses_a_whole_rubric_with_a_hole(old, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(BASE.replace(old, "").replace("name: 问候", "nam: 问候"), encoding="utf-8")
    assert not SCHEMA.is_valid(json.loads(json.dumps(Document(path).data)))

"""What the lint concludes of conditions is true of contacts: whatever it says follows, follows in the engine."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autoscorer.authoring import lint
from autoscorer.authoring.logic import Logic
from autoscorer.detect import Detector
from autoscorer.rules import Behavior, Condition, Positions, Rule, RuleBook
from autoscorer.types import Prediction, Role, Transcript, Utterance
from tests.detect.books import SEGMENTER

PHRASES = ["请稍等", "稍等", "不用稍等", "好的", "好"]
NAMED = {
    "waits": Condition(any=({"phrases": ["稍等"]}, {"phrases": ["好"], "where": "opening"})),
    "late": Condition(phrases=("好",), need="none", turns=(1, None)),
}
some = st.lists(st.sampled_from(PHRASES), min_size=1, max_size=2, unique=True)
bound = st.integers(0, 3)
ranges = st.one_of(
    bound.map(lambda n: {"at_least": n}), bound.map(lambda n: {"at_most": n}),
    st.tuples(bound, bound).map(sorted).map(lambda two: {"at_least": two[0], "at_most": two[1]}),
)  # fmt: skip
words = st.one_of(
    st.fixed_dictionaries({"phrases": some}, optional={"unless": some, "unless_regex": st.just(["用稍等"])}),
    st.fixed_dictionaries({"phrases": some, "need": st.sampled_from(["all", "none", 1])}),
    st.fixed_dictionaries({"words": some}, optional={"phrases": some}),
    st.fixed_dictionaries({"regex": st.just(["稍."])}, optional={"phrases": some}),
)
operators = st.one_of(
    st.sampled_from(["waits", "late", "hold"]).map(lambda name: {"use": name}),
    st.lists(st.sampled_from(["hold", "urge"]), min_size=1).map(lambda names: {"behavior": names}),
    st.tuples(st.sampled_from(["negative", "neutral", "positive"]), st.sampled_from([0.3, 0.7])).map(
        lambda two: {"classifier": {"task": "sentiment", "label": [two[0]], "probability": two[1]}}
    ),
    ranges.map(lambda r: {"interval": {"of": "silence", **r}}),
    ranges.map(lambda r: {"length": {"of": "turns", **r}}),
    ranges.map(lambda r: {"length": {"of": "turns", "role": "agent", **r}}),
    st.one_of(ranges, st.sampled_from([{}, {"is": ["1"]}, {"is": ["2", "1"]}])).map(lambda r: {"metadata": {"field": "n", **r}}),
    st.just({"entity": ["phone"]}), st.just({"entity": ["phone", "amount"]}),
)  # fmt: skip
near = st.fixed_dictionaries(
    {"of": st.sampled_from([{"behavior": ["urge"]}, {"phrases": ["好"]}])},
    optional={"within": st.integers(1, 3), "nth": st.sampled_from([1, -1])},
)
scopes = st.fixed_dictionaries(
    {},
    optional={
        "where": st.sampled_from(["opening", "closing"]),
        "turns": st.sampled_from([(0, 1), (1, None), (-2, None), (-3, -2), (0, -1)]),
        "seconds": st.sampled_from([(0.0, 10.0), (5.0, None), (-10.0, None)]),
        "role": st.sampled_from(["agent", "customer"]),
        "after": near,
    },
)


def tree(inner):
    two = st.lists(inner, min_size=1, max_size=3)
    counted = st.fixed_dictionaries(
        {"of": inner}, optional={"at_least": st.integers(1, 3), "within": st.integers(1, 2)}
    )
    return st.one_of(
        two.map(lambda parts: {"all": parts}), two.map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}), counted.map(lambda count: {"count": count}),
    )  # fmt: skip


def scoped(subjects):
    return st.one_of(subjects, subjects, st.tuples(subjects, scopes).map(lambda two: {**two[0], **two[1]}))


def pairs(conditions):
    """Two conditions, of which the first often asks for more than the second, or for what it excludes."""
    two = st.tuples(conditions, conditions)
    return st.one_of(
        two,
        two.map(lambda p: ({"all": list(p)}, p[0])),
        two.map(lambda p: (p[0], {"any": list(p)})),
        two.map(lambda p: ({"all": list(p)}, {"any": [p[1], {"entity": ["url"]}]})),
        two.map(lambda p: ({"all": [p[0], {"not": p[1]}]}, p[0])),
        two.map(lambda p: ({"not": {"any": list(p)}}, {"not": p[1]})),
    )


conditions = st.recursive(
    scoped(st.one_of(words, operators)), lambda inner: scoped(tree(inner)), max_leaves=4
)
both = pairs(conditions)
turns = st.lists(
    st.tuples(
        st.sampled_from(["agent", "customer"]),
        st.lists(st.sampled_from([*PHRASES, "，", "13800138000", "三元"]), max_size=3).map("".join),
        st.integers(0, 6),
        st.sampled_from(["negative", "neutral", "positive"]),
    ),
    min_size=1,
    max_size=6,
)


def book(*matches: Condition, role: Role = "agent") -> RuleBook:
    """A book in which the behavior `c0` is the first of `matches`, and so on."""
    names = [f"c{i}" for i in range(len(matches))]
    behaviors = {name: Behavior(role=role, name=name) for name in names}
    behaviors |= {"hold": Behavior(role="agent", name="等"), "urge": Behavior(role="customer", name="催")}
    rules = [Rule(id=n, behavior=n, match=c) for n, c in zip(names, matches, strict=True)]
    rules += [
        Rule(id="hold", behavior="hold", phrases=("稍等",)),
        Rule(id="urge", behavior="urge", phrases=("好",)),
    ]
    return RuleBook(
        id="t", version="1", sha256="", positions=Positions(opening=1, closing=2), behaviors=behaviors,
        conditions=NAMED, rules=tuple(rules),
    )  # fmt: skip


def found(rules: RuleBook, said) -> dict[str, set[int]]:
    """The turns of each behavior in a contact."""
    clock, utterances, predictions = 0, [], []
    for i, (role, text, wait, label) in enumerate(said):
        clock += wait
        utterances.append(Utterance(role, text, None, float(clock), float(clock + 2)))
        clock += 2
        if role == "customer":
            predictions.append(Prediction("sentiment", i, label, 0.5))
    contact = Transcript("t", tuple(utterances), "memory", {"n": str(len(said))})
    result = {name: set[int]() for name in rules.behaviors}
    for rule, turn in _every(Detector(rules, SEGMENTER), contact, predictions):
        result[rule].add(turn)
    return result


def _every(detector, contact, predictions):
    return [(d.behavior, d.span.turn) for d in detector.search(contact, predictions).detections]


@settings(max_examples=400, deadline=None)
@given(both, st.lists(turns, min_size=1, max_size=4), st.sampled_from(["agent", "customer"]))
def test_what_follows_holds_in_contacts(two, contacts, role):
    try:
        pair = Condition.model_validate(two[0]), Condition.model_validate(two[1])
    except ValueError:
        assume(False)
    rules = book(*pair, role=role)
    lint(rules)
    logic = Logic(rules)
    follows = [logic.implies(*pair), logic.implies(*reversed(pair))]
    never = [logic.conflict(logic.held(c)) is not None for c in pair]
    assume(any(follows + never))
    for said in contacts:
        hits = found(rules, said)
        assert not follows[0] or hits["c0"] <= hits["c1"] or _contact_only(pair)
        assert not follows[1] or hits["c1"] <= hits["c0"] or _contact_only(pair)
        assert not (never[0] and hits["c0"]) and not (never[1] and hits["c1"])


def _contact_only(pair) -> bool:
    """A rule about the whole contact is found once, in its first turn, and so is not compared turn by turn."""
    contact = ("metadata", "length")
    return any(
        not {part for _, p in c.parts() for part in p.subjects} - {*contact, "all", "any", "not"}
        for c in pair
    )

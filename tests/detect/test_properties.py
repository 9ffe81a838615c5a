"""What holds for any text: spans lie inside it, rules do not disturb each other, the prefilter loses nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoscorer.detect import Detector
from autoscorer.detect.literals import required, ways
from autoscorer.detect.prefilter import Prefilter, numbers
from autoscorer.detect.sound import sounds
from autoscorer.detect.speech import negated, quoted
from autoscorer.rules import load_rules
from autoscorer.rules.problems import _asked
from autoscorer.text import compile_pattern, normalize
from autoscorer.types import Reading, Transcript, Utterance

from .books import SEGMENTER

BOOK = load_rules()
DETECTOR = Detector(BOOK, SEGMENTER)
PIECES = [
    *sorted({p for rule in BOOK.rules for p in rule.phrases}),
    *"，。？！…~ []x１2a吗呢的了", "请", "稍登", "宁好", "報歉", "\U0001f64f", "帮您", "24小时内", "您是", "对吗",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=30)
ROLES = st.sampled_from(["agent", "customer", "system"])
TIMES = st.none() | st.floats(0, 100, allow_nan=False)
UTTERANCES = st.builds(Utterance, ROLES, TEXTS, st.none(), TIMES, TIMES)
CONTACTS = st.lists(UTTERANCES, max_size=8).map(lambda said: Transcript("t", tuple(said), "memory"))
ATOMS = st.sampled_from(
    ["您", "请", "a", "[您你]", "[^。]", ".", "(?:请|麻烦)", "稍等", "(?!吗)", "(?<=好)", "^", "$", "B"]
)
TIMES_OVER = st.sampled_from(["", "?", "*", "{1,2}", "+"])
PATTERNS = st.recursive(
    st.builds(lambda a, q: f"(?:{a}){q}", ATOMS, TIMES_OVER),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})")
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(CONTACTS)
def test_what_is_found_is_quoted_from_a_turn_of_the_right_role(transcript):
    found = DETECTOR.detect(transcript)
    for d in found:
        said = transcript.utterances[d.span.turn]
        assert 0 <= d.span.start < d.span.end <= len(said.text)
        assert said.text[d.span.start : d.span.end] == d.text
        assert said.role == BOOK.behaviors[d.behavior].role
    assert len({(d.behavior, d.span.turn) for d in found}) == len(found)
    assert DETECTOR.detect(transcript) == found


ALONE = [
    rule for rule in BOOK.rules if not _asked(rule, BOOK)
]  # others wait for what is found of another behavior
PARTS, WHOLE = (
    [Detector(BOOK.model_copy(update={"rules": rules, "same_sound": True}), SEGMENTER) for rules in split]
    for split in ([ALONE[i::3] for i in range(3)], [ALONE])
)


@settings(deadline=None)
@given(CONTACTS)
def test_a_rule_finds_the_same_alone_as_with_others(transcript):
    """Of the rules of a behavior the surest speaks, so the best of the parts is what the whole finds."""
    best = {}
    for part in PARTS:
        for d in part.detect(transcript):
            key = d.span.turn, d.behavior
            best[key] = max(best.get(key, (0, 0)), (d.confidence, -d.span.start))
    whole = {(d.span.turn, d.behavior): (d.confidence, -d.span.start) for d in WHOLE[0].detect(transcript)}
    assert whole == best


@given(st.text())
def test_normalization_and_sounds_keep_the_length(text):
    assert len(normalize(text)) == len(sounds(normalize(text))) == len(text)


@settings(max_examples=400)
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=3))
def test_the_prefilter_loses_no_match(pattern, texts):
    compiled = compile_pattern(pattern)
    needs, each = required(compiled), ways(compiled)
    for text in map(normalize, texts):
        for match in compiled.finditer(text):
            assert all(any(s in match.group() for s in strings) for strings in needs), needs
            assert any(all(any(s in match.group() for s in sets) for sets in way) for way in each), each


@settings(max_examples=200)
@given(st.lists(PATTERNS, max_size=6), TEXTS)
def test_a_regex_that_matches_is_possible(patterns, text):
    compiled, shown = list(map(compile_pattern, patterns)), normalize(text)
    prefilter = Prefilter(list(map(ways, compiled)))
    present = prefilter.nothing
    for literal, mask in prefilter.masks.items():
        present |= mask if literal in shown else 0
    possible = set(numbers(prefilter.possible(present)))
    assert possible <= set(prefilter.places)
    assert {p for p, regex in zip(prefilter.places, compiled, strict=True) if regex.search(shown)} <= possible


@settings(deadline=None)
@given(CONTACTS)
def test_no_rule_is_left_out_that_would_hit(transcript):
    """`every` asks all rules; what `detect` finds is the surest of them."""
    surest = {}
    for rule, turn in WHOLE[0].every(transcript):
        key = turn, rule.behavior
        surest[key] = max(surest.get(key, 0), rule.confidence)
    assert {(d.span.turn, d.behavior): d.confidence for d in WHOLE[0].detect(transcript)} == surest


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        ("请?稍[等候]|等一下", [{"稍等", "稍候", "等一下"}]),
        ("我[是系].{0,16}(?:客服|专员)", [{"我是", "我系"}, {"客服", "专员"}]),
        ("[^。]{3}", []),
        ("(?:您好)?", []),
        ("(?:您好)+", [{"您好"}]),
        ("(?i:ab)好", [{"好"}]),
        ("(?<!不)好(?!吗)", [{"好"}]),
    ],
)
def test_what_a_regex_requires(pattern, needs):
    assert sorted(map(sorted, required(re.compile(pattern)))) == sorted(map(sorted, needs))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("等一下|请.{2}稍等", [[{"等一下"}], [{"稍等"}, {"请"}]]),
        ("您(?:是[^。]人|叫[^。]名)(?!吗)", [[{"您是"}, {"人"}], [{"您叫"}, {"名"}]]),
        ("您好|[^。]{3}", [[]]),
        ("请?稍[等候]", [[{"稍等", "稍候"}]]),
        ("|".join(f"第{i}.号" for i in range(100)), [[{"第"}, set("0123456789")]]),
    ],
)
def test_the_ways_of_a_regex(pattern, found):
    """One that holds nothing for sure makes the others idle, and too many are not told apart."""
    assert list(map(list, ways(re.compile(pattern)))) == found


@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_negation_and_quoting_answer_for_any_place(text, start, length):
    assert negated(text, start) in (True, False)
    assert quoted(text, start, start + length) in (True, False)


def test_a_turn_is_found_the_same_when_it_was_seen_before():
    """The matches of a text are kept; another medium or another role must not get those of the first."""
    first = Transcript("1", (Utterance("agent", "很报歉"), Utterance("customer", "很报歉")), "memory")
    heard = Transcript("2", first.utterances, "memory", reading=Reading("srt"))
    alone = [Detector(BOOK, SEGMENTER).detect(t) for t in (first, heard)]
    again = Detector(BOOK, SEGMENTER)
    assert [again.detect(t) for t in (first, heard, first)] == [*alone, alone[0]]

"""Regexes that backtrack without end are stopped, and only they pay for it."""

import re
import time

import pytest

from autoscorer import ConfigError, Scorer, Transcript, Utterance, load_rules
from autoscorer.backtracking import _Timed, guarded, ways
from autoscorer.errors import TranscriptError
from autoscorer.text import compile_pattern

ENDLESS = [
    "(a+)+b",
    "(a|a)*b",
    "(?:a|aa)+b",
    "(a*)*b",
    "(?:a{0,30}){0,30}b",
    "(.*a){12}b",
    "(?:(?:a?){20}){20}b",
]
TAME = [
    "退款",
    "退[^，。]{0,9}款",
    "您好[。！]*",
    "(?:一|二|三)?号",
    "^[0-9]{6}$",
    "(?<!不)退",
    "(?:a|b){0,3}c",
    "x+",
]


@pytest.mark.parametrize("pattern", ENDLESS)
def test_an_endless_search_is_stopped(pattern, monkeypatch):
    monkeypatch.setattr("autoscorer.backtracking.SECONDS", 0.3)
    compiled = compile_pattern(pattern)
    began = time.monotonic()
    try:
        list(compiled.finditer("a" * 5000 + "c"))
    except TranscriptError as error:
        assert error.code == "too_slow" and pattern[:20] in error.message
    assert time.monotonic() - began < 10


def test_some_of_them_do_not_end_otherwise():
    """The limit is what stops them, not the engine."""
    with pytest.raises(TranscriptError, match="longer than 2 s"):
        list(guarded("(?:a|aa)+b", 0).finditer("a" * 5000 + "c"))


@pytest.mark.parametrize("pattern", TAME)
def test_ordinary_patterns_stay_with_re(pattern):
    assert isinstance(compile_pattern(pattern), re.Pattern)


def test_most_of_our_own_rules_stay_with_re():
    patterns = [p for rule in load_rules().rules for p in _regexes(rule.model_dump())]
    limited = [p for p in patterns if isinstance(compile_pattern(p), _Timed)]
    assert len(patterns) > 300 and len(limited) < len(patterns) / 20


def _regexes(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("regex", "unless_regex", "matches") and inner:
                yield from [inner] if isinstance(inner, str) else inner
            else:
                yield from _regexes(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _regexes(inner)


@pytest.mark.parametrize(
    "pattern", [".*退.*款", "(?:好|的)+[吗呢]", "[^。]{2,}(?:了吗|没有)$", "(?P<a>退)+款", "A+b"]
)
@pytest.mark.parametrize("text", ["我要退掉这个款式，退款", "好的好的吗", "查到了没有", "退退款", "aab"])
def test_both_engines_find_the_same(pattern, text):
    flags = re.IGNORECASE
    limited = _Timed(re.compile(pattern, flags))
    assert [m.span() for m in limited.finditer(text)] == [
        m.span() for m in re.compile(pattern, flags).finditer(text)
    ]
    for ask in ("search", "match", "fullmatch"):
        assert bool(getattr(limited, ask)(text)) == bool(getattr(re.compile(pattern, flags), ask)(text))


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("a", 1), ("a?", 1), ("a?b", 2), ("a{2,5}b", 4), ("ab|cd|ef", 3), ("(?:ab|cd)e?f", 4), ("a+b", float("inf")), ("(?=a+)b", float("inf"))],
)  # fmt: skip
def test_ways(pattern, count):
    assert ways(pattern) == count


RULES = """
id: slow
behaviors: {b: {role: customer, name: 某事}}
rules: [{id: b.slow, behavior: b, regex: ['(?:好|好好)+吗'], confidence: 0.9}]
"""


def test_a_contact_that_takes_too_long_is_a_failure_and_the_others_are_scored(tmp_path, monkeypatch):
    monkeypatch.setattr("autoscorer.backtracking.SECONDS", 0.3)
    (tmp_path / "r.yaml").write_text("extends: default" + RULES, encoding="utf-8")
    scorer = Scorer(rules=tmp_path / "r.yaml", use_models=False)
    talks = ["吗" + "好" * 5000, "你好，退款好吗"]
    slow, quick = (
        scorer.result(Transcript(str(i), (Utterance("customer", said), Utterance("agent", "您好")), "x"))
        for i, said in enumerate(talks)
    )
    assert (slow.code, slow.stage, slow.id) == ("too_slow", "analyze", "0")
    assert "(?:好|好好)+吗" in slow.message and slow.hint
    assert quick.total > 0


def test_brackets_without_end_and_numbers_without_end(tmp_path):
    for pattern in ("(" * 900 + "a" + ")" * 900, "a{99999999999}", "(?:a{60000}){60000}"):
        (tmp_path / "r.yaml").write_text(RULES.replace("(?:好|好好)+吗", pattern), encoding="utf-8")
        try:
            load_rules(tmp_path / "r.yaml")
        except ConfigError as error:
            assert str(tmp_path) in str(error)

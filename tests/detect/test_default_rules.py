"""The default rule book: what each behavior must find, and the near misses that it must leave alone."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from autoscorer.detect.rules import Detector
from autoscorer.rules import Rule, load_rules
from autoscorer.segment import Segmenter
from autoscorer.text import compile_pattern
from autoscorer.types import Reading, Transcript, Utterance

CASES = Path(__file__).parent / "cases"
AGENT_ACTS = [
    "greeting",
    "self_intro",
    "offer_help",
    "probe",
    "verify",
    "restate",
    "apology",
    "empathy",
    "reassure",
    "solution",
    "options",
    "consent",
    "action",
    "timeframe",
    "hold",
    "transfer",
    "followup",
    "confirm_resolved",
    "more_help",
    "thanks",
    "farewell",
    "survey",
    "shirk",
    "rude",
]
CUSTOMER_ACTS = ["complaint", "urge", "repeat", "escalate", "accept", "thank"]
AGENT_EXTRA = ["guidance", "recorded", "overpromise", "private_data", "but_after_empathy", "jargon"]
CUSTOMER_EXTRA = ["vulnerable", "unresolved"]

BOOK = load_rules()
UNITS = ("您", "稍登", "宁好，", "请", "我", "好", "一", "1", " ", "帮您", "还有", "[数字x]")
LENGTH, LIMIT_S = 100_000, 1.0


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(BOOK, Segmenter())


def _cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        tables = yaml.safe_load(path.read_text(encoding="utf-8"))
        for table, wanted in (("hits", True), ("near_misses", False)):
            for i, case in enumerate(tables[table]):
                found.append(pytest.param(path.stem, case, wanted, id=f"{path.stem}-{table}-{i}"))
    return found


def _transcript(behavior: str, case: str | list[dict[str, Any]]) -> Transcript:
    if isinstance(case, str):
        case = [{"role": BOOK.behaviors[behavior].role, "text": case}]
    return Transcript("t", tuple(Utterance(t["role"], t["text"]) for t in case), "memory")


@pytest.mark.parametrize(("behavior", "case", "wanted"), _cases())
def test_case(detector: Detector, behavior: str, case: str | list[dict[str, Any]], wanted: bool) -> None:
    transcript = _transcript(behavior, case)
    last = len(transcript.utterances) - 1
    found = [d for d in detector.detect(transcript) if d.behavior == behavior and d.span.turn == last]
    assert bool(found) is wanted, [(d.source, d.text) for d in found] or transcript.utterances[last].text


@pytest.mark.parametrize("behavior", sorted(BOOK.behaviors))
def test_every_behavior_has_cases_enough(behavior: str) -> None:
    tables = yaml.safe_load((CASES / f"{behavior}.yaml").read_text(encoding="utf-8"))
    assert set(tables) == {"hits", "near_misses"}
    assert len(tables["hits"]) >= 6
    assert len(tables["near_misses"]) >= 6


def test_every_behavior_of_the_guidelines_is_declared_for_its_role() -> None:
    roles = {name: behavior.role for name, behavior in BOOK.behaviors.items()}
    assert roles == {
        **dict.fromkeys(AGENT_ACTS + AGENT_EXTRA, "agent"),
        **dict.fromkeys(CUSTOMER_ACTS + CUSTOMER_EXTRA, "customer"),
    }


def test_every_behavior_has_names_and_a_rule() -> None:
    assert {rule.behavior for rule in BOOK.rules} == set(BOOK.behaviors)
    assert all(b.name and b.name_en for b in BOOK.behaviors.values())


def test_rule_ids_begin_with_their_behavior() -> None:
    assert [rule.id for rule in BOOK.rules if not rule.id.startswith(f"{rule.behavior}.")] == []


def test_decisive_rules_are_precise() -> None:
    assert [rule.id for rule in BOOK.rules if rule.decisive and rule.confidence < 0.8] == []


QUOTES = [
    ("agent", "hold", "好的，请稍等", "请稍等"),
    ("agent", "timeframe", "我盯着他四十分钟内送到", "四十分钟内"),
    ("agent", "timeframe", "到期前三天短信提醒您", "前三天短信"),
    ("agent", "timeframe", "二十五号上午送到府上", "二十五号上午送"),
    ("agent", "solution", "是因为航班取消，改签不收费。", "是因为航班取消，改签不收费。"),
    ("agent", "verify", "保单号多少", "保单号多少"),
    ("agent", "options", "我能给您排礼拜五或者礼拜六", "我能给您排礼拜五或者礼拜六"),
    ("customer", "complaint", "第三天了还没找到", "第三天了"),
]


@pytest.mark.parametrize(("role", "behavior", "text", "quote"), QUOTES)
def test_a_quote_begins_where_a_word_does(
    detector: Detector, role: Any, behavior: str, text: str, quote: str
) -> None:
    found = detector.detect(Transcript("t", (Utterance(role, text),), "memory"))
    assert [d.text for d in found if d.behavior == behavior] == [quote]


@pytest.mark.slow
@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_no_regex_is_slow_on_a_hostile_text(rule: Rule) -> None:
    for pattern in rule.regex + rule.unless_regex:
        compiled = compile_pattern(pattern)
        own = re.findall(r"[\u4e00-\u9fff]+", pattern)
        for unit in (*UNITS, *own[:2], "".join(own)):
            text = (unit * LENGTH)[:LENGTH] + "。x" if unit else "x"
            start = time.process_time()
            for _ in compiled.finditer(text):
                pass
            assert time.process_time() - start < LIMIT_S, (pattern, unit)


@pytest.mark.parametrize("unit", [*UNITS, "您好，请问有什么可以帮您？"])
@pytest.mark.parametrize("role", ["agent", "customer"])
@pytest.mark.parametrize("format", ["memory", "srt"])
def test_detector_is_linear_on_a_hostile_turn(detector: Detector, role: Any, unit: str, format: str) -> None:
    before = Utterance("customer" if role == "agent" else "agent", "稍登，" * 1000)
    said = (before, Utterance(role, (unit * LENGTH)[:LENGTH]))
    transcript = Transcript("t", said, "memory", reading=Reading(format))
    start = time.process_time()
    detector.detect(transcript)
    assert time.process_time() - start < 30 * LIMIT_S

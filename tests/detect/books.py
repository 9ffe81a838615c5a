"""Small rule books and contacts for the tests of the engine, written in short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from autoscorer.detect import Detector, Findings
from autoscorer.rules import RuleBook, load_rules
from autoscorer.segment import Segmenter
from autoscorer.types import Prediction, Reading, Role, Transcript, Utterance

BEHAVIORS = {
    "hello": {"role": "agent", "name": "问好"},
    "sorry": {"role": "agent", "name": "道歉"},
    "calm": {"role": "agent", "name": "安抚"},
    "angry": {"role": "customer", "name": "生气"},
    "asks": {"role": "customer", "name": "诉求"},
}
SEGMENTER = Segmenter()
ROLES: dict[str, Role] = {"a": "agent", "c": "customer", "s": "system"}
Turn = str | tuple[str, float] | tuple[str, float, float]


def contact(*turns: Turn, format: str = "memory", **metadata: Any) -> Transcript:
    """Turns such as "a 您好" or ("c 喂", 0.0, 1.5), with start and end."""
    said = []
    for turn in turns:
        text, *times = (turn,) if isinstance(turn, str) else turn
        start, end = [*map(float, times), None, None][:2]
        said.append(Utterance(ROLES[text[0]], text[2:], None, start, end))
    return Transcript("t", tuple(said), "memory", metadata, Reading(format))


def book(folder: Path, rules: str | list[Any], **head: Any) -> RuleBook:
    """A rule book of these rules, given as YAML or as values; ids may be left out."""
    listed = yaml.safe_load(rules) if isinstance(rules, str) else rules
    whole = [{"id": f"r{i}", "behavior": "hello", **rule} for i, rule in enumerate(listed)]
    path = folder / "book.yaml"
    content = {"id": "small", "behaviors": BEHAVIORS, **head, "rules": whole}
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return load_rules(path)


def search(
    folder: Path,
    rules: str | list[Any],
    transcript: Transcript,
    said: list[Prediction] | None = None,
    **head: Any,
) -> Findings:
    """What a book finds in a contact."""
    return Detector(book(folder, rules, **head), SEGMENTER).search(transcript, said)


def turns(found: Findings, behavior: str = "hello") -> list[int]:
    """The turns in which a behavior was found."""
    return [d.span.turn for d in found.detections if d.behavior == behavior]


def case(match: str, turns: list[Any], wanted: list[Any], **head: Any) -> Any:
    """A row of a table: a condition, a contact, and the quotes or turns that it must give."""
    return pytest.param(match, contact(*turns, **head), wanted, id=f"{match[:60]} {turns}"[:110])

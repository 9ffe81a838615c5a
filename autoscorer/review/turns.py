"""The labels of a turn in words: behaviors, sentiment, empathy; the machine's, and a person's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from ..rules import Behavior, load_rules
from ..text import normalize
from ..types import Role, Scorecard
from .values import Place, TurnLabels

NONE = ("无", "none")
SAME = ("同机器", "same")
SENTIMENT: dict[str, tuple[str, ...]] = {
    "negative": ("负面", "negative", "-1"),
    "neutral": ("中性", "neutral", "0"),
    "positive": ("正面", "positive", "1"),
    "very_negative": ("强烈负面", "very negative", "-2"),
}
EMPATHY: dict[str, tuple[str, ...]] = {
    "none": ("无共情", "none", "0", "无"),
    "formulaic": ("套话式共情", "formulaic", "1", "套话"),
    "specific": ("针对性共情", "specific", "2", "针对"),
}
SCALES: dict[str, tuple[Role, dict[str, tuple[str, ...]]]] = {
    "sentiment": ("customer", SENTIMENT),
    "empathy": ("agent", EMPATHY),
}
"""Whose turns are asked, and the words of each label, Chinese and English first."""
_CUT = re.compile(r"[、,，;；\n]+")


class BadLabel(Exception):
    """A cell that holds no label of its kind."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


@lru_cache(maxsize=1)
def book() -> Mapping[str, Behavior]:
    """The behaviors that people may write: those of the default rule book."""
    return load_rules().behaviors


def read(get: Callable[[str], str], card: Scorecard) -> TurnLabels:
    """The labels in a row whose cells `get` gives, without who and when. Raises BadLabel."""
    said = card.analysis.transcript.utterances
    text = get("turn")
    if not text.isdigit() or not 1 <= int(text) <= len(said):
        raise BadLabel("turn", f"'{text[:20]}' is no turn of this contact; it has turns 1 to {len(said)}")
    turn = int(text) - 1
    role = said[turn].role
    behaviors = _behaviors(get("behaviors"), turn, card) if get("behaviors") else None
    scales = {name: _scale(name, get(name), role) if get(name) else None for name in SCALES}
    return TurnLabels(
        card.analysis.transcript.id, turn, behaviors, scales["sentiment"], scales["empathy"], "", "", Place("", "", 0)
    )  # fmt: skip


def _behaviors(text: str, turn: int, card: Scorecard) -> tuple[str, ...]:
    if normalize(text) in NONE:
        return ()
    if normalize(text) in SAME:
        return machine(card, turn)
    names = [name.strip() for name in _CUT.split(text) if name.strip()]
    role = card.analysis.transcript.utterances[turn].role
    return tuple(dict.fromkeys(_behavior(name, role) for name in names))


def _behavior(name: str, role: Role) -> str:
    for id, behavior in book().items():
        if normalize(name) in (id, normalize(behavior.name), normalize(behavior.name_en)):
            if behavior.role != role:
                raise BadLabel(
                    "behaviors", f"'{name}' is said of the {behavior.role}; this turn is the {role}'s"
                )
            return id
    mine = "、".join(b.name for b in book().values() if b.role == role)
    raise BadLabel("behaviors", f"unknown behavior '{name[:40]}'; allowed: {mine}, {NONE[0]}")


def _scale(name: str, text: str, role: Role) -> str:
    asked, words = SCALES[name]
    if role != asked:
        raise BadLabel(name, f"{name} is said of the {asked}; this turn is the {role}'s")
    for label, known in words.items():
        if normalize(text) in map(normalize, known):
            return label
    raise BadLabel(name, f"'{text[:40]}' is no {name}; allowed: {', '.join(w[0] for w in words.values())}")


def machine(card: Scorecard, turn: int) -> tuple[str, ...]:
    """The behaviors that the machine found in a turn."""
    return tuple(dict.fromkeys(d.behavior for d in card.analysis.detections if d.span.turn == turn))


def shown(card: Scorecard, turn: int, lang: str) -> dict[str, str]:
    """The machine's labels of a turn, in words."""
    at = 0 if lang == "zh" else 1
    names = [book()[id].name if at == 0 and id in book() else id for id in machine(card, turn)]
    found = {"behaviors": "、".join(names)}
    for p in card.analysis.predictions:
        if p.turn == turn and p.task in SCALES:
            words = SCALES[p.task][1].get(p.label, (p.label, p.label))
            found[p.task] = words[at]
    return found

"""Leaves of the condition trees: the words that a rule asks of one turn, made ready for matching."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..rules import Switch, Wording
from ..rules.operators import Need, TokenPattern
from ..text import compile_pattern, normalize


@dataclass(frozen=True, slots=True)
class Modes:
    """How the words of a rule are taken: see the keys of the rule book."""

    same_sound: Switch = "auto"
    negation: str = "allow"
    quoted: str = "allow"


@dataclass(frozen=True, slots=True)
class Leaf:
    """Words of one condition, normalized and compiled."""

    phrases: tuple[str, ...]
    words: tuple[str, ...]
    unless: tuple[str, ...]
    regex: tuple[re.Pattern[str], ...]
    unless_regex: tuple[re.Pattern[str], ...]
    tokens: tuple[TokenPattern, ...]
    need: Need
    modes: Modes


def leaf(wording: Wording, modes: Modes) -> Leaf:
    """The leaf of a rule's or a condition's own words."""
    return Leaf(
        tuple(map(normalize, wording.phrases)),
        tuple(map(normalize, wording.words)),
        tuple(map(normalize, wording.unless)),
        tuple(map(compile_pattern, wording.regex)),
        tuple(map(compile_pattern, wording.unless_regex)),
        wording.tokens,
        wording.need,
        modes,
    )

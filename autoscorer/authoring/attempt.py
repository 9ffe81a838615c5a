"""What a text fires, and what it nearly fires: each rule is tried alone, then without one of its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..classify import Encoder
from ..detect import Detector
from ..pipeline import encoder_of
from ..rules import Rule, RuleBook
from ..segment import Segmenter
from ..types import Detection, Role, Transcript, Utterance

LIMITS: Mapping[str, dict[str, Any]] = {
    "unless": {"unless": (), "unless_regex": ()},
    "where": {"where": "anywhere"},
    "after": {"after": None},
    "transcript": {"transcript": None},
}
"""Keys of a rule that hold it back, and what a rule without them says."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A rule and a place. held_back: the keys of the rule without which it would fire; none where it fires."""

    rule: Rule
    found: Detection
    held_back: tuple[str, ...] = ()


def attempt(text: str, book: RuleBook, *, role: Role = "agent") -> list[Attempt]:
    """The rules that fire on `text` as the only turn of a contact, the surest first, then those held back.

    Rules that look at other turns (`match`, anchors) are tried as they are.
    """
    transcript = Transcript("try", (Utterance(role, text),), source="try")
    run = partial(_first, book, transcript, Segmenter(), encoder_of(book))
    found = [a for rule in book.rules for a in _try(rule, run)]
    return sorted(found, key=lambda a: (bool(a.held_back), -a.found.confidence, a.rule.id))


def _try(rule: Rule, run: Callable[[Rule], Detection | None]) -> Iterator[Attempt]:
    hit = run(rule)
    if hit is not None:
        yield Attempt(rule, hit)
        return
    set_ = [key for key, free in LIMITS.items() if any(getattr(rule, k) != v for k, v in free.items())]
    for keys in [*((key,) for key in set_), tuple(set_)]:
        free = {k: v for key in keys for k, v in LIMITS[key].items()}
        hit = run(rule.model_copy(update=free)) if keys else None
        if hit is not None:
            yield Attempt(rule, hit, keys)
            return


def _first(
    book: RuleBook, transcript: Transcript, segmenter: Segmenter, encoder: Encoder | None, rule: Rule
) -> Detection | None:
    alone = book.model_copy(update={"rules": (rule,)})
    found = Detector(alone, segmenter, encoder).detect(transcript)
    return found[0] if found else None

"""What each rule does on transcripts: how often it hits, beside which others, and how often people agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..detect import Detector
from ..pipeline import encoder_of
from ..rules import RuleBook
from ..segment import Segmenter
from ..types import Transcript

Gold = Mapping[tuple[str, int], frozenset[str]]
"""The behaviors that people saw, by contact id and turn."""


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """One rule on some transcripts.

    turns, contacts: where it hits. alone: turns where no other rule of its behavior hits. conflicts: turns where
    gold has labels, but not its behavior. right: turns where gold agrees; judged: turns where gold says anything.
    missed: turns with its behavior in gold that no rule of the behavior finds.
    """

    rule: str
    behavior: str
    turns: int
    contacts: int
    alone: int
    right: int
    judged: int
    missed: int

    @property
    def precision(self) -> float | None:
        """The share of judged hits that people agree with; None without any."""
        return self.right / self.judged if self.judged else None


def statistics(
    transcripts: Iterable[Transcript], book: RuleBook, gold: Gold | None = None
) -> list[RuleFigures]:
    """Figures of every rule of `book`, in its order; a dead rule has no turns."""
    detector, known = Detector(book, Segmenter(), encoder_of(book)), gold or {}
    hits: dict[str, list[tuple[str, int]]] = defaultdict(list)
    found: dict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
    for transcript in transcripts:
        for rule, turn in detector.every(transcript):
            place = (transcript.id, turn)
            hits[rule.id].append(place)
            found[rule.behavior][place] += 1
    missed = {name: _missed(name, found[name], known) for name in book.behaviors}
    return [
        RuleFigures(
            rule.id, rule.behavior, len(places), len({id for id, _ in places}),
            sum(found[rule.behavior][place] == 1 for place in places),
            sum(rule.behavior in known.get(place, ()) for place in places),
            sum(place in known for place in places), missed[rule.behavior],
        )
        for rule in book.rules
        for places in [hits[rule.id]]
    ]  # fmt: skip


def _missed(behavior: str, found: Counter[tuple[str, int]], gold: Gold) -> int:
    return sum(behavior in labels and place not in found for place, labels in gold.items())

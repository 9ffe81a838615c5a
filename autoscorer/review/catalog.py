"""What may be judged, and what was found in people's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..rubric import Rubric
from ..types import Scorecard
from .values import Judgement, Problem, TurnLabels


@dataclass(frozen=True, slots=True)
class Catalog:
    """What may be judged: the scored contacts by id, and the criteria by id and by name."""

    cards: Mapping[str, Scorecard]
    names: Mapping[str, str]
    most: Mapping[str, float]

    @classmethod
    def of(cls, cards: Mapping[str, Scorecard], rubric: Rubric | None = None) -> Catalog:
        """The catalog of these scorecards; `most` are the points possible of each criterion. `rubric` has names in
        both languages; those in the results come before."""
        names, most = dict[str, str](), dict[str, float]()
        for card in cards.values():
            for c in card.criteria:
                names[c.name] = names[c.criterion] = c.criterion
                most[c.criterion] = max(most.get(c.criterion, 0.0), c.max_points)
        for one in (c for section in (rubric.sections if rubric else ()) for c in section.criteria):
            for name in (one.name, one.name_en) if one.id in most else ():
                names.setdefault(name, one.id)
        return cls(cards, names, most)


@dataclass
class Findings:
    """What was read from all tables; `rows` counts those that held a judgement."""

    judgements: list[Judgement] = field(default_factory=list)
    labels: list[TurnLabels] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0

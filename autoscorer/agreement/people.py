"""Judgements beside the machine's verdicts, as numbers in pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from ..review import Judgement
from ..review.values import GRADE, TOTAL
from ..types import Scorecard
from .measures import Pairs

OUTCOMES = ("met", "partial", "not_met", "not_applicable", "manual")

Said = Mapping[str, Mapping[str, float]]
"""contact -> inspector -> value."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Grade names from the lowest to the highest, with the least total of each."""

    names: tuple[str, ...]
    least: tuple[float, ...]

    def grade(self, total: float) -> int:
        """The number of the band a total falls in."""
        return max(i for i, least in enumerate(self.least) if i == 0 or total >= least)

    def index(self, name: str) -> int | None:
        """The number of a grade's name."""
        return self.names.index(name) if name in self.names else None


class Table:
    """What people said, by subject, with the machine's side."""

    def __init__(self, judgements: Iterable[Judgement], cards: Mapping[str, Scorecard]) -> None:
        self.cards = cards
        self.names = sorted({j.contact for j in judgements})
        self.number = {name: i for i, name in enumerate(self.names)}
        self._by: dict[str, dict[str, dict[str, str | float]]] = defaultdict(lambda: defaultdict(dict))
        for j in judgements:
            if j.value is not None:
                self._by[j.subject][j.contact][j.by] = j.value

    @property
    def inspectors(self) -> list[str]:
        """All people, by name."""
        return sorted({by for subject in self._by.values() for said in subject.values() for by in said})

    def totals(self) -> Said:
        """People's totals."""
        return {c: {by: float(v) for by, v in said.items()} for c, said in self._by[TOTAL].items()}

    def grades(self, bands: Bands) -> tuple[Said, int]:
        """People's grades as numbers: as they said, else from their totals; and how many names are unknown."""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for contact, said in self.totals().items():
            found[contact] = {by: float(bands.grade(total)) for by, total in said.items()}
        unknown = 0
        for contact, names in self._by[GRADE].items():
            for by, name in names.items():
                index = bands.index(str(name))
                unknown += index is None
                if index is not None:
                    found[contact][by] = float(index)
        return found, unknown

    def criteria(self) -> dict[str, Said]:
        """People's outcomes as numbers, by criterion, in the order of the rubric."""
        order = dict.fromkeys(c.criterion for card in self.cards.values() for c in card.criteria)
        coded = {
            subject: {
                c: {by: float(OUTCOMES.index(str(v))) for by, v in said.items()}
                for c, said in contacts.items()
            }
            for subject, contacts in self._by.items()
            if subject not in (TOTAL, GRADE)
        }
        return {name: coded[name] for name in order if name in coded}

    def machine(self, said: Said, value: Mapping[str, float]) -> Pairs:
        """Each judgement with the machine's value: (machine, person)."""
        rows = [
            (self.number[c], value[c], v)
            for c, by in said.items()
            for _, v in sorted(by.items())
            if c in value
        ]
        return Pairs.of(rows)

    def mean(self, said: Said, value: Mapping[str, float]) -> Pairs:
        """The machine's value with the mean of the people, where there are several."""
        return Pairs.of(
            [(self.number[c], value[c], fmean(by.values())) for c, by in said.items() if len(by) > 1]
        )

    def people(self, said: Said) -> Pairs:
        """Each two judgements of one contact, ordered by the inspectors' names."""
        rows = [
            (self.number[c], by[a], by[b]) for c, by in said.items() for a, b in combinations(sorted(by), 2)
        ]
        return Pairs.of(rows)

    def outcomes(self, criterion: str) -> dict[str, float]:
        """The machine's outcomes of a criterion, as numbers; what it left to a person is no verdict."""
        return {
            name: float(OUTCOMES.index(score.outcome))
            for name in self.names
            for score in self.cards[name].criteria
            if score.criterion == criterion and score.outcome != "manual"
        }


def means(said: Said) -> dict[str, float]:
    """The mean of the people, by contact."""
    return {contact: fmean(by.values()) for contact, by in said.items()}


def groups(cards: Mapping[str, Scorecard], key: str, names: Sequence[str]) -> dict[str, list[str]]:
    """The contacts of each value of a metadata field."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        value = cards[name].analysis.transcript.metadata.get(key)
        if value not in (None, ""):
            found[str(value)].append(name)
    return dict(sorted(found.items()))

"""What people call sections, criteria, grades and behaviors, in the language of the report."""

from __future__ import annotations

from typing import Literal, Protocol

from ..rubric import Rubric
from ..rules import RuleBook
from .settings import Dimension, Topic

Lang = Literal["zh", "en"]


class _Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


class Names:
    """Names by id. Of a criterion that the rubric does not know, the name that stands in the results."""

    def __init__(self, rubric: Rubric, rules: RuleBook, lang: Lang) -> None:
        self.lang, self._rubric = lang, rubric
        self._sections = {s.id: self.of(s) for s in rubric.sections}
        self._criteria = {c.id: self.of(c) for s in rubric.sections for c in s.criteria}
        self._behaviors = {key: self.of(b, key) for key, b in rules.behaviors.items()}
        self._grades = {name: self.of(g) for g in rubric.grades for name in (g.name, g.name_en) if name}

    def of(self, named: _Named | Topic | Dimension, fallback: str = "") -> str:
        """The name of a thing that may have one in both languages."""
        return (named.name_en if self.lang == "en" else "") or named.name or fallback

    def learn(self, criterion: str, name: str) -> None:
        """Keep the name that a result gives a criterion, where the rubric has none."""
        self._criteria.setdefault(criterion, name)

    def section(self, id: str) -> str:
        """A section's name, or its id."""
        return self._sections.get(id, id)

    def criterion(self, id: str) -> str:
        """A criterion's name, or its id."""
        return self._criteria.get(id, id)

    def behavior(self, id: str) -> str:
        """A behavior's name, or its id."""
        return self._behaviors.get(id, id)

    def grade(self, name: str) -> str:
        """A grade, in whichever language the results have it."""
        return self._grades.get(name, name)

    def bands(self, label: str) -> tuple[tuple[str, float], ...] | None:
        """The grades from the best on, each with the total that it begins at; None for another rubric."""
        if label != self._rubric.label:
            return None
        return tuple((self.of(grade), grade.at_least) for grade in self._rubric.grades)

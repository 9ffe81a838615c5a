"""The form itself: sections, criteria, grade bands, as checked values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from ..rules import Id, Positions
from ..rules.conditions import with_named
from ..types import Role
from ..yaml_file import Strict
from .conditions import Condition, Number, named, to_float

Kind = Literal["score", "deduction", "bonus", "manual"]
Per = Literal["turn", "hit", "contact"]
Reach = Literal["criterion", "section", "whole"]
Unsure = Literal["as_is", "manual", "partial"]
"""What becomes of a criterion whose outcome hangs on something that the models are not sure of: it is scored
without it, left to a person, or gets half of what lies between (where it is critical, it is left to a person)."""


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Partial(Strict):
    """A share of the points, given where `when` holds and the criterion is not fully met."""

    when: Condition
    share: Number = Field(gt=0, lt=1)

    @field_validator("when", mode="before")
    @classmethod
    def _condition(cls, value: Any) -> Any:
        return named(value)


class Criterion(Strict):
    """One question of the form.

    score: `met` gives `points`, the first `partial` that holds a share of them. deduction: what `on` finds takes
    `points` off the total, bonus: adds them; `per` turn (a deduction's default), hit, or contact (a bonus's),
    at most `cap`. manual: left to a person, as is a score with `miss: manual` whose words were not found.
    Applies only where `when` holds. critical: failing it costs all of the criterion, its section, or the contact.
    unsure: as the rubric's, for this criterion.
    """

    id: Id
    name: str
    name_en: str = ""
    kind: Kind = "score"
    points: Number = Field(default=0.0, ge=0, le=1000)
    cap: Number | None = Field(default=None, ge=0)
    when: Condition | None = None
    met: Condition | None = None
    partial: tuple[Partial, ...] = ()
    on: Condition | None = None
    miss: Literal["not_met", "manual"] = "not_met"
    unsure: Unsure | None = None
    per: Per | None = None
    critical: Literal[True, False, "criterion", "section", "whole"] = False
    note: str = ""
    note_en: str = ""

    @field_validator("when", "met", "on", mode="before")
    @classmethod
    def _condition(cls, value: Any) -> Any:
        return named(value)

    @field_validator("partial", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return _tuple(value)

    @field_validator("points", "cap", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return to_float(value)

    @model_validator(mode="after")
    def _kind_has_its_keys(self) -> Criterion:
        needs = {"score": self.met, "deduction": self.on, "bonus": self.on, "manual": True}
        key = {"score": "met", "deduction": "on", "bonus": "on", "manual": ""}[self.kind]
        if needs[self.kind] is None:
            raise ValueError(f"a criterion of kind '{self.kind}' needs '{key}'")
        if self.kind != "manual" and self.points <= 0:
            raise ValueError(f"a criterion of kind '{self.kind}' needs 'points' above 0")
        wrong = [k for k, v in (("met", self.met), ("on", self.on)) if v is not None and k != key]
        wrong += ["partial"] if self.partial and self.kind != "score" else []
        wrong += ["cap"] if self.cap is not None and self.kind not in ("deduction", "bonus") else []
        wrong += ["per"] if self.per and self.kind not in ("deduction", "bonus") else []
        wrong += ["miss"] if self.miss != "not_met" and self.kind != "score" else []
        wrong += ["unsure"] if self.unsure == "partial" and self.kind != "score" else []
        wrong += ["critical"] if self.critical and self.kind in ("bonus", "manual") else []
        if wrong:
            raise ValueError(f"{', '.join(wrong)} cannot stand in a criterion of kind '{self.kind}'")
        if self.kind == "deduction" and self.critical == "criterion":
            raise ValueError("a deduction has no points to lose; 'critical' there is 'section' or 'whole'")
        return self

    @property
    def reach(self) -> Reach | None:
        """What failing it costs; `true` is the whole contact."""
        return "whole" if self.critical is True else self.critical or None

    @property
    def counts(self) -> Per:
        """What a deduction or bonus is given for each of."""
        return self.per or ("turn" if self.kind == "deduction" else "contact")

    def conditions(self) -> Iterator[tuple[tuple[Any, ...], Condition]]:
        """All conditions of this criterion, each with its key path."""
        roots: list[tuple[tuple[Any, ...], Condition | None]] = [
            (("when",), self.when), (("met",), self.met), (("on",), self.on),
        ]  # fmt: skip
        roots += [(("partial", i, "when"), p.when) for i, p in enumerate(self.partial)]
        for key, root in roots:
            for path, part in root.parts() if root else ():
                yield key + path, part


class Section(Strict):
    """A group of criteria; `weight` is its share of the total. Deductions may stand in a section of weight 0."""

    id: Id
    name: str
    name_en: str = ""
    weight: Number = Field(ge=0, le=100)
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @field_validator("criteria", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return _tuple(value)

    @field_validator("weight", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return to_float(value)


class Grade(Strict):
    """A band of the total: from `at_least` up to the next band."""

    name: str
    name_en: str = ""
    at_least: Number = Field(ge=0, le=100)

    @field_validator("at_least", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return to_float(value)


class Variant(Strict):
    """A form for some contacts: where `when`, which asks for metadata, holds, the rubric as changed by `change`."""

    id: Id
    name: str = ""
    name_en: str = ""
    when: Condition
    change: dict[str, Any]

    @field_validator("when", mode="before")
    @classmethod
    def _condition(cls, value: Any) -> Any:
        return named(value)


class RubricFile(Strict):
    """The form as a file says it: sections, criteria, grade bands and pass mark. `critical_cap` is the highest total
    that a contact can have after a critical criterion failed; `deduction_limit` the share of what it got
    that deductions can take together, so that the worst contacts keep their order and do not all end at 0; `unsure`
    what becomes of scored criteria that hang on something doubtful, of the others `as_is`."""

    id: Id
    version: int | str
    extends: str | None = None
    name: str = ""
    name_en: str = ""
    pass_mark: Number = Field(default=60.0, ge=0, le=100)
    critical_cap: Number = Field(default=59.0, ge=0, le=100)
    deduction_limit: Number = Field(default=1.0, ge=0, le=1)
    unsure: Unsure = "as_is"
    positions: Positions = Positions()
    grades: tuple[Grade, ...] = Field(min_length=1)
    conditions: dict[Id, Condition] = {}
    sections: tuple[Section, ...] = Field(min_length=1)
    variants: tuple[Variant, ...] = Field(default=(), max_length=100)

    @field_validator("grades", "sections", "variants", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return _tuple(value)

    @field_validator("pass_mark", "critical_cap", "deduction_limit", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return to_float(value)


class Rubric(RubricFile):
    """A checked form. `variant` is which variant of the file this is, if one; `forms` are the others by their
    id; `tasks` what classifiers may say of whose turns."""

    sha256: str = ""
    tasks: dict[str, dict[Role, tuple[str, ...]]] = {}
    variant: str = ""
    forms: dict[str, Rubric] = {}

    @property
    def label(self) -> str:
        """The id, version and variant, as written in each result: ID@VERSION or ID@VERSION/VARIANT."""
        return f"{self.id}@{self.version}" + (f"/{self.variant}" if self.variant else "")

    def form_of(self, label: str) -> Rubric:
        """The form that has that label: this one or one of its variants."""
        return next((form for form in self.forms.values() if form.label == label), self)

    @cached_property
    def criteria(self) -> dict[str, Criterion]:
        """All criteria by id, in the order of the form."""
        return {c.id: c for section in self.sections for c in section.criteria}

    @cached_property
    def in_order(self) -> tuple[str, ...]:
        """The ids of the criteria so that each comes after those whose outcome it asks for.

        Raises CycleError where they ask for each other in a circle; `load_rubric` refuses that.
        """
        asks = {id: sorted(self.asked_by(id)) for id in self.criteria}
        return tuple(id for id in TopologicalSorter(asks).static_order() if id in asks)

    def asked_by(self, criterion: str) -> set[str]:
        """The criteria whose outcome that one asks for, also by named conditions."""
        return {part.criterion for part in self._asked(criterion) if part.criterion}

    @cached_property
    def subjects(self) -> dict[str, frozenset[str]]:
        """The behaviors and tasks that each criterion asks for, also by named conditions."""
        return {id: _subjects(self._asked(id)) for id in self.criteria}

    def subjects_of(self, condition: Condition) -> frozenset[str]:
        """The behaviors and tasks that a condition asks for, also by named conditions."""
        if condition.key not in self._subjects:
            parts = (part for _, part in condition.parts())
            self._subjects[condition.key] = _subjects(with_named(parts, self.conditions))
        return self._subjects[condition.key]

    @cached_property
    def _subjects(self) -> dict[str, frozenset[str]]:
        """The answers of `subjects_of`."""
        return {}

    def _asked(self, criterion: str) -> Iterator[Condition]:
        """All conditions of a criterion, and those that they name."""
        own = (part for _, part in self.criteria[criterion].conditions())
        return with_named(own, self.conditions)


def _subjects(conditions: Iterable[Condition]) -> frozenset[str]:
    asked = ((*c.behavior, *(name for stage in c.in_order for name in stage), c.task) for c in conditions)
    return frozenset(name for names in asked for name in names if name)

"""Rubrics: YAML files that say what each finding is worth, read into checked values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic_core import CoreSchema

from . import resources, yaml_file
from .positions import Where
from .rules import TASKS, Id, Labels, Positions, RuleBook, labels_of
from .rules.operators import As_List, Names
from .types import Role
from .yaml_file import Document, Strict

Measure = Literal["first_response", "response_gap", "interruptions"]
Kind = Literal["score", "deduction", "bonus", "manual"]
Number = Annotated[float, Field(allow_inf_nan=False)]


_PLACED = ("where", "last", "at_least", "at_most", "after", "within")
MODIFIERS: dict[str, tuple[str, ...]] = {
    "behavior": ("probability", *_PLACED),
    "task": ("label", "probability", *_PLACED),
    "metadata": ("is",),
    "timing": ("at_most",),
    "turns": ("where", "at_least", "at_most"),
    "in_order": ("at_least",),
    "use": (), "all": (), "any": (), "not": (),
}  # fmt: skip
"""The keys that refine each subject of a condition."""


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Condition(Strict):
    """A question about one contact. Exactly one of the subjects below is asked; the rest refines it.

    Subjects: `behavior` (any of them found), `task` (a classifier's `label`), `metadata` (a field),
    `timing` (a measure in seconds, or a count of interruptions), `turns` (of a role), `in_order`
    (stages, each a list of behaviors), `use` (a named condition), `all`, `any`, `not`.
    """

    behavior: Names = ()
    task: str | None = None
    metadata: str | None = None
    timing: Measure | None = None
    turns: Literal["agent", "customer"] | None = None
    in_order: Annotated[tuple[Names, ...], As_List] = ()
    use: str | None = None
    all_of: tuple[Condition, ...] = Field(default=(), alias="all")
    any_of: tuple[Condition, ...] = Field(default=(), alias="any")
    negated: Condition | None = Field(default=None, alias="not")

    label: Names = ()
    probability: Number = Field(default=0.5, ge=0, le=1)
    is_: Names = Field(default=(), alias="is")
    where: Where = "anywhere"
    last: int | None = Field(default=None, ge=1)
    at_least: int = Field(default=1, ge=1)
    at_most: Number | None = None
    after: Condition | None = None
    within: int | None = Field(default=None, ge=1, le=1000)

    @field_validator("all_of", "any_of", mode="before")
    @classmethod
    def _conditions(cls, value: Any) -> Any:
        return tuple(map(_named, value)) if isinstance(value, list) else value

    @field_validator("negated", "after", mode="before")
    @classmethod
    def _condition(cls, value: Any) -> Any:
        return _named(value)

    @field_validator("probability", "at_most", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return _float(value)

    @model_validator(mode="after")
    def _one_subject(self) -> Condition:
        names = {field.alias or name: name for name, field in Condition.model_fields.items()}
        given = [key for key in MODIFIERS if getattr(self, names[key])]
        if len(given) != 1:
            found = ", ".join(given) or "none"
            raise ValueError(f"a condition asks exactly one of {', '.join(MODIFIERS)}; found {found}")
        if bool(self.task) != bool(self.label):
            raise ValueError("'task' and 'label' go together, such as {task: sentiment, label: negative}")
        if self.timing and self.at_most is None:
            raise ValueError("'timing' needs 'at_most', in seconds (for interruptions, a count)")
        if self.within and not self.after:
            raise ValueError("'within' needs 'after', such as {behavior: apology, after: upset, within: 4}")
        idle = [key for key, name in names.items() if name in self.model_fields_set - {names[given[0]]}]
        self._refuse(given[0], [key for key in idle if key not in MODIFIERS[given[0]]])
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A name may stand in the place of a condition."""
        whole = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [{"type": "string", "description": "a named condition"}, whole]}

    @staticmethod
    def _refuse(subject: str, idle: list[str]) -> None:
        if idle:
            allowed = ", ".join(MODIFIERS[subject]) or "none"
            raise ValueError(f"{', '.join(idle)} does nothing beside '{subject}'; allowed there: {allowed}")

    def parts(self) -> Iterator[tuple[tuple[Any, ...], Condition]]:
        """This condition and those inside it, each with its key path."""
        yield (), self
        children: list[tuple[tuple[Any, ...], Condition]] = []
        children += [(("all", i), c) for i, c in enumerate(self.all_of)]
        children += [(("any", i), c) for i, c in enumerate(self.any_of)]
        children += [((key,), c) for key, c in (("not", self.negated), ("after", self.after)) if c]
        for key, child in children:
            for path, part in child.parts():
                yield key + path, part


def _named(value: Any) -> Any:
    """A bare name stands for the condition that the rubric gives that name."""
    return {"use": value} if isinstance(value, str) else value


class Partial(Strict):
    """A share of the points, given where `when` holds and the criterion is not fully met."""

    when: Condition
    share: Number = Field(gt=0, lt=1)

    @field_validator("when", mode="before")
    @classmethod
    def _condition(cls, value: Any) -> Any:
        return _named(value)


class Criterion(Strict):
    """One question of the form.

    score: `met` gives `points`, the first `partial` that holds a share of them. deduction: each turn that
    `on` finds takes `points` off the total, at most `cap`. bonus: adds `points` where `on` holds, once.
    manual: left to a person, as is a score with `miss: manual` whose words were not found. Applies only where `when` holds. Failing a critical one fails the contact.
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
    critical: bool = False
    note: str = ""
    note_en: str = ""

    @field_validator("when", "met", "on", mode="before")
    @classmethod
    def _condition(cls, value: Any) -> Any:
        return _named(value)

    @field_validator("partial", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return _tuple(value)

    @field_validator("points", "cap", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return _float(value)

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
        wrong += ["cap"] if self.cap is not None and self.kind != "deduction" else []
        wrong += ["miss"] if self.miss != "not_met" and self.kind != "score" else []
        wrong += ["critical"] if self.critical and self.kind in ("bonus", "manual") else []
        if wrong:
            raise ValueError(f"{', '.join(wrong)} cannot stand in a criterion of kind '{self.kind}'")
        return self

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
        return _float(value)


class Grade(Strict):
    """A band of the total: from `at_least` up to the next band."""

    name: str
    name_en: str = ""
    at_least: Number = Field(ge=0, le=100)

    @field_validator("at_least", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return _float(value)


class Rubric(Strict):
    """The form: sections, criteria, grade bands and pass mark. `critical_cap` is the highest total
    that a contact can have after a critical criterion failed; `deduction_limit` the share of what it got
    that deductions can take together, so that the worst contacts keep their order and do not all end at 0."""

    id: Id
    version: int | str
    name: str = ""
    name_en: str = ""
    pass_mark: Number = Field(default=60.0, ge=0, le=100)
    critical_cap: Number = Field(default=59.0, ge=0, le=100)
    deduction_limit: Number = Field(default=1.0, ge=0, le=1)
    positions: Positions = Positions()
    grades: tuple[Grade, ...] = Field(min_length=1)
    conditions: dict[Id, Condition] = {}
    sections: tuple[Section, ...] = Field(min_length=1)
    sha256: str = ""
    tasks: dict[str, dict[Role, tuple[str, ...]]] = {}

    @field_validator("grades", "sections", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return _tuple(value)

    @field_validator("pass_mark", "critical_cap", "deduction_limit", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return _float(value)

    @property
    def label(self) -> str:
        """The id and version, as written in each result."""
        return f"{self.id}@{self.version}"


def load_rubric(
    path: str | Path | None = None,
    *,
    rules: RuleBook | None = None,
    tasks: Mapping[str, Labels] | None = None,
) -> Rubric:
    """Read a rubric; the default one without `path`. With `rules`, its behaviors must be known there.
    `tasks`: the user's own tasks that conditions may ask for, beside ours.

    Raises ConfigError with every mistake: file, line, key, what is allowed.
    """
    source = Path(path) if path else resources.default_rubric()
    rubric, document = yaml_file.load(source, Rubric)
    found = _repeated(rubric, document) + _weights(rubric, document) + _grades(rubric, document)
    known = {name: dict(labels) for name, labels in {**(tasks or {}), **TASKS}.items()}
    yaml_file.refuse(found + _names(rubric.model_copy(update={"tasks": known}), document, rules))
    return rubric.model_copy(update={"sha256": resources.sha256(source), "tasks": known})


def schema() -> dict[str, Any]:
    """The JSON Schema of a rubric, for editors."""
    made = Rubric.model_json_schema()
    for key in ("sha256", "tasks"):  # not the file's to say
        del made["properties"][key]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _repeated(rubric: Rubric, document: Document) -> list[str]:
    sections = [(("sections", i, "id"), s.id) for i, s in enumerate(rubric.sections)]
    criteria = [
        (("sections", i, "criteria", j, "id"), c.id)
        for i, s in enumerate(rubric.sections)
        for j, c in enumerate(s.criteria)
    ]
    found = []
    for what, ids in (("section", sections), ("criterion", criteria)):
        count = Counter(name for _, name in ids)
        found += [
            document.error(at, f"duplicate {what} id '{name}'; ids must differ")
            for at, name in ids
            if count[name] > 1
        ]
    return found


def _weights(rubric: Rubric, document: Document) -> list[str]:
    total = sum(section.weight for section in rubric.sections)
    found = []
    if abs(total - 100) > 0.01:
        found.append(document.error(("sections",), f"section weights sum to {total:g}; they must sum to 100"))
    for i, section in enumerate(rubric.sections):
        if section.weight and not any(c.kind == "score" for c in section.criteria):
            message = f"section '{section.id}' has weight {section.weight:g} but no criterion of kind 'score'"
            found.append(document.error(("sections", i, "weight"), message))
    return found


def _grades(rubric: Rubric, document: Document) -> list[str]:
    bounds = [grade.at_least for grade in rubric.grades]
    if bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
        message = "grades must fall from the best to the last, which starts at 0, without repeats"
        return [
            document.error(("grades",), f"{message}; found at_least {', '.join(f'{b:g}' for b in bounds)}")
        ]
    return []


def _names(rubric: Rubric, document: Document, rules: RuleBook | None) -> list[str]:
    found = []
    for path, part in _all_conditions(rubric):
        known = tuple(rules.behaviors) if rules else None
        names = part.behavior + tuple(name for stage in part.in_order for name in stage)
        wanted: list[tuple[str, str, tuple[str, ...] | None]] = [("behavior", name, known) for name in names]
        wanted += [("condition", part.use, tuple(rubric.conditions))] if part.use else []
        wanted += [("task", part.task, tuple(rubric.tasks))] if part.task else []
        wanted += [("label", name, labels_of(part.task or "", rubric.tasks)) for name in part.label]
        for what, name, allowed in wanted:
            if allowed is not None and name not in allowed:
                message = f"unknown {what} '{name}'; allowed: {', '.join(allowed) or 'none'}"
                found.append(document.error(path, message))
    return found + _circles(rubric, document)


def _all_conditions(rubric: Rubric) -> Iterator[tuple[tuple[Any, ...], Condition]]:
    for name, condition in rubric.conditions.items():
        for path, part in condition.parts():
            yield ("conditions", name, *path), part
    for i, section in enumerate(rubric.sections):
        for j, criterion in enumerate(section.criteria):
            for path, part in criterion.conditions():
                yield ("sections", i, "criteria", j, *path), part


def _circles(rubric: Rubric, document: Document) -> list[str]:
    uses = {
        name: {part.use for _, part in condition.parts() if part.use}
        for name, condition in rubric.conditions.items()
    }
    found = []
    for name in uses:
        reached, frontier = set[str](), set(uses[name])
        while frontier:
            reached |= frontier
            frontier = {u for r in frontier for u in uses.get(r or "", ()) if u} - reached
        if name in reached:
            found.append(document.error(("conditions", name), f"condition '{name}' uses itself"))
    return found

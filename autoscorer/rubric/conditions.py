"""The conditions of a rubric: questions about one contact, as checked values. `scoring` answers them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    field_validator,
    model_validator,
)  # fmt: skip
from pydantic_core import CoreSchema

from ..positions import Where
from ..rules.operators import As_List, Names
from ..types import Outcome
from ..yaml_file import Strict


def _one_or_more(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value


_OUTCOME: dict[str, Any] = {"type": "string", "enum": list(get_args(Outcome))}
_OUTCOMES: dict[str, Any] = {"anyOf": [_OUTCOME, {"type": "array", "items": _OUTCOME}]}

Measure = Literal["first_response", "response_gap", "interruptions"]
Outcomes = Annotated[tuple[Outcome, ...], BeforeValidator(_one_or_more), WithJsonSchema(_OUTCOMES)]
Number = Annotated[float, Field(allow_inf_nan=False)]


_PLACED = ("where", "last", "at_least", "at_most", "after", "within")
MODIFIERS: dict[str, tuple[str, ...]] = {
    "behavior": ("probability", *_PLACED),
    "task": ("label", "probability", *_PLACED),
    "metadata": ("is",),
    "timing": ("at_most",),
    "turns": ("where", "at_least", "at_most"),
    "in_order": ("at_least",),
    "criterion": ("outcome",),
    "use": (), "all": (), "any": (), "not": (),
}  # fmt: skip
"""The keys that refine each subject of a condition."""


def to_float(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Condition(Strict):
    """A question about one contact. Exactly one of the subjects below is asked; the rest refines it.

    Subjects: `behavior` (any of them found), `task` (a classifier's `label`), `metadata` (a field),
    `timing` (a measure in seconds, or a count of interruptions), `turns` (of a role), `in_order`
    (stages, each a list of behaviors), `criterion` (the `outcome` of another one), `use` (a named condition), `all`, `any`, `not`.
    """

    behavior: Names = ()
    task: str | None = None
    metadata: str | None = None
    timing: Measure | None = None
    turns: Literal["agent", "customer"] | None = None
    in_order: Annotated[tuple[Names, ...], As_List] = ()
    criterion: str | None = None
    use: str | None = None
    all_of: tuple[Condition, ...] = Field(default=(), alias="all")
    any_of: tuple[Condition, ...] = Field(default=(), alias="any")
    negated: Condition | None = Field(default=None, alias="not")

    label: Names = ()
    outcome: Outcomes = ()
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
        return tuple(map(named, value)) if isinstance(value, list) else value

    @field_validator("negated", "after", mode="before")
    @classmethod
    def _condition(cls, value: Any) -> Any:
        return named(value)

    @field_validator("probability", "at_most", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return to_float(value)

    @model_validator(mode="after")
    def _one_subject(self) -> Condition:
        given = [key for key in MODIFIERS if getattr(self, FIELDS[key])]
        if len(given) != 1:
            found = ", ".join(given) or "none"
            raise ValueError(f"a condition asks exactly one of {', '.join(MODIFIERS)}; found {found}")
        if bool(self.task) != bool(self.label):
            raise ValueError("'task' and 'label' go together, such as {task: sentiment, label: negative}")
        if bool(self.criterion) != bool(self.outcome):
            raise ValueError("'criterion' and 'outcome' go together, such as {criterion: ID, outcome: met}")
        if self.timing and self.at_most is None:
            raise ValueError("'timing' needs 'at_most', in seconds (for interruptions, a count)")
        if self.within and not self.after:
            raise ValueError("'within' needs 'after', such as {behavior: apology, after: upset, within: 4}")
        idle = [key for key, name in FIELDS.items() if name in self.model_fields_set - {FIELDS[given[0]]}]
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

    @cached_property
    def key(self) -> str:
        """What is asked, as it was written: the same for conditions that ask the same."""
        return self.model_dump_json(exclude_unset=True)

    @cached_property
    def subject(self) -> str:
        """The key of MODIFIERS that says what is asked."""
        return next(key for key in MODIFIERS if getattr(self, FIELDS[key]))

    @cached_property
    def fewest(self) -> int:
        """How often what is asked for must be there; with a limit above it only where that was said."""
        return self.at_least if self.at_most is None or "at_least" in self.model_fields_set else 0

    @cached_property
    def surest(self) -> float:
        """How sure what is asked for must be; for behaviors, which are decided already, where that was said."""
        return self.probability if self.task or "probability" in self.model_fields_set else 0.0

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


FIELDS = {field.alias or name: name for name, field in Condition.model_fields.items()}
"""The field that holds each key of a condition."""


def named(value: Any) -> Any:
    """A bare name stands for the condition that the rubric gives that name."""
    return {"use": value} if isinstance(value, str) else value

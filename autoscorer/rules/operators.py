"""The operators of a condition: what each asks, as checked values. `detect` answers them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from .. import text
from ..types import Role
from ..yaml_file import Strict

Labels = Mapping[Role, tuple[str, ...]]
"""The labels of a task, by the role of the turns that it judges."""
TASKS: Mapping[str, Labels] = {
    "sentiment": {"customer": ("negative", "neutral", "positive")},
    "empathy": {"agent": ("none", "formulaic", "specific")},
}
"""Our own tasks; a user's come from the models in use."""
Entity = Literal[
    "order", "phone", "amount", "date", "time", "duration", "id_card", "bank_card", "email", "plate", "url",
]  # fmt: skip
ENTITIES: tuple[str, ...] = get_args(Entity)


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _one_or_more(value: Any) -> Any:
    return _listed([value] if isinstance(value, str) else value)


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _compiles(pattern: str) -> str:
    try:
        compiled = text.compile_pattern(pattern)
    except re.error as error:
        raise ValueError(f"bad regex {pattern!r}: {error}") from None
    if compiled.match(""):
        raise ValueError(f"bad regex {pattern!r}: it matches the empty text, so it would hit every turn")
    return pattern


def _need(value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000
    if not whole and value not in ("any", "all", "none"):
        raise ValueError(f"allowed: any, all, none, or a number from 1 on; found {value!r}")
    return value


As_List = BeforeValidator(_listed)
Phrase = Annotated[str, Field(min_length=1, max_length=200)]
Pattern = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_compiles)]
Phrases = Annotated[tuple[Phrase, ...], As_List]
Patterns = Annotated[tuple[Pattern, ...], As_List]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_float)]
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_float)]
Positive = Annotated[float, Field(gt=0, le=1), BeforeValidator(_float)]
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Entities = Annotated[
    tuple[Entity, ...],
    BeforeValidator(_one_or_more),
    WithJsonSchema(
        {"anyOf": [{"enum": list(ENTITIES)}, {"type": "array", "items": {"enum": list(ENTITIES)}}]}
    ),
]
Need = Annotated[
    int | str,
    PlainValidator(_need),
    WithJsonSchema({"anyOf": [{"enum": ["any", "all", "none"]}, {"type": "integer", "minimum": 1}]}),
]


class Token(Strict):
    """One jieba word of a token pattern. An empty one is any word."""

    text: Annotated[Names, Field(description="the word, or one of these words")] = ()
    regex: Pattern | None = None
    length: Annotated[tuple[int, int] | None, As_List] = None
    op: Literal["?", "*", "+", "!"] | None = None

    @model_validator(mode="after")
    def _length_in_order(self) -> Token:
        if self.length and not 1 <= self.length[0] <= self.length[1]:
            raise ValueError("'length' is [shortest, longest], such as [2, 4]")
        return self


TokenPattern = Annotated[tuple[Token, ...], Field(min_length=1, max_length=50), As_List]


class Range(Strict):
    """A measured number between two bounds, one of which may be missing."""

    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Range:
        low, high = self.at_least, self.at_most
        if low is None and high is None:
            raise ValueError("needs 'at_least' or 'at_most'")
        if low is not None and high is not None and low > high:
            raise ValueError(f"'at_least' {low:g} is above 'at_most' {high:g}: nothing can hold")
        return self

    def holds(self, value: float) -> bool:
        """Whether `value` lies between the bounds, which are included."""
        low, high = self.at_least, self.at_most
        return (low is None or value >= low) and (high is None or value <= high)


class Similar(Strict):
    """A sentence of the turn is like one of the examples: cosine of their vectors at least `threshold`.

    by: what is compared, what the sentences say (by the encoder of the classifiers) or how they are worded.
    """

    examples: Annotated[tuple[Phrase, ...], Field(min_length=1), As_List]
    threshold: Positive = 0.6
    by: Literal["sense", "wording"] = "sense"


class Repetition(Strict):
    """The speaker says again what they said in one of their turns at most `within` turns earlier.

    similarity: share of common pairs of characters (Dice). Turns shorter than `shortest` characters, such
    as 好的, are no repetition.
    """

    similarity: Positive = 0.8
    within: int = Field(default=20, ge=1, le=1000)
    shortest: int = Field(default=6, ge=1)


class Restates(Strict):
    """The turn gives back what the other side said in the `within` turns before: at least `overlap` of the
    content words of one of its sentences stand there, as a question, a summary, or either.
    """

    overlap: Positive = 0.5
    form: Literal["question", "summary", "any"] = "any"
    within: int = Field(default=6, ge=1, le=1000)


class Classifier(Strict):
    """A classifier gave the turn one of these labels, with at least this probability."""

    task: Annotated[str, Field(min_length=1)]
    label: Annotated[Names, Field(min_length=1)]
    probability: Share = 0.5


class Interval(Range):
    """Seconds of waiting before the turn: `first_response` and `gap` until the agent answers the customer,
    `silence` between any two turns.
    """

    of: Literal["first_response", "gap", "silence"]


class Length(Range):
    """How long the whole contact is: in turns, in seconds, or in characters; of one role or of both."""

    of: Literal["turns", "seconds", "characters"]
    role: Literal["agent", "customer"] | None = None


class Metadata(Strict):
    """A field of the contact's metadata; `a.b` looks into nested objects. Alone: that it is there."""

    field: Annotated[str, Field(min_length=1)]
    is_: Names = Field(default=(), alias="is")
    matches: Pattern | None = None
    at_least: Number | None = None
    at_most: Number | None = None


def labels_of(task: str, tasks: Mapping[str, Labels]) -> tuple[str, ...]:
    """What a condition may ask of a task, each label once; nothing of one that is not known."""
    return tuple(dict.fromkeys(label for group in tasks.get(task, {}).values() for label in group))

"""Conditions of a rule: one operator, or a tree of them, and where in the contact to look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Protocol, TypeVar

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from ..positions import Where
from ..yaml_file import Strict
from .operators import (
    As_List,
    Classifier,
    Entities,
    Interval,
    Length,
    Metadata,
    Names,
    Need,
    Number,
    Patterns,
    Phrases,
    Range,
    Repetition,
    Restates,
    Similar,
    TokenPattern,
)

Path = tuple[Any, ...]


def _named(value: Any) -> Any:
    """A bare name stands for the condition of that name, or for the behavior."""
    return {"use": value} if isinstance(value, str) else value


def _anchored(value: Any) -> Any:
    return {"of": value} if isinstance(value, str) else value


def _or_name(core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    whole = handler.resolve_ref_schema(handler(core))
    return {"anyOf": [{"type": "string", "description": "a named condition or a behavior"}, whole]}


class Wording(Strict):
    """Words of one turn. A hit of any phrase, word, token pattern or regex counts.

    need: how many of the `phrases` must be there. `unless` phrases and `unless_regex` cancel a hit that
    lies inside them.
    """

    phrases: Phrases = ()
    need: Need = "any"
    words: Phrases = ()
    tokens: Annotated[tuple[TokenPattern, ...], As_List] = ()
    regex: Patterns = ()
    unless: Phrases = ()
    unless_regex: Patterns = ()

    @property
    def wording(self) -> bool:
        """Whether words are asked for."""
        return bool(self.phrases or self.words or self.tokens or self.regex)

    @model_validator(mode="after")
    def _goes_together(self) -> Wording:
        if (self.unless or self.unless_regex) and not self.wording:
            raise ValueError(
                "'unless' cancels words; it needs at least one of: phrases, words, regex, tokens"
            )
        if self.need != "any" and (self.words or self.tokens or self.regex or not self.phrases):
            raise ValueError("'need' counts 'phrases', and stands beside no other words")
        if isinstance(self.need, int) and self.need > len(self.phrases):
            raise ValueError(f"'need' asks for {self.need} of {len(self.phrases)} phrases")
        return self


class Scope(Strict):
    """Where to look. Turns are counted within their role, from 0; negative from the end.

    turns, seconds: the first and the last, both included; null for the end. Seconds run from the first
    to the last time of the contact. within: the reach of anchors that state none, in turns.
    """

    where: Where = "anywhere"
    turns: Annotated[tuple[int, int | None] | None, As_List] = None
    seconds: Annotated[tuple[Number, Number | None] | None, As_List] = None
    after: Annotated[Anchor | None, BeforeValidator(_anchored)] = None
    before: Annotated[Anchor | None, BeforeValidator(_anchored)] = None
    around: Annotated[Anchor | None, BeforeValidator(_anchored)] = None
    within: int = Field(default=4, ge=1, le=1000)

    @model_validator(mode="after")
    def _ranges_in_order(self) -> Scope:
        for key in ("turns", "seconds"):
            bounds = getattr(self, key)
            if bounds and bounds[1] is not None and bounds[0] * bounds[1] >= 0 and bounds[0] > bounds[1]:
                raise ValueError(f"'{key}' is [first, last]: {bounds[0]} comes after {bounds[1]}")
        return self

    def anchors(self) -> Iterator[tuple[Literal["after", "before", "around"], Anchor]]:
        """The anchors that are set."""
        for key in ("after", "before", "around"):
            anchor = getattr(self, key)
            if anchor is not None:
                yield key, anchor


class Condition(Wording, Scope):
    """A question about each turn. Exactly one subject: words, or one operator, or `all`, `any`, `not`."""

    role: Literal["agent", "customer"] | None = None
    similar: Similar | None = None
    repetition: Repetition | None = None
    restates: Restates | None = None
    entity: Entities = ()
    classifier: Classifier | None = None
    interval: Interval | None = None
    speech_rate: Range | None = None
    interruption: Range | None = None
    metadata: Metadata | None = None
    length: Length | None = None
    behavior: Names = ()
    count: Count | None = None
    use: str | None = None
    all_of: Annotated[tuple[Named, ...], As_List] = Field(default=(), alias="all")
    any_of: Annotated[tuple[Named, ...], As_List] = Field(default=(), alias="any")
    negated: Named | None = Field(default=None, alias="not")

    @property
    def subjects(self) -> dict[str, Any]:
        """What is asked, by key."""
        asked = {name: getattr(self, name) for name in SUBJECTS}
        asked |= {"all": self.all_of, "any": self.any_of, "not": self.negated}
        words = {"phrases": True} if self.wording else {}
        return words | {name: value for name, value in asked.items() if value}

    @model_validator(mode="after")
    def _one_subject(self) -> Condition:
        given = list(self.subjects)
        if len(given) != 1:
            allowed = ", ".join(("phrases", "words", "tokens", "regex", *SUBJECTS, "all", "any", "not"))
            raise ValueError(f"a condition asks exactly one of {allowed}; found {', '.join(given) or 'none'}")
        return self

    def children(self) -> Iterator[tuple[Path, Condition]]:
        """The conditions directly inside the tree, each with its key path; not those of anchors and counts."""
        yield from ((("all", i), c) for i, c in enumerate(self.all_of))
        yield from ((("any", i), c) for i, c in enumerate(self.any_of))
        if self.negated:
            yield ("not",), self.negated

    def elsewhere(self) -> Iterator[tuple[Path, Condition]]:
        """The conditions that look at turns of their own: those of anchors and of a count."""
        yield from (((key, "of"), anchor.of) for key, anchor in self.anchors())
        if self.count:
            yield ("count", "of"), self.count.of

    def parts(self) -> Iterator[tuple[Path, Condition]]:
        """This condition and all inside it, each with its key path."""
        yield (), self
        for key, child in (*self.children(), *self.elsewhere()):
            for path, part in child.parts():
                yield key + path, part

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A name may stand in the place of a condition."""
        return _or_name(core, handler)


SUBJECTS = (
    "similar", "repetition", "restates", "entity", "classifier", "interval", "speech_rate", "interruption",
    "metadata", "length", "behavior", "count", "use",
)  # fmt: skip

Named = Annotated[Condition, BeforeValidator(_named)]


class Anchor(Strict):
    """Turns near a hit of another condition: of the `nth` one (-1 is the last), or of any.

    within: at most so many turns away; seconds: at most so long between the two.
    """

    of: Annotated[Condition, BeforeValidator(_named)]
    nth: int | None = None
    within: int | None = Field(default=None, ge=1, le=1000)
    seconds: Annotated[Number, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _numbered(self) -> Anchor:
        if self.nth == 0:
            raise ValueError("'nth' counts from 1, or from -1 for the last")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A name may stand in the place of an anchor."""
        return _or_name(core, handler)


class Count(Strict):
    """Numbers the turns in which `of` holds, from 1; holds in those whose number is between the bounds.

    With `within`, only hits in so many turns back are counted.
    """

    of: Annotated[Condition, BeforeValidator(_named)]
    at_least: int = Field(default=1, ge=1)
    at_most: int | None = Field(default=None, ge=1)
    within: int | None = Field(default=None, ge=1, le=1000)

    @model_validator(mode="after")
    def _bounded(self) -> Count:
        if self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"'at_least' {self.at_least} is above 'at_most' {self.at_most}")
        return self


for model in (Scope, Condition, Anchor, Count):
    model.model_rebuild()


class _Asks(Protocol):
    """A condition, here or in a rubric, that may stand for one that has a name."""

    @property
    def use(self) -> str | None: ...
    def parts(self) -> Iterator[tuple[Any, Any]]: ...


Asks = TypeVar("Asks", bound=_Asks)


def with_named(parts: Iterable[Asks], named: Mapping[str, Asks]) -> Iterator[Asks]:
    """`parts`, and those of the named conditions that they use, however far."""
    stack, seen = list(parts), set[str]()
    while stack:
        condition = stack.pop()
        yield condition
        name = condition.use
        if name in named and name not in seen:
            seen.add(str(name))
            stack += [part for _, part in named[str(name)].parts()]

"""What a record must hold to be a result of schema 1: checked before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,  # pydantic wants this one before Python 3.12
)

from pydantic import AllowInfNan, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from .errors import ConfigError
from .types import Outcome, Role, Stage

Number = Annotated[float, AllowInfNan(False)]
Index = Annotated[int, Field(ge=0)]
_STRICT = ConfigDict(strict=True)


@with_config(_STRICT)
class _Quote(TypedDict):
    turn: Index
    start: Index
    end: Index
    text: str


@with_config(_STRICT)
class _Detection(_Quote):
    behavior: str
    source: str
    confidence: Number
    needed: NotRequired[Number]


@with_config(_STRICT)
class _Near(_Quote):
    likeness: Number
    why: Literal["elsewhere", "unsure"]
    away: Index


@with_config(_STRICT)
class _Criterion(TypedDict):
    criterion: str
    section: str
    name: str
    outcome: Outcome
    points: Number
    max_points: Number
    reason: str
    evidence: list[_Quote]
    looked: Annotated[list[Index], Field(min_length=2, max_length=2)] | None
    nearest: NotRequired[list[_Near]]
    unsure: NotRequired[bool]


@with_config(_STRICT)
class _Utterance(TypedDict):
    role: Role
    speaker: str | None
    text: str
    start: Number | None
    end: Number | None


@with_config(_STRICT)
class _Prediction(TypedDict):
    task: str
    turn: Index
    label: str
    probability: Number
    needed: NotRequired[Number]


@with_config(ConfigDict(strict=True, extra="forbid"))
class _Reading(TypedDict):
    format: str
    encoding: str | None
    roles: Literal["labelled", "inferred"]
    reason: str | None


@with_config(_STRICT)
class _Provenance(TypedDict, total=False):
    models: dict[str, Any]
    privacy: dict[str, Any]


@with_config(_STRICT)
class _Scorecard(TypedDict):
    id: str
    source: str
    rubric: str
    total: Number
    grade: str
    passed: bool
    failed_critical: list[str]
    criteria: list[_Criterion]
    utterances: list[_Utterance]
    detections: list[_Detection]
    doubts: NotRequired[list[_Detection]]
    predictions: list[_Prediction]
    ratings: NotRequired[dict[str, Number]]
    metadata: dict[str, Any]
    reading: _Reading
    provenance: _Provenance


@with_config(_STRICT)
class _Why(TypedDict):
    stage: Stage
    code: str
    message: str
    hint: str


@with_config(_STRICT)
class _Failure(TypedDict):
    source: str
    failure: _Why
    id: str | None


def check(record: Mapping[str, Any]) -> None:
    """Raises ConfigError that names the key where a record is no result of schema 1.

    More keys than the schema has may be there: a later version may add some.
    """
    try:
        _adapter("failure" in record).validate_python(record)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        *outer, last = map(str, first["loc"] or ("record",))
        key = ".".join((*outer, last))
        if first["type"] == "missing":
            where = f" in {'.'.join(outer)}" if outer else ""
            raise ConfigError(f"not a whole result: the key '{last}' is missing{where}") from None
        raise ConfigError(f"not a valid result: {key}: {first['msg']}") from None
    if "failure" not in record:
        _check_places(record)


@lru_cache(maxsize=2)
def _adapter(failure: bool) -> TypeAdapter[Any]:
    return TypeAdapter(_Failure if failure else _Scorecard)


def _check_places(record: Mapping[str, Any]) -> None:
    """Turns and characters that are pointed at must be there. Texts may be left out, and are empty then."""
    texts = [u["text"] for u in record["utterances"]]
    for key, place in _places(record):
        turn, start, end = place["turn"], place.get("start", 0), place.get("end", 0)
        if turn >= len(texts):
            raise ConfigError(f"not a valid result: {key}: turn {turn} of {len(texts)}, counted from 0")
        if end < start or (end > len(texts[turn]) and texts[turn]):
            raise ConfigError(f"not a valid result: {key}: no characters {start} to {end} in turn {turn}")


def _places(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from (("detections", detection) for detection in record["detections"])
    yield from (("doubts", doubt) for doubt in record.get("doubts", ()))
    yield from (("predictions", prediction) for prediction in record["predictions"])
    for criterion in record["criteria"]:
        yield from (("criteria.evidence", quote) for quote in criterion["evidence"])
        yield from (("criteria.nearest", quote) for quote in criterion.get("nearest", ()))
        yield from (("criteria.looked", {"turn": turn}) for turn in criterion["looked"] or ())

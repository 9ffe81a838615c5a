"""From what a format reader found to a checked transcript: cleaning, limits, times, roles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any

from ..characters import check, check_metadata
from ..errors import TranscriptError
from ..text import has_words
from ..types import Failure, Reading, Transcript, Utterance
from . import aliases, roles, times

MAX_TEXT = 100_000
MAX_TURNS = 200_000
_ENDS = " \t\r\n\v\f\u00a0\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said, as found: `place` is its line, row, cue or turn, counted from 1."""

    label: str | None
    text: str
    start: Any = None
    end: Any = None
    place: int = 0
    speaker: str | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Draft:
    """A dialogue as found in a file. `unit` names what `Turn.place` counts; `named` and `stated` as in roles."""

    id: str
    source: str
    turns: Sequence[Turn]
    reading: Reading
    metadata: Mapping[str, Any] = field(default_factory=dict)
    unit: str = "line"
    named: bool = False
    stated: bool = False


def finish(draft: Draft) -> Transcript | Failure:
    """The transcript of a draft, or the one thing that is wrong with it."""
    try:
        return _transcript(draft)
    except TranscriptError as error:
        return replace(error.failure(draft.source), id=draft.id)
    except RecursionError:
        message, hint = "the metadata is nested too deeply", "leave out what is deep"
        return Failure(draft.source, "read", "bad_json", message, hint, draft.id)


def _transcript(draft: Draft) -> Transcript:
    check(draft.id, "the id")
    turns = clean(draft)
    spans, day = _times(draft, turns)
    assigned = _roles(draft, turns)
    utterances = tuple(
        Utterance(assigned.roles[turn.label or ""], turn.text, turn.speaker or turn.label, start, end)
        for turn, (start, end) in zip(turns, spans, strict=True)
    )
    metadata = _metadata(draft.metadata)
    if day:
        metadata.setdefault("date", day)
    how = replace(draft.reading, roles="inferred" if assigned.reason else "labelled", reason=assigned.reason)
    return Transcript(draft.id, utterances, draft.source, metadata, how)


def clean(draft: Draft) -> list[Turn]:
    """The turns with something said, their ends stripped; raises when there are none or too many."""
    if len(draft.turns) > MAX_TURNS:
        message = f"{len(draft.turns):,} turns, allowed are {MAX_TURNS:,}"
        raise TranscriptError("too_many_turns", message, hint="split what runs together")
    turns = [_clean_turn(turn, draft.unit) for turn in draft.turns]
    kept = [turn for turn in turns if turn.text]
    if not kept:
        raise TranscriptError("no_dialogue", "no utterance found", hint=DIALOGUE_HINT)
    if not any(map(has_words, (turn.text for turn in kept))):
        raise TranscriptError("no_dialogue", "nobody says a word, only numbers and signs", hint=DIALOGUE_HINT)
    return kept


DIALOGUE_HINT = "a dialogue has lines such as 客服：您好 and 客户：你好, or the JSON keys turns, role, text"


def _clean_turn(turn: Turn, unit: str) -> Turn:
    place = f"{unit} {turn.place}"
    text = turn.text.strip(_ENDS)
    if len(text) > MAX_TEXT:
        message = f"{place}: {len(text):,} characters, allowed are {MAX_TEXT:,}"
        raise TranscriptError("text_too_long", message, hint="split it, if it holds a whole dialogue")
    check((text, turn.label, turn.speaker), place)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return turn if text == turn.text else replace(turn, text=text)


def _times(draft: Draft, turns: Sequence[Turn]) -> tuple[list[times.Pair], str | None]:
    moments = []
    for turn in turns:
        try:
            moments.append((_moment(turn.start, turn.scale), _moment(turn.end, turn.scale)))
        except TranscriptError as error:
            message = f"{draft.unit} {turn.place}: {error.message}"
            raise TranscriptError(error.code, message, hint=error.hint) from None
    return times.timeline(moments)


def _moment(value: Any, scale: float) -> times.Moment | None:
    moment = times.parse(value)
    return replace(moment, seconds=moment.seconds * scale) if moment and moment.kind == "seconds" else moment


def _roles(draft: Draft, turns: Sequence[Turn]) -> roles.Assignment:
    said: dict[str, list[str]] = {}
    places: dict[str, str] = {}
    for turn in turns:
        said.setdefault(turn.label or "", []).append(turn.text)
        places.setdefault(turn.label or "", f"{draft.unit} {turn.place}")
    if "" in said:
        message = f"{places['']} names no speaker"
        raise TranscriptError(
            "unknown_role" if len(said) > 1 else "roles_unclear", message, hint=roles.ALLOWED
        )
    return roles.assign(said, places, named=draft.named, stated=draft.stated)


def _metadata(found: Mapping[str, Any]) -> dict[str, Any]:
    kept = {_key(name, value): json_safe(value) for name, value in found.items() if value is not None}
    check_metadata(kept)
    return kept


def _key(name: str, value: Any) -> str:
    """A common key for a plain value; an object under `agent` stays what it is."""
    return name if isinstance(value, dict | list) else aliases.metadata_key(name)


def json_safe(value: Any) -> Any:
    """The value in types that JSON has; numbers that JSON cannot write become None."""
    if isinstance(value, dict):
        return {str(key): json_safe(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_safe(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, date | time):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value if isinstance(value, str | int | bool) or value is None else str(value)

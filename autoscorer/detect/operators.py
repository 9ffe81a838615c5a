"""The operators that are not about words, and which turns a scope leaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal

from .. import timing
from ..positions import turns_at
from ..rules import Condition, Scope
from ..rules.operators import Classifier, Interval, Length, Metadata, Range, Repetition, Similar
from ..text import compile_pattern, normalize
from .entities import entities
from .restate import restated
from .similar import WORDING, Likeness, alike
from .view import Found, Turns, View

Answer = Callable[[View, Turns], Found]


CONTACT = ("metadata", "length")
"""Operators about the whole contact."""
COSTLY = ("similar", "repetition", "restates", "entity")
"""Operators that read the text of every turn that they are asked of."""


def operator(c: Condition) -> Answer:
    """The function that answers the condition's operator."""
    ((name, spec),) = c.subjects.items()
    makers: dict[str, Callable[[Any], Answer]] = {
        "similar": _similar, "repetition": _repetition, "restates": restated, "entity": entities,
        "classifier": _classifier, "interval": _interval, "speech_rate": _speech_rate,
        "interruption": _interruption, "metadata": _metadata, "length": _length, "behavior": _behavior,
        "use": lambda use: _behavior((use,)),
    }  # fmt: skip
    return makers[name](spec)


def _behavior(names: tuple[str, ...]) -> Answer:
    def answer(view: View, turns: Turns) -> Found:
        found = {t: d for name in names for t, d in view.found[name].items()}
        return Found({t: ((found[t].span.start, found[t].span.end),) for t in turns if t in found})

    return answer


def _similar(spec: Similar) -> Answer:
    likeness = Likeness(spec)

    def answer(view: View, turns: Turns) -> Found:
        encoder = WORDING if spec.by == "wording" else view.encoder
        if encoder is None:
            return view.lack("model:encoder", turns)
        found = {t: likeness.sentence(view.shown(t), encoder) for t in turns}
        return Found({t: (hit,) for t, hit in found.items() if hit})

    return answer


def _repetition(spec: Repetition) -> Answer:
    def answer(view: View, turns: Turns) -> Found:
        said = view.transcript.utterances
        hits = {}
        for turn in turns:
            mine = view.of_role(said[turn].role)
            earlier = [view.shown(t) for t in mine if turn - spec.within <= t < turn]
            now = view.shown(turn)
            if any(alike(now, text, spec.shortest, spec.similarity) for text in earlier):
                hits[turn] = ((0, len(now)),)
        return Found(hits)

    return answer


def _classifier(spec: Classifier) -> Answer:
    def answer(view: View, turns: Turns) -> Found:
        if view.predictions is None:
            return view.lack(f"model:{spec.task}", turns)
        said = view.predictions.get(spec.task, {})
        likely = (
            t for t in turns if t in said and said[t].probability >= max(spec.probability, said[t].needed)
        )
        return Found({t: () for t in likely if said[t].label in spec.label})

    return answer


def _interval(spec: Interval) -> Answer:
    def answer(view: View, turns: Turns) -> Found:
        said = view.transcript.utterances
        if spec.of == "first_response":
            first = timing.first_response(said)
            return _measured(view, turns, [first] if first else [], spec)
        return _measured(view, turns, (timing.gaps if spec.of == "gap" else timing.silences)(said), spec)

    return answer


def _speech_rate(spec: Range) -> Answer:
    return lambda view, turns: _measured(view, turns, timing.speech_rates(view.transcript.utterances), spec)


def _interruption(spec: Range) -> Answer:
    return lambda view, turns: _measured(view, turns, timing.overlaps(view.transcript.utterances), spec)


def _measured(view: View, turns: Turns, measured: Iterable[tuple[int, float]], spec: Range) -> Found:
    """Without any measured turn the contact has no times, and nothing is known."""
    values = dict(measured)
    if not values:
        return view.lack("times", turns)
    return Found({t: () for t in turns if t in values and spec.holds(values[t])})


def _length(spec: Length) -> Answer:
    def answer(view: View, turns: Turns) -> Found:
        counted = [
            view.transcript.utterances[t] for t in (view.of_role(spec.role) if spec.role else view.spoken)
        ]
        if spec.of == "seconds":
            value = timing.length(counted)
            if value is None:
                return view.lack("times", turns)
        else:
            value = float(len(counted) if spec.of == "turns" else sum(len(u.text) for u in counted))
        return Found(dict.fromkeys(turns, ()) if spec.holds(value) else {})

    return answer


def _metadata(spec: Metadata) -> Answer:
    pattern = compile_pattern(spec.matches) if spec.matches else None
    return lambda view, turns: Found(
        dict.fromkeys(turns, ()) if _fits(spec, pattern, _field(view.transcript.metadata, spec.field)) else {}
    )


def _field(metadata: Any, name: str) -> Any:
    """The value of a field; `a.b` is the field b of a, unless there is a field of that very name."""
    if isinstance(metadata, dict) and name not in metadata and "." in name:
        first, _, rest = name.partition(".")
        return _field(metadata.get(first), rest)
    return metadata.get(name) if hasattr(metadata, "get") else None


def _fits(spec: Metadata, pattern: re.Pattern[str] | None, value: Any) -> bool:
    if value is None or value == "":
        return False
    text = str(value)
    if spec.is_ and normalize(text) not in map(normalize, spec.is_):
        return False
    if pattern and not pattern.search(normalize(text)):
        return False
    if spec.at_least is None and spec.at_most is None:
        return True
    try:
        return Range(at_least=spec.at_least, at_most=spec.at_most).holds(float(text))
    except ValueError:
        return False


def placed(view: View, scope: Scope, role: Literal["agent", "customer"] | None, turns: Turns) -> Found:
    """Those of `turns` that lie where the scope says, not regarding its anchors."""
    left = set(turns) & set(view.of_role(role)) if role else set(turns)
    if scope.where != "anywhere":
        size = view.positions
        left &= {
            t
            for side in ("agent", "customer")
            for t in turns_at(view.transcript, side, scope.where, opening=size.opening, closing=size.closing)
        }
    if scope.turns:
        left &= {t for side in ("agent", "customer") for t in _between(view.of_role(side), *scope.turns)}
    return _timed(view, left, *scope.seconds) if scope.seconds else Found(dict.fromkeys(left, ()))


def _between(turns: Turns, first: int, last: int | None) -> Turns:
    """The turns from index `first` to index `last`, both included; negative from the end."""
    begin = max(0, first + len(turns)) if first < 0 else first
    end = len(turns) if last is None else last + len(turns) + 1 if last < 0 else last + 1
    return turns[begin : max(0, end)]


def _timed(view: View, turns: Iterable[int], first: float, last: float | None) -> Found:
    """The turns that begin in the stretch of time; unknown those without a start."""
    said = view.transcript.utterances
    times = [moment for u in said for moment in (u.start, u.end) if moment is not None]
    if not times:
        return view.lack("times", turns)
    base = min(times), max(times)
    begin = base[first < 0] + first
    end = float("inf") if last is None else base[last < 0] + last
    starts = {t: said[t].start for t in turns}
    inside = {t: () for t, s in starts.items() if s is not None and begin <= s <= end}
    return Found(inside, frozenset(t for t, s in starts.items() if s is None))


def seconds_between(view: View, one: int, other: int) -> float | None:
    """Seconds from the end of the earlier turn to the start of the later one; None without times."""
    first, second = sorted((one, other))
    before, now = view.transcript.utterances[first], view.transcript.utterances[second]
    since = before.end if before.end is not None else before.start
    return None if since is None or now.start is None else max(0.0, now.start - since)

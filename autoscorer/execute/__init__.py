"""Scores many transcripts: in this process, in a pool or on Ray, in input order, failures as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..pipeline import Scorer
from ..readers import read_many
from ..record import Written
from ..types import Failure, Result, Transcript
from .pool import CHUNK, in_pool
from .work import Earlier, Work, chunks, filled, score, settle, unfinished


def score_many(
    inputs: Iterable[str | Path | Transcript | Failure],
    *,
    scorer: Scorer | None = None,
    workers: int = 1,
) -> Iterator[Result]:
    """Score paths (files, folders, patterns, `-`) or transcripts, lazily and in input order.

    Each input gives one or more results; what cannot be scored is a Failure. `workers` above 1 scores in
    that many processes, with the same results to the byte.
    """
    scorer = scorer or Scorer()
    items = _transcripts(inputs)
    if workers <= 1:
        return map(scorer.result, items)
    return in_pool(items, scorer.spec, workers, _as_it_is)  # type: ignore[return-value]  # no item is Written


@dataclass(frozen=True, slots=True)
class Engine:
    """Where transcripts are scored: in this process, in a pool of `workers`, or on Ray, at `address` if given."""

    workers: int = 1
    ray: bool = False
    address: str | None = None


def write_many(items: Iterable[Work], scorer: Scorer, engine: Engine = Engine()) -> Iterator[Written]:
    """Do what each item asks for, lazily and in order; results come as they will be written."""
    if engine.ray:
        from .on_ray import on_ray

        yield from on_ray(items, scorer.spec, engine.workers, engine.address)
    elif engine.workers > 1:
        yield from in_pool(iter(items), scorer.spec, engine.workers, Written.of)
    else:
        settle()
        for chunk in chunks(items, CHUNK):
            yield from filled(chunk, [Written.of(result) for result in score(scorer, unfinished(chunk))])


def _transcripts(inputs: Iterable[str | Path | Transcript | Failure]) -> Iterator[Transcript | Failure]:
    for item in inputs:
        if isinstance(item, Transcript | Failure):
            yield item
        else:
            yield from read_many([item])


def _as_it_is(result: Result) -> Result:
    return result


__all__ = ["Earlier", "Engine", "Work", "score_many", "write_many"]

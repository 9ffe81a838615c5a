"""The items of a run, and what every engine does with a chunk of them."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from ..pipeline import Scorer
from ..record import Written, from_record
from ..types import Analysis, Failure, Result, Scorecard, Transcript

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Earlier:
    """The line of an earlier result whose analysis still holds: only the rubric is applied to it again."""

    line: bytes


Work = Transcript | Failure | Earlier | Written
"""An item: to be scored, a failure to be passed on, to be scored again, or finished already."""
Chunk = tuple[Work, ...]


def chunks(items: Iterable[Work], size: int) -> Iterator[Chunk]:
    """The items by `size`, in order."""
    items = iter(items)
    while chunk := tuple(islice(items, size)):
        yield chunk


def unfinished(chunk: Chunk) -> list[Work]:
    """What is left to do in a chunk."""
    return [item for item in chunk if not isinstance(item, Written)]


def filled(chunk: Chunk, results: Sequence[T]) -> list[T | Written]:
    """A result for each item of a chunk, from the results of what was `unfinished`."""
    rest = iter(results)
    return [item if isinstance(item, Written) else next(rest) for item in chunk]


def score(scorer: Scorer, work: Iterable[Work]) -> list[Result]:
    """The results of what is unfinished, in order."""
    return [scorer.result(_scorable(item)) for item in work]


def settle() -> None:
    """Tell the garbage collector that what is loaded stays: it need not walk over rules and models again."""
    gc.collect()
    gc.freeze()


def lost(item: Work) -> Failure:
    """The failure of an item that ends the process which scores it."""
    message = "the worker process died while scoring this transcript"
    hint = "the machine may be out of memory; try --workers 1"
    if isinstance(item, Earlier):
        item = _analysis(item).transcript
    assert not isinstance(item, Written)
    return Failure(item.source, "analyze", "worker_lost", message, hint, item.id)


def _scorable(item: Work) -> Transcript | Analysis | Failure:
    assert not isinstance(item, Written)
    return _analysis(item) if isinstance(item, Earlier) else item


def _analysis(earlier: Earlier) -> Analysis:
    card = from_record(json.loads(earlier.line))
    assert isinstance(card, Scorecard)
    return card.analysis

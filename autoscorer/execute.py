"""Scores many transcripts: in this process or in a pool, in input order, failures as records."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

from .pipeline import Scorer, ScorerSpec
from .readers import read_many
from .types import Failure, Result, Transcript

CHUNK = 32
"""Transcripts a worker takes at a time: large enough to hide the hand-over, small enough to keep order cheap."""

Item = Transcript | Failure
Chunk = tuple[Item, ...]


def score_many(
    inputs: Iterable[str | Path | Transcript | Failure],
    *,
    scorer: Scorer | None = None,
    workers: int = 1,
) -> Iterator[Result]:
    """Score paths (files, folders, `-`) or transcripts, lazily and in input order.

    Each input gives one or more results; what cannot be scored is a Failure. `workers` above 1 scores in
    that many processes, with the same results to the byte.
    """
    scorer = scorer or Scorer()
    items = _transcripts(inputs)
    if workers <= 1:
        return map(scorer.result, items)
    return _in_pool(items, scorer.spec, workers)


def _transcripts(inputs: Iterable[str | Path | Item]) -> Iterator[Item]:
    for item in inputs:
        if isinstance(item, Transcript | Failure):
            yield item
        else:
            yield from read_many([item])


def _in_pool(items: Iterator[Item], spec: ScorerSpec, workers: int) -> Iterator[Result]:
    """Keeps a bounded window of chunks in flight, so that memory stays flat and order is kept."""
    chunks = _batched(items, CHUNK)
    pool = _Pool(spec, workers)
    waiting: deque[tuple[Chunk, Future[list[Result]]]] = deque()
    try:
        for chunk in islice(chunks, 2 * workers):
            waiting.append((chunk, pool.submit(chunk)))
        while waiting:
            chunk, future = waiting.popleft()
            yield from _outcome(pool, chunk, future, waiting)
            for following in islice(chunks, 1):
                waiting.append((following, pool.submit(following)))
    finally:
        pool.stop()


def _outcome(
    pool: _Pool,
    chunk: Chunk,
    future: Future[list[Result]],
    waiting: deque[tuple[Chunk, Future[list[Result]]]],
) -> list[Result]:
    try:
        return future.result()
    except BrokenProcessPool:
        pool.restart()
        results = [result for item in chunk for result in pool.alone(item)]
        waiting_chunks = [other for other, _ in waiting]
        waiting.clear()
        waiting.extend((other, pool.submit(other)) for other in waiting_chunks)
        return results


class _Pool:
    """A process pool that can be started again after a worker died."""

    def __init__(self, spec: ScorerSpec, workers: int) -> None:
        self._spec, self._workers = spec, workers
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        from multiprocessing import get_context

        context = get_context("spawn")  # ONNX sessions and their threads do not survive a fork
        return ProcessPoolExecutor(self._workers, context, _build, (self._spec,))

    def submit(self, chunk: Chunk) -> Future[list[Result]]:
        """Hand a chunk to a worker."""
        try:
            return self._pool.submit(_score_chunk, chunk)
        except BrokenProcessPool:
            self.restart()
            return self._pool.submit(_score_chunk, chunk)

    def alone(self, item: Item) -> list[Result]:
        """Score one item; where its worker dies again, that item is a Failure."""
        try:
            return self.submit((item,)).result()
        except BrokenProcessPool:
            self.restart()
            message = "the worker process died while scoring this transcript"
            hint = "the machine may be out of memory; try --workers 1"
            name = None if isinstance(item, Failure) else item.id
            return [Failure(item.source, "analyze", "worker_lost", message, hint, name)]

    def restart(self) -> None:
        """Begin again with fresh processes."""
        self.stop()
        self._pool = self._start()

    def stop(self) -> None:
        """Let go of what was not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)


_worker: Callable[[Item], Result] | None = None


def _build(spec: ScorerSpec) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    global _worker
    _worker = spec.build().result


def _score_chunk(chunk: Chunk) -> list[Result]:
    assert _worker is not None
    return [_worker(item) for item in chunk]


def _batched(items: Iterator[Item], size: int) -> Iterator[Chunk]:
    while chunk := tuple(islice(items, size)):
        yield chunk

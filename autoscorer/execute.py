"""Scores many transcripts: in this process or in a pool, in input order, failures as records."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
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
    """Each worker has one chunk at a time; results wait for their turn, in a bounded window."""
    chunks = enumerate(_batched(items, CHUNK))
    pool = [_Worker(spec) for _ in range(workers)]
    idle, busy = list(pool), dict[Connection, _Worker]()
    done: dict[int, list[Result]] = {}
    following = 0
    try:
        while True:
            while idle and len(busy) + len(done) < 2 * workers and (numbered := next(chunks, None)):
                worker = idle.pop()
                worker.give(*numbered)
                busy[worker.pipe] = worker
            if not busy:
                return
            ready = set(wait(list(busy)))
            for pipe in [pipe for pipe in busy if pipe in ready]:
                worker = busy.pop(pipe)
                done[worker.number] = worker.results()
                idle.append(worker)
            while following in done:
                yield from done.pop(following)
                following += 1
    finally:
        for worker in pool:
            worker.stop()


class _Worker:
    """A process that scores chunks, with a pipe of its own: where it dies, even while it sends, the pipe ends.

    The queue that the workers of a ProcessPoolExecutor share does not: its reader then waits for ever.
    """

    def __init__(self, spec: ScorerSpec) -> None:
        self._spec = spec
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")  # ONNX sessions and their threads do not survive a fork
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._spec, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, number: int, chunk: Chunk) -> None:
        """Hand over a chunk; `results` must be asked for before the next one."""
        self.number, self._chunk = number, chunk
        with contextlib.suppress(OSError):  # it is dead, which `results` will find
            self.pipe.send(chunk)

    def results(self) -> list[Result]:
        """The results of the chunk. Where the worker died, a new one scores its items one by one."""
        try:
            return self._receive()
        except (EOFError, OSError):
            self._restart()
            return [self._alone(item) for item in self._chunk]

    def _receive(self) -> list[Result]:
        found: list[Result] = self.pipe.recv()
        return found

    def _alone(self, item: Item) -> Result:
        """Score one item; where the worker dies again, that item is a Failure."""
        try:
            self.pipe.send((item,))
            return self._receive()[0]
        except (EOFError, OSError):
            self._restart()
            message = "the worker process died while scoring this transcript"
            hint = "the machine may be out of memory; try --workers 1"
            return Failure(item.source, "analyze", "worker_lost", message, hint, item.id)

    def _restart(self) -> None:
        self.stop()
        self._start()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.pipe.close()
        self._process.terminate()
        self._process.join()


def _serve(spec: ScorerSpec, pipe: Connection) -> None:
    """The life of a worker: build a Scorer once, then score chunks until the pipe ends."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    score = spec.build().result
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send([score(item) for item in pipe.recv()])


def _batched(items: Iterator[Item], size: int) -> Iterator[Chunk]:
    while chunk := tuple(islice(items, size)):
        yield chunk

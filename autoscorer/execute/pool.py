"""Scores in a pool of processes: chunks go out in a bounded window, and results come back in order."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Generic, TypeVar

from ..pipeline import ScorerSpec
from ..record import Written
from ..types import Result
from .work import Chunk, Work, chunks, filled, lost, score, settle, unfinished

T = TypeVar("T")
Wrap = Callable[[Result], T]

CHUNK = 32
"""Transcripts a worker takes at a time: large enough to hide the hand-over, small enough to keep order cheap."""


def in_pool(items: Iterator[Work], spec: ScorerSpec, workers: int, wrap: Wrap[T]) -> Iterator[T | Written]:
    """The wrapped result of each item, in order; what is Written already passes. `wrap` runs in the worker.

    Each worker has one chunk at a time; results wait for their turn, in a bounded window.
    """
    numbered = enumerate(chunks(items, CHUNK))
    pool = [Worker(spec, wrap) for _ in range(workers)]
    idle, busy = list(pool), dict[Connection, Worker[T]]()
    done: dict[int, list[T | Written]] = {}
    following = 0
    try:
        while True:
            while idle and len(busy) + len(done) < 2 * workers and (one := next(numbered, None)):
                number, chunk = one
                if not unfinished(chunk):
                    done[number] = filled(chunk, [])
                    continue
                worker = idle.pop()
                worker.give(number, chunk)
                busy[worker.pipe] = worker
            if not busy and not done:
                return
            ready = set(wait(list(busy))) if following not in done else ()
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


class Worker(Generic[T]):
    """A process that scores chunks, with a pipe of its own: where it dies, even while it sends, the pipe ends.

    The queue that the workers of a ProcessPoolExecutor share does not: its reader then waits for ever.
    """

    def __init__(self, spec: ScorerSpec, wrap: Wrap[T]) -> None:
        self._spec, self._wrap = spec, wrap
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")  # ONNX sessions and their threads do not survive a fork
        self.pipe, theirs = context.Pipe()
        arguments = (self._spec, self._wrap, theirs)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        with _ignoring_interrupts():
            self._process.start()
        theirs.close()

    def give(self, number: int, chunk: Chunk) -> None:
        """Hand over a chunk; `results` must be asked for before the next one."""
        self.number, self._chunk = number, chunk
        with contextlib.suppress(OSError):  # it is dead, which `results` will find
            self.pipe.send(unfinished(chunk))

    def results(self) -> list[T | Written]:
        """The results of the chunk. Where the worker died, a new one scores its items one by one."""
        try:
            return filled(self._chunk, self._receive())
        except (EOFError, OSError):
            self._restart()
            return filled(self._chunk, [self._alone(item) for item in unfinished(self._chunk)])

    def _receive(self) -> list[T]:
        found: list[T] = self.pipe.recv()
        return found

    def _alone(self, item: Work) -> T:
        """Score one item; where the worker dies again, that item is a Failure."""
        try:
            self.pipe.send([item])
            return self._receive()[0]
        except (EOFError, OSError):
            self._restart()
            return self._wrap(lost(item))

    def _restart(self) -> None:
        self.stop()
        self._start()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.pipe.close()
        self._process.terminate()
        self._process.join()


@contextlib.contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """A process started within ignores Ctrl-C from its first moment: it is the parent's to handle."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set signals; the worker ignores them once it has started
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(spec: ScorerSpec, wrap: Wrap[T], pipe: Connection) -> None:
    """The life of a worker: build a Scorer once, then score chunks until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    scorer = spec.build()
    settle()
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send([wrap(result) for result in score(scorer, pipe.recv())])

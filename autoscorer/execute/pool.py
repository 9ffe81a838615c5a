"""Scores in a pool of processes: chunks go out in a bounded window, and results come back in order."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from ..pipeline import ScorerSpec
from ..record import Written
from ..types import Result
from .work import Chunk, Work, chunks, filled, lost, score, settle, unfinished

T = TypeVar("T")
Wrap = Callable[[Result], T]

CHUNK = 32
"""Transcripts a worker takes at a time: large enough to hide the hand-over, small enough to keep order cheap."""
AHEAD = 2
"""Chunks that a worker holds: the next one is there when it has scored one, however long the results are written."""


def in_pool(items: Iterator[Work], spec: ScorerSpec, workers: int, wrap: Wrap[T]) -> Iterator[T | Written]:
    """The wrapped result of each item, in order; what is Written already passes. `wrap` runs in the worker.

    A worker holds up to AHEAD chunks; results wait for their turn, in a bounded window.
    """
    numbered = enumerate(chunks(items, CHUNK))
    pool = [Worker(spec, wrap) for _ in range(workers)]
    done: dict[int, list[T | Written]] = {}
    following = 0
    try:
        while True:
            while (worker := min(pool, key=Worker.held)).held() < AHEAD:
                window = len(done) + sum(map(Worker.held, pool))
                if window >= (AHEAD + 1) * workers or (one := next(numbered, None)) is None:
                    break
                number, chunk = one
                if unfinished(chunk):
                    worker.give(number, chunk)
                else:
                    done[number] = filled(chunk, [])
            busy: dict[Any, Worker[T]] = {worker.pipe: worker for worker in pool if worker.held()}
            if not busy and not done:
                return
            for pipe in wait(list(busy)) if following not in done else ():
                number, results = busy[pipe].results()
                done[number] = results
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
        self._chunks: deque[tuple[int, Chunk]] = deque()
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")  # ONNX sessions and their threads do not survive a fork
        self.pipe, theirs = context.Pipe()
        arguments = (self._spec, self._wrap, theirs)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        with _ignoring_interrupts():
            self._process.start()
        theirs.close()

    def held(self) -> int:
        """How many chunks it was given whose results were not yet taken."""
        return len(self._chunks)

    def give(self, number: int, chunk: Chunk) -> None:
        """Hand over a chunk."""
        self._chunks.append((number, chunk))
        self._send(chunk)

    def _send(self, chunk: Chunk) -> None:
        with contextlib.suppress(OSError):  # it is dead, which `results` will find
            self.pipe.send(unfinished(chunk))

    def results(self) -> tuple[int, list[T | Written]]:
        """The number and the results of the chunk given first. Where the worker died, a new one scores its items one
        by one, and gets the other chunks again."""
        number, chunk = self._chunks.popleft()
        try:
            return number, filled(chunk, self._receive())
        except (EOFError, OSError):
            self._restart()
            found = filled(chunk, [self._alone(item) for item in unfinished(chunk)])
            for _, waiting in self._chunks:
                self._send(waiting)
            return number, found

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
    waiting: SimpleQueue[list[Work] | None] = SimpleQueue()
    threading.Thread(target=_take, args=(pipe, waiting), daemon=True).start()
    scorer = spec.build()
    settle()
    with contextlib.suppress(OSError):
        while (chunk := waiting.get()) is not None:
            pipe.send([wrap(result) for result in score(scorer, chunk)])


def _take(pipe: Connection, waiting: SimpleQueue[list[Work] | None]) -> None:
    """Take chunks as they come, so that who sends one never waits for who is about to send results."""
    try:
        while True:
            waiting.put(pipe.recv())
    except (EOFError, OSError):
        pass
    finally:
        waiting.put(None)

"""Scores on a Ray cluster, through Ray Data: the items go out in waves, and results come back in order."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import MissingExtra, UsageError
from ..pipeline import ScorerSpec
from ..record import Written
from .pool import Worker
from .work import Work

BLOCK = 256
"""Items of one block, which an actor scores at a time and which is scored again where its worker is lost."""
WAVE = 400
"""Blocks of one wave. They lie in Ray's object store, which spills to disk; here only their places are kept."""
HELD = 4096
"""Finished items that wait here for those before them; more end the wave."""


def on_ray(items: Iterable[Work], spec: ScorerSpec, workers: int, address: str | None) -> Iterator[Written]:
    """The result of each item, in order, from `workers` actors; with 1, from as many as the cluster has cores.

    address: of a running cluster; None starts one on this machine. Rules, rubric and models that are not the
    shipped ones must lie at the same path on every node. Raises MissingExtra without ray, UsageError where the
    cluster cannot be reached.
    """
    ray = _started(address)
    actors = workers if workers > 1 else max(1, int(ray.cluster_resources().get("CPU", 1)))
    for wave in _waves(ray, iter(items)):
        found = _scored(ray, wave.blocks, spec, actors)
        yield from (next(found) if item is None else item for item in wave.items)


class _Wave:
    """Items in order, None in place of those that are to be scored, and the blocks that hold these."""

    def __init__(self) -> None:
        self.items: list[Written | None] = []
        self.blocks: list[Any] = []
        self.held = 0


def _waves(ray: Any, items: Iterator[Work]) -> Iterator[_Wave]:
    wave, block = _Wave(), list[bytes]()
    for item in items:
        wave.items.append(item if isinstance(item, Written) else None)
        if isinstance(item, Written):
            wave.held += 1
        else:
            block.append(pickle.dumps(item))
        if len(block) == BLOCK:
            wave.blocks.append(_put(ray, block))
            block = []
        if len(wave.blocks) == WAVE or wave.held == HELD:
            wave.blocks += [_put(ray, block)] if block else []
            yield wave
            wave, block = _Wave(), []
    wave.blocks += [_put(ray, block)] if block else []
    yield wave


def _put(ray: Any, block: list[bytes]) -> Any:
    import pyarrow

    return ray.put(pyarrow.table({"work": pyarrow.array(block, pyarrow.binary())}))


def _scored(ray: Any, blocks: list[Any], spec: ScorerSpec, actors: int) -> Iterator[Written]:
    if not blocks:
        return
    data = ray.data.from_arrow_refs(blocks).map_batches(
        _Scoring,
        fn_constructor_args=(spec,),
        batch_size=None,
        batch_format="pyarrow",
        concurrency=min(actors, len(blocks)),
        num_cpus=1,
    )
    for table in data.iter_batches(batch_size=None, batch_format="pyarrow"):
        for row in table.to_pylist():
            yield Written(row["line"], row["total"], row["failed"])


class _Scoring:
    """An actor. It scores in a process of its own, so that a transcript that ends the process is a failure as
    in a pool, not an actor that dies again and again."""

    def __init__(self, spec: ScorerSpec) -> None:
        self._worker = Worker(spec, Written.of)

    def __call__(self, table: Any) -> Any:
        import pyarrow

        chunk = tuple(pickle.loads(work.as_py()) for work in table["work"])
        self._worker.give(0, chunk)
        _, results = self._worker.results()
        return pyarrow.table(
            {
                "line": pyarrow.array([result.line for result in results], pyarrow.large_binary()),
                "total": pyarrow.array([result.total for result in results], pyarrow.float64()),
                "failed": pyarrow.array([result.failed for result in results], pyarrow.string()),
            }
        )


def _started(address: str | None) -> Any:
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtra("ray", "scoring on Ray") from None
    if not ray.is_initialized():
        try:
            ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise UsageError(f"--address {address}: no Ray cluster answers: {str(error)[:200]}") from None
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    return ray

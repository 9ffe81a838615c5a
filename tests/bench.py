"""Times the whole scorer against its floor, `jieba.lcut` alone on the same texts, in one process.

usage: python -m tests.bench FILE [--runs N] [--no-models] [--others] [--workers]

Seconds are CPU seconds, so that other work on the machine matters little; only those of `--workers` and of
the start are by the clock. --others: what people would use instead. --workers: one process against two.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import logging
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import autoscorer as asr
from autoscorer.execute import Engine, write_many
from autoscorer.readers import inputs, read_input
from autoscorer.record import Written
from tests.bench_others import OTHERS, rate


def main() -> None:
    """Read the transcripts once, then time all in turn; print medians, spread and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, nargs="?", default=Path("data/samples"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-models", action="store_true")
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--workers", action="store_true")
    options = parser.parse_args()
    scorer = asr.Scorer(use_models=not options.no_models)
    transcripts = [t for t in _read(options.file) if isinstance(t, asr.Transcript)]
    texts = [u.text for t in transcripts for u in t.utterances]
    scorer.score(transcripts[0])
    print(f"{len(transcripts)} transcripts, {len(texts)} turns, {options.runs} runs: median (least-most)")
    floor = _against_jieba(options.file, scorer, texts, options.runs)
    _stages(scorer, options.file, transcripts, floor)
    _starts(options.runs)
    if options.workers:
        _workers(scorer, transcripts, options.runs)
    if options.others:
        _others(scorer, transcripts, texts[:500])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB, all transcripts held")


def _against_jieba(file: Path, scorer: asr.Scorer, texts: list[str], runs: int) -> float:
    """Each run with a new scorer: one that has met the texts before would know their vectors."""
    pairs = []
    for _ in range(runs):
        new = scorer.spec.build()
        pairs.append((_cpu(lambda: _cut(texts)), _cpu(functools.partial(_whole, file, new))))
    print(f"jieba.lcut alone       {_spread([floor for floor, _ in pairs])} s")
    print(f"file to JSON lines     {_spread([whole for _, whole in pairs])} s")
    print(f"ratio                  {_spread([whole / floor for floor, whole in pairs])}")
    return statistics.median(floor for floor, _ in pairs)


def _stages(scorer: asr.Scorer, file: Path, transcripts: list[asr.Transcript], floor: float) -> None:
    """What each step takes, alone and in this order, with a new scorer."""
    scorer = scorer.spec.build()
    analyses: list[asr.Analysis] = []
    cards: list[Written] = []
    steps: dict[str, Callable[[], object]] = {
        "read": lambda: sum(1 for _ in _read(file)),
        "analyze": lambda: analyses.extend(map(scorer.analyze, transcripts)),
        "  of that, rules": lambda: [scorer._detector.search(t) for t in transcripts],
        "score": lambda: cards.extend(Written.of(scorer.result(analysis)) for analysis in analyses),
        "to JSON": lambda: [written.line for written in cards],
    }
    print("stage                  CPU s  x jieba  ms a transcript")
    for name, step in steps.items():
        seconds = _cpu(step)
        print(
            f"{name:<20} {seconds:>7.2f} {seconds / floor:>8.2f} {1000 * seconds / len(transcripts):>16.3f}"
        )


def _starts(runs: int) -> None:
    """From the start of a process to its end, by the clock and in CPU seconds."""
    sample = "data/samples/ecommerce_refund_excellent.txt"
    for name, arguments in {"--help": ["--help"], "first scorecard": ["score", sample, "-q"]}.items():
        command = [sys.executable, "-m", "autoscorer", *arguments]
        start = functools.partial(subprocess.run, command, check=True, capture_output=True)
        before = _of_children()
        times = [_clock(start) for _ in range(runs)]
        print(f"start, {name:<15} {_spread(times)} s, of that CPU {(_of_children() - before) / runs:.2f} s")


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _workers(scorer: asr.Scorer, transcripts: list[asr.Transcript], runs: int) -> None:
    """Without the start of the processes: from the first result to the last."""

    def lasts(workers: int) -> float:
        results = write_many(itertools.chain(transcripts, transcripts), scorer, Engine(workers))
        next(results)
        return _clock(lambda: sum(1 for _ in results))

    pairs = [(lasts(1), lasts(2)) for _ in range(runs)]
    print(f"one process            {_spread([one for one, _ in pairs])} s")
    print(f"two workers            {_spread([two for _, two in pairs])} s")
    print(f"two are faster by      {_spread([one / two for one, two in pairs])}")
    best = max(2 * len(transcripts) / two for _, two in pairs)
    print(f"two workers            {best:.0f} transcripts/s")


def _others(scorer: asr.Scorer, transcripts: list[asr.Transcript], texts: list[str]) -> None:
    count = sum(len(t.utterances) for t in transcripts)
    own = _clock(lambda: [Written.of(scorer.result(t)).line for t in transcripts])
    print("on the same texts                            turns/s")
    print(f"{'autoscorer, everything':<42} {count / own:>9.0f}")
    for name in OTHERS:
        found = rate(name, texts)
        print(f"{name:<42} {found if isinstance(found, str) else f'{found:>9.0f}'}")


def _read(file: Path) -> itertools.chain[asr.Transcript | asr.Failure]:
    return itertools.chain.from_iterable(map(read_input, inputs([file])))


def _whole(file: Path, scorer: asr.Scorer) -> None:
    for written in write_many(_read(file), scorer):
        _ = written.line


def _cut(texts: list[str]) -> None:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    for text in texts:
        jieba.lcut(text)


def _cpu(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def _clock(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


if __name__ == "__main__":
    main()

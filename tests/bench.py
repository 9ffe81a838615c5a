"""Times the whole scorer against its floor, `jieba.lcut` alone on the same texts, in one process.

usage: python -m tests.bench FILE [--runs N]
"""

from __future__ import annotations

import argparse
import logging
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import autoscorer as asr


def main() -> None:
    """Read the transcripts once, then time both in turn; print medians, spread and the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, nargs="?", default=Path("data/samples"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-models", action="store_true")
    options = parser.parse_args()
    transcripts = [t for t in asr.read_many([options.file]) if isinstance(t, asr.Transcript)]
    texts = [u.text for t in transcripts for u in t.utterances]
    scorer = asr.Scorer(use_models=not options.no_models)
    scorer.score(transcripts[0])
    pairs = [
        (_time(lambda: _cut(texts)), _time(lambda: _score(scorer, transcripts))) for _ in range(options.runs)
    ]
    ratios = [whole / floor for floor, whole in pairs]
    whole = statistics.median(seconds for _, seconds in pairs)
    print(f"{len(transcripts)} transcripts, {len(texts)} turns, {options.runs} runs")
    print(f"jieba.lcut   {_spread([floor for floor, _ in pairs])} s")
    print(
        f"autoscorer   {_spread([seconds for _, seconds in pairs])} s, {len(transcripts) / whole:.0f} transcripts/s"
    )
    print(f"ratio        {_spread(ratios)}")
    print(f"peak memory  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _cut(texts: list[str]) -> None:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    for text in texts:
        jieba.lcut(text)


def _score(scorer: asr.Scorer, transcripts: list[asr.Transcript]) -> None:
    for transcript in transcripts:
        scorer.result(transcript)


def _time(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


if __name__ == "__main__":
    main()

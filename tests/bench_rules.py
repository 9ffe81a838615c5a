"""Times detection by the default rule book against the same book grown to 500 rules, in one process.

The further rules are made of words that the transcripts hold, so that they hit: five phrases of two words each,
and a regex of four words. usage: python -m tests.bench_rules [FILE] [--rules 500] [--runs N]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import autoscorer as asr
from autoscorer.detect import Detector
from autoscorer.rules import Behavior, Rule, RuleBook, load_rules
from autoscorer.segment import Segmenter
from autoscorer.types import Transcript


def main() -> None:
    """Time both books in turn; print medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=Path("data/samples"))
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    transcripts = [t for t in asr.read_many([options.file]) if isinstance(t, Transcript)]
    turns = sum(len(t.utterances) for t in transcripts)
    small, large = measure(transcripts, options.rules, options.runs)
    print(f"{len(transcripts)} transcripts, {turns} turns, {options.runs} runs")
    for name, seconds in (("default book", small), (f"{options.rules} rules", large)):
        print(f"{name:<14}{statistics.median(seconds) / turns * 1e6:6.0f} µs a turn")
    print(f"{'ratio':<14}{statistics.median(b / a for a, b in zip(small, large, strict=True)):6.2f}")


def measure(transcripts: Sequence[Transcript], rules: int, runs: int) -> tuple[list[float], list[float]]:
    """Seconds of each run for the default book, and for the grown one; each run meets every text anew."""
    segmenter, default = Segmenter(), load_rules()
    books = (default, grown(default, rules, transcripts, segmenter))
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for book, found in zip(books, seconds, strict=True):
            detector = Detector(book, segmenter)
            detector.detect(transcripts[0])
            found.append(_time(detector, transcripts[1:]))
    return seconds


def grown(book: RuleBook, rules: int, transcripts: Sequence[Transcript], segmenter: Segmenter) -> RuleBook:
    """The book with rules of its transcripts' words added, each for a behavior of its own."""
    draw = random.Random(0)
    words = [w for t in transcripts for u in t.utterances for w in segmenter.words(u.text) if w.isalpha()]
    words = [w for w in words if len(w) > 1]
    new = {f"own{i}": Behavior(role="agent", name=f"own{i}") for i in range(rules - len(book.rules))}
    more = []
    for name in new:
        a, b, c, d = draw.sample(words, 4)
        phrases = tuple(draw.choice(words) + draw.choice(words) for _ in range(5))
        regex = (f"(?:{a}|{b})[^,。？]{{0,12}}(?:{c}|{d})",)
        more.append(Rule(id=name, behavior=name, phrases=phrases, regex=regex))
    return book.model_copy(update={"rules": book.rules + tuple(more), "behaviors": {**book.behaviors, **new}})


def _time(detector: Detector, transcripts: Sequence[Transcript]) -> float:
    began = time.process_time()
    for transcript in transcripts:
        detector.detect(transcript)
    return time.process_time() - began


if __name__ == "__main__":
    main()

"""Measures what the finder finds against tests/privacy/cases.yaml: python -m tests.privacy.measure [--misses]."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from autoscorer.privacy import find

CASES = Path(__file__).with_name("cases.yaml")
_MARK = re.compile(r"\{([^|{}]+)\|([^{}]+)\}")


@dataclass(frozen=True)
class Case:
    """A text, the turn before it, and what is private: start, end, kind."""

    text: str
    before: str
    private: frozenset[tuple[int, int, str]]


def cases(part: str) -> list[Case]:
    """The cases of one part, `tuned` or `held`."""
    return [_case(line) for line in yaml.load(CASES.read_text("utf-8"), yaml.BaseLoader)[part]]


def _case(line: str) -> Case:
    before, _, marked = line.rpartition(" >> ")
    text, private, at = "", set(), 0
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        private.add((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        at = match.end()
    return Case(text + marked[at:], before, frozenset(private))


def found(case: Case) -> frozenset[tuple[int, int, str]]:
    """What the finder finds, in the same form."""
    return frozenset((f.start, f.end, f.kind) for f in find(case.text, before=case.before))


def count(part: list[Case]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Right, wrong and missed, by kind; right is only the same kind at the same characters."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for case in part:
        got = found(case)
        right.update(kind for *_, kind in got & case.private)
        wrong.update(kind for *_, kind in got - case.private)
        missed.update(kind for *_, kind in case.private - got)
    return right, wrong, missed


def line(name: str, right: int, wrong: int, missed: int) -> str:
    """One row: precision and recall, with what they are made of."""
    precision = f"{right / (right + wrong):.3f}" if right + wrong else "-"
    recall = f"{right / (right + missed):.3f}" if right + missed else "-"
    return f"{name:<10} {precision:>9} {recall:>7} {right:>6} {wrong:>6} {missed:>7}"


def main() -> None:
    """Print the table; --misses adds each case that is not as it should be."""
    print(f"{'':<10} precision  recall  right  wrong  missed")
    for name in ("tuned", "held"):
        part = cases(name)
        right, wrong, missed = count(part)
        if "--kinds" in sys.argv:
            for kind in sorted({*right, *wrong, *missed}):
                print(line(kind, right[kind], wrong[kind], missed[kind]))
        print(line(f"{name} {len(part)}", right.total(), wrong.total(), missed.total()))
        if "--misses" in sys.argv:
            _show(part)


def _show(part: list[Case]) -> None:
    for case in part:
        got = found(case)
        for mark, spans in (("wrong", got - case.private), ("missed", case.private - got)):
            for start, end, kind in sorted(spans):
                print(f"  {mark:<7} {kind} {case.text[start:end]!r} in {case.text!r}")


if __name__ == "__main__":
    main()

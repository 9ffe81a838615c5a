"""Results against gold labels: figures of each task, the total against people's scores, the worst errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from ..classify.folder import ENCODER, KINDS, LABELS
from ..errors import LabelError
from ..types import Failure, Result, Scorecard, Transcript
from . import figures
from .figures import Cells, Found, Interval
from .gold import Gold, gold, has_labels
from .labelled import Marked
from .reading import found_in

MOST_ERRORS = 200
Cards = Mapping[str, Scorecard]


@dataclass(frozen=True, slots=True)
class Task:
    """One task of one version: `made` are its counts, `found` what it said of each gold dialogue."""

    gold: Gold
    found: tuple[Found, ...]
    made: Cells


@dataclass(frozen=True, slots=True)
class Judged:
    """What one version of models and rules is worth. missing: gold dialogues without a result. mismatched:
    those whose result has other turns. scores: total and people's score of each dialogue that has both."""

    name: str
    tasks: Mapping[str, Task]
    dialogues: int
    missing: tuple[str, ...]
    mismatched: tuple[str, ...]
    scores: tuple[tuple[float, float], ...]


def transcripts(marked: Iterable[Marked]) -> list[Transcript]:
    """The gold dialogues without their labels, to be scored."""
    return [Transcript(d.id, d.utterances, d.place) for d in marked]


def tasks_in(marked: Sequence[Marked], results: Iterable[Result]) -> tuple[str, ...]:
    """The tasks that the gold data has labels for: ours, and the user's that ran in the results."""
    ran = {t for r in results if isinstance(r, Scorecard) for t in r.analysis.provenance.get("models", {})}
    own = sorted(ran - set(KINDS) - {ENCODER})
    found = tuple(task for task in (*LABELS, *own) if has_labels(task, marked))
    if not found:
        raise LabelError(
            f"{marked[0].place}: no turn has labels of a task that ran; there may be {', '.join([*LABELS, *own])}, "
            "or name one by --task"
        )
    return found


def judge(name: str, marked: Sequence[Marked], results: Iterable[Result], tasks: Sequence[str]) -> Judged:
    """Compare the results with the gold dialogues of the same id. Raises LabelError where none has a result."""
    cards = {r.analysis.transcript.id: r for r in results if isinstance(r, Scorecard)}
    there = [d for d in marked if d.id in cards]
    same = [d for d in there if len(d.utterances) == len(cards[d.id].analysis.transcript.utterances)]
    if not same:
        raise LabelError(
            f"{name}: no result has the id and the turns of a gold dialogue, such as {marked[0].id}"
        )
    missing = tuple(d.id for d in marked if d.id not in cards)
    mismatched = tuple(d.id for d in there if d not in same)
    return Judged(
        name, {task: _task(task, same, cards) for task in tasks}, len(cards), missing, mismatched, _scores(same, cards)
    )  # fmt: skip


def _task(task: str, marked: Sequence[Marked], cards: Cards) -> Task:
    wanted = gold(task, marked)
    found = tuple(found_in(task, cards[d.id].analysis) for d in wanted.dialogues)
    return Task(wanted, found, figures.cells(wanted, found))


def _scores(marked: Sequence[Marked], cards: Cards) -> tuple[tuple[float, float], ...]:
    given = [(cards[d.id].total, d.head.get("score")) for d in marked]
    return tuple((total, float(score)) for total, score in given if isinstance(score, int | float))


def summary(judged: Judged) -> dict[str, Any]:
    """All figures of a version, as `--json` prints them."""
    found: dict[str, Any] = {
        "name": judged.name, "dialogues": judged.dialogues, "missing": len(judged.missing),
        "mismatched": len(judged.mismatched), "tasks": {}, "score": _agreement(judged.scores),
    }  # fmt: skip
    for name, task in judged.tasks.items():
        drawn = figures.draws(len(task.gold.dialogues))
        error, bins = figures.calibration(task.gold, task.found)
        found["tasks"][name] = {
            "figures": {k: asdict(v) for k, v in figures.intervals(task.made, drawn).items()},
            "labels": figures.label_table(task.made, drawn),
            "calibration_error": error,
            "calibration": bins,
        }
        if task.gold.kind == "one":
            found["tasks"][name]["confusion"] = figures.confusion(task.gold, task.found)
    return found


def difference(one: Judged, other: Judged) -> dict[str, dict[str, Interval]]:
    """Other less one, of each headline of each task, on the dialogues that both have."""
    found = {}
    for name, task in one.tasks.items():
        there = other.tasks[name]
        first = {d.id: i for i, d in enumerate(task.gold.dialogues)}
        second = {d.id: i for i, d in enumerate(there.gold.dialogues)}
        both = [id for id in first if id in second]
        if both:
            a = _only(task.made, [first[id] for id in both])
            b = _only(there.made, [second[id] for id in both])
            found[name] = figures.differences(b, a, figures.draws(len(both)))
    return found


def _only(made: Cells, at: Sequence[int]) -> Cells:
    dialogues = tuple(made.gold.dialogues[i] for i in at)
    return Cells(replace(made.gold, dialogues=dialogues), made.names, made.counts[list(at)])


def worst(judged: Judged, count: int) -> list[dict[str, Any]]:
    """The surest errors: what was found and is not there, then what is there and was not found."""
    rows = list[dict[str, Any]]()
    for name, task in judged.tasks.items():
        for index, turn, wanted, have in figures.judged(task.gold, task.found):
            if wanted == frozenset(have):
                continue
            d = task.gold.dialogues[index]
            wrong = {label: p for label, p in have.items() if label not in wanted}
            rows.append({
                "task": name, "dialogue": d.id, "place": d.places[turn], "turn": turn + 1,
                "before": d.utterances[turn - 1].text if turn else "", "text": d.utterances[turn].text,
                "gold": sorted(wanted), "found": sorted(have), "probability": max(wrong.values(), default=0.0),
            })  # fmt: skip
    return sorted(rows, key=lambda row: -row["probability"])[:count]


def failures(results: Iterable[Result]) -> list[Failure]:
    """What could not be scored."""
    return [r for r in results if isinstance(r, Failure)]


def _agreement(scores: Sequence[tuple[float, float]]) -> dict[str, float] | None:
    """Spearman's rank correlation and the mean absolute error of totals against people's scores."""
    if len(scores) < 2:
        return None
    total, people = (np.array(column) for column in zip(*scores, strict=True))
    a, b = _ranks(total), _ranks(people)
    spread = a.std() * b.std()
    rho = float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread else float("nan")
    mae = float(np.abs(total - people).mean())
    return {"spearman": round(rho, 4), "mean_absolute_error": round(mae, 4), "dialogues": len(scores)}


def _ranks(values: Any) -> Any:
    """Ranks from 0; equal values share the mean of theirs."""
    order = np.sort(values)
    borders = [0, *(np.flatnonzero(np.diff(order)) + 1).tolist(), len(order)]
    mean = {order[a]: (a + b - 1) / 2 for a, b in pairwise(borders)}
    return np.array([mean[v] for v in values])

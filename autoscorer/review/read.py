"""People's tables become judgements; what cannot be used is named with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from . import columns
from .catalog import Catalog, Findings
from .grids import Grid
from .rows import Reader, short
from .values import Judgement, Problem


def contacts(grids: Iterable[Grid]) -> set[str]:
    """All contact ids that the tables name."""
    found = set[str]()
    for grid in grids:
        column = columns.find(grid.heads).get("contact")
        if column is not None:
            found |= {line.cells[column] for line in grid.lines if column < len(line.cells)}
    return found - {""}


def judgements(grids: Sequence[Grid], catalog: Catalog, *, by: str = "", strict: bool = False) -> Findings:
    """Everything that the tables say of the contacts of `catalog`.

    by: the inspector where a table names none; without it the file's name stands for one person, or, when
    `strict`, the row is a problem. A repeated row counts once.
    """
    findings, unusable = Findings(), dict[str, list[Problem]]()
    for grid in grids:
        reader = Reader(grid, catalog, by, strict, findings)
        problem = reader.refusal()
        if problem:
            unusable.setdefault(grid.file, []).append(problem)
        else:
            reader.read()
    for file in {grid.file for grid in grids}:  # a sheet of notes beside sheets of scores is no mistake
        bad = unusable.get(file, [])
        findings.problems += bad if len(bad) == sum(grid.file == file for grid in grids) else []
    _once(findings)
    return findings


def _once(findings: Findings) -> None:
    """Who judges the same thing twice is heard once: the first time."""
    seen, kept = dict[tuple[str, str, str], Judgement](), []
    for one in findings.judgements:
        first = seen.setdefault((one.contact, one.subject, one.by), one)
        if first is one:
            kept.append(one)
            continue
        same = first.value == one.value and first.appeal == one.appeal
        message = f"repeats {first.place}" if same else f"contradicts {first.place}, which stands"
        findings.problems.append(Problem(one.place, f"{message} (contact '{short(one.contact)}', {one.by})"))
    findings.judgements = kept

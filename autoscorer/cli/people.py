"""What `sample`, `review`, `agree` and `calibrate` share: results and people's files, and what is wrong in them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from ..errors import ConfigError, UsageError
from ..results import scan_results
from ..review import Catalog, Findings, contacts, judgements
from ..review.grids import read
from ..rubric import load_rubric
from ..types import Failure, Scorecard
from . import screen

SHOWN = 20


class Results:
    """The scorecards of a results file, with what could not be used counted and named."""

    def __init__(self, path: Path) -> None:
        self.path, self.scored, self.failed = path, 0, 0
        self.faults: list[str] = []
        self.doubles: list[str] = []

    def cards(self, *, only: Callable[[str], bool] = lambda id: True) -> Iterator[Scorecard]:
        """The scorecards whose id `only` accepts. Raises UsageError at the end where there was none at all."""
        seen = set[str]()
        for result in scan_results(self.path):
            if isinstance(result, ConfigError):
                self.faults.append(str(result))
            elif isinstance(result, Failure):
                self.failed += 1
            elif result.analysis.transcript.id in seen:
                self.doubles.append(result.analysis.transcript.id)
            else:
                seen.add(result.analysis.transcript.id)
                self.scored += 1
                if only(result.analysis.transcript.id):
                    yield result
        if not self.scored:
            why = (
                f": {self.faults[0]}" if self.faults else f" ({self.failed} failures)" if self.failed else ""
            )
            raise UsageError(f"{self.path}: holds no scorecard{why}")

    def tell(self, *, quiet: bool = False) -> int:
        """Say what could not be used; returns the number of lines that are no result of this schema."""
        if self.doubles and not quiet:
            names = ", ".join(dict.fromkeys(self.doubles))
            note(f"{self.path}: of contacts that stand there more than once the first counts: {names}"[:300])
        return tell(self.faults, quiet=quiet)

    def wanted(self, ids: Collection[str]) -> dict[str, Scorecard]:
        """The scorecards with these ids."""
        return {card.analysis.transcript.id: card for card in self.cards(only=ids.__contains__)}


def heard(
    files: Sequence[Path], results: Path, *, by: str = "", strict: bool = False, rubric: Path | None = None
) -> tuple[Catalog, Findings, Results]:
    """What people said of the contacts of `results`, with the problems of both. `rubric` has names of criteria.

    Raises UsageError where a file cannot be read, or no row of all fits a contact.
    """
    grids = [grid for file in files for grid in read(file)]
    source = Results(results)
    catalog = Catalog.of(source.wanted(contacts(grids)), load_rubric(rubric))
    findings = judgements(grids, catalog, by=by, strict=strict)
    return catalog, findings, source


def tell(problems: Iterable[object], *, quiet: bool = False) -> int:
    """Print problems to stderr, the first SHOWN of them; returns how many there are."""
    lines = [screen.one_line(str(problem)) for problem in problems]
    if not quiet:
        for line in lines[:SHOWN]:
            print(line, file=sys.stderr)
        if len(lines) > SHOWN:
            print(f"… and {len(lines) - SHOWN} more", file=sys.stderr)
    return len(lines)


def note(text: str) -> None:
    """One line to stderr."""
    print(screen.one_line(text), file=sys.stderr)

"""`score` and `rescore`: results flow from the scorer through the writers to the table."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from ..errors import UsageError
from ..execute import score_many
from ..pipeline import Scorer
from ..readers import expected, passed_over, read_many
from ..results import load_results
from ..types import Failure, Result, Scorecard
from ..writers import FORMATS, targets, writing
from ..writers.jsonl import dumps
from . import screen

DONE, FAILED, BELOW = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Run:
    """How results are shown and written."""

    output: Path | None
    formats: tuple[str, ...]
    quiet: bool
    fail_under: float | None
    lang: str


@dataclass
class Tally:
    """What the summary needs, kept while results pass; only the table's rows stay in memory."""

    scores: int = 0
    total: float = 0.0
    below: int = 0
    failures: int = 0
    shown: list[Result] = field(default_factory=list)
    named: list[Failure] = field(default_factory=list)

    def add(self, result: Result, fail_under: float | None) -> None:
        """Count one result."""
        if len(self.shown) < screen.SHOWN:
            self.shown.append(result)
        if isinstance(result, Scorecard):
            self.scores += 1
            self.total += result.total
            self.below += fail_under is not None and result.total < fail_under
        else:
            self.failures += 1
            if len(self.named) < screen.SHOWN:
                self.named.append(result)

    @property
    def exit_code(self) -> int:
        """1 when inputs failed, else 3 when a total was too low, else 0."""
        return FAILED if self.failures else BELOW if self.below else DONE


def score_paths(paths: list[str], scorer: Scorer, run: Run, *, workers: int) -> int:
    """Score `paths`; returns the exit code."""
    skip = _outputs(paths, run)
    if not run.quiet:
        _name_passed_over(passed_over(paths, skip=skip))
    items = read_many(paths, skip=skip)
    results = score_many(items, scorer=scorer, workers=workers)
    return _deliver(results, run, expected(paths, skip=skip))


def _name_passed_over(sources: list[str]) -> None:
    errors = screen.console(sys.stderr)
    for source in sources[: screen.SHOWN]:
        errors.print(screen.one_line(f"passed over: {source}: results of autoscorer; use rescore for them"))


def rescore_results(path: Path, scorer: Scorer, run: Run) -> int:
    """Score earlier results under another rubric; returns the exit code."""
    _outputs([str(path if path.is_file() else path / "results.jsonl")], run)
    earlier = load_results(path)
    results = (scorer.result(r.analysis if isinstance(r, Scorecard) else r) for r in earlier)
    return _deliver(results, run, None)


def _outputs(paths: Iterable[str], run: Run) -> tuple[Path, ...]:
    """The files that will be written: never read as input; naming one as input is a mistake."""
    if run.output is None:
        unknown = [name for name in run.formats if name not in ("table", "jsonl")]
        if unknown:
            raise UsageError(f"--format {unknown[0]} needs -o FILE|DIR; on stdout: table, jsonl")
        return ()
    files = tuple(path for path, _ in targets(run.output, _written(run)))
    inputs = {Path(path).resolve() for path in paths if path != "-"}
    for file in files:
        if file.resolve() in inputs:
            raise UsageError(f"{file} is an input; writing the results there would destroy it")
    partials = tuple(file.with_name(file.name + ".partial") for file in files)
    return files + partials


def _written(run: Run) -> tuple[str, ...]:
    for name in run.formats:
        if name not in ("table", *FORMATS):
            raise UsageError(f"unknown format '{name}'; allowed: table, {', '.join(FORMATS)}")
    return tuple(name for name in run.formats if name != "table")


def _deliver(results: Iterable[Result], run: Run, total: int | None) -> int:
    tally, errors = Tally(), screen.console(sys.stderr)
    began = time.monotonic()
    with screen.progress(errors, hidden=run.quiet) as bar:
        task = bar.add_task("", total=total)
        files = targets(run.output, _written(run)) if run.output else []
        with writing(files) as through:
            for result in _printed(through(results), run):
                tally.add(result, run.fail_under)
                bar.update(task, advance=1)
    if not run.quiet:
        _show_table(tally, run)
        _summarize(tally, run, [path for path, _ in files], time.monotonic() - began, errors)
    return tally.exit_code


def _printed(results: Iterable[Result], run: Run) -> Iterator[Result]:
    for result in results:
        if run.output is None and "jsonl" in run.formats:
            sys.stdout.write(dumps(result, sys.stdout.encoding) + "\n")
        yield result


def _show_table(tally: Tally, run: Run) -> None:
    if run.output is None and "jsonl" in run.formats:
        return
    screen.console(sys.stdout).print(screen.table(tally.shown, tally.scores + tally.failures, run.lang))


def _summarize(tally: Tally, run: Run, files: list[Path], seconds: float, errors: Console) -> None:
    for failure in tally.named:
        hint = f" ({failure.hint})" if failure.hint else ""
        errors.print(screen.one_line(f"failed: {failure.source}: [{failure.code}] {failure.message}{hint}"))
    count = tally.scores + tally.failures
    mean = f", mean {tally.total / tally.scores:.1f}" if tally.scores else ""
    rate = f"{count / seconds:.0f}/s" if seconds > 0 else ""
    errors.print(f"{tally.scores} scored{mean}, {tally.failures} failed, {seconds:.1f} s, {rate}")
    if tally.below:
        errors.print(f"{tally.below} below {run.fail_under:g}")
    for path in files:
        errors.print(f"wrote {screen.one_line(str(path))}")

"""`score` and `rescore`: results flow from the scorer through the writers to the table."""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from .. import runs
from ..errors import UsageError
from ..execute import Engine, write_many
from ..pipeline import Scorer
from ..readers import count, inputs, read_input
from ..record import Written, printable
from ..results import load_results
from ..runs import FOLDER
from ..types import Failure, Result, Scorecard
from ..writers import FORMATS, targets, writing
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


@dataclass(frozen=True, slots=True)
class Again:
    """What is scored again although it was scored before."""

    force: bool = False
    only_failed: bool = False


@dataclass
class Tally:
    """What the summary needs, kept while results pass; only the table's rows stay in memory."""

    scores: int = 0
    total: float = 0.0
    below: int = 0
    failures: int = 0
    shown: list[Result] = field(default_factory=list)
    named: list[Failure] = field(default_factory=list)

    def add(self, written: Written, fail_under: float | None) -> None:
        """Count one result."""
        if len(self.shown) < screen.SHOWN:
            self.shown.append(written.result)
        if written.total is not None:
            self.scores += 1
            self.total += written.total
            self.below += fail_under is not None and written.total < fail_under
            return
        self.failures += 1
        if len(self.named) < screen.SHOWN and isinstance(written.result, Failure):
            self.named.append(written.result)

    @property
    def exit_code(self) -> int:
        """1 when inputs failed, else 3 when a total was too low, else 0."""
        return FAILED if self.failures else BELOW if self.below else DONE


def score_paths(paths: list[str], scorer: Scorer, run: Run, again: Again, engine: Engine) -> int:
    """Score `paths`; returns the exit code. Into a folder, what an earlier run scored is taken from there."""
    skip = _outputs(paths, run)
    passed: deque[str] = deque(maxlen=screen.SHOWN)
    files = inputs(paths, skip=skip, pass_over=passed.append)
    total = functools.partial(count, paths, skip=skip)
    if run.output is None or targets(run.output, _written(run))[0][0] == run.output:
        if again.force or again.only_failed:
            option = "--force" if again.force else "--only-failed"
            raise UsageError(f"{option} needs -o DIR: only a folder keeps what was scored")
        items = (item for file in files for item in read_input(file))
        return _deliver(write_many(items, scorer, engine), run, total, lambda: _passed_over(passed))
    folder = run.output / FOLDER
    with runs.Run(folder, scorer, paths, force=again.force, only_failed=again.only_failed) as kept:
        _tell(run, kept.notice)
        results = kept.kept(write_many(kept.work(files), scorer, engine))
        code = _deliver(results, run, total, lambda: (*_passed_over(passed), *_taken(kept)))
        kept.finish()
    return code


def _taken(kept: runs.Run) -> Iterator[str]:
    """What was not scored in this run, and why something was scored again."""
    n = kept.counts
    if n.taken:
        yield f"{n.taken} taken from the last run"
    if n.rescored:
        yield f"{n.rescored} scored again from the analyses of the last run"
    if n.changed:
        yield f"{n.changed} changed since the last run: {', '.join(kept.changed)}{' …' if n.changed > len(kept.changed) else ''}"
    if kept.torn:
        yield f"damaged lines of the last run left out: {kept.torn}"


def _tell(run: Run, *notices: str | None) -> None:
    for notice in notices:
        if notice and not run.quiet:
            screen.console(sys.stderr).print(screen.one_line(notice))


def _passed_over(sources: Iterable[str]) -> Iterator[str]:
    for source in sources:
        yield f"passed over: {source}: results of autoscorer; use rescore for them"


def rescore_results(path: Path, scorer: Scorer, run: Run) -> int:
    """Score earlier results under another rubric; returns the exit code."""
    _outputs([str(path if path.is_file() else path / "results.jsonl")], run)
    earlier = load_results(path)
    results = (scorer.result(r.analysis if isinstance(r, Scorecard) else r) for r in earlier)
    return _deliver(map(Written.of, results), run, lambda: None)


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


def _deliver(
    results: Iterable[Written],
    run: Run,
    total: Callable[[], int | None],
    notes: Callable[[], Iterable[str]] = tuple,
) -> int:
    tally, errors = Tally(), screen.console(sys.stderr)
    began = time.monotonic()
    with screen.progress(errors, hidden=run.quiet) as bar:
        task = bar.add_task("", total=None)
        if not bar.disable:  # listing a million files takes its time; the first is scored meanwhile
            threading.Thread(target=lambda: bar.update(task, total=total()), daemon=True).start()
        files = targets(run.output, _written(run)) if run.output else []
        with writing(files) as through:
            for written in _printed(through(results), run):
                tally.add(written, run.fail_under)
                bar.update(task, advance=1)
    if not run.quiet:
        _show_table(tally, run)
        _summarize(tally, run, [path for path, _ in files], time.monotonic() - began, errors)
        _tell(run, *notes())
    return tally.exit_code


def _printed(results: Iterable[Written], run: Run) -> Iterator[Written]:
    for written in results:
        if run.output is None and "jsonl" in run.formats:
            sys.stdout.write(printable(written.line, sys.stdout.encoding) + "\n")
        yield written


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

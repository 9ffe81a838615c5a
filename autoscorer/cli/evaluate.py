"""`evaluate`: results against gold labels, one version or two side by side."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from .options import LangOption, Language

if TYPE_CHECKING:
    from ..learn.judge import Judged
    from ..learn.labelled import Marked
    from ..learn.words import Lang
    from ..types import Result

ERRORS = 10


def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="Labelled dialogues: JSON lines in the annotation form, csv, xlsx.")
    ],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RESULTS|PATHS]...", help="Results, or transcripts to score; else those of GOLD."
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="RESULTS", help="Results of another version, side by side."),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help="Judge this task alone; its labels may stand in a column 'label'."),
    ] = None,
    models: Annotated[
        list[Path] | None,
        typer.Option("--models", help="Folder of models to score with; twice: side by side."),
    ] = None,
    rules: Annotated[
        list[Path] | None, typer.Option("--rules", help="Rule book to score with; twice: side by side.")
    ] = None,
    errors: Annotated[
        int, typer.Option("--errors", min=0, max=200, help="How many errors to show.")
    ] = ERRORS,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
    lang: LangOption = Language.zh,
) -> None:
    """Compare results with gold labels: precision, recall and F1 with intervals, confusions, worst errors.

    Exit codes: 0 done, 1 some dialogues have no result, 2 usage or bad data.
    """
    from ..learn.gold import check_task
    from ..learn.judge import difference, judge, tasks_in
    from ..learn.labelled import read_labelled

    if task:
        check_task(task)
    labelled = read_labelled([gold])
    for line in labelled.left_out:
        _note(line)
    marked = labelled.dialogues
    versions = _versions(marked, paths or [], against, _pairs(models, rules), lang.value)
    tasks = (task,) if task else tasks_in(marked, [r for _, results in versions for r in results])
    judged = [judge(name, marked, results, tasks) for name, results in versions]
    change = difference(*judged) if len(judged) == 2 else {}
    if as_json:
        _print_json(judged, change, errors)
    else:
        _print_tables(judged, change, errors, lang.value)
    raise typer.Exit(int(any(j.missing or j.mismatched for j in judged)))


def _pairs(models: list[Path] | None, rules: list[Path] | None) -> list[tuple[Path | None, Path | None]]:
    """Models and rules of each version to score with: two of one kind, one or two of the other."""
    left: list[Path | None] = list(models) if models else [None]
    right: list[Path | None] = list(rules) if rules else [None]
    count = max(len(left), len(right))
    if count > 2:
        raise UsageError("--models and --rules may be given twice at most")
    return list(
        zip(left * (count if len(left) == 1 else 1), right * (count if len(right) == 1 else 1), strict=True)
    )


def _versions(
    marked: Sequence[Marked],
    paths: list[Path],
    against: Path | None,
    pairs: list[tuple[Path | None, Path | None]],
    lang: Lang,
) -> list[tuple[str, list[Result]]]:
    """One or two lists of results, each with a name."""
    from ..results import load_results

    earlier = len(paths) == 1 and _holds_results(paths[0])
    if earlier and pairs != [(None, None)]:
        raise UsageError(
            "--models and --rules score anew; give transcripts, or GOLD alone, instead of results"
        )
    if against is not None and len(pairs) > 1:
        raise UsageError("--against goes with one version; leave out the second --models or --rules")
    if earlier:
        found = [(str(paths[0]), list(load_results(paths[0])))]
    else:
        found = [(_name(*pair), _scored(marked, paths, *pair, lang)) for pair in pairs]
    return found + ([(str(against), list(load_results(against)))] if against else [])


def _holds_results(path: Path) -> bool:
    """Whether the path is results.jsonl or a folder with one; transcripts have no schema."""
    file = path / "results.jsonl" if path.is_dir() else path
    if not file.is_file() or file.suffix != ".jsonl":
        return False
    with file.open("rb") as lines:
        return lines.readline(64).startswith(b'{"schema"')


def _name(models: Path | None, rules: Path | None) -> str:
    return " + ".join(str(path) for path in (models, rules) if path) or "autoscorer"


def _scored(
    marked: Sequence[Marked], paths: list[Path], models: Path | None, rules: Path | None, lang: Lang
) -> list[Result]:
    from ..execute import score_many
    from ..learn.judge import transcripts
    from ..pipeline import Scorer

    scorer = Scorer(rules=rules, models=models, lang=lang)
    return list(score_many(paths or transcripts(marked), scorer=scorer))


def _note(line: str) -> None:
    from .screen import one_line

    print(one_line(line), file=sys.stderr)


def _print_json(judged: Sequence[Judged], change: Mapping[str, Any], errors: int) -> None:
    from ..learn.judge import summary, worst

    found = [{**summary(j), "errors": worst(j, errors)} for j in judged]
    value: dict[str, Any] = {"versions": found}
    if len(judged) == 2:
        value["difference"] = {t: {k: asdict(v) for k, v in named.items()} for t, named in change.items()}
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _print_tables(judged: Sequence[Judged], change: Mapping[str, Any], errors: int, lang: Lang) -> None:
    from ..learn.judge import summary, worst
    from ..learn.words import say
    from . import screen

    out, sums = screen.console(sys.stdout), [summary(j) for j in judged]
    for j in judged:
        out.print(screen.one_line(j.name), style="bold")
        out.print(
            say(lang, "counts", dialogues=j.dialogues, missing=len(j.missing), mismatched=len(j.mismatched))
        )
    for task in judged[0].tasks:
        out.print()
        out.print(task, style="bold")
        _task_tables(out, [s["tasks"][task] for s in sums], change.get(task), lang)
    for s in sums:
        if s["score"]:
            out.print()
            out.print(say(lang, "score", **s["score"]))
    for j in judged:
        _print_errors(out, worst(j, errors), lang)


def _task_tables(out: Any, sums: Sequence[Mapping[str, Any]], change: Any, lang: Lang) -> None:
    from ..learn.card import shown
    from ..learn.words import say
    from . import screen
    from .train import label_rows

    two = len(sums) == 2
    heads = [say(lang, "figure"), *(["1", "2", say(lang, "difference")] if two else [""])]
    rows = [
        (
            name,
            *(shown(s["figures"][name]) for s in sums),
            *([shown(asdict(change[name]), sign=True)] if two else []),
        )
        for name in sums[0]["figures"]
    ]
    out.print(screen.grid(heads, rows, aligned=True))
    for s in sums:
        out.print(screen.grid(*label_rows(s["labels"], lang), aligned=True))
        if "confusion" in s:
            across = list(next(iter(s["confusion"].values())))
            out.print(say(lang, "confusion"))
            table = [(wanted, *(str(row[name]) for name in across)) for wanted, row in s["confusion"].items()]
            out.print(screen.grid(["", *across], table, aligned=True))
        out.print(say(lang, "calibration", error=s["calibration_error"]))


def _print_errors(out: Any, rows: Sequence[Mapping[str, Any]], lang: Lang) -> None:
    from ..learn.words import say
    from .screen import one_line

    if rows:
        out.print()
        out.print(say(lang, "errors"), style="bold")
    for row in rows:
        gold, found = ", ".join(row["gold"]) or "-", ", ".join(row["found"]) or "-"
        out.print(
            say(
                lang,
                "error",
                task=row["task"],
                place=row["place"],
                gold=gold,
                found=found,
                p=row["probability"],
            ),
            soft_wrap=True,
        )
        if row["before"]:
            out.print("    " + one_line(row["before"])[:80], style="dim", soft_wrap=True)
        out.print("    " + one_line(row["text"])[:80], soft_wrap=True)

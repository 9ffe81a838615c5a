"""`report`: earlier results as one page, or as a workbook."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Language

if TYPE_CHECKING:
    from ..types import Result


def report(
    results: Annotated[list[Path], typer.Argument(help="results.jsonl of earlier runs, or their folders.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="A .html page or a .xlsx workbook.")
    ] = Path("report.html"),
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.zh,
    no_text: Annotated[bool, typer.Option("--no-text", help="No word of the transcripts, no quote.")] = False,
    title: Annotated[str, typer.Option(help="Title of the report.")] = "",
    settings: Annotated[
        Path | None,
        typer.Option(help="Report settings YAML: goals, alerts, training topics; the default ones."),
    ] = None,
    rubric: Annotated[
        Path | None, typer.Option(help="Rubric YAML that gives names; the default one.")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="Rule book YAML that gives names; the default one.")
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No summary.")] = False,
) -> None:
    """Make a report of earlier results: one HTML file that opens from disk, or a workbook.

    Exit codes: 0 done, 2 usage, or results that cannot be read.
    """
    from ..report import make_options, write_report
    from ..results import load_results

    options = make_options(
        lang=lang.value, text=not no_text, title=title, rubric=rubric, rules=rules, settings=settings
    )
    told = _Count()
    path = write_report(
        told.through(chain.from_iterable(map(load_results, results))), output, options=options
    )
    if not quiet:
        from .screen import one_line

        size = path.stat().st_size / 1e6
        print(f"wrote {one_line(str(path))}: {told.count} contacts, {size:.1f} MB", file=sys.stderr)


class _Count:
    """Counts what passes."""

    count = 0

    def through(self, results: Iterator[Result]) -> Iterator[Result]:
        for result in results:
            self.count += 1
            yield result

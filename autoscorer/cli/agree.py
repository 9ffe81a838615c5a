"""`agree` and `calibrate`: scorecards beside people's scores."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from .options import LangOption, Language, RubricOption

Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="results.jsonl of a run, or its folder.")]
Human = Annotated[
    list[Path],
    typer.Argument(
        metavar="HUMAN...", help="People's scores: csv, xlsx, JSON lines, or filled-in review lists."
    ),
]


def agree(
    results: Results,
    human: Human,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE.xlsx", help="All of it as a workbook; a new file."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All of it as JSON on stdout.")] = False,
    group: Annotated[
        str, typer.Option("--group", help="The metadata field whose values are the agent groups.")
    ] = "team",
    resamples: Annotated[
        int, typer.Option(min=50, max=100_000, help="Bootstrap resamples for the intervals.")
    ] = 500,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same intervals.")] = 0,
    rubric: RubricOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Say how far scorecards match people's scores, and people each other.

    A row for each contact and inspector, with columns such as 会话, 质检员, 总分, 等级 and criteria by id or
    name; or a row for each criterion, with 评分项 and 判定.
    Exit codes: 0 done, 1 some rows could not be used (the rest was), 2 usage.
    """
    from ..agreement import Sampling, book, compare, measures, record
    from ..errors import UsageError
    from ..review.book import refuse_existing
    from . import agreed, people

    measures.need()
    if output is not None:
        if output.suffix.lower() != ".xlsx":
            raise UsageError(f"{output}: the workbook is an .xlsx file")
        refuse_existing(output)
    catalog, findings, source = people.heard(human, results)
    if not findings.judgements:
        people.tell(findings.problems)
        raise UsageError("no row of people's scores could be used")
    judged = {name: catalog.cards[name] for name in {j.contact for j in findings.judgements}}
    bands = agreed.bands(judged, rubric)
    found = compare(findings.judgements, judged, bands=bands, group=group, how=Sampling(resamples, seed))
    if as_json:
        json.dump(record(found), sys.stdout, ensure_ascii=False, indent=1)
        typer.echo()
    else:
        agreed.show(found, lang.value)
    faults = source.tell() + people.tell(findings.problems)
    left = sum(not problem.used for problem in findings.problems)
    people.note(f"{len(findings.judgements)} judgements of {len(judged)} contacts used, {left} left out")
    for line in found.notes:
        people.note(line)
    if output is not None:
        book.write(output, found, judged, lang.value)
        people.note(f"wrote {output}")
    raise typer.Exit(1 if faults else 0)


def calibrate(
    results: Results,
    human: Human,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", metavar="FILE.yaml", help="The new rubric; a file that is not there yet."
        ),
    ],
    level: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="0: only the order of contacts shall be people's; 1: only the totals."
        ),
    ] = 0.5,
    as_json: Annotated[bool, typer.Option("--json", help="Gain and changes as JSON on stdout.")] = False,
    resamples: Annotated[
        int, typer.Option(min=50, max=100_000, help="Bootstrap resamples for the intervals.")
    ] = 500,
    seed: Annotated[int, typer.Option("--seed", help="Of the folds and the intervals.")] = 0,
    rubric: RubricOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Propose a rubric nearer to people's totals: weights, points, shares, deductions, grade thresholds.

    The gain is measured on contacts that were not fitted (five folds). Conditions stay as they are; the new file
    is the old one with other numbers and a higher version.
    Exit codes: 0 done, 1 some rows could not be used (the rest was), 2 usage.
    """
    from ..agreement import Sampling, measures
    from ..agreement.fit import Settings
    from ..review.book import refuse_existing
    from . import calibrated, people

    measures.need()
    refuse_existing(output)
    catalog, findings, source = people.heard(human, results)
    proposal = calibrated.propose(
        findings.judgements, catalog.cards, rubric, Settings(level, seed), Sampling(resamples, seed)
    )
    if as_json:
        json.dump(calibrated.record(proposal), sys.stdout, ensure_ascii=False, indent=1)
        typer.echo()
    else:
        calibrated.show(proposal, lang.value)
    faults = source.tell() + people.tell(findings.problems)
    calibrated.write(proposal, catalog.cards, rubric, output)
    if not proposal.better:
        people.note("the order of contacts is not nearer to people's beyond chance: look before you use it")
    people.note(f"wrote {output}")
    raise typer.Exit(1 if faults else 0)

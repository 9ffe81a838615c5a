"""`sample` and `review`: lists for people, and what they said."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from .options import LangOption, Language, RubricOption

app = typer.Typer(help="People's corrections and appeals: import, show, export.", no_args_is_help=True)

Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="results.jsonl of a run, or its folder.")]


def sample(
    results: Results,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help="The review list; a new file.")
    ],
    count: Annotated[int, typer.Option("--n", min=1, help="How many contacts.")] = 50,
    by: Annotated[
        str,
        typer.Option(
            "--by", help="risk, uncertain, random, agent: an equal part by each, separated by commas."
        ),
    ] = "risk,uncertain,random,agent",
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same list.")] = 0,
    lang: LangOption = Language.zh,
) -> None:
    """Choose contacts for people to review; a workbook with the dialogue, the verdicts and cells to fill in.

    Exit codes: 0 done, 1 some lines of RESULTS could not be read, 2 usage.
    """
    from ..errors import UsageError
    from ..review import choose, traits, write_sheet
    from ..review.book import refuse_existing
    from ..rubric import load_rubric
    from . import people

    if output.suffix.lower() != ".xlsx":
        raise UsageError(f"{output}: a review list is an .xlsx file")
    refuse_existing(output)
    source = people.Results(results)
    found = [traits(card) for card in source.cards()]
    picks = choose(found, count, [name.strip() for name in by.split(",") if name.strip()], seed)
    cards = people.Results(results).wanted({pick.id for pick in picks})
    names = {s.id: (s.name if lang.value == "zh" else s.name_en) or s.name for s in load_rubric().sections}
    written = write_sheet(output, ((pick, cards[pick.id]) for pick in picks), lang.value, sections=names)
    faults = source.tell()
    people.note(f"{written} of {source.scored} contacts; {source.failed} failures have no score to review")
    people.note(f"wrote {output}")
    raise typer.Exit(1 if faults else 0)


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A filled-in review list, a report's .xlsx with appeals, or a table of scores.",
        ),
    ],
    results: Annotated[
        Path, typer.Option("--results", metavar="RESULTS", help="The results it was made from.")
    ],
    by: Annotated[str, typer.Option("--by", help="The inspector, where the file names none.")] = "",
    rubric: RubricOption = None,
) -> None:
    """Add corrections and appeals to the log beside the results. Importing twice changes nothing.

    Exit codes: 0 done, 1 some rows could not be used (the rest was added), 2 usage.
    """
    from ..review import Judgement, TurnLabels, log
    from . import people

    catalog, findings, source = people.heard([file], results, by=by, strict=True, rubric=rubric)
    said: list[Judgement | TurnLabels] = [*findings.judgements, *findings.labels]
    added = log.append(log.beside(results), (log.entry(one, catalog.cards[one.contact]) for one in said))
    faults = source.tell() + people.tell(findings.problems)
    left = sum(not problem.used for problem in findings.problems)
    people.note(f"{added.new} added, {added.known} known already, {left} left out")
    if said:
        people.note(f"log: {log.beside(results)}")
    raise typer.Exit(1 if faults else 0)


@app.command()
def show(
    results: Results,
    rubric: RubricOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a contact.")] = False,
    lang: LangOption = Language.zh,
) -> None:
    """Show what people said, beside the machine's verdicts, and which of them counts."""
    from . import reviewed

    finals = reviewed.finals(results, rubric, everything=False)
    if as_json:
        for card in finals:
            sys.stdout.write(json.dumps(reviewed.record(card), ensure_ascii=False) + "\n")
        return
    reviewed.show(finals, lang.value)


@app.command()
def export(
    results: Results,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", metavar="FILE", help="A new .jsonl or .xlsx file; with --labels, .jsonl."
        ),
    ],
    labels: Annotated[
        bool, typer.Option("--labels", help="Training data for `autoscorer train` instead of final scores.")
    ] = False,
    rubric: RubricOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Write final results, which hold the machine's verdict and the person's, or training data."""
    from ..review.book import refuse_existing
    from . import people, reviewed

    refuse_existing(output)
    if labels:
        written, silent = reviewed.write_labels(results, output)
        people.note(
            f"{written} dialogues with labels; in {silent} reviewed contacts nothing points at a turn"
        )
    else:
        people.note(f"{reviewed.write_final(results, output, rubric, lang.value)} contacts")
    people.note(f"wrote {output}")

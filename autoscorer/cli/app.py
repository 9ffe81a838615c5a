"""The verbs and their options. Each calls the library; heavy imports happen inside."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from . import agree, authoring, evaluate, report, review, train
from . import models as kept
from .options import LangOption, Language, MaskOption, RubricOption, RulesOption

app = typer.Typer(
    name="autoscorer",
    help="Scores Chinese customer-service transcripts offline, with the evidence for each point.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Schema(StrEnum):
    """What has a published JSON Schema."""

    result = "result"
    rules = "rules"
    rubric = "rubric"


class Engines(StrEnum):
    """Where transcripts are scored."""

    local = "local"
    ray = "ray"


ModelsOption = Annotated[
    Path | None,
    typer.Option("--models", help="Folder of models in place of your own; see `autoscorer models`."),
]
NoModelsOption = Annotated[
    bool, typer.Option("--no-models", help="Run no classifiers; criteria that need them are not applicable.")
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE|DIR", help="A .jsonl, .csv, .xlsx or .parquet, or a folder."
    ),
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--format", help="table, jsonl, csv, xlsx, parquet; may be repeated. In a folder: jsonl, csv, xlsx."
    ),
]
NoTextOption = Annotated[
    bool, typer.Option("--no-text", help="Write no word of the transcripts: scores and places only.")
]
QuietOption = Annotated[bool, typer.Option("-q", "--quiet", help="No table, progress or summary.")]
FailUnderOption = Annotated[
    float | None,
    typer.Option("--fail-under", min=0, max=100, help="Exit with 3 if a contact's total is below this."),
]
Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATHS...", help="Files, folders, archives, patterns, or - for JSON lines on stdin."
    ),
]


@app.callback(invoke_without_command=True)
def _root(show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if show:
        typer.echo(version("autoscorer"))
        raise typer.Exit


@app.command()
def score(
    paths: Paths,
    output: OutputOption = None,
    rubric: RubricOption = None,
    rules: RulesOption = None,
    models: ModelsOption = None,
    no_models: NoModelsOption = False,
    formats: FormatOption = None,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that score.")] = 1,
    engine: Annotated[
        Engines, typer.Option(help="local, or ray: on a Ray cluster (extra 'ray').")
    ] = Engines.local,
    address: Annotated[
        str | None, typer.Option(help="A running Ray cluster; without it, ray runs on this machine.")
    ] = None,
    only_failed: Annotated[
        bool,
        typer.Option("--only-failed", help="Keep the scorecards of the last run into this DIR as they are."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Take nothing from the last run into this DIR.")
    ] = False,
    mask: MaskOption = False,
    no_text: NoTextOption = False,
    quiet: QuietOption = False,
    fail_under: FailUnderOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Score transcripts. Into a folder: the same command goes on after an interruption, and scores what changed.

    Exit codes: 0 done, 1 some inputs failed (the rest was written), 2 usage, 3 a total below --fail-under,
    130 interrupted.
    """
    from ..execute import Engine
    from ..pipeline import Scorer
    from ..privacy import Privacy
    from .run import Again, Run, score_paths

    scorer = Scorer(
        rubric,
        rules=rules,
        models=models,
        use_models=not no_models,
        lang=lang.value,
        privacy=Privacy(mask, not no_text),
    )
    run = Run(output, tuple(formats or ()), quiet, fail_under, lang.value)
    chosen = Engine(workers, engine is Engines.ray, address)
    raise typer.Exit(score_paths(paths, scorer, run, Again(force, only_failed), chosen))


@app.command()
def rescore(
    results: Annotated[Path, typer.Argument(help="results.jsonl of an earlier run, or its folder.")],
    output: OutputOption = None,
    rubric: RubricOption = None,
    rules: RulesOption = None,
    models: ModelsOption = None,
    formats: FormatOption = None,
    mask: MaskOption = False,
    no_text: NoTextOption = False,
    quiet: QuietOption = False,
    fail_under: FailUnderOption = None,
    compare: Annotated[
        bool,
        typer.Option("--compare", help="Show who moves and why; writes no results. -o FILE.xlsx keeps it."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The comparison as JSON.")] = False,
    lang: LangOption = Language.zh,
) -> None:
    """Score earlier results again under another rubric; runs no model. Exit codes as for score."""
    from ..pipeline import Scorer
    from ..privacy import Privacy
    from .comparing import compare_results, refuse_idle
    from .run import Run, rescore_results

    refuse_idle(compare, {"--format": formats, "--fail-under": fail_under, "--quiet": quiet}, as_json=as_json)
    privacy = Privacy(mask, not no_text)
    scorer = Scorer(rubric, rules=rules, models=models, use_models=False, lang=lang.value, privacy=privacy)
    if compare:
        raise typer.Exit(compare_results(results, scorer, output=output, as_json=as_json))
    run = Run(output, tuple(formats or ()), quiet, fail_under, lang.value)
    raise typer.Exit(rescore_results(results, scorer, run))


@app.command()
def explain(
    path: Annotated[str, typer.Argument(help="A transcript, or - for JSON lines on stdin.")],
    id: Annotated[
        str | None, typer.Option("--id", help="Which conversation, where the file holds several.")
    ] = None,
    rubric: RubricOption = None,
    rules: RulesOption = None,
    models: ModelsOption = None,
    no_models: NoModelsOption = False,
    mask: MaskOption = False,
    lang: LangOption = Language.zh,
) -> None:
    """Show one transcript with its evidence, criterion by criterion."""
    from ..pipeline import Scorer
    from ..privacy import Privacy
    from .explain import explain_path

    scorer = Scorer(
        rubric,
        rules=rules,
        models=models,
        use_models=not no_models,
        lang=lang.value,
        privacy=Privacy(mask),
    )
    raise typer.Exit(explain_path(path, scorer, only=id))


@app.command()
def check(
    rubric: RubricOption = None,
    rules: RulesOption = None,
    models: ModelsOption = None,
    no_models: NoModelsOption = False,
) -> None:
    """Validate rules, rubric and models; every mistake with its file, line and key. Exit code 2 if any.

    What is allowed but surely not meant, such as a phrase that can never hit, is a warning.
    """
    from ..authoring import lint
    from ..pipeline import Scorer
    from ..rules import classifiers_of

    scorer = Scorer(rubric, rules=rules, models=models, use_models=not no_models)
    criteria = sum(len(section.criteria) for section in scorer.rubric.sections)
    typer.echo(f"rules   ok  {scorer.rules.id}@{scorer.rules.version}: {len(scorer.rules.rules)} rules, "
               f"{len(scorer.rules.behaviors)} behaviors")  # fmt: skip
    for warning in lint(scorer.rules):
        typer.echo(f"rules   !!  {warning.rule}: {warning.key}: {warning.message}")
    if scorer.classifiers is None:
        for rule, needed in classifiers_of(scorer.rules).items():
            typer.echo(
                f"rules   --  {rule} needs the classifier {', '.join(needed)}: it finds nothing without"
            )
    varied = f", {len(scorer.rubric.forms)} variants" if scorer.rubric.forms else ""
    typer.echo(
        f"rubric  ok  {scorer.rubric.label}: {len(scorer.rubric.sections)} sections, {criteria} criteria{varied}"
    )
    tasks = (
        ", ".join(sorted(scorer.classifiers.sha256)) if scorer.classifiers else "not checked (--no-models)"
    )
    typer.echo(f"models  ok  {tasks}" if scorer.classifiers else f"models  --  {tasks}")


@app.command()
def info(models: ModelsOption = None) -> None:
    """Print versions, where rules, rubric and models lie, and their sha256."""
    from .about import facts

    for key, value in facts(models):
        typer.echo(f"{key:<20} {value}")


@app.command()
def schema(
    of: Annotated[
        Schema, typer.Option("--of", help="Of what: a result, a rule book, or a rubric.")
    ] = Schema.result,
) -> None:
    """Print the JSON Schema of a result, a rule book or a rubric."""
    from .about import schema_of

    json.dump(schema_of(of.value), sys.stdout, ensure_ascii=False, indent=2)
    typer.echo()


app.command()(report.report)
app.command()(train.train)
app.command()(evaluate.evaluate)
app.add_typer(kept.app, name="models")
app.command()(review.sample)
app.add_typer(review.app, name="review")
app.command()(agree.agree)
app.command()(agree.calibrate)
app.command("try")(authoring.try_)
app.add_typer(authoring.app, name="rules")

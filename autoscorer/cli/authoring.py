"""`try` and `rules`: for people who write rules."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from .options import RulesOption

app = typer.Typer(
    no_args_is_help=True, help="For authors of rules: run cases, count hits, compare two books."
)

Json = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Paths = Annotated[list[str], typer.Argument(metavar="PATHS...", help="Transcripts: files or folders.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]
FAILED = 1


class Speaker(StrEnum):
    """Who says the text."""

    agent = "agent"
    customer = "customer"


def try_(
    text: Annotated[str, typer.Argument(help="What is said in one turn.")],
    role: Annotated[Speaker, typer.Option(help="Who says it.")] = Speaker.agent,
    rules: RulesOption = None,
    as_json: Json = False,
) -> None:
    """Show which rules fire on a text, on which words, and which are held back by what."""
    from ..authoring import attempt
    from ..pipeline import rules_in_use
    from . import screen

    found = attempt(text, rules_in_use(rules), role=role.value)
    if as_json:
        _print_json([_attempt(a) for a in found])
        return
    out = screen.console(sys.stdout)
    out.print(screen.grid(
        ("rule", "behavior", "words", "confidence", "held back by"),
        [[a.rule.id, a.rule.behavior, _marked(text, a.found.span.start, a.found.span.end),
          f"{a.rule.confidence:g}", ", ".join(a.held_back)] for a in found],
    ))  # fmt: skip
    if not any(not a.held_back for a in found):
        typer.echo("no rule fires")


@app.command("test")
def test_(
    cases: Annotated[list[Path], typer.Argument(metavar="CASES...", help="YAML files or folders of cases.")],
    rules: RulesOption = None,
) -> None:
    """Run cases (texts that must hit, texts that must not) like tests. Exit code 1 where one fails."""
    from ..authoring import load_cases, run_cases
    from ..pipeline import rules_in_use
    from . import screen

    book = rules_in_use(rules)
    listed = load_cases(cases, book)
    missed = run_cases(listed, book)
    for miss in missed:
        said = miss.case.transcript.utterances[-1].text
        wanted = "must hit, nothing found" if miss.case.hit else f"must not hit, found {miss.found}"
        typer.echo(screen.one_line(f"{miss.case.place}: {miss.case.behavior}: {wanted}: {said}"))
    hits = sum(case.hit for case in listed)
    typer.echo(f"{len(listed)} cases ({hits} hits, {len(listed) - hits} near misses), {len(missed)} failed")
    raise typer.Exit(FAILED if missed else 0)


@app.command()
def stats(
    paths: Paths,
    rules: RulesOption = None,
    gold: Annotated[
        Path | None, typer.Option(help="Annotated dialogues (JSON lines): adds precision and misses.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Count what each rule does: coverage, overlap, dead rules and, with --gold, precision and misses."""
    from dataclasses import asdict

    from ..authoring import statistics
    from ..pipeline import rules_in_use
    from ..readers import read_many
    from ..types import Transcript
    from . import screen

    book = rules_in_use(rules)
    transcripts = (t for t in read_many(paths) if isinstance(t, Transcript))
    figures = statistics(transcripts, book, _gold(gold) if gold else None)
    if as_json:
        _print_json([{**asdict(f), "precision": f.precision} for f in figures])
        return
    heads = (
        "rule",
        "turns",
        "contacts",
        "alone",
        *(("precision", "judged", "behavior missed") if gold else ()),
    )
    lines = [
        [f.rule, str(f.turns), str(f.contacts), str(f.alone),
         *(["—" if f.precision is None else f"{f.precision:.2f}", str(f.judged), str(f.missed)] if gold else [])]
        for f in figures
    ]  # fmt: skip
    screen.console(sys.stdout).print(screen.grid(heads, lines))
    dead = [f.rule for f in figures if not f.turns]
    if dead:
        typer.echo(f"never hit: {', '.join(dead)}")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A rule book.")],
    new: Annotated[Path, typer.Argument(help="Another one.")],
    paths: Paths,
    as_json: Json = False,
) -> None:
    """Show which findings change from one rule book to another, with quotes."""
    from ..authoring import difference
    from ..pipeline import rules_in_use
    from ..readers import read_many
    from ..types import Transcript
    from . import screen

    transcripts = (t for t in read_many(paths) if isinstance(t, Transcript))
    found = list(difference(rules_in_use(old), rules_in_use(new), transcripts))
    if as_json:
        _print_json([
            {"contact": c.contact, "turn": c.turn, "behavior": c.found.behavior, "rule": c.found.source[5:],
             "gained": c.gained, "quote": c.found.text, "text": c.text}
            for c in found
        ])  # fmt: skip
        return
    for c in found:
        span = c.found.span
        mark = "+" if c.gained else "-"
        where = f"{c.contact} turn {c.turn + 1}"
        rule = c.found.source.removeprefix("rule:")
        typer.echo(screen.one_line(f"{mark} {rule:<28} {where}: {_marked(c.text, span.start, span.end)}"))
    gained = sum(c.gained for c in found)
    typer.echo(f"{gained} gained, {len(found) - gained} lost")


@app.command("export")
def export(
    output: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook; a new file.")],
    rules: RulesOption = None,
    force: Force = False,
) -> None:
    """Write a rule book as an Excel workbook, for people who do not write YAML. `rules import` reads it again."""
    from ..authoring.workbook import export_rules
    from ..pipeline import own_tasks
    from . import people

    _refuse_suffix(output, ".xlsx")
    book = export_rules(rules, output, tasks=own_tasks(), force=force)
    people.note(f"wrote {output}: {book.id}@{book.version}")


@app.command("import")
def import_(
    workbook: Annotated[
        Path, typer.Argument(metavar="FILE.xlsx", help="A workbook as `rules export` writes it.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE.yaml", help="The rule book; a new file.")
    ],
    force: Force = False,
) -> None:
    """Write the rule book of a workbook as YAML. Every mistake is named with its sheet, row and column."""
    from ..authoring.workbook import import_rules
    from ..pipeline import own_tasks
    from . import people

    _refuse_suffix(output, ".yaml", ".yml")
    book = import_rules(workbook, output, tasks=own_tasks(), force=force)
    people.note(f"wrote {output}: {book.id}@{book.version}")


def _refuse_suffix(path: Path, *allowed: str) -> None:
    from ..errors import UsageError

    if path.suffix.lower() not in allowed:
        raise UsageError(f"{path}: must end in {' or '.join(allowed)}")


def _gold(path: Path) -> dict[tuple[str, int], frozenset[str]]:
    """The behaviors of each turn in annotated dialogues, by id and turn."""
    from ..learn.gold import gold
    from ..learn.labelled import read_labelled

    dialogues = gold("behaviors", read_labelled([path]).dialogues).dialogues
    return {(d.id, turn): labels for d in dialogues for turn, labels in d.golds.items()}


def _attempt(found: Any) -> dict[str, Any]:
    span = found.found.span
    return {
        "rule": found.rule.id, "behavior": found.rule.behavior, "start": span.start, "end": span.end,
        "text": found.found.text, "confidence": found.rule.confidence, "held_back": list(found.held_back),
    }  # fmt: skip


def _marked(text: str, start: int, end: int) -> str:
    """The words of a hit in brackets, with a little of what stands around them."""
    return f"{text[max(0, start - 8) : start]}【{text[start:end]}】{text[end : end + 8]}"


def _print_json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    typer.echo()

"""Agreement on the screen."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..agreement import Agreement, Bands, Estimate
from ..agreement.compare import UNFIT_AGREEMENT, UNFIT_ALPHA, Bias, Side, Subject
from ..agreement.words import MEASURES, WORDS
from ..rubric import load_rubric
from ..types import Scorecard
from . import screen

SIDES = ("machine", "people", "mean")
WORST = 10


def bands(cards: Mapping[str, Scorecard], rubric: Path | None) -> Bands | None:
    """The grades of the rubric, where it is the one that made the results."""
    loaded = load_rubric(rubric)
    if {card.analysis.provenance.get("rubric_sha256") for card in cards.values()} != {loaded.sha256}:
        return None
    english = {g.name_en for g in loaded.grades} & {card.grade for card in cards.values()}
    grades = sorted(loaded.grades, key=lambda g: g.at_least)
    names = tuple((g.name_en or g.name) if english else g.name for g in grades)
    return Bands(names, tuple(g.at_least for g in grades))


def show(found: Agreement, lang: str) -> None:
    """Print the tables."""
    out, words = screen.console(sys.stdout), WORDS[lang]
    title = words["title"].format(contacts=found.contacts, people=len(found.inspectors), shared=found.shared)
    out.print(Text(title, "bold"))
    for subject in (found.total, found.grade):
        if subject:
            _measures(out, subject, words[subject.id], lang)
    if found.criteria:
        _criteria(out, found, lang)
    for key, biases in (("inspectors", found.by_inspector), ("groups", found.by_group)):
        if biases:
            _biases(out, biases, words[f"{key}_heads"])
    _worst(out, found, lang)
    if found.unfit:
        names = "、".join(c.name for c in found.criteria if c.unfit)
        text = words["unfit_list"].format(alpha=UNFIT_ALPHA, agreement=UNFIT_AGREEMENT, names=names)
        out.print(Text("\n" + screen.one_line(text), "red"))


def _table(*heads: str) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(1, 2, 0, 0), collapse_padding=True)
    for place, head in enumerate(heads):
        made.add_column(head, justify="left" if place == 0 else "right", overflow="fold")
    made.padding = (0, 2, 0, 0)
    return made


def _measures(out: Console, subject: Subject, name: str, lang: str) -> None:
    """A row for each measure; a column for each comparison."""
    sides = {key: side for key in SIDES if (side := getattr(subject, key)) and side.pairs}
    table = _table(name, *(f"{WORDS[lang][key]} (n={side.pairs})" for key, side in sides.items()))
    for measure, title in MEASURES[lang].items():
        if measure in subject.machine.measures:
            table.add_row(title, *(number(side.measures[measure]) for side in sides.values()))
    out.print()
    out.print(table)


def _criteria(out: Console, found: Agreement, lang: str) -> None:
    words, short = WORDS[lang], ("agreement", "kappa", "alpha")
    table = _table(words["criterion"], words["pairs"], *words["short"])
    for c in found.criteria:
        rates = [f"{rate:.0%}" for rate in c.not_applicable] if c.not_applicable else ["—", "—"]
        row = [
            *(number(c.machine.measures[m], places=2) for m in short),
            number(c.people.measures["alpha"], places=2),
        ]
        table.add_row(
            Text(screen.one_line(c.name), "red" if c.unfit else ""), str(c.machine.pairs), *row, *rates
        )
    out.print()
    out.print(table)


def _biases(out: Console, biases: tuple[Bias, ...], heads: tuple[str, ...]) -> None:
    others = any(bias.from_others for bias in biases)
    table = _table(*heads[:3], *([heads[5]] if others else []))
    for bias in biases:
        cells = [number(bias.difference, places=1)] + ([number(bias.from_others, places=1)] if others else [])
        table.add_row(Text(screen.one_line(bias.name)), str(bias.contacts), *cells)
    out.print()
    out.print(table)


def _worst(out: Console, found: Agreement, lang: str) -> None:
    words = WORDS[lang]
    table = _table(words["worst_title"], *words["worst_heads"][1:4])
    for d in found.worst[:WORST]:
        said = ", ".join(f"{by} {total:g}" for by, total in sorted(d.people.items())[:4])
        table.add_row(
            Text(screen.one_line(d.contact)),
            f"{d.machine:g}",
            Text(screen.one_line(said)),
            f"{d.difference:+.1f}",
        )
    if found.worst:
        out.print()
        out.print(table)


def number(estimate: Estimate | None, *, places: int = 3) -> str:
    """A figure with its interval; a dash where there is none."""
    if estimate is None or estimate.value is None:
        return "—"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.{places}f}"
    return f"{estimate.value:.{places}f} ({estimate.low:.{places}f}–{estimate.high:.{places}f})"


__all__ = ["Side", "bands", "number", "show"]

"""The agreement as a workbook for the head of quality."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..review.book import Book
from ..review.values import OUTCOMES
from ..types import Scorecard
from .compare import Agreement, Bias, Subject
from .measures import Estimate
from .words import MEASURES, WORDS

KEPT = 200
"""Contacts on the sheet of disagreements."""


def write(path: Path, found: Agreement, cards: Mapping[str, Scorecard], lang: str) -> None:
    """Write the sheets. Raises UsageError where the file is there or cannot be written."""
    words = WORDS[lang]
    book = Book(path, "agreement")
    heads = [words["subject"], words["pairs"], words["measure"], words["value"], words["low"], words["high"]]
    overall = book.sheet(words["overall"], [words["between"], *heads], (16, 16, 8, 22, 10, 10, 10))
    for subject in (found.total, found.grade):
        for row in _sides(subject, lang) if subject else ():
            overall.add(row)
    criteria = book.sheet(words["criteria"], [words["between"], *heads, words["na_machine"], words["na_people"], words["unfit"]],
                          (16, 22, 8, 22, 10, 10, 10, 14, 14, 14))  # fmt: skip
    for subject in found.criteria:
        for row in _sides(subject, lang):
            rates = [round(r, 3) for r in subject.not_applicable] if subject.not_applicable else ["", ""]
            criteria.add(
                [*row, *rates, words["yes"] if subject.unfit else ""], "bad" if subject.unfit else "plain"
            )
    for name, biases in (("inspectors", found.by_inspector), ("groups", found.by_group)):
        sheet = book.sheet(words[name], words[f"{name}_heads"], (20, 10, 12, 12, 12, 14, 12, 12))
        for bias in biases:
            sheet.add(_bias(bias))
    _worst(book, found, cards, lang)
    book.save()


def _sides(subject: Subject, lang: str) -> list[list[object]]:
    words = WORDS[lang]
    rows: list[list[object]] = []
    for key, side in (("machine", subject.machine), ("people", subject.people), ("mean", subject.mean)):
        for measure, estimate in side.measures.items() if side and side.pairs else ():
            name = words.get(subject.id, subject.name)
            rows.append([words[key], name, side.pairs, MEASURES[lang][measure], *_cells(estimate)])  # type: ignore[union-attr]
    return rows


def _cells(estimate: Estimate | None) -> list[object]:
    values = (estimate.value, estimate.low, estimate.high) if estimate else (None, None, None)
    return [None if value is None else round(value, 4) for value in values]


def _bias(bias: Bias) -> list[object]:
    return [bias.name, bias.contacts, *_cells(bias.difference), *_cells(bias.from_others)]


def _worst(book: Book, found: Agreement, cards: Mapping[str, Scorecard], lang: str) -> None:
    """The farthest contacts: totals, then each criterion that people judged otherwise, with its quotes."""
    words = WORDS[lang]
    sheet = book.sheet(words["worst"], words["worst_heads"], (20, 9, 22, 9, 20, 12, 16, 60, 60))
    for d in found.worst[:KEPT]:
        said = "，".join(f"{by} {total:g}" for by, total in sorted(d.people.items()))
        sheet.add([d.contact, d.machine, said, round(d.difference, 2), *[""] * 5], "first")
        scores = {c.name: c for c in cards[d.contact].criteria}
        for name, machine, people, reason in d.criteria:
            quotes = "\n".join(f"{e.span.turn + 1}: {e.text}" for e in scores[name].evidence[:5])
            shown = [_outcome(machine, lang), "/".join(_outcome(one, lang) for one in people.split("/"))]
            sheet.add([d.contact, "", "", "", name, *shown, reason, quotes])


def _outcome(name: str, lang: str) -> str:
    known = OUTCOMES[name]  # type: ignore[index]
    return known[0] if lang == "zh" else next(word for word in known if word.isascii())

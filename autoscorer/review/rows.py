"""Rows of a table become judgements, cell by cell."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..text import normalize
from ..types import Outcome, Scorecard
from . import columns
from .catalog import Catalog, Findings
from .grids import Grid, Line
from .values import (
    APPEALS,
    GRADE,
    OUTCOMES,
    TOTAL,
    Appeal,
    Judgement,
    Place,
    Problem,
    TurnLabels,
    appeal,
    outcome,
)

TOTALS = ("total", "总分")
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}")
_MARKS = {"percent": "the percent sign is read as a number from 0 to 100"}


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a grid with the columns it is read by."""

    grid: Grid
    line: Line
    at: Mapping[str, int]

    def get(self, name: str) -> str:
        column = self.at.get(name)
        return self.line.cells[column] if column is not None and column < len(self.line.cells) else ""

    def problem(self, name: str, message: str, *, used: bool = False) -> Problem:
        return Problem(self.grid.place(self.line, self.at.get(name)), message, used)


class Reader:
    """Reads one grid into `findings`."""

    def __init__(self, grid: Grid, catalog: Catalog, by: str, strict: bool, findings: Findings) -> None:
        self.grid, self.catalog, self.by, self.strict, self.out = grid, catalog, by, strict, findings
        self.at = columns.find(grid.heads)
        self.criteria = columns.criteria(grid.heads, catalog.names, self.at)
        self.points = self._holds_points()
        self._above: tuple[str, str, str] = ("", "", "")

    def read(self) -> None:
        """All rows."""
        for line in self.grid.lines:
            row = _Row(self.grid, line, self.at)
            try:
                found = list(self._row(row))
            except _Bad as bad:
                found = []
                self.out.problems.append(bad.problem)
                self.out.rows += 1
            self.out.rows += bool(found)
            for one in found:
                (self.out.labels if isinstance(one, TurnLabels) else self.out.judgements).append(one)  # type: ignore[arg-type]

    def refusal(self) -> Problem | None:
        """Why the heads do not say what the rows hold; None where they do."""
        if "contact" not in self.at:
            message = f"no column holds the contact's id; call it one of: {columns.allowed('contact')}"
        elif not (self.criteria or {"total", "grade", "criterion", "turn"} & set(self.at)):
            message = (
                f"no column holds a score; call it one of: {columns.allowed('total')}, or a criterion's id"
            )
        else:
            return None
        return Problem(Place(self.grid.file, self.grid.sheet, 0), message)

    def _row(self, row: _Row) -> Iterator[Judgement | TurnLabels]:
        if "turn" in self.at and "criterion" not in self.at:
            yield from self._turn(row)
        elif "criterion" in self.at:
            yield from self._long(row)
        else:
            yield from self._wide(row)

    def _who(self, row: _Row, contact: str) -> tuple[str, str]:
        """Inspector and date. Within a contact's block they may be written once, in its first row."""
        above = self._above if self._above[0] == contact else ("", "", "")
        by, on = row.get("by") or above[1], row.get("on") or above[2]
        self._above = (contact, by, on)
        return by or self.by, on

    def _signed(self, row: _Row, who: tuple[str, str]) -> tuple[str, str]:
        by, on = who
        self._dated(row, "on", on)
        if by:
            return by, on
        if self.strict:
            raise _Bad(row.problem("by", "the inspector is missing; fill in the column, or pass --by NAME"))
        name = Path(self.grid.file).stem
        message = f"the inspector is missing; '{name}' stands for one person"
        self.out.problems.append(row.problem("by", message, used=True))
        return name, on

    def _day(self, row: _Row, name: str) -> str:
        self._dated(row, name, row.get(name))
        return row.get(name)

    def _dated(self, row: _Row, name: str, day: str) -> None:
        if day and not _DATE.match(day):
            raise _Bad(row.problem(name, f"'{short(day)}' is not a date such as 2025-03-31"))

    def _card(self, row: _Row) -> Scorecard:
        contact = row.get("contact")
        if not contact:
            raise _Bad(row.problem("contact", "the contact's id is missing"))
        card = self.catalog.cards.get(contact)
        if card is None:
            raise _Bad(row.problem("contact", f"no contact '{short(contact)}' in the results"))
        return card

    def _long(self, row: _Row) -> Iterator[Judgement]:
        """A row for each criterion, with a verdict."""
        who = self._who(row, row.get("contact"))
        form = "appealed_by" in self.at
        said = [row.get(name) for name in (columns.FILLED if form else ("verdict", "points", "appeal"))]
        if not any(said):
            return
        card = self._card(row)
        subject = self._subject(row, card)
        value, points = self._verdict(row, subject)
        decided = self._appeal(row, value)
        if form and decided is None:
            decided, (by, on) = "open", self._appellant(row, value)
        else:
            by, on = self._signed(row, who)
        yield Judgement(
            card.analysis.transcript.id, subject, value, by, on, row.get("reason"), self.grid.place(row.line),
            points, decided, row.get("appeal_reason"), row.get("appealed_by"), self._day(row, "appealed_on"),
        )  # fmt: skip

    def _appellant(self, row: _Row, value: object) -> tuple[str, str]:
        """Who made an appeal that nobody has decided yet, and when."""
        if value is not None:
            raise _Bad(row.problem("appeal", "a new verdict is given but the decision is missing"))
        if not row.get("appealed_by"):
            raise _Bad(row.problem("appealed_by", "who appeals is missing"))
        return row.get("appealed_by"), self._day(row, "appealed_on")

    def _subject(self, row: _Row, card: Scorecard) -> str:
        name = row.get("criterion") or row.get("criterion_name")
        if normalize(name) in TOTALS:
            return TOTAL
        criterion = self.catalog.names.get(name, name)
        if criterion not in {c.criterion for c in card.criteria}:
            raise _Bad(
                row.problem("criterion", f"no criterion '{short(name)}' in the results of this contact")
            )
        return criterion

    def _verdict(self, row: _Row, subject: str) -> tuple[str | float | None, float | None]:
        text, points = row.get("verdict"), row.get("points")
        worth = self._number(row, "points", points, 1000) if points else None
        if not text:
            if worth is None:
                return None, None
            return (
                (worth, None) if subject == TOTAL else (_by_points(worth, self.catalog.most[subject]), worth)
            )
        if subject == TOTAL:
            return self._number(row, "verdict", text, 100), None
        return self._outcome(row, "verdict", text), worth

    def _appeal(self, row: _Row, value: object) -> Appeal | None:
        text = row.get("appeal")
        if not text:
            return None
        decided = appeal(text)
        if decided is None:
            allowed = ", ".join(words[0] for words in APPEALS.values())
            raise _Bad(row.problem("appeal", f"'{short(text)}' is no decision; allowed: {allowed}"))
        if decided == "accepted" and value is None:
            raise _Bad(row.problem("verdict", "the appeal is accepted but the new verdict is missing"))
        if decided == "rejected" and value is not None:
            raise _Bad(row.problem("verdict", "the appeal is rejected, and yet a new verdict is given"))
        return decided

    def _wide(self, row: _Row) -> Iterator[Judgement]:
        """A row for each contact, with a column for each thing that is judged."""
        given = {name: text for name in (TOTAL, GRADE) if (text := row.get(name))}
        cells = {i: row.line.cells[i] for i in self.criteria if i < len(row.line.cells) and row.line.cells[i]}
        if not given and not cells:
            return
        card = self._card(row)
        by, on = self._signed(row, (row.get("by") or self.by, row.get("on")))
        contact, reason = card.analysis.transcript.id, row.get("reason")
        for name, text in given.items():
            value = self._kept(partial(self._number, row, name, text, 100)) if name == TOTAL else text
            if value is not None:
                yield Judgement(
                    contact, name, value, by, on, reason, self.grid.place(row.line, self.at[name])
                )
        for column, text in cells.items():
            at = {**self.at, "cell": column}
            cell, criterion = _Row(self.grid, row.line, at), self.criteria[column]
            value = self._kept(partial(self._shared, cell, text, criterion))
            if value is not None:
                yield Judgement(contact, criterion, value, by, on, reason, self.grid.place(row.line, column))

    def _kept(self, read: Callable[[], str | float]) -> str | float | None:
        """A cell's value; a bad cell is named and the others of its row are used."""
        try:
            return read()
        except _Bad as bad:
            self.out.problems.append(bad.problem)
            return None

    def _shared(self, row: _Row, text: str, criterion: str) -> Outcome:
        """A criterion's cell: a word, or points, or a share of them."""
        number = _float(text)
        if number is None or text == "":
            return self._outcome(row, "cell", text)
        most = self.catalog.most[criterion]
        if most == 0:  # a deduction or a bonus: points taken, or 1 for clean
            return "met" if (number >= 0 if self.points else number > 0) else "not_met"
        return _by_points(number, most if self.points else 1.0)

    def _holds_points(self) -> bool:
        """Numbers under criteria are shares from 0 to 1, unless one of them is larger or below 0."""
        cells = (line.cells[i] for line in self.grid.lines for i in self.criteria if i < len(line.cells))
        return any((number := _float(text)) is not None and not 0 <= number <= 1 for text in cells)

    def _outcome(self, row: _Row, name: str, text: str) -> Outcome:
        found = outcome(text)
        if found is None:
            allowed = ", ".join(words[0] for words in OUTCOMES.values())
            raise _Bad(row.problem(name, f"'{short(text)}' is no outcome; allowed: {allowed}"))
        return found

    def _number(self, row: _Row, name: str, text: str, most: float) -> float:
        plain = normalize(text).removesuffix("分").strip()
        number = _float(plain.removesuffix("%").strip())
        if number is None:
            raise _Bad(row.problem(name, f"'{short(text)}' is not a number"))
        if not (-most if most > 100 else 0) <= number <= most:
            raise _Bad(row.problem(name, f"{number:g} is not between 0 and {most:g}"))
        if plain.endswith("%"):
            self.out.problems.append(row.problem(name, _MARKS["percent"], used=True))
        return number

    def _turn(self, row: _Row) -> Iterator[TurnLabels]:
        """A row for each turn, with labels."""
        from . import turns  # the labels' words

        contact = row.get("contact")
        who = self._who(row, contact)
        if not any(row.get(name) for name in ("behaviors", "sentiment", "empathy")):
            return
        card = self._card(row)
        try:
            labels = turns.read(row.get, card)
        except turns.BadLabel as error:
            raise _Bad(row.problem(error.column, error.message)) from None
        by, on = self._signed(row, who)
        yield replace(labels, by=by, on=on, place=self.grid.place(row.line))


class _Bad(Exception):
    """A row or cell that cannot be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _by_points(points: float, most: float) -> Outcome:
    if most == 0:
        return "met" if points >= 0 else "not_met"
    return "met" if points >= most - 1e-9 else "partial" if points > 0 else "not_met"


def _float(text: str) -> float | None:
    try:
        number = float(normalize(text))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def short(text: str) -> str:
    """The text, cut for a message."""
    return text if len(text) <= 40 else text[:39] + "…"

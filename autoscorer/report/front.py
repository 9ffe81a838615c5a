"""The first sheet of the workbook: figures against goals, grades, weeks, groups, SERVQUAL and problems."""

from __future__ import annotations

from typing import Any

from .base import Options
from .figures import Figures
from .overview import RATES, Goal
from .rows import Cell, Percent, Rows, Table, percent, scale
from .words import words

BLUE, PURPLE = "#3B6EA5", "#8A5A9E"


class Front:
    """Draws tables one below the other, and beside them the charts of two of them."""

    def __init__(self, book: Any, sheet: Any, options: Options, formats: dict[str, Any]) -> None:
        self._book, self._sheet, self._options, self._formats = book, sheet, options, formats
        self._told, self._names = words(options.names.lang), options.names
        self._rows = Rows(sheet, formats, self._told["too_long"])

    def draw(self, f: Figures) -> None:
        """The whole sheet."""
        self._sheet.set_column(0, 0, 24)
        self._sheet.set_column(1, 12, 12)
        self._head(f)
        self._measures(f)
        beside = max(10, 7 + len(f.sections))
        self._chart_grades(self._grades(f), beside, f)
        if len(f.weeks) > 1:
            self._chart_weeks(self._weeks(f), beside, f)
        for kind in ("team", "channel"):
            if f.groups[kind]:
                self._groups(kind, f)
        self._qualities(f)
        self._scenes(f)

    def _head(self, f: Figures) -> None:
        t = self._told
        self._rows.title(self._options.title)
        period = f"{t['period']} {f.first} – {f.last}" if f.first else t["no_date"]
        self._rows.note(f"{period} · {t['rubric']} {', '.join(f.rubrics)}")
        self._sheet.freeze_panes(2, 0)

    def _measures(self, f: Figures) -> None:
        t, rows = self._told, self._rows
        rows.block([t["measure"], t["actual"], t["goal"], "", t["low"], t["high"]])
        rows.add([t["count"], f.count])
        rows.add([t["not_scored"], sum(count for _, count in f.failures)])
        rows.add([t["review_count"], f.unsure])
        goals = {goal.measure: goal for goal in f.goals}
        rows.add([t["mean"], round(f.mean, 2), *self._goal(goals.get("mean"), 1)])
        for measure, rate in f.rates.items():
            goal = self._goal(goals.get(measure), 100)
            rows.add([t[measure], Percent(rate.value), *goal, *map(Percent, rate.interval)])
        self._mark(3, "✗", "bad")
        self._mark(3, "✓", "good")

    def _goal(self, goal: Goal | None, scale_of: int) -> list[Cell]:
        """A goal and whether it was reached; empty cells without one."""
        if goal is None:
            return [None, None]
        value = goal.goal if scale_of == 1 else Percent(goal.goal / scale_of)
        mark, key = ("✓", "reached") if goal.reached else ("✗", "not_reached")
        return [value, f"{mark} {self._told[key]}"]

    def _mark(self, column: int, sign: str, kind: str) -> None:
        """Colour the texts of a column that begin with a sign, down to here."""
        told = {"type": "text", "criteria": "begins with", "value": sign, "format": self._formats[kind]}
        self._sheet.conditional_format(0, column, self._rows.row, column, told)

    def _grades(self, f: Figures) -> int:
        at = self._rows.block([self._told["grades"], self._told["count"], self._told["portion"]])
        for name, count in f.grades:
            self._rows.add([name, count, Percent(count / f.count)])
        return at

    def _weeks(self, f: Figures) -> int:
        t = self._told
        at = self._rows.block([t["week"], t["count"], t["mean"], *(t[m] for m in RATES), t["red_mark"]])
        for week in f.weeks:
            red = "、".join(f"▲ {t[jump.measure]}" for jump in week.jumps)
            rates = [Percent(week.rates[m].value) for m in RATES]
            self._rows.add([week.monday, week.count, round(week.mean, 2), *rates, red])
        self._mark(3 + len(RATES), "▲", "bad")
        return at

    def _groups(self, kind: str, f: Figures) -> None:
        t, rates = self._told, ("complaint_rate", "violation_rate")
        sections = map(self._names.section, f.sections)
        at = self._rows.block([t[kind], t["count"], t["mean"], *sections, *(t[m] for m in rates)])
        for group in f.groups[kind]:
            shares = [percent(group.sections.get(section)) for section in f.sections]
            values = [Percent(group.rates[m].value) for m in rates]
            self._rows.add([group.name, group.count, round(group.mean, 2), *shares, *values])
        scale(self._sheet, Table(at + 1, self._rows.row - 1), 3, 2 + len(f.sections))

    def _qualities(self, f: Figures) -> None:
        if f.servqual:
            dimensions = {d.id: self._names.of(d) for d in self._options.settings.servqual}
            self._rows.block(["SERVQUAL", self._told["share"], self._told["count"]])
            for quality in f.servqual:
                self._rows.add([dimensions[quality.id], percent(quality.share), quality.contacts])

    def _scenes(self, f: Figures) -> None:
        if f.scenes:
            heads = ("scene", "count", "mean", "complaint_rate", "repeated", "examples")
            self._rows.block([self._told[key] for key in heads])
            for scene in f.scenes:
                said = " / ".join(need for _, need in scene.examples)
                rates = (Percent(scene.complaint.value), Percent(scene.repeated.value))
                values = [" ".join(scene.words), scene.count, round(scene.mean, 2), *rates, said]
                self._rows.add(values, wrap=False)

    def _chart_grades(self, at: int, beside: int, f: Figures) -> None:
        name, last = self._sheet.get_name(), at + len(f.grades)
        bars = self._book.add_chart({"type": "bar"})
        bars.add_series({
            "categories": [name, at + 1, 0, last, 0], "values": [name, at + 1, 1, last, 1],
            "data_labels": {"value": True}, "gap": 60, "fill": {"color": BLUE},
        })  # fmt: skip
        bars.set_title({"name": self._told["grades"], "name_font": {"size": 12}})
        bars.set_legend({"none": True})
        bars.set_y_axis({"reverse": True})
        bars.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        self._sheet.insert_chart(2, beside, bars, {"object_position": 3})

    def _chart_weeks(self, at: int, beside: int, f: Figures) -> None:
        name, last = self._sheet.get_name(), at + len(f.weeks)
        lines = self._book.add_chart({"type": "line"})
        for measure, colour, dash in (("complaint_rate", BLUE, "solid"), ("violation_rate", PURPLE, "dash")):
            column = 3 + list(RATES).index(measure)
            lines.add_series({
                "name": [name, at, column], "categories": [name, at + 1, 0, last, 0],
                "values": [name, at + 1, column, last, column], "marker": {"type": "automatic"},
                "line": {"color": colour, "dash_type": dash, "width": 2},
            })  # fmt: skip
        lines.set_title({"name": self._told["trend"], "name_font": {"size": 12}})
        lines.set_y_axis({"num_format": "0%", "min": 0})
        lines.set_x_axis({"num_format": "mm-dd", "text_axis": True})
        lines.set_legend({"position": "bottom"})
        self._sheet.insert_chart(18, beside, lines, {"object_position": 3})

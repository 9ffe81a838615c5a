"""The report as a workbook: seven sheets with filters, colours by value and charts that Excel draws itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..own_files import REPORT
from ..types import Failure, Scorecard
from ..writers.book_file import close_book, new_book
from .agents import Agent
from .base import Report
from .contact import Contact, Quote
from .figures import Figures, severity
from .front import Front
from .rows import Cell, Percent, Rows, formats_of, percent, scale, two
from .settings import PRIORITIES
from .view import place
from .words import words

APPEAL_WIDTHS = (30, 12, 12, 12, 14, 10, 30, 12, 12)
"""Of the columns of the appeals that people fill in."""
_EPOCH = datetime.datetime(2000, 1, 1)


class XlsxReport(Report):
    """Rows of details are written as contacts pass; the sheets of figures in the end. No text is a formula."""

    def open(self) -> None:
        self._told = words(self.options.names.lang)
        self._book = new_book(self.partial)
        self._book.set_properties({"title": self.options.title, "comments": REPORT, "created": _EPOCH})
        self._formats = formats_of(self._book)
        t = self._told
        self._overview = self._book.add_worksheet(t["overview"])
        self._agents = self._book.add_worksheet(t["agents"])
        self._criteria = self._book.add_worksheet(t["criteria"])
        self._details = self._sheet(
            "details", self._detail_heads(), (16, 11, 14, 12, 10, 8, 9, 7, 22, 7, 7, 7, 7, 26, 48, 30)
        )
        self._losses = self._sheet("losses", self._loss_heads(), (16, 14, 18, 26, 18, 10, 8, 8, 60, 70))
        self._alerts = self._book.add_worksheet(t["urgent"])
        self._appeals = self._sheet(
            "appeals", self._appeal_heads(), (16, 14, 26, 18, 10, 8, 60, *APPEAL_WIDTHS)
        )
        for column, width in enumerate(APPEAL_WIDTHS, len(self._appeal_heads()) - len(APPEAL_WIDTHS)):
            self._appeals.sheet.set_column(column, column, width, self._formats["input"])

    def put(self, card: Scorecard, contact: Contact) -> None:
        self._details.add(self._detail(contact))
        for row in self._loss_rows(contact):
            self._losses.add(row)
            if not contact.passed:
                self._appeals.add([row[0], row[1], *row[3:7], row[8]])

    def draw(self, figures: Figures, contacts: list[Contact], failures: list[Failure]) -> None:
        Front(self._book, self._overview, self.options, self._formats).draw(figures)
        self._draw_agents(figures)
        self._draw_criteria(figures)
        self._draw_alerts(figures)
        self._colour_details()
        self._close_appeals()
        close_book(self._book)

    def discard(self) -> None:
        close_book(self._book)
        super().discard()

    def _sheet(self, key: str, heads: Sequence[str], widths: Sequence[int], sheet: Any = None) -> Rows:
        sheet = sheet or self._book.add_worksheet(self._told[key])
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        rows = Rows(sheet, self._formats, self._told["too_long"])
        rows.head(heads)
        return rows

    # ── details, losses, appeals ──────────────────────────────

    def _detail_heads(self) -> list[str]:
        keys = ("id", "day", "agent", "team", "channel", "total", "grade", "passed", "critical", "turns", "start_mood",
                "lowest_mood", "end_mood", "signs", "need", "unsure")  # fmt: skip
        return [self._told[key] for key in keys]

    def _detail(self, c: Contact) -> list[Cell]:
        names, told = self.options.names, self._told
        mood = c.mood or (None, None, None)
        signs = dict.fromkeys(told[sign.alarm] for sign in c.signs)
        return [
            c.id, c.day, c.agent, c.team, c.channel, c.total, names.grade(c.grade),
            told["yes"] if c.passed else told["no"], "、".join(map(names.criterion, c.critical)), c.turns, *mood,
            "、".join(signs), c.need, "、".join(map(names.criterion, c.unsure)),
        ]  # fmt: skip

    def _loss_heads(self) -> list[str]:
        keys = (
            "id",
            "agent",
            "section",
            "criterion_id",
            "criterion",
            "outcome",
            "lost",
            "unsure",
            "reason",
            "quotes",
        )
        return [self._told[key] for key in keys]

    def _loss_rows(self, c: Contact) -> Iterator[list[Cell]]:
        names, told = self.options.names, self._told
        for loss in c.losses:
            score = loss.score
            yield [
                c.id, c.agent, names.section(score.section), score.criterion, names.criterion(score.criterion),
                told[score.outcome], score.lost, told["review"] if score.unsure else "", loss.reason or self._looked(loss.looked), self._quotes(loss.quotes),
            ]  # fmt: skip

    def _looked(self, looked: tuple[int, int] | None) -> str:
        return self._told["looked"].format(first=looked[0] + 1, last=looked[1] + 1) if looked else ""

    def _quotes(self, quotes: Iterable[Quote]) -> str:
        told = self._told
        return "\n".join(
            f"{told['turn'].format(turn=q.turn + 1)} {told['role_' + q.role]}：{q.text}" for q in quotes
        )

    def _appeal_heads(self) -> list[str]:
        keys = ("id", "agent", "criterion_id", "criterion", "outcome", "lost", "reason", "appeal_reason", "appealed_by",
                "appealed_on", "decision", "person_outcome", "person_points", "decision_reason", "decided_by", "decided_on")  # fmt: skip
        return [self._told[key] for key in keys]

    def _colour_details(self) -> None:
        rows = self._details
        rows.filter()
        scale(rows.sheet, rows.table, 5)
        bad = {
            "type": "cell",
            "criteria": "==",
            "value": f'"{self._told["no"]}"',
            "format": self._formats["bad"],
        }
        rows.sheet.conditional_format(1, 7, rows.table.last, 7, bad)
        self._losses.filter()
        self._losses.sheet.conditional_format(
            1, 6, self._losses.table.last, 6, {"type": "data_bar", "bar_color": "#E3A79C"}
        )

    def _close_appeals(self) -> None:
        rows, told = self._appeals, self._told
        rows.filter()
        outcomes = ("met", "partial", "not_met", "not_applicable")
        for column, keys in ((10, ("accepted", "rejected")), (11, outcomes)):
            choice = {"validate": "list", "source": [told[key] for key in keys]}
            rows.sheet.data_validation(1, column, max(rows.table.last, 500), column, choice)

    # ── figures ───────────────────────────────────────────────

    def _draw_agents(self, f: Figures) -> None:
        t, names = self._told, self.options.names
        rates = ("pass_rate", "complaint_rate", "violation_rate")
        heads = [t["place"], t["agent"], t["team"], t["count"], t["mean"], t["low"], t["high"],
                 *(t[m] for m in rates), *map(names.section, f.sections), *(t[p] for p in PRIORITIES)]  # fmt: skip
        widths = (9, 16, 14, 8, 9, 9, 9, 10, 12, 10, *(13 for _ in f.sections), 24, 24, 24, 24)
        rows = self._sheet("agents", heads, widths, self._agents)
        self._agents.freeze_panes(1, 2)
        for agent in f.agents:
            rows.add(self._agent(agent, f, rates))
        rows.filter()
        if not f.agents:
            return
        scale(rows.sheet, rows.table, 4)
        scale(rows.sheet, rows.table, 10, 9 + len(f.sections))
        chart = self._book.add_chart({"type": "bar"})
        chart.add_series({
            "categories": [t["agents"], 1, 1, rows.table.last, 1], "values": [t["agents"], 1, 4, rows.table.last, 4],
            "fill": {"color": "#3B6EA5"}, "gap": 50,
            "y_error_bars": {"type": "custom", "plus_values": self._half(f.agents), "minus_values": self._half(f.agents)},
        })  # fmt: skip
        chart.set_title({"name": f"{t['mean']}, {t['interval']}", "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"min": 0, "max": 100})
        chart.set_size({"width": 640, "height": 120 + 22 * min(len(f.agents), 60)})
        rows.sheet.insert_chart(rows.row + 2, 1, chart, {"object_position": 3})

    def _half(self, agents: Sequence[Agent]) -> list[float]:
        return [round(a.high - a.mean, 2) if a.high is not None else 0.0 for a in agents]

    def _agent(self, agent: Agent, f: Figures, rates: Sequence[str]) -> list[Cell]:
        topics = {topic.id: self.options.names.of(topic) for topic in self.options.settings.training}
        needs = {p: "、".join(topics[n.topic] for n in agent.needs if n.priority == p) for p in PRIORITIES}
        return [
            place(agent, self._told), agent.id, agent.team, agent.count, round(agent.mean, 2), two(agent.low),
            two(agent.high), *(Percent(agent.rates[m].value) for m in rates),
            *(percent(agent.sections.get(section)) for section in f.sections), *needs.values(),
        ]  # fmt: skip

    def _draw_criteria(self, f: Figures) -> None:
        t, names = self._told, self.options.names
        outcomes = ("met", "partial", "not_met", "not_applicable", "manual")
        heads = [t["section"], t["criterion_id"], t["criterion"], *(t[o] for o in outcomes), t["share"], t["lost"],
                 t["lost_each"], t["unsure"]]  # fmt: skip
        rows = self._sheet("criteria", heads, (18, 28, 22, 8, 10, 9, 9, 10, 10, 10, 18, 8), self._criteria)
        self._criteria.freeze_panes(1, 3)
        for c in f.criteria:
            counts = [c.outcomes.get(outcome, 0) for outcome in outcomes]
            rows.add([names.section(c.section), c.id, names.criterion(c.id), *counts, percent(c.share), round(c.lost, 2),
                      round(c.lost / f.count, 3), c.unsure])  # fmt: skip
        rows.filter()
        scale(rows.sheet, rows.table, 8)
        rows.sheet.conditional_format(1, 9, rows.table.last, 9, {"type": "data_bar", "bar_color": "#E3A79C"})

    def _draw_alerts(self, f: Figures) -> None:
        t, names = self._told, self.options.names
        keys = "id severity signs day agent team channel total grade quotes"
        heads = [t[key] for key in keys.split()]
        rows = self._sheet("urgent", heads, (16, 8, 34, 11, 16, 12, 10, 8, 9, 80), self._alerts)
        for c in f.urgent:
            signs = "、".join(dict.fromkeys(t[sign.alarm] for sign in c.signs))
            quotes = self._quotes(dict.fromkeys(sign.quote for sign in c.signs if sign.quote))
            about = [c.day, c.agent, c.team, c.channel, c.total, names.grade(c.grade)]
            rows.add([c.id, severity(c), signs, *about, quotes])
        rows.filter()
        if f.urgent:
            shades = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#F2B8A8"}
            rows.sheet.conditional_format(1, 1, rows.table.last, 1, shades)

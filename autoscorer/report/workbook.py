"""The report as a workbook: seven sheets with filters, colours by value and charts that Excel draws itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..own_files import REPORT
from ..types import Failure, Scorecard
from .agents import Agent
from .base import Report
from .contact import Contact, Quote
from .figures import Figures, severity
from .overview import RATES
from .rows import Cell, Percent, Rows, Table, formats_of, percent, scale, two
from .settings import PRIORITIES
from .view import place
from .words import words

_EPOCH = datetime.datetime(2000, 1, 1)
_RATES = tuple(RATES)


class XlsxReport(Report):
    """Rows of details are written as contacts pass; the sheets of figures in the end. No text is a formula."""

    def open(self) -> None:
        import xlsxwriter

        self.partial.write_bytes(b"")
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._told = words(self.options.names.lang)
        self._book = xlsxwriter.Workbook(str(self.partial), options)
        self._book.set_properties({"title": self.options.title, "comments": REPORT, "created": _EPOCH})
        self._formats = formats_of(self._book)
        t = self._told
        self._overview = self._book.add_worksheet(t["overview"])
        self._agents = self._book.add_worksheet(t["agents"])
        self._criteria = self._book.add_worksheet(t["criteria"])
        self._details = self._sheet(
            "details", self._detail_heads(), (16, 11, 14, 12, 10, 8, 9, 7, 22, 7, 7, 7, 7, 26, 48)
        )
        self._losses = self._sheet("losses", self._loss_heads(), (16, 14, 18, 26, 18, 10, 8, 60, 70))
        self._alerts = self._book.add_worksheet(t["urgent"])
        self._appeals = self._sheet(
            "appeals", self._appeal_heads(), (16, 14, 26, 18, 10, 8, 60, 30, 12, 12, 12, 30, 12)
        )

    def put(self, card: Scorecard, contact: Contact) -> None:
        self._details.add(self._detail(contact))
        for row in self._loss_rows(contact):
            self._losses.add(row)
            if not contact.passed:
                self._appeals.add([row[0], row[1], *row[3:8]])

    def draw(self, figures: Figures, contacts: list[Contact], failures: list[Failure]) -> None:
        self._draw_overview(figures)
        self._draw_agents(figures)
        self._draw_criteria(figures)
        self._draw_alerts(figures)
        self._colour_details()
        self._close_appeals()
        self._book.close()

    def discard(self) -> None:
        self._book.close()
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
                "lowest_mood", "end_mood", "signs", "need")  # fmt: skip
        return [self._told[key] for key in keys]

    def _detail(self, c: Contact) -> list[Cell]:
        names, told = self.options.names, self._told
        mood = c.mood or (None, None, None)
        signs = dict.fromkeys(told[sign.alarm] for sign in c.signs)
        return [
            c.id, c.day, c.agent, c.team, c.channel, c.total, names.grade(c.grade),
            told["yes"] if c.passed else told["no"], "、".join(map(names.criterion, c.critical)), c.turns, *mood,
            "、".join(signs), c.need,
        ]  # fmt: skip

    def _loss_heads(self) -> list[str]:
        keys = ("id", "agent", "section", "criterion_id", "criterion", "outcome", "lost", "reason", "quotes")
        return [self._told[key] for key in keys]

    def _loss_rows(self, c: Contact) -> Iterator[list[Cell]]:
        names, told = self.options.names, self._told
        for loss in c.losses:
            score = loss.score
            yield [
                c.id, c.agent, names.section(score.section), score.criterion, names.criterion(score.criterion),
                told[score.outcome], score.lost, loss.reason or self._looked(loss.looked), self._quotes(loss.quotes),
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
                "appealed_on", "decision", "decision_reason", "decided_by")  # fmt: skip
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
        choice = {"validate": "list", "source": [told["accepted"], told["rejected"]]}
        rows.sheet.data_validation(1, 10, max(rows.table.last, 500), 10, choice)

    # ── figures ───────────────────────────────────────────────

    def _draw_overview(self, f: Figures) -> None:
        t, names = self._told, self.options.names
        sheet = self._overview
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 12, 12)
        rows = Rows(sheet, self._formats, t["too_long"])
        rows.title(self.options.title)
        period = f"{t['period']} {f.first} – {f.last}" if f.first else t["no_date"]
        rows.note(f"{period} · {t['rubric']} {', '.join(f.rubrics)}")
        sheet.freeze_panes(2, 0)
        goals = {goal.measure: goal for goal in f.goals}
        rows.block([t["measure"], t["actual"], t["goal"], "", t["low"], t["high"]])
        rows.add([t["count"], f.count])
        rows.add([t["not_scored"], sum(count for _, count in f.failures)])
        for measure in ("mean", *_RATES):
            rate = f.rates.get(measure)
            value = Percent(rate.value) if rate else round(f.mean, 2)
            goal = goals.get(measure)
            set_to = (Percent(goal.goal / 100) if rate else goal.goal) if goal else None
            mark = ("✓ " + t["reached"] if goal.reached else "✗ " + t["not_reached"]) if goal else ""
            rows.add([t[measure], value, set_to, mark, *(map(Percent, rate.interval) if rate else ())])
        self._mark_goals(rows)
        grades = rows.block([t["grades"], t["count"], t["portion"]])
        for name, count in f.grades:
            rows.add([name, count, Percent(count / f.count)])
        weeks = self._weeks(rows, f)
        for kind in ("team", "channel"):
            if f.groups[kind]:
                self._groups(rows, kind, f)
        if f.servqual:
            rows.block(["SERVQUAL", t["share"], t["count"]])
            dimensions = {d.id: names.of(d) for d in self.options.settings.servqual}
            for quality in f.servqual:
                rows.add([dimensions[quality.id], Percent(quality.share or 0.0), quality.contacts])
        if f.scenes:
            rows.block([t["scene"], t["count"], t["mean"], t["complaint_rate"], t["repeated"], t["examples"]])
            for scene in f.scenes:
                said = " / ".join(need for _, need in scene.examples)
                rates = (Percent(scene.complaint.value), Percent(scene.repeated.value))
                rows.add([" ".join(scene.words), scene.count, round(scene.mean, 2), *rates, said], wrap=False)
        self._charts(sheet, grades, weeks, f)

    def _mark_goals(self, rows: Rows) -> None:
        for sign, kind in (("✗", "bad"), ("✓", "good")):
            told = {"type": "text", "criteria": "begins with", "value": sign, "format": self._formats[kind]}
            rows.sheet.conditional_format(0, 3, rows.row, 3, told)

    def _weeks(self, rows: Rows, f: Figures) -> int | None:
        if len(f.weeks) < 2:
            return None
        t = self._told
        at = rows.block([t["week"], t["count"], t["mean"], *(t[m] for m in _RATES), t["red_mark"]])
        for week in f.weeks:
            red = "、".join(f"▲ {t[jump.measure]}" for jump in week.jumps)
            rates = [Percent(week.rates[m].value) for m in _RATES]
            rows.add([week.monday, week.count, round(week.mean, 2), *rates, red])
        told = {"type": "text", "criteria": "begins with", "value": "▲", "format": self._formats["bad"]}
        rows.sheet.conditional_format(at + 1, 7, rows.row, 7, told)
        return at

    def _groups(self, rows: Rows, kind: str, f: Figures) -> None:
        t, names = self._told, self.options.names
        at = rows.block(
            [
                t[kind],
                t["count"],
                t["mean"],
                *map(names.section, f.sections),
                t["complaint_rate"],
                t["violation_rate"],
            ]
        )
        for group in f.groups[kind]:
            shares = [percent(group.sections.get(section)) for section in f.sections]
            rates = [Percent(group.rates[m].value) for m in ("complaint_rate", "violation_rate")]
            rows.add([group.name, group.count, round(group.mean, 2), *shares, *rates])
        table = Table(at + 1, rows.row - 1)
        scale(rows.sheet, table, 3, 2 + len(f.sections))

    def _charts(self, sheet: Any, grades: int, weeks: int | None, f: Figures) -> None:
        t = self._told
        name = sheet.get_name()
        bars = self._book.add_chart({"type": "bar"})
        last = grades + len(f.grades)
        bars.add_series({
            "categories": [name, grades + 1, 0, last, 0], "values": [name, grades + 1, 1, last, 1],
            "data_labels": {"value": True}, "gap": 60, "fill": {"color": "#3B6EA5"},
        })  # fmt: skip
        bars.set_title({"name": t["grades"], "name_font": {"size": 12}})
        bars.set_legend({"none": True})
        bars.set_y_axis({"reverse": True})
        bars.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        beside = max(10, 7 + len(f.sections))
        sheet.insert_chart(2, beside, bars, {"object_position": 3})
        if weeks is None:
            return
        lines = self._book.add_chart({"type": "line"})
        for column, colour, dash in ((5, "#3B6EA5", "solid"), (6, "#8A5A9E", "dash")):
            lines.add_series({
                "name": [name, weeks, column], "categories": [name, weeks + 1, 0, weeks + len(f.weeks), 0],
                "values": [name, weeks + 1, column, weeks + len(f.weeks), column],
                "line": {"color": colour, "dash_type": dash, "width": 2}, "marker": {"type": "automatic"},
            })  # fmt: skip
        lines.set_title({"name": t["trend"], "name_font": {"size": 12}})
        lines.set_y_axis({"num_format": "0%", "min": 0})
        lines.set_x_axis({"num_format": "mm-dd", "text_axis": True})
        lines.set_legend({"position": "bottom"})
        sheet.insert_chart(18, beside, lines, {"object_position": 3})

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
                 t["lost_each"]]  # fmt: skip
        rows = self._sheet("criteria", heads, (18, 28, 22, 8, 10, 9, 9, 10, 10, 10, 18), self._criteria)
        self._criteria.freeze_panes(1, 3)
        for c in f.criteria:
            counts = [c.outcomes.get(outcome, 0) for outcome in outcomes]
            rows.add([names.section(c.section), c.id, names.criterion(c.id), *counts, percent(c.share), round(c.lost, 2),
                      round(c.lost / f.count, 3)])  # fmt: skip
        rows.filter()
        scale(rows.sheet, rows.table, 8)
        rows.sheet.conditional_format(1, 9, rows.table.last, 9, {"type": "data_bar", "bar_color": "#E3A79C"})

    def _draw_alerts(self, f: Figures) -> None:
        t, names = self._told, self.options.names
        heads = [
            t[key]
            for key in (
                "id",
                "severity",
                "signs",
                "day",
                "agent",
                "team",
                "channel",
                "total",
                "grade",
                "quotes",
            )
        ]
        rows = self._sheet("urgent", heads, (16, 8, 34, 11, 16, 12, 10, 8, 9, 80), self._alerts)
        for c in f.urgent:
            signs = "、".join(dict.fromkeys(t[sign.alarm] for sign in c.signs))
            quotes = self._quotes(dict.fromkeys(sign.quote for sign in c.signs if sign.quote))
            rows.add(
                [
                    c.id,
                    severity(c),
                    signs,
                    c.day,
                    c.agent,
                    c.team,
                    c.channel,
                    c.total,
                    names.grade(c.grade),
                    quotes,
                ]
            )
        rows.filter()
        if f.urgent:
            shades = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#F2B8A8"}
            rows.sheet.conditional_format(1, 1, rows.table.last, 1, shades)

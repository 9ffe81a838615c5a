"""The report as one HTML file that opens from disk and asks nothing of the network.

Figures are drawn into the page by a template that escapes everything. Contacts and dialogues travel packed, and the
page's own scripts put them in as text. A content security policy lets only those scripts run, known by their hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..own_files import REPORT
from ..types import Failure, Scorecard
from .base import Report
from .contact import Contact
from .figures import Figures
from .overview import AT_LEAST
from .pack import CHUNK, Packer, columns, deflate
from .settings import PRIORITIES
from .view import findings, formats, goal, scale
from .words import words

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = ("data.js", "list.js", "summary.js", "contact.js", "charts.js", "app.js")
LIBRARY = "echarts.common.min.js"
URGENT, URGENT_FIRST, FAILURES = 200, 6, 50


class HtmlReport(Report):
    """Packs each dialogue as it passes; in the end draws the page around the packed chunks."""

    def open(self) -> None:
        self._packer = Packer(text=self.options.text)
        self.partial.write_bytes(b"")

    def put(self, card: Scorecard, contact: Contact) -> None:
        self._packer.add(card)

    def draw(self, figures: Figures, contacts: list[Contact], failures: list[Failure]) -> None:
        options = self.options
        told = words(options.names.lang)
        own = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in SCRIPTS)
        library = (ASSETS / LIBRARY).read_text(encoding="utf-8")
        page = _template().stream(
            f=figures, goals={goal.measure: goal for goal in figures.goals}, t=told, options=options, names=options.names, settings=options.settings,
            lang=options.names.lang, mark=REPORT, failures=failures[:FAILURES], findings=findings(figures, options),
            topics={topic.id: topic for topic in options.settings.training},
            dimensions={d.id: d for d in options.settings.servqual}, priorities=PRIORITIES,
            urgent_first=URGENT_FIRST, urgent_most=URGENT,
            style=(ASSETS / "report.css").read_text(encoding="utf-8"), scripts=[library, own],
            hashes=[_hash(library), _hash(own)], data=_in_script(_data(figures, self._packer, options, told)),
            columns=deflate(columns(contacts, options.names)), chunks=self._packer.finish(),
            complaint_names=[options.names.behavior(b) for b in options.settings.complaint], **formats(told), **scale(figures.agents),
        )  # fmt: skip
        with self.partial.open("w", encoding="utf-8", newline="\n", errors="replace") as file:
            page.dump(file)


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8", "replace")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _data(figures: Figures, packer: Packer, options: Any, told: dict[str, str]) -> dict[str, Any]:
    """What the page's scripts need besides the contacts: words, names, and the series of the charts."""
    names = options.names
    return {
        "t": told,
        "lang": names.lang,
        "text": options.text,
        "chunk": CHUNK,
        "criteria": [[c, names.criterion(c)] for c in packer.criteria.words],
        "sectionOf": {c.id: names.section(c.section) for c in figures.criteria},
        "behaviors": [names.behavior(b) for b in packer.behaviors.words],
        "unsure": figures.unsure,
        "goals": {g.measure: [g.goal, goal(g.measure, g.goal), g.measure in AT_LEAST] for g in figures.goals},
        "grades": [list(pair) for pair in figures.grades],
        "weeks": [
            [week.monday.isoformat(), week.count, round(week.mean, 1),
             *([round(100 * week.rates[m].value, 1), any(j.measure == m for j in week.jumps)]
               for m in ("complaint_rate", "violation_rate"))]
            for week in figures.weeks
        ],
    }  # fmt: skip


def _in_script(value: Any) -> Any:
    """JSON that may stand in a script tag: nothing in it can end the tag or begin a comment."""
    from markupsafe import Markup

    raw = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        raw = raw.replace(char, f"\\u{ord(char):04x}")
    return Markup(raw)


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return made.get_template("page.html.j2")

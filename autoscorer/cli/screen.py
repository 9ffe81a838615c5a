"""What people see in a terminal: tables, progress, and text made safe to print."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import IO, Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ..types import Failure, Result, Scorecard

SHOWN = 40
LONGEST = 40  # cells of an id or path on one line; the rest of the table needs its room
HEADS = {
    "zh": ("会话", "总分", "等级", "合格", "轮数", "主要失分"),
    "en": ("contact", "total", "grade", "passed", "turns", "points lost"),
}
NOTES = {
    "zh": ("是", "否", "未评分", "（另有 {count} 个会话未显示）"),
    "en": ("yes", "no", "not scored", "({count} more contacts not shown)"),
}
STYLES = ("green", "cyan", "yellow", "red")


def safe(text: str) -> str:
    """`text` without what a terminal would obey: control, format and surrogate characters become `�`."""
    return "".join(
        "\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n" else c for c in text
    )


def one_line(text: str) -> str:
    """`text` safe and on a single line."""
    return " ".join(safe(text.replace("\r", "\n")).split())


def console(file: IO[str], *, narrowest: int = 100) -> Console:
    """A console that writes to `file`; as wide as the terminal, or `narrowest` where there is none."""
    made = Console(file=file, highlight=False, soft_wrap=False, emoji=False, markup=False)
    if not made.is_terminal:
        made.width = max(narrowest, made.width)
    return made


def holds(to: Console, text: str) -> bool:
    """Whether the encoding of that console has every character of `text`."""
    try:
        text.encode(to.encoding)
    except UnicodeEncodeError:
        return False
    return True


def table(results: Sequence[Result], count: int, lang: str) -> Table:
    """The score table of the first contacts; `count` says how many there are in all."""
    heads, notes = HEADS[lang], NOTES[lang]
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, head in enumerate(heads):
        justify: Literal["left", "right"] = "right" if place in (1, 4) else "left"
        made.add_column(
            head,
            justify=justify,
            overflow="fold" if place in (0, 5) else "ellipsis",
            no_wrap=place not in (0, 5),
            max_width=LONGEST if place == 0 else None,
        )
    for result in results:
        made.add_row(*(_failed(result, notes) if isinstance(result, Failure) else _scored(result, notes)))
    if count > len(results):
        made.add_row(Text(notes[3].format(count=count - len(results)), style="dim"))
    return made


def grid(heads: Sequence[str], rows: Sequence[Sequence[str]], *, aligned: bool = False) -> Table:
    """A plain table, each cell on one line. aligned: all but the first column are figures, to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, head in enumerate(heads):
        made.add_column(Text(one_line(head)), justify="right" if aligned and place else "left", no_wrap=True)
    for row in rows:
        made.add_row(*(Text(one_line(cell)) for cell in row))
    return made


def _failed(failure: Failure, notes: Sequence[str]) -> list[Text]:
    name = Text(one_line(failure.id or failure.source))
    return [name, Text("—"), Text(notes[2], "red"), Text("—"), Text("—"), Text(one_line(failure.message))]


def _scored(card: Scorecard, notes: Sequence[str]) -> list[Text]:
    transcript = card.analysis.transcript
    lost = sorted((c for c in card.criteria if _lost(c) > 0), key=lambda c: -_lost(c))[:4]
    reasons = "、".join(f"{c.name} -{_lost(c):g}" for c in lost)
    style = STYLES[0 if card.total >= 90 else 1 if card.total >= 80 else 2 if card.passed else 3]
    return [
        Text(one_line(transcript.id)),
        Text(f"{card.total:.1f}"),
        Text(card.grade, style),
        Text(notes[0] if card.passed else notes[1], "" if card.passed else "red"),
        Text(str(len(transcript.utterances))),
        Text(one_line(reasons), "dim"),
    ]


def _lost(score: object) -> float:
    from ..types import CriterionScore

    assert isinstance(score, CriterionScore)
    return round(score.max_points - score.points, 2)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Contacts a second."""
        return Text(f"{task.speed:.0f}/s" if task.speed else "")


def progress(to: Console, *, hidden: bool) -> Progress:
    """A bar with rate and remaining time; only on a terminal."""
    columns = (
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        BarColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=to, transient=True, disable=hidden or not to.is_terminal)

"""`explain`: one transcript with its evidence marked, and every criterion with its reason."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..errors import UsageError
from ..pipeline import Scorer
from ..readers import read_many
from ..types import Analysis, CriterionScore, Failure, Scorecard, Transcript
from . import screen

MARKS = {"met": "✓", "partial": "◐", "not_met": "✗", "not_applicable": "–", "manual": "?"}
PLAIN_MARKS = {"met": "+", "partial": "~", "not_met": "x", "not_applicable": "-", "manual": "?"}
STYLES = {"met": "green", "partial": "yellow", "not_met": "red", "not_applicable": "dim", "manual": "magenta"}
WORDS = {
    "zh": {"agent": "客服", "customer": "客户", "system": "系统", "total": "总分", "passed": "合格", "failed": "不合格",
           "critical": "一票否决", "manual": "人工", "pages": "来源", "inferred": "角色为推断"},
    "en": {"agent": "agent", "customer": "customer", "system": "system", "total": "total", "passed": "passed",
           "failed": "not passed", "critical": "critical", "manual": "manual", "pages": "source",
           "inferred": "roles are inferred"},
}  # fmt: skip


def explain_path(path: str, scorer: Scorer, *, only: str | None = None) -> int:
    """Print the one transcript of `path`, or the one with the id `only`; returns the exit code."""
    item = _one(path, only)
    result = scorer.result(item)
    if isinstance(result, Failure):
        hint = f" ({result.hint})" if result.hint else ""
        print(
            screen.one_line(f"failed: {result.source}: [{result.code}] {result.message}{hint}"),
            file=sys.stderr,
        )
        return 1
    out = screen.console(sys.stdout)
    show(result, scorer, out)
    return 0


def _one(path: str, only: str | None) -> Transcript | Failure:
    """The item asked for; of a file with several, `--id` must say which."""
    items = []
    for item in read_many([path]):
        if only is not None and item.id == only:
            return item
        items.append(item)
    names = ", ".join(screen.one_line(str(item.id or item.source)) for item in items[:10])
    if only is not None:
        raise UsageError(f"{path}: no conversation '{only}'; there are: {names}")
    if len(items) > 1:
        raise UsageError(f"{path}: holds {len(items)} conversations; choose one by --id: {names}")
    return items[0]


def show(card: Scorecard, scorer: Scorer, out: Console) -> None:
    """The head, the dialogue with marked evidence, then each section's criteria."""
    words = WORDS[scorer.spec.lang]
    _head(card, out, words)
    _dialogue(card.analysis, scorer, out, words)
    marks = MARKS if screen.holds(out, "".join(MARKS.values())) else PLAIN_MARKS
    for section in scorer.rubric.form_of(card.rubric).sections:
        own = [c for c in card.criteria if c.section == section.id]
        got, most = sum(c.points for c in own if c.max_points), sum(c.max_points for c in own)
        name = section.name_en or section.name if scorer.spec.lang == "en" else section.name
        share = f"  {got:g}/{most:g} × {section.weight:g}%" if most else ""
        out.print(Text(f"\n{name}", "bold") + Text(share, "dim"))
        for score in own:
            _criterion(score, out, marks)


def _head(card: Scorecard, out: Console, words: dict[str, str]) -> None:
    transcript = card.analysis.transcript
    verdict = words["passed"] if card.passed else words["failed"]
    out.print(Text(screen.one_line(transcript.id), "bold"))
    out.print(
        Text(
            f"{words['total']} {card.total:g}  {card.grade}  {verdict}",
            "bold green" if card.passed else "bold red",
        )
    )
    if card.failed_critical:
        out.print(Text(f"{words['critical']}: {', '.join(card.failed_critical)}", "bold red"))
    reading = transcript.reading
    read = " · ".join(filter(None, (transcript.source, reading.format, reading.encoding, card.rubric)))
    out.print(Text(screen.one_line(f"{words['pages']}: {read}"), "dim"))
    if reading.roles == "inferred":
        out.print(Text(screen.one_line(f"{words['inferred']}: {reading.reason}"), "yellow"))
    out.print()


def _dialogue(analysis: Analysis, scorer: Scorer, out: Console, words: dict[str, str]) -> None:
    found, labels = defaultdict(list), defaultdict(list)
    for detection in analysis.detections:
        found[detection.span.turn].append(detection)
    for prediction in analysis.predictions:
        if prediction.label not in ("neutral", "none"):
            labels[prediction.turn].append(scorer.label_name(prediction.task, prediction.label))
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right")
    grid.add_column()
    grid.add_column(overflow="fold")
    for turn, utterance in enumerate(analysis.transcript.utterances):
        text = Text(screen.safe(utterance.text))
        for detection in found[turn]:
            text.stylize("underline bold", detection.span.start, detection.span.end)
        names = [scorer.behavior_name(d.behavior) for d in found[turn]]
        names += map(screen.one_line, labels[turn])
        role = Text(words[utterance.role], "cyan" if utterance.role == "agent" else "")
        marks = Text(f"  [{' '.join(names)}]" if names else "", "dim")
        grid.add_row(Text(str(turn + 1), "dim"), role, _foldable(text + marks))
    out.print(grid)


def _criterion(score: CriterionScore, out: Console, marks: Mapping[str, str]) -> None:
    points = (
        f"{score.points:g}/{score.max_points:g}"
        if score.max_points
        else f"{score.points:+g}"
        if score.points
        else ""
    )
    out.print(Text(f"  {marks[score.outcome]} {score.name}  ", STYLES[score.outcome]) + Text(points))
    out.print(Padding(_foldable(Text(screen.one_line(score.reason), "dim")), (0, 0, 0, 4)))


def _foldable(text: Text) -> Text:
    """Chinese runs on without spaces: break it where the line ends, not before the run."""
    text.overflow = "fold"
    return text

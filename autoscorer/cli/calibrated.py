"""`calibrate`: from people's totals to a rubric file, checked by scoring with it."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

from rich.table import Table
from rich.text import Text

from .. import resources
from ..agreement import Sampling
from ..agreement.calibrate import Proposal, calibrate, record
from ..agreement.fit import Settings
from ..agreement.rewrite import rewrite
from ..errors import AutoscorerError, UsageError
from ..pipeline import Scorer
from ..review import Judgement
from ..review.values import TOTAL
from ..types import Scorecard
from . import people, screen
from .agreed import number

WORDS = {
    "zh": {"title": "{count} 个会话；校准后的数值来自交叉验证（按会话分五份）", "measure": "指标", "before": "校准前", "after": "校准后",
           "gain": "差（95% 区间）", "spearman": "Spearman 相关", "mean_absolute_error": "平均绝对误差",
           "kappa": "等级 Cohen κ（加权）", "number": "数值", "old": "原", "new": "新"},
    "en": {"title": "{count} contacts; 'after' is cross-validated (five folds by contact)", "measure": "measure",
           "before": "before", "after": "after", "gain": "difference (95 % interval)", "spearman": "Spearman",
           "mean_absolute_error": "mean absolute error", "kappa": "grade, Cohen's kappa (weighted)",
           "number": "number", "old": "old", "new": "new"},
}  # fmt: skip


def propose(
    judgements: Sequence[Judgement],
    cards: Mapping[str, Scorecard],
    rubric: Path | None,
    settings: Settings,
    how: Sampling,
) -> Proposal:
    """A proposal from the people's mean totals. Earlier results are scored again where their rubric is another."""
    said: dict[str, list[float]] = defaultdict(list)
    for one in judgements:
        if one.subject == TOTAL and one.value is not None:
            said[one.contact].append(float(one.value))
    if not said:
        raise UsageError("calibration needs people's totals; no row that could be used holds one")
    scorer = Scorer(rubric, use_models=False)
    again = _scored(scorer, [cards[name] for name in sorted(said)])
    means = {name: fmean(totals) for name, totals in said.items()}
    return calibrate(again, means, scorer.rubric, settings, how=how)


def _scored(scorer: Scorer, cards: Sequence[Scorecard]) -> list[Scorecard]:
    results = (scorer.result(card.analysis) for card in cards)
    cards = [result for result in results if isinstance(result, Scorecard)]
    base = [card for card in cards if card.rubric == scorer.rubric.label]
    if len(base) < len(cards):
        people.note(
            f"{len(cards) - len(base)} contacts have a variant of the rubric; only the others are fitted"
        )
    return base


def write(proposal: Proposal, cards: Mapping[str, Scorecard], rubric: Path | None, output: Path) -> None:
    """Write the new rubric, load it, and score with it: the totals must be the ones that were promised.

    Raises UsageError where the file cannot be written, AutoscorerError where the totals differ.
    """
    source = rubric or resources.default_rubric()
    scorer = Scorer(rubric, use_models=False)
    note = f"calibrated from {scorer.rubric.label} on {proposal.contacts} contacts that people scored"
    text = rewrite(source, proposal.numbers, note)
    partial = output.with_name(output.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from None
    made = _scored(Scorer(partial, use_models=False), [cards[name] for name in proposal.totals])
    worst = max(abs(card.total - proposal.totals[card.analysis.transcript.id]) for card in made)
    if worst > 0.02:  # rounding to cents
        raise AutoscorerError(
            f"{partial}: scores differ from the calibrated ones by {worst:.2f}; please report this"
        )
    partial.replace(output)


def show(proposal: Proposal, lang: str) -> None:
    """Print the gain, and what changes."""
    out, words = screen.console(sys.stdout), WORDS[lang]
    out.print(Text(words["title"].format(count=proposal.contacts), "bold"))
    gains = _table(words["measure"], words["before"], words["after"], words["gain"])
    for name, gain in proposal.gains.items():
        gains.add_row(words[name], f"{gain.before:.3f}", f"{gain.after:.3f}", number(gain.difference))
    out.print(gains)
    out.print()
    changed = _table(words["number"], words["old"], words["new"])
    for path, (old, new) in proposal.changed.items():
        changed.add_row(Text(screen.one_line(proposal.names[path])), f"{old:g}", f"{new:g}")
    out.print(changed)


def _table(*heads: str) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, head in enumerate(heads):
        made.add_column(head, justify="left" if place == 0 else "right")
    return made


__all__ = ["propose", "record", "show", "write"]

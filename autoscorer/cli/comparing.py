"""`rescore --compare`: who moves under another rubric, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ..compare import Cause, Move, Summary, compare_all, to_record
from ..errors import UsageError
from ..pipeline import Scorer
from ..results import load_results
from ..types import Result, Scorecard
from . import screen

SHOWN = 4
WORDS = {
    "zh": ("会话", "总分", "变化", "等级", "合格", "主要原因"),
    "en": ("contact", "total", "change", "grade", "passed", "largest changes"),
}
NOTES = {
    "zh": {True: "是", False: "否", "weights": "仅权重或分档、合格线不同", "more": "（另有 {count} 个会话未显示）",
           "summary": "{contacts} 个会话：升 {up}，降 {down}，不变 {same}；等级变化 {grades}；转为合格 {now_pass}，"
                      "转为不合格 {now_fail}；平均 {old:g} → {new:g}；未评分 {failures}"},
    "en": {True: "yes", False: "no", "weights": "weights, grades or marks only", "more": "({count} more contacts not shown)",
           "summary": "{contacts} contacts: {up} up, {down} down, {same} same; {grades} change grade; {now_pass} now pass, "
                      "{now_fail} no longer; mean {old:g} → {new:g}; {failures} not scored"},
}  # fmt: skip
OUTCOMES = {
    "zh": {"met": "符合", "partial": "部分符合", "not_met": "不符合", "not_applicable": "不适用", "manual": "人工", None: "无此项"},
    "en": {"met": "met", "partial": "partly", "not_met": "not met", "not_applicable": "n/a", "manual": "manual", None: "not there"},
}  # fmt: skip


def refuse_idle(compare: bool, others: Mapping[str, object], *, as_json: bool) -> None:
    """Raise UsageError where an option would do nothing."""
    if as_json and not compare:
        raise UsageError("--json goes with --compare; for results use --format jsonl")
    idle = (
        [name for name, given in others.items() if given is not None and given is not False]
        if compare
        else []
    )
    if idle:
        raise UsageError(
            f"{', '.join(idle)} does nothing with --compare; allowed: --json, -o FILE.xlsx, --lang"
        )


def compare_results(path: Path, scorer: Scorer, *, output: Path | None, as_json: bool) -> int:
    """Compare earlier results with what the scorer's rubric gives them; returns the exit code."""
    _check(output)
    moves, summary, failures = compare_all(_pairs(path, scorer))
    lang, out, errors = scorer.spec.lang, screen.console(sys.stdout), screen.console(sys.stderr)
    if output:
        _write(output, moves, summary, lang)
    if as_json:
        whole = {"summary": summary.record(), "moves": list(map(to_record, moves))}
        sys.stdout.write(json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    else:
        out.print(_table(moves, lang))
        if len(moves) > screen.SHOWN:
            out.print(Text(str(NOTES[lang]["more"]).format(count=len(moves) - screen.SHOWN), style="dim"))
        out.print(Text(_summed(summary, lang)), soft_wrap=True)
    for failure in failures[: screen.SHOWN]:
        errors.print(screen.one_line(f"not scored: {failure.source}: [{failure.code}] {failure.message}"))
    if output:
        errors.print(f"wrote {screen.one_line(str(output))}")
    return 1 if failures else 0


def _check(output: Path | None) -> None:
    if output is None:
        return
    if output.suffix.lower() != ".xlsx":
        raise UsageError(f"{output}: a comparison is written as .xlsx; for programs use --json")
    if output.exists():
        raise UsageError(f"{output}: is there already; choose another name")


def _pairs(path: Path, scorer: Scorer) -> Iterator[tuple[Result, Result]]:
    for before in load_results(path):
        if isinstance(before, Scorecard):
            yield _in_words_of(scorer, before), scorer.result(before.analysis)
        else:
            yield before, before


def _in_words_of(scorer: Scorer, card: Scorecard) -> Scorecard:
    """The earlier grade as the scorer names it now: another language is no other grade."""
    for grade in scorer.rubric.form_of(card.rubric).grades:
        if card.grade in (grade.name, grade.name_en):
            name = grade.name if scorer.spec.lang == "zh" else grade.name_en or grade.name
            return replace(card, grade=name)
    return card


def _summed(summary: Summary, lang: str) -> str:
    old, new = summary.means
    return str(NOTES[lang]["summary"]).format(**summary.record(), old=old, new=new)


def _table(moves: Sequence[Move], lang: str) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, head in enumerate(WORDS[lang]):
        most = screen.LONGEST if place == 0 else None
        made.add_column(head, overflow="fold", no_wrap=place not in (0, 5), max_width=most)
    for move in moves[: screen.SHOWN]:
        style = "green" if move.change > 0 else "red" if move.change < 0 else ""
        cells = _row(move, lang)
        made.add_row(*(Text(screen.one_line(c), style if i == 2 else "") for i, c in enumerate(cells)))
    return made


def _row(move: Move, lang: str) -> list[str]:
    notes = NOTES[lang]
    passed = (str(notes[move.passed[0]]), str(notes[move.passed[1]]))
    why = [_why(cause, lang) for cause in move.causes[:SHOWN]]
    return [
        move.id, _arrow(f"{move.total[0]:g}", f"{move.total[1]:g}"), f"{move.change:+g}", _arrow(*move.grade),
        _arrow(*passed), ("；" if lang == "zh" else "; ").join(why) or str(notes["weights"]),
    ]  # fmt: skip


def _arrow(old: str, new: str) -> str:
    return old if old == new else f"{old} → {new}"


def _why(cause: Cause, lang: str) -> str:
    """A criterion, what became of it, and the points that it loses less or more."""
    words = OUTCOMES[lang]
    parts = [cause.name]
    parts += [_arrow(words[cause.before], words[cause.after])] if cause.before != cause.after else []
    if cause.change:
        return " ".join([*parts, f"{cause.change:+g}"])
    shares = [f"{got:g}/{most:g}" for got, most in zip(cause.points, cause.max_points, strict=True)]
    return " ".join([*parts, _arrow(*shares)])


def _write(path: Path, moves: Sequence[Move], summary: Summary, lang: str) -> None:
    """One sheet: the summary, then a row for each contact that moves. No cell is ever a formula or a link."""
    import xlsxwriter

    from ..own_files import TITLE

    partial = path.with_name(path.name + ".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(partial), options) as book:
        book.set_properties({"title": TITLE})
        sheet, wrap = (
            book.add_worksheet("比较" if lang == "zh" else "comparison"),
            book.add_format({"text_wrap": True}),
        )
        sheet.set_column(0, 0, 24)
        sheet.set_column(5, 5, 80, wrap)
        sheet.write_string(0, 0, _summed(summary, lang))
        for row, cells in enumerate([list(WORDS[lang]), *(_row(move, lang) for move in moves)], 2):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell.encode("utf-8", "replace").decode()[:32_000])
    partial.replace(path)

"""The results with what people said: on the screen, and into files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ..errors import UsageError
from ..review import dialogue, final, log
from ..review.book import Book
from ..review.values import OUTCOMES
from ..rubric import load_rubric
from ..types import Scorecard
from ..writers import write
from . import people, screen

HEADS = {
    "zh": ("会话", "评分项", "机器", "人工", "以何为准", "质检员", "日期", "意见"),
    "en": ("contact", "criterion", "machine", "person", "counts", "inspector", "date", "comment"),
}
FINAL = {
    "zh": ("会话", "坐席", "机器总分", "机器等级", "最终总分", "最终等级", "合格", "以何为准"),
    "en": (
        "contact",
        "agent",
        "machine total",
        "machine grade",
        "final total",
        "final grade",
        "passed",
        "counts",
    ),
}
WORDS: dict[str, dict[str, Any]] = {
    "zh": {"person": "人工", "machine": "机器", "total": "总分", "grade": "等级", "turn": "第 {} 轮", "yes": "是", "no": "否",
           "accepted": "申诉成立", "rejected": "申诉不成立", "open": "申诉待处理", "later": "已有后续判定", "sheets": ("最终成绩", "人工判定")},
    "en": {"person": "person", "machine": "machine", "total": "total", "grade": "grade", "turn": "turn {}", "yes": "yes",
           "no": "no", "accepted": "appeal accepted", "rejected": "appeal rejected", "open": "appeal open", "later": "a later verdict",
           "sheets": ("final scores", "verdicts")},
}  # fmt: skip


def finals(results: Path, rubric: Path | None, *, everything: bool) -> Iterator[Scorecard]:
    """The final scorecards: of all contacts, or of those that people spoke of."""
    path = log.beside(results)
    said = log.by_subject(log.read(path))
    if not said and not everything:
        raise UsageError(f"{path}: nothing was imported yet; see `autoscorer review import --help`")
    loaded = load_rubric(rubric)
    source = people.Results(results)
    for card in source.cards():
        name = card.analysis.transcript.id
        if everything or name in said:
            yield final(card, said.get(name, {}), loaded)
    source.tell()


def record(card: Scorecard) -> dict[str, Any]:
    """What a machine needs to know of a reviewed contact."""
    review = card.analysis.provenance.get("review", {})
    return {
        "id": card.analysis.transcript.id,
        "total": card.total,
        "grade": card.grade,
        "passed": card.passed,
        **review,
    }


def show(cards: Iterable[Scorecard], lang: str) -> None:
    """A row for each thing that was said."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in HEADS[lang]:
        table.add_column(head, overflow="fold")
    for card in cards:
        for row in _rows(card, lang):
            table.add_row(*(Text(screen.one_line(str(value))) for value in row))
    screen.console(sys.stdout).print(table)


def _rows(card: Scorecard, lang: str) -> Iterator[list[object]]:
    words, review = WORDS[lang], card.analysis.provenance.get("review", {})
    names = {c.criterion: c.name for c in card.criteria}
    for one in review.get("said", ()):
        subject, appeal = one["subject"], one["appeal"]
        kind, _, turn = subject.partition(":")
        name = (
            words["turn"].format(int(turn) + 1)
            if kind == "turn" and turn
            else names.get(subject, words.get(subject, subject))
        )
        asked = [words[appeal["decision"]], appeal.get("by"), appeal["reason"]] if appeal else []
        told = "；".join(filter(None, [*asked, one["reason"]]))
        counts = (
            words["person"]
            if one["counts"]
            else words["machine"]
            if not _overruled(one, review)
            else words["later"]
        )
        yield [
            card.analysis.transcript.id, name, _machine(subject, card, review, lang), _person(one, lang), counts,
            one["by"], one["on"], told,
        ]  # fmt: skip


def _overruled(one: dict[str, Any], review: dict[str, Any]) -> bool:
    return any(other["counts"] and other["subject"] == one["subject"] for other in review["said"])


def _machine(subject: str, card: Scorecard, review: dict[str, Any], lang: str) -> str:
    if subject in ("total", "grade"):
        return f"{review['machine'][subject]}"
    was = review["machine"]["criteria"].get(subject)
    now = next((c.outcome for c in card.criteria if c.criterion == subject), None)
    outcome = was["outcome"] if was else now
    return _word(outcome, lang) if outcome else ""


def _person(one: dict[str, Any], lang: str) -> str:
    person = one["person"]
    if person is None:
        return ""
    if "verdict" not in person:
        return json.dumps({k: v for k, v in person.items() if v is not None}, ensure_ascii=False)
    points = f" {person['points']:g}" if person["points"] is not None else ""
    verdict = person["verdict"]
    return (_word(verdict, lang) if verdict in OUTCOMES else f"{verdict}") + points


def _word(outcome: Any, lang: str) -> str:
    words = OUTCOMES[outcome]
    return words[0] if lang == "zh" else next(word for word in words if word.isascii())


def write_final(results: Path, output: Path, rubric: Path | None, lang: str) -> int:
    """Final results as .jsonl, the contract of `score`, or .xlsx for people; returns how many."""
    suffix = output.suffix.lower()
    if suffix not in (".jsonl", ".xlsx"):
        raise UsageError(f"{output}: final results are written to .jsonl or .xlsx")
    cards = list(finals(results, rubric, everything=True))
    if suffix == ".jsonl":
        write(cards, output)
        return len(cards)
    words = WORDS[lang]
    book = Book(output, "final results")
    totals = book.sheet(words["sheets"][0], FINAL[lang], (20, 12, 10, 12, 10, 12, 8, 10))
    said = book.sheet(words["sheets"][1], HEADS[lang], (20, 18, 14, 14, 10, 10, 12, 40))
    for card in cards:
        totals.add(_total(card, lang))
        for row in _rows(card, lang):
            said.add(row)
    book.save()
    return len(cards)


def _total(card: Scorecard, lang: str) -> list[object]:
    words, review = WORDS[lang], card.analysis.provenance.get("review", {})
    machine = review.get("machine", {"total": card.total, "grade": card.grade})
    agent = card.analysis.transcript.metadata.get("agent_id")
    counts = words[review.get("counts", "machine")]
    passed = words["yes" if card.passed else "no"]
    name = card.analysis.transcript.id
    return [name, agent, machine["total"], machine["grade"], card.total, card.grade, passed, counts]


def write_labels(results: Path, output: Path) -> tuple[int, int]:
    """Training data, a JSON line a dialogue; how many, and in how many nothing pointed at a turn."""
    said = log.by_subject(log.read(log.beside(results)))
    if not said:
        raise UsageError(
            f"{log.beside(results)}: nothing was imported yet; see `autoscorer review import --help`"
        )
    cards = people.Results(results).wanted(said)
    made = [dialogue(card, said[name]) for name, card in cards.items()]
    lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in made if one]
    partial = output.with_name(output.name + ".partial")
    try:
        partial.write_text("".join(lines), encoding="utf-8")
        partial.replace(output)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from None
    return len(lines), len(made) - len(lines)

"""The log beside the results: what people said, line after line. Lines are added, never changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..errors import ConfigError, UsageError
from ..types import Scorecard
from . import turns
from .values import TOTAL, Judgement, TurnLabels

SCHEMA = 1
Entry = dict[str, Any]
"""One line: schema, key, contact, subject, machine, person, by, on, reason, appeal, rubric, source, at."""


@dataclass(frozen=True, slots=True)
class Added:
    """What an import did."""

    new: int
    known: int


def beside(results: Path) -> Path:
    """Where the log of a results file or folder lies: `reviews.jsonl`, or `NAME.reviews.jsonl` for NAME.jsonl."""
    file = results / "results.jsonl" if results.is_dir() else results
    return file.with_name("reviews.jsonl" if file.stem == "results" else f"{file.stem}.reviews.jsonl")


def entry(said: Judgement | TurnLabels, card: Scorecard) -> Entry:
    """The line for what a person said, with the machine's verdict at that time beside it."""
    made = _labels(said, card) if isinstance(said, TurnLabels) else _judgement(said, card)
    key = sha256(json.dumps(made, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]
    return {
        "schema": SCHEMA,
        "key": key,
        **made,
        "machine": _machine(card, made["subject"]),
        "rubric": card.rubric,
        "source": str(said.place),
    }


def _judgement(said: Judgement, card: Scorecard) -> Entry:
    person = None if said.value is None else {"verdict": said.value, "points": said.points}
    appeal = {"decision": said.appeal, "reason": said.appeal_reason} if said.appeal else None
    if appeal and (said.appealed_by or said.appealed_on):
        appeal |= {"by": said.appealed_by, "on": said.appealed_on}
    return {
        "contact": said.contact, "subject": said.subject, "person": person, "by": said.by, "on": said.on,
        "reason": said.reason, "appeal": appeal,
    }  # fmt: skip


def _labels(said: TurnLabels, card: Scorecard) -> Entry:
    behaviors = None if said.behaviors is None else list(said.behaviors)
    person = {"behaviors": behaviors, "sentiment": said.sentiment, "empathy": said.empathy}
    return {
        "contact": said.contact, "subject": f"turn:{said.turn}", "person": person, "by": said.by, "on": said.on,
        "reason": "", "appeal": None,
    }  # fmt: skip


def _machine(card: Scorecard, subject: str) -> Entry:
    """The machine's verdict on a subject, as it is kept."""
    kind, _, number = subject.partition(":")
    if kind == "turn" and number:
        labels = {p.task: p.label for p in card.analysis.predictions if p.turn == int(number)}
        return {"behaviors": list(turns.machine(card, int(number))), **labels}
    score = next((c for c in card.criteria if c.criterion == subject), None)
    if score is None:
        return {"total": card.total, "grade": card.grade, "passed": card.passed}
    return {"outcome": score.outcome, "points": score.points, "max_points": score.max_points}


def append(path: Path, entries: Iterable[Entry]) -> Added:
    """Add the entries that are not in the log yet. Raises UsageError where it cannot be written."""
    known = {e["key"] for e in read(path)}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    new, seen = [], 0
    for one in entries:
        seen += 1
        if one["key"] not in known:
            known.add(one["key"])
            new.append({**one, "at": at})
    if new:
        _write(path, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in new))
    return Added(len(new), seen - len(new))


def _write(path: Path, text: str) -> None:
    """One write, brought to disk; a line that a crash cut off before stays a line of its own."""
    try:
        with path.open("ab+") as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                text = text if file.read(1) == b"\n" else "\n" + text
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


def read(path: Path) -> list[Entry]:
    """All entries in order; none where there is no log.

    Raises ConfigError naming the line that is no entry; a last line that a crash cut off is left out.
    """
    return list(_read(path)) if path.exists() else []


def _read(path: Path) -> Iterator[Entry]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            if not isinstance(found, Mapping) or found.get("schema") != SCHEMA:
                raise ConfigError(f"{path}:{number}: not an entry of schema {SCHEMA}")
        except json.JSONDecodeError as error:
            if not line.endswith("}"):  # cut off by a crash; the import was never reported as done
                continue
            raise ConfigError(f"{path}:{number}: not JSON: {error}") from None
        yield dict(found)


def by_subject(entries: Sequence[Entry]) -> dict[str, dict[str, list[Entry]]]:
    """The entries of each contact and subject, oldest first: by their date, or the day of their import."""
    found: dict[str, dict[str, list[Entry]]] = {}
    ordered = sorted(enumerate(entries), key=lambda pair: (_day(pair[1]), pair[0]))
    for _, one in ordered:
        found.setdefault(one["contact"], {}).setdefault(one["subject"], []).append(one)
    return found


def counting(entries: Sequence[Entry]) -> Entry | None:
    """Of one subject's entries the one that counts: the last verdict. A rejected appeal changes nothing."""
    verdicts = [e for e in entries if e["person"] is not None]
    return verdicts[-1] if verdicts else None


def _day(one: Entry) -> str:
    digits = [
        part.zfill(2)
        for part in one["on"]
        .replace("年", "-")
        .replace("月", "-")
        .replace("/", "-")
        .replace(".", "-")
        .split("-")
    ]
    return "-".join(digits)[:10] if one["on"] else str(one.get("at", ""))[:10]


__all__ = ["TOTAL", "Added", "Entry", "append", "beside", "by_subject", "counting", "entry", "read"]

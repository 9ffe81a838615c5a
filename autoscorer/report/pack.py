"""Contacts packed small for the page: columns of the list, and chunks of dialogues that are opened when asked for.

Each part is JSON, deflated, in base64: nothing in it can end a script tag, and 5,000 contacts stay a few megabytes.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any, get_args

from .. import timing
from ..types import CriterionScore, Outcome, Role, Scorecard
from .contact import Contact, Score, sentiment, shorten
from .figures import severity
from .names import Names

CHUNK = 40
"""Dialogues in a chunk: small enough to open at once, large enough that they compress well."""
ROLES = get_args(Role)
OUTCOMES = get_args(Outcome)
SOURCE = 200


class Table:
    """Words that come again and again, each kept once; `index` gives a word its number."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}

    def index(self, word: str) -> int:
        """The number of a word, a new one when it is met first."""
        return self._at.setdefault(word, len(self._at))

    @property
    def words(self) -> list[str]:
        """All words by number."""
        return list(self._at)


def deflate(value: Any) -> str:
    """A JSON value as deflated base64."""
    raw = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return base64.b64encode(zlib.compress(raw, 9)).decode("ascii")


def columns(contacts: Sequence[Contact], names: Names) -> dict[str, Any]:
    """The list of contacts, a column a key; labels as numbers into `labels`."""
    table = Table()
    return {
        "id": [c.id for c in contacts],
        "agent": [table.index(c.agent) for c in contacts],
        "team": [table.index(c.team) for c in contacts],
        "channel": [table.index(c.channel) for c in contacts],
        "grade": [table.index(names.grade(c.grade)) for c in contacts],
        "day": [table.index(c.day.isoformat() if c.day else "") for c in contacts],
        "total": [c.total for c in contacts],
        "passed": [int(c.passed) for c in contacts],
        "turns": [c.turns for c in contacts],
        "severity": [severity(c) for c in contacts],
        "signs": [sorted({sign.alarm for sign in c.signs}) for c in contacts],
        "mood": [None if c.mood is None else round(c.mood.end, 2) for c in contacts],
        "need": [c.need for c in contacts],
        "complaint": [int(c.complaint) for c in contacts],
        "critical": [int(bool(c.critical)) for c in contacts],
        "violation": [int(c.violation) for c in contacts],
        "unsure": [len(c.unsure) for c in contacts],
        "labels": table.words,
        **_scores(contacts, names),
    }


def _scores(contacts: Sequence[Contact], names: Names) -> dict[str, Any]:
    """Every contact's scores as numbers into the few that differ: the page sums them for what is filtered."""
    at: dict[Score, int] = {}
    scores = [[at.setdefault(score, len(at)) for score in c.scores] for c in contacts]
    kinds = [
        [s.criterion, names.criterion(s.criterion), names.section(s.section), OUTCOMES.index(s.outcome), s.points, s.most]
        for s in at
    ]  # fmt: skip
    return {"scores": scores, "kinds": kinds}


class Packer:
    """Packs dialogues as they pass; only the packed chunks stay in memory."""

    def __init__(self, *, text: bool = True) -> None:
        self._text = text
        self._waiting: list[Any] = []
        self.criteria, self.behaviors = Table(), Table()
        self.chunks: list[str] = []

    def add(self, card: Scorecard) -> None:
        """Pack one contact, after those before it."""
        self._waiting.append(self._contact(card))
        if len(self._waiting) == CHUNK:
            self._flush()

    def finish(self) -> list[str]:
        """The chunks; contact number n is in chunk n // CHUNK."""
        self._flush()
        return self.chunks

    def _flush(self) -> None:
        if self._waiting:
            self.chunks.append(deflate(self._waiting))
            self._waiting = []

    def _contact(self, card: Scorecard) -> dict[str, Any]:
        analysis, transcript = card.analysis, card.analysis.transcript
        return {
            "source": shorten(transcript.source, SOURCE),
            "rubric": card.rubric,
            "critical": [self.criteria.index(c) for c in card.failed_critical],
            "turns": [
                [ROLES.index(u.role), u.text if self._text else "", _tenth(u.start), _tenth(u.end)]
                for u in transcript.utterances
            ],
            "mood": [[turn, round(value, 2)] for turn, value in sentiment(analysis)],
            "gaps": [[turn, round(seconds, 1)] for turn, seconds in timing.gaps(transcript.utterances)],
            "found": [[self.behaviors.index(d.behavior), d.span.turn, *self._span(d.span.start, d.span.end), d.source,
                       round(d.confidence, 2)] for d in analysis.detections],
            "doubts": [[self.behaviors.index(d.behavior), d.span.turn, *self._span(d.span.start, d.span.end),
                        round(d.confidence, 2)] for d in analysis.doubts],
            "criteria": [self._criterion(c) for c in card.criteria],
        }  # fmt: skip

    def _criterion(self, score: CriterionScore) -> list[Any]:
        evidence = [[e.span.turn, *self._span(e.span.start, e.span.end)] for e in score.evidence]
        return [
            self.criteria.index(score.criterion), OUTCOMES.index(score.outcome), score.points,
            score.max_points, score.reason if self._text else "", evidence, score.looked,
            int(score.unsure),
        ]  # fmt: skip

    def _span(self, start: int, end: int) -> tuple[int, int]:
        """Where words lie in a turn; without text that tells nothing, and nothing is told."""
        return (start, end) if self._text else (0, 0)


def _tenth(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)

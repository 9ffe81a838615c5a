"""Results as JSON records and back: the written contract, version 1 (`autoscorer schema` prints it)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from . import contract
from .errors import ConfigError
from .types import (
    SCHEMA_VERSION,
    Analysis,
    CriterionScore,
    Detection,
    Evidence,
    Failure,
    Near,
    Prediction,
    Reading,
    Result,
    Scorecard,
    Span,
    Transcript,
    Utterance,
)

Record = dict[str, Any]


class _Brief(TypedDict, total=False):
    """What tables show of a record; the rest is not even parsed."""

    schema: int
    id: str | None
    source: str
    rubric: str
    total: float
    grade: str
    passed: bool
    failed_critical: list[str]
    criteria: list[dict[str, Any]]
    metadata: dict[str, Any]
    failure: dict[str, Any]


_UNTOLD = {
    "utterances": (),
    "detections": (),
    "predictions": (),
    "reading": {"format": "", "encoding": None, "roles": "labelled", "reason": None},
    "provenance": {},
}


class Written:
    """A result with its line of JSON; of the two, one is made from the other when first asked for.

    total: of a scorecard, else None. failed: the stage at which a Failure arose, else "".
    """

    __slots__ = ("_line", "_result", "failed", "total")

    def __init__(self, line: bytes, total: float | None, failed: str) -> None:
        self._line: bytes | None = line
        self._result: Result | None = None
        self.total, self.failed = total, failed

    @classmethod
    def of(cls, result: Result) -> Written:
        """A result that is to be written."""
        failed = result.stage if isinstance(result, Failure) else ""
        made = cls(b"", None if isinstance(result, Failure) else result.total, failed)
        made._line, made._result = None, result
        return made

    @property
    def line(self) -> bytes:
        """The record as UTF-8 JSON, always the same for the same result; without a line end."""
        if self._line is None:
            assert self._result is not None
            self._line = _encoded(self._result)
        return self._line

    @property
    def result(self) -> Result:
        """The result itself."""
        if self._result is None:
            self._result = _result(json.loads(self.line))
        return self._result

    @property
    def brief(self) -> Result:
        """The result without what was said and found, which takes a third less time: enough for tables."""
        if self._result is not None:
            return self._result
        import msgspec

        return _result({**_UNTOLD, **msgspec.json.decode(self.line, type=_Brief)})

    def __reduce__(self) -> tuple[type[Written], tuple[bytes, float | None, str]]:
        """Between processes the line travels: it is needed in the end, and quicker than the values."""
        return Written, (self.line, self.total, self.failed)


def dumps(result: Result) -> str:
    """A result as one line of JSON, always the same for the same result."""
    return _encoded(result).decode()


def printable(line: bytes, encoding: str) -> str:
    """A line of JSON for an output of that encoding; where it lacks a character, all but ASCII is escaped."""
    text = line.decode()
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = json.dumps(json.loads(line), separators=(",", ":"))
    return text


def _encoded(result: Result) -> bytes:
    import msgspec

    record = to_record(result)
    try:
        return msgspec.json.encode(record)
    except UnicodeEncodeError:  # half a character, in a transcript made in memory: files with one are refused
        return json.dumps(record, separators=(",", ":")).encode()


def to_record(result: Result) -> Record:
    """The JSON object of a result; a Failure has `failure` in place of scores."""
    return _failure_record(result) if isinstance(result, Failure) else _scorecard_record(result)


def _failure_record(failure: Failure) -> Record:
    why = {"stage": failure.stage, "code": failure.code, "message": failure.message, "hint": failure.hint}
    return {"schema": SCHEMA_VERSION, "id": failure.id, "source": failure.source, "failure": why}


def _scorecard_record(card: Scorecard) -> Record:
    analysis = card.analysis
    transcript, reading = analysis.transcript, analysis.transcript.reading
    return {
        "schema": SCHEMA_VERSION,
        "id": transcript.id,
        "source": transcript.source,
        "rubric": card.rubric,
        "total": card.total,
        "grade": card.grade,
        "passed": card.passed,
        "failed_critical": list(card.failed_critical),
        "criteria": [_criterion(c) for c in card.criteria],
        "utterances": [
            {"turn": i, "role": u.role, "speaker": u.speaker, "text": u.text, "start": u.start, "end": u.end}
            for i, u in enumerate(transcript.utterances)
        ],
        "detections": [_detection(d) for d in analysis.detections],
        "doubts": [{**_detection(d), "needed": d.needed} for d in analysis.doubts],
        "predictions": [
            {"task": p.task, "turn": p.turn, "label": p.label, "probability": p.probability}
            | ({"needed": p.needed} if p.needed else {})
            for p in analysis.predictions
        ],
        "ratings": dict(analysis.ratings),
        "metadata": dict(transcript.metadata),
        "reading": {
            "format": reading.format,
            "encoding": reading.encoding,
            "roles": reading.roles,
            "reason": reading.reason,
        },
        "provenance": dict(analysis.provenance),
    }


def _detection(d: Detection) -> Record:
    return {
        "behavior": d.behavior,
        **_quote(d.span, d.text),
        "source": d.source,
        "confidence": d.confidence,
    }


def _criterion(score: CriterionScore) -> Record:
    return {
        "criterion": score.criterion,
        "section": score.section,
        "name": score.name,
        "outcome": score.outcome,
        "points": score.points,
        "max_points": score.max_points,
        "reason": score.reason,
        "evidence": [_quote(e.span, e.text) for e in score.evidence],
        "looked": list(score.looked) if score.looked else None,
        "nearest": [
            {**_quote(n.span, n.text), "likeness": n.likeness, "why": n.why, "away": n.away}
            for n in score.nearest
        ],
        "unsure": score.unsure,
    }


def _quote(span: Span, text: str) -> Record:
    return {"turn": span.turn, "start": span.start, "end": span.end, "text": text}


def from_record(record: Mapping[str, Any]) -> Result:
    """The result that `to_record` wrote. Raises ConfigError for another schema, or naming the key that is wrong."""
    if record.get("schema") != SCHEMA_VERSION:
        found = record.get("schema", "none")
        raise ConfigError(f"not a result of schema {SCHEMA_VERSION}: found schema {found}")
    contract.check(record)
    return _result(record)


def _result(record: Mapping[str, Any]) -> Result:
    """What our own record says: it needs no check."""
    return _failure(record) if "failure" in record else _scorecard(record)


def _failure(record: Mapping[str, Any]) -> Failure:
    why = record["failure"]
    return Failure(record["source"], why["stage"], why["code"], why["message"], why["hint"], record["id"])


def _scorecard(record: Mapping[str, Any]) -> Scorecard:
    criteria = tuple(
        CriterionScore(
            c["criterion"], c["section"], c["name"], c["outcome"], c["points"], c["max_points"], c["reason"],
            tuple(Evidence(_span(e), e["text"]) for e in c["evidence"]),
            tuple(c["looked"]) if c["looked"] else None,
            tuple(Near(_span(n), n["text"], n["likeness"], n["why"], n["away"]) for n in c.get("nearest", ())),
            c.get("unsure", False),
        )
        for c in record["criteria"]
    )  # fmt: skip
    return Scorecard(
        _analysis(record), record["rubric"], criteria, record["total"], record["grade"], record["passed"],
        tuple(record["failed_critical"]),
    )  # fmt: skip


def _analysis(record: Mapping[str, Any]) -> Analysis:
    utterances = tuple(
        Utterance(u["role"], u["text"], u["speaker"], u["start"], u["end"]) for u in record["utterances"]
    )
    read = record["reading"]
    reading = Reading(read["format"], read["encoding"], read["roles"], read["reason"])
    transcript = Transcript(record["id"], utterances, record["source"], record["metadata"], reading)
    detections, doubts = (
        tuple(
            Detection(d["behavior"], _span(d), d["text"], d["source"], d["confidence"], d.get("needed", 0.0))
            for d in record.get(key, ())
        )
        for key in ("detections", "doubts")
    )
    predictions = tuple(
        Prediction(p["task"], p["turn"], p["label"], p["probability"], p.get("needed", 0.0))
        for p in record["predictions"]
    )
    provenance, ratings = record["provenance"], record.get("ratings", {})
    return Analysis(transcript, detections, predictions, provenance, ratings, doubts)


def _span(quote: Mapping[str, Any]) -> Span:
    return Span(quote["turn"], quote["start"], quote["end"])

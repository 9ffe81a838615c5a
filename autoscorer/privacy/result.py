"""A result with private values masked, or without the words of the transcript; scores stay what they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from ..scoring.facts import QUOTE
from ..scoring.requote import requote
from ..types import (
    CriterionScore,
    Detection,
    Evidence,
    Failure,
    Near,
    Result,
    Scorecard,
    Span,
    Transcript,
    Utterance,
)
from . import metadata
from .found import Kind
from .masker import Masked, Masker, Text
from .speakers import private_speaker


def mask(result: Result) -> Result:
    """The result with identity numbers, telephones, names and the like replaced by placeholders.

    Texts, quotes, reasons, ids, sources and metadata are all rewritten, alike; every span quotes the masked
    text. Scores, outcomes and turns do not change. Masking twice is masking once.
    """
    return _failure(result) if isinstance(result, Failure) else _Card(result).masked()


def _failure(failure: Failure) -> Failure:
    masker = Masker([(failure.id or "", ID), (failure.source, ID), (failure.message, ""), (failure.hint, "")])
    return replace(
        failure,
        source=masker.masked(failure.source, before=ID).text,
        message=masker.masked(failure.message).text,
        hint=masker.masked(failure.hint).text,
        id=None if failure.id is None else masker.masked(failure.id, before=ID).text,
    )


ID = "编号"
"""Stands before an id: long numbers in it are no bank cards."""


class _Card:
    def __init__(self, card: Scorecard) -> None:
        self.card, self.transcript = card, card.analysis.transcript
        self.masker = Masker(_texts(self.transcript), _known(self.transcript))
        before = ["", *(u.text for u in self.transcript.utterances)]
        self.turns: list[Masked] = [
            self.masker.masked(u.text, before=b)
            for u, b in zip(self.transcript.utterances, before, strict=False)
        ]

    def masked(self) -> Scorecard:
        analysis = self.card.analysis
        detections = tuple(self._detection(d) for d in analysis.detections)
        doubts = tuple(self._detection(d) for d in analysis.doubts)
        shown = replace(analysis, transcript=self._transcript(), detections=detections, doubts=doubts)
        return replace(self.card, analysis=shown, criteria=tuple(map(self._criterion, self.card.criteria)))

    def _transcript(self) -> Transcript:
        old, text = self.transcript, self._plain
        utterances = tuple(
            replace(u, text=m.text, speaker=self._speaker(u))
            for u, m in zip(old.utterances, self.turns, strict=True)
        )
        reason = None if old.reading.reason is None else text(old.reading.reason)
        return Transcript(
            text(old.id, ID),
            utterances,
            text(old.source, ID),
            metadata.masked(old.metadata, self.masker),
            replace(old.reading, reason=reason),
        )

    def _plain(self, text: str, before: str = "") -> str:
        return self.masker.masked(text, before=before).text

    def _speaker(self, utterance: Utterance) -> str | None:
        if utterance.speaker is None:
            return None
        private = private_speaker(utterance)
        if private:
            kind, value, form = private
            return utterance.speaker.replace(form, self.masker.placeholder(kind, value))
        return self._plain(utterance.speaker)

    def _detection(self, detection: Detection) -> Detection:
        span, text = self._quote(detection.span, detection.text)
        return replace(detection, span=span, text=text)

    def _quote(self, span: Span, text: str) -> tuple[Span, str]:
        """The span in the masked text, and its quote. Where there is no text any more, nothing changes."""
        masked = self.turns[span.turn]
        if self.transcript.utterances[span.turn].text[span.start : span.end] != text:
            return span, self._plain(text)
        start, end = masked.span(span.start, span.end)
        return Span(span.turn, start, end), masked.text[start:end]

    def _criterion(self, score: CriterionScore) -> CriterionScore:
        evidence = tuple(Evidence(*self._quote(e.span, e.text)) for e in score.evidence)
        nearest = tuple(map(self._near, score.nearest))
        reason = requote(score.reason, self._quoted, self._requoted)
        return replace(score, evidence=evidence, nearest=nearest, reason=self._plain(reason))

    def _near(self, near: Near) -> Near:
        span, text = self._quote(near.span, near.text)
        return replace(near, span=span, text=text)

    @cached_property
    def _quoted(self) -> dict[int, dict[str, Span]]:
        return quoted(self.card)

    def _requoted(self, turn: int, quote: str) -> str:
        span = self._quoted.get(turn, {}).get(quote)
        return self._quote(span, quote)[1] if span else self._plain(quote)


def quoted(card: Scorecard) -> dict[int, dict[str, Span]]:
    """By turn, what the reasons of a card may quote, and where it stands."""
    found: dict[int, dict[str, Span]] = defaultdict(dict)
    for turn, utterance in enumerate(card.analysis.transcript.utterances):
        whole = utterance.text[:QUOTE]
        found[turn][whole] = Span(turn, 0, len(whole))
    places: list[Detection | Evidence | Near] = [*card.analysis.detections, *card.analysis.doubts]
    for criterion in card.criteria:
        places += [*criterion.evidence, *criterion.nearest]
    for each in places:
        found[each.span.turn].setdefault(each.text, each.span)
    return found


def _texts(transcript: Transcript) -> Iterator[Text]:
    before = ""
    for utterance in transcript.utterances:
        yield utterance.text, before
        before = utterance.text
    yield transcript.id, ID
    yield transcript.source, ID
    yield from metadata.texts(transcript.metadata)


def _known(transcript: Transcript) -> Iterator[tuple[Kind, str, str]]:
    yield from filter(None, map(private_speaker, transcript.utterances))
    yield from metadata.named(transcript.metadata)

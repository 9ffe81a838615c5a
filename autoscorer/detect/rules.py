"""Finds the behaviors of a rule book in a transcript."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..medium import medium
from ..rules import Rule, RuleBook
from ..rules.problems import order
from ..segment import Segmenter
from ..types import Detection, Prediction, Role, Span, Transcript
from .leaves import Modes
from .scan import TextIndex
from .tree import Compiler, Node, needed_leaves
from .view import QUOTE, Encoder, View


@dataclass(frozen=True, slots=True)
class Findings:
    """What rules found, and how.

    medium: whether the transcript was taken as typed or as speech, and why. unanswered: the rules that
    could not be answered somewhere, with what they lack (`times`, `model:TASK`); there they did not fire.
    """

    detections: tuple[Detection, ...]
    medium: Mapping[str, str]
    unanswered: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Ready:
    rule: Rule
    role: Role
    node: Node
    leaves: frozenset[int] | None
    """The leaves of which one must stand in a turn: most rules are of words, and most words are not said."""


class Detector:
    """Runs a rule book. encoder: how `similar` compares sentences by sense; left out, it cannot be answered."""

    def __init__(self, book: RuleBook, segmenter: Segmenter, encoder: Encoder | None = None) -> None:
        self.book = book
        self._encoder = encoder
        compiler = Compiler(book.conditions)
        self._rules = [self._ready(rule, compiler) for rule in order(book)]
        self._index = TextIndex(compiler.leaves, segmenter)

    def _ready(self, rule: Rule, compiler: Compiler) -> _Ready:
        book = self.book
        modes = Modes(
            book.same_sound if rule.same_sound is None else rule.same_sound,
            rule.negation or book.negation,
            rule.quoted or book.quoted,
        )
        node = compiler.rule(rule, rule.match or rule, modes)
        return _Ready(rule, book.behaviors[rule.behavior].role, node, needed_leaves(node))

    def detect(
        self, transcript: Transcript, predictions: Iterable[Prediction] | None = None
    ) -> tuple[Detection, ...]:
        """The behaviors found in `transcript`, at most one detection of a behavior a turn: the surest."""
        return self.search(transcript, predictions).detections

    def search(self, transcript: Transcript, predictions: Iterable[Prediction] | None = None) -> Findings:
        """Like `detect`, with how it was found. predictions: of the classifiers; None where none ran."""
        guess = medium(transcript)
        view = View(transcript, self._index, self._encoder, self.book.positions, guess, _by_task(predictions))
        unanswered = {}
        may = view.may
        for ready in self._rules:
            if ready.leaves is not None and ready.leaves.isdisjoint(may[ready.role]):
                continue
            if ready.rule.transcript in (None, guess.medium):
                view.missing.clear()
                if _apply(ready, view):
                    unanswered[ready.rule.id] = tuple(sorted(view.missing))
        found = sorted((d for turns in view.found.values() for d in turns.values()), key=_order)
        return Findings(tuple(found), {"medium": guess.medium, "reason": guess.reason}, unanswered)

    def every(self, transcript: Transcript) -> Iterator[tuple[Rule, int]]:
        """Every rule with every turn on which it hits, also where a surer rule found the same behavior."""
        guess = medium(transcript)
        view = View(transcript, self._index, self._encoder, self.book.positions, guess, None)
        for ready in self._rules:
            if ready.rule.transcript in (None, guess.medium):
                hits = ready.node.find(view, view.of_role(ready.role)).hits
                _apply(ready, view)
                yield from ((ready.rule, turn) for turn in sorted(hits))


def _apply(ready: _Ready, view: View) -> bool:
    """Adds what the rule finds; whether something of it stays unknown. Surer findings are not searched again."""
    rule, known = ready.rule, view.found[ready.rule.behavior]
    turns = view.of_role(ready.role)
    open_ = (
        tuple(t for t in turns if t not in known or known[t].confidence <= rule.confidence)
        if known
        else turns
    )
    found = ready.node.find(view, open_)
    if not found.hits:
        return bool(found.unknown)
    kept = found.turns[:1] if ready.node.contact else found.turns
    for turn in kept:
        _keep(known, _detection(view, rule, turn, found.hits[turn]))
    return bool(found.unknown)


def _by_task(predictions: Iterable[Prediction] | None) -> dict[str, dict[int, Prediction]] | None:
    if predictions is None:
        return None
    tasks: dict[str, dict[int, Prediction]] = defaultdict(dict)
    for prediction in predictions:
        tasks[prediction.task][prediction.turn] = prediction
    return tasks


def _detection(view: View, rule: Rule, turn: int, hits: tuple[tuple[int, int], ...]) -> Detection:
    text = view.transcript.utterances[turn].text
    start, end = hits[0] if hits else (0, min(len(text), QUOTE))
    return Detection(
        rule.behavior, Span(turn, start, end), text[start:end], f"rule:{rule.id}", rule.confidence
    )


def _keep(turns: dict[int, Detection], new: Detection) -> None:
    old = turns.get(new.span.turn)
    if old is None or (new.confidence, -new.span.start) > (old.confidence, -old.span.start):
        turns[new.span.turn] = new


def _order(detection: Detection) -> tuple[int, int, int, str]:
    return detection.span.turn, detection.span.start, detection.span.end, detection.behavior

"""Finds the behaviors of a rule book in a transcript: every phrase of every rule in one pass."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ..positions import follows, turns_at
from ..rules import Rule, RuleBook
from ..segment import Segmenter
from ..text import compile_pattern, normalize
from ..types import Detection, Role, Span, Transcript

Kind = Literal["phrase", "word", "unless"]
Hit = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    role: Role
    regex: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]


class Detector:
    """Runs a rule book: an Aho-Corasick automaton of all phrases, and the compiled regexes."""

    def __init__(self, book: RuleBook, segmenter: Segmenter) -> None:
        self.book = book
        self._segmenter = segmenter
        self._rules = [_compile(rule, book.behaviors[rule.behavior].role) for rule in book.rules]
        self._automaton = _automaton(book.rules)
        self._with_regex = {
            role: [i for i, c in enumerate(self._rules) if c.regex and c.role == role]
            for role in ("agent", "customer")
        }

    def detect(self, transcript: Transcript) -> tuple[Detection, ...]:
        """The behaviors found in `transcript`, at most one detection of a behavior a turn: the surest.

        Anchored rules (`after`) are tried last, in the order of the book.
        """
        places = self._places(transcript)
        found: dict[str, dict[int, Detection]] = defaultdict(dict)
        hits = [
            hit for turn in range(len(transcript.utterances)) for hit in self._hits(transcript, turn, places)
        ]
        for anchored in (False, True):
            for index, turn, hit in sorted(hits) if anchored else hits:
                rule = self._rules[index].rule
                if (rule.after is not None) is anchored and _anchor_holds(rule, turn, found):
                    _keep(found[rule.behavior], _detection(transcript, rule, turn, hit))
        return tuple(sorted((d for turns in found.values() for d in turns.values()), key=_order))

    def _places(self, transcript: Transcript) -> dict[tuple[str, str], frozenset[int]]:
        size = self.book.positions
        return {
            (role, where): frozenset(
                turns_at(transcript, role, where, opening=size.opening, closing=size.closing)
            )
            for role in ("agent", "customer")
            for where in ("opening", "closing", "anywhere")
        }

    def _hits(
        self, transcript: Transcript, turn: int, places: dict[tuple[str, str], frozenset[int]]
    ) -> Iterator[tuple[int, int, Hit]]:
        """The first hit that stands of each rule that looks at this turn."""
        utterance = transcript.utterances[turn]
        if utterance.role == "system":
            return
        shown = normalize(utterance.text)
        phrases = self._phrases(utterance.text, shown)
        for index in sorted({*phrases, *self._with_regex[utterance.role]}):
            compiled = self._rules[index]
            if compiled.role == utterance.role and turn in places[compiled.role, compiled.rule.where]:
                hit = _standing(compiled, shown, phrases.get(index, ()))
                if hit:
                    yield index, turn, hit

    def _phrases(self, text: str, shown: str) -> dict[int, list[tuple[Kind, Hit]]]:
        """The phrases of all rules in one text, by rule. Words must begin and end where jieba cuts."""
        found: dict[int, list[tuple[Kind, Hit]]] = defaultdict(list)
        borders: frozenset[int] | None = None
        for last, (length, owners) in self._automaton.iter(shown) if len(self._automaton) else ():
            hit = (last + 1 - length, last + 1)
            for index, kind in owners:
                if kind == "word":
                    borders = borders if borders is not None else self._segmenter.borders(text)
                    if not borders.issuperset(hit):
                        continue
                found[index].append((kind, hit))
        return found


def _compile(rule: Rule, role: Role) -> _Compiled:
    regex = tuple(map(compile_pattern, rule.regex))
    return _Compiled(rule, role, regex, tuple(map(compile_pattern, rule.unless_regex)))


def _automaton(rules: tuple[Rule, ...]) -> Any:
    import ahocorasick

    owners: dict[str, list[tuple[int, Kind]]] = defaultdict(list)
    for index, rule in enumerate(rules):
        lists: tuple[tuple[Kind, tuple[str, ...]], ...] = (
            ("phrase", rule.phrases),
            ("word", rule.words),
            ("unless", rule.unless),
        )
        for kind, phrases in lists:
            for phrase in phrases:
                owners[normalize(phrase)].append((index, kind))
    automaton = ahocorasick.Automaton()
    for phrase, who in owners.items():
        automaton.add_word(phrase, (len(phrase), who))
    automaton.make_automaton()
    return automaton


def _standing(compiled: _Compiled, shown: str, phrases: Any) -> Hit | None:
    """The earliest, then longest hit that no `unless` covers."""
    hits = [hit for kind, hit in phrases if kind != "unless"]
    hits += [match.span() for regex in compiled.regex for match in regex.finditer(shown)]
    if not hits:
        return None
    cancels = [hit for kind, hit in phrases if kind == "unless"]
    cancels += [match.span() for regex in compiled.unless for match in regex.finditer(shown)]
    return _first_uncovered(sorted(hits, key=lambda hit: (hit[0], -hit[1])), sorted(cancels))


def _first_uncovered(hits: list[Hit], cancels: list[Hit]) -> Hit | None:
    """The first hit that lies inside no cancelling one; both lists are sorted, so one pass is enough."""
    at, reach = 0, -1
    for hit in hits:
        while at < len(cancels) and cancels[at][0] <= hit[0]:
            reach, at = max(reach, cancels[at][1]), at + 1
        if reach < hit[1]:
            return hit
    return None


def _anchor_holds(rule: Rule, turn: int, found: dict[str, dict[int, Detection]]) -> bool:
    return rule.after is None or follows(turn, found[str(rule.after.of.use)], rule.within)


def _detection(transcript: Transcript, rule: Rule, turn: int, hit: Hit) -> Detection:
    quote = transcript.utterances[turn].text[hit[0] : hit[1]]
    return Detection(rule.behavior, Span(turn, *hit), quote, f"rule:{rule.id}", rule.confidence)


def _keep(turns: dict[int, Detection], new: Detection) -> None:
    old = turns.get(new.span.turn)
    if old is None or (new.confidence, -new.span.start) > (old.confidence, -old.span.start):
        turns[new.span.turn] = new


def _order(detection: Detection) -> tuple[int, int, int, str]:
    return detection.span.turn, detection.span.start, detection.span.end, detection.behavior

"""What is allowed in a rule book and yet surely not meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ..rules import Rule, RuleBook
from ..text import normalize


@dataclass(frozen=True, slots=True)
class Warning_:
    """A rule, its key, and what is odd about it."""

    rule: str
    key: str
    message: str


def lint(book: RuleBook) -> list[Warning_]:
    """Warnings about the rules of `book`, in its order."""
    return [*(w for rule in book.rules for w in _alone(rule)), *_twice(book)]


def _alone(rule: Rule) -> Iterator[Warning_]:
    for key in ("phrases", "words"):
        for phrase in getattr(rule, key):
            seen = normalize(phrase)
            if len(seen.strip()) == 1 and not (rule.unless or rule.unless_regex) and key == "phrases":
                yield Warning_(
                    rule.id, key, f"'{phrase}' is one character and hits inside words; add 'unless'"
                )
            if seen in map(normalize, rule.unless):
                yield Warning_(rule.id, key, f"'{phrase}' can never hit: it stands in 'unless' too")
            if any(c in "\n\r\t" for c in phrase) or phrase != phrase.strip():
                yield Warning_(
                    rule.id, key, f"'{phrase}' begins or ends with white space, which turns do not"
                )
    for phrase in rule.unless:
        parts = (*rule.phrases, *rule.words)
        if (
            parts
            and not rule.regex
            and not rule.match
            and not any(normalize(p) in normalize(phrase) for p in parts)
        ):
            yield Warning_(rule.id, "unless", f"'{phrase}' cancels nothing: no phrase of the rule lies in it")


def _twice(book: RuleBook) -> Iterator[Warning_]:
    """The same phrase under the same behavior in two rules that look in the same places."""
    owners: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for rule in book.rules:
        for phrase in {normalize(p) for p in rule.phrases}:
            owners[rule.behavior, rule.where, rule.after, rule.transcript, phrase].append(rule.id)
    for place, rules in owners.items():
        if len(rules) > 1:
            yield Warning_(rules[-1], "phrases", f"'{place[-1]}' stands in {' and '.join(rules)}")

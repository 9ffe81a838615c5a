"""What is allowed in a rule book and yet surely not meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from ..backtracking import is_limited
from ..rules import Condition, Rule, RuleBook, Scope, Wording
from ..rules.problems import behaviors_of, reached
from ..text import compile_pattern, normalize
from .covers import lies_in
from .logic import Held, Keys, Logic

Told = Iterator[tuple[Keys, str]]
_UNBOUNDED = "it could search very long; bound its repeats, such as {0,20} for *"
_SOUND = (False, "auto", True)


@dataclass(frozen=True, slots=True)
class Warning_:
    """A rule, its key, and what is odd about it. Of a named condition: `conditions`, and its name in the key."""

    rule: str
    key: str
    message: str


def lint(book: RuleBook) -> list[Warning_]:
    """Warnings about the rules of `book` and its named conditions, in its order; then about pairs of rules."""
    logic = Logic(book)
    alone = [
        Warning_(rule.id, _key(k) or "where", m) for rule in book.rules for k, m in _rule(rule, book, logic)
    ]
    named = [
        Warning_("conditions", _key((name, *k)), m)
        for name, root in book.conditions.items()
        for k, m in _condition(name, root, book, logic)
    ]
    return [*alone, *named, *_twice(book), *_overlaps(book, logic)]


def _rule(rule: Rule, book: RuleBook, logic: Logic) -> Told:
    yield from _words(rule, ())
    for path, part in rule.conditions():
        yield from (*_words(part, path), *_unfound(part, path, book))
    scope = Held(logic.held(logic.of_rule(rule)).scopes[:1])
    if conflict := logic.conflict(scope):
        yield (), f"can never hold: {conflict[1]}"
    elif rule.match:
        yield from _tree(rule.match, ("match",), scope, logic)
    for key, anchor in rule.anchors():
        yield from _tree(anchor.of, (key, "of"), Held(), logic)


def _condition(name: str, root: Condition, book: RuleBook, logic: Logic) -> Told:
    if not any(part.use == name for rule in book.rules for part in reached(rule, book)):
        yield (), "no rule uses it"
    for path, part in root.parts():
        yield from (*_words(part, path), *_unfound(part, path, book))
    yield from _tree(root, (), Held(), logic)


def _words(wording: Wording, path: Keys) -> Told:
    for key in ("phrases", "words"):
        for phrase in getattr(wording, key):
            seen = normalize(phrase)
            cancels = wording.unless or wording.unless_regex
            if len(seen.strip()) == 1 and not cancels and key == "phrases" and wording.need != "none":
                yield (*path, key), f"'{phrase}' is one character and hits inside words; add 'unless'"
            if seen in map(normalize, wording.unless):
                yield (*path, key), f"'{phrase}' can never hit: it stands in 'unless' too"
            if any(c in "\n\r\t" for c in phrase) or phrase != phrase.strip():
                yield (*path, key), f"'{phrase}' begins or ends with white space, which turns do not"
    parts = [normalize(part) for part in (*wording.phrases, *wording.words)]
    for phrase in wording.unless if parts and not (wording.regex or wording.tokens) else ():
        if not any(part in normalize(phrase) for part in parts):
            yield (*path, "unless"), f"'{phrase}' cancels nothing: no phrase of the rule lies in it"
    for key in ("regex", "unless_regex"):
        for i, pattern in enumerate(getattr(wording, key)):
            if is_limited(compile_pattern(pattern)):
                yield (*path, key, i), f"runs many times slower, under a limit of time: {_UNBOUNDED}"


def _unfound(part: Condition, path: Keys, book: RuleBook) -> Told:
    """Behaviors that are asked for and that no rule finds."""
    found = {rule.behavior for rule in book.rules}
    for name in behaviors_of(part, book.conditions):
        if name not in found:
            message = f"no rule finds '{name}', so it never holds (what the model finds does not count)"
            yield (*path, "use" if part.use else "behavior"), message


def _tree(root: Condition, path: Keys, around: Held, logic: Logic) -> Told:
    """What can never hold or never matters in a condition; `around`: what holds where it is asked."""
    held = around | logic.held(root, path)
    conflict = logic.conflict(held)
    if conflict is None:
        yield from _inside(root, path, held, logic)
        return
    where, why = conflict
    if where[: len(path)] == path:
        yield where, f"can never hold: {why}"
    else:
        yield path, f"can never hold: see '{_key(where) or 'where'}': {why}"


def _inside(root: Condition, path: Keys, held: Held, logic: Logic) -> Told:
    for i, part in enumerate(root.all_of):
        yield from _inside(part, (*path, "all", i), held, logic)
    for i, part in enumerate(root.any_of):
        yield from _tree(part, (*path, "any", i), held, logic)
    for key, part in root.elsewhere():
        yield from _tree(part, (*path, *key), Held(), logic)
    if root.negated:
        yield from _tree(root.negated, (*path, "not"), Held(), logic)
    idle = dict[int, int]()
    for j, i in permutations(range(len(root.any_of)), 2):
        if i not in idle and j not in idle and logic.implies(root.any_of[i], root.any_of[j]):
            idle[i] = j
    for i, j in idle.items():
        yield (*path, "any", i), f"never matters: where it holds, 'any.{j}' holds too"


def _twice(book: RuleBook) -> Iterator[Warning_]:
    """The same phrase under the same behavior in two rules that look in the same places."""
    owners: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for rule in book.rules:
        for phrase in {normalize(p) for p in rule.phrases}:
            owners[rule.behavior, *_places(rule), phrase].append(rule.id)
    for place, rules in owners.items():
        if len(rules) > 1:
            yield Warning_(rules[-1], "phrases", f"'{place[-1]}' stands in {' and '.join(rules)}")


def _overlaps(book: RuleBook, logic: Logic) -> Iterator[Warning_]:
    """Rules, and phrases of rules, that find nothing that another rule of the behavior does not find."""
    idle = set[tuple[str, str]]()
    for other, rule in permutations(book.rules, 2):  # of two alike, the later one is told
        if rule.behavior != other.behavior or not _as_sure(other, rule, book, logic):
            continue
        if _phrases_only(rule):
            yield from _phrases_in(rule, other, logic)
        elif (other.id, rule.id) not in idle and logic.implies(logic.of_rule(rule), logic.of_rule(other)):
            idle.add((rule.id, other.id))
            key = "match" if rule.match else next(k for k in ("regex", "words", "tokens") if getattr(rule, k))
            yield Warning_(rule.id, key, f"finds nothing that {other.id} does not find")


def _phrases_in(rule: Rule, other: Rule, logic: Logic) -> Iterator[Warning_]:
    if other.match or other.need != "any" or not logic.within(logic.of_rule(rule), logic.of_rule(other)):
        return
    for phrase in rule.phrases:
        short = next((each for each in other.phrases if lies_in(each, phrase, other, rule)), None)
        if short is None:
            continue
        if normalize(short) != normalize(phrase):
            yield Warning_(rule.id, "phrases", f"'{phrase}' is found by {other.id} too, as '{short}'")
        elif _places(rule) != _places(other):
            yield Warning_(
                rule.id, "phrases", f"'{phrase}' stands in {other.id} too, which looks in more places"
            )


def _phrases_only(rule: Rule) -> bool:
    return bool(rule.phrases and rule.need == "any" and not (rule.words or rule.regex or rule.tokens))


def _places(rule: Rule) -> tuple[object, ...]:
    """Where and in which transcripts a rule looks."""
    return (*(getattr(rule, key) for key in Scope.model_fields), rule.transcript)


def _as_sure(other: Rule, rule: Rule, book: RuleBook, logic: Logic) -> bool:
    """Whether what both find counts for as much if only `other` finds it, and no mode of it drops a hit."""
    modes = [
        (r.same_sound if r.same_sound is not None else book.same_sound, r.negation or book.negation, r.quoted or book.quoted)
        for r in (other, rule)
    ]  # fmt: skip
    (sound, *dropping), (own, *mine) = modes
    same = dropping == mine and logic.of_rule(rule) == logic.of_rule(other)
    return (
        other.transcript in (None, rule.transcript)
        and other.confidence >= rule.confidence
        and other.decisive >= rule.decisive
        and _SOUND.index(sound) >= _SOUND.index(own)
        and (same or dropping == ["allow", "allow"])
    )


def _key(path: Keys) -> str:
    """A key path as people write it: a bare name stands for `use`, and for the `of` of an anchor."""
    while len(path) > 1 and path[-1] in ("use", "of"):
        path = path[:-1]
    return ".".join(map(str, path))

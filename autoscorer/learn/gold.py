"""Marked dialogues as the gold labels of one task: of our own tasks by the guidelines, of a user's from the data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import fmean
from typing import Any, cast

from ..classify.folder import ENCODER, KINDS, LABELS, TASK_NAME, Kind, Labels
from ..errors import LabelError, UsageError
from ..readers import aliases
from ..rules import load_rules
from ..scoring import label_name
from ..text import normalize
from ..types import Role, Transcript, Utterance
from .labelled import Fields, Marked

SENTIMENT = {-2: "negative", -1: "negative", 0: "neutral", 1: "positive"}
"""The figures of the annotation guidelines."""
RATINGS = ("accomplishment", "satisfaction", "effectiveness")
"""What `quality` rates; A, S and E in the ratings of people."""
MOST_LABELS = 200
OWN_KEYS = {
    "sentiment": ("sentiment", "情感", "情绪"),
    "empathy": ("empathy_level", "empathy", "共情"),
    "behaviors": ("behaviors", "行为", "话术"),
}
_SPLIT = re.compile(r"[|;；]")
_SPLIT_OWN = re.compile(r"[|;；、,，\s]+")
_NOTHING = frozenset({"-", "无", "none", "没有"})


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A dialogue with its gold labels.

    golds: the labels of each judged turn. skips: labels that nobody judged there. ratings: of the whole.
    """

    id: str
    utterances: tuple[Utterance, ...]
    golds: Mapping[int, frozenset[str]]
    places: Mapping[int, str]
    skips: Mapping[int, frozenset[str]] = field(default_factory=dict)
    ratings: Mapping[str, float] = field(default_factory=dict)

    def transcript(self) -> Transcript:
        """The dialogue without its labels."""
        return Transcript(self.id, self.utterances, self.id)


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold labels of a task. labels: those that may occur, by the role of the turns that are judged."""

    task: str
    kind: Kind
    labels: Labels
    dialogues: tuple[Dialogue, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All labels in the order of a model's columns, each once."""
        return tuple(dict.fromkeys(label for group in self.labels.values() for label in group))

    def counts(self) -> Counter[str]:
        """How many turns have each label."""
        found = Counter(dict.fromkeys(self.columns, 0))
        found.update(label for d in self.dialogues for labels in d.golds.values() for label in labels)
        return found


def check_task(task: str) -> None:
    """Raises UsageError where a task cannot have that name."""
    if not TASK_NAME.fullmatch(task) or task == ENCODER:
        raise UsageError(
            f"a task cannot be named '{task}'; ours are {', '.join(KINDS)}; a name of your own begins with a "
            "letter and has letters, digits, _ and -, at most 40"
        )


def gold(task: str, marked: Sequence[Marked], *, like: Gold | None = None) -> Gold:
    """The labels that `marked` holds for `task`. `like`: the labels that are allowed, for a second file.

    Raises LabelError: no turn has a label, a label that the task lacks, or so many different ones that the
    column holds something else.
    """
    check_task(task)
    if KINDS.get(task) == "rating":
        return _rated(task, marked)
    made = [_own(task, d) if task in LABELS else _users(task, d) for d in marked]
    dialogues = tuple(d for d in made if d.golds)
    if not dialogues:
        raise LabelError(_no_labels(task, marked))
    if task in LABELS:
        return Gold(task, KINDS[task], LABELS[task], dialogues)
    return _of_users(task, dialogues, like)


def has_labels(task: str, marked: Sequence[Marked]) -> bool:
    """Whether any turn has a label under the task's own keys, a general column of labels apart."""
    return any(
        _own_key(mark, _keys_of(task, d.utterances[turn].role))
        for d in marked
        for turn, mark in enumerate(d.marks)
    )


def _of_users(task: str, dialogues: tuple[Dialogue, ...], like: Gold | None) -> Gold:
    kind: Kind = "many" if any(len(g) > 1 for d in dialogues for g in d.golds.values()) else "one"
    kind = like.kind if like else kind
    if kind == "one":
        dialogues = tuple(d for d in map(_without_empty, dialogues) if d.golds)
    labels = _labels_of(dialogues, kind)
    found = Gold(task, kind, labels, dialogues)
    if like is not None:
        _refuse_others(found, like)
        return Gold(task, kind, like.labels, dialogues)
    count = found.counts()
    turns = sum(len(d.golds) for d in dialogues)
    if len(count) > MOST_LABELS or len(count) > max(20, turns / 2):
        some = ", ".join(f"'{label[:20]}'" for label in list(count)[:5])
        raise LabelError(
            f"{_first(dialogues)}: {turns} turns with {len(count)} different labels, such as {some}; is that the "
            "column of the labels? Name it after the task, or label"
        )
    return found


def _without_empty(d: Dialogue) -> Dialogue:
    golds = {turn: labels for turn, labels in d.golds.items() if labels}
    return Dialogue(d.id, d.utterances, golds, d.places)


def _labels_of(dialogues: Sequence[Dialogue], kind: Kind) -> Labels:
    """By role; a task of one label may give any of them to any role that it judges."""
    seen: dict[Role, set[str]] = {}
    for d in dialogues:
        for turn, labels in d.golds.items():
            seen.setdefault(d.utterances[turn].role, set()).update(labels)
    every = set().union(*seen.values())
    return {
        role: tuple(sorted(every if kind == "one" else seen[role], key=_natural))
        for role in cast(tuple[Role, ...], ("agent", "customer"))
        if seen.get(role)
    }


def _natural(label: str) -> tuple[float, str]:
    return (float(label), "") if re.fullmatch(r"-?\d+", label) else (float("inf"), label)


def _refuse_others(found: Gold, like: Gold) -> None:
    for d in found.dialogues:
        for turn, labels in d.golds.items():
            if other := sorted(labels - set(like.columns)):
                raise LabelError(
                    f"{d.places[turn]}: unknown label '{other[0]}' of task '{found.task}'; allowed: "
                    f"{', '.join(like.columns)}"
                )


def _first(dialogues: Sequence[Dialogue]) -> str:
    return next(iter(dialogues[0].places.values()))


def _no_labels(task: str, marked: Sequence[Marked]) -> str:
    seen = dict.fromkeys(key for d in marked[:50] for mark in d.marks for key in mark)
    own = OWN_KEYS.get(task, (task,)) + (("acts", "cacts") if task == "behaviors" else ())
    return (
        f"{marked[0].place}: no turn has a label for the task '{task}'; it may stand under "
        f"{', '.join(dict.fromkeys([*own, task, 'label', 'labels', '标签']))}; found: "
        f"{', '.join(map(str, list(seen)[:12])) or 'no keys'}"
    )


def _users(task: str, d: Marked) -> Dialogue:
    golds, places = dict[int, frozenset[str]](), dict[int, str]()
    for turn, mark in enumerate(d.marks):
        key = _key(mark, _keys_of(task, d.utterances[turn].role))
        listed = _listed(mark[key], _SPLIT, f"{d.places[turn]}: {key}") if key else None
        if listed is not None and d.utterances[turn].role != "system":
            golds[turn] = frozenset(listed)
            places[turn] = d.places[turn]
    return Dialogue(d.id, d.utterances, golds, places)


def _own(task: str, d: Marked) -> Dialogue:
    """By the keys of the annotation guidelines, or the task's name, or a column of labels."""
    golds, places, skips = dict[int, frozenset[str]](), dict[int, str](), dict[int, frozenset[str]]()
    for turn, mark in enumerate(d.marks):
        role, skip = d.utterances[turn].role, frozenset(map(str, _as_list(mark.get("skip"))))
        if role not in LABELS[task] or task in skip or (task == "empathy" and "empathy_level" in skip):
            continue
        key = _key(mark, _keys_of(task, role))
        found = _own_labels(task, role, mark[key], f"{d.places[turn]}: {key}", key=key) if key else None
        if found is not None:
            golds[turn], places[turn], skips[turn] = found, d.places[turn], skip
    return Dialogue(d.id, d.utterances, golds, places, skips)


def _keys_of(task: str, role: Role) -> tuple[str, ...]:
    """The keys under which a turn may hold the labels of a task; `acts` and `cacts` are the guidelines'."""
    acts = {"agent": ("acts",), "customer": ("cacts",)}.get(role, ()) if task == "behaviors" else ()
    return (*acts, *OWN_KEYS.get(task, ()), task)


def _key(mark: Fields, own: Sequence[str]) -> str | None:
    """The key that holds the label: the task's own, else a general one such as 标签."""
    return _own_key(mark, own) or aliases.find((name for name in mark if isinstance(name, str)), "label")


def _own_key(mark: Fields, own: Sequence[str]) -> str | None:
    folded = {normalize(name).strip(): name for name in mark if isinstance(name, str)}
    return next((folded[normalize(key)] for key in own if normalize(key) in folded), None)


def _own_labels(task: str, role: Role, value: Any, place: str, *, key: str) -> frozenset[str] | None:
    number = _number(value) if key in ("sentiment", "empathy_level") else None
    if number is not None:
        known = SENTIMENT if task == "sentiment" else dict(enumerate(LABELS["empathy"]["agent"]))
        if number not in known:
            raise LabelError(f"{place} is {number}; allowed: {', '.join(map(str, known))}")
        return frozenset({known[number]})
    listed = _listed(value, _SPLIT_OWN, place)
    if listed is None:
        return None
    named = _names_of(task, role)
    listed = [name for name in listed if KINDS[task] == "one" or name not in _NOTHING]
    for name in listed:
        if normalize(name) not in named:
            raise LabelError(
                f"{place}: unknown label '{name[:40]}' of task '{task}'; allowed: {_allowed(task, role)}"
            )
    labels = frozenset(named[normalize(name)] for name in listed)
    if KINDS[task] == "one" and len(labels) != 1:
        if not labels:
            return None
        raise LabelError(f"{place}: {len(labels)} labels; the task '{task}' gives each turn exactly one")
    return labels


@lru_cache(maxsize=16)
def _names_of(task: str, role: Role) -> Mapping[str, str]:
    """Each label under its id and its names in Chinese and English."""
    found = dict[str, str]()
    behaviors = load_rules().behaviors if task == "behaviors" else {}
    for label in LABELS[task][role]:
        spoken = behaviors.get(label)
        names = (
            [spoken.name, spoken.name_en]
            if spoken
            else [label_name(task, label, lang) for lang in ("zh", "en")]
        )
        found |= {normalize(name): label for name in (label, *names, *_SHORT.get((task, label), ())) if name}
    return found


_SHORT = {
    ("sentiment", "negative"): ("负面", "消极", "负向", "neg"),
    ("sentiment", "neutral"): ("中性", "中立", "neu"),
    ("sentiment", "positive"): ("正面", "积极", "正向", "pos"),
    ("empathy", "none"): ("无", "没有"),
    ("empathy", "formulaic"): ("套话", "公式化"),
    ("empathy", "specific"): ("具体", "针对性"),
}


def _allowed(task: str, role: Role) -> str:
    behaviors = load_rules().behaviors if task == "behaviors" else {}
    return ", ".join(
        f"{label} ({behaviors[label].name if label in behaviors else label_name(task, label, 'zh')})"
        for label in LABELS[task][role]
    )


def _listed(value: Any, separators: re.Pattern[str], place: str) -> list[str] | None:
    """The labels that a cell or a key holds; None where nobody judged."""
    if isinstance(value, Mapping) and "choices" in value:
        value = value["choices"]
    if value is None or isinstance(value, Mapping):
        return None
    if isinstance(value, str):
        value = separators.split(value)
    found = [
        str(int(v)) if isinstance(v, float) and v.is_integer() else str(v).strip() for v in _as_list(value)
    ]
    if long := next((v for v in found if len(v) > 80), None):
        raise LabelError(f"{place}: a label of {len(long)} characters; at most 80 are allowed")
    return [v for v in found if v]


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def _number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if number.is_integer() else None


def _rated(task: str, marked: Sequence[Marked]) -> Gold:
    """Ratings of whole dialogues: a number, or the numbers of several people, under each quality's name."""
    found = [
        Dialogue(d.id, d.utterances, {}, {0: d.place}, ratings=ratings)
        for d in marked
        if (ratings := dict(_ratings(task, d)))
    ]
    if not found:
        raise LabelError(
            f"{marked[0].place}: no dialogue has ratings; they stand beside the turns under {', '.join(RATINGS)} "
            "(or A, S, E), each a number or a list of numbers"
        )
    return Gold(task, "rating", {"system": RATINGS}, tuple(found))


def _ratings(task: str, d: Marked) -> Iterator[tuple[str, float]]:
    head = {**d.head, **(d.head[task] if isinstance(d.head.get(task), Mapping) else {})}
    for name in RATINGS:
        value = next((head[key] for key in (name, name[0].upper()) if key in head), None)
        try:
            values = [float(v) for v in _as_list(value) if v not in ("", None)]
        except (TypeError, ValueError):
            raise LabelError(
                f"{d.place}: {name} is {value!r}; must be a number or a list of numbers"
            ) from None
        if values:
            yield name, fmean(values)

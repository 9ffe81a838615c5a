"""From utterances to feature ids: n-grams of a turn, of its neighbours, and where it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add

from ..text import normalize
from ..types import Role, Utterance

HEAD, TAIL = 300, 100  # characters of a turn that are read; a hostile turn may have 100,000
BORDER = "\x02"  # stands before and after each text, so that "at the start" and "at the end" are n-grams
ORDER, CONTEXT_ORDER = 4, 2
SPACES = ("own", "previous", "next", "place")

Grams = Mapping[str, Sequence[str]]
Vocabulary = Mapping[str, Mapping[str, int]]

_MASKED = re.compile(
    r"#e-[a-z][0-9]*(?:\[[^\]\[]{0,9}\])?"  # emoji codes of the chat corpora
    r"|\[([\u4e00-\u9fff]{2})[^\]\[]{0,4}x\]|\[[a-z]{2,6}id_[^\]\[]{0,20}\]{1,2}"  # [订单x], [orderid_1]
    r"|[0-9]+(?:[.,:][0-9]+)*|[零一二三四五六七八九幺]{4,}|\s+"
)
_SYMBOLS = {"金额": "①", "日期": "②", "时间": "③", "地址": "④", "姓名": "⑤", "用户": "⑤", "链接": "⑥"}
_STEPS = (1, 2, 3, 5, 9)
_LENGTHS = (3, 6, 10, 16, 25, 40, 70)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a classifier sees of one utterance: its role, and n-grams by feature space."""

    role: Role
    grams: Grams


@dataclass(frozen=True, slots=True)
class _Text:
    low: list[str]  # n-grams up to CONTEXT_ORDER, for this turn and its neighbours
    high: list[str]
    length: int


_NOTHING = _Text([], [], 0)


def turns(utterances: Sequence[Utterance]) -> tuple[Turn, ...]:
    """One `Turn` for each utterance, in order. A system line is nobody's neighbour."""
    made = [Turn(u.role, {}) for u in utterances]
    spoken = [i for i, u in enumerate(utterances) if u.role != "system"]
    texts = [_text(utterances[i].text) for i in spoken]
    roles = [utterances[i].role for i in spoken]
    places = _places(roles)
    for k, i in enumerate(spoken):
        grams = {
            "own": texts[k].low + texts[k].high,
            "previous": texts[k - 1].low if k else [],
            "next": texts[k + 1].low if k + 1 < len(texts) else [],
            "place": [*places[k], f"size{bisect_right(_LENGTHS, texts[k].length)}"],
        }
        made[i] = Turn(roles[k], grams)
    return tuple(made)


def alone(text: str) -> Grams:
    """The n-grams of a piece of text by itself, without borders, neighbours or place."""
    read = _text(text, border="")
    return {"own": read.low + read.high}


def ids(grams: Grams, vocabulary: Vocabulary) -> list[int]:
    """The ids of the known features, each once, in no particular order. Id 0 is padding."""
    found: set[int | None] = set()
    for space, known in vocabulary.items():
        found.update(map(known.get, grams.get(space, ())))
    found.discard(None)
    return list(found)  # type: ignore[arg-type]


def _text(text: str, border: str = BORDER) -> _Text:
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    clean = border + _MASKED.sub(_symbol, normalize(text)) + border
    grams: list[str] = list(clean)
    low = grams
    high: list[str] = []
    for n in range(2, ORDER + 1):
        grams = list(map(add, grams, clean[n - 1 :]))
        if n <= CONTEXT_ORDER:
            low = low + grams
        else:
            high += grams
    return _Text(low, high, len(clean))


def _symbol(match: re.Match[str]) -> str:
    """One character for a number, a masked datum, an emoji code or white space."""
    if match[1]:
        return _SYMBOLS.get(match[1], "0")
    if match[0][0] == "#":
        return "⑧"
    return " " if match[0].isspace() else "0"


def _places(roles: Sequence[Role]) -> list[list[str]]:
    """How many turns of the same role come before and after each one, and who speaks next to it."""
    left, seen = Counter(roles), Counter[Role]()
    around = ["", *roles, ""]
    places = []
    for k, role in enumerate(roles):
        left[role] -= 1
        start, end = bisect_right(_STEPS, seen[role]), bisect_right(_STEPS, left[role])
        places.append([f"start{start}", f"end{end}", f"after {around[k]}", f"before {around[k + 2]}"])
        seen[role] += 1
    return places

"""From utterances to feature ids: n-grams of a turn, of its neighbours, and where it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add

from ..text import normalize
from ..types import Role, Utterance

HEAD, TAIL = 300, 100  # characters of a turn that are read; a hostile turn may have 100,000
BORDER = "\x02"  # stands before and after each text, so that "at the start" and "at the end" are n-grams
ORDER, CONTEXT_ORDER = 4, 2
SPACES = ("own", "previous", "other", "next", "place")

Grams = Mapping[str, Sequence[str]]
Vocabulary = Mapping[str, Mapping[str, int]]

_MASKED = re.compile(
    r"#e-[a-z][0-9]*(?:\[[^\]\[]{0,9}\])?"  # emoji codes of the chat corpora
    r"|\[([\u4e00-\u9fff]{2})[^\]\[]{0,4}x\]|\[[a-z]{2,6}id_[^\]\[]{0,20}\]{1,2}"  # [订单x], [orderid_1]
    r"|[0-9]+(?:[.,:][0-9]+)*|[零一二三四五六七八九幺]{4,}|\s+"
)
_SYMBOLS = {
    "金额": "①",
    "日期": "②",
    "时间": "③",
    "地址": "④",
    "姓名": "⑤",
    "用户": "⑤",
    "链接": "⑥",
    "站点": "⑦",
}
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
    """One `Turn` for each utterance, in order. System lines are no neighbours of anybody."""
    texts = [_text(u.text) if u.role != "system" else _NOTHING for u in utterances]
    roles = [u.role for u in utterances]
    spoken = [i for i, role in enumerate(roles) if role != "system"]
    before = dict(zip(spoken[1:], spoken, strict=False))
    after = dict(zip(spoken, spoken[1:], strict=False))
    counts = {role: roles.count(role) for role in set(roles)}
    seen: dict[str, int] = dict.fromkeys(counts, 0)
    last: dict[str, int] = {}
    made = []
    for i, role in enumerate(roles):
        back, forth = before.get(i), after.get(i)
        other = last.get("customer" if role == "agent" else "agent")
        grams = {
            "own": texts[i].low + texts[i].high,
            "previous": texts[back].low if back is not None else [],
            "other": texts[other].low if other is not None and other != back else [],
            "next": texts[forth].low if forth is not None else [],
            "place": _place(
                seen[role],
                counts[role] - seen[role] - 1,
                texts[i].length,
                roles[back] if back is not None else "",
                roles[forth] if forth is not None else "",
            ),
        }
        made.append(Turn(role, grams))
        seen[role] += 1
        last[role] = i
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


def _place(first: int, last: int, length: int, back: str, forth: str) -> list[str]:
    start = bisect_right(_STEPS, first)
    end = bisect_right(_STEPS, last)
    size = bisect_right(_LENGTHS, length)
    return [f"start{start}", f"end{end}", f"size{size}", f"after {back}", f"before {forth}"]

"""From utterances to the rows that the heads read: vectors of a turn and its neighbours, and where it stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log
from operator import add
from typing import TYPE_CHECKING, Any

from ..neutral import neutral
from ..text import normalize
from ..types import Role, Utterance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ids = NDArray[np.int32]

HEAD, TAIL = 120, 40  # characters of a turn that are read; a hostile turn may have 100,000
NEIGHBOURS = 3  # the turn before, the turn after, and the last one of the other party
WEIGHT = 0.5  # a neighbour speaks half as loud as the turn itself, so that its penalty is fourfold
ORDER = 4  # characters of the longest n-gram
SHIFT, HASHED = 14, 18  # of 32 bits those that are dropped, and those that are left
BUCKETS = (1 << HASHED) + 1  # rows of a table of n-grams, which share them by hash; the first stays empty
MIX, SPREAD = 1_000_003, 0x9E3779B1  # primes that spread n-grams over the rows
RECENT = 6  # earlier turns of a party that a turn is compared with
NONE = -1

_MASKED = re.compile(
    r"#e-[a-z][0-9]*(?:\[[^\]\[]{0,9}\])?"  # emoji codes of the chat corpora
    r"|\[([\u4e00-\u9fff]{2})[^\]\[]{0,4}x\]|\[[a-z]{2,6}id_[^\]\[]{0,20}\]{1,2}"  # [订单x], [orderid_1]
    r"|[0-9]+(?:[.,:][0-9]+)*|[零一二三四五六七八九幺]{4,}|\s+"
)
_SYMBOLS = {"金额": "①", "日期": "②", "时间": "③", "地址": "④", "姓名": "⑤", "用户": "⑤", "链接": "⑥"}
PLACES = (
    "agent", "first", "last", "own_first", "own_second", "own_third", "own_last", "own_last_but_one",
    "own_last_but_two", "after_same", "before_same", "length", "said_before", "said_by_other", "covered",
    "question",
)  # fmt: skip
"""What is known of a turn besides words: who speaks, where it stands, and how much of it was said before."""


@dataclass(frozen=True, slots=True)
class Said:
    """The spoken turns of a contact, cleaned. `turns` are their indexes in the transcript."""

    turns: tuple[int, ...]
    roles: tuple[Role, ...]
    texts: tuple[str, ...]


def said(utterances: Sequence[Utterance]) -> Said:
    """What agent and customer said, in order; a system line is nobody's neighbour."""
    spoken = [(i, u) for i, u in enumerate(utterances) if u.role != "system"]
    return Said(
        tuple(i for i, _ in spoken),
        tuple(u.role for _, u in spoken),
        tuple(clean(u.text) for _, u in spoken),
    )


@lru_cache(maxsize=20_000)  # agents repeat templates
def clean(text: str) -> str:
    """`text` as the encoder reads it: normalized, numbers and masked data as one symbol each, names,
    titles and regions as one of their kind, cut in the middle.

    >>> clean("您的訂單12345已發貨")
    '您的订单0已发货'
    """
    if len(text) > 3 * (HEAD + TAIL):
        text = f"{text[: 2 * HEAD]} {text[-2 * TAIL :]}"
    short = _MASKED.sub(_symbol, neutral(normalize(text)))
    return short if len(short) <= HEAD + TAIL else short[:HEAD] + short[-TAIL:]


def _symbol(match: re.Match[str]) -> str:
    """One character for a number, a masked datum, an emoji code or white space."""
    if match[1]:
        return _SYMBOLS.get(match[1], "0")
    if match[0][0] == "#":
        return "⑧"
    return " " if match[0].isspace() else "0"


@dataclass(frozen=True, slots=True)
class Rows:
    """What the heads read of spoken turns. dense: [n, width(d)]. grams: n-grams of each turn's own text."""

    dense: Floats
    grams: tuple[Ids, ...]

    def pick(self, places: Sequence[int]) -> Rows:
        """The rows at `places`."""
        return Rows(self.dense[list(places)], tuple(self.grams[k] for k in places))


def grams(cleaned: str) -> Ids:
    """The n-grams of a text made by `clean`, up to ORDER characters with a border at each end, each once and
    in order; hashed to 1 .. BUCKETS - 1.

    >>> len(grams("您好"))
    8
    """
    return grams_of([cleaned])[0]


def grams_of(cleaned: Sequence[str]) -> list[Ids]:
    """The `grams` of one or more texts, made together."""
    import numpy as np

    joined = "".join([f"\x02{text}\x02" for text in cleaned])
    mixed = codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, cleaned), np.int64, len(cleaned)) + 2
    ends = lengths.cumsum()
    owners = np.repeat(np.arange(len(cleaned)) << HASHED, lengths)  # above the hash, to sort texts apart
    inner = np.ones(len(codes), bool)
    inner[ends - 1] = inner[ends - lengths] = False
    found = [(((codes * SPREAD) >> SHIFT) + owners)[inner]]
    for n in range(1, ORDER):
        mixed = mixed[:-1] * MIX + codes[n:]  # whole numbers of 32 bits, what is above is dropped
        first = owners[: len(mixed)]
        found.append((((mixed * SPREAD) >> SHIFT) + first)[first == owners[n:]])
    spread = np.concatenate(found)
    spread.sort()
    distinct = np.ones(len(spread), bool)
    np.not_equal(spread[1:], spread[:-1], out=distinct[1:])
    spread = spread[distinct]
    hashes = (spread & ((1 << HASHED) - 1)).astype(np.int32) + 1
    borders = [0, *np.searchsorted(spread, np.arange(1, len(cleaned) + 1) << HASHED).tolist()]
    return [hashes[start:end] for start, end in pairwise(borders)]


def joined(rows: Sequence[Ids]) -> dict[str, NDArray[Any]]:
    """Rows of n-grams as a head reads them: all of them in one row `grams` [m], 1 where row and n-gram belong
    together in `owns` [n, m], and 1 / sqrt of their number in `scale` [n, 1]."""
    import numpy as np

    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    owners = np.repeat(np.arange(len(rows)), lengths)
    owns = np.zeros((len(rows), len(owners)), np.uint8)
    owns[owners, np.arange(len(owners))] = 1
    scale = (1 / np.sqrt(np.maximum(lengths, 1)))[:, None].astype(np.float32)
    return {"grams": np.concatenate([np.zeros(0, np.int32), *rows]), "owns": owns, "scale": scale}


def width(size: int) -> int:
    """The length of a row for vectors of length `size`."""
    return (1 + NEIGHBOURS) * size + len(PLACES)


def rows(vectors: Floats, talk: Said) -> Floats:
    """One row a spoken turn, [n, width(d)]: its vector, those of its neighbours, its place. vectors: [n, d]."""
    import numpy as np

    padded = np.vstack([vectors, np.zeros((1, vectors.shape[1]), np.float32)])
    around = WEIGHT * padded[np.array(neighbours(talk.roles), np.int64).reshape(-1, NEIGHBOURS)]
    place = np.array(places(talk), np.float32).reshape(-1, len(PLACES))
    return np.concatenate(
        [vectors, around.reshape(len(vectors), NEIGHBOURS * vectors.shape[1]), place], axis=1
    )


def neighbours(roles: Sequence[Role]) -> list[tuple[int, int, int]]:
    """For each turn: the one before, the one after, and the other party's last; NONE where there is none.

    Where the other party spoke just before, the third is the turn before that.
    """
    found, latest = list[tuple[int, int, int]](), dict[Role, int]()
    for i, role in enumerate(roles):
        other = max((at for who, at in latest.items() if who != role), default=NONE)
        third = other if other not in (NONE, i - 1) else i - 2 if i > 1 else NONE
        found.append((i - 1 if i else NONE, i + 1 if i + 1 < len(roles) else NONE, third))
        latest[role] = i
    return found


def places(talk: Said) -> list[list[float]]:
    """The values of PLACES for each turn."""
    left, seen, roles = Counter(talk.roles), Counter[Role](), talk.roles
    echoes, made = _echoes(talk), list[list[float]]()
    for i, (role, text) in enumerate(zip(roles, talk.texts, strict=True)):
        left[role] -= 1
        before, after = seen[role], left[role]
        seen[role] += 1
        made.append([
            role == "agent", i == 0, i == len(roles) - 1, before == 0, before == 1, before == 2,
            after == 0, after == 1, after == 2, i > 0 and roles[i - 1] == role,
            i + 1 < len(roles) and roles[i + 1] == role, log(len(text) + 2) / 4, *echoes[i],
            "?" in text or text.endswith(("吗", "呢", "么", "吧")),
        ])  # fmt: skip
    return made


def _echoes(talk: Said) -> list[tuple[float, float, float]]:
    """How much of each turn was said before, as shares of its character pairs: in one earlier turn of the
    same party, in one of the other party, and anywhere by the other party."""
    earlier: dict[Role, list[set[str]]] = {"agent": [], "customer": []}
    heard: dict[Role, set[str]] = {"agent": set(), "customer": set()}
    found = []
    for role, text in zip(talk.roles, talk.texts, strict=True):
        pairs = set(map(add, text, text[1:]))
        other: Role = "customer" if role == "agent" else "agent"
        size = max(4, len(pairs))  # a turn of two characters repeats nothing
        own, theirs = pairs & heard[role], pairs & heard[other]
        found.append((
            max((len(own & e) for e in earlier[role][-RECENT:]), default=0) / size if own else 0.0,
            max((len(theirs & e) for e in earlier[other][-RECENT:]), default=0) / size if theirs else 0.0,
            len(theirs) / size,
        ))  # fmt: skip
        earlier[role].append(pairs)
        heard[role] |= pairs
    return found

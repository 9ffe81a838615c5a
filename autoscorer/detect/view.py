"""One contact as conditions see it: its turns, the words found in them, and what was found before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from ..medium import Guess
from ..rules import Positions
from ..segment import Segmenter
from ..types import Detection, Prediction, Role, Transcript
from .scan import Hit, Scan, TextIndex

Turns = tuple[int, ...]
QUOTE = 24
"""Characters quoted of a turn that counts as a whole."""


class Encoder(Protocol):
    """Sentences as vectors whose cosine says how alike they are."""

    def encode(self, texts: Sequence[str]) -> Any:
        """float32 [n, d], each row of length 1. The same text gives the same vector, alone or with others."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a condition holds: turns with the characters that show it, none where the turn as a whole does.

    unknown: turns of which it cannot be said.
    """

    hits: Mapping[int, tuple[Hit, ...]] = field(default_factory=dict)
    unknown: frozenset[int] = frozenset()

    @property
    def turns(self) -> Turns:
        """The turns in which it holds."""
        return tuple(sorted(self.hits))


NONE = Found()


@dataclass
class View:
    """The turns of one contact; `found` grows as rules are answered, the rest does not change."""

    transcript: Transcript
    index: TextIndex
    encoder: Encoder | None
    positions: Positions
    medium: Guess
    predictions: Mapping[str, Mapping[int, Prediction]] | None = None
    found: dict[str, dict[int, Detection]] = field(default_factory=lambda: defaultdict(dict))
    missing: set[str] = field(default_factory=set)
    """What could not be known: `times`, `model:TASK`, `model:encoder`."""
    remembered: dict[tuple[int, Turns], Found] = field(default_factory=dict)

    @property
    def segmenter(self) -> Segmenter:
        """The cut into words."""
        return self.index.segmenter

    @cached_property
    def scans(self) -> dict[int, Scan]:
        """The words in each turn in which an agent or a customer says something."""
        heard = self.medium.medium == "speech"
        return {
            turn: self.index.scan(u.text, heard)
            for turn, u in enumerate(self.transcript.utterances)
            if u.role != "system" and not u.text.isspace() and u.text
        }

    @cached_property
    def spoken(self) -> Turns:
        """All turns of agent and customer."""
        return tuple(self.scans)

    def of_role(self, role: Role) -> Turns:
        """The turns of one role, in order."""
        return self._by_role.get(role, ())

    @cached_property
    def _by_role(self) -> dict[str, Turns]:
        said = self.transcript.utterances
        return {r: tuple(t for t in self.spoken if said[t].role == r) for r in ("agent", "customer")}

    @cached_property
    def may(self) -> dict[str, set[int]]:
        """For each role the leaves whose words may stand in its turns."""
        said = self.transcript.utterances
        leaves: dict[str, set[int]] = {"agent": set(), "customer": set()}
        for turn, scan in self.scans.items():
            leaves[said[turn].role].update(scan.likely)
        return leaves

    @cached_property
    def likely(self) -> dict[int, list[int]]:
        """For each leaf the turns in which its words may stand."""
        turns: dict[int, list[int]] = defaultdict(list)
        for turn, scan in self.scans.items():
            for leaf in scan.likely:
                turns[leaf].append(turn)
        return turns

    def shown(self, turn: int) -> str:
        """The normalized text of a turn."""
        return self.scans[turn].shown

    def lack(self, what: str, turns: Iterable[int]) -> Found:
        """No answer for `turns`, for want of `what`."""
        self.missing.add(what)
        return Found({}, frozenset(turns))

"""The lists of data/privacy.yaml, and the words of jieba's dictionary that begin like a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from ..resources import DATA
from .found import Kind

COMMON = 100
"""Times that a word stands in the texts that jieba's dictionary was counted on."""


@dataclass(frozen=True)
class Words:
    """What masking knows, ready for use."""

    surnames: frozenset[str]
    compound: frozenset[str]
    rare: frozenset[str]
    joining: frozenset[str]
    not_given: frozenset[str]
    follows: frozenset[str]
    titles: tuple[str, ...]
    no_names: frozenset[str]
    roles: str
    labels: re.Pattern[str]
    public_lines: re.Pattern[str]
    metadata: dict[Kind, re.Pattern[str]]


@lru_cache(maxsize=1)
def words() -> Words:
    """The lists, read once."""
    raw: dict[str, Any] = yaml.safe_load((DATA / "privacy.yaml").read_text("utf-8"))
    labels = "|".join(f"(?P<{kind}>{forms})" for kind, forms in raw["labels"].items())
    return Words(
        frozenset(raw["surnames"]),
        frozenset(raw["compound"]),
        frozenset(raw["rare_as_names"]),
        frozenset(raw["joining"]),
        frozenset(raw["not_given"]),
        frozenset(raw["follows"]),
        tuple(raw["titles"]),
        frozenset(raw["no_names"]),
        raw["roles"],
        re.compile(labels),
        re.compile(raw["public_lines"]),
        {kind: re.compile(rf"(?:{names})\d?") for kind, names in raw["metadata"].items()},
    )


@lru_cache(maxsize=1)
def dictionary() -> frozenset[str]:
    """Words of two to four characters that jieba knows and does not call the name of a person.

    It calls many short words so, such as 谢谢 and 安静: of two characters only the seldom ones are names.
    """
    spec = find_spec("jieba")
    assert spec is not None and spec.origin is not None
    text = (Path(spec.origin).parent / "dict.txt").read_text("utf-8")
    entries = (line.split(" ") for line in text.splitlines())
    return frozenset(
        word
        for word, count, tag in entries
        if 2 <= len(word) <= 4 and (tag != "nr" or (len(word) == 2 and int(count) >= COMMON))
    )


def is_word(text: str) -> bool:
    """Whether the characters are a word of the language rather than somebody's name."""
    return text in words().no_names or text in dictionary()

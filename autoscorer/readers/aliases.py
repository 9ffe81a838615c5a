"""What a column or key holds, by its name in Chinese or English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import yaml

from ..resources import DATA
from ..text import normalize

METADATA = ("agent_id", "team", "channel", "date", "customer_id", "order_id")
_BLANKS = re.compile(r"[\s_\-]+")


@lru_cache(maxsize=1)
def table() -> dict[str, tuple[str, ...]]:
    """The names of each field, as `data/columns.yaml` writes them."""
    loaded: dict[str, list[Any]] = yaml.safe_load((DATA / "columns.yaml").read_text("utf-8"))
    return {field: tuple(map(str, names)) for field, names in loaded.items()}


@lru_cache(maxsize=1)
def _squashed() -> dict[str, frozenset[str]]:
    return {field: frozenset(map(_squash, names)) for field, names in table().items()}


@lru_cache(maxsize=4096)
def _squash(name: str) -> str:
    return _BLANKS.sub("", normalize(name))


def is_field(name: str, field: str) -> bool:
    """Whether a column or key of that name holds `field`.

    >>> is_field("Conversation ID", "conversation")
    True
    """
    return _squash(name) in _squashed()[field]


def find(names: Iterable[str], field: str) -> str | None:
    """The first of `names` that holds `field`."""
    return next((name for name in names if is_field(name, field)), None)


def metadata_key(name: str) -> str:
    """The key under which a value called `name` is kept: a common one, or the name itself."""
    return next((field for field in METADATA if is_field(name, field)), name)


def is_known(name: str) -> bool:
    """Whether the name stands anywhere in the table."""
    return any(_squash(name) in names for names in _squashed().values())

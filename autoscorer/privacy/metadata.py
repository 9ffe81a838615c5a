"""What the fields of a contact hold: by the name of the field, where that says more than the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..text import normalize
from .finder import find, placeholders
from .found import Kind
from .masker import Masker, Text
from .words import words

LEAST, MOST = 10**5, 10**20
"""Whole numbers between these may be telephones or accounts; others are counts, seconds, or no such number."""
DEEPEST = 30


def texts(metadata: Mapping[str, Any]) -> Iterator[Text]:
    """Every text of the metadata, with its key before it; the keys as well."""
    for key, value in _leaves(metadata, "", 0):
        yield key, ""
        yield value, key


def named(metadata: Mapping[str, Any]) -> Iterator[tuple[Kind, str, str]]:
    """The values that are private by the name of their field, such as 姓名: kind, value, and as written."""
    for key, shown in _leaves(metadata, "", 0):
        kind = _kind(key)
        if kind and shown.strip() and not placeholders(shown):
            yield _value(kind, key, shown)


def masked(value: Any, masker: Masker, key: str = "", depth: int = 0) -> Any:
    """Metadata with each private value replaced, in lists and objects as well. A number that is private
    becomes text; all others stay numbers. What lies deeper than DEEPEST becomes one text."""
    if isinstance(value, Mapping | list | tuple) and depth > DEEPEST:
        return masker.masked(str(value)).text
    if isinstance(value, Mapping):
        inside = {str(name): masked(inner, masker, str(name), depth + 1) for name, inner in value.items()}
        return {masker.masked(name).text: inner for name, inner in inside.items()}
    if isinstance(value, list | tuple):
        return [masked(inner, masker, key, depth + 1) for inner in value]
    shown = _shown(value)
    if shown is None:
        return value
    kind = _kind(key)
    if kind and shown.strip() and not placeholders(shown):
        return masker.placeholder(*_value(kind, key, shown)[:2])
    text = masker.masked(shown, before=key).text
    return value if text == shown else text


def _leaves(value: Any, key: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping | list | tuple) and depth > DEEPEST:
        yield key, str(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, str(name), depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, key, depth + 1)
    elif (shown := _shown(value)) is not None:
        yield key, shown


def _shown(value: Any) -> str | None:
    """A value as text, if it can be private: 13800138000 and 13800138000.0 can, 3 and True cannot."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not LEAST <= abs(value) < MOST:
        return None
    return str(int(value)) if isinstance(value, int) or value.is_integer() else None


def _value(kind: Kind, key: str, shown: str) -> tuple[Kind, str, str]:
    """The value in the form that other ways of writing it share: 138-0013-8000 is 13800138000."""
    found = find(shown, before=key)
    whole = shown.strip()
    if len(found) == 1 and shown[found[0].start : found[0].end] == whole:
        return found[0].kind, found[0].value, whole
    return kind, whole, whole


def _kind(key: str) -> Kind | None:
    plain = normalize(key).strip().replace(" ", "_")
    return next((kind for kind, names in words().metadata.items() if names.fullmatch(plain)), None)

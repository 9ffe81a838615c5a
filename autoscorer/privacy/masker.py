"""Texts of one contact with placeholders in place of private values, the same for the same value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from .finder import find, placeholders
from .found import Found, Kind, disjoint
from .words import is_word

Text = tuple[str, str]
"""A text, and the one before it."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text that knows where the characters of the old one went."""

    text: str
    edits: tuple[tuple[int, int, int], ...] = ()
    """For each placeholder: where the old characters began and ended, and the length of what replaced them."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Old characters `[start, end)` in the new text; a placeholder that is cut is taken whole."""
        return self._at(start, last=False), self._at(end, last=start < end)

    def _at(self, place: int, *, last: bool) -> int:
        moved = 0
        for start, end, length in self.edits:
            if place <= start:
                break
            if place < end:
                return start + moved + (length if last else 0)
            moved += length - (end - start)
        return place + moved


class Masker:
    """Masks the texts of one contact. `more` are values known from elsewhere, such as a speaker's
    name: kind, value, and how it is written."""

    def __init__(self, texts: Iterable[Text], more: Iterable[tuple[Kind, str, str]] = ()) -> None:
        self._numbers: dict[tuple[Kind, str], int] = {}
        self._last: dict[str, int] = {}
        self._forms: dict[str, tuple[Kind, str]] = {}
        known = list(texts)
        for text, _ in known:
            self._keep_placeholders(text)
        for text, before in known:
            for found in find(text, before=before):
                self._learn(found.kind, found.value, text[found.start : found.end])
        for kind, value, form in more:
            self._learn(kind, value, form)

    def masked(self, text: str, *, before: str = "") -> Masked:
        """`text` with each private value replaced, also where a value stands that was found elsewhere."""
        found = disjoint([*find(text, before=before), *self._again(text)])
        parts, edits, at = [], [], 0
        for each in found:
            name = self.placeholder(each.kind, each.value)
            parts += [text[at : each.start], name]
            edits.append((each.start, each.end, len(name)))
            at = each.end
        return Masked("".join([*parts, text[at:]]), tuple(edits))

    def placeholder(self, kind: Kind, value: str) -> str:
        """What stands for a value: [电话1], [电话2], counted in the order in which they were met."""
        key = (kind, value)
        if key not in self._numbers:
            self._last[kind] = self._last.get(kind, 0) + 1
            self._numbers[key] = self._last[kind]
        return f"[{kind}{self._numbers[key]}]"

    def _learn(self, kind: Kind, value: str, form: str) -> None:
        self.placeholder(kind, value)
        if len(form) >= (2 if kind in ("姓名", "昵称") else 5) and not (len(form) < 4 and is_word(form)):
            self._forms.setdefault(form, (kind, value))

    def _keep_placeholders(self, text: str) -> None:
        """What an earlier masking left keeps its number; new values are counted on from there."""
        for name in placeholders(text):
            kind, number = re.fullmatch(r"\[(\D+)([0-9]+)\]", name).groups()  # type: ignore[union-attr]
            self._last[kind] = max(self._last.get(kind, 0), int(number))

    @cached_property
    def _known(self) -> re.Pattern[str] | None:
        forms = sorted(self._forms, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, forms))) if forms else None

    def _again(self, text: str) -> list[Found]:
        if self._known is None:
            return []
        return [Found(*m.span(), *self._forms[m[0]]) for m in self._known.finditer(text)]

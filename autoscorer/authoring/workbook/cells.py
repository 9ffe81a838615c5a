"""How a value of a rule book stands in a cell, and how a cell is read. A cell that does not fit is a ValueError."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, ClassVar, Protocol

import yaml

from ...errors import ConfigError
from ...yaml_file import Document, node_of

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Begins what Excel takes for an escaped character."""
_NOT_PLAIN = re.compile(rf"[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|{_ESCAPE.pattern}")
"""What no cell keeps: that, and control characters."""
_LINE = re.compile(r"^:(\d+): ")


class Unreadable(str):
    """Why a cell is not read."""


class Kind(Protocol):
    """A kind of cell. choices: the words of its drop-down. strict: nothing else may stand there."""

    @property
    def choices(self) -> tuple[str, ...]: ...
    @property
    def strict(self) -> bool: ...
    def write(self, value: Any) -> str | int | float:
        """What stands in the cell for a value."""

    def read(self, cell: Any, place: str) -> Any:
        """The value of a cell that is not blank. `place` names it in messages."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is."""

    choices: ClassVar[tuple[str, ...]] = ()
    strict: ClassVar[bool] = False

    def write(self, value: Any) -> str:
        return quoted(str(value))

    def read(self, cell: Any, place: str) -> str:
        return plain(as_text(cell))


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of texts, one a line."""

    choices: ClassVar[tuple[str, ...]] = ()
    strict: ClassVar[bool] = False

    def write(self, value: Any) -> str:
        return "\n".join(quoted(each, line=True) for each in value)

    def read(self, cell: Any, place: str) -> list[str]:
        return [plain(line) for line in re.split(r"\r\n|\r|\n", as_text(cell)) if line.strip()]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, each of which stands for a value; with `numbers`, or a number."""

    words: Mapping[str, Any]
    numbers: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.words)

    @property
    def strict(self) -> bool:
        return not self.numbers

    def write(self, value: Any) -> str | int:
        shown = (word for word, meant in self.words.items() if meant == value)
        return next(shown, value)

    def read(self, cell: Any, place: str) -> Any:
        said = as_text(cell).strip()
        for word, meant in self.words.items():
            if said.lower() in (word, str(meant).lower()):
                return meant
        if self.numbers and said.isdecimal():
            return int(said)
        allowed = ", ".join([*self.words, *(["a number"] if self.numbers else [])])
        raise ValueError(f"unknown value '{said[:60]}'; allowed: {allowed}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number. One that Excel would round stands as text."""

    choices: ClassVar[tuple[str, ...]] = ()
    strict: ClassVar[bool] = False

    def write(self, value: Any) -> str | int | float:
        return value if float(f"{value:.16g}") == value else repr(value)

    def read(self, cell: Any, place: str) -> int | float:
        said = as_text(cell).strip()
        for kind in (int, float):
            try:
                return kind(said)
            except ValueError:
                continue
        raise ValueError(f"'{said[:60]}' is no number")


@dataclass(frozen=True, slots=True)
class Nested:
    """What has parts of its own, as YAML."""

    choices: ClassVar[tuple[str, ...]] = ()
    strict: ClassVar[bool] = False

    def write(self, value: Any) -> str:
        text = _ESCAPE.sub(r"\\x5F", dumped(value))  # in double quotes, where `_Dumper` puts it
        return text.removesuffix("...\n").strip()

    def read(self, cell: Any, place: str) -> Any:
        try:
            return Document(Path(place), of=node_of(place, as_text(cell))).data
        except ConfigError as error:
            raise ValueError(
                _LINE.sub(r"line \1: ", str(error).removeprefix(place)).removeprefix(": ")
            ) from None


def plain(text: str) -> str:
    """The text of a cell or line without the blanks around it; one in double quotes is read as JSON."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text


def quoted(text: str, *, line: bool = False) -> str:
    """What `plain` reads as `text`: itself, or in double quotes where it would not come back."""
    if text and plain(text) == text and not _NOT_PLAIN.search(text) and not (line and "\n" in text):
        return text
    return _NOT_PLAIN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def as_text(cell: Any) -> str:
    """A cell as text. A date is refused: Excel makes one of 1-2, and what was typed is gone."""
    if isinstance(cell, Unreadable):
        raise ValueError(str(cell))
    if isinstance(cell, date | time | timedelta):
        raise ValueError("Excel took it for a date or time; format the cell as text and type it again")
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


class _Dumper(yaml.SafeDumper):
    """Without aliases: each value is written out."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def text(self, data: str) -> yaml.ScalarNode:
        """In double quotes where a cell needs an escape."""
        return self.represent_scalar(
            "tag:yaml.org,2002:str", data, style='"' if _ESCAPE.search(data) else None
        )


_Dumper.add_representer(str, _Dumper.text)


def dumped(value: Any) -> str:
    """A value as YAML for people: lists of plain values on one line."""
    return yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110
    )

"""Cases of a rule book: texts and small dialogues that must hit or must not, run like tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from .. import yaml_file
from ..detect import Detector
from ..errors import ConfigError
from ..pipeline import encoder_of
from ..rules import RuleBook
from ..segment import Segmenter
from ..types import Role, Transcript, Utterance
from ..yaml_file import Strict


class Turn(Strict):
    """One turn of a case."""

    role: Role
    text: str = Field(min_length=1)


class Cases(Strict):
    """A file of cases. A text is one turn of the behavior's role; of a dialogue the last turn counts.

    behavior: which must be found, or not; left out, the name of the file.
    """

    behavior: str = ""
    hits: tuple[str | tuple[Turn, ...], ...] = ()
    near_misses: tuple[str | tuple[Turn, ...], ...] = ()

    @field_validator("hits", "near_misses", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return tuple(tuple(item) if isinstance(item, list) else item for item in value)


@dataclass(frozen=True, slots=True)
class Case:
    """A dialogue whose last turn must show `behavior`, or must not. place: file, list and number."""

    place: str
    behavior: str
    transcript: Transcript
    hit: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """A case that went wrong; `found` is the rule and quote of a hit that should not be, else empty."""

    case: Case
    found: str


def load_cases(paths: Sequence[str | Path], book: RuleBook) -> list[Case]:
    """The cases of YAML files and of the YAML files in folders. Raises ConfigError: file, line, key."""
    files = [
        f for path in map(Path, paths) for f in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])
    ]
    if not files:
        raise ConfigError(f"{', '.join(map(str, paths))}: no .yaml file of cases here")
    return [case for file in files for case in _read(file, book)]


def run_cases(cases: Sequence[Case], book: RuleBook) -> list[Missed]:
    """Those of `cases` that `book` gets wrong, in order."""
    detector = Detector(book, Segmenter(), encoder_of(book))
    return [missed for case in cases for missed in _run(case, detector)]


def _read(file: Path, book: RuleBook) -> Iterator[Case]:
    given, document = yaml_file.load(file, Cases)
    name = given.behavior or file.stem
    if name not in book.behaviors:
        allowed = ", ".join(book.behaviors)
        raise ConfigError(document.error(("behavior",), f"unknown behavior '{name}'; allowed: {allowed}"))
    role = book.behaviors[name].role
    for key, listed in (("hits", given.hits), ("near_misses", given.near_misses)):
        for i, item in enumerate(listed):
            turns = (Turn(role=role, text=item),) if isinstance(item, str) else item
            said = tuple(Utterance(turn.role, turn.text) for turn in turns)
            place = document.place((key, i))
            yield Case(
                place, name, Transcript(f"{name} {key} {i + 1}", said, source=str(file)), key == "hits"
            )


def _run(case: Case, detector: Detector) -> Iterator[Missed]:
    last = len(case.transcript.utterances) - 1
    found = [
        d for d in detector.detect(case.transcript) if d.behavior == case.behavior and d.span.turn == last
    ]
    if bool(found) != case.hit:
        yield Missed(case, f"{found[0].source.removeprefix('rule:')}: {found[0].text}" if found else "")

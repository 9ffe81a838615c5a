"""Rule books: YAML files that say by which words a behavior is found, read into checked values."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from . import resources, text, yaml_file
from .positions import Where
from .yaml_file import Document, Strict

Phrase = Annotated[str, Field(min_length=1, max_length=200)]
Pattern = Annotated[str, Field(min_length=1, max_length=4000)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-\u4e00-\u9fff]+$", max_length=80)]


class Behavior(Strict):
    """A named thing that an agent or a customer does."""

    role: Literal["agent", "customer"]
    name: str
    name_en: str = ""


class Positions(Strict):
    """How many of a role's first and last turns count as the opening and the closing."""

    opening: int = Field(default=3, ge=1)
    closing: int = Field(default=4, ge=1)


class Rule(Strict):
    """One way in which a behavior shows. A hit of any phrase, word or regex counts.

    `unless` phrases and `unless_regex` cancel a hit that lies inside them. With `after`, the turn must
    follow, within `within` turns, one where that behavior was found. A decisive rule always counts;
    another is weighed together with the model.
    """

    id: Id
    behavior: str
    phrases: tuple[Phrase, ...] = ()
    words: tuple[Phrase, ...] = ()
    regex: tuple[Pattern, ...] = ()
    unless: tuple[Phrase, ...] = ()
    unless_regex: tuple[Pattern, ...] = ()
    where: Where = "anywhere"
    after: str | None = None
    within: int = Field(default=4, ge=1, le=1000)
    confidence: float = Field(default=0.9, ge=0, le=1)
    decisive: bool = True
    note: str = ""

    @field_validator("phrases", "words", "regex", "unless", "unless_regex", mode="before")
    @classmethod
    def _as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("confidence", mode="before")
    @classmethod
    def _as_float(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("regex", "unless_regex")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                compiled = text.compile_pattern(pattern)
            except re.error as error:
                raise ValueError(f"bad regex {pattern!r}: {error}") from None
            if compiled.match(""):
                raise ValueError(
                    f"bad regex {pattern!r}: it matches the empty text, so it would hit every turn"
                )
        return patterns

    @model_validator(mode="after")
    def _has_a_pattern(self) -> Rule:
        if not (self.phrases or self.words or self.regex):
            raise ValueError("a rule needs at least one of: phrases, words, regex")
        return self


class _File(Strict):
    id: Id = "rules"
    version: int | str = 1
    extends: Literal["default"] | None = None
    positions: Positions = Positions()
    behaviors: dict[Id, Behavior] = {}
    rules: tuple[Rule, ...]

    @field_validator("rules", mode="before")
    @classmethod
    def _as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


class RuleBook(Strict):
    """Checked rules, with the behaviors that they may find."""

    id: str
    version: str
    sha256: str
    positions: Positions
    behaviors: dict[str, Behavior]
    rules: tuple[Rule, ...]


def load_rules(path: str | Path | None = None) -> RuleBook:
    """Read a rule book; the default one without `path`.

    `extends: default` adds the file's behaviors and rules to the default ones; a rule with the id of a
    default rule replaces it. Raises ConfigError with every mistake: file, line, key, what is allowed.
    """
    source = Path(path) if path else resources.default_rules()
    file, document = yaml_file.load(source, _File)
    base = load_rules() if file.extends and path else None
    behaviors = {**(base.behaviors if base else {}), **file.behaviors}
    yaml_file.refuse(_problems(file, document, behaviors))
    own = {rule.id: rule for rule in file.rules}
    kept = tuple(own.pop(rule.id, rule) for rule in (base.rules if base else ()))
    return RuleBook(
        id=file.id,
        version=str(file.version),
        sha256=resources.sha256_of([source] + ([resources.default_rules()] if base else [])),
        positions=file.positions if base is None or "positions" in document.data else base.positions,
        behaviors=behaviors,
        rules=kept + tuple(own.values()),
    )


def _problems(file: _File, document: Document, behaviors: dict[str, Behavior]) -> list[str]:
    found = []
    count = Counter(rule.id for rule in file.rules)
    allowed = ", ".join(behaviors) or "none is declared; add them under 'behaviors'"
    for i, rule in enumerate(file.rules):
        if count[rule.id] > 1:
            found.append(
                document.error(("rules", i, "id"), f"duplicate rule id '{rule.id}'; ids must differ")
            )
        for key, name in (("behavior", rule.behavior), ("after", rule.after)):
            if name is not None and name not in behaviors:
                message = f"unknown behavior '{name}'; allowed: {allowed}"
                found.append(document.error(("rules", i, key), message))
    return found

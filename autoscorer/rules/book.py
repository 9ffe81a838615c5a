"""The rule book: behaviors, named conditions and rules, checked whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .. import resources, yaml_file
from ..yaml_file import Strict
from .conditions import Condition, Named, Scope, Wording
from .conditions import Path as Keys
from .operators import TASKS, As_List, Labels, Share
from .problems import problems

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-\u4e00-\u9fff]+$", max_length=80)]
Switch = Literal[True, False, "auto"]
Handling = Literal["ignore", "allow"]


class Behavior(Strict):
    """A named thing that an agent or a customer does."""

    role: Literal["agent", "customer"]
    name: str
    name_en: str = ""


class Positions(Strict):
    """How many of a role's first and last turns count as the opening and the closing."""

    opening: int = Field(default=3, ge=1)
    closing: int = Field(default=4, ge=1)


class Rule(Wording, Scope):
    """One way in which a behavior shows: words, or a condition under `match`, and where to look.

    transcript: only in typed text, or only in recognised speech. same_sound, negation, quoted: as in the
    book where left out. A decisive rule always counts; another is weighed together with the model.
    """

    id: Id
    behavior: str
    match: Named | None = None
    transcript: Literal["typed", "speech"] | None = None
    same_sound: Switch | None = None
    negation: Handling | None = None
    quoted: Handling | None = None
    confidence: Share = 0.9
    decisive: bool = True
    note: str = ""

    @model_validator(mode="after")
    def _asks_something(self) -> Rule:
        if self.match and self.wording:
            raise ValueError("a rule has either words of its own or 'match'; put the words into 'match'")
        if not self.match and not self.wording:
            raise ValueError("a rule needs at least one of: phrases, words, regex, tokens, match")
        return self

    def conditions(self) -> Iterator[tuple[Keys, Condition]]:
        """All conditions of this rule, each with its key path."""
        roots: list[tuple[Keys, Condition]] = [((key, "of"), a.of) for key, a in self.anchors()]
        roots += [(("match",), self.match)] if self.match else []
        for key, root in roots:
            for path, part in root.parts():
                yield key + path, part


class _Defaults(Strict):
    """What holds for every rule that does not say otherwise."""

    same_sound: Switch = "auto"
    negation: Handling = "allow"
    quoted: Handling = "allow"


class _File(_Defaults):
    id: Id = "rules"
    version: int | str = 1
    extends: Literal["default"] | None = None
    positions: Positions = Positions()
    behaviors: dict[Id, Behavior] = {}
    conditions: dict[Id, Condition] = {}
    rules: Annotated[tuple[Rule, ...], As_List]


class RuleBook(_Defaults):
    """Checked rules, with the behaviors that they may find and the conditions that have a name."""

    id: str
    version: str
    sha256: str
    positions: Positions
    behaviors: dict[str, Behavior]
    conditions: dict[str, Condition]
    rules: tuple[Rule, ...]

    @property
    def by_sense(self) -> bool:
        """Whether a rule compares sentences by what they say, and so needs the encoder."""
        own = (part for rule in self.rules for _, part in rule.conditions())
        named = (part for condition in self.conditions.values() for _, part in condition.parts())
        return any(part.similar and part.similar.by == "sense" for part in (*own, *named))


def load_rules(path: str | Path | None = None, *, tasks: Mapping[str, Labels] | None = None) -> RuleBook:
    """Read a rule book; the default one without `path`. `tasks`: the user's own tasks that rules may ask for,
    beside ours.

    `extends: default` adds the file's behaviors, conditions and rules to the default ones; what has the
    name of a default one replaces it. Raises ConfigError with every mistake: file, line, key, what is allowed.
    """
    return rules_of(yaml_file.Document(Path(path) if path else resources.default_rules()), tasks=tasks)


def rules_of(document: yaml_file.Document, *, tasks: Mapping[str, Labels] | None = None) -> RuleBook:
    """A parsed rule book, as `load_rules`."""
    file = yaml_file.checked(document, _File)
    base = load_rules() if file.extends else None
    own = {rule.id: rule for rule in file.rules}
    kept = tuple(own.pop(rule.id, rule) for rule in (base.rules if base else ()))
    inherited = [k for k in ("positions", *_Defaults.model_fields) if base and k not in document.data]
    book = RuleBook(
        id=file.id,
        version=str(file.version),
        sha256=resources.sha256_of([document.path] + ([resources.default_rules()] if base else [])),
        behaviors={**(base.behaviors if base else {}), **file.behaviors},
        conditions={**(base.conditions if base else {}), **file.conditions},
        rules=kept + tuple(own.values()),
        **{k: getattr(base if k in inherited else file, k) for k in ("positions", *_Defaults.model_fields)},
    )
    yaml_file.refuse(problems(file, document, book, {**(tasks or {}), **TASKS}))
    return book


def schema() -> dict[str, object]:
    """The JSON Schema of a rule book, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_File.model_json_schema()}

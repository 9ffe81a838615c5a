"""Rubrics: YAML files that say what each finding is worth, read into checked values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import resources, yaml_file
from ..rules import TASKS, Labels, RuleBook
from .form import Rubric
from .problems import problems


def load_rubric(
    path: str | Path | None = None,
    *,
    rules: RuleBook | None = None,
    tasks: Mapping[str, Labels] | None = None,
) -> Rubric:
    """Read a rubric; the default one without `path`. With `rules`, its behaviors must be known there.
    `tasks`: the user's own tasks that conditions may ask for, beside ours.

    Raises ConfigError with every mistake: file, line, key, what is allowed.
    """
    source = Path(path) if path else resources.default_rubric()
    rubric, document = yaml_file.load(source, Rubric)
    known = {name: dict(labels) for name, labels in {**(tasks or {}), **TASKS}.items()}
    rubric = rubric.model_copy(update={"sha256": resources.sha256(source), "tasks": known})
    yaml_file.refuse(problems(rubric, document, rules))
    return rubric


def schema() -> dict[str, Any]:
    """The JSON Schema of a rubric, for editors."""
    made = Rubric.model_json_schema()
    for key in ("sha256", "tasks"):  # not the file's to say
        del made["properties"][key]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}

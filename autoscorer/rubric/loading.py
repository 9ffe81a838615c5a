"""Rubrics are read, with what they extend and each of their variants, and checked whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yaml import MappingNode

from .. import resources, yaml_file
from ..errors import ConfigError
from ..rules import TASKS, Labels, RuleBook
from ..yaml_file import Document
from . import inherit
from .form import Rubric, RubricFile, Variant
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
    node, files = inherit.read(source)
    known = {name: dict(labels) for name, labels in {**(tasks or {}), **TASKS}.items()}
    about = {"sha256": resources.sha256_of(files), "tasks": known}
    document = Document(source, of=node)
    rubric = _checked(document, rules, about)
    return rubric.model_copy(update={"forms": _forms(rubric, document, rules, about)})


def _checked(document: Document, rules: RuleBook | None, about: Mapping[str, object]) -> Rubric:
    file = yaml_file.checked(document, RubricFile)
    rubric = Rubric.model_construct(**{**dict(file), **about})
    yaml_file.refuse(problems(rubric, document, rules))
    return rubric


def _forms(
    rubric: Rubric, document: Document, rules: RuleBook | None, about: Mapping[str, object]
) -> dict[str, Rubric]:
    """The form of each variant; mistakes in one say in which."""
    forms, found = dict[str, Rubric](), list[str]()
    for i, variant in enumerate(rubric.variants):
        try:
            of_variant = _varied(document, i, variant)
            forms[variant.id] = _checked(of_variant, rules, {**about, "variant": variant.id})
        except ConfigError as error:
            found += [f"{line} (in variant '{variant.id}')" for line in str(error).splitlines()]
    yaml_file.refuse(found)
    return forms


def _varied(document: Document, number: int, variant: Variant) -> Document:
    at = ("variants", number, "change")
    fixed = [key for key in (*inherit.ITS_OWN, "variants") if key in variant.change]
    yaml_file.refuse([document.error((*at, key), f"a variant cannot change '{key}'") for key in fixed])
    base, change = document.node, document.at(at)
    assert isinstance(base, MappingNode) and isinstance(change, MappingNode)
    return Document(document.path, of=inherit.changed(inherit.without(base, ("variants",)), change))

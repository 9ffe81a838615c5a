"""What can be wrong with a rubric beyond the form of its values, each mistake with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ..rules import RuleBook, labels_of
from ..yaml_file import Document
from .conditions import Condition
from .form import Rubric


def problems(rubric: Rubric, document: Document, rules: RuleBook | None) -> list[str]:
    """All mistakes of a rubric; with `rules`, behaviors that are not known there too."""
    found = _repeated(rubric, document) + _weights(rubric, document) + _grades(rubric, document)
    found += _names(rubric, document, rules) + _circles(rubric, document)
    found += _asking_each_other(rubric, document) + _idle_reach(rubric, document)
    return found + _not_metadata(rubric, document)


def _repeated(rubric: Rubric, document: Document) -> list[str]:
    sections = [(("sections", i, "id"), s.id) for i, s in enumerate(rubric.sections)]
    criteria = [
        (("sections", i, "criteria", j, "id"), c.id)
        for i, s in enumerate(rubric.sections)
        for j, c in enumerate(s.criteria)
    ]
    variants = [(("variants", i, "id"), v.id) for i, v in enumerate(rubric.variants)]
    found = []
    for what, ids in (("section", sections), ("criterion", criteria), ("variant", variants)):
        count = Counter(name for _, name in ids)
        found += [
            document.error(at, f"duplicate {what} id '{name}'; ids must differ")
            for at, name in ids
            if count[name] > 1
        ]
    return found


def _weights(rubric: Rubric, document: Document) -> list[str]:
    total = sum(section.weight for section in rubric.sections)
    found = []
    if abs(total - 100) > 0.01:
        found.append(document.error(("sections",), f"section weights sum to {total:g}; they must sum to 100"))
    for i, section in enumerate(rubric.sections):
        if section.weight and not any(c.kind == "score" for c in section.criteria):
            message = f"section '{section.id}' has weight {section.weight:g} but no criterion of kind 'score'"
            found.append(document.error(("sections", i, "weight"), message))
    return found


def _grades(rubric: Rubric, document: Document) -> list[str]:
    bounds = [grade.at_least for grade in rubric.grades]
    if bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
        message = "grades must fall from the best to the last, which starts at 0, without repeats"
        return [
            document.error(("grades",), f"{message}; found at_least {', '.join(f'{b:g}' for b in bounds)}")
        ]
    return []


def _names(rubric: Rubric, document: Document, rules: RuleBook | None) -> list[str]:
    found = []
    for path, part in _all_conditions(rubric):
        known = tuple(rules.behaviors) if rules else None
        names = part.behavior + tuple(name for stage in part.in_order for name in stage)
        wanted: list[tuple[str, str, tuple[str, ...] | None]] = [("behavior", name, known) for name in names]
        wanted += [("condition", part.use, tuple(rubric.conditions))] if part.use else []
        wanted += [("criterion", part.criterion, tuple(rubric.criteria))] if part.criterion else []
        wanted += [("task", part.task, tuple(rubric.tasks))] if part.task else []
        wanted += [("label", name, labels_of(part.task or "", rubric.tasks)) for name in part.label]
        for what, name, allowed in wanted:
            if allowed is not None and name not in allowed:
                message = f"unknown {what} '{name}'; allowed: {', '.join(allowed) or 'none'}"
                found.append(document.error(path, message))
    return found


def _all_conditions(rubric: Rubric) -> Iterator[tuple[tuple[Any, ...], Condition]]:
    for name, condition in rubric.conditions.items():
        for path, part in condition.parts():
            yield ("conditions", name, *path), part
    for i, section in enumerate(rubric.sections):
        for j, criterion in enumerate(section.criteria):
            for path, part in criterion.conditions():
                yield ("sections", i, "criteria", j, *path), part
    for i, variant in enumerate(rubric.variants):
        for path, part in variant.when.parts():
            yield ("variants", i, "when", *path), part


def _circles(rubric: Rubric, document: Document) -> list[str]:
    uses = {
        name: {part.use for _, part in condition.parts() if part.use}
        for name, condition in rubric.conditions.items()
    }
    found = []
    for name in uses:
        reached, frontier = set[str](), set(uses[name])
        while frontier:
            reached |= frontier
            frontier = {u for r in frontier for u in uses.get(r or "", ()) if u} - reached
        if name in reached:
            found.append(document.error(("conditions", name), f"condition '{name}' uses itself"))
    return found


def _asking_each_other(rubric: Rubric, document: Document) -> list[str]:
    """Criteria that ask for each other's outcome in a circle: none of them could be decided first."""
    asks = {id: rubric.asked_by(id) & set(rubric.criteria) for id in rubric.criteria}
    try:
        TopologicalSorter(asks).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        message = f"criteria ask for each other's outcome in a circle: {' → '.join(circle)}"
        return [document.error(_place(rubric, circle[0]), message)]
    return []


def _idle_reach(rubric: Rubric, document: Document) -> list[str]:
    message = "'critical: section' does nothing in a section of weight 0; allowed there: whole"
    return [
        document.error((*_place(rubric, c.id), "critical"), message)
        for section in rubric.sections
        for c in section.criteria
        if c.reach == "section" and not section.weight
    ]


def _not_metadata(rubric: Rubric, document: Document) -> list[str]:
    """A variant is chosen before anything is scored, so by what the file says of the contact."""
    return [
        document.error(("variants", i, "when", *path), "a variant's 'when' asks for metadata only")
        for i, variant in enumerate(rubric.variants)
        for path, part in variant.when.parts()
        if not (part.metadata or part.all_of or part.any_of or part.negated)
    ]


def _place(rubric: Rubric, criterion: str) -> tuple[Any, ...]:
    """The key path of a criterion."""
    return next(
        ("sections", i, "criteria", j)
        for i, section in enumerate(rubric.sections)
        for j, c in enumerate(section.criteria)
        if c.id == criterion
    )

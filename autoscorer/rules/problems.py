"""What a rule book says that cannot be: unknown names, rules that wait for each other, roles that never meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from ..yaml_file import Document
from .conditions import Condition, with_named
from .conditions import Path as Keys
from .operators import Labels, labels_of

if TYPE_CHECKING:
    from .book import Rule, RuleBook, _File


def problems(file: _File, document: Document, book: RuleBook, tasks: Mapping[str, Labels]) -> list[str]:
    """Every mistake that no single key shows, with its place. `book` is the file with what it extends, `tasks`
    are those that classifiers know."""
    told = [*_names(file, book), *_labels(file, tasks), *_circles(file, book), *_roles(file, book)]
    return [document.error(_there(document, where), message) for where, message in told]


def order(book: RuleBook) -> list[Rule]:
    """The rules so that each comes after those whose behaviors it asks about. Raises CycleError."""
    by_behavior: dict[str, list[int]] = {}
    for i, rule in enumerate(book.rules):
        by_behavior.setdefault(rule.behavior, []).append(i)
    waits = {
        i: [j for name in _asked(rule, book) for j in by_behavior.get(name, ()) if j != i]
        for i, rule in enumerate(book.rules)
    }
    return [book.rules[i] for i in TopologicalSorter(waits).static_order()]


def classifiers_of(book: RuleBook) -> dict[str, tuple[str, ...]]:
    """The rules that ask a classifier, with its tasks: without the models they find nothing there."""
    tasks = {rule.id: {c.classifier.task for c in reached(rule, book) if c.classifier} for rule in book.rules}
    return {rule: tuple(sorted(found)) for rule, found in tasks.items() if found}


def behaviors_of(condition: Condition, conditions: Mapping[str, Condition]) -> tuple[str, ...]:
    """The behaviors that a condition itself asks for; a bare name may be one."""
    bare = (condition.use,) if condition.use and condition.use not in conditions else ()
    return condition.behavior + bare


def _there(document: Document, where: Keys) -> Keys:
    """The part of a key path that the file holds: `after: angry` has no `of`."""
    while where and not document.holds(where):
        where = where[:-1]
    return where


def _conditions(file: _File) -> Iterator[tuple[Keys, Condition]]:
    for name, root in file.conditions.items():
        yield from ((("conditions", name, *path), part) for path, part in root.parts())
    for i, rule in enumerate(file.rules):
        yield from ((("rules", i, *path), part) for path, part in rule.conditions())


def _names(file: _File, book: RuleBook) -> Iterator[tuple[Keys, str]]:
    allowed = ", ".join(book.behaviors) or "none is declared; add them under 'behaviors'"
    count = Counter(rule.id for rule in file.rules)
    for i, rule in enumerate(file.rules):
        if count[rule.id] > 1:
            yield ("rules", i, "id"), f"duplicate rule id '{rule.id}'; ids must differ"
        if rule.behavior not in book.behaviors:
            yield ("rules", i, "behavior"), f"unknown behavior '{rule.behavior}'; allowed: {allowed}"
    for name in file.conditions:
        if name in book.behaviors:
            yield ("conditions", name), f"'{name}' is the name of a behavior; names must differ"
    named = f"; named conditions: {', '.join(book.conditions)}" if book.conditions else ""
    for path, condition in _conditions(file):
        for name in behaviors_of(condition, book.conditions):
            if name not in book.behaviors:
                key = "use" if condition.use else "behavior"
                yield (*path, key), f"unknown behavior '{name}'; allowed: {allowed}{named}"


def _labels(file: _File, tasks: Mapping[str, Labels]) -> Iterator[tuple[Keys, str]]:
    for path, condition in _conditions(file):
        asked = condition.classifier
        if asked is None:
            continue
        if asked.task not in tasks:
            message = f"unknown task '{asked.task}'; allowed: {', '.join(tasks)}"
            yield (*path, "classifier", "task"), message
            continue
        allowed = labels_of(asked.task, tasks)
        if wrong := [label for label in asked.label if label not in allowed]:
            message = (
                f"unknown label of task '{asked.task}': {', '.join(wrong)}; allowed: {', '.join(allowed)}"
            )
            yield (*path, "classifier", "label"), message


def _circles(file: _File, book: RuleBook) -> Iterator[tuple[Keys, str]]:
    uses = {
        name: [part.use for _, part in root.parts() if part.use in book.conditions]
        for name, root in book.conditions.items()
    }
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        circle = error.args[1]
        yield ("conditions", circle[0]), f"conditions use each other: {' → '.join(circle)}"
        return
    try:
        order(book)
    except CycleError as error:
        ids = [book.rules[i].id for i in error.args[1]]
        own = [i for i, rule in enumerate(file.rules) if rule.id in ids]
        yield ("rules", *own[:1]), f"rules wait for each other's behaviors: {' → '.join(ids)}"


def _asked(rule: Rule, book: RuleBook) -> set[str]:
    """The behaviors that a rule asks about."""
    return {name for c in reached(rule, book) for name in behaviors_of(c, book.conditions)}


def reached(rule: Rule, book: RuleBook) -> Iterator[Condition]:
    """The conditions of a rule, and the named ones that it uses."""
    return with_named((part for _, part in rule.conditions()), book.conditions)


def _roles(file: _File, book: RuleBook) -> Iterator[tuple[Keys, str]]:
    """A rule looks at the turns of one role, so a part that asks for the other one never holds there."""
    for i, rule in enumerate(file.rules):
        behavior = book.behaviors.get(rule.behavior)
        if rule.match is None or behavior is None:
            continue
        stack: list[tuple[Keys, Condition]] = [(("rules", i, "match"), rule.match)]
        while stack:
            path, part = stack.pop()
            stack += [((*path, *key), child) for key, child in part.children()]
            if part.role not in (None, behavior.role):
                message = (
                    f"'{rule.behavior}' is found in turns of the {behavior.role}, so a condition on turns of the "
                    f"{part.role} never holds there; put it under 'before', 'after' or 'around'"
                )
                yield (*path, "role"), message

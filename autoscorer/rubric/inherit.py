"""A rubric that changes another one: two YAML trees become one, in which each part still knows its file."""

from __future__ import annotations

from pathlib import Path

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from .. import resources, yaml_file
from ..errors import ConfigError

BY_ID = ("sections", "criteria", "variants")
"""Lists whose items are told apart by their `id`; an item changes the one of the same id."""
BY_NAME = ("conditions", "positions")
"""Maps that are changed name by name. All else is replaced whole."""
ITS_OWN = ("id", "version", "name", "name_en", "extends")
"""What a file says of itself, not of what it changes."""


def read(path: Path) -> tuple[Node, list[Path]]:
    """The tree of a rubric with all that it extends, and the files that it was put together of.

    Raises ConfigError where a file cannot be read, extends itself, or removes what is not there.
    """
    return _read(path, ())


def _read(path: Path, before: tuple[Path, ...]) -> tuple[Node, list[Path]]:
    node = yaml_file.parse(path)
    name = value(node, "extends")
    if not isinstance(node, MappingNode) or not isinstance(name, ScalarNode) or not name.value:
        return node, [path]
    base = resources.default_rubric() if name.value == "default" else path.parent / name.value
    at = f"{path}:{name.start_mark.line + 1}: extends: "
    chain = (*before, path)
    if base.resolve() in [file.resolve() for file in chain]:
        raise ConfigError(f"{at}'{name.value}' leads back to {base}: a rubric cannot extend itself")
    if not base.is_file():
        raise ConfigError(f"{at}no file {base}; allowed: default, or a YAML file, seen from this one")
    under, files = _read(base, chain)
    if not isinstance(under, MappingNode):
        raise ConfigError(f"{at}{base} is not a rubric")
    return changed(without(under, ITS_OWN), node), [path, *files]


def changed(base: MappingNode, change: MappingNode) -> MappingNode:
    """`base` with what `change` says: field by field; `null` takes a field away.

    Raises ConfigError where it removes an item that is not there.
    """
    pairs = {key.value: (key, node) for key, node in base.value}
    for key, node in change.value:
        under = pairs[key.value][1] if key.value in pairs else None
        if under is not None and _is_null(node):
            del pairs[key.value]
        elif key.value in BY_ID and isinstance(node, SequenceNode):
            items = under.value if isinstance(under, SequenceNode) else []
            listed = _items(items, node.value, key.value)
            pairs[key.value] = (key, SequenceNode(node.tag, listed, node.start_mark, node.end_mark))
        elif key.value in BY_NAME and isinstance(under, MappingNode) and isinstance(node, MappingNode):
            pairs[key.value] = (key, changed(under, node))
        else:
            pairs[key.value] = (key, node)
    return MappingNode(change.tag, list(pairs.values()), change.start_mark, change.end_mark)


def without(node: MappingNode, keys: tuple[str, ...]) -> MappingNode:
    """A map less those keys."""
    pairs = [(key, inner) for key, inner in node.value if key.value not in keys]
    return MappingNode(node.tag, pairs, node.start_mark, node.end_mark)


def value(node: Node | None, key: str) -> Node | None:
    """What stands under a key of a map."""
    pairs = node.value if isinstance(node, MappingNode) else []
    return next((inner for name, inner in pairs if name.value == key), None)


def _items(base: list[Node], change: list[Node], what: str) -> list[Node]:
    """The items of `base`, each as changed by the first of that id, then the new ones."""
    found: list[Node | None] = [*base]
    at = {name: i for i, item in enumerate(base) if (name := _id(item))}
    for item in change:
        place = at.pop(_id(item), None)
        under = found[place] if place is not None else None
        if _is_true(value(item, "remove")):
            found[_there(place, item, what)] = None
        elif place is not None and isinstance(under, MappingNode) and isinstance(item, MappingNode):
            found[place] = changed(under, item)
        else:
            found.append(changed(_nothing(item), item) if isinstance(item, MappingNode) else item)
    return [item for item in found if item is not None]


def _there(place: int | None, item: Node, what: str) -> int:
    if place is None:
        mark = item.start_mark
        raise ConfigError(
            f"{mark.name}:{mark.line + 1}: {what}: nothing to remove: there is no '{_id(item)}' in what this changes"
        )
    return place


def _nothing(like: Node) -> MappingNode:
    return MappingNode(like.tag, [], like.start_mark, like.end_mark)


def _id(item: Node) -> str:
    name = value(item, "id")
    return str(name.value) if isinstance(name, ScalarNode) else ""


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _is_true(node: Node | None) -> bool:
    return (
        isinstance(node, ScalarNode)
        and node.tag == "tag:yaml.org,2002:bool"
        and node.value in ("true", "True")
    )

"""A rubric's file with other numbers: only these change, comments and layout stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from ..errors import UsageError
from ..rubric import inherit
from ..yaml_file import Document
from .form import Path as Keys

_NUMBERED = re.compile(r"^(.*?)(\d+)$")


def rewrite(source: Path, numbers: Mapping[Keys, float], note: str) -> str:
    """The text of `source` with `numbers` at their places and the version raised; `note` becomes its first line.

    Raises UsageError where a number does not stand in the file by itself.
    """
    text = whole(source)
    document = Document(source, of=yaml.compose(text, Loader=yaml.SafeLoader))
    wanted = {keys: f"{value:g}" for keys, value in numbers.items()}
    wanted[("version",)] = raised(document.data["version"])
    edits: dict[tuple[int, int], str] = {}
    for keys, value in wanted.items():
        span = document.span(keys)
        if span is None or edits.get(span, value) != value:
            name = ".".join(map(str, keys))
            raise UsageError(f"{source}: {name} has no number of its own; write it out, not as a YAML alias")
        edits[span] = value
    for (start, end), value in sorted(edits.items(), reverse=True):
        text = text[:start] + value + text[end:]
    return f"# {note}\n{text}"


def whole(source: Path) -> str:
    """The text of a rubric; of one that extends others, with all that it takes from them, without comments."""
    node, files = inherit.read(source)
    if len(files) == 1:
        return source.read_text(encoding="utf-8-sig")
    assert isinstance(node, yaml.MappingNode)
    made = yaml.serialize(inherit.without(node, ("extends",)), allow_unicode=True, width=110)
    return str(made)


def raised(version: object) -> str:
    """The next version: the last number in it one higher, else `-2` behind it.

    >>> raised(1), raised("2025.9"), raised("spring")
    ('2', "'2025.10'", "'spring-2'")
    """
    if isinstance(version, int):
        return str(version + 1)
    match = _NUMBERED.match(str(version))
    made = f"{match[1]}{int(match[2]) + 1}" if match else f"{version}-2"
    return "'" + made.replace("'", "''") + "'"

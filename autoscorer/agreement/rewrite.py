"""A rubric's file with other numbers: only these change, comments and layout stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ..errors import UsageError
from ..yaml_file import Document
from .form import Path as Keys

_NUMBERED = re.compile(r"^(.*?)(\d+)$")


def rewrite(source: Path, numbers: Mapping[Keys, float], note: str) -> str:
    """The text of `source` with `numbers` at their places and the version raised; `note` becomes its first line.

    Raises UsageError where a number does not stand in the file by itself.
    """
    document, text = Document(source), source.read_text(encoding="utf-8-sig")
    wanted = {keys: f"{value:g}" for keys, value in numbers.items()}
    wanted[("version",)] = raised(document.data["version"])
    edits: dict[tuple[int, int], str] = {}
    for keys, value in wanted.items():
        span = document.span(keys)
        if span is None or edits.get(span, value) != value:
            name = ".".join(map(str, keys))
            raise UsageError(f"{source}: {name} has no number of its own; write it out, without a YAML alias")
        edits[span] = value
    for (start, end), value in sorted(edits.items(), reverse=True):
        text = text[:start] + value + text[end:]
    return f"# {note}\n{text}"


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

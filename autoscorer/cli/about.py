"""What `info` tells."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import resources, store


def facts(models: Path | None = None) -> Iterator[tuple[str, str]]:
    """Names and values, for a bug report or an audit."""
    from ..classify import Classifiers
    from ..readers import SUFFIXES
    from ..rubric import load_rubric
    from ..rules import load_rules

    rules = load_rules()
    rubric = load_rubric(rules=rules)
    folders = store.model_folders(models)
    yield "autoscorer", version("autoscorer")
    yield "python", platform.python_version()
    for package in ("jieba", "spacy", "onnxruntime"):
        yield package, version(package)
    yield "formats", " ".join(SUFFIXES)
    yield "rules", f"{rules.id}@{rules.version}  {resources.default_rules()}"
    yield "rules sha256", rules.sha256
    yield "rubric", f"{rubric.label}  {resources.default_rubric()}"
    yield "rubric sha256", rubric.sha256
    yield "models", str(models or store.default_store())
    for task, sha in sorted(Classifiers.of(folders).sha256.items()):
        yield f"model {task}", f"{sha}  {folders[task]}"


def schema_of(what: str) -> dict[str, Any]:
    """The JSON Schema of a `result`, of `rules` or of a `rubric`."""
    from .. import rubric, rules

    if what == "rules":
        return rules.schema()
    if what == "rubric":
        return rubric.schema()
    found: dict[str, Any] = json.loads((resources.DATA / "result.schema.json").read_text(encoding="utf-8"))
    return found

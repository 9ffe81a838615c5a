"""What a result depends on besides its input: the versions of all that made it, and what changed in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from ..pipeline import Scorer
from ..resources import PACKAGE

_ANALYSIS = ("version", "code_sha256", "rules_sha256", "models", "privacy")
_SCORE = ("rubric_sha256", "lang")
_NAMES = {
    "version": "autoscorer",
    "code_sha256": "autoscorer's code",
    "rules_sha256": "the rules",
    "models": "the models",
    "privacy": "what is shown of private values and texts",
    "rubric_sha256": "the rubric",
    "lang": "the language",
}


def made_by(scorer: Scorer) -> dict[str, Any]:
    """The versions and hashes of all that a result of `scorer` depends on."""
    facts = dict(scorer.provenance)
    rubric = {"rubric": scorer.rubric.label, "rubric_sha256": scorer.rubric.sha256, "lang": scorer.spec.lang}
    privacy = {"privacy": asdict(scorer.spec.privacy)}
    return {"version": facts.pop("version"), "code_sha256": _code(), **facts, **privacy, **rubric}


def same_analysis(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the same transcript gives the same analysis."""
    return all(one.get(key) == other.get(key) for key in _ANALYSIS)


def same_score(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the same analysis gives the same scorecard."""
    return all(one.get(key) == other.get(key) for key in _SCORE)


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """What changed since an earlier run, and what follows from it, in one sentence; None where nothing did."""
    changed = [key for key in (*_ANALYSIS, *_SCORE) if before.get(key) != now.get(key)]
    if not changed:
        return None
    if "version" in changed:
        changed = [key for key in changed if key != "code_sha256"]
    said = ", ".join(_said(key, before, now) for key in changed)
    if set(changed) & set(_ANALYSIS):
        return f"changed since the last run: {said}; all inputs are scored anew"
    return f"changed since the last run: {said}; earlier analyses are scored again, no model runs"


def _said(key: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    plain = key.removesuffix("_sha256")
    old, new = before.get(plain), now.get(plain)
    shown = f" ({old} -> {new})" if isinstance(old, str) and isinstance(new, str) and old != new else ""
    return _NAMES[key] + shown


@lru_cache(maxsize=1)
def _code() -> str:
    """One hash over the package's code and data: in a checkout they change without the version."""
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix in (".py", ".yaml", ".txt") and file.is_file():
            digest.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()

"""A model folder, read and checked: config.json, vocabulary.json, model.onnx."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ..types import Role
from .features import SPACES

AGENT = (
    "greeting", "self_intro", "offer_help", "probe", "verify", "restate", "apology", "empathy", "reassure",
    "solution", "options", "consent", "action", "timeframe", "hold", "transfer", "followup",
    "confirm_resolved", "more_help", "thanks", "farewell", "survey", "shirk", "rude",
)  # fmt: skip
CUSTOMER = ("complaint", "urge", "repeat", "escalate", "accept", "thank")

LABELS: Mapping[str, Mapping[Role, tuple[str, ...]]] = {
    "sentiment": {"customer": ("negative", "neutral", "positive")},
    "empathy": {"agent": ("none", "formulaic", "specific")},
    "behaviors": {"agent": AGENT, "customer": CUSTOMER},
}
"""The labels of each task, by the role whose turns it judges."""

FORMAT = 1
FILES = ("model.onnx", "vocabulary.json")
MAX_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Weights:
    """How model and rules decide one behavior: sigmoid(model·logit + rule·hit + bias) >= `threshold`."""

    model: float
    rule: float
    bias: float
    threshold: float

    def probability(self, logit: float, hit: bool) -> float:
        """The probability that the behavior is there."""
        z = max(-30.0, min(30.0, self.model * logit + self.rule * hit + self.bias))
        return 1.0 / (1.0 + math.exp(-z))


@dataclass(frozen=True, slots=True)
class Config:
    """What config.json says. `thresholds` are probabilities, one a label, in the order of `labels`.

    weights: by behavior; where no fusion with rules was fitted, those that leave the model alone.
    """

    task: str
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    files: Mapping[str, str]
    weights: Mapping[str, Weights]


def labels(task: str) -> tuple[str, ...]:
    """All labels of a task, agent's before customer's: the columns of its model."""
    return tuple(label for group in LABELS[task].values() for label in group)


def read_config(folder: Path) -> Config:
    """The checked configuration; every file it names has the hash it states, else ConfigError."""
    path = folder / "config.json"
    config = _config(path, _json(path))
    for name in FILES:
        _check_hash(folder / name, config.files.get(name))
    return config


def read_vocabulary(folder: Path) -> dict[str, dict[str, int]]:
    """Feature space -> n-gram -> id. Ids run from 1 through the spaces, in the order of the file."""
    path = folder / "vocabulary.json"
    lists = _json(path)
    for space, grams in lists.items():
        if space not in SPACES:
            raise ConfigError(f"{path}: unknown feature space {space!r}; allowed: {', '.join(SPACES)}")
        if not _are_grams(grams):
            raise ConfigError(f"{path}: {space} must be a list of n-grams, each once")
    spaces, first = {}, 1
    for space, grams in lists.items():
        spaces[space] = dict(zip(grams, range(first, first + len(grams)), strict=True))
        first += len(grams)
    return spaces


def _are_grams(grams: Any) -> bool:
    strings = isinstance(grams, list) and all(isinstance(gram, str) for gram in grams)
    return strings and len(set(grams)) == len(grams)


def digest(path: Path) -> str:
    """The sha256 of a file's bytes."""
    return hashlib.sha256(_bytes(path)).hexdigest()


def _config(path: Path, raw: dict[str, Any]) -> Config:
    if raw.get("format") != FORMAT:
        raise ConfigError(f"{path}: format is {raw.get('format')!r}, this version reads {FORMAT}")
    task = str(raw.get("task"))
    if task not in LABELS:
        raise ConfigError(f"{path}: task is {task!r}; allowed: {', '.join(LABELS)}")
    wanted = labels(task)
    if raw.get("labels") != list(wanted):
        raise ConfigError(f"{path}: labels are {raw.get('labels')!r}; task {task} has {', '.join(wanted)}")
    files = raw.get("files")
    if not isinstance(files, dict):
        raise ConfigError(f"{path}: files must map {', '.join(FILES)} to their sha256")
    thresholds = _thresholds(path, raw.get("thresholds"), len(wanted))
    alone = {label: Weights(1.0, 0.0, 0.0, t) for label, t in zip(wanted, thresholds, strict=True)}
    return Config(task, wanted, thresholds, files, {**alone, **_fusion(path, raw.get("fusion", {}), wanted)})


def _thresholds(path: Path, values: Any, count: int) -> tuple[float, ...]:
    good = isinstance(values, list) and len(values) == count
    if not good or not all(isinstance(v, (int, float)) and 0 < v < 1 for v in values):
        raise ConfigError(f"{path}: thresholds must be {count} numbers between 0 and 1, one a label")
    return tuple(float(v) for v in values)


def _fusion(path: Path, raw: Any, wanted: tuple[str, ...]) -> dict[str, Weights]:
    try:
        fitted = {label: Weights(**{k: float(v) for k, v in one.items()}) for label, one in raw.items()}
        if not all(map(math.isfinite, chain.from_iterable(map(astuple, fitted.values())))):
            raise ValueError
    except (AttributeError, TypeError, ValueError):
        keys = "model, rule, bias, threshold"
        raise ConfigError(f"{path}: fusion must give each behavior the numbers {keys}") from None
    if unknown := sorted(set(fitted) - set(wanted)):
        raise ConfigError(f"{path}: fusion has unknown labels {unknown}; allowed: {', '.join(wanted)}")
    return fitted


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(path))
    except ValueError as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply") from None
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: must be a JSON object, is a {type(value).__name__}")
    return value


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_BYTES >> 20} MB, which no model here is")
        return path.read_bytes()
    except OSError as error:
        wanted = ", ".join(("config.json", *FILES))
        raise ConfigError(f"{path}: {error.strerror}; a model folder holds {wanted}") from None


def _check_hash(path: Path, stated: str | None) -> None:
    found = digest(path)
    if found != stated:
        raise ConfigError(
            f"{path}: sha256 is {found}, config.json states {stated}; restore the file or rebuild the model "
            "with python -m training"
        )

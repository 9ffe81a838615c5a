"""Model folders, read and checked: `encoder/` and one folder a task, each with config.json and model.onnx.

A task that was fine-tuned has an encoder of its own, in the folder `encoder/` inside its own.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal, cast

from ..errors import ConfigError
from ..types import Role

TOKENS = "tokens"
"""The kind of an encoder that was made from a foreign one, with a tokenizer in place of a list of characters."""
Kind = Literal["one", "many", "rating"]
"""A task gives each turn one of its labels, any number of them, or rates the whole contact on each."""
Labels = Mapping[Role, tuple[str, ...]]

AGENT = (
    "greeting", "self_intro", "offer_help", "probe", "verify", "restate", "apology", "empathy", "reassure",
    "solution", "options", "consent", "action", "timeframe", "hold", "transfer", "followup",
    "confirm_resolved", "more_help", "thanks", "farewell", "survey", "shirk", "rude",
)  # fmt: skip
CUSTOMER = ("complaint", "urge", "repeat", "escalate", "accept", "thank")

LABELS: Mapping[str, Labels] = {
    "sentiment": {"customer": ("negative", "neutral", "positive")},
    "empathy": {"agent": ("none", "formulaic", "specific")},
    "behaviors": {"agent": AGENT, "customer": CUSTOMER},
}
"""The labels of our own tasks, by the role whose turns they judge."""
KINDS: Mapping[str, Kind] = {"sentiment": "one", "empathy": "one", "behaviors": "many", "quality": "rating"}

ENCODER = "encoder"
FORMAT = 3
MODEL, CHARACTERS, CONFIG, TOKENIZER = "model.onnx", "characters.json", "config.json", "tokenizer.json"
OWN_CONFIG = f"{ENCODER}/{CONFIG}"
"""What a task's config.json lists among its files where the task has an encoder of its own."""
MAX_BYTES = 1 << 28
MAX_OWN_BYTES = 1 << 30  # of an encoder made from a foreign one
TASK_NAME = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9_\-\u4e00-\u9fff]{0,39}")


@dataclass(frozen=True, slots=True)
class Weights:
    """How model and rules decide one behavior: sigmoid(model·logit + rule·hit + bias) >= `threshold`.

    Between `unsure` and `threshold` it is left to a person.
    """

    model: float
    rule: float
    bias: float
    threshold: float
    unsure: float = 1.0

    def probability(self, logit: float, hit: bool) -> float:
        """The probability that the behavior is there."""
        z = max(-30.0, min(30.0, self.model * logit + self.rule * hit + self.bias))
        return 1.0 / (1.0 + math.exp(-z))

    @property
    def least(self) -> float:
        """A logit below which, without a rule, the probability reaches neither limit; near to the highest such."""
        limit = min(self.threshold, self.unsure)
        if not (0 < limit < 1 and self.model > 0):
            return -math.inf
        z = math.log(limit / (1 - limit))
        least = (z - self.bias) / self.model
        return least - 1e-6 * (1 + abs(least)) if z > -29 else -math.inf


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """What an encoder's config.json says: the length of its vectors, and whether it reads tokens."""

    size: int
    tokens: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """What a task's config.json says.

    labels: the columns of the model, by role (for a rating under no role: the rated qualities).
    thresholds: probabilities, one a column. unsure: below this probability of the chosen label the model
    is not relied on (kind one). encoder: sha256 of the encoder that the head reads. own: whether that is in the
    task's own folder. weights: of behaviors.
    """

    task: str
    kind: Kind
    labels: Labels
    thresholds: tuple[float, ...]
    unsure: float
    encoder: str
    weights: Mapping[str, Weights]
    own: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All labels, in the order of the model's columns, each once."""
        return tuple(dict.fromkeys(label for group in self.labels.values() for label in group))


def read_encoder_config(folder: Path) -> EncoderConfig:
    """The checked configuration of an encoder. Raises ConfigError."""
    path, raw = folder / CONFIG, _checked(folder, (MODEL, CHARACTERS))
    return EncoderConfig(_size(path, raw))


def _size(path: Path, raw: Mapping[str, Any]) -> int:
    size = raw.get("size")
    if not isinstance(size, int) or not 1 <= size <= 4096:
        raise ConfigError(f"{path}: size is {size!r}; must be a whole number from 1 to 4096")
    return size


def read_own_config(folder: Path) -> EncoderConfig:
    """The checked configuration of the encoder of one task: of our kind, or one that reads tokens."""
    if _json(folder / CONFIG, dict).get("kind") != TOKENS:
        return read_encoder_config(folder)
    path, raw = folder / CONFIG, _checked(folder, (MODEL, TOKENIZER), most=MAX_OWN_BYTES)
    return EncoderConfig(_size(path, raw), tokens=True)


def read_characters(folder: Path) -> tuple[str, ...]:
    """The characters that the encoder knows, in the order of their ids."""
    path = folder / CHARACTERS
    listed = _json(path, list)
    if not all(isinstance(char, str) and len(char) == 1 for char in listed) or len(set(listed)) < len(listed):
        raise ConfigError(f"{path}: must be a list of single characters, each once")
    return tuple(listed)


def read_config(folder: Path) -> Config:
    """The checked configuration of a task; every file it names has the hash it states, else ConfigError."""
    path, raw = folder / CONFIG, _checked(folder, (MODEL,))
    task, kind = str(raw.get("task")), raw.get("kind")
    if not TASK_NAME.fullmatch(task):
        raise ConfigError(f"{path}: task is {task!r}; a name has letters, digits, _ and -, at most 40")
    if kind not in ("one", "many", "rating") or kind != KINDS.get(task, kind):
        raise ConfigError(f"{path}: kind is {kind!r}; allowed: {KINDS.get(task, 'one, many, rating')}")
    labels = _labels(path, task, raw.get("labels"))
    columns = tuple(dict.fromkeys(label for group in labels.values() for label in group))
    thresholds = _thresholds(path, raw.get("thresholds"), len(columns))
    alone = {label: Weights(1.0, 0.0, 0.0, t) for label, t in zip(columns, thresholds, strict=True)}
    weights = {**alone, **_fusion(path, raw.get("fusion", {}), columns)}
    unsure = raw.get("unsure", 0.0)
    if not isinstance(unsure, (int, float)) or not 0 <= unsure < 1:
        raise ConfigError(f"{path}: unsure is {unsure!r}; must be a probability below 1")
    encoder, own = str(raw.get("encoder")), OWN_CONFIG in raw["files"]
    if own:
        _check_hash(folder / OWN_CONFIG, raw["files"][OWN_CONFIG])
        if encoder != raw["files"][OWN_CONFIG]:
            raise ConfigError(
                f"{path}: encoder is {encoder[:12]}, but {OWN_CONFIG} is another; train the task anew"
            )
    return Config(task, kind, labels, thresholds, float(unsure), encoder, weights, own)


def session(path: Path, most: int = MAX_BYTES) -> Any:
    """An ONNX session that uses one thread, so that workers do not fight over cores. Raises ConfigError."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(_bytes(path, most), options, providers=["CPUExecutionProvider"])
    except ConfigError:
        raise
    except Exception as error:  # onnxruntime's own errors share no base
        raise ConfigError(f"{path}: onnxruntime cannot load it: {one_line(error)}") from None


def one_line(error: Exception) -> str:
    """What onnxruntime says, which runs over lines and pages."""
    return " ".join(str(error).split())[:200]


def digest(path: Path, most: int = MAX_BYTES) -> str:
    """The sha256 of a file's bytes, of which there may be `most`."""
    return hashlib.sha256(_bytes(path, most)).hexdigest()


def _checked(folder: Path, files: tuple[str, ...], most: int = MAX_BYTES) -> dict[str, Any]:
    path = folder / CONFIG
    raw = _json(path, dict)
    if raw.get("format") != FORMAT:
        raise ConfigError(f"{path}: format is {raw.get('format')!r}, this version reads {FORMAT}")
    stated = raw.get("files")
    if not isinstance(stated, dict):
        raise ConfigError(f"{path}: files must map {', '.join(files)} to their sha256")
    for name in files:
        _check_hash(folder / name, stated.get(name), most)
    return cast(dict[str, Any], raw)


def _labels(path: Path, task: str, raw: Any) -> Labels:
    groups = raw if isinstance(raw, dict) else {}
    good = groups and set(groups) <= {"agent", "customer", "system"} and all(map(_names, groups.values()))
    if not good:
        raise ConfigError(f"{path}: labels must map agent, customer or both to a list of names")
    labels = {cast(Role, role): tuple(names) for role, names in groups.items()}
    if task in LABELS and labels != LABELS[task]:
        wanted = "; ".join(f"{role}: {', '.join(names)}" for role, names in LABELS[task].items())
        raise ConfigError(f"{path}: labels differ from those of the task {task} ({wanted})")
    return labels


def _names(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(v, str) and v for v in value)


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
        keys = "model, rule, bias, threshold, unsure"
        raise ConfigError(f"{path}: fusion must give each behavior the numbers {keys}") from None
    if unknown := sorted(set(fitted) - set(wanted)):
        raise ConfigError(f"{path}: fusion has unknown labels {unknown}; allowed: {', '.join(wanted)}")
    return fitted


_JSON: Mapping[type, str] = {dict: "object", list: "list"}


def _json(path: Path, kind: type) -> Any:
    try:
        value = json.loads(_bytes(path))
    except ValueError as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply") from None
    if not isinstance(value, kind):
        raise ConfigError(f"{path}: must be a JSON {_JSON[kind]}, is a {type(value).__name__}")
    return value


def _bytes(path: Path, most: int = MAX_BYTES) -> bytes:
    try:
        if path.stat().st_size > most:
            raise ConfigError(f"{path}: larger than {most >> 20} MB, which no model here is")
        return path.read_bytes()
    except OSError as error:
        wanted = f"{ENCODER}/ and one folder a task, each with {CONFIG} and {MODEL}"
        raise ConfigError(f"{path}: {error.strerror}; a folder of models holds {wanted}") from None


def _check_hash(path: Path, stated: Any, most: int = MAX_BYTES) -> None:
    found = digest(path, most)
    if found != stated:
        raise ConfigError(
            f"{path}: sha256 is {found}, config.json states {stated}; restore the file or train the model anew"
        )

"""What `--fine-tune` begins from: our encoder, or a folder of a BERT-like one as Hugging Face writes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..classify.folder import CHARACTERS, CONFIG, ENCODER, KINDS, MODEL, TOKENIZER, digest
from ..errors import ConfigError, UsageError
from ..extras import require

KNOWN = (
    "albert", "bert", "camembert", "distilbert", "electra", "ernie", "roberta", "xlm-roberta",
)  # fmt: skip
"""The values of model_type whose encoders can be tuned; no code from the folder is ever run."""
VOCABULARY = "vocab.txt"
LICENCES = ("LICENSE*", "LICENCE*", "COPYING*")
MAX_WEIGHTS = 1 << 31
MAX_TEXT = 1 << 26
MAX_LICENCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Base:
    """An encoder to fine-tune. foreign: in the form of Hugging Face, else of ours. licence: its file, if any."""

    folder: Path
    foreign: bool
    licence: Path | None

    def sha256(self) -> str:
        """Of its weights, file after file."""
        found = hashlib.sha256()
        for path in sorted(self.folder.glob("*.safetensors")) if self.foreign else [self.folder / MODEL]:
            with path.open("rb") as file:
                found.update(hashlib.file_digest(file, "sha256").digest())
        return found.hexdigest()


def find_base(task: str, folder: Path) -> Base:
    """The encoder in `folder`: one of Hugging Face, one of ours, or ours inside a folder of models.

    Raises UsageError for a task whose encoder cannot be tuned, ConfigError for a folder that cannot be, and
    MissingExtra where a package for it is missing.
    """
    if KINDS.get(task) == "rating":
        raise UsageError(f"--fine-tune is for labels of turns; {task} rates whole contacts")
    if not folder.is_dir():
        raise ConfigError(f"{folder}: there is no such folder to fine-tune from")
    if is_foreign(folder):
        _check_foreign(folder)
        require("train", f"--fine-tune with the encoder {folder}", "torch", "transformers", "tokenizers")
        return Base(folder, True, _licence(folder))
    own = next((f for f in (folder, folder / ENCODER) if (f / CHARACTERS).is_file()), None)
    if own is None:
        raise ConfigError(
            f"{folder}: nothing to fine-tune; a folder of Hugging Face has {CONFIG} with model_type, "
            f"*.safetensors, and {TOKENIZER} or {VOCABULARY}; a folder of our models has {ENCODER}/"
        )
    require("train", "--fine-tune", "torch")
    return Base(own, False, _licence(own))


def is_foreign(folder: Path) -> bool:
    """Whether the folder's config.json is one of Hugging Face."""
    return "model_type" in _config(folder)


def _config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    if not path.is_file():
        return {}
    if path.stat().st_size > MAX_TEXT:
        raise ConfigError(f"{path}: larger than {MAX_TEXT >> 20} MB, which no configuration is")
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid JSON: {str(error)[:100]}") from None
    return found if isinstance(found, dict) else {}


def _check_foreign(folder: Path) -> None:
    kind = _config(folder).get("model_type")
    if kind not in KNOWN:
        raise ConfigError(f"{folder / CONFIG}: model_type is {str(kind)[:40]!r}; allowed: {', '.join(KNOWN)}")
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise ConfigError(
            f"{folder}: has no *.safetensors; other weights, such as .bin, can hold code and are never opened"
        )
    if sum(path.stat().st_size for path in weights) > MAX_WEIGHTS:
        raise ConfigError(f"{folder}: its weights are larger than {MAX_WEIGHTS >> 20} MB")
    words = next((folder / n for n in (TOKENIZER, VOCABULARY) if (folder / n).is_file()), None)
    if words is None:
        raise ConfigError(f"{folder}: has neither {TOKENIZER} nor {VOCABULARY}")
    if words.stat().st_size > MAX_TEXT:
        raise ConfigError(f"{words}: larger than {MAX_TEXT >> 20} MB")


def _licence(folder: Path) -> Path | None:
    found = (p for pattern in LICENCES for p in sorted(folder.glob(pattern)))
    return next((p for p in found if p.is_file() and p.stat().st_size <= MAX_LICENCE), None)


def check_plain(folder: Path) -> None:
    """Without --fine-tune a base is a folder of our models. Raises UsageError where it is not."""
    if is_foreign(folder):
        raise UsageError(f"--base {folder}: an encoder of Hugging Face is of use only with --fine-tune")
    if folder.is_dir() and not any(folder.glob(f"*/{CONFIG}")):
        raise UsageError(f"--base {folder}: holds no model to build on")


def described(base: Base) -> dict[str, Any]:
    """What card and figures say of the base."""
    config = _config(base.folder) if base.foreign else {}
    return {
        "base": base.folder.resolve().name,
        "base_kind": config.get("model_type", "autoscorer"),
        "base_sha256": base.sha256(),
        "licence": base.licence.name if base.licence else None,
        **({} if base.foreign else {"base_config_sha256": digest(base.folder / CONFIG)}),
    }

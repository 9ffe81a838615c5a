"""Fine-tunes an encoder to the labels of one task: torch, on a GPU if there is one."""

from __future__ import annotations

import copy
import json
import math
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from ..classify.encoder import BORDER, UNKNOWN
from ..classify.features import NEIGHBOURS, WEIGHT, neighbours, places, said, width
from ..classify.folder import (
    CHARACTERS,
    CONFIG,
    FORMAT,
    MAX_OWN_BYTES,
    MODEL,
    TOKENIZER,
    TOKENS,
    digest,
    one_line,
    read_characters,
)
from ..classify.own import OwnEncoder
from ..errors import AutoscorerError, ConfigError, LabelError
from .bases import VOCABULARY, Base, described
from .gold import Gold
from .graph import write_json
from .network import from_onnx, padded, to_onnx
from .rows import Step, target
from .split import calibration

TEXTS = 32  # of a batch, more where one dialogue has more
LEAST_STEPS, MOST_EPOCHS = 100, 30  # a few dozen labels are gone over more often
PATIENCE = 2  # epochs without a lower loss on the calibration part
HEAD_RATE, LARGEST_GRADIENT, SMOOTH = 1.5e-3, 3.0, 0.03
MOST_WEIGHT = 5.0  # of a rare label against the others
THREADS, LARGE = (
    4,
    20_000_000,
)  # threads for encoders with so many weights; small ones gain nothing from more than 1
MOST_TOKENS = 256  # the longest text has 160 characters
AGREE = 0.99  # of the labels that whole numbers must leave as they are; else the weights stay floats
MOST_READ = 2000  # texts that say how large numbers in the written encoder become
COMPARED, TIMED = 400, 100  # turns on which the written encoder is compared and timed
TOLERANCE = 1e-3  # of a vector of floats, beside what torch gives
LICENCE = "LICENSE"


@dataclass(frozen=True, slots=True)
class Tuned:
    """A tuned encoder: the files of its folder; by dialogue, whether it was tuned on it; what the card says."""

    files: Mapping[str, bytes]
    seen: NDArray[np.bool_]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Example:
    """A dialogue to tune on: cleaned texts, the places of judged turns and of their neighbours (-1: none) among
    them, where those turns stand, and what they should have, NaN where not judged."""

    texts: tuple[str, ...]
    own: NDArray[np.int64]
    around: NDArray[np.int64]
    place: NDArray[np.float32]
    gold: NDArray[np.float32]


def tune(gold: Gold, base: Base, seed: int, step: Step) -> Tuned:
    """Fine-tune on three quarters of the dialogues of `gold`, until the others get no better."""
    apart = calibration(gold.dialogues, seed)
    examples = [_example(gold, index) for index in range(len(gold.dialogues))]
    sides = [[e for e, out in zip(examples, apart, strict=True) if out == side] for side in (False, True)]
    if not all(sides):
        raise LabelError(
            f"{next(iter(gold.dialogues[0].places.values()))}: {len(examples)} dialogues; too few to fine-tune"
        )
    with _steady(seed):
        body = _Foreign(base) if base.foreign else _Own(base)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if sum(weight.numel() for weight in body.parameters()) >= LARGE:
            torch.set_num_threads(min(THREADS, os.cpu_count() or 1))
        model = _Model(body, len(gold.columns)).to(device)
        losses, best = _learn(model, sides[0], sides[1], gold.kind, seed, step)
        model.to("cpu").eval()
        texts = list(dict.fromkeys(text for e in examples for text in e.texts))[:MOST_READ]
        files, measured = _written(model, base, texts, sides[1], gold.kind)
    facts = {
        **described(base), "device": device.type, "losses": losses, "best_epoch": best,
        "tuned_on": len(sides[0]), "calibrated_on": len(sides[1]), **measured,
    }  # fmt: skip
    return Tuned(files, ~apart, facts)


@contextmanager
def _steady(seed: int) -> Iterator[None]:
    """The same seed on the same machine gives the same bits; afterwards torch is as it was."""
    threads, exact = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(exact)


def _example(gold: Gold, index: int) -> _Example:
    d = gold.dialogues[index]
    talk = said(d.utterances)
    judged = [k for k, turn in enumerate(talk.turns) if turn in d.golds]
    around = np.array(neighbours(talk.roles), np.int64).reshape(-1, NEIGHBOURS)[judged]
    wanted = sorted({*judged, *around[around >= 0].tolist()})
    at = {k: i for i, k in enumerate(wanted)} | {-1: -1}
    return _Example(
        tuple(talk.texts[k] for k in wanted),
        np.array([at[k] for k in judged], np.int64),
        np.array([[at[k] for k in row] for row in around.tolist()], np.int64).reshape(-1, NEIGHBOURS),
        np.array(places(talk), np.float32)[judged],
        np.array([target(gold, d, talk.turns[k]) for k in judged], np.float32),
    )


class _Own(nn.Module):
    """Our network."""

    rate, epochs = 6e-4, 8

    def __init__(self, base: Base) -> None:
        super().__init__()
        self._characters = (base.folder / CHARACTERS).read_bytes()
        self._known = {char: i for i, char in enumerate(read_characters(base.folder), 2)}
        try:
            self.network = from_onnx(base.folder / MODEL)
        except ValueError as error:
            raise ConfigError(f"{base.folder}: cannot be fine-tuned: {error}") from None
        self.network.pairs.sparse = False  # one optimizer for all; rows that do not occur stay as they are
        self.size = self.network.shape.size

    def forward(self, texts: Sequence[str]) -> Tensor:
        """[texts, size]."""
        found: Tensor = self.network(padded([self._ids(t) for t in texts]).to(_device(self)))
        return found

    def _ids(self, text: str) -> NDArray[np.int64]:
        found = [self._known.get(char, UNKNOWN) for char in text]
        return np.array([BORDER, *found, BORDER], np.int64)

    def write(self, folder: Path, texts: Sequence[str], *, exact: bool) -> None:
        """The files of an encoder of ours; its numbers are always whole, and as large as `texts` need."""
        graph = to_onnx(self.network, [self._ids(text) for text in texts])
        (folder / MODEL).write_bytes(graph.SerializeToString(deterministic=True))
        (folder / CHARACTERS).write_bytes(self._characters)
        _write_config(folder, {"kind": "encoder", "size": self.size}, (MODEL, CHARACTERS))


class _Foreign(nn.Module):
    """The encoder of a Hugging Face folder; the mean over its tokens is the vector."""

    rate, epochs = 4e-5, 4

    def __init__(self, base: Base) -> None:
        super().__init__()
        self.encoder, positions = _foreign_encoder(base.folder)
        self.size = int(self.encoder.config.hidden_size)
        self._tokenizer = _tokenizer(base.folder, min(MOST_TOKENS, positions))
        words = int(self.encoder.config.vocab_size)
        if self._tokenizer.get_vocab_size() > words:
            raise ConfigError(
                f"{base.folder}: its tokenizer has {self._tokenizer.get_vocab_size()} tokens, the model {words}"
            )

    def forward(self, texts: Sequence[str]) -> Tensor:
        """[texts, size]."""
        rows = [self._tokenizer.encode(text).ids or [0] for text in texts]
        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for line, there, row in zip(ids, mask, rows, strict=True):
            line[: len(row)] = torch.tensor(row)
            there[: len(row)] = 1
        return self.pooled(ids.to(_device(self)), mask.to(_device(self)))

    def pooled(self, ids: Tensor, mask: Tensor) -> Tensor:
        """[texts, tokens] twice to [texts, size]."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(2).to(states.dtype)
        found: Tensor = (states * weight).sum(1) / weight.sum(1).clamp(min=1)
        return found

    def write(self, folder: Path, texts: Sequence[str], *, exact: bool) -> None:
        """The graph, the tokenizer and what they are; exact: weights as floats, else as whole numbers."""
        with TemporaryDirectory() as name:
            path = Path(name) / "exact.onnx"
            _export(_Pooled(self), path)
            if exact:
                (folder / MODEL).write_bytes(path.read_bytes())
            else:
                _quantize(path, folder / MODEL)
        (folder / TOKENIZER).write_text(self._tokenizer.to_str(), encoding="utf-8")
        _write_config(folder, {"kind": TOKENS, "size": self.size}, (MODEL, TOKENIZER))


class _Pooled(nn.Module):
    """What is exported: ids and mask to vectors."""

    def __init__(self, body: _Foreign) -> None:
        super().__init__()
        self.body = body

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self.body.pooled(ids, mask)


class _Model(nn.Module):
    """An encoder with the linear head that it is tuned by."""

    def __init__(self, body: _Own | _Foreign, labels: int) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Linear(width(body.size), labels)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, batch: Sequence[_Example]) -> Tensor:
        """The logits of all judged turns."""
        vectors = self.body([text for e in batch for text in e.texts])
        return self.logits(vectors, batch)

    def logits(self, vectors: Tensor, batch: Sequence[_Example]) -> Tensor:
        """From the vectors of all texts; the rows are as `features.rows` makes them."""
        parts, device = [], vectors.device
        for own, e in zip(torch.split(vectors, [len(e.texts) for e in batch]), batch, strict=True):
            wide = torch.cat([own, torch.zeros(1, own.shape[1], device=device)])
            around = WEIGHT * wide[torch.from_numpy(e.around).to(device)].flatten(1)
            place = torch.from_numpy(e.place).to(device)
            parts.append(torch.cat([own[torch.from_numpy(e.own).to(device)], around, place], 1))
        found: Tensor = self.head(torch.cat(parts))
        return found


def _learn(
    model: _Model, seen: Sequence[_Example], apart: Sequence[_Example], kind: str, seed: int, step: Step
) -> tuple[list[float], int]:
    """Leaves the weights of the epoch with the least loss on `apart`. Returns those losses, and the best epoch."""
    body, device = model.body, _device(model)
    loss = _loss(kind, np.concatenate([e.gold for e in seen]), device)
    optimizer = torch.optim.AdamW([
        {"params": list(body.parameters()), "rate": body.rate, "weight_decay": 0.01},
        {"params": list(model.head.parameters()), "rate": HEAD_RATE, "weight_decay": 0.03},
    ])  # fmt: skip
    rng, batches = random.Random(seed), len(_batches(seen))
    epochs = max(body.epochs, min(MOST_EPOCHS, -(-LEAST_STEPS // batches)))
    steps, losses, kept, best, done = epochs * batches, list[float](), dict[str, Any](), 0, 0
    for epoch in range(1, epochs + 1):
        model.train()
        for batch in _batches(rng.sample(list(seen), len(seen))):
            share = schedule(min(done, steps), steps, warm=max(1, steps // 10))
            for group in optimizer.param_groups:
                group["lr"] = group["rate"] * share
            optimizer.zero_grad()
            torch.autograd.backward(loss(model(batch), _golds(batch, device)))
            nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
            optimizer.step()
            done += 1
            step(min(done, steps - 1), steps)  # batches may be more by a few when shuffled
        losses.append(round(_loss_on(model, apart, loss), 6))
        if losses[-1] <= min(losses):
            best, kept = epoch, copy.deepcopy(model.state_dict())
        elif epoch - best >= PATIENCE:
            break
    step(steps, steps)
    if not kept or not math.isfinite(min(losses)):
        raise AutoscorerError("fine-tuning did not converge: the loss is not a number")
    model.load_state_dict(kept)
    return losses, best


def _batches(examples: Sequence[_Example]) -> list[list[_Example]]:
    made: list[list[_Example]] = [[]]
    for e in examples:
        if made[-1] and sum(len(other.texts) for other in made[-1]) + len(e.texts) > TEXTS:
            made.append([])
        made[-1].append(e)
    return made


def schedule(step: int, steps: int, *, warm: int) -> float:
    """The share of the full learning rate: up over `warm` steps, then down along a cosine."""
    return min(1.0, (step + 1) / warm) * max(0.02, 0.5 * (1 + math.cos(math.pi * step / steps)))


def _golds(batch: Sequence[_Example], device: torch.device) -> Tensor:
    return torch.from_numpy(np.concatenate([e.gold for e in batch])).to(device)


def _loss(kind: str, gold: NDArray[np.float32], device: torch.device) -> Any:
    """The loss of logits and gold, with rare labels heavier by the root of how rare they are."""
    counts = np.maximum(np.nansum(gold, axis=0), 1.0)
    if kind == "one":
        weights = np.minimum(np.sqrt(counts.max() / counts), MOST_WEIGHT)
        return partial(_loss_of_one, torch.from_numpy(weights / weights.mean()).float().to(device))
    others = np.maximum((~np.isnan(gold)).sum(axis=0) - counts, 1.0)
    weights = np.clip(np.sqrt(others / counts), 1.0, MOST_WEIGHT)
    return partial(_loss_of_many, torch.from_numpy(weights).float().to(device))


def _loss_of_one(weights: Tensor, logits: Tensor, gold: Tensor) -> Tensor:
    asked = ~torch.isnan(gold[:, 0])
    return F.cross_entropy(logits[asked], gold[asked].argmax(1), weight=weights, label_smoothing=SMOOTH)


def _loss_of_many(weights: Tensor, logits: Tensor, gold: Tensor) -> Tensor:
    asked = ~torch.isnan(gold)
    every = F.binary_cross_entropy_with_logits(
        logits, torch.nan_to_num(gold), pos_weight=weights, reduction="none"
    )
    return every[asked].mean()


def _loss_on(model: _Model, examples: Sequence[_Example], loss: Any) -> float:
    model.eval()
    with torch.no_grad():
        found = torch.cat([model(batch) for batch in _batches(examples)])
        return float(loss(found, _golds(examples, found.device)))


def _written(
    model: _Model, base: Base, texts: Sequence[str], apart: Sequence[_Example], kind: str
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files of the encoder, and how what they give differs from what torch gives on `apart`."""
    some, turns = list[_Example](), 0
    for e in apart:
        if turns < COMPARED:
            some.append(e)
            turns += len(e.own)
    with torch.no_grad():
        wanted = torch.cat([model.body(e.texts) for e in some])
    for exact in (False, True):
        with TemporaryDirectory() as name:
            folder = Path(name)
            model.body.write(folder, texts, exact=exact)
            _check_size(folder / MODEL)
            measured = _measured(model, folder, some, wanted, kind)
            files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        if not base.foreign or measured["labels_agree"] >= AGREE:
            break
    if base.foreign and exact and measured["largest_vector_difference"] > TOLERANCE:
        raise AutoscorerError(
            f"the written encoder differs from the tuned one by {measured['largest_vector_difference']:g}; "
            "please report this"
        )
    if base.licence:
        files[LICENCE] = base.licence.read_bytes()
    return files, {**measured, "whole_numbers": not exact, "encoder_bytes": sum(map(len, files.values()))}


def _measured(
    model: _Model, folder: Path, some: Sequence[_Example], wanted: Tensor, kind: str
) -> dict[str, Any]:
    encoder = OwnEncoder(folder)
    encoder.load()
    found = torch.from_numpy(np.concatenate([encoder.vectors(e.texts) for e in some]))
    with torch.no_grad():
        same = _decided(model.logits(found, some), kind) == _decided(model.logits(wanted, some), kind)
    return {
        "labels_agree": round(float(same.float().mean()), 4),
        "largest_vector_difference": round(float((found - wanted).abs().max()), 6),
        "milliseconds_per_turn": _milliseconds(OwnEncoder(folder), [t for e in some for t in e.texts]),
    }


def _decided(logits: Tensor, kind: str) -> Tensor:
    return logits.argmax(1) if kind == "one" else logits > 0


def _milliseconds(encoder: OwnEncoder, texts: Sequence[str]) -> float:
    """The time of a turn on one core."""
    distinct = list(dict.fromkeys(texts))[:TIMED]
    encoder.load()
    began = perf_counter()
    encoder.vectors(distinct)
    return round(1000 * (perf_counter() - began) / len(distinct), 2)


def _check_size(path: Path) -> None:
    if path.stat().st_size > MAX_OWN_BYTES:
        raise ConfigError(
            f"the tuned encoder has {path.stat().st_size >> 20} MB, more than the {MAX_OWN_BYTES >> 20} MB that are "
            "read; take a smaller base"
        )


def _write_config(folder: Path, config: Mapping[str, Any], files: Sequence[str]) -> None:
    hashes = {name: digest(folder / name, MAX_OWN_BYTES) for name in files}
    write_json(folder / CONFIG, {"format": FORMAT, **config, "files": hashes})


def _device(module: nn.Module) -> torch.device:
    return next(module.parameters()).device


def _foreign_encoder(folder: Path) -> tuple[Any, int]:
    """The model in floats, and how many tokens it can read. Nothing is fetched, no code of the folder runs."""
    from transformers import AutoModel

    logging: Any = import_module("transformers.utils.logging")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        model, told = AutoModel.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True,
            attn_implementation="eager", output_loading_info=True, dtype=torch.float32,
        )  # fmt: skip
    except Exception as error:  # what is wrong in a foreign folder may be raised as anything
        raise ConfigError(f"{folder}: cannot be loaded: {one_line(error)}") from None
    missing = sorted(name for name in told["missing_keys"] if not name.startswith("pooler."))
    if missing or told["mismatched_keys"]:
        wrong = [*missing, *map(str, told["mismatched_keys"])]
        raise ConfigError(f"{folder}: its weights do not fit config.json: {', '.join(wrong[:3])}")
    positions = int(getattr(model.config, "max_position_embeddings", MOST_TOKENS + 2))
    return model.float(), max(4, positions - 2)


def _tokenizer(folder: Path, most: int) -> Any:
    """The tokenizer, which cuts at `most` tokens."""
    from tokenizers import Tokenizer

    ready_made: Any = import_module("tokenizers.implementations")
    path = folder / TOKENIZER
    try:
        if path.is_file():
            made = Tokenizer.from_file(str(path))
        else:
            path = folder / VOCABULARY
            made = Tokenizer.from_str(
                ready_made.BertWordPieceTokenizer(vocab=str(path), lowercase=_lowercase(folder)).to_str()
            )
    except Exception as error:  # the package raises bare Exception
        raise ConfigError(f"{path}: not a tokenizer: {one_line(error)}") from None
    made.no_padding()
    made.enable_truncation(max_length=most)
    return made


def _lowercase(folder: Path) -> bool:
    try:
        told = json.loads((folder / "tokenizer_config.json").read_bytes())
    except (OSError, ValueError):
        return True
    return bool(told.get("do_lower_case", True)) if isinstance(told, dict) else True


def _export(model: nn.Module, path: Path) -> None:
    import warnings

    ids = torch.tensor([[0, 1, 2, 3]])
    names = ["input_ids", "attention_mask"]
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of torch to itself, on tracing
        torch.onnx.export(
            model.eval(), (ids, torch.ones_like(ids)), str(path), input_names=names, output_names=["vector"],
            dynamic_axes={name: {1: "tokens"} for name in names}, opset_version=17, dynamo=False,
        )  # fmt: skip


def _quantize(path: Path, to: Path) -> None:
    """Weights of seven bits, for on processors without VNNI eight would overflow."""
    import logging

    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().addFilter(_nothing)
    try:
        quantize_dynamic(path, to, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    finally:
        logging.getLogger().removeFilter(_nothing)


def _nothing(record: Any) -> bool:
    """Keeps advice of the library from the user."""
    return False

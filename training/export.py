"""A fitted model as a folder: int8 weights in an ONNX graph, the vocabulary, the configuration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from autoscorer.classify.features import Vocabulary
from autoscorer.classify.folder import FILES, FORMAT, digest

from .fit import Linear

STEPS = 127


@dataclass(frozen=True, slots=True)
class Quantized:
    """table int8 [rows, labels], one scale and bias a label: logits ~ row scale * scale * sum + bias."""

    table: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]


def quantize(model: Linear) -> Quantized:
    """Round each column to 127 steps of its largest weight."""
    largest = np.abs(model.weights).max(axis=0)
    scale = np.where(largest > 0, largest / STEPS, 1.0)
    table = np.rint(model.weights / scale).astype(np.int8)
    table[0] = 0
    return Quantized(table, scale.astype(np.float32), model.bias.astype(np.float32))


def graph(model: Quantized, *, exclusive: bool) -> ModelProto:
    """The ONNX graph; sums are of integers, so no order of adding changes a bit."""
    constants = {
        "table": model.table,
        "column_scale": model.scale,
        "bias": model.bias,
        "axis": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"], axis=0),
        helper.make_node("Cast", ["rows"], ["integers"], to=TensorProto.INT32),
        helper.make_node("ReduceSum", ["integers", "axis"], ["sums"], keepdims=0),
        helper.make_node("Cast", ["sums"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["floats", "column_scale"], ["weighted"]),
        helper.make_node("Mul", ["weighted", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "bias"], ["logits"]),
        _last(exclusive),
    ]
    return _model(nodes, constants, labels=len(model.bias))


def write_json(path: Path, value: Any, *, compact: bool = False) -> None:
    """Deterministic JSON: same value, same bytes."""
    separators = (",", ":") if compact else None
    text = json.dumps(value, ensure_ascii=False, separators=separators, indent=None if compact else 1)
    path.write_text(text + "\n", encoding="utf-8")


def write_folder(folder: Path, config: dict[str, Any], vocabulary: Vocabulary, model: ModelProto) -> None:
    """model.onnx, vocabulary.json and, with their hashes, config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    checker.check_model(model)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    write_json(folder / "vocabulary.json", {s: list(known) for s, known in vocabulary.items()}, compact=True)
    hashes = {name: digest(folder / name) for name in FILES}
    write_json(folder / "config.json", {"format": FORMAT, **config, "files": hashes})


def _last(exclusive: bool) -> Any:
    if exclusive:
        return helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1)
    return helper.make_node("Sigmoid", ["logits"], ["probabilities"])


def _model(nodes: list[Any], constants: dict[str, Any], *, labels: int) -> ModelProto:
    built = helper.make_graph(
        nodes,
        "linear",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT32, ["n", "features"]),
            helper.make_tensor_value_info("scale", TensorProto.FLOAT, ["n", 1]),
        ],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", labels])
            for name in ("logits", "probabilities")
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(
        built, opset_imports=[helper.make_opsetid("", 17)], ir_version=9, producer_name="autoscorer"
    )

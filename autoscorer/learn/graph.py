"""A fitted head as an ONNX graph and a model folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..classify import Classifier
from ..classify.features import BUCKETS, Rows
from ..classify.folder import CONFIG, ENCODER, FORMAT, MODEL, OWN_CONFIG, digest
from ..errors import AutoscorerError
from .fit import Linear
from .wide import Wide, matrix

OPSET, IR, LEVELS = 17, 9, 127
TOLERANCE = 2e-3
"""The largest difference of a logit of 10 or less that float32 may make."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """N-grams' weights in 127 steps: int8 [BUCKETS, labels] and the size of a step of each label.

    Summed as integers, so no order of adding changes a bit.
    """

    weights: NDArray[np.int8]
    steps: NDArray[np.float32]

    @classmethod
    def of(cls, wide: Wide) -> Table:
        """Round each column to steps of its largest weight."""
        steps = np.maximum(np.abs(wide.weights).max(axis=0, initial=0.0), 1e-9) / LEVELS
        table = np.zeros((BUCKETS, len(wide.bias)), np.int8)
        table[wide.known] = np.rint(wide.weights / steps)
        return cls(table, steps.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Head:
    """A whole head: `linear` reads rows and base logits, `table` n-grams; a rating has no table.

    base: the model.onnx whose logits are mixed in."""

    linear: Linear
    table: Table | None
    base: Path | None

    def logits(self, rows: Rows, base: Floats | None) -> Floats:
        """What the graph must give, computed without it."""
        found = self.linear.logits(rows.dense, base)
        if self.table is None:
            return found
        return np.asarray(found + matrix(rows.grams) @ self.table.weights.astype(float) * self.table.steps)


def graph(head: Head) -> bytes:
    """The ONNX model: rows and n-grams -> logits; see `autoscorer.classify.Classifier` for its inputs."""
    from onnx import TensorProto, checker, helper, numpy_helper

    inner = _inner(head.base)
    held: dict[str, NDArray[Any]] = {
        "adjust.weights": head.linear.weights.astype(np.float32),
        "adjust.bias": head.linear.bias.astype(np.float32),
    }
    nodes = [
        helper.make_node("MatMul", ["rows", "adjust.weights"], ["adjust.sums"]),
        helper.make_node("Add", ["adjust.sums", "adjust.bias"], ["adjust.0"]),
    ]
    last = "adjust.0"
    if inner is not None:
        held["adjust.mix"] = head.linear.mix.astype(np.float32)
        nodes = [
            *inner.node,
            *nodes,
            helper.make_node("MatMul", ["base.logits", "adjust.mix"], ["adjust.mixed"]),
        ]
        nodes.append(helper.make_node("Add", [last, "adjust.mixed"], ["adjust.1"]))
        last = "adjust.1"
    if head.table is not None:
        nodes += _grams(head.table, held, last)
        last = "adjust.2"
    nodes.append(helper.make_node("Identity", [last], ["logits"]))
    width, labels = head.linear.weights.shape
    inputs = [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", width])]
    if head.table is not None or any(given.name == "grams" for given in (inner.input if inner else ())):
        inputs += gram_inputs()
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", labels])]
    constants = [
        *(inner.initializer if inner else ()),
        *(numpy_helper.from_array(v, k) for k, v in held.items()),
    ]
    made = helper.make_graph(nodes, "head", inputs, outputs, constants)
    model = helper.make_model(made, producer_name="autoscorer", **_versions(head.base))
    checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _inner(base: Path | None) -> Any:
    """The nodes and constants of the base head under names of their own; its inputs are the graph's."""
    from onnx import compose, load

    if base is None:
        return None
    found = load(base).graph
    return compose.add_prefix_graph(found, "base.", rename_inputs=False)


def _grams(table: Table, held: dict[str, NDArray[Any]], added_to: str) -> list[Any]:
    """Nodes that add the n-grams' logits to `added_to`; their constants go into `held`."""
    from onnx import helper

    held |= {"wide.table": table.weights, "wide.steps": table.steps}
    return [
        *gram_sums("wide.table", "wide.steps", "wide.words"),
        helper.make_node("Mul", ["wide.words", "scale"], ["wide.scaled"]),
        helper.make_node("Add", [added_to, "wide.scaled"], ["adjust.2"]),
    ]


def gram_inputs() -> list[Any]:
    """What a graph with n-grams reads beside its rows: see `features.joined`."""
    from onnx import TensorProto, helper

    return [
        helper.make_tensor_value_info("grams", TensorProto.INT32, ["m"]),
        helper.make_tensor_value_info("owns", TensorProto.UINT8, ["n", "m"]),
        helper.make_tensor_value_info("scale", TensorProto.FLOAT, ["n", 1]),
    ]


def gram_sums(table: str, steps: str, words: str) -> list[Any]:
    """Nodes that add up what each row's n-grams weigh. As whole numbers, so no order of adding changes a bit."""
    from onnx import TensorProto, helper

    return [
        helper.make_node("Gather", [table, "grams"], [f"{words}.found"], axis=0),
        helper.make_node("MatMulInteger", ["owns", f"{words}.found"], [f"{words}.sums"]),
        helper.make_node("Cast", [f"{words}.sums"], [f"{words}.floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{words}.floats", steps], [words]),
    ]


def _versions(base: Path | None) -> dict[str, Any]:
    """Those of the base head, whose nodes the graph takes over."""
    from onnx import helper, load

    if base is None:
        return {"opset_imports": [helper.make_opsetid("", OPSET)], "ir_version": IR}
    model = load(base)
    return {"opset_imports": list(model.opset_import), "ir_version": model.ir_version}


def write_head(
    folder: Path, config: dict[str, Any], model: bytes, encoder: Mapping[str, bytes] | None = None
) -> None:
    """model.onnx and, with its hash, config.json. encoder: the files of the task's own encoder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL).write_bytes(model)
    files = {MODEL: digest(folder / MODEL)}
    if encoder:
        write_files(folder / ENCODER, encoder)
        files[OWN_CONFIG] = digest(folder / OWN_CONFIG)
    write_json(folder / CONFIG, {"format": FORMAT, **config, "files": files})


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files by their names into a new folder."""
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Deterministic JSON: same value, same bytes."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def run_head(head: Classifier, rows: Rows) -> Floats:
    """The logits of a loaded head, [n, labels]; of a rating its values."""
    if head.kind == "rating":
        return np.array([head.rate(row) for row in rows.dense], float)
    places = np.arange(len(rows.dense))
    parts = [head.logits(rows.pick(places[at : at + 512].tolist())) for at in range(0, len(places), 512)]
    return np.concatenate(parts).astype(float)


def parity(head: Classifier, rows: Rows, expected: Floats) -> float:
    """The largest difference between a logit of the written model and of the fitted one.

    Raises AutoscorerError where float32 cannot explain it; the model must not be used then.
    """
    worst = float(np.abs(run_head(head, rows) - expected).max(initial=0.0))
    if worst > TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0.0)) / 10):
        raise AutoscorerError(
            f"the written model of {head.task} differs from the fitted one by {worst:g}; please report this"
        )
    return worst

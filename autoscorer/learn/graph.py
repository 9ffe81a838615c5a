"""A fitted head as an ONNX graph and a model folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..classify.folder import CONFIG, FORMAT, MODEL, digest, session
from ..errors import AutoscorerError
from .fit import Linear

OPSET, IR = 17, 9
TOLERANCE = 2e-3
"""The largest difference of a logit that float32 may make."""


def graph(head: Linear, base: Path | None) -> bytes:
    """The ONNX model: rows -> logits. `base` is the model.onnx whose logits the head mixes in."""
    from onnx import TensorProto, checker, compose, helper, load, numpy_helper

    constants = {"adjust.weights": head.weights, "adjust.bias": head.bias}
    nodes = [
        helper.make_node("MatMul", ["rows", "adjust.weights"], ["adjust.sums"]),
        helper.make_node("Add", ["adjust.sums", "adjust.bias"], ["adjust.own" if base else "logits"]),
    ]
    inner = compose.add_prefix_graph(load(base).graph, "base.") if base else None
    if inner is not None:
        constants["adjust.mix"] = head.mix
        nodes = [
            helper.make_node("Identity", ["rows"], [inner.input[0].name]),
            *inner.node,
            helper.make_node("MatMul", [inner.output[0].name, "adjust.mix"], ["adjust.mixed"]),
            *nodes,
            helper.make_node("Add", ["adjust.own", "adjust.mixed"], ["logits"]),
        ]
    width, labels = head.weights.shape
    made = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", width])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", labels])],
        [
            *(inner.initializer if inner is not None else ()),
            *(numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()),
        ],
    )
    model = helper.make_model(
        made, opset_imports=_opsets(base), ir_version=_ir(base), producer_name="autoscorer"
    )
    checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _opsets(base: Path | None) -> Any:
    """Those of the base head, whose nodes the graph takes over."""
    from onnx import helper, load

    return list(load(base).opset_import) if base else [helper.make_opsetid("", OPSET)]


def _ir(base: Path | None) -> int:
    from onnx import load

    return int(load(base).ir_version) if base else IR


def write_head(folder: Path, config: dict[str, Any], model: bytes) -> None:
    """model.onnx and, with its hash, config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL).write_bytes(model)
    write_json(folder / CONFIG, {"format": FORMAT, **config, "files": {MODEL: digest(folder / MODEL)}})


def write_json(path: Path, value: Any) -> None:
    """Deterministic JSON: same value, same bytes."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def parity(folder: Path, rows: NDArray[np.float32], expected: NDArray[np.float64]) -> float:
    """The largest difference between a logit of the written model and of the fitted one.

    Raises AutoscorerError where float32 cannot explain it; the folder must not be used then.
    """
    run = session(folder / MODEL)
    worst = 0.0
    for at in range(0, len(rows), 4096):
        found = run.run(None, {"rows": rows[at : at + 4096]})[0]
        worst = max(worst, float(np.abs(found - expected[at : at + 4096]).max(initial=0.0)))
    if worst > TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0.0)) / 10):
        raise AutoscorerError(
            f"{folder / MODEL}: differs from the fitted model by {worst:g}; please report this"
        )
    return worst

"""The heads of our own tasks: linear in a row, with a small hidden layer beside, and their ONNX graphs."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

from autoscorer.learn.graph import gram_inputs, gram_sums

from .tune import Mix
from .wide import Wide

DROP = 0.3
LEVELS = 127


class Head(nn.Module):
    """Rows [n, width] to logits [n, labels]."""

    def __init__(self, width: int, labels: int, hidden: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(DROP)
        self.hidden, self.out = nn.Linear(width, hidden), nn.Linear(width + hidden, labels)

    def forward(self, rows: Tensor) -> Tensor:
        kept = self.drop(rows)
        out: Tensor = self.out(torch.cat([kept, self.drop(F.relu(self.hidden(kept)))], 1))
        return out


def to_onnx(head: Head, mix: Mix, wide: Wide | None = None) -> onnx.ModelProto:
    """The graph of a head with its n-grams, the mix in its weights; see `autoscorer.classify` for its inputs.

    The table of n-grams is int8 with a scale a label.
    """
    scale, shift = (torch.from_numpy(v).float() for v in (mix.deep, mix.shift))
    held: dict[str, NDArray[Any]] = {
        "hidden.weight": head.hidden.weight.T.detach().numpy(),
        "hidden.bias": head.hidden.bias.detach().numpy(),
        "out.weight": (head.out.weight.T * scale).detach().numpy(),
        "out.bias": (head.out.bias * scale + shift).detach().numpy(),
    }
    nodes = [
        helper.make_node("Gemm", ["rows", "hidden.weight", "hidden.bias"], ["mixed"]),
        helper.make_node("Relu", ["mixed"], ["hidden"]),
        helper.make_node("Concat", ["rows", "hidden"], ["both"], axis=1),
        helper.make_node("Gemm", ["both", "out.weight", "out.bias"], ["deep" if wide else "logits"]),
    ]
    names = ["logits"]
    inputs = [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", head.hidden.in_features])]
    if wide:
        nodes += _wide(wide, mix, held)
        inputs += gram_inputs()
        names.append("words")
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", head.out.out_features]) for name in names
    ]
    constants = [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in held.items()]
    graph = helper.make_graph(nodes, "head", inputs, outputs, constants)
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9, producer_name="autoscorer")
    onnx.checker.check_model(model)
    return model


def _wide(wide: Wide, mix: Mix, held: dict[str, NDArray[Any]]) -> list[Any]:
    """Nodes that add the n-grams' logits to `deep`; their constants go into `held`."""
    weights = wide.weights * mix.wide
    steps = np.maximum(np.abs(weights).max(axis=0), 1e-9) / LEVELS
    held |= {
        "table": np.rint(weights / steps).astype(np.int8),
        "steps": steps.astype(np.float32),
        "grams.bias": (wide.bias * mix.wide).astype(np.float32),
    }
    return [
        *gram_sums("table", "steps", "words"),
        helper.make_node("Mul", ["words", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "grams.bias"], ["wide"]),
        helper.make_node("Add", ["deep", "wide"], ["logits"]),
    ]

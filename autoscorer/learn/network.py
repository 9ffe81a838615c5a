"""The encoder as a torch module: what training changes, and the ONNX graph that is shipped of it.

Characters and pairs of neighbouring characters are looked up and added; convolutions over three places, the
later ones spread, see up to a clause; the largest, the mean and the summed lookups become one vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

PAIRS = 1 << 15  # rows of the table of character pairs, which share them by hash
MIX = 7919  # a prime that spreads pairs over the rows
PADDING = -1
STEPS = (1, 1, 2)  # how far apart the three places of each convolution are
LEVELS, SAFE_LEVELS = 127, 63


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a network: known characters with unknown and border, lookups, channels, vector."""

    characters: int
    lookup: int = 128
    channels: int = 192
    size: int = 256


class Network(nn.Module):
    """Ids of characters [texts, places], PADDING behind the end, into vectors [texts, size] in (-1, 1)."""

    def __init__(self, shape: Shape, *, drop: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        self.characters = nn.Embedding(shape.characters, shape.lookup)
        self.pairs = nn.Embedding(PAIRS, shape.lookup, sparse=True)
        nn.init.normal_(self.characters.weight, std=0.3)
        nn.init.normal_(self.pairs.weight, std=0.1)
        widths = [shape.lookup, *[shape.channels] * (len(STEPS) - 1)]
        self.layers = nn.ModuleList(
            nn.Conv1d(width, shape.channels, 3, padding=step, dilation=step)
            for width, step in zip(widths, STEPS, strict=True)
        )
        self.out = nn.Linear(2 * shape.channels + shape.lookup, shape.size)
        self.drop = nn.Dropout(drop)

    def forward(self, ids: Tensor) -> Tensor:
        """[texts, places] to [texts, size]."""
        there = (ids != PADDING).unsqueeze(2).float()
        known = ids.clamp(min=0)
        pairs = (known * MIX + F.pad(known[:, 1:], (0, 1))) % PAIRS
        looked = self.drop((self.characters(known) + self.pairs(pairs)) * there)
        mask, seen = there.transpose(1, 2), looked.transpose(1, 2)
        for i, layer in enumerate(self.layers):
            found = F.relu(layer(seen)) * mask
            seen = found if i == 0 else seen + found
        root = mask.sum(2).clamp(min=1).sqrt()
        largest = (seen + (mask - 1) * 1e4).amax(2)
        parts = torch.cat([largest, seen.sum(2) / root / 3, looked.sum(1) / root], 1)
        return torch.tanh(self.out(self.drop(parts)))

    def dense(self) -> list[nn.Parameter]:
        """All parameters but the table of pairs, whose gradients are sparse."""
        return [p for name, p in self.named_parameters() if not name.startswith("pairs")]


def padded(rows: Sequence[NDArray[np.int64]]) -> Tensor:
    """Rows of ids as one table filled with PADDING."""
    table = np.full((len(rows), max(map(len, rows))), PADDING, np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return torch.from_numpy(table)


def to_onnx(network: Network) -> onnx.ModelProto:
    """The graph for one text: input `ids` int64 [places], output `vector` float32 [size].

    Lookups are int8 with a scale a row, weights int8 with a scale a column.
    """
    graph = _Graph()
    looked = graph.add("Add", graph.lookup("characters", network.characters, "ids"),
                       graph.lookup("pairs", network.pairs, _pairs(graph)))  # fmt: skip
    seen = looked
    for i, layer in enumerate(network.layers):
        assert isinstance(layer, nn.Conv1d)
        found = _convolution(graph, f"layer{i}", layer, seen)
        seen = found if i == 0 else graph.add("Add", seen, found)
    places = graph.add("Cast", graph.add("Shape", "ids"), to=TensorProto.FLOAT)
    root = graph.add("Sqrt", places)
    parts = [
        graph.add("ReduceMax", seen, axes=[0], keepdims=0),
        graph.add("Div", graph.add("Div", graph.total(seen), root), graph.constant("three", np.float32(3))),
        graph.add("Div", graph.total(looked), root),
    ]
    joined = graph.add("Unsqueeze", graph.add("Concat", *parts, axis=0), graph.axis(0))
    linear = _linear(graph, "out", network.out.weight.T, network.out.bias, joined)
    graph.add("Squeeze", graph.add("Tanh", linear), graph.axis(0), output="vector")
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["places"])]
    outputs = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [network.shape.size])]
    return graph.model("encoder", inputs, outputs)


def from_onnx(path: Path) -> Network:
    """The network of a shipped encoder, to train on. Raises ValueError where the graph is of another kind."""
    held = {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    try:
        characters = held["characters"] * held["characters.scale"][:, None]
        channels, size = held["layer0.bias"].shape[0], held["out.bias"].shape[0]
        network = Network(Shape(characters.shape[0], characters.shape[1], channels, size))
        state = {
            "characters.weight": characters,
            "pairs.weight": held["pairs"] * held["pairs.scale"][:, None],
            "out.weight": (held["out.weight"] * held["out.scale"]).T,
            "out.bias": held["out.bias"],
        }
        for i in range(len(STEPS)):
            weight = held[f"layer{i}.weight"] * held[f"layer{i}.scale"]
            state[f"layers.{i}.weight"] = weight.reshape(3, -1, channels).transpose(2, 1, 0)
            state[f"layers.{i}.bias"] = held[f"layer{i}.bias"]
    except (KeyError, ValueError, IndexError) as error:
        raise ValueError(f"{path} is not an encoder of this kind: {error}") from None
    network.load_state_dict({name: torch.tensor(np.array(value)) for name, value in state.items()})
    return network


def _pairs(graph: _Graph) -> str:
    first, end = graph.constant("one", np.array([1], np.int64)), graph.constant("end", np.array([2**31]))
    following = graph.add("Slice", "ids", first, end)
    following = graph.add("Concat", following, graph.constant("nothing", np.array([0], np.int64)), axis=0)
    mixed = graph.add("Mul", "ids", graph.constant("mix", np.int64(MIX)))
    return graph.add("Mod", graph.add("Add", mixed, following), graph.constant("rows", np.int64(PAIRS)))


def _convolution(graph: _Graph, name: str, layer: nn.Conv1d, seen: str) -> str:
    """As a product of three shifted copies side by side, which is faster than a convolution for one text."""
    step = layer.dilation[0]
    pads = graph.constant(f"{name}.pads", np.array([step, 0, step, 0], np.int64))
    wide = graph.add("Pad", seen, pads)
    copies = []
    for k in range(3):
        start = graph.constant(f"{name}.start{k}", np.array([k * step], np.int64))
        stop = graph.constant(f"{name}.stop{k}", np.array([(k - 2) * step or 2**31], np.int64))
        copies.append(graph.add("Slice", wide, start, stop, graph.axis(0)))
    weight = layer.weight.permute(2, 1, 0).reshape(-1, layer.out_channels)
    assert layer.bias is not None
    joined = graph.add("Concat", *copies, axis=1)
    return graph.add("Relu", _linear(graph, name, weight, layer.bias, joined))


def _linear(graph: _Graph, name: str, weight: Tensor, bias: Tensor, rows: str) -> str:
    """A product in whole numbers: rows are rounded with one scale a text, weights with one a column.

    Weights take seven bits, for on processors without VNNI eight would overflow.
    """
    exact = weight.detach().numpy()
    scale = np.maximum(np.abs(exact).max(axis=0), 1e-8) / SAFE_LEVELS
    held = graph.constant(f"{name}.weight", np.rint(exact / scale).astype(np.int8))
    scales = graph.constant(f"{name}.scale", scale.astype(np.float32))
    rounded, step, zero = graph.several("DynamicQuantizeLinear", 3, rows)
    sums = graph.add("Cast", graph.add("MatMulInteger", rounded, held, zero), to=TensorProto.FLOAT)
    floats = graph.add("Mul", sums, graph.add("Mul", step, scales))
    return graph.add("Add", floats, graph.constant(f"{name}.bias", bias.detach().numpy()))


class _Graph:
    """Nodes and constants of an ONNX graph, in the order they are added."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[str, NDArray[Any]] = {}

    def add(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """A node; returns the name of its output."""
        name = output or f"{kind.lower()}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def several(self, kind: str, count: int, *inputs: str) -> list[str]:
        """A node with several outputs; returns their names."""
        names = [f"{kind.lower()}{len(self._nodes)}.{k}" for k in range(count)]
        self._nodes.append(helper.make_node(kind, list(inputs), names))
        return names

    def constant(self, name: str, value: Any) -> str:
        """A constant tensor; returns its name."""
        self._constants[name] = np.ascontiguousarray(value)
        return name

    def axis(self, number: int) -> str:
        return self.constant(f"axis{number}", np.array([number], np.int64))

    def total(self, rows: str) -> str:
        """The sum over the first axis."""
        return self.add("ReduceSum", rows, self.axis(0), keepdims=0)

    def lookup(self, name: str, table: nn.Embedding, ids: str) -> str:
        """Rows of an int8 table times their scales."""
        weight = table.weight.detach().numpy()
        scale = np.maximum(np.abs(weight).max(axis=1), 1e-8) / LEVELS
        rounded = np.rint(weight / scale[:, None]).astype(np.int8)
        rows = self.add("Gather", self.constant(name, rounded), ids)
        scales = self.add("Gather", self.constant(f"{name}.scale", scale.astype(np.float32)), ids)
        floats = self.add("Cast", rows, to=TensorProto.FLOAT)
        return self.add("Mul", floats, self.add("Unsqueeze", scales, self.axis(1)))

    def model(self, name: str, inputs: list[Any], outputs: list[Any]) -> onnx.ModelProto:
        held = [numpy_helper.from_array(value, key) for key, value in self._constants.items()]
        made = helper.make_graph(self._nodes, name, inputs, outputs, held)
        opset = [helper.make_opsetid("", 17)]
        model = helper.make_model(made, opset_imports=opset, ir_version=9, producer_name="autoscorer")
        onnx.checker.check_model(model)
        return model

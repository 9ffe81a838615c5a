"""The encoder as a torch module: what training changes, and the ONNX graph that is shipped of it.

Characters and pairs of neighbouring characters are looked up and added; convolutions over three places, the
later ones spread, see up to a clause; the largest, the mean and the summed lookups become one vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
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
REACH = max(STEPS)
LEVELS, SAFE_LEVELS = 127, 63
MIDDLE = 128  # what stands for 0 where there are numbers below it


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


def to_onnx(network: Network, texts: Sequence[NDArray[np.int64]]) -> onnx.ModelProto:
    """The graph for any number of texts, one behind the other: inputs `ids` and `text` int64 [places], the
    characters and the number of the text that each stands in; `lengths` int64 [texts]; output `vectors`
    float32 [texts, size].

    Lookups are int8 with a scale a row, weights int8 with a scale a column, and what is multiplied with them
    uint8 with a scale a layer, so large as `texts` need. Nothing adds floats in an order that hangs on where a
    text stands or what stands beside it: a vector has the same bits in any company.
    """
    graph = _Graph()
    around = _around(graph)
    looked = graph.add("Add", graph.lookup("characters", network.characters, "ids"),
                       graph.lookup("pairs", network.pairs, _pairs(graph, around)))  # fmt: skip
    seen = looked
    largest = _largest(network, texts)
    for i, layer in enumerate(network.layers):
        assert isinstance(layer, nn.Conv1d)
        step, zero = (largest[i] / LEVELS, MIDDLE) if i == 0 else (largest[i] / (2 * LEVELS), 0)
        rounded = graph.add("QuantizeLinear", seen, graph.constant(f"layer{i}.step", np.float32(step)),
                            graph.constant(f"layer{i}.zero", np.uint8(zero)))  # fmt: skip
        found = _convolution(graph, f"layer{i}", layer, rounded, around, zero)
        seen = found if i == 0 else graph.add("Add", seen, found)
    root = graph.add("Sqrt", graph.add("Cast", "lengths", to=TensorProto.FLOAT))
    root = graph.add("Unsqueeze", root, graph.axis(1))
    channels, lookup = network.shape.channels, network.shape.lookup
    joined = graph.add(
        "Concat",
        graph.by_text("max", seen, channels),
        graph.add("Div", graph.by_text("add", seen, channels), graph.add("Mul", root, graph.number(3))),
        graph.add("Div", graph.by_text("add", looked, lookup), root),
        axis=1,
    )
    graph.add("Tanh", _out(graph, network.out, joined), output="vectors")
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, [length])
        for name, length in (("ids", "places"), ("text", "places"), ("lengths", "texts"))
    ]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", network.shape.size])]
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


def _around(graph: _Graph) -> str:
    """Of each place, where its text has the places REACH before to REACH behind it; one behind the last place
    of all where it has none. [places, 2 REACH + 1]."""
    count = graph.add("Squeeze", graph.add("Shape", "ids"), graph.axis(0))
    every = graph.add("Range", graph.constant("first", np.int64(0)), count, graph.constant("by", np.int64(1)))
    steps = graph.constant("steps", np.arange(-REACH, REACH + 1))
    near = graph.add("Add", graph.add("Unsqueeze", every, graph.axis(1)), steps)
    beyond = graph.constant("beyond", np.array([REACH, REACH]))
    texts = graph.add("Pad", "text", beyond, graph.constant("nobody", np.int64(-1)))
    shifted = graph.add("Add", near, graph.constant("reach", np.int64(REACH)))
    same = graph.add(
        "Equal", graph.add("Gather", texts, shifted), graph.add("Unsqueeze", "text", graph.axis(1))
    )
    return graph.add("Where", same, near, count)


def _pairs(graph: _Graph, around: str) -> str:
    """The row of each character and the one behind it in the table of pairs."""
    behind = graph.add("Gather", around, graph.constant("behind", np.int64(REACH + 1)), axis=1)
    ids = graph.add("Concat", "ids", graph.constant("nothing", np.array([0], np.int64)), axis=0)
    mixed = graph.add("Mul", "ids", graph.constant("mix", np.int64(MIX)))
    mixed = graph.add("Add", mixed, graph.add("Gather", ids, behind))
    return graph.add("Mod", mixed, graph.constant("rows", np.int64(PAIRS)))


@torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]
def _largest(network: Network, texts: Sequence[NDArray[np.int64]]) -> list[float]:
    """The largest absolute value that each convolution is given when the network reads `texts`."""
    reader, found = deepcopy(network).eval(), [1e-8] * len(STEPS)

    def watch(place: int, given: Tensor) -> None:
        found[place] = max(found[place], float(given.abs().max()))

    for i, layer in enumerate(reader.layers):
        layer.register_forward_pre_hook(lambda _, given, i=i: watch(i, *given))
    for text in texts:
        reader(torch.from_numpy(text)[None])
    return found


def _convolution(graph: _Graph, name: str, layer: nn.Conv1d, rounded: str, around: str, zero: int) -> str:
    """As a product of the rows of three places side by side, of which one that is not there is `zero`."""
    spread, width = layer.dilation[0], layer.in_channels
    nothing = graph.constant(f"{name}.nothing", np.full((1, width), zero, np.uint8))
    columns = graph.constant(f"{name}.places", REACH + spread * np.arange(-1, 2))
    places = graph.add("Gather", around, columns, axis=1)
    copies = graph.add("Gather", graph.add("Concat", rounded, nothing, axis=0), places)
    joined = graph.add("Reshape", copies, graph.constant(f"{name}.joined", np.array([-1, 3 * width])))
    weight = layer.weight.permute(2, 1, 0).reshape(-1, layer.out_channels)
    assert layer.bias is not None
    bias = graph.constant(f"{name}.bias", layer.bias.detach().numpy())
    return graph.add("Relu", graph.product(name, weight, joined, f"{name}.step", f"{name}.zero", bias))


def _out(graph: _Graph, layer: nn.Linear, rows: str) -> str:
    """A product of rows that have one scale each, for their sums grow with the text. They are rounded to whole
    steps, and what is left to fine ones: eight bits alone would blur a vector more than all layers do."""
    largest = graph.add("ReduceMax", graph.add("Abs", rows), graph.axis(1), keepdims=1)
    step = graph.add("Div", graph.add("Max", largest, graph.number(1e-8)), graph.number(LEVELS))
    scaled = graph.add("Div", rows, step)
    whole = graph.add("Round", scaled)
    zero = graph.constant("middle", np.uint8(MIDDLE))
    parts = []
    for part, one in (
        (whole, graph.number(1)),
        (graph.add("Sub", scaled, whole), graph.number(0.5 / LEVELS)),
    ):
        rounded = graph.add("QuantizeLinear", part, one, zero)
        parts.append(graph.product("out", layer.weight.T, rounded, one, zero))
    bias = graph.constant("out.bias", layer.bias.detach().numpy())
    return graph.add("Add", graph.add("Mul", graph.add("Add", *parts), step), bias)


class _Graph:
    """Nodes and constants of an ONNX graph, in the order they are added."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[str, NDArray[Any]] = {}
        self.owners = self.add("Unsqueeze", "text", self.axis(1))

    def add(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """A node; returns the name of its output."""
        name = output or f"{kind.lower()}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, name: str, value: Any) -> str:
        """A constant tensor; returns its name."""
        self._constants[name] = np.array(value, order="C")
        return name

    def axis(self, number: int) -> str:
        return self.constant(f"axis{number}", np.array([number], np.int64))

    def number(self, value: float) -> str:
        return self.constant(f"number{value:g}", np.float32(value))

    def by_text(self, how: str, rows: str, width: int) -> str:
        """The sum or the largest, if above 0, of the rows of each text; [texts, width].

        Rows are added one after the other, as long as a session has one thread.
        """
        wide = self.constant(f"width{width}", np.array([width], np.int64))
        shape = self.add("Concat", self.add("Shape", "lengths"), wide, axis=0)
        return self.add("ScatterND", self.add("ConstantOfShape", shape), self.owners, rows, reduction=how)

    def product(self, name: str, weight: Tensor, rounded: str, step: str, zero: str, *bias: str) -> str:
        """Rows of whole numbers, each standing for (number - zero) * step, times weights, plus `bias`.

        Weights take seven bits, for on processors without VNNI eight would overflow.
        """
        exact = weight.detach().numpy()
        scale = np.maximum(np.abs(exact).max(axis=0), 1e-8) / SAFE_LEVELS
        held = self.constant(f"{name}.weight", np.rint(exact / scale).astype(np.int8))
        scales = self.constant(f"{name}.scale", scale.astype(np.float32))
        given = [rounded, held, step, scales, zero, *(("", *bias) if bias else ())]
        return self.add("MatMulIntegerToFloat", *given, domain="com.microsoft")

    def lookup(self, name: str, table: nn.Embedding, ids: str) -> str:
        """Rows of an int8 table times their scales."""
        weight = table.weight.detach().numpy()
        scale = np.maximum(np.abs(weight).max(axis=1), 1e-8) / LEVELS
        rounded = np.rint(weight / scale[:, None]).astype(np.int8)
        rows = self.add("Gather", self.constant(name, rounded), ids)
        scales = self.add("Gather", self.constant(f"{name}.scale", scale.astype(np.float32)), ids)
        return self.add("DequantizeLinear", rows, scales, axis=0)

    def model(self, name: str, inputs: list[Any], outputs: list[Any]) -> onnx.ModelProto:
        held = [numpy_helper.from_array(value, key) for key, value in self._constants.items()]
        made = helper.make_graph(self._nodes, name, inputs, outputs, held)
        opset = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(made, opset_imports=opset, ir_version=9, producer_name="autoscorer")
        onnx.checker.check_model(model)
        return model

"""A folder of models that is built in a moment: a random encoder, and random heads for our own tasks."""

from __future__ import annotations

import hashlib
import json

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from autoscorer.classify.features import width
from autoscorer.classify.folder import FORMAT, KINDS, LABELS
from autoscorer.classify.pooling import pooled_width

SIZE = 24
CHARACTERS = sorted(
    set("您好请问有什么可以帮我要退货订单号是多少谢的客服不满意差很快慢物流送到了吗太赞生气投诉核实一下再见0")
)
RATED = ("accomplishment", "satisfaction", "effectiveness")


def build(folder, *, seed=0, size=SIZE):
    """Write encoder/, sentiment/, empathy/, behaviors/ and quality/ into `folder`; returns it."""
    rng = np.random.default_rng(seed)
    write_encoder(folder / "encoder", rng, size)
    sha = hashlib.sha256((folder / "encoder" / "config.json").read_bytes()).hexdigest()
    for task, labels in LABELS.items():
        names = [name for group in labels.values() for name in group]
        groups = {role: list(group) for role, group in labels.items()}
        write_head(folder / task, rng.normal(0, 0.3, (width(size), len(names))), groups, sha)
    write_head(folder / "quality", rng.normal(0, 0.3, (pooled_width(size), 3)), {"system": list(RATED)}, sha)
    return folder


def write_encoder(folder, rng, size):
    """The mean of random vectors of characters."""
    table = rng.normal(0, 1, (len(CHARACTERS) + 2, size)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["found"], axis=0),
        helper.make_node("Shape", ["lengths"], ["texts"]),
        helper.make_node("Concat", ["texts", "size"], ["shape"], axis=0),
        helper.make_node("ConstantOfShape", ["shape"], ["nothing"]),
        helper.make_node("Unsqueeze", ["text", "last"], ["owners"]),
        helper.make_node("ScatterND", ["nothing", "owners", "found"], ["sums"], reduction="add"),
        helper.make_node("Cast", ["lengths"], ["counts"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["counts", "last"], ["columns"]),
        helper.make_node("Div", ["sums", "columns"], ["vectors"]),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, [n])
        for name, n in (("ids", "n"), ("text", "n"), ("lengths", "t"))
    ]
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["t", size])
    constants = {"table": table, "size": np.array([size]), "last": np.array([1])}
    files = {
        "model.onnx": _model(nodes, inputs, [vectors], constants),
        "characters.json": json.dumps(CHARACTERS).encode(),
    }
    _write(folder, {"size": size}, files)


def write_head(folder, weights, labels, encoder):
    """A linear head with the given weights."""
    nodes = [helper.make_node("MatMul", ["rows", "weights"], ["logits"])]
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", weights.shape[0]])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", weights.shape[1]])
    model = _model(nodes, [rows], [logits], {"weights": weights.astype(np.float32)})
    config = {
        "task": folder.name, "kind": KINDS[folder.name], "labels": labels,
        "thresholds": [0.5] * weights.shape[1], "unsure": 0.0, "encoder": encoder,
    }  # fmt: skip
    _write(folder, config, {"model.onnx": model})


def _model(nodes, inputs, outputs, constants):
    held = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, held)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return made.SerializeToString(deterministic=True)


def _write(folder, config, files):
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    text = json.dumps({"format": FORMAT, **config, "files": hashes}, ensure_ascii=False)
    (folder / "config.json").write_text(text, encoding="utf-8")

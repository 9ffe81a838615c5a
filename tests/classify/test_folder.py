"""A model folder that is not as it was written is refused: the file, what is wrong, what would mend it."""

import json
import re

import pytest

from autoscorer import ConfigError, Scorer, resources
from autoscorer.classify import Classifiers
from autoscorer.classify.folder import LABELS
from tests.classify.conftest import pruned, rehash
from training import export

FILES = ("config.json", "model.onnx", "vocabulary.json")


def refusal(models):
    """The message of the ConfigError that loading gives."""
    with pytest.raises(ConfigError) as caught:
        Classifiers.load(models)
    message = str(caught.value)
    assert message.startswith(str(models)) and len(message) < 600 and "\n" not in message
    return message


def test_a_whole_folder_is_taken(models):
    assert set(Classifiers.load(models).sha256) == set(LABELS)
    rehash(models / "empathy")
    assert Classifiers.load(models)["empathy"].labels == ("none", "formulaic", "specific")


@pytest.mark.parametrize("task", LABELS)
@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(models, task, name):
    (models / task / name).unlink()
    wanted = f"{task}/{name}: No such file or directory; a model folder holds config.json, model.onnx"
    assert wanted in refusal(models)


@pytest.mark.parametrize("task", LABELS)
@pytest.mark.parametrize("name", FILES[1:])
@pytest.mark.parametrize("how", ["one byte more", "one bit less", "empty"])
def test_an_altered_file(models, task, name, how):
    path = models / task / name
    data = path.read_bytes()
    half = len(data) // 2
    flipped = data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :]
    path.write_bytes({"one byte more": data + b" ", "one bit less": flipped, "empty": b""}[how])
    assert re.search(
        rf"{task}/{name}: sha256 is \w{{64}}, config.json states \w{{64}}; restore", refusal(models)
    )


CONFIGS = [
    ({"format": 9}, "format is 9, this version reads 1"),
    ({"task": "mood"}, "task is 'mood'; allowed: sentiment, empathy, behaviors"),
    ({"labels": ["negative", "positive"]}, "labels are ['negative', 'positive']; task sentiment has negative, neut"),
    ({"labels": ["positive", "neutral", "negative"]}, "task sentiment has negative, neutral, positive"),
    ({"labels": None}, "labels are None"),
    ({"thresholds": [0.5, 0.5]}, "thresholds must be 3 numbers between 0 and 1"),
    ({"thresholds": [0.5, 0.5, 2]}, "thresholds must be 3 numbers between 0 and 1"),
    ({"thresholds": [0.5, 0.5, float("nan")]}, "thresholds must be 3 numbers between 0 and 1"),
    ({"thresholds": "high"}, "thresholds must be 3 numbers"),
    ({"files": []}, "files must map model.onnx, vocabulary.json to their sha256"),
    ({"files": {}}, "model.onnx: sha256 is"),
    ({"files": {"model.onnx": "0" * 64, "vocabulary.json": "0" * 64}}, f"config.json states {'0' * 64}"),
    ({"fusion": []}, "fusion must give each behavior the numbers model, rule, bias, threshold"),
    ({"fusion": {"negative": {"model": 1}}}, "fusion must give each behavior the numbers"),
    ({"fusion": {"negative": {"model": "x", "rule": 0, "bias": 0, "threshold": 0.5}}}, "fusion must give"),
    ({"fusion": {"negative": dict.fromkeys(("model", "rule", "bias", "threshold"), float("inf"))}}, "fusion must"),
    ({"fusion": {"joy": {"model": 1, "rule": 0, "bias": 0, "threshold": 0.5}}}, "unknown labels ['joy']"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), CONFIGS)
def test_a_config_that_says_something_else(models, changes, words):
    rehash(models / "sentiment", **changes)
    assert words in refusal(models)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not valid JSON"), ("{", "not valid JSON"), ("[]", "must be a JSON object, is a list"),
        ("\xff", "not valid JSON"), ('{"a": ' + "[" * 99_999 + "]" * 99_999 + "}", "nested too deeply"),
    ],
)  # fmt: skip
def test_a_config_that_is_none(models, content, words):
    (models / "empathy" / "config.json").write_bytes(content.encode("latin-1"))
    assert words in refusal(models)


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    [
        ({"words": ["好"]}, "unknown feature space 'words'; allowed: own, previous, next, place"),
        ({"own": "好"}, "own must be a list of n-grams, each once"),
        ({"own": [["好"]]}, "own must be a list of n-grams, each once"),
        ({"own": ["好", 1]}, "own must be a list of n-grams, each once"),
        ({"own": ["好", "好"]}, "own must be a list of n-grams, each once"),
        ({"own": [str(n) for n in range(99_999)]}, "model.onnx: does not fit vocabulary.json"),
        ([], "must be a JSON object, is a list"),
    ],
)
def test_a_vocabulary_that_does_not_fit(models, vocabulary, words):
    """With the right hash: whoever made it meant it."""
    (models / "behaviors" / "vocabulary.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    rehash(models / "behaviors")
    assert words in refusal(models)


def test_a_graph_that_is_none(models):
    (models / "sentiment" / "model.onnx").write_bytes(b"no graph")
    rehash(models / "sentiment")
    assert "model.onnx: onnxruntime cannot load it: " in refusal(models)


def test_a_graph_of_another_task(models):
    (models / "behaviors" / "model.onnx").write_bytes((models / "sentiment" / "model.onnx").read_bytes())
    rehash(models / "behaviors")
    assert re.search(r"results are \{\(1, 3\)\}, must be 1 x 30|does not fit vocabulary", refusal(models))


def test_a_graph_with_too_few_rows(models, built):
    one = pruned(built["empathy"], 10)
    graph = export.graph(export.quantize(one.model), exclusive=True)
    (models / "empathy" / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
    rehash(models / "empathy")
    assert "model.onnx: does not fit vocabulary.json" in refusal(models)


def test_folders_in_each_others_place(models):
    (models / "sentiment").rename(models / "x")
    (models / "empathy").rename(models / "sentiment")
    (models / "x").rename(models / "empathy")
    assert "sentiment: holds the model of task empathy, not sentiment" in refusal(models)


@pytest.mark.parametrize("name", FILES)
def test_a_huge_file_is_refused_unread(models, name):
    with (models / "sentiment" / name).open("r+b") as file:
        file.truncate(3 << 30)  # a hole: no disk is used
    assert f"sentiment/{name}: larger than " in refusal(models)


def test_no_folder(tmp_path, monkeypatch):
    with pytest.raises(
        ConfigError, match=r"nowhere: no such folder; a folder of models holds sentiment, empathy"
    ):
        Scorer(models=tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"empty/sentiment/config.json: No such file or directory; a model"):
        Scorer(models=tmp_path / "empty")
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "package")
    with pytest.raises(ConfigError, match=r"^no models found in .*; pass --models FOLDER, or --no-models"):
        Scorer()
    assert Scorer(use_models=False).classifiers is None

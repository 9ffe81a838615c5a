"""A model folder that is not as it was written is refused: the file, what is wrong, what would mend it."""

import json
import re

import pytest

from autoscorer import ConfigError, Scorer, resources
from autoscorer.classify import Classifiers
from autoscorer.classify.folder import LABELS, digest
from tests import tiny

TASKS = ("encoder", *LABELS)
FILES = {
    task: ("config.json", "model.onnx", *(["characters.json"] if task == "encoder" else [])) for task in TASKS
}
PAIRS = [(task, name) for task in TASKS for name in FILES[task]]


@pytest.fixture
def models(tmp_path):
    return tiny.build(tmp_path / "models")


def refusal(models):
    """The message of the ConfigError that loading gives."""
    with pytest.raises(ConfigError) as caught:
        Classifiers.load(models)
    message = str(caught.value)
    assert message.startswith(str(models)) and len(message) < 900 and "\n" not in message
    return message


def rehash(folder, **changes):
    """Make config.json state the hashes of the files as they are now, and `changes`."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["files"] = {name: digest(folder / name) for name in config["files"]}
    path.write_text(json.dumps({**config, **changes}), encoding="utf-8")


def test_a_whole_folder_is_taken(models):
    assert set(Classifiers.load(models).sha256) == {*TASKS, "quality"}
    rehash(models / "empathy")
    assert Classifiers.load(models)["empathy"].labels == ("none", "formulaic", "specific")


@pytest.mark.parametrize(("task", "name"), PAIRS)
def test_a_missing_file(models, task, name):
    (models / task / name).unlink()
    wanted = (
        f"{task}/{name}: No such file or directory; a folder of models holds encoder/ and one folder a task"
    )
    assert wanted in refusal(models)


@pytest.mark.parametrize(("task", "name"), [(t, n) for t, n in PAIRS if n != "config.json"])
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
    ({"format": 9}, "format is 9, this version reads 3"),
    ({"task": "a b"}, "task is 'a b'; a name has letters, digits, _ and -, at most 40"),
    ({"task": "mood"}, "holds the model of task mood, not sentiment"),
    ({"kind": "many"}, "kind is 'many'; allowed: one"),
    ({"labels": {"customer": ["negative", "positive"]}}, "labels differ from those of the task sentiment (customer: negative, neut"),
    ({"labels": {"customer": ["positive", "neutral", "negative"]}}, "labels differ from those of the task sentiment"),
    ({"labels": None}, "labels must map agent, customer or both to a list of names"),
    ({"labels": {"nobody": ["x"]}}, "labels must map agent, customer or both to a list of names"),
    ({"thresholds": [0.5, 0.5]}, "thresholds must be 3 numbers between 0 and 1"),
    ({"thresholds": [0.5, 0.5, 2]}, "thresholds must be 3 numbers between 0 and 1"),
    ({"thresholds": [0.5, 0.5, float("nan")]}, "thresholds must be 3 numbers between 0 and 1"),
    ({"thresholds": "high"}, "thresholds must be 3 numbers"),
    ({"unsure": 2}, "unsure is 2; must be a probability below 1"),
    ({"files": []}, "files must map model.onnx to their sha256"),
    ({"files": {}}, "model.onnx: sha256 is"),
    ({"files": {"model.onnx": "0" * 64}}, f"config.json states {'0' * 64}"),
    ({"encoder": "0" * 64}, "made for the encoder 000000000000, the one here is"),
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
@pytest.mark.parametrize("task", ["empathy", "encoder"])
def test_a_config_that_is_none(models, task, content, words):
    (models / task / "config.json").write_bytes(content.encode("latin-1"))
    assert words in refusal(models)


@pytest.mark.parametrize("size", [0, -1, "24", 5000, None])
def test_an_encoder_of_no_size(models, size):
    rehash(models / "encoder", size=size)
    assert f"size is {size!r}; must be a whole number from 1 to 4096" in refusal(models)


def test_an_encoder_of_another_size(models):
    rehash(models / "encoder", size=23)
    assert "model.onnx: gives (1, 24), config.json says (1, 23)" in refusal(models)


@pytest.mark.parametrize(
    ("characters", "words"),
    [
        ("您好", "must be a JSON list, is a str"),
        ({"您": 1}, "must be a JSON list, is a dict"),
        (["您好"], "must be a list of single characters, each once"),
        (["好", 1], "must be a list of single characters, each once"),
        (["好", "好"], "must be a list of single characters, each once"),
        ([chr(n) for n in range(19_968, 30_000)], "model.onnx: cannot be run: "),
    ],
)
def test_characters_that_do_not_fit(models, characters, words):
    """With the right hash: whoever made it meant it."""
    (models / "encoder" / "characters.json").write_text(json.dumps(characters), encoding="utf-8")
    rehash(models / "encoder")
    assert words in refusal(models)


@pytest.mark.parametrize("task", ["encoder", "sentiment"])
def test_a_graph_that_is_none(models, task):
    (models / task / "model.onnx").write_bytes(b"no graph")
    rehash(models / task)
    assert f"{task}/model.onnx: onnxruntime cannot load it: " in refusal(models)


def test_a_head_of_another_task(models):
    sha = digest(models / "encoder" / "config.json")
    (models / "behaviors" / "model.onnx").write_bytes((models / "sentiment" / "model.onnx").read_bytes())
    rehash(models / "behaviors", encoder=sha)
    assert "behaviors/model.onnx: results are (1, 3), must be 1 x 30" in refusal(models)


def test_a_head_for_rows_of_another_width(models, tmp_path):
    other = tiny.build(tmp_path / "other", size=8)
    (models / "empathy" / "model.onnx").write_bytes((other / "empathy" / "model.onnx").read_bytes())
    rehash(models / "empathy")
    assert "empathy/model.onnx: does not fit the encoder: " in refusal(models)


def test_folders_in_each_others_place(models):
    (models / "sentiment").rename(models / "x")
    (models / "empathy").rename(models / "sentiment")
    (models / "x").rename(models / "empathy")
    assert "empathy: holds the model of task sentiment, not empathy" in refusal(models)


@pytest.mark.parametrize(("task", "name"), PAIRS)
def test_a_huge_file_is_refused_unread(models, task, name):
    with (models / task / name).open("r+b") as file:
        file.truncate(3 << 30)  # a hole: no disk is used
    assert f"{task}/{name}: larger than " in refusal(models)


def test_no_folder(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match=r"nowhere: there is no such folder of models"):
        Scorer(models=tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"empty: holds no model; a folder of models holds encoder/"):
        Scorer(models=tmp_path / "empty")
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "package")
    with pytest.raises(ConfigError, match=r"^no models found in .*; pass --models FOLDER, or --no-models"):
        Scorer()
    assert Scorer(use_models=False).classifiers is None

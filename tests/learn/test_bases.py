"""`--fine-tune` and `--base` refuse what they cannot use, before anything is loaded."""

import json
import sys

import numpy as np
import pytest

from autoscorer.learn.gold import gold
from autoscorer.learn.labelled import read_labelled
from autoscorer.learn.split import calibration
from tests.learn.conftest import texts, write_csv


def folder_of(path, model_type="bert", files=("model.safetensors", "vocab.txt")):
    """What looks like an encoder of Hugging Face."""
    path.mkdir()
    (path / "config.json").write_text(json.dumps({"model_type": model_type}))
    for name in files:
        (path / name).write_bytes(b"x")
    return path


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"model_type": "gpt2"}, "model_type is 'gpt2'; allowed: albert, bert"),
        ({"model_type": ["bert"]}, "model_type is"),
        ({"files": ("pytorch_model.bin", "vocab.txt")}, "has no *.safetensors; other weights, such as .bin, can hold code"),
        ({"files": ("model.safetensors",)}, "has neither tokenizer.json nor vocab.txt"),
    ],
)  # fmt: skip
def test_a_base_that_cannot_be_tuned(run, models, reviews, tmp_path, made, message):
    base = folder_of(tmp_path / "base", **made)
    done = run("train", "评价", "--data", reviews, "--models", models, "--fine-tune", "--base", base)
    assert (done.code, message in done.err, done.err.count("\n")) == (2, True, 1), done.err


def test_no_base_at_all(run, models, reviews, tmp_path):
    def message(base, *more):
        done = run("train", "评价", "--data", reviews, "--models", models, "--base", base, *more)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        return done.err

    (tmp_path / "empty").mkdir()
    assert "there is no such folder to fine-tune from" in message(tmp_path / "none", "--fine-tune")
    assert "nothing to fine-tune; a folder of Hugging Face has config.json" in message(
        tmp_path / "empty", "--fine-tune"
    )
    assert "holds no model to build on" in message(tmp_path / "empty")
    foreign = folder_of(tmp_path / "foreign")
    assert "of use only with --fine-tune" in message(foreign)
    (foreign / "config.json").write_text("{")
    assert "not valid JSON" in message(foreign, "--fine-tune")


def test_ratings_have_no_encoder_of_their_own(run, models, annotated):
    done = run("train", "quality", "--data", annotated, "--models", models, "--fine-tune")
    assert (done.code, "quality rates whole contacts" in done.err) == (2, True), done.err


@pytest.mark.parametrize("package", ["torch", "transformers", "tokenizers"])
def test_the_extra_is_named(run, models, reviews, tmp_path, monkeypatch, package):
    for name in ("torch", "transformers", "tokenizers"):
        monkeypatch.setitem(sys.modules, name, sys if name != package else None)
    monkeypatch.setattr("autoscorer.extras.find_spec", lambda name: None if name == package else name)
    base = folder_of(tmp_path / "base")
    done = run("train", "评价", "--data", reviews, "--models", models, "--fine-tune", "--base", base)
    wanted = f"(package {package}) needs the extra 'train': pip install 'autoscorer[train]'"
    assert (done.code, wanted in done.err) == (2, True), done.err


def test_a_quarter_of_each_label_is_for_calibration(tmp_path):
    rows = [*texts(120), *[(f"您好 {n}号", "中评") for n in range(4)]]
    found = gold("评价", read_labelled([write_csv(tmp_path / "a.csv", rows)]).dialogues)
    apart = calibration(found.dialogues, 0)
    kept = [d for d, out in zip(found.dialogues, apart, strict=True) if out]
    assert 0.2 < apart.mean() < 0.35 and not np.array_equal(apart, calibration(found.dialogues, 1))
    assert {label for d in kept for labels in d.golds.values() for label in labels} == {
        "好评",
        "差评",
        "中评",
    }
    assert calibration(found.dialogues[:4], 0).sum() == 2

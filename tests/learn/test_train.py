"""`train`: prepare, fit, export, compare, promote, roll back, on tiny models in seconds."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from autoscorer.classify import Classifiers
from autoscorer.classify.features import Rows, clean, grams
from autoscorer.classify.folder import LABELS, digest
from autoscorer.store import Store, model_folders
from tests import tiny
from tests.learn.conftest import dialogues, texts, write_csv, write_lines


def figures(folder):
    """metrics.json of a model folder."""
    return json.loads((folder / "metrics.json").read_text("utf-8"))


def everything(folder):
    """Each file below a folder with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class TestAUsersTask:
    def test_from_csv_to_scoring_and_back(self, run, models, reviews, tmp_path):
        done = run("train", "评价", "--data", reviews, "--models", models, "--promote", "--lang", "en")
        assert done.code == 0, done.err
        folder = models / "评价" / "versions" / "1"
        assert {p.name for p in folder.iterdir()} == {
            "README.md", "config.json", "errors.csv", "metrics.json", "model.onnx", "second_look.csv",
        }  # fmt: skip
        m = figures(folder)
        assert m["new"]["macro_f1"]["point"] > 0.8 > m["old"]["macro_f1"]["point"]
        assert (m["compared_with"], m["promotion"]) == ("commonest", "promoted")
        assert m["dialogues"]["fit"] + m["dialogues"]["apart"] == 80

        talk = write_lines(tmp_path / "t.jsonl", [{"id": "t", "turns": [
            {"role": "agent", "text": "您好"}, {"role": "customer", "text": "太慢了 差 投诉"}]}])  # fmt: skip
        scored = run("score", talk, "--models", models, "--format", "jsonl", "-q")
        (record,) = map(json.loads, scored.out.splitlines())
        assert [(p["turn"], p["label"]) for p in record["predictions"] if p["task"] == "评价"] == [
            (1, "差评")
        ]
        assert record["provenance"]["models"]["评价"] == digest(folder / "config.json")
        assert "差评" in run("explain", talk, "--models", models).out
        assert digest(folder / "config.json") in run("info", "--models", models).out

        assert run("models", "rollback", "评价", "--models", models).out == "评价 shipped\n"
        assert "评价" not in model_folders(models)
        assert run("models", "use", "评价", "1", "--models", models).code == 0
        assert "* 评价" in " ".join(run("models", "list", "--models", models).out.split())

    def test_in_rubrics_at_once(self, run, models, reviews, tmp_path):
        run("train", "评价", "--data", reviews, "--models", models, "--promote")
        rubric = tmp_path / "r.yaml"
        text = (
            "id: r\nversion: 1\ngrades: [{name: 好, at_least: 0}]\nsections:\n- id: s\n  name: 段\n  weight: 100\n"
            "  criteria:\n  - {id: s.a, name: 无差评, points: 1, met: {not: {task: 评价, label: 差评}}}\n"
        )
        rubric.write_text(text, encoding="utf-8")
        talk = write_lines(tmp_path / "t.jsonl", [{"id": "t", "turns": [
            {"role": "agent", "text": "您好"}, {"role": "customer", "text": "太慢了 差 投诉"}]}])  # fmt: skip
        scored = run("score", talk, "--models", models, "--rubric", rubric, "--format", "jsonl", "-q")
        assert json.loads(scored.out)["criteria"][0]["outcome"] == "not_met"

        rubric.write_text(text.replace("label: 差评", "label: 坏"), encoding="utf-8")
        refused = run("check", "--rubric", rubric, "--models", models)
        assert (refused.code, "unknown label '坏'; allowed: 好评, 差评" in refused.err) == (2, True)
        rubric.write_text(text.replace("task: 评价", "task: 评级"), encoding="utf-8")
        refused = run("check", "--rubric", rubric, "--models", models)
        assert "unknown task '评级'; allowed: 评价, sentiment, empathy" in refused.err

    def test_the_same_seed_gives_the_same_bytes(self, run, models, reviews, tmp_path):
        for name in ("one", "two"):
            run("train", "评价", "--data", reviews, "--models", models, "--out", tmp_path / name)
        assert everything(tmp_path / "one") == everything(tmp_path / "two")
        assert not Store(models).tasks()

    def test_another_seed_keeps_other_texts_apart(self, run, models, reviews, tmp_path):
        for seed in (0, 1):
            run(
                "train",
                "评价",
                "--data",
                reviews,
                "--models",
                models,
                "--out",
                tmp_path / str(seed),
                "--seed",
                seed,
            )
        assert digest(tmp_path / "0" / "model.onnx") != digest(tmp_path / "1" / "model.onnx")

    def test_two_files_by_place_or_option(self, run, models, reviews, tmp_path):
        second = write_csv(tmp_path / "b.csv", texts(40, seed=5))
        run("train", "评价", "--data", reviews, second, "--models", models, "--out", tmp_path / "one")
        run(
            "train",
            "评价",
            "--data",
            reviews,
            "--data",
            second,
            "--models",
            models,
            "--out",
            tmp_path / "two",
        )
        assert everything(tmp_path / "one") == everything(tmp_path / "two")

    def test_many_labels(self, run, models, tmp_path):
        rows = [
            (text, "差|慢" if "慢" in text else "差" if label == "差评" else "") for text, label in texts()
        ]
        path = write_csv(tmp_path / "a.csv", rows)
        run("train", "诉求", "--data", path, "--models", models, "--promote")
        found = Classifiers.of(model_folders(models))["诉求"]
        assert (found.kind, found.config.labels) == ("many", {"customer": ("差", "慢")})

    def test_a_test_file_is_never_trained_on(self, run, models, reviews, tmp_path):
        test = write_csv(tmp_path / "test.csv", [*texts(30, seed=9)[5:], texts()[0]])
        run("train", "评价", "--data", reviews, "--test", test, "--models", models, "--out", tmp_path / "m")
        m = figures(tmp_path / "m")
        assert (m["apart_is"], m["dialogues"]["fit"], m["found_in_data"]["refused"]) == ("test", 80, 1)

    def test_a_test_that_training_knows_is_refused(self, run, models, reviews):
        done = run("train", "评价", "--data", reviews, "--test", reviews, "--models", models)
        assert (done.code, "80 of 80 dialogues of the test occur in the training data" in done.err) == (
            2,
            True,
        )


class TestOurTasks:
    @pytest.mark.parametrize("task", ["sentiment", "empathy", "behaviors", "quality"])
    def test_adjusts_the_shipped_head(self, run, models, annotated, task):
        before = digest(models / task / "config.json")
        done = run("train", task, "--data", annotated, "--models", models, "--promote", "--force")
        assert done.code == 0, done.err
        folder = models / task / "versions" / "1"
        m = figures(folder)
        assert (m["compared_with"], m["base_head"]) == ("present", before)
        assert m["largest_logit_difference"] < 1e-3
        assert Classifiers.of(model_folders(models)).sha256[task] == digest(folder / "config.json")

    def test_labels_help(self, run, models, annotated, tmp_path):
        test = write_lines(tmp_path / "test.jsonl", dialogues(60, seed=7))
        run("train", "sentiment", "--data", annotated, "--test", test, "--models", models, "--promote")
        m = figures(models / "sentiment" / "versions" / "1")
        assert m["difference"]["macro_f1"]["low"] > 0.2

    def test_behaviors_keep_their_labels_and_weigh_rules(self, run, models, annotated):
        run("train", "behaviors", "--data", annotated, "--models", models, "--out", models.parent / "b")
        config = json.loads((models.parent / "b" / "config.json").read_text("utf-8"))
        assert config["labels"] == {role: list(names) for role, names in LABELS["behaviors"].items()}
        assert set(config["fusion"]) == {name for names in config["labels"].values() for name in names}

    def test_a_worse_head_stays_out_of_use_unless_forced(self, run, models, annotated, tmp_path):
        run("train", "sentiment", "--data", annotated, "--models", models, "--promote")
        wrong = [dict(d) for d in dialogues(40, seed=3)]
        for d in wrong:
            d["turns"][1]["sentiment"] = {-1: 1, 0: -1, 1: 0}[d["turns"][1]["sentiment"]]
        bad, right = (
            write_lines(tmp_path / "bad.jsonl", wrong),
            write_lines(tmp_path / "t.jsonl", dialogues(30, seed=8)),
        )
        arguments = ("train", "sentiment", "--data", bad, "--test", right, "--models", models, "--promote")
        done = run(*arguments)
        assert (done.code, Store(models).current("sentiment")) == (4, "1")
        assert run(*arguments, "--force").code == 0
        assert (Store(models).current("sentiment"), figures(models / "sentiment" / "versions" / "3")["promotion"]) == (
            "3", "forced",
        )  # fmt: skip
        assert run("models", "rollback", "sentiment", "--models", models).out == "sentiment 1\n"


class TestStore:
    def test_the_user_s_own_stands_over_the_shipped(self, run, shipped, reviews, tmp_path, monkeypatch):
        monkeypatch.setattr("autoscorer.resources.models_dir", lambda: shipped)
        assert run("train", "评价", "--data", reviews, "--promote").code == 0
        assert (tmp_path / "own store" / "评价" / "current").read_text() == "1\n"
        assert set(model_folders()) == {"encoder", *LABELS, "quality", "评价"}

    def test_a_head_for_another_encoder_is_refused(self, run, models, reviews, tmp_path):
        run("train", "评价", "--data", reviews, "--models", models, "--promote")
        other = tiny.build(tmp_path / "other", seed=1)
        (models / "评价").rename(other / "评价")
        done = run("check", "--models", other)
        assert (done.code, "made for the encoder" in done.err, "models list" in done.err) == (2, True, True)
        run("models", "use", "评价", "shipped", "--models", other)
        assert run("check", "--models", other).code == 0
        done = run("models", "use", "评价", "1", "--models", other)
        assert (done.code, "made for the encoder" in done.err) == (2, True)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("use", "评价", "7"), "there is no version '7'; there are: shipped"),
            (("use", "评价", "shipped"), "there is no task '评价'; there are: none"),
            (("rollback", "评价"), "no version of '评价' was put in use"),
            (("use", "../x", "1"), "a task cannot be named '../x'"),
            (("rollback", "encoder"), "a task cannot be named 'encoder'"),
        ],
    )
    def test_mistakes(self, run, models, arguments, message):
        done = run("models", *arguments, "--models", models)
        assert (done.code, message in done.err) == (2, True), done.err


class TestMistakes:
    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ([("您好", "好评")] * 5, "occurs; a task needs at least two"),
            ([("您好", "好评"), ("再见", "差评")], "2 different dialogues or texts; at least 4 are needed"),
            ([], "the file is empty"),
        ],
    )
    def test_data(self, run, models, tmp_path, rows, message):
        path = write_csv(tmp_path / "a.csv", rows)
        before = everything(models)
        done = run("train", "评价", "--data", path, "--models", models, "--promote")
        assert (done.code, message in done.err, "a.csv" in done.err) == (2, True, True), done.err
        assert everything(models) == before

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("评价",), "no labelled file was given"),
            (("1x", "--data", "a.csv"), "a task cannot be named '1x'"),
            (("评价", "--data", "a.csv", "--force"), "--force goes with --promote"),
            (("评价", "--data", "a.csv", "--out", "."), "is there already"),
        ],
    )
    def test_options(self, run, models, arguments, message):
        done = run("train", *arguments, "--models", models)
        assert (done.code, message in done.err) == (2, True), done.err


class TestFindings:
    def test_repeats_and_contradictions_are_told(self, run, models, tmp_path):
        rows = [*texts(), texts()[0], ("说不清", "好评"), ("说不清", "差评")]
        path = write_csv(tmp_path / "a.csv", rows)
        done = run(
            "train", "评价", "--data", path, "--models", models, "--out", tmp_path / "m", "--lang", "en"
        )
        assert f"duplicate: {path}:82 is the same as {path}:2; used once" in done.err
        assert (
            f"contradiction: '说不清' is labelled in different ways: {path}:83 好评; {path}:84 差评"
            in done.err
        )
        m = figures(tmp_path / "m")
        assert m["dialogues"]["fit"] + m["dialogues"]["apart"] == 80

    def test_a_thin_class_is_told(self, run, models, tmp_path):
        path = write_csv(tmp_path / "a.csv", [*texts(), ("请问订单", "中评"), ("请问退货", "中评")])
        done = run(
            "train", "评价", "--data", path, "--models", models, "--out", tmp_path / "m", "--lang", "en"
        )
        assert done.code == 0, done.err
        assert "too few turns (below 10), figures say little: 中评 (2)" in done.out

    def test_a_wrong_label_is_listed_and_cannot_become_a_formula(self, run, models, tmp_path):
        rows = [(f"={text}", label) for text, label in texts(200)]
        rows[10] = (rows[10][0], "差评" if rows[10][1] == "好评" else "好评")
        path = write_csv(tmp_path / "a.csv", rows)
        run("train", "评价", "--data", path, "--models", models, "--out", tmp_path / "m", "--test",
            write_csv(tmp_path / "t.csv", texts(60, seed=4)))  # fmt: skip
        listed = (tmp_path / "m" / "second_look.csv").read_text("utf-8-sig")
        assert f"{path}:12," in listed
        assert ",'=" in listed and ",=" not in listed


def test_the_written_model_is_the_fitted_one(run, models, annotated, shipped):
    """Against a computation without ONNX, from the graph's own constants and the shipped head."""
    from onnx import load, numpy_helper

    run("train", "sentiment", "--data", annotated, "--models", models, "--promote")
    path = models / "sentiment" / "versions" / "1" / "model.onnx"
    held = {c.name: numpy_helper.to_array(c) for c in load(path).graph.initializer}
    rows = np.random.default_rng(0).normal(size=(6, held["adjust.weights"].shape[0])).astype(np.float32)
    ids = [grams(clean(text)) for text in ("太慢了", "很好 谢谢", "订单", "您好您好", "差", "投诉你们")]
    wanted = (
        rows @ held["adjust.weights"] + held["adjust.bias"] + rows @ held["base.weights"] @ held["adjust.mix"]
    )
    sums = np.array([held["wide.table"][row].astype(int).sum(axis=0) for row in ids])
    wanted = wanted + sums * held["wide.steps"] / np.sqrt([[len(row)] for row in ids])
    found = Classifiers.of(model_folders(models))["sentiment"].logits(Rows(rows, tuple(ids)))
    assert np.abs(found - wanted).max() < 1e-4


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_the_old_model(models, reviews, annotated):
    def command(task, data):
        arguments = ["train", task, "--data", str(data), "--models", str(models), "--promote", "--force"]
        return subprocess.Popen(
            [sys.executable, "-m", "autoscorer", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    whole = command("sentiment", annotated)
    began = time.monotonic()
    assert whole.wait() == 0
    seconds = time.monotonic() - began
    before = model_folders(models)["sentiment"]
    for share in np.linspace(0.4, 1.0, 6):
        process = command("sentiment", annotated)
        time.sleep(share * seconds)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        used = model_folders(models)["sentiment"]
        assert Classifiers.of(model_folders(models)).sha256["sentiment"] == digest(used / "config.json")
        assert used == before or (used / "README.md").exists()
        before = used

"""`train --fine-tune`: tune, export, compare, promote, score, roll back, on tiny encoders in seconds."""

import json
import shutil
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")

from autoscorer.classify import Classifiers  # noqa: E402
from autoscorer.classify.features import said  # noqa: E402
from autoscorer.classify.folder import digest  # noqa: E402
from autoscorer.classify.own import OwnEncoder  # noqa: E402
from autoscorer.learn import tuning  # noqa: E402
from autoscorer.learn.bases import Base  # noqa: E402
from autoscorer.learn.gold import gold  # noqa: E402
from autoscorer.learn.labelled import read_labelled  # noqa: E402
from autoscorer.learn.network import Network, Shape, to_onnx  # noqa: E402
from autoscorer.store import Store, model_folders  # noqa: E402
from tests import tiny  # noqa: E402
from tests.learn import conftest as learn  # noqa: E402
from tests.learn.conftest import dialogues, texts, write_csv, write_lines  # noqa: E402

run, reviews, annotated = learn.run, learn.reviews, learn.annotated  # fixtures
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *tiny.CHARACTERS]
TIMED = {"README.md", "metrics.json"}  # they tell how long a turn takes


def encoder_of_our_kind(folder, rng, size):
    torch.manual_seed(0)
    network = Network(Shape(len(tiny.CHARACTERS) + 2, 8, 12, size)).eval()
    files = {
        "model.onnx": to_onnx(network, [np.arange(2, 40)]).SerializeToString(deterministic=True),
        "characters.json": json.dumps(tiny.CHARACTERS).encode(),
    }
    tiny._write(folder, {"kind": "encoder", "size": size}, files)


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A folder of tiny models, whose encoder can be tuned, that is also the store."""
    monkeypatch.setattr(tiny, "write_encoder", encoder_of_our_kind)
    return tiny.build(tmp_path / "models")


@pytest.fixture(scope="session")
def foreign(tmp_path_factory):
    """A folder as Hugging Face writes it, of a random encoder."""
    transformers = pytest.importorskip("transformers", reason="needs the extra train")
    pytest.importorskip("tokenizers", reason="needs the extra train")
    folder = tmp_path_factory.mktemp("bases") / "tiny-bert"
    config = transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=40,
    )  # fmt: skip
    torch.manual_seed(0)
    transformers.BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    (folder / "LICENSE.txt").write_text("to be used freely", encoding="utf-8")
    return folder


@pytest.fixture
def quick(monkeypatch):
    """Random encoders of that size learn at a rate that would spoil a real one."""
    monkeypatch.setattr(tuning._Foreign, "rate", 2e-3)
    monkeypatch.setattr(tuning, "LEAST_STEPS", 40)


def figures(folder):
    return json.loads((folder / "metrics.json").read_text("utf-8"))


def everything(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def predictions(run, talk, models, *options):
    done = run("score", talk, "--models", models, "--format", "jsonl", "-q", *options)
    assert done.code == 0, done.err
    return [json.loads(line)["predictions"] for line in done.out.splitlines()]


@pytest.fixture
def talks(tmp_path):
    made = [{"id": f"t{i}", "turns": [{"role": "agent", "text": "您好"}, {"role": "customer", "text": text}]}
            for i, (text, _) in enumerate(texts(20, seed=3))]  # fmt: skip
    return write_lines(tmp_path / "talks.jsonl", made)


class TestOurEncoder:
    def test_tune_promote_score_and_back(self, run, models, reviews, talks, quick):
        before = predictions(run, talks, models)
        arguments = ("train", "评价", "--data", reviews, "--models", models, "--promote", "--lang", "en")
        done = run(*arguments, "--fine-tune")
        assert done.code == 0, done.err
        assert "fine-tuning the encoder ..." in done.err and "ms a turn on one core" in done.out
        folder = models / "评价" / "versions" / "1"
        assert {p.name for p in (folder / "encoder").iterdir()} == {
            "characters.json",
            "config.json",
            "model.onnx",
        }
        m = figures(folder)
        assert m["new"]["macro_f1"]["point"] > 0.8 and m["encoder"] == digest(
            folder / "encoder" / "config.json"
        )
        assert m["tuned"]["tuned_on"] + m["tuned"]["calibrated_on"] == m["dialogues"]["fit"]
        assert "fine-tuned from the shipped encoder" in (folder / "README.md").read_text("utf-8")

        found = predictions(run, talks, models)
        assert [[p for p in one if p["task"] != "评价"] for one in found] == before
        right = [{p["label"] for p in one if p["task"] == "评价" and p["turn"] == 1} == {label}
                 for one, (_, label) in zip(found, texts(20, seed=3), strict=True)]  # fmt: skip
        assert sum(right) >= 17
        assert predictions(run, talks, models, "--workers", 2) == found

        judged = run("evaluate", reviews, "--task", "评价", "--models", models, "--lang", "en")
        assert (judged.code, "macro_f1" in judged.out) == (0, True), judged.err
        assert run(*arguments).code in (0, 4)  # heads alone, compared with the tuned one
        assert figures(models / "评价" / "versions" / "2")["compared_with"] == "present"
        run("models", "use", "评价", "1", "--models", models)
        assert run("models", "rollback", "评价", "--models", models).code == 0
        assert run("models", "use", "评价", "shipped", "--models", models).code == 0
        assert predictions(run, talks, models) == before

    def test_the_same_seed_gives_the_same_bytes(self, run, models, reviews, tmp_path, quick):
        for name in ("one", "two"):
            run(
                "train",
                "评价",
                "--data",
                reviews,
                "--models",
                models,
                "--fine-tune",
                "--out",
                tmp_path / name,
            )
        one, two = everything(tmp_path / "one"), everything(tmp_path / "two")
        assert {k: v for k, v in one.items() if k not in TIMED} == {
            k: v for k, v in two.items() if k not in TIMED
        }
        assert len(one) == 9

    @pytest.mark.parametrize("task", ["sentiment", "behaviors"])
    def test_our_own_tasks(self, run, models, annotated, talks, quick, task):
        done = run(
            "train", task, "--data", annotated, "--models", models, "--fine-tune", "--promote", "--force"
        )
        assert done.code == 0, done.err
        m = figures(models / task / "versions" / "1")
        assert (m["compared_with"], m["base_head"]) == ("present", None)
        assert m["largest_logit_difference"] < 1e-3
        loaded = Classifiers.of(model_folders(models))
        assert loaded[task].own.sha256 == m["encoder"] != loaded.encoder.sha256
        assert len(predictions(run, talks, models)) == 20

    def test_a_base_of_another_kind_is_told(self, run, reviews, tmp_path):
        plain = tiny.build(tmp_path / "plain")
        done = run("train", "评价", "--data", reviews, "--models", plain, "--fine-tune")
        assert (done.code, "cannot be fine-tuned" in done.err) == (2, True), done.err

    def test_interrupted_it_leaves_everything_as_it_was(self, run, models, reviews, monkeypatch):
        def stopped(*_):
            raise KeyboardInterrupt

        before = everything(models)
        monkeypatch.setattr(tuning, "_loss_on", stopped)
        done = run("train", "评价", "--data", reviews, "--models", models, "--fine-tune", "--promote")
        assert (done.code, everything(models)) == (130, before)
        assert not torch.are_deterministic_algorithms_enabled()


class TestAForeignEncoder:
    @pytest.fixture
    def trained(self, run, models, reviews, foreign, quick):
        """A version in use; trained once, then copied."""
        kept = foreign.parent / "kept"
        if not kept.exists():
            done = run("train", "评价", "--data", reviews, "--models", models, "--promote", "--lang", "en",
                       "--fine-tune", "--base", foreign)  # fmt: skip
            assert done.code == 0, done.err
            shutil.copytree(models / "评价", kept)
        shutil.copytree(kept, models / "评价", dirs_exist_ok=True)
        return models / "评价" / "versions" / "1"

    def test_tune_promote_and_score(self, run, models, trained, talks):
        files = {"config.json", "model.onnx", "tokenizer.json", "LICENSE"}
        assert {p.name for p in (trained / "encoder").iterdir()} == files
        m = figures(trained)
        assert m["new"]["macro_f1"]["point"] > 0.8
        assert m["tuned"]["labels_agree"] >= tuning.AGREE or not m["tuned"]["whole_numbers"]
        card = (trained / "README.md").read_text("utf-8")
        assert "fine-tuned from tiny-bert (bert)" in card and "encoder/LICENSE" in card
        found = predictions(run, talks, models)
        assert found == predictions(run, talks, models, "--workers", 2)
        assert any(p["task"] == "评价" for one in found for p in one)

    def test_a_text_has_the_same_vector_in_any_company(self, trained):
        encoder = OwnEncoder(trained / "encoder")
        some = ["太慢了", "", "物流很快" * 40, "🙂 zzz"]
        together = encoder.vectors(some)
        alone = np.concatenate([OwnEncoder(trained / "encoder").vectors([text]) for text in some])
        assert np.array_equal(together, alone) and np.isfinite(alone).all()

    @pytest.mark.parametrize("name", ["tokenizer.json", "model.onnx", "config.json"])
    def test_an_altered_file_is_refused(self, run, models, trained, name):
        path = trained / "encoder" / name
        path.write_bytes(path.read_bytes() + b" ")
        done = run("check", "--models", models)
        assert (done.code, f"{name}: sha256 is" in done.err) == (2, True), done.err

    def test_a_missing_file_is_told(self, run, models, trained):
        (trained / "encoder" / "tokenizer.json").unlink()
        done = run("check", "--models", models)
        assert (done.code, "tokenizer.json: No such file" in done.err) == (2, True), done.err

    def test_a_file_that_is_no_tokenizer_is_not_put_in_use(self, run, models, trained):
        own = trained / "encoder"
        (own / "tokenizer.json").write_text('{"model": 3}')
        for folder, name in ((own, "tokenizer.json"), (trained, "encoder/config.json")):
            config = json.loads((folder / "config.json").read_text("utf-8"))
            config["files"][name] = digest(folder / name)
            config |= {"encoder": digest(own / "config.json")} if folder == trained else {}
            (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        run("models", "use", "评价", "shipped", "--models", models)
        done = run("models", "use", "评价", "1", "--models", models)
        assert (done.code, "not a tokenizer" in done.err) == (2, True), done.err

    def test_without_tokenizers_the_extra_is_named(self, run, models, trained, monkeypatch):
        monkeypatch.setitem(sys.modules, "tokenizers", None)
        done = run("check", "--models", models)
        assert (done.code, "(package tokenizers) needs the extra 'train'" in done.err) == (2, True), done.err

    def test_weights_that_do_not_fit_are_refused(self, run, models, reviews, foreign, tmp_path):
        base = tmp_path / "base"
        base.mkdir()
        for path in foreign.iterdir():
            (base / path.name).write_bytes(path.read_bytes())
        config = json.loads((base / "config.json").read_text())
        (base / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))
        arguments = ("train", "评价", "--data", reviews, "--models", models, "--fine-tune", "--base", base)
        done = run(*arguments)
        assert (done.code, "its weights do not fit config.json: encoder.layer.2" in done.err) == (2, True)
        (base / "config.json").write_text(json.dumps(config))
        (base / "vocab.txt").write_text("\n".join([*WORDS, "more"]), encoding="utf-8")
        assert "its tokenizer has" in run(*arguments).err
        (base / "tokenizer.json").write_text("{}")
        assert "not a tokenizer" in run(*arguments).err
        (base / "model.safetensors").write_bytes(b"\x80\x04K\x01.")
        assert "cannot be loaded" in run(*arguments).err
        assert not Store(models).tasks()


@pytest.mark.parametrize("kind", ["ours", "foreign"])
def test_the_written_encoder_is_the_tuned_network(kind, models, foreign, tmp_path, monkeypatch, quick):
    """Exact for a foreign one with weights as floats; ours are whole numbers always."""
    monkeypatch.setattr(tuning, "AGREE", 2.0)
    base = Base(foreign, True, None) if kind == "foreign" else Base(models / "encoder", False, None)
    labelled = gold("评价", read_labelled([write_csv(tmp_path / "a.csv", texts())]).dialogues)
    bodies = []
    monkeypatch.setattr(tuning, "_written", lambda model, *rest, of=tuning._written: bodies.append(model.body) or of(model, *rest))  # fmt: skip
    tuned = tuning.tune(labelled, base, 0, lambda done, total: None)
    for name, data in tuned.files.items():
        (tmp_path / name).write_bytes(data)
    some = [text for d in labelled.dialogues[:20] for text in said(d.utterances).texts] + [
        "您",
        "物流很快" * 40,
    ]
    with torch.no_grad():
        wanted = bodies[0](some).numpy()
    found = OwnEncoder(tmp_path).vectors(some)
    assert np.abs(found - wanted).max() < (1e-5 if kind == "foreign" else 0.1)
    assert tuned.facts["whole_numbers"] == (kind == "ours")


def test_it_learns_from_neighbours_and_skips_what_nobody_judged(models, tmp_path, quick):
    labelled = gold("behaviors", read_labelled([write_lines(tmp_path / "a.jsonl", dialogues(12))]).dialogues)
    tuned = tuning.tune(labelled, Base(models / "encoder", False, None), 0, lambda done, total: None)
    assert 0 < tuned.seen.sum() < len(tuned.seen)
    assert min(tuned.facts["losses"]) < tuned.facts["losses"][0]

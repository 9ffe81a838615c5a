"""The recipe on a handful of dialogues: train, settle, ship, measure; the same seed gives the same bytes."""

import json
import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")

from autoscorer.classify import Classifiers  # noqa: E402
from training import build  # noqa: E402
from training.corpora import Corpora, Side  # noqa: E402
from training.data import DATA, Dialogue, contacts, data_hash, load  # noqa: E402
from training.finetune import RATE, Tuned, predict  # noqa: E402
from training.noise import Noise  # noqa: E402
from training.pretrain import Alphabet, by_length, pretrain, schedule  # noqa: E402
from training.split import is_dev, part  # noqa: E402

pytestmark = pytest.mark.slow

SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture(scope="module")
def dialogues(tmp_path_factory):
    found = load(tmp_path_factory.mktemp("nothing"), clean=True)
    return [
        next(d for d in found if part(d.id) == p) for p in ("train", "calibration", "development")
    ] + found[:9]


def recipe(dialogues, out):
    torch.set_num_threads(1)
    unique = list({d.id: d for d in dialogues}.values())
    texts = [gold["text"] for d in unique for gold in d.golds]
    alphabet = Alphabet.of(texts)
    side = Side("lengths", texts, np.array([len(t) > 12 for t in texts], np.int64), "one", 2, 1.0, 1.0)
    network = pretrain(alphabet, [side], steps=3)
    material = build.Material(unique, contacts(unique, alphabet), [], alphabet)
    torch.manual_seed(0)
    judge = build._tuned(Tuned(network), material, ("train",), epochs=1, rate=RATE)
    made = build.Recipe(out, out, True, 3, 1)
    build._ship(made, material, judge, judge)
    return judge, material


def test_what_is_shipped_is_what_was_trained_and_the_same_each_time(dialogues, tmp_path):
    judge, material = recipe(dialogues, tmp_path / "a")
    recipe(dialogues, tmp_path / "b")
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert files
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)
    models = Classifiers.load(tmp_path / "a")
    assert set(models.tasks) == {"sentiment", "empathy", "behaviors", "quality"}
    metrics = json.loads((tmp_path / "a" / "behaviors" / "metrics.json").read_text())
    assert metrics["parity"]["same_decisions"] > 0.95
    opinion = models.read(material.dialogues[0].transcript())
    assert {p.task for p in opinion.predictions} == {"sentiment", "empathy"}
    assert set(opinion.ratings) == {"accomplishment", "satisfaction", "effectiveness"}
    exact = predict(judge, material.annotated[:1])["quality"][0]
    assert np.abs(np.array(list(opinion.ratings.values())) - exact).max() < 0.1


def test_the_parts_do_not_overlap_and_each_is_there(dialogues):
    found = load(DATA, clean=True)
    parts = {p: {d.id for d in found if part(d.id) == p} for p in ("train", "calibration", "development")}
    assert sum(map(len, parts.values())) == len({d.id for d in found})
    assert all(parts.values())
    assert all(is_dev(id) for id in parts["development"])


@pytest.mark.skipif(not (SHARED / "corpora").is_dir(), reason="needs ../shared")
def test_no_reply_that_was_labelled_is_from_a_development_chat():
    """Both are cut from the same chats. One sentence in common may be a template of the shop; two are the same chat."""
    found = load(SHARED)
    said = {d.id: {re.sub(r"\[[^\]]*\]|\W+", "", gold["text"]) for gold in d.golds} for d in found}
    counts = Counter(text for texts in said.values() for text in texts)
    rare = {text for text, n in counts.items() if len(text) >= 6 and n <= 4}
    chats = [said[d.id] & rare for d in found if is_dev(d.id) and d.corpus != "written"]
    replies = [said[d.id] & rare for d in found if d.corpus == "replies"]
    assert replies
    assert max(len(reply & chat) for reply in replies for chat in chats) < 2


def test_the_hash_of_the_data_sees_a_changed_label(dialogues):
    first = next(d for d in dialogues if not is_dev(d.id))
    changed = Dialogue(first.id, first.corpus, ({**first.golds[0], "sentiment": 9}, *first.golds[1:]))
    assert data_hash([first]) != data_hash([changed])


def test_noise_swaps_some_characters_by_others_of_their_sound():
    from pypinyin import lazy_pinyin

    characters = "是事市好号浩您宁请情青稍烧等登"
    ids = np.array([1, *[2, 5, 10, 13] * 50, 1])
    noisy = Noise(characters, 0)(ids)
    changed = np.flatnonzero(noisy != ids)
    assert 0 < len(changed) < 40
    assert all(lazy_pinyin(characters[noisy[i] - 2]) == lazy_pinyin(characters[ids[i] - 2]) for i in changed)


def test_batches_hold_each_text_once():
    batches = by_length([3, 50, 4, 4000, 2, 7000], random.Random(0))
    assert sorted(i for batch in batches for i in batch) == list(range(6))


def test_the_rate_rises_and_falls():
    rates = [schedule(step, 100, warm=10) for step in range(100)]
    assert rates[0] < rates[9] > rates[50] > rates[99] > 0


def test_clean_corpora_leave_out_all_others(tmp_path):
    clean = Corpora(tmp_path, clean=True)
    assert "reviews" not in clean
    assert list(clean.read("reviews")) == []

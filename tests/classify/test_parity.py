"""What is shipped says what was trained, and the same in any company: alone, in a batch, in any process."""

import numpy as np
import pytest

import autoscorer as asr
from autoscorer import resources
from autoscorer.classify import Classifier, Classifiers
from autoscorer.classify.features import ids, turns
from autoscorer.classify.folder import LABELS, labels
from training import build, export
from training.evaluate import decide
from training.tune import probabilities

TASKS = list(LABELS)
SAMPLES = resources.PACKAGE.parent / "data" / "samples"


@pytest.fixture(scope="session")
def shipped():
    return Classifiers.load(resources.models_dir())


@pytest.mark.parametrize("task", TASKS)
class TestTrainedAndExported:
    def test_logits_differ_by_the_rounding_to_int8_alone(self, built, written, table, task):
        """A row of k features is a sum of k weights over sqrt(k), each rounded by at most half a step."""
        exact, model = built[task].logits(table), Classifier.load(written / task)
        counts = np.array([max(1, len(ids(grams, built[task].vocabulary))) for grams in table.grams])
        step = export.quantize(built[task].model).scale
        gap = np.abs(model.logits(table.grams) - exact)
        assert (gap <= np.sqrt(counts)[:, None] * step / 2 + 1e-4).all()
        assert gap.max() > 0  # rounding there is

    def test_the_graph_is_the_integer_sum(self, built, written, table, task):
        """The same as plain numpy on the rounded weights."""
        rounded, model = export.quantize(built[task].model), Classifier.load(written / task)
        rows = [ids(grams, built[task].vocabulary) for grams in table.grams[:50]]
        sums = np.stack([rounded.table[row].astype(np.int64).sum(axis=0) for row in rows])
        scale = np.array([[1 / np.sqrt(max(1, len(row)))] for row in rows])
        found = model.logits(table.grams[:50])
        np.testing.assert_allclose(found, sums * rounded.scale * scale + rounded.bias, rtol=1e-5, atol=1e-5)

    def test_probabilities_and_decisions(self, built, written, table, task):
        exact, model = built[task].logits(table), Classifier.load(written / task)
        found = model.probabilities(table.grams)
        wanted = probabilities(exact, exclusive=built[task].exclusive)
        np.testing.assert_allclose(found, wanted, atol=0.05)
        if built[task].exclusive:
            np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
        limits = np.array(model.config.thresholds)
        assert (limits == built[task].thresholds).all()
        same = decide(task, found, limits) == decide(task, wanted, limits)
        assert same.all(axis=1).mean() > 0.99

    def test_it_has_learnt_its_labels(self, written, table, task):
        """The tiny set is easy: nearly every training row is decided as it is labelled."""
        from training.data import targets

        model, gold = Classifier.load(written / task), targets(table.golds, task)
        judged = table.train & ~np.isnan(gold).all(axis=1)
        found = decide(task, model.probabilities(table.grams), np.array(model.config.thresholds))
        right = ((found == (gold > 0)) | np.isnan(gold)).all(axis=1)
        assert right[judged].mean() > 0.9

    @pytest.mark.slow
    def test_two_builds_give_the_same_bytes(self, written, table, tmp_path, task):
        build.write(tmp_path / task, build.build(task, table), data="0" * 64)
        for path in (tmp_path / task).iterdir():
            assert path.read_bytes() == (written / task / path.name).read_bytes()


@pytest.mark.models
@pytest.mark.parametrize("task", TASKS)
def test_a_turn_gets_the_same_bits_in_any_company(shipped, task):
    """Alone, in batches of any size, in another order, beside a very long turn."""
    found = [t for item in asr.read_many([SAMPLES]) for t in turns(item.utterances)]
    grams, model = [turn.grams for turn in found][:300], shipped[task]
    long = turns((asr.Utterance("agent", "请您先重启，再看看灯。" * 60),))[0].grams
    whole = model.probabilities(grams)
    for size in (1, 2, 15, 17, 64, 65):
        parts = [model.probabilities(grams[at : at + size]) for at in range(0, len(grams), size)]
        assert np.concatenate(parts).tobytes() == whole.tobytes()
    assert model.probabilities(grams[::-1])[::-1].tobytes() == whole.tobytes()
    assert model.probabilities([long, *grams])[1:].tobytes() == whole.tobytes()
    assert whole.shape == (len(grams), len(labels(task)))


@pytest.mark.models
@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_results():
    one = list(asr.score_many([SAMPLES], scorer=asr.Scorer()))
    two = list(asr.score_many([SAMPLES], scorer=asr.Scorer(), workers=2))
    assert len(one) > 30 and one == two


def test_nothing_to_judge(written):
    model = Classifier.load(written / "sentiment")
    assert model.probabilities([]).shape == (0, 3)
    assert model.predict(asr.Transcript("t", (asr.Utterance("agent", "您好"),), "memory")) == ()
    odd = asr.Transcript(
        "t", tuple(asr.Utterance("customer", t) for t in (" ", "😀", "x" * 90_000)), "memory"
    )
    assert [p.turn for p in model.predict(odd)] == [0, 1, 2]

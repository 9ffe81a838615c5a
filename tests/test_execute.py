"""Many inputs: in order, none lost, none doubled; one that fails does not stop the others."""

import multiprocessing
import os
import pickle
import signal
from dataclasses import replace

import pytest

from autoscorer import Failure, Scorecard, Scorer, ScorerSpec, score_many
from autoscorer.record import to_record
from tests.contacts import contact


def talks(count):
    talk = contact("c 你好，我要退货", "a 您好，我来帮您办理")
    return [replace(talk, id=f"t{i}") for i in range(count)]


def names(results):
    return [r.analysis.transcript.id if isinstance(r, Scorecard) else r.id or r.source for r in results]


def test_inputs_of_every_kind_in_order(plain_scorer, tmp_path):
    (tmp_path / "b.txt").write_text("客户：你好\n客服：您好\n", encoding="utf-8")
    (tmp_path / "d.txt").write_text("", encoding="utf-8")
    bad = Failure("x", "read", "empty", "empty")
    first, last = talks(2)
    found = list(score_many([first, bad, tmp_path, str(tmp_path / "b.txt"), last], scorer=plain_scorer))
    assert names(found) == ["t0", "x", "b", (tmp_path / "d.txt").as_posix(), "b", "t1"]
    assert found[1] is bad


def test_nothing_in_nothing_out(plain_scorer):
    assert list(score_many([], scorer=plain_scorer)) == []


def test_results_come_one_at_a_time(plain_scorer):
    asked = []
    results = score_many((asked.append(t.id) or t for t in talks(5)), scorer=plain_scorer)
    next(results)
    assert asked == ["t0"]


def test_what_goes_wrong_inside_is_a_failure(plain_scorer, monkeypatch):
    analyze = plain_scorer.analyze

    def breaks(transcript):
        if transcript.id == "t1":
            raise ZeroDivisionError("by \x1b[2J chance " + "x" * 500)
        return analyze(transcript)

    monkeypatch.setattr(plain_scorer, "analyze", breaks)
    found = list(score_many(talks(3), scorer=plain_scorer))
    assert names(found) == ["t0", "t1", "t2"]
    assert (found[1].stage, found[1].code, found[1].id) == ("analyze", "internal", "t1")
    assert found[1].message.startswith("unexpected ZeroDivisionError: by")
    assert len(found[1].message) <= 300
    assert isinstance(found[0], Scorecard) and isinstance(found[2], Scorecard)


def test_an_interruption_is_no_failure(plain_scorer, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(plain_scorer, "analyze", interrupted)
    with pytest.raises(KeyboardInterrupt):
        plain_scorer.result(talks(1)[0])


def test_nothing_applicable_is_a_failure(tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text(
        "id: r\nversion: 1\ngrades: [{name: x, at_least: 0}]\nsections:\n  - id: s\n    name: s\n    weight: 100\n"
        "    criteria: [{id: c, name: c, points: 1, met: {task: sentiment, label: positive}}]\n"
    )
    (result,) = score_many(talks(1), scorer=Scorer(path, use_models=False))
    assert (result.code, result.stage, result.id, result.source) == (
        "nothing_applicable",
        "score",
        "t0",
        "memory",
    )


def test_the_spec_is_small_picklable_and_builds_the_same(plain_scorer):
    spec = pickle.loads(pickle.dumps(plain_scorer.spec))
    assert spec == plain_scorer.spec
    assert replace(spec, models=None) == ScorerSpec(use_models=False)
    (transcript,) = talks(1)
    assert spec.build().score(transcript) == plain_scorer.score(transcript)


def test_results_are_picklable(plain_scorer):
    card = plain_scorer.score(talks(1)[0])
    assert pickle.loads(pickle.dumps(card)) == card


def test_a_rescored_analysis_is_the_same(plain_scorer):
    card = plain_scorer.score(talks(1)[0])
    assert plain_scorer.rescore(card.analysis) == card
    assert plain_scorer.result(card.analysis) == card


def test_without_models_they_are_not_loaded_and_said_so(plain_scorer):
    card = plain_scorer.score(talks(1)[0])
    assert card.analysis.predictions == ()
    assert card.analysis.provenance["models"] == {}
    assert {d.source.split(":")[0] for d in card.analysis.detections} == {"rule"}


@pytest.mark.slow
def test_workers_give_the_same_in_the_same_order(plain_scorer):
    items = [*talks(70), Failure("x", "read", "empty", "empty"), *talks(40)]
    alone = [to_record(r) for r in score_many(items, scorer=plain_scorer)]
    shared = [to_record(r) for r in score_many(items, scorer=plain_scorer, workers=2)]
    assert shared == alone


@pytest.mark.slow
def test_workers_take_no_more_than_they_need(plain_scorer):
    """A bounded number of inputs is on its way, however many there are."""
    asked = []
    results = score_many((asked.append(t.id) or t for t in talks(2000)), scorer=plain_scorer, workers=2)
    next(results)
    assert len(asked) <= 6 * 32
    results.close()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_a_worker_that_dies_loses_nothing(plain_scorer):
    results = score_many(talks(400), scorer=plain_scorer, workers=2)
    found = [next(results)]
    for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGKILL)
    found += results
    assert names(found) == [f"t{i}" for i in range(400)]
    assert all(isinstance(r, Scorecard) for r in found)

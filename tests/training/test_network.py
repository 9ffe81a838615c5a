"""The encoder and the heads: what torch trains is what onnxruntime runs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs the extra train")

from autoscorer.classify.features import joined  # noqa: E402
from autoscorer.classify.folder import session  # noqa: E402
from autoscorer.learn.network import PADDING, Network, Shape, from_onnx, padded, to_onnx  # noqa: E402
from training.heads import Head  # noqa: E402
from training.heads import to_onnx as head_to_onnx  # noqa: E402
from training.tune import Mix  # noqa: E402
from training.wide import BUCKETS, Wide, matrix  # noqa: E402

SHAPE = Shape(characters=50, lookup=8, channels=12, size=16)
ROWS = [np.array([1, *range(2, 2 + n), 1], np.int64) for n in (0, 1, 2, 5, 20, 40)]


def vectors(run, rows):
    """What a graph gives for some texts at once."""
    lengths = np.array(list(map(len, rows)))
    feed = {"ids": np.concatenate(rows), "text": np.repeat(np.arange(len(rows)), lengths), "lengths": lengths}
    return run.run(None, feed)[0]


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Network(SHAPE).eval()


@pytest.fixture(scope="module")
def shipped(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("encoder") / "model.onnx"
    path.write_bytes(to_onnx(network, ROWS).SerializeToString(deterministic=True))
    return path


def test_the_graph_gives_what_the_network_gives_but_for_rounding(network, shipped):
    with torch.no_grad():
        exact = network(padded(ROWS)).numpy()
    found = vectors(session(shipped), ROWS)
    assert np.abs(found - exact).max() < 0.03
    assert found.shape == (len(ROWS), SHAPE.size)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.integers(0, 49), max_size=40), min_size=1, max_size=20))
def test_a_text_has_the_same_bits_in_any_company(shipped, texts):
    rows, run = [np.array([1, *text, 1], np.int64) for text in texts], session(shipped)
    alone = np.concatenate([vectors(run, [row]) for row in rows])
    assert (vectors(run, rows) == alone).all()
    assert (vectors(run, rows[::-1]) == alone[::-1]).all()


def test_scales_do_not_hang_on_dropout(network):
    kept = to_onnx(network, ROWS)
    network.train()
    try:
        assert to_onnx(network, ROWS) == kept
    finally:
        network.eval()


def test_a_text_has_the_same_vector_alone_and_beside_a_longer_one(network):
    with torch.no_grad():
        alone, beside = network(padded(ROWS[2:3])), network(padded(ROWS))[2:3]
    assert torch.allclose(alone, beside, atol=1e-6)


def test_padding_stands_behind_the_end():
    assert padded(ROWS[:2]).tolist() == [[1, 1, PADDING], [1, 2, 1]]


def test_a_shipped_encoder_can_be_trained_further(network, shipped):
    again = from_onnx(shipped).eval()
    with torch.no_grad():
        assert np.abs((again(padded(ROWS)) - network(padded(ROWS))).numpy()).max() < 0.03


def test_another_graph_is_not_an_encoder(tmp_path):
    path = tmp_path / "head.onnx"
    path.write_bytes(head_to_onnx(Head(4, 2, 3), Mix.none(2)).SerializeToString())
    with pytest.raises(ValueError, match="not an encoder of this kind"):
        from_onnx(path)


def test_the_same_network_gives_the_same_bytes(network):
    first, second = (to_onnx(network, ROWS).SerializeToString(deterministic=True) for _ in range(2))
    assert first == second


def test_a_head_mixes_rows_and_ngrams_as_fitted(tmp_path):
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    head, mix = (
        Head(6, 3, 4).eval(),
        Mix(np.array([0.5, 1, 2]), np.array([1, 0.5, 0.2]), np.array([0.1, 0, -1])),
    )
    wide = Wide(rng.normal(size=(BUCKETS, 3)), np.array([0.0, 1.0, -1.0]))
    rows = rng.normal(size=(5, 6)).astype(np.float32)
    grams = [
        np.sort(rng.choice(np.arange(1, BUCKETS), n, replace=False)).astype(np.int32)
        for n in (1, 3, 9, 2, 30)
    ]
    with torch.no_grad():
        expected = mix.apply(head(torch.from_numpy(rows)).numpy(), wide.logits(grams))
    path = tmp_path / "model.onnx"
    path.write_bytes(head_to_onnx(head, mix, wide).SerializeToString())
    read, run = joined(grams), session(path)
    found = run.run(None, {"rows": rows, **read})[0]
    assert np.abs(found - expected).max() < 0.1
    one = {"rows": np.zeros((1, 6), np.float32), **read, "scale": np.ones((1, 1), np.float32)}
    (words,) = run.run(["words"], one)
    assert np.abs(words - (matrix(grams) @ (wide.weights * mix.wide)) / read["scale"]).max() < 0.1
    assert matrix(grams).sum() == pytest.approx(sum(np.sqrt(len(row)) for row in grams))

"""A turn has the same result in any company: alone, beside others, in any order, in any process."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autoscorer as asr
from autoscorer import resources
from autoscorer.classify import Classifiers
from autoscorer.classify.encoder import Encoder
from autoscorer.classify.features import (
    BUCKETS,
    HEAD,
    PLACES,
    TAIL,
    clean,
    grams,
    grams_of,
    joined,
    neighbours,
    places,
    rows,
    said,
    width,
)  # fmt: skip
from autoscorer.classify.folder import LABELS
from autoscorer.classify.model import ROWS

SAMPLES = resources.PACKAGE.parent / "data" / "samples"
EVERY = dict.fromkeys(LABELS["behaviors"]["agent"] + LABELS["behaviors"]["customer"], -math.inf)


@pytest.fixture(scope="module")
def shipped():
    return Classifiers.load(resources.models_dir())


@pytest.fixture(scope="module")
def contacts():
    return [t for t in asr.read_many([SAMPLES]) if isinstance(t, asr.Transcript)]


def opinion(models, contact):
    found = models.read(contact)
    return (
        found.predictions,
        dict(found.ratings),
        found.logits(EVERY, ()),
    )


def test_a_contact_has_the_same_bits_first_last_and_again(shipped, contacts):
    forward = [opinion(shipped, contact) for contact in contacts]
    fresh = Classifiers.load(resources.models_dir())
    backward = [opinion(fresh, contact) for contact in reversed(contacts)]
    assert forward == backward[::-1]


def test_every_label_has_its_probability_and_role(shipped, contacts):
    for contact in contacts:
        for p in shipped.read(contact).predictions:
            assert contact.utterances[p.turn].role == {"sentiment": "customer", "empathy": "agent"}[p.task]
            assert 0 < p.probability <= 1


def test_a_clause_lies_in_its_turn(shipped, contacts):
    for contact in contacts[:8]:
        for turn, utterance in enumerate(contact.utterances):
            if utterance.role == "agent":
                ((start, end),) = shipped.read(contact).clauses([(turn, "solution")])
                assert 0 <= start < end <= len(utterance.text)


def test_a_contact_of_notices_has_no_opinion(shipped):
    contact = asr.Transcript("t", (asr.Utterance("system", "已接入"),), source="memory")
    found = shipped.read(contact)
    assert (found.predictions, dict(found.ratings), found.logits(EVERY, ())) == ((), {}, [])


def test_vectors_of_sentences_have_unit_length_and_like_ones_are_near(shipped):
    vectors = shipped.encoder.encode(["请您稍等一下", "麻烦您稍等", "我要投诉你们", ""])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


LONG = st.text(st.sampled_from("您好请问订单a0，。？😀\x02"), max_size=160)


@settings(max_examples=60, deadline=None)
@given(st.lists(LONG | st.text(max_size=30), min_size=1, max_size=40))
def test_a_vector_has_the_same_bits_in_any_company(shipped, texts):
    run = shipped.encoder.run
    alone = np.concatenate([run([text]) for text in texts])
    assert (run(texts) == alone).all()
    assert (run(texts[::-1]) == alone[::-1]).all()


def test_texts_that_fill_several_runs_come_back_in_order(shipped):
    texts = [f"第{'很' * n}好" for n in range(90)] * 2
    fresh = Encoder.load(resources.models_dir() / "encoder")
    assert (fresh.vectors(texts) == np.concatenate([fresh.run([text]) for text in texts])).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(LONG, min_size=1, max_size=12))
def test_ngrams_made_together_are_those_made_alone(texts):
    for together, text in zip(grams_of(texts), texts, strict=True):
        assert together.tolist() == grams(text).tolist()


TALK = [
    ("agent", "您好"),
    ("customer", "订单没到"),
    ("customer", "订单还没到"),
    ("agent", "您的订单没到是吗"),
    ("customer", "对"),
]


def talk(pairs=TALK):
    return said([asr.Utterance(role, text) for role, text in pairs])


def test_neighbours_are_the_turn_before_after_and_the_other_partys_last():
    assert neighbours(talk().roles) == [(-1, 1, -1), (0, 2, -1), (1, 3, 0), (2, 4, 1), (3, -1, 2)]


def test_places_tell_who_speaks_where_and_what_was_said_before():
    found = [dict(zip(PLACES, row, strict=True)) for row in places(talk())]
    assert [row["agent"] for row in found] == [1, 0, 0, 1, 0]
    assert (found[0]["first"], found[4]["last"], found[4]["own_last"]) == (1, 1, 1)
    assert found[2]["said_before"] > 0.4 > found[1]["said_before"]
    assert found[3]["covered"] > 0.3 and found[3]["question"] == 1
    assert found[4]["said_before"] == 0


def test_notices_are_nobodys_neighbours():
    noticed = talk([TALK[0], ("system", "客户已进入"), *TALK[1:]])
    assert noticed.turns == (0, 2, 3, 4, 5)
    assert (noticed.roles, noticed.texts) == (talk().roles, talk().texts)


def test_rows_have_their_width():
    assert rows(np.ones((5, 7), np.float32), talk()).shape == (5, width(7))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=900))
def test_any_text_is_cut_and_hashed_within_bounds(text):
    short = clean(text)
    found = grams(short)
    assert len(short) <= HEAD + TAIL
    assert (found > 0).all() and (found < BUCKETS).all()
    assert (np.diff(found) > 0).all()


def test_ngrams_are_joined_and_owned():
    found = joined([grams("您好"), grams("")])
    assert found["grams"].tolist() == [*grams("您好"), *grams("")]
    assert found["owns"].tolist() == [[1] * 8 + [0], [0] * 8 + [1]]
    assert found["scale"].tolist() == [[pytest.approx(8**-0.5)], [1.0]]
    assert {name: value.shape for name, value in joined([]).items()} == {
        "grams": (0,), "owns": (0, 0), "scale": (0, 1),
    }  # fmt: skip


def test_a_contact_longer_than_a_run_has_the_labels_of_its_turns(shipped):
    said = tuple(asr.Utterance("customer", f"第{i}次催了，太慢了") for i in range(2 * ROWS + 3))
    found = shipped.read(asr.Transcript("t", said, source="memory"))
    assert [p.turn for p in found.predictions if p.task == "sentiment"] == list(range(len(said)))

"""`similar` by sense: the shipped encoder knows the same request in other words."""

import pytest

from autoscorer.detect import Detector
from autoscorer.pipeline import encoder_of

from .books import SEGMENTER, book, contact

MORE = "请问还有其他需要帮助的吗"
SAID = [
    ("a 还有什么要我做的没", True),
    ("a 好的，您看看别的还有没有问题", True),
    ("a 还有三天到货", False),
    ("a 请提供一下订单号", False),
    ("a 您好，很高兴为您服务", False),
]


@pytest.fixture(scope="module")
def detector(tmp_path_factory):
    rules = [{"match": {"similar": {"examples": [MORE], "threshold": 0.5}}}]
    small = book(tmp_path_factory.mktemp("sense"), rules)
    return Detector(small, SEGMENTER, encoder_of(small))


@pytest.mark.models
@pytest.mark.parametrize(("turn", "found"), SAID)
def test_other_words_for_the_same(detector, turn, found):
    assert bool(detector.detect(contact(turn))) is found


@pytest.mark.models
def test_the_sentence_is_quoted(detector):
    (found,) = detector.detect(contact("a 好的，您看看别的还有没有问题"))
    assert found.text == "您看看别的还有没有问题"


@pytest.mark.parametrize(
    ("similar", "needed"),
    [("{examples: [甲]}", True), ("{examples: [甲], by: wording}", False)],
)
def test_the_encoder_is_loaded_only_where_it_is_needed(tmp_path, similar, needed):
    for rules, head in (
        (f"[{{match: {{any: [{{similar: {similar}}}, {{phrases: [乙]}}]}}}}]", {}),
        ("[{match: like}]", {"conditions": {"like": {"similar": {"examples": ["甲"], "by": "sense" if needed else "wording"}}}}),
    ):  # fmt: skip
        small = book(tmp_path, rules, **head)
        assert (small.by_sense, encoder_of(small) is not None) == (needed, needed)

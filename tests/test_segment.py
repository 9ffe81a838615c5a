"""Words join to the text; service words stay whole; the process-wide jieba is left alone."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoscorer import Segmenter, resources

SEGMENTER = Segmenter()
PIECES = [
    "您好",
    "，",
    "请稍等",
    "退款",
    "工號",
    "ＡＢＣ",
    "12.5",
    " ",
    "\u3000",
    "\r\n",
    "🙂",
    "…",
    "https://a.b",
]
TEXT = st.text(st.characters(), max_size=30) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@settings(deadline=None)
@given(TEXT)
def test_words_join_to_the_text(text):
    words = SEGMENTER.words(text)
    assert "".join(words) == text
    assert all(words)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | TEXT.filter(str.isprintable))
def test_a_doc_has_the_text_given(text):
    doc = SEGMENTER.doc(text)
    assert doc.text == text
    assert [(token.idx, token.text) for token in doc] == list(_placed(SEGMENTER.words(text)))


def _placed(words):
    at = 0
    for word in words:
        yield at, word
        at += len(word)


@settings(deadline=None)
@given(TEXT)
def test_borders_are_where_words_begin_and_end(text):
    starts = {at for at, _ in _placed(SEGMENTER.words(text))}
    assert SEGMENTER.borders(text) == starts | {len(text), 0}


USER_WORDS = [
    line.split()[0] for line in (resources.DATA / "words.txt").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("frame", ["{}", "请问{}吗", "我的{}呢，快点"])
def test_service_words_stay_whole(frame):
    cut = [w for w in USER_WORDS if w not in SEGMENTER.words(frame.format(w))]
    assert cut == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("七天无理由退货", ["七天无理由", "退货"]),
        ("帮我催单", ["帮", "我", "催单"]),
        ("幫我轉接人工客服", ["幫", "我", "轉接", "人工客服"]),
        ("我的訂單號是多少", ["我", "的", "訂單號", "是", "多少"]),
        ("", []),
    ],
)
def test_examples(text, words):
    assert SEGMENTER.words(text) == words


def test_the_global_jieba_is_left_alone():
    """In a new process, where nothing else has loaded it: not initialized, and without our words."""
    code = (
        "import autoscorer, jieba\n"
        "autoscorer.Segmenter().words('七天无理由退货')\n"
        "assert not jieba.dt.initialized\n"
        "assert not jieba.dt.user_word_tag_tab and not jieba.user_word_tag_tab\n"
        "assert '七天无理由' not in jieba.lcut('七天无理由退货')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

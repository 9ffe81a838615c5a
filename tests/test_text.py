"""Normalization keeps the length of any text; patterns written for shown text match normalized text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscorer.text import compile_pattern, normalize

ANY = st.text(st.characters(), max_size=60)  # all code points, lone surrogates included
CHINESE = st.text(
    st.sampled_from("請问您體验ＡＢｃ１２，。！…（）㎡ﬁⅧ①½ İß\u3000\t\ud800🙂發鐘"), max_size=40
)


@given(ANY | CHINESE)
def test_length_stays_and_twice_is_once(text):
    once = normalize(text)
    assert len(once) == len(text)
    assert normalize(once) == once


@given(ANY | CHINESE, ANY | CHINESE)
def test_each_character_is_normalized_by_itself(left, right):
    assert normalize(left + right) == normalize(left) + normalize(right)


def test_no_character_of_unicode_changes_twice():
    every = "".join(map(chr, range(0x32000)))
    once = normalize(every)
    assert len(once) == len(every)
    assert [c for c, d in zip(every, once, strict=True) if normalize(d) != d] == []


@pytest.mark.parametrize(
    ("shown", "normal"),
    [
        ("", ""),
        ("請問您要退貨嗎", "请问您要退货吗"),
        ("ＶＩＰ客戶１２３", "vip客户123"),
        ("（您好），！？：；", "(您好),!?:;"),
        ("您好。……", "您好。……"),  # NFKC would make three points of each
        ("全\u3000角", "全 角"),
        ("㎡", "㎡"),  # NFKC would make two characters
        ("İ", "İ"),  # lower case would make two
        ("①號", "1号"),
        ("🙂\ud83d", "🙂\ud83d"),
        ("已经是简体", "已经是简体"),
    ],
)
def test_examples(shown, normal):
    assert normalize(shown) == normal


@pytest.mark.parametrize(
    ("pattern", "hits", "misses"),
    [
        ("（VIP）您好", ["（vip）您好", "(VIP)您好"], ["VIP您好"]),
        ("(VIP)?您好", ["您好", "vip您好"], ["您们好"]),
        ("多少？", ["多少？", "多少?"], ["多少", "多"]),
        ("[Ａ-Ｃ]座", ["b座", "Ｂ座", "C座"], ["d座"]),
        ("APP", ["app", "ＡＰＰ", "App"], ["ap"]),
        (r"工号\d{3}", ["工号123", "工号１２３", "工號456"], ["工号12", "工号abc"]),
        (r"\S\D好", ["您您好"], [" 您好", "您1好"]),
        ("請稍等", ["请稍等", "請稍等"], ["请等"]),
        (r"^您好[，。]", ["您好，", "您好,"], ["喂您好，", "您好"]),
        ("1．5元", ["1．5元", "1.5元"], ["1x5元"]),
        ("＊", ["＊", "*"], ["x", ""]),
    ],
)
def test_patterns(pattern, hits, misses):
    compiled = compile_pattern(pattern)
    assert [text for text in hits if not compiled.search(normalize(text))] == []
    assert [text for text in misses if compiled.search(normalize(text))] == []


@pytest.mark.parametrize("pattern", ["(您好", "您好)", "[a", "*", "a{2,1}", "(?P<x>a)(?P<x>b)", "\\"])
def test_a_bad_pattern_is_an_error(pattern):
    with pytest.raises(re.error):
        compile_pattern(pattern)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_escaped_text_finds_itself(text):
    """Any text, escaped as regex syntax asks, is found in its own normal form."""
    assert compile_pattern(re.escape(text)).search(normalize(text))

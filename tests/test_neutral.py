"""Words that tell who somebody is do not reach the classifiers; all others do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscorer.neutral import SAME, neutral


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("请问是陈女士吗", "请问是周先生吗"),
        ("我姓欧，她在上海", "我姓赵，他在广州"),
        ("客服小李，工号8021为您服务", "客服小高，工号3310为您服务"),
        ("工号六六三一", "工号零二八五"),
        ("我叫马文兵，电话", "我叫廖芳艳，电话"),
        ("张师傅到黑龙江了", "王师傅到内蒙古了"),
    ],
)
def test_the_same_for_all(one, other):
    assert neutral(one) == neutral(other)


@pytest.mark.parametrize(
    "text",
    ["还有其他问题吗", "吉他坏了", "订单8021没到", "小时候", "提高经验", "姓名和电话", "我是小王子的粉丝吗"],
)
def test_what_says_nothing_of_anyone_stays(text):
    assert neutral(text).replace("王", text[3] if text.startswith("我是小") else "王") == text


@given(st.text(st.sampled_from("".join([*SAME, "陈女士其他工号8零一，您好她广州内蒙古姓小客服\n ab"]))))
def test_length_stays_and_twice_is_once(text):
    assert len(neutral(text)) == len(text)
    assert neutral(neutral(text)) == neutral(text)

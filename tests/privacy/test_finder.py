"""What is private is found, and nothing else: measured on cases of our own."""

import pytest

from autoscorer.privacy import find
from tests.privacy.measure import cases, count, found

PARTS = ("tuned", "held")


@pytest.mark.parametrize("part", PARTS)
def test_precision_and_recall(part):
    right, wrong, missed = (found.total() for found in count(cases(part)))
    assert right / (right + wrong) >= 0.97
    assert right / (right + missed) >= 0.95


def test_there_are_enough_cases_of_each_sort():
    everything = [case for part in PARTS for case in cases(part)]
    assert len(everything) >= 300
    assert len({case.text + case.before for case in everything}) == len(everything)
    assert sum(not case.private for case in everything) >= 120
    kinds = {kind for case in everything for *_, kind in case.private}
    assert kinds == {"身份证", "电话", "银行卡", "邮箱", "车牌", "微信", "QQ", "姓名"}


@pytest.mark.parametrize("case", [c for c in cases("tuned") if not c.private], ids=lambda case: case.text)
def test_what_is_not_private_stays(case):
    assert found(case) == frozenset()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("+86-138-0013-8000", "13800138000"),
        ("幺三八，零零幺三，八零零零", "13800138000"),
        ("（０１０）６２３４５６７８", "01062345678"),
        ("身份证11010519800512108x", "11010519800512108X"),
        ("11010519800512108叉", "11010519800512108X"),
        ("沪a·b1234", "沪AB1234"),
        ("ZhangSan@163.COM", "zhangsan@163.com"),
        ("zhangsan艾特163点com", "zhangsan@163.com"),
    ],
)
def test_one_value_however_it_is_written(text, value):
    assert [f.value for f in find(text)] == [value]


def test_check_digits_count():
    assert [f.kind for f in find("110101199003077520")] == ["身份证"]
    assert find("110101199003077521") == []
    assert [f.kind for f in find("6225880123456783")] == ["银行卡"]
    assert find("6225880123456784") == []


@pytest.mark.parametrize(
    "text", ["一" * 20_000, "1 " * 10_000, "138，" * 6_000, "王先生" * 6_000, "我是" * 10_000, "a@" * 10_000,
             "微信" * 10_000, "姓名：" * 6_000, "嗯一" * 10_000, "1." * 10_000, "订单" * 10_000, "京A" * 10_000],
    ids=lambda text: text[:4],
)  # fmt: skip
def test_long_and_hostile_texts_are_done_in_time(text):
    """Time grows with the length, not with its square: a text four times as long takes no ten times longer."""
    from time import process_time

    def seconds(part):
        began = process_time()
        find(part)
        return process_time() - began

    find("热身")
    short, whole = min(seconds(text[: len(text) // 4]) for _ in range(2)), seconds(text)
    assert whole < 10 * short + 0.2

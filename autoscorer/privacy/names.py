"""Names of people: after 我叫 or 我是, before 先生 or 女士, beside 姓名 and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from .found import Found
from .words import is_word, words

_HAN = re.compile(r"[\u4e00-\u9fff]")
_TOLD = re.compile(
    r"(?:我的?名字叫?是?|我叫做?|我名叫|[个位人]叫做?|名字叫?是?|姓名|收[件货]人|寄件人|联系人|机主|户主|户名|开户人|持卡人|投保人|被保险?人|受益人"
    r"|乘客|旅客|患者|车主|业主|本人)(?:的?姓名|名字)?(?:叫|是|为)?[\s:：,，]{0,2}"
)
_FAMILY = re.compile(r"(?:免贵姓?|我姓|本人姓|(?<!贵)(?<!百家)(?<!百)姓)\s?")
_FOREIGN = re.compile(r"(?:我叫|我的英文名叫?是?|免贵)\s?(?P<name>[A-Z][a-z]{1,14})(?![A-Za-z])")
_LEFT = frozenset('的是位找问给向跟和与让到叫请见联系好，,。.!！?？、:：;； \n“"（(于由')


def names(text: str) -> Iterator[Found]:
    """The names of people in a text."""
    yield from _announced(text)
    yield from _families(text)
    yield from _titled(text)
    for match in _FOREIGN.finditer(text):
        yield Found(match.start("name"), match.end("name"), "姓名", match["name"])


def whole_name(label: str, start: int) -> int | None:
    """Where a name ends that takes all of a label from `start` on, but for a title or a bracket."""
    end = _name_at(label, start, sure=False)
    rest = label[end:] if end else "?"
    return end if rest in ("", *words().titles) or rest in tuple(")）】]") else None


def _announced(text: str) -> Iterator[Found]:
    for match in _TOLD.finditer(text):
        plain = match[0][-1:] in ":：" or match[0].startswith(("我", "名字", "个叫", "位叫", "人叫"))
        end = _name_at(text, match.end(), sure=plain)
        if end:
            yield _found(text, match.end(), end)
    for match in _iam().finditer(text):
        end = _name_at(text, match.end(), sure=False, strict=True)
        if end:
            yield _found(text, match.end(), end)


@lru_cache(maxsize=1)
def _iam() -> re.Pattern[str]:
    """我是, alone or with what the speaker is: 我是售后客服, 我是您的专属顾问."""
    return re.compile(
        rf"(?:我是|这里是|这边是)(?:[^，。！？,!?\s]{{0,14}}?(?:{words().roles})(?:代表|专员)?)?\s?(?:[0-9]{{3,8}}号?)?\s?"
    )


def _found(text: str, start: int, end: int) -> Found:
    return Found(start, end, "姓名", text[start:end])


def _name_at(text: str, start: int, *, sure: bool, strict: bool = False) -> int | None:
    """Where the name that begins at `start` ends; None where none begins.

    sure: it is plainly announced, so that a name that is also a word counts. strict: a word may not follow.
    """
    for end in _ends(text, start):
        name = text[start:end]
        closed = _closed(text, end)
        if not (closed or _goes_on(text, end, strict)):
            continue
        rare = name[0] in words().rare
        if _is_nickname(name):
            return end
        if is_word(name) and (rare or not (sure and closed) or name in words().no_names):
            continue
        if rare and not closed:
            continue
        if strict and rare and not (closed and len(name) == 3 and not is_word(name[:2])):
            continue
        if name[:2] in words().compound or not is_word(name[:2]) or (sure and closed):
            return end
    return None


def _is_nickname(name: str) -> bool:
    """小王 and 老赵, but not 小时."""
    known = words()
    return name[0] in "小阿老" and name[1] in known.surnames - known.rare and name not in known.no_names


def _ends(text: str, start: int) -> Iterator[int]:
    """Where a name that begins at `start` may end: 欧阳娜娜, 王小明, 王明, 小王; the longest first."""
    known = words()
    family = 2 if text[start : start + 2] in known.compound else 1
    first = text[start : start + family]
    named = first in known.compound or first in known.surnames
    if named and text.startswith(known.titles, start + family):
        yield start + family
        return
    if named:
        longest = 2
    elif first and first in "小阿老":
        longest = 1
    else:
        return
    given = 0
    while given < longest and _is_given(text[start + family + given : start + family + given + 1]):
        given += 1
    yield from range(start + family + given, start + family, -1)


def _is_given(char: str) -> bool:
    return bool(_HAN.match(char)) and char not in words().not_given


def _closed(text: str, end: int) -> bool:
    """Whether nothing that could belong to a name follows: the end, a mark, or a title."""
    return not _HAN.match(text[end : end + 1]) or text.startswith(words().titles, end)


def _goes_on(text: str, end: int, strict: bool) -> bool:
    if text[end] in words().follows:
        return not strict or text[end] in "我您你想要在这哦啊呀哈"
    return not strict and is_word(text[end : end + 2])


def _families(text: str) -> Iterator[Found]:
    for match in _FAMILY.finditer(text):
        at = match.end()
        size = 2 if text[at : at + 2] in words().compound else 1
        if size == 2 or (text[at : at + 1] in words().surnames and text[at : at + 2] not in ("何名",)):
            whole = _name_at(text, at, sure=True, strict=True) if match[0].startswith("免贵") else None
            yield _found(text, at, whole or at + size)
            yield from _spelled(text, at, at + size)


def _spelled(text: str, start: int, end: int) -> Iterator[Found]:
    """The whole name that follows a surname: 姓蔡，蔡晓雯."""
    again = re.compile(rf"[，,。、\s]{{1,2}}(?={text[start:end]})").match(text, end)
    whole = _name_at(text, again.end(), sure=False) if again else None
    if again and whole:
        yield _found(text, again.end(), whole)


def _titled(text: str) -> Iterator[Found]:
    titles = "|".join(words().titles) + r"|总(?=[您你好,，。！!\s]|$)"
    for match in re.finditer(titles, text):
        start = _title_start(text, match.start())
        if start is not None:
            yield _found(text, start, match.start())


def _title_start(text: str, title: int) -> int | None:
    """Where the name before a title begins: 王小明先生, 欧阳女士, 王先生."""
    known = words()
    for size in (4, 3, 2, 1):
        start = title - size
        name = text[max(start, 0) : title]
        if start < 0 or not all(map(_HAN.match, name)):
            continue
        respected = text[:start].endswith("尊敬的")
        if name[:2] in known.compound and size != 1:
            return start
        if name[0] not in known.surnames or size == 4 or any(c in known.not_given for c in name[1:]):
            continue
        left = start == 0 or respected or text[start - 1] in _LEFT
        if not left and is_word(text[start - 1 : start + 1]):
            continue
        plain = respected or name[0] not in known.joining or (size > 1 and left)
        if (
            plain
            and not is_word(name)
            and not is_word(name[:2])
            and (left or size > 1 or _lone(text, start, title))
        ):
            return start
    return None


def _lone(text: str, start: int, title: int) -> bool:
    """Whether a single surname before a title stands for itself, not as the end of a word: 总王 is none."""
    return not is_word(text[start - 1 : start + 1]) and not is_word(text[start - 1 : title + 2])

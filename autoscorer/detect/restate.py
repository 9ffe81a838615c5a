"""Restatement: the words of the other side given back, as a question or as a summary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..rules.operators import Restates
from ..segment import Segmenter
from .scan import Hit
from .view import Found, Turns, View

FEWEST = 2
"""Content words of a sentence that must be given back: one alone is chance."""
_SENTENCE = re.compile(r"[^。!?\n]+[!?]?")
_QUESTION = re.compile(
    r"(?:[?]|[吗么嘛]|对(?:吧|不对|不|么|吗)|是(?:吧|不是|吗|么|不)|没错(?:吧|吗)?|正确|这个意思|是这样)[啊呀哈哦呢亲,~。 ]*$"
)
_SUMMARY = re.compile(
    r"[您你](?:的?意思|[是想要]|说的?|反映|反馈|这边是|需要|希望|打算|担心)|也就是|就是说|所以|总结|归纳|复述|确认一?下|核对一?下|理解的|理一?[下遍]|捋|明白了?[,，]|了解了?[,，]|情况是|问题是"
)
_EMPTY = frozenset(
    [
        "您好",
        "你好",
        "请问",
        "这个",
        "那个",
        "什么",
        "怎么",
        "可以",
        "没有",
        "就是",
        "还是",
        "现在",
        "一下",
        "一个",
        "我们",
        "你们",
        "他们",
        "自己",
        "知道",
        "因为",
        "所以",
        "然后",
        "但是",
        "如果",
        "已经",
        "不是",
        "是不是",
        "有没有",
        "时候",
        "这样",
        "那样",
        "这边",
        "那边",
        "这里",
        "那里",
        "问题",
        "情况",
        "谢谢",
        "麻烦",
        "需要",
        "帮忙",
        "处理",
        "看看",
        "看下",
        "还有",
        "一直",
        "今天",
        "之前",
        "刚才",
        "客服",
        "先生",
        "女士",
        "为什么",
        "的话",
        "应该",
        "可能",
        "出来",
        "东西",
        "事情",
        "对吧",
        "对吗",
        "是吗",
        "是吧",
        "意思",
    ]
)


def restated(spec: Restates) -> Callable[[View, Turns], Found]:
    """The operator `restates`."""

    def answer(view: View, turns: Turns) -> Found:
        found = {turn: _sentence(view, turn, spec) for turn in turns}
        return Found({turn: (hit,) for turn, hit in found.items() if hit})

    return answer


def content(segmenter: Segmenter, shown: str) -> set[str]:
    """The words that carry sense: two characters or more, no function word, no form of address."""
    return {word for word in segmenter.words(shown) if len(word) > 1 and word not in _EMPTY and _sense(word)}


def _sense(word: str) -> bool:
    return any(char.isalnum() for char in word)


def _sentence(view: View, turn: int, spec: Restates) -> Hit | None:
    """The first sentence of the right form whose content words the other side has said."""
    shown = view.shown(turn)
    sentences = [hit for hit in _sentences(shown) if _has_form(shown[slice(*hit)], spec.form)]
    if not sentences:
        return None
    role = view.transcript.utterances[turn].role
    other = view.of_role("customer" if role == "agent" else "agent")
    said = "。".join(view.shown(t) for t in other if turn - spec.within <= t < turn)
    for hit in sentences if said else ():
        mine = content(view.segmenter, shown[slice(*hit)])
        given = [word for word in mine if word in said]
        if len(given) >= FEWEST and len(given) >= spec.overlap * len(mine):
            return hit
    return None


def _sentences(shown: str) -> Iterator[Hit]:
    return (match.span() for match in _SENTENCE.finditer(shown) if match.group().strip())


def _has_form(sentence: str, form: str) -> bool:
    question, summary = bool(_QUESTION.search(sentence)), bool(_SUMMARY.search(sentence))
    return {"question": question, "summary": summary, "any": question or summary}[form]

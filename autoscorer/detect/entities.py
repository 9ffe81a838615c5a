"""Entities by their form: order numbers, phones, amounts, dates, times, durations and the like."""

from __future__ import annotations

import re
from collections.abc import Callable

from .scan import Hit
from .view import Found, Turns, View

_HAN = "零〇一二两三四五六七八九十百千万亿半几"
_NUMBER = rf"(?:[0-9]+(?:[.,][0-9]+)*|[{_HAN}]+|\[数字x?\])"
_FREE, _ENDS = r"(?<![0-9a-z])", r"(?![0-9a-z])"
PATTERNS = {
    "order": rf"(?:订单|单|运单|快递|流水|工单|票|保单|合同)(?:编?号|号码)(?:码|是|为|[::]|\s)*[a-z]{{0,4}}[0-9]{{4,}}|{_FREE}[a-z]{{1,4}}[0-9]{{8,}}{_ENDS}|(?:\[|#)(?:订单|单号|orderid)[^\]\s]{{0,16}}\]?",
    "phone": rf"{_FREE}(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9*]{{4}}[ -]?[0-9]{{4}}{_ENDS}|{_FREE}0[0-9]{{2,3}}[ -]?[0-9]{{7,8}}{_ENDS}|{_FREE}(?:400|800)[ -]?[0-9]{{3}}[ -]?[0-9]{{4}}{_ENDS}|[一幺]{{1}}[三四五六七八九][{_HAN}幺洞]{{9}}|\[(?:电话|手机)[^\]]{{0,6}}\]",
    "amount": rf"[¥￥$]\s?[0-9][0-9,.]*|{_NUMBER}(?:多|来|几)?(?:块钱?|元|角|毛钱|美元|港币|万元|人民币)(?!素|旦)",
    "date": rf"(?:[0-9]{{2,4}}|[{_HAN}]{{2,4}})年(?:{_NUMBER}月(?:{_NUMBER}[日号])?)?|{_NUMBER}月(?:份|{_NUMBER}[日号])|(?<![0-9])[0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}|(?<!工)(?<!单)(?:[0-9]{{1,2}}|[{_HAN}]{{1,3}})号(?!码|线|楼|门|客服|店)|今天|明天|后天|大后天|昨天|前天|当天|今晚|明早|(?:下|上|这|本)?(?:周|星期|礼拜)[一二三四五六日天末]|(?:下|上|这|本)个?月(?:底|初)?|月底|月初",
    "time": rf"(?:[01]?[0-9]|2[0-4])[:：][0-5][0-9]|(?:早上|上午|中午|下午|晚上|凌晨|今晚|明早)?(?:[0-9]{{1,2}}|[{_HAN}]{{1,3}})点(?:钟|整|半|[0-9{_HAN}]{{1,3}}分?)?(?!击|赞|开|儿|评)",
    "duration": rf"{_NUMBER}(?:到|至|-|~)?{_NUMBER}?个?(?:多|来|半)?(?:工作[日天]|小时|钟头|分钟|秒钟?|天|周(?!年|[一二三四五六日末])|星期|礼拜|个月|年(?:内|以内)?|日内)",
    "id_card": rf"{_FREE}[1-9][0-9]{{5}}(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{{3}}[0-9x]{_ENDS}",
    "bank_card": rf"{_FREE}[3-6][0-9]{{3}}(?:[ -]?[0-9]{{4}}){{3}}(?:[ -]?[0-9]{{1,3}})?{_ENDS}",
    "email": r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}|\[邮箱[^\]]{0,6}\]",
    "plate": r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][·.\s]?[a-z0-9]{5,6}(?![a-z0-9])",
    "url": r"(?:https?://|www\.)[^\s，。]{3,200}|\[链接[^\]]{0,6}\]",
}  # fmt: skip
"""By name, for normalized text. Placeholders of masked transcripts, such as [电话x], count."""
_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}


def entities(names: tuple[str, ...]) -> Callable[[View, Turns], Found]:
    """The operator `entity`: the turn holds one of these kinds."""

    def answer(view: View, turns: Turns) -> Found:
        hits = {t: tuple(sorted(_spans(view.shown(t), names))) for t in turns}
        return Found({t: found for t, found in hits.items() if found})

    return answer


def _spans(shown: str, names: tuple[str, ...]) -> list[Hit]:
    return [match.span() for name in names for match in _COMPILED[name].finditer(shown)]

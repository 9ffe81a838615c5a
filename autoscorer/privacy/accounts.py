"""E-mail addresses, WeChat ids and number plates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .found import Found, Kind

_LETTER, _SIGN = "a-hj-np-z", "a-hj-np-z0-9零一幺二三四五六七八九"
_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]{0,63}\s?(?:@|艾特|\(at\))\s?[a-z0-9-]{1,63}(?:(?:\.|点|·)[a-z0-9-]{2,63}){1,4}"
)
_WECHAT = re.compile(
    r"(?:微信|薇信|威信|v信|vx|(?<![a-z])wx|加v|加微|weixin|wechat)\s?(?P<sure>(?:号码?|账号|id)?\s?(?:是|为|叫|[:：=])?)\s*[,，]?\s*"
    r"(?P<id>[a-z][-_a-z0-9]{5,19})(?![-_a-z0-9@.])"
)
_WXID = re.compile(r"(?<![a-z0-9_])(?P<id>wxid_[a-z0-9]{6,20})")
_PLATE = re.compile(
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[{_LETTER}]\s?[·.\-]?\s?"
    rf"(?:[df][{_SIGN}][0-9]{{4}}|[0-9]{{5}}[df]|[{_SIGN}]{{4}}[{_SIGN}挂学警港澳])(?![a-z0-9])"
)
_SPACES = re.compile(r"[\s·.\-]")
_NOT_IDS = frozenset({"wechat", "weixin", "official", "service", "android", "iphone", "xiaochengxu"})


def accounts(shown: str) -> Iterator[Found]:
    """The addresses, ids and plates of a normalized text."""
    for match in _EMAIL.finditer(shown):
        value = re.sub(r"\s|\(at\)|艾特", lambda m: "" if m[0].isspace() else "@", match[0])
        yield Found(match.start(), match.end(), "邮箱", value.replace("点", ".").replace("·", "."))
    for match in _WECHAT.finditer(shown):
        sure = match["sure"].strip() or re.search(r"[-_0-9]", match["id"])
        if sure and match["id"] not in _NOT_IDS:
            yield _group(match, "微信")
    yield from (_group(match, "微信") for match in _WXID.finditer(shown))
    for match in _PLATE.finditer(shown):
        if len(re.findall(r"[0-9零一幺二三四五六七八九]", match[0])) >= 2:
            yield Found(match.start(), match.end(), "车牌", _SPACES.sub("", match[0]).upper())


def _group(match: re.Match[str], kind: Kind) -> Found:
    return Found(match.start("id"), match.end("id"), kind, match["id"])

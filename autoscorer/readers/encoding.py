"""Which encoding Chinese text is in, also when it is only a few lines long."""

from __future__ import annotations

import codecs

from ..errors import TranscriptError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODECS = {"big5": ("big5", "cp950", "big5hkscs")}  # as Windows and Hong Kong extend it
_SAMPLE = 65536
# Frequent in service talk, Simplified and Traditional; a wrong encoding shows rare characters instead.
_FAMILIAR = frozenset(
    "的一是不了我在有你他这个们来到说时要就会可以也您好吗呢吧啊哦嗯请问客服户用人员工号订单快递退款换货发物流商品质量电话手机宽带"
    "话费流套餐办理查询帮助处核实反馈联系稍等为给让对没什么怎样么还能想看知道现今明昨天月日小上下午中大多少几次去出后前开关"
    "谢感抱歉意思麻烦再见祝生活愉快题情况解决钱元块收取消地址姓名证件银行卡账密码信息注册登录系统公司平台店里面那些都和与或"
    "但如果因所已经过得很真太最更只先把被从向将当做行回复答提供需等待马超市机票酒店车家打接听听叫投诉诉求专业技术部门安装维修"
    "這個們來時會嗎呢請問客戶員號訂單遞款換貨發質電話寬帶費辦詢幫處實饋聯繫為給讓對沒麼還樣想現開關謝煩見題況決錢塊證銀帳"
    "碼註錄統臺裡經過從將當復幫務業術門裝維訴記點長間應該誰麻煩價場兩網頁試線選擇總結優惠買賣東西二三四五六七八九十百千萬"
    "，。？！：；、“”‘’（）…—《》【】～　「」"
) | {chr(code) for code in (9, 10, 13, *range(32, 127))}


def decode(data: bytes) -> tuple[str, str]:
    """The text of `data` without its byte order mark, and the name of the encoding.

    Raises TranscriptError `binary` when it is no text, `bad_encoding` when no encoding fits.
    """
    name = detect(data[:_SAMPLE], whole=len(data) <= _SAMPLE)
    try:
        return _strict(data, name), name
    except UnicodeDecodeError:
        pass
    other = detect(data, whole=True)  # the beginning was misleading
    try:
        return _strict(data, other), other
    except UnicodeDecodeError as error:
        hint = "save the file as UTF-8"
        raise TranscriptError(
            "bad_encoding", f"byte {error.start + 1} is not valid {other}", hint=hint
        ) from None


def detect(sample: bytes, *, whole: bool = False) -> str:
    """The name of the encoding that `sample`, the beginning of a file (or all of it), is written in.

    Raises TranscriptError `binary` when it is no text.
    """
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if b"\0" in sample:
        return _with_nuls(sample, whole)
    if _fits(sample, "utf-8", whole) is not None:
        _not_binary(sample)
        return "utf-8"
    if _mostly_utf8(sample):
        return "utf-8"  # damaged in places: better refused there than read as another encoding
    ranked = _ranked(sample, ("gb18030", "big5", "utf-16-le", "utf-16-be"), whole)
    if not ranked:
        return _broken(sample)
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else (0.0, "")
    return best[1] if best[0] - second[0] > 0.02 else _by_statistics(sample, best[1])


def _mostly_utf8(sample: bytes) -> bool:
    lines = [line for line in sample.split(b"\n")[:1000] if not line.isascii()]
    return sum(_fits(line, "utf-8", True) is not None for line in lines) * 2 > len(lines)


def _with_nuls(sample: bytes, whole: bool) -> str:
    """UTF-16 shows as zero bytes beside ASCII; other text with zero bytes is text with bad characters."""
    ranked = _ranked(sample, ("utf-16-le", "utf-16-be"), whole)
    if ranked and ranked[0][0] > 0.5:
        return ranked[0][1]
    _not_binary(sample)
    return "utf-8"


def _ranked(sample: bytes, names: tuple[str, ...], whole: bool) -> list[tuple[float, str]]:
    """The encodings that fit, the one with the largest share of familiar characters first."""
    texts = {name: text for name in names if (text := _fits(sample, name, whole))}
    scores = {name: sum(char in _FAMILIAR for char in text) / len(text) for name, text in texts.items()}
    return sorted(((score, name) for name, score in scores.items()), key=lambda pair: -pair[0])


def _fits(sample: bytes, name: str, whole: bool) -> str | None:
    for codec in _CODECS.get(name, (name,)):
        try:
            return codecs.getincrementaldecoder(codec)().decode(sample, final=whole)
        except UnicodeDecodeError:
            continue
    return None


def _broken(sample: bytes) -> str:
    """What a damaged text was most likely meant to be."""
    _not_binary(sample)
    return "utf-8"


def _not_binary(sample: bytes) -> None:
    control = sum(sample.count(code) for code in (*range(9), *range(14, 32), 127))
    if control > max(2, len(sample) // 50):
        raise TranscriptError("binary", "the file is not text", hint="export the conversation as text")


def _by_statistics(sample: bytes, default: str) -> str:
    """For texts without familiar characters: what charset_normalizer thinks of the two candidates."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:8192], cp_isolation=["gb18030", "big5"]).best()
    return best.encoding if best and best.encoding in ("gb18030", "big5") else default


def _strict(data: bytes, name: str) -> str:
    text = _fits(data, name, whole=True)
    return (data.decode(name) if text is None else text).removeprefix("\ufeff")

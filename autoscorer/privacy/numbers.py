"""Private numbers: identity cards, telephones, bank cards, QQ; in digits, spaced, or spoken with fillers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from .found import Found, Kind
from .words import words

_SPOKEN = dict(zip("零〇洞一幺二两三四五六七拐八九勾", "0001122345677899", strict=True))
_DIGIT = "0-9" + "".join(_SPOKEN)
_GAP = r"(?:[ \t\-—–_.·~()，,、…]|嗯+|呃+|啊|额|哦|唔|然后|接着|那个|再是)"
_RUN = re.compile(rf"[{_DIGIT}](?:{_GAP}{{0,3}}[{_DIGIT}])*")
_GROUP = re.compile(rf"[{_DIGIT}]+")
_LAST_X = re.compile(r"[ ,，]{0,2}(?:x|叉)(?![a-z0-9])")
_UNIT = re.compile(r"\s?(?:元|块|万|亿|%|个|件|积分|股|千|百|mb|kb|gb|毫|公里|米|年|月|度|分钱)")
_MOBILE = re.compile(r"(?:0086|86|0)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"(?:86)?(0(?:10|2[0-57-9])[2-8][0-9]{7}|0[3-9][0-9]{2}[2-8][0-9]{6,7})")
_SERVICE = re.compile(r"[48]00[0-9]{7}")
_PUBLIC = re.compile(r"0.*|1[02][0-9]{3}|9[56][0-9]{3,4}")
"""Numbers of companies and offices, such as 10000, 12315, 95588."""
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_DAY = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_WRITTEN = frozenset({
    (11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (3, 4, 2, 2), (3, 2, 2, 2, 2), (1,) * 11,
    (2, 11), (2, 3, 4, 4), (2, 3, 8), (4, 11), (12,), (13,), (15,),
})  # fmt: skip
"""How people group the digits of a mobile number; other groups need a word such as 手机 before them."""
_NEAR = 16
LONGEST = 19
SHORTEST = 5
SHORTEST_ALONE = 9
"""Digits of a number that nothing before it calls a telephone or an account."""
_NAMED = frozenset({"phone", "qq", "wechat"})


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive groups of digits: what they are, where they stand, and what they are called."""

    digits: str
    sizes: tuple[int, ...]
    start: int
    end: int
    label: str
    asked: str
    text: str

    @property
    def spoken(self) -> bool:
        """Whether digits are written as words."""
        return any(char in _SPOKEN for char in self.text[self.start : self.end])

    @property
    def loose(self) -> bool:
        """Whether figures are parted by more than blanks and hyphens: 150，2000，3000 may be three amounts."""
        return not self.spoken and bool(re.search(r"[^0-9 \-().·]", self.text[self.start : self.end]))


def numbers(shown: str, before: str) -> Iterator[Found]:
    """The private numbers of a normalized text; `before` is the turn before it, which may have asked."""
    asked = _label(before[-80:])
    for match in _RUN.finditer(shown):
        if match.end() - match.start() >= 5:
            yield from _in_run(shown, match.start(), match.end(), asked)


def _in_run(shown: str, start: int, end: int, asked: str) -> Iterator[Found]:
    groups = [(start + g.start(), start + g.end()) for g in _GROUP.finditer(shown[start:end])]
    first = 0
    while first < len(groups):
        found, after = _from(shown, groups, first, asked)
        if found:
            yield found
        first = after


def _from(shown: str, groups: list[tuple[int, int]], first: int, asked: str) -> tuple[Found | None, int]:
    """The longest private number that begins with the group `first`, and the group to go on with."""
    start, sizes, digits = groups[first][0], tuple[int, ...](), ""
    runs: list[tuple[str, tuple[int, ...], int]] = []
    for begin, stop in groups[first : first + LONGEST]:
        digits += "".join(_SPOKEN.get(char, char) for char in shown[begin:stop])
        sizes = (*sizes, stop - begin)
        if len(digits) > LONGEST:
            break
        runs.append((digits, sizes, stop))
    if not runs or len(runs[-1][0]) < SHORTEST:
        return None, first + 1
    label = _label(shown[max(0, start - _NEAR) : start])
    least = SHORTEST if label in _NAMED or asked in _NAMED else SHORTEST_ALONE
    for digits, sizes, stop in reversed(runs):
        if _SERVICE.fullmatch(digits) and label not in ("qq", "wechat"):
            return None, first + len(sizes)
        found = (
            _number(_Run(digits, sizes, start, stop, label, asked, shown)) if len(digits) >= least else None
        )
        if found:
            return found, first + len(sizes)
    return None, first + 1


def _label(text: str) -> str:
    """What the last label in `text` says that a number is; none beyond the end of a sentence."""
    last = max(text.rfind(mark) for mark in "。!！?？;；\n")
    tail = text if last == len(text) - 1 else text[last + 1 :]
    found = [match.lastgroup or "" for match in words().labels.finditer(tail)]
    return found[-1] if found else ""


def _number(run: _Run) -> Found | None:
    before = run.text[run.start - 1 : run.start]
    if before.isascii() and before.isalpha() and run.label not in ("phone", "qq", "wechat"):
        return None
    for kind in (_identity, _phone, _bank_card, _account):
        found = kind(run)
        if found:
            return found
    return None


def _found(run: _Run, kind: Kind, value: str, *, end: int = 0) -> Found | None:
    """The number, unless a letter or a unit follows: then it is part of a code, or an amount."""
    end = end or run.end
    if re.match(r"[a-z0-9@]", run.text[end:]) or _UNIT.match(run.text, end):
        return None
    start = run.start
    if run.text[start - 1 : start] == "(" and ")" in run.text[start:end]:
        start -= 1
    if run.text[:start].endswith("+"):
        start -= 1
    return Found(start, end, kind, value)


def _identity(run: _Run) -> Found | None:
    if run.label == "other":
        return None
    digits, end = run.digits, run.end
    last = _LAST_X.match(run.text, run.end)
    if len(digits) == 17 and last:
        digits, end = digits + "X", last.end()
    called = run.label == "id" or (not run.label and run.asked == "id")
    if is_identity(digits) or (called and len(digits) == 18 and _has_birthday(digits)):
        return _found(run, "身份证", digits, end=end)
    return None


@lru_cache(maxsize=1024)  # stdnum looks places up slowly
def is_identity(number: str) -> bool:
    """Whether it is an identity number.

    Of 18 characters: a birthday and the check digit (GB 11643); the place is not asked for, since many were
    registered under codes that came later. The 15 of before 1999 have no check digit: there the place
    counts as well.
    """
    from stdnum.cn import ric

    if len(number) == 15 and number.isdecimal():
        longer = f"{number[:6]}19{number[6:]}"
        try:
            return bool(ric.is_valid(longer + ric.calc_check_digit(longer + "0")))
        except KeyError:  # stdnum 2.2 for a place of which it knows only the province
            return False
    return len(number) == 18 and _has_birthday(number) and number[17] == ric.calc_check_digit(number)


def _has_birthday(digits: str) -> bool:
    if not digits[:17].isdecimal():
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    return 1900 <= born.year <= 2100 and digits[0] in "12345689"


def _phone(run: _Run) -> Found | None:
    if run.label == "other" or run.label == "card":
        return None
    called = run.label == "phone" or run.asked == "phone"
    mobile = _MOBILE.fullmatch(run.digits)
    if mobile and (called or run.spoken or (run.sizes in _WRITTEN and not run.loose)):
        return _found(run, "电话", mobile[1])
    landline = _LANDLINE.fullmatch(run.digits)
    if landline and (run.spoken or called or len(run.sizes) <= 4) and not (run.loose and not called):
        return _found(run, "电话", landline[1])
    if run.text[: run.start].endswith("+") and 9 <= len(run.digits) <= 15:
        return _found(run, "电话", run.digits)
    return _local(run)


def _local(run: _Run) -> Found | None:
    """Seven or eight digits without an area code: only where they are called a telephone, and no service's."""
    if run.label != "phone" or len(run.sizes) > 2 or _DAY.fullmatch(run.digits):
        return None
    before = run.text[max(0, run.start - _NEAR) : run.start]
    if _LOCAL.fullmatch(run.digits) and not words().public_lines.search(before):
        return _found(run, "电话", run.digits)
    return None


def _bank_card(run: _Run) -> Found | None:
    digits = run.digits
    if run.label == "other" or not 15 <= len(digits) <= LONGEST:
        return None
    called = run.label == "card" or (not run.label and run.asked == "card")
    if (called and len(digits) >= 16) or (_issued(digits) and _luhn(digits) and not run.loose):
        return _found(run, "银行卡", digits)
    return None


def _issued(digits: str) -> bool:
    """Whether the first digits and the length are those of a card: UnionPay, Visa, Mastercard, Amex, JCB."""
    if len(digits) >= 16 and digits.startswith("62"):
        return True
    if len(digits) == 16:
        return digits[0] == "4" or "51" <= digits[:2] <= "55" or digits.startswith("35")
    return len(digits) == 15 and digits[:2] in ("34", "37")


def _luhn(digits: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(digits))


def _account(run: _Run) -> Found | None:
    """A number that the words before it call a QQ or WeChat account."""
    kinds: dict[str, Kind] = {"qq": "QQ", "wechat": "微信"}
    kind = kinds.get(run.label) or (kinds.get(run.asked) if not run.label else None)
    if kind and 5 <= len(run.digits) <= 11 and not _PUBLIC.fullmatch(run.digits):
        return _found(run, kind, run.digits)
    return None

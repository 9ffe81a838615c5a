"""Who is agent, customer or system: by the label, or by what each one says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import yaml

from ..errors import TranscriptError
from ..resources import DATA
from ..text import normalize
from ..types import Role

ROLES: tuple[Role, ...] = ("agent", "customer", "system")
_CHINESE = {"agent": "客服", "customer": "客户", "system": "系统"}
_HEARD = 100_000  # characters of one speaker that inference looks at
_BRACKETED = re.compile(r"([^\[(（【<]*)[\[(（【<]+([^\])）】>]*)[\])）】>]*")
_REST = re.compile(r"[\s\-_#:·.、/]*(?:[0-9a-z*]{0,12}|[\u4e00-\u9fff]{1,3}[0-9a-z*]{0,6})")
_PERSON = re.compile(
    r"[\u4e00-\u9fff·]{2,4}|[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|老师|师傅|经理)|[a-z][a-z .]{1,18}"
)
ALLOWED = "use 客服 / 客户 / 系统 or agent / customer / system (all labels: autoscorer/data/roles.yaml)"

LabelKind = Literal["role", "neutral", "field", "person", "nick", "phrase"]


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern that one side uses, and what a match is worth."""

    pattern: re.Pattern[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Assignment:
    """The role of each label, and in Chinese what decided it when the labels did not."""

    roles: Mapping[str, Role]
    reason: str | None = None


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DATA / "roles.yaml").read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _labels() -> dict[str, Role]:
    return {str(word): role for role in ROLES for word in _table()["labels"][role]}


@lru_cache(maxsize=2)
def _affixes(kind: str) -> tuple[tuple[str, Role], ...]:
    """Prefixes or suffixes, the longest first: 客服机器人 before 客服."""
    pairs = [(str(word), role) for role in ROLES for word in _table()[kind].get(role, ())]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@lru_cache(maxsize=1)
def _cues() -> dict[str, tuple[Cue, ...]]:
    return {
        side: tuple(Cue(re.compile(cue["pattern"]), cue["weight"]) for cue in cues)
        for side, cues in _table()["cues"].items()
    }


@lru_cache(maxsize=8192)
def resolve(label: str) -> Role | None:
    """The role that a label names, or None: 客服, 客戶, 客服小美, 坐席[1023], 小美(客服), 大树旗舰店:小美.

    >>> resolve("客戶"), resolve("客服电话"), resolve("张三")
    ('customer', None, None)
    """
    plain = _plain(label)
    if match := _BRACKETED.fullmatch(plain):
        return _resolve(match[1].strip()) or _labels().get(match[2].strip())
    return _resolve(plain)


def _plain(label: str) -> str:
    """The label without the brackets and stars around it."""
    plain = normalize(label).strip(" \t*#\ufeff\u200b")
    for pair in ("【】", "[]", "<>", "「」", "()"):
        if len(plain) > 2 and plain[0] == pair[0] and plain[-1] == pair[1]:
            return plain[1:-1].strip()
    return plain


def _resolve(plain: str) -> Role | None:
    return _labels().get(plain) or _by_suffix(plain) or (None if is_field(plain) else _by_prefix(plain))


def _by_prefix(plain: str) -> Role | None:
    for word, role in _affixes("prefixes"):
        if plain.startswith(word) and _goes_on_as_name(word, plain[len(word) :]):
            return role
    return None


def _by_suffix(plain: str) -> Role | None:
    """By the shop of 大树旗舰店:小美, or the end of 京东客服; 联系客服 is no label."""
    shop = plain.split(":")[0]
    if set(shop) & _not_in_names() or any(word in shop for word in _table()["not_before_suffix"]):
        return None
    return next((role for word, role in _affixes("suffixes") if shop.endswith(word)), None)


def _goes_on_as_name(word: str, rest: str) -> bool:
    if word.isascii() and rest[:1].isalpha() and rest[:1].isascii():
        return False  # agents, username
    return bool(_REST.fullmatch(rest)) and not set(rest) & _not_in_names()


@lru_cache(maxsize=1)
def _not_in_names() -> frozenset[str]:
    return frozenset(_table()["not_in_names"])


@lru_cache(maxsize=8192)
def is_neutral(label: str) -> bool:
    """Whether the label only tells voices apart: 说话人1, SPEAKER_00, 左, ch1, 2."""
    return bool(_neutral().fullmatch(_plain(label)))


@lru_cache(maxsize=1)
def _neutral() -> re.Pattern[str]:
    return re.compile(_table()["neutral"])


def is_field(plain: str) -> bool:
    """Whether a normalized label is a field of a form: 时间, 客服电话, 订单号."""
    return any(word in plain for word in _fields()["han"]) or plain in _fields()["latin"]


@lru_cache(maxsize=1)
def _fields() -> dict[str, frozenset[str]]:
    words = frozenset(map(str, _table()["fields"]))
    latin = frozenset(word for word in words if word.isascii())
    return {"han": words - latin, "latin": latin}


@lru_cache(maxsize=8192)
def kind(label: str) -> LabelKind:
    """What stands before a colon: a role, a voice, a field, a person, another nickname, or only words."""
    if resolve(label):
        return "role"
    if is_neutral(label):
        return "neutral"
    plain = _plain(label)
    if is_field(plain):
        return "field"
    if set(plain) & _not_in_names() or not plain:
        return "phrase"
    return "person" if _PERSON.fullmatch(plain) else "nick"


def has_surname(label: str) -> bool:
    """Whether the label looks like a person's full name, so that even one line may be theirs."""
    plain = _plain(label)
    return 2 <= len(plain) <= 3 and plain[0] in _table()["surnames"]


def assign(
    said: Mapping[str, Sequence[str]], places: Mapping[str, str], *, named: bool, stated: bool = False
) -> Assignment:
    """The role of each label in `said` (label -> its texts), in order of appearance.

    `named` says that labels are names of people or accounts, so that a single one beside a known side
    is the other side; `stated`, that they come from a field for roles. Raises TranscriptError `unknown_role`, `roles_unclear` or `single_speaker`.
    """
    known = {label: role for label in said if (role := resolve(label))}
    unknown = [label for label in said if label not in known]
    sides = set(known.values()) - {"system"}
    if not unknown:
        result = Assignment(known)
    elif not sides:
        result = _infer(said, unknown, known)
    else:
        result = _other_side(said, unknown, known, places, named)
    if not unanswered(result.roles, stated):
        _both_sides(result.roles)
    return result


def _other_side(
    said: Mapping[str, Sequence[str]],
    unknown: Sequence[str],
    known: dict[str, Role],
    places: Mapping[str, str],
    named: bool,
) -> Assignment:
    label, sides = unknown[0], set(known.values()) - {"system"}
    if len(unknown) > 1 or len(sides) > 1 or not (named or is_neutral(label)):
        raise TranscriptError("unknown_role", f"{places[label]}: {label!r} is no known role", hint=ALLOWED)
    role: Role = "customer" if "agent" in sides else "agent"
    score, words = _hear(said[label])
    if (score if role == "customer" else -score) >= _table()["margin"]:
        raise _unclear({label: words}, f"{label!r} speaks like one more {_opposite(role)}")
    reason = f"{label}：除{_CHINESE[_opposite(role)]}外唯一的说话人 → {_CHINESE[role]}"
    return Assignment({**known, label: role}, reason)


def _opposite(role: Role) -> Role:
    return "agent" if role == "customer" else "customer"


def _infer(said: Mapping[str, Sequence[str]], unknown: Sequence[str], known: dict[str, Role]) -> Assignment:
    """Two speakers: the difference must reach the margin; more: each one's own score must."""
    heard = {label: _hear(said[label]) for label in unknown}
    words = {label: found for label, (_, found) in heard.items()}
    if len(unknown) < 2:
        raise TranscriptError(
            "single_speaker", f"only {unknown[0]!r} speaks", hint="a contact needs both sides"
        )
    scores = _balanced({label: score for label, (score, _) in heard.items()})
    margin = _table()["margin"]
    if any(abs(score) < margin for score in scores.values()):
        raise _unclear(words, "what the speakers say does not tell agent and customer apart")
    roles: dict[str, Role] = {label: "agent" if score > 0 else "customer" for label, score in scores.items()}
    return Assignment({**known, **roles}, _reason(words, roles))


def _balanced(scores: dict[str, float]) -> dict[str, float]:
    if len(scores) != 2:
        return scores
    (one, a), (two, b) = scores.items()
    return {one: a - b, two: b - a}


def _hear(texts: Iterable[str]) -> tuple[float, tuple[str, ...]]:
    """How much someone speaks like an agent (above 0) or a customer (below), and the words that say so."""
    heard = _join(texts)
    score, words = 0.0, []
    for side, sign in (("agent", 1), ("customer", -1)):
        for cue in _cues()[side]:
            if match := cue.pattern.search(heard):
                score += sign * cue.weight
                words.append(match.group().strip())
    return score, tuple(words)


def _join(texts: Iterable[str]) -> str:
    kept, size = [], 0
    for text in texts:
        kept.append(text[: _HEARD - size])
        size += len(kept[-1])
        if size >= _HEARD:
            break
    return normalize("\n".join(kept))


def _reason(words: Mapping[str, tuple[str, ...]], roles: Mapping[str, Role]) -> str:
    return "；".join(
        f"{label}：{'、'.join(words[label][:4]) or '另一方'} → {_CHINESE[role]}"
        for label, role in roles.items()
    )


def _unclear(words: Mapping[str, tuple[str, ...]], message: str) -> TranscriptError:
    found = "; ".join(
        f"{label}: {', '.join(said[:3]) or 'no cue'}" for label, said in list(words.items())[:4]
    )
    return TranscriptError("roles_unclear", f"{message} ({found})", hint=f"label the speakers: {ALLOWED}")


def unanswered(roles: Mapping[str, Role], stated: bool) -> bool:
    """Whether a record with a role field holds a customer alone: a contact that nobody answered, which is
    scored as such. A text file with one speaker is more likely half a recording."""
    return stated and set(roles.values()) - {"system"} == {"customer"}


def _both_sides(roles: Mapping[str, Role]) -> None:
    missing = {"agent", "customer"} - set(roles.values())
    if missing:
        labels = ", ".join(map(repr, list(roles)[:4]))
        message = f"no {' and no '.join(sorted(missing))} speaks (speakers: {labels})"
        raise TranscriptError("single_speaker", message, hint="a contact needs both sides")

"""Finds the quotes in a reason again, to write them anew: masked, or left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

_OPEN = re.compile(r"(?P<head>第 (?P<zh>[0-9]{1,9}) 轮|turn (?P<en>[0-9]{1,9}) )“")
"""As `reasons.WORDS['quote']` writes them; a test compares the two."""


def requote(
    reason: str, quotes: Mapping[int, Collection[str]], change: Callable[[int, str], str | None]
) -> str:
    """The reason with each quote of a turn replaced by `change(turn, quote)`; None leaves only the place.

    quotes: what may have been quoted of each turn, counted from 0. A text may hold quotation marks itself,
    so the end of a quote is known only by comparing.
    """
    parts, at = [], 0
    while match := _OPEN.search(reason, at):
        turn = int(match["zh"] or match["en"]) - 1
        quote = _quoted(reason, match.end(), quotes.get(turn, ()))
        new = change(turn, quote)
        parts.append(reason[at : match.start()] + _place(match, new))
        at = match.end() + len(quote) + 1
    return "".join([*parts, reason[at:]])


def _quoted(reason: str, start: int, candidates: Collection[str]) -> str:
    """The longest candidate that stands there, closed; else all to the next closing mark."""
    fitting = [q for q in candidates if reason.startswith(q + "”", start)]
    if fitting:
        return max(fitting, key=len)
    end = reason.find("”", start)
    return reason[start : end if end >= 0 else len(reason)]


def _place(match: re.Match[str], quote: str | None) -> str:
    return match["head"].rstrip() if quote is None else f"{match['head']}“{quote}”"

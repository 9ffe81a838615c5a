"""What the times of a contact show: who waited how long, who cut in, how fast someone spoke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from .types import Utterance

SHORTEST = 10
"""Characters of a turn from which on its speech rate means something."""
Turns = Sequence[Utterance]


def answers(turns: Turns) -> Iterator[tuple[int, Utterance, Utterance]]:
    """Each agent turn that answers a customer turn, with that turn and its own utterance.

    A notice of the system between them answers nobody.
    """
    for (_, before), (turn, now) in pairwise(_spoken(turns)):
        if before.role == "customer" and now.role == "agent":
            yield turn, before, now


def gaps(turns: Turns) -> list[tuple[int, float]]:
    """Each agent turn that answers a customer turn, with the seconds between them, where both are timed."""
    found = ((turn, _wait(before, now)) for turn, before, now in answers(turns))
    return [(turn, seconds) for turn, seconds in found if seconds is not None]


def first_response(turns: Turns) -> tuple[int, float] | None:
    """The first agent turn that answers, and the seconds the customer waited for it; None without times."""
    if not turns or turns[0].role == "agent":
        start = turns[0].start if turns else None
        return None if start is None else (0, start)
    return next(iter(gaps(turns)), None)


def silences(turns: Turns) -> list[tuple[int, float]]:
    """Each turn after another one, with the seconds in which nobody spoke, where both are timed."""
    found = ((turn, _wait(before, now)) for (_, before), (turn, now) in pairwise(_spoken(turns)))
    return [(turn, seconds) for turn, seconds in found if seconds is not None]


def overlaps(turns: Turns) -> list[tuple[int, float]]:
    """Each turn after one of the other side, with the seconds that it began before that one ended.

    0 where it waited. Only where the end of the one and the start of the other are known.
    """
    found = []
    for (_, before), (turn, now) in pairwise(_spoken(turns)):
        if before.role != now.role and before.end is not None and now.start is not None:
            found.append((turn, max(0.0, before.end - now.start)))
    return found


def speech_rates(turns: Turns) -> list[tuple[int, float]]:
    """Characters a minute of each turn that is timed and long enough to tell; white space is not counted."""
    found = []
    for turn, now in enumerate(turns):
        said = sum(not char.isspace() for char in now.text)
        if now.start is not None and now.end is not None and now.end > now.start and said >= SHORTEST:
            found.append((turn, said * 60 / (now.end - now.start)))
    return found


def length(turns: Turns) -> float | None:
    """Seconds from the first to the last time of the contact; None without times."""
    times = [moment for u in turns for moment in (u.start, u.end) if moment is not None]
    return max(times) - min(times) if times else None


def _spoken(turns: Turns) -> list[tuple[int, Utterance]]:
    return [(turn, u) for turn, u in enumerate(turns) if u.role != "system"]


def _wait(before: Utterance, now: Utterance) -> float | None:
    since = before.end if before.end is not None else before.start
    return None if since is None or now.start is None else max(0.0, now.start - since)

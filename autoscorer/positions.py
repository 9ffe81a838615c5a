"""Where a turn stands in a contact: in the opening, in the closing, or anywhere."""

from __future__ import annotations

from collections.abc import Container
from typing import Literal

from .types import Role, Transcript

Where = Literal["opening", "closing", "anywhere"]


def turns_at(
    transcript: Transcript, role: Role, where: Where, *, opening: int, closing: int
) -> tuple[int, ...]:
    """The turns of `role` that count as `where`: its first `opening`, its last `closing`, or all."""
    turns = tuple(i for i, u in enumerate(transcript.utterances) if u.role == role)
    if where == "opening":
        return turns[:opening]
    return turns[-closing:] if where == "closing" else turns


def follows(turn: int, anchors: Container[int], within: int) -> bool:
    """Whether `turn` comes after one of the anchor turns, at most `within` turns later."""
    return any(turn - back in anchors for back in range(1, within + 1))

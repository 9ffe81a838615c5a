"""Figures as people read them: numbers, ranges and the sentences that lead a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .agents import Agent
from .base import Options
from .figures import Figures
from .overview import AT_LEAST, Rate
from .trend import Jump, Week
from .words import words


def percent(value: float | None, digits: int = 1) -> str:
    """A share in [0, 1] as a percentage; a dash where there is none.

    >>> percent(0.1234), percent(1.0), percent(None)
    ('12.3%', '100.0%', '–')
    """
    if value is None:
        return "–"
    return number(100 * value, digits) + "%"


def number(value: float | None, digits: int = 1) -> str:
    """A number with fixed digits, a dash where there is none. Ties go up, as in the page's own scripts.

    >>> number(81.25), number(0.125, 2), number(None)
    ('81.3', '0.13', '–')
    """
    if value is None:
        return "–"
    return str(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def between(rate: Rate) -> str:
    """The 95 % interval of a rate."""
    low, high = rate.interval
    return f"{100 * low:.1f}–{100 * high:.1f}%"


def place(agent: Agent, told: dict[str, str]) -> str:
    """The places that an agent may have."""
    if agent.best is None:
        return told["unknown_place"]
    return str(agent.best) if agent.best == agent.worst else f"{agent.best}–{agent.worst}"


def band(share: float | None) -> str:
    """The class of a heat-map cell, from h0 (below half) to h5 (nine tenths or more)."""
    return "" if share is None else f"h{sum(share >= edge for edge in (0.5, 0.6, 0.7, 0.8, 0.9))}"


def goal(measure: str, value: float) -> str:
    """A goal as a bound."""
    return f"≥ {value:g}" + ("" if measure == "mean" else "%") if measure in AT_LEAST else f"≤ {value:g}%"


def jump_words(week: Week, jump: Jump, told: dict[str, str]) -> str:
    """One anomaly as a sentence part."""
    return told["jump"].format(
        week=told["week_of"].format(day=week.monday.isoformat()), measure=told[jump.measure].lower(),
        now=percent(week.rates[jump.measure].value), before=percent(jump.before),
    )  # fmt: skip


def formats(told: dict[str, str]) -> dict[str, Callable[..., Any]]:
    """The functions that a template may call."""
    return {
        "percent": percent, "number": number, "between": between, "band": band, "goal": goal,
        "place": lambda agent: place(agent, told),
        "jump_words": lambda week, jump: jump_words(week, jump, told),
    }  # fmt: skip


def scale(agents: Sequence[Agent]) -> dict[str, Any]:
    """The axis of the intervals: from the ten below the lowest end up to 100, and how far along a value is."""
    floor = 10 * int(min((agent.low for agent in agents if agent.low is not None), default=0) // 10)

    def along(value: float, since: float = floor) -> str:
        return f"{100 * (value - since) / (100 - floor):.1f}"

    return {"floor": floor, "scale": along}


def findings(figures: Figures, options: Options) -> list[str]:
    """What stands out, in a few sentences."""
    told, names = words(options.names.lang), options.names
    comma = "、" if names.lang == "zh" else ", "
    rate = percent(figures.rates["pass_rate"].value)
    said = [told["find_mean"].format(count=figures.count, mean=number(figures.mean), rate=rate)]
    missed = [told[goal.measure] for goal in figures.goals if not goal.reached]
    if figures.goals:
        said.append(told["find_goals"].format(names=comma.join(missed)) if missed else told["find_goals_ok"])
    jumps = [jump_words(week, jump, told) for week in figures.weeks for jump in week.jumps]
    if jumps:
        said.append(told["find_jump"].format(jumps=("；" if names.lang == "zh" else "; ").join(jumps)))
    weak = [names.criterion(c.id) for c in figures.weakest[:3]]
    if weak:
        said.append(told["find_weak"].format(names=comma.join(weak)))
    if figures.scenes:
        scene = figures.scenes[0]
        said.append(told["find_scene"].format(words=" ".join(scene.words), count=scene.count))
    if figures.urgent:
        said.append(told["find_urgent"].format(count=len(figures.urgent)))
    return said

"""What a report counts and against which goals: a YAML file, read into checked values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from .. import resources, yaml_file
from ..rules import Id
from ..yaml_file import Strict

Priority = Literal["red", "yellow", "green", "blue"]
PRIORITIES: tuple[Priority, ...] = ("red", "yellow", "green", "blue")


class _Part(Strict):
    """Takes YAML's lists where a tuple is asked."""

    @field_validator("*", mode="before")
    @classmethod
    def _tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Goals(_Part):
    """The mean total, and rates in percent of the contacts; what is left out has no goal."""

    mean: Percent | None = None
    pass_rate: Percent | None = None
    critical_rate: Percent | None = None
    complaint_rate: Percent | None = None
    violation_rate: Percent | None = None


class Anomaly(_Part):
    """When a weekly rate is red. Either `jump` points above that of the `weeks` before, where both have
    `enough` contacts and the binomial probability of such a count under the old rate is below `chance`;
    or that probability is below `tail` (0.00135 is three sigma)."""

    jump: Percent = 10.0
    enough: int = Field(default=20, ge=1)
    weeks: int = Field(default=8, ge=1, le=520)
    chance: float = Field(default=0.05, gt=0, le=1)
    tail: float = Field(default=0.00135, gt=0, lt=0.5)


class Warn(_Part):
    """When a contact needs a person now, besides violations and critical criteria."""

    behaviors: tuple[Id, ...] = ("escalate",)
    negative: float = Field(default=0.8, gt=0, le=1)


class Dimension(_Part):
    """One SERVQUAL dimension: the criteria whose share of points is its value."""

    id: Id
    name: str
    name_en: str = ""
    note: str = ""
    note_en: str = ""
    criteria: tuple[Id, ...] = Field(min_length=1)


class Topic(_Part):
    """A training topic: needed below a share of points, or above a share of contacts with a deduction,
    both in percent. `quote` says whether the agent's words show it, or the customer's and the answer."""

    id: Id
    name: str
    name_en: str = ""
    priority: Priority
    quote: Literal["agent", "customer"] = "agent"
    below: Percent = 0.0
    above: Percent = 100.0
    criteria: tuple[Id, ...] = Field(min_length=1)


class Settings(_Part):
    """The whole file."""

    id: Id
    version: int | str
    goals: Goals = Goals()
    complaint: tuple[Id, ...] = ("complaint", "escalate")
    violation_points: Annotated[float, Field(gt=0)] = 5.0
    anomaly: Anomaly = Anomaly()
    warning: Warn = Warn()
    servqual: tuple[Dimension, ...] = ()
    training: tuple[Topic, ...] = ()
    enough: int = Field(default=3, ge=1)
    ignore: tuple[str, ...] = ()

    @property
    def by_customer(self) -> frozenset[str]:
        """The criteria whose misses are shown from the customer's words on."""
        return frozenset(c for topic in self.training if topic.quote == "customer" for c in topic.criteria)


def load_settings(path: str | Path | None = None) -> Settings:
    """Read report settings; the default ones without `path`. Raises ConfigError with every mistake."""
    settings, _ = yaml_file.load(path or resources.DATA / "report.yaml", Settings)
    return settings

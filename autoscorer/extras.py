"""Packages that the base install leaves out: asked for before they are imported."""

from __future__ import annotations

from importlib.util import find_spec

from .errors import MissingExtra


def require(extra: str, what: str, *packages: str) -> None:
    """Raise MissingExtra unless every package that `what` imports is there; loads none of them.

    >>> require("train", "this example", "json")
    """
    for package in packages:
        if find_spec(package) is None:
            raise MissingExtra(extra, f"{what} (package {package})")

"""What all tests share: the option that writes golden files anew, markers, and a scorer without models."""

import hypothesis
import pytest

import autoscorer

hypothesis.settings.register_profile("same", derandomize=True)  # a change is judged, not the luck of a draw
hypothesis.settings.register_profile("search", max_examples=2000, deadline=None)
hypothesis.settings.load_profile("same")


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")


def pytest_configure(config):
    config.addinivalue_line("markers", "models: runs the classifiers in models/; without them it fails")


@pytest.fixture(scope="session")
def plain_scorer():
    """A scorer under the default rules and rubric that runs no classifier."""
    return autoscorer.Scorer(use_models=False)

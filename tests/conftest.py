"""What all tests share: the option that writes golden files anew, markers, and a scorer without models."""

import pytest

import autoscorer


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")


def pytest_configure(config):
    config.addinivalue_line("markers", "models: runs the classifiers in models/; without them it fails")


@pytest.fixture(scope="session")
def plain_scorer():
    """A scorer under the default rules and rubric that runs no classifier."""
    return autoscorer.Scorer(use_models=False)

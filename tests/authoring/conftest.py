"""What the tests of the authors' tools share."""

import sys

import pytest

from autoscorer.cli import main


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a command; its exit code, what it printed, and what it said beside."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["autoscorer", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return left.value.code or 0, out, err

    return run

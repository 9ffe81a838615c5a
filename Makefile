# Two commands: `make demo` scores the samples, `make test` runs all tests. Needs Python 3.11+, venv, make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CORPUS ?= $(firstword $(wildcard ../shared/corpora/service_dialogues.jsonl.gz) data/samples)

.PHONY: help demo test lint wheel bench agreement models clean

help: ## Print what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/dev: $(VENV)/base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(VENV)/base ## Score data/samples, print the table, write results/
	$(BIN)/autoscorer score data/samples -o results

test: $(VENV)/dev ## Run lint, type checks and all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/dev ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(VENV)/dev ## Build the wheel into dist/
	rm -rf dist
	$(BIN)/python -m build --wheel --quiet

bench: $(VENV)/dev ## Time the pipeline against jieba alone, and 500 rules against the default; CORPUS=FILE BENCH=--workers
	$(BIN)/python -m tests.bench $(CORPUS) $(BENCH)
	$(BIN)/python -m tests.bench_rules $(CORPUS)
	$(BIN)/python -m tests.report.bench

agreement: $(VENV)/dev ## Measure agreement and robustness on ../shared, into docs/agreement.md (about ten minutes)
	$(BIN)/python -m tests.agreement_figures --write

$(VENV)/train: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[train]'
	@touch $@

models: $(VENV)/train ## Rebuild models/ from the labelled data in ../shared; an hour on one core
	$(BIN)/python -m training --shared ../shared --out models

clean: ## Remove environments and outputs
	rm -rf $(VENV) build dist results

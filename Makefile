# `make` lists the verbs. Paths are relative throughout: the folder may have a blank in its name.

PYTHON ?= python3
VENV ?= .venv
SCENARIO ?= scenarios/central.yaml
REPORTS ?= build/demo
BLOCKS ?= 5
BIN = $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install format lint types check test interop smoke cov bench demo run docs wheel clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/dev.stamp ## virtual environment with all that tests and development need

format: $(VENV)/dev.stamp ## rewrite the code in the house format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lint: $(VENV)/dev.stamp ## style, format and spelling
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell

types: $(VENV)/dev.stamp ## mypy, strict
	@$(BIN)/mypy

check: lint types ## lint and types

test: $(VENV)/test.stamp ## set up and run all tests, on all cores
	@$(BIN)/python -m pytest -m "not interop" -n auto --dist loadfile

interop: $(VENV)/test.stamp ## SOAP clients of other languages and a web viewer against the actors, those that are installed
	@$(BIN)/python -m pytest -m interop tests/interop

smoke: $(VENV)/test.stamp ## the shortest way through everything
	@$(BIN)/python -m pytest tests/test_smoke.py

cov: $(VENV)/test.stamp ## tests with branch coverage
	@$(BIN)/python -m coverage run -m pytest
	@$(BIN)/python -m coverage report

bench: $(VENV)/test.stamp ## speed, each figure beside its floor
	@$(BIN)/python tests/bench/run.py --blocks $(BLOCKS)

demo: $(VENV)/test.stamp ## set up and run the central architecture on real DICOM
	@$(BIN)/xdsi-sim run scenarios/central.yaml --reports "$(REPORTS)"
	@echo "Open $(REPORTS)/report.html in a browser."

run: $(VENV)/test.stamp ## run one scenario: make run SCENARIO=scenarios/central.yaml
	@$(BIN)/xdsi-sim run "$(SCENARIO)" --reports "$(REPORTS)"

docs: $(VENV)/test.stamp ## check the commands and citations in the documentation
	@$(BIN)/python -m pytest tests/test_docs.py

wheel: $(VENV)/test.stamp ## build the wheel into dist/
	@rm -rf build/lib build/bdist.*
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove all that the other verbs made
	rm -rf "$(VENV)" build dist xdsi_sim.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -prune -exec rm -rf {} +

# Installing is done again when setup.cfg has changed, not on every call.
$(VENV)/test.stamp: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV) (once; a minute or so) ..."
	@$(PYTHON) -m venv "$(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch "$@"

$(VENV)/dev.stamp: $(VENV)/test.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,dev]'
	@touch "$@"

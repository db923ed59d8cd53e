# Everything runs from .venv, which the first target that needs it makes. Nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)

ifdef UV
INSTALL := uv pip install --quiet --compile-bytecode --python $(BIN)/python
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench clean

help: ## say what can be made (this list)
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.core ## fetch, keep and report a bundled real task, no site needed
	$(BIN)/sops-report demo

test: .venv/.test ## run all tests and doctests
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

lint: .venv/.lint ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.bench ## time everything against the obvious ways, print ratios
	$(BIN)/python -m benchmarks

clean: ## remove the virtual environment, caches and what demo and bench wrote
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* build dist htmlcov
	rm -rf sops-report-demo benchmarks/results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) not found; install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1); name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "error: $(PYTHON) has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.core: .venv/.made pyproject.toml constraints.txt
	@echo "installing sops-report into .venv …" >&2
	@$(INSTALL) -c constraints.txt -e .
	@$(BIN)/python -m compileall -q sops_report # also where Python is told to keep nothing by itself
	@touch $@

.venv/.test: .venv/.core
	@echo "installing the test tools into .venv …" >&2
	@$(INSTALL) -c constraints.txt -e '.[test,browser]'
	@touch $@

.venv/.bench: .venv/.test
	@echo "installing what the figures are compared with into .venv …" >&2
	@$(INSTALL) -c constraints.txt -e '.[bench]'
	@touch $@

.venv/.lint: .venv/.test
	@echo "installing the linters into .venv …" >&2
	@$(INSTALL) -c constraints.txt -e '.[test,browser,lint]'
	@touch $@

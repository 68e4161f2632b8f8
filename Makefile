# What one does here. `make demo` and `make test` need Python >= 3.11 and make, and set up the rest in .venv.
# On one's own Python: make test PYTHON=python3.12

SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help demo test lint types imports check conformance bench evidence browser clean

# The first Python that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
VENV ?= .venv
BIN := $(VENV)/bin
# Two processes: geometry fills a core, and machines for tests have two.
TEST_ARGS ?= -n 2 --dist worksteal
# What pip is given; an environment of one's own may name an index or a cache.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# The theatre of examples/README.md: its plans, the points they name, and the ground where it is known.
EXAMPLE := examples/plans --fixes examples/fixes.csv --terrain examples/terrain.toml

help:
	@echo "make demo     check the plans in examples/ and write report.html"
	@echo "make test     run all tests"
	@echo "make check    test, lint, types, imports"
	@echo "make conformance  one pass of the official test suite (needs ../shared/conformance)"
	@echo "make bench    measure speed and memory"
	@echo "make evidence run what takes longer than a test run may, and keep its summary in docs/evidence.md"
	@echo "make clean    remove what these made"

demo: $(VENV)/.installed
	@status=0; $(BIN)/sharedsky check $(EXAMPLE) --report report.html || status=$$?; \
	if [ $$status -gt 3 ]; then exit $$status; fi; \
	echo; echo "Open report.html in a browser: it needs no network."

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(TEST_ARGS)

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .

types: $(VENV)/.installed-lint
	$(BIN)/mypy

imports: $(VENV)/.installed-lint
	$(BIN)/lint-imports

check: test lint types imports

bench: $(VENV)/.installed-test
	$(BIN)/python -m bench

conformance: $(VENV)/.installed
	$(BIN)/python -m evidence.conformance

evidence: $(VENV)/.installed-test
	$(BIN)/python -m evidence --write

browser: $(VENV)/.installed-test
	$(PIP) --editable '.[browser]'

clean:
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis report.html
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found. Install it, or name one: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11. Name a newer one: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) lacks the module venv or ensurepip. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/.made
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/.made
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-lint: pyproject.toml | $(VENV)/.made
	$(PIP) --editable '.[lint]'
	@touch $@

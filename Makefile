# Everything a person runs. `make demo` and `make test` set up a fresh machine themselves (Debian, Ubuntu, Raspberry Pi OS).
# PYTHON=/path/to/python3 chooses the Python; ARGS="--mic --camera" goes to the demo; PYTEST_ARGS="-k gate" to pytest.

SHELL := /bin/sh
BIN := .venv/bin
UV ?= uv
UV_COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml

.PHONY: help install demo test test-fast check coverage mutation laws lock clean
.NOTPARALLEL:

help:
	@echo "make demo       see it run: a street, a node, a broker (DEMO_SECONDS=30 bounds it)"
	@echo "make test       all tests"
	@echo "make test-fast  the tests that take no seconds"
	@echo "make check      lint, types, import contracts, generated documents"
	@echo "make mutation   do the tests of the wall notice a change in it? (most of an hour)"
	@echo "make laws       a million records against the parser law (docs/laws.md; half an hour)"
	@echo "make install    .venv with everything (the others do it too)"
	@echo "make lock       the locked requirements anew, after a change in pyproject.toml"
	@echo "make clean      remove .venv and every cache"

install:
	@sh firmware_config/setup/prepare.sh

demo: install
	@$(BIN)/polewatch-sim demo $(ARGS)

# Two workers: the machine that must hold this time has two cores, and more would disturb the tests of timing.
test: install
	@$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

test-fast: install
	@$(BIN)/python -m pytest -n 2 -m "not slow" $(PYTEST_ARGS)

check: install
	@echo "ruff, mypy, import contracts, generated documents"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m node.contract.generate --check

# The wall's own parts keep at least 90 % of their branches under test, each for itself. Silent when they do:
# the last line of a good run is pytest's own. Reads what `make test PYTEST_ARGS="--cov ..."` measured.
coverage:
	@for part in node/contract/\* node/airlock/\* node/uplink/outbox.py node/uplink/store.py node/uplink/intake.py \
			node/uplink/register.py node/uplink/summaries.py; do \
		out=$$($(BIN)/coverage report --include="$$part" --fail-under=90 2>&1) || \
			{ echo "$$out"; echo "polewatch: $$part is under 90 % of its branches" >&2; exit 1; }; \
	done

# In an environment of its own: the tool is for this alone, and its requirements are not ours.
mutation: install
	@test -x .venv-mutation/bin/cosmic-ray || $(BIN)/python -m venv .venv-mutation
	@.venv-mutation/bin/pip install --quiet --disable-pip-version-check cosmic-ray==8.7.0
	@$(BIN)/python tests/mutation $(CURDIR)/.venv-mutation/bin/cosmic-ray $(CURDIR)/$(BIN)/python

laws: install
	@POLEWATCH_RECORDS=1000000 $(BIN)/python -m pytest tests/privacy/test_parser_law.py

# uv resolves; what is locked already stays unless pyproject.toml forbids it.
lock:
	@command -v $(UV) >/dev/null || { echo "polewatch: make lock needs uv: pipx install uv, or UV=/path/to/uv" >&2; exit 69; }
	$(UV_COMPILE) --extra dev --output-file requirements-dev.lock
	$(UV_COMPILE) --extra node --constraint requirements-dev.lock --output-file requirements-node.lock

clean:
	rm -rf .venv .venv-mutation build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*

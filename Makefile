# Every command below installs what it needs itself. `make` or `make help` lists them.

SHELL := /bin/bash
BIN := .venv/bin
.DEFAULT_GOAL := help

# How many tests run side by side: as many as there are cores, but no more than four, for each may start a browser.
# Work is stolen, not dealt: so a module stays together, and its server and browser are started once.
JOBS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n < 4 ? n : 4)))
# Recording what is covered takes half as long again as the tests, so it is asked for.
RECORD = --cov --cov-report= --cov-fail-under=0

.PHONY: help
help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | while IFS='|' read -r name what; do \
		printf '  make %-12s %s\n' "$$name" "$$what"; done

# --- try it out ---------------------------------------------------------------------------------------------------

.PHONY: run
run: runtime ## Try Whipround on this machine, with practice money: the site, the worker and a stand-in for Stripe
	@exec $(BIN)/python scripts/run.py

# --- check it -----------------------------------------------------------------------------------------------------

.PHONY: test
test: development ## Run every test; PYTEST='-k receipt' runs some; COVERAGE=1 records what they cover
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal $(if $(COVERAGE),$(RECORD)) $(PYTEST)

.PHONY: check
ifdef FILE
check: one
else
check: COVERAGE = 1
check: inspect test coverage ## Everything that must hold before a change lands; FILE=app/money.py checks one file, in seconds
endif

# The tests of app/money.py are tests/test_money.py; those of a test are the test itself. On SQLite only.
.PHONY: one
one: development
	$(BIN)/ruff format --check $(FILE)
	$(BIN)/ruff check $(FILE)
	$(BIN)/mypy $(FILE)
	@file='$(FILE)'; case "$$file" in */test_*) tests="$$file" ;; \
		*) tests="tests/$$(dirname "$${file#app/}")/test_$$(basename "$$file")" ;; esac; \
	if [ -f "$$tests" ]; then $(BIN)/python -m pytest -q --numprocesses 0 -k 'not postgresql' "$$tests"; \
	else echo "There is no $$tests: look in that folder for the tests of $$file."; fi

.PHONY: inspect
inspect: development ## Formatting, lint, types, the rules about who may import whom, and undeclared or unused libraries
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry --extend-exclude scripts --extend-exclude practice/tests .
	$(BIN)/deptry --exclude '\.venv' --ignore DEP002,DEP004 . # with the tests and scripts, which need more

.PHONY: coverage
coverage: development ## What the last `make test COVERAGE=1` covered; fails under 95 per cent of the branches
	$(BIN)/coverage report

.PHONY: soak
soak: development ## The slow proofs: 2000 orders of events with losses and kills, a year of 100,000 gifts; SCHEDULES=… YEAR=…
	SCHEDULES=$${SCHEDULES:-2000} $(BIN)/python -m pytest tests/donations/test_orders.py -k 'sqlite and same' --timeout 0
	YEAR=$${YEAR:-100000} $(BIN)/python -m pytest tests/ledger/exports/test_year.py -k 'not postgresql' --timeout 0

.PHONY: bench
bench: development ## Measure throughput and latency (docs/performance.md); takes several minutes
	$(BIN)/python -m tests.bench

# --- change it ----------------------------------------------------------------------------------------------------

.PHONY: format
format: development ## Format the code, and mend what the linter can mend by itself
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: words
words: development ## Collect every word that people read, for translators, in app/translations/messages.pot
	$(BIN)/pybabel --quiet extract -F babel.cfg -k _l -k lazy_gettext --no-location --sort-output \
		--project=Whipround --copyright-holder=Whipround --output-file app/translations/messages.pot .

# The development lock comes first and binds the other, so that what is tested is what runs.
LOCK = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile pyproject.toml --quiet --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --group build $(UPGRADE)

.PHONY: lock
lock: development ## Write the lock files anew from pyproject.toml; UPGRADE=--upgrade takes newer versions
	$(LOCK) --group dev --output-file requirements-dev.lock
	$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock

.PHONY: screenshot
screenshot: development ## Take the README's picture anew, from practice mode
	$(BIN)/python scripts/screenshot.py

.PHONY: clean
clean: ## Take away what the commands made, but keep data/ and its gifts
	rm -rf .venv .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# --- what they need -----------------------------------------------------------------------------------------------

.PHONY: runtime
runtime:
	@scripts/system-packages run
	@scripts/environment requirements.lock

.PHONY: development
development:
	@scripts/system-packages test
	@scripts/environment requirements-dev.lock

# The whole interface: `make run` and `make test`. What is in place already is not made again.

PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
VAR := $(or $(BORGERSERVICE_VAR),var)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard borgerservice/locale/*/LC_MESSAGES/*.po))
LOADED_FROM := $(shell find appointments borgerservice witnesses \
  -path '*/migrations/*.py' -o -path '*/guards/*' -name '*.sql' -o -path '*/data/*' -type f \
  -o -path '*/demo/*.py')
BOOKING := tests/appointments tests/journeys tests/production
WITHOUT_DATABASE := DJANGO_SETTINGS_MODULE=borgerservice.settings.checks

# Else each of a hundred processes that a run starts would compile the whole product anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test help new-database
.NOTPARALLEL:
.DELETE_ON_ERROR:

run: node_modules/ready .venv/ready $(CATALOGUES) $(VAR)/loaded  ## the whole service on this machine, with demo data
	@$(MANAGE) serve

test: node_modules/ready .venv/checks $(CATALOGUES)  ## all that must hold before a change lands; FULL=1 for the long figures
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(BIN)/python -m tests.rig.at_once \
	  'TEST_DATABASE=postgresql FULL=$(FULL) $(BIN)/python -m pytest $(BOOKING:%=--ignore=%)' \
	  'TEST_DATABASE=sqlite FULL=$(FULL) $(BIN)/python -m pytest $(BOOKING:%=--ignore=%)' \
	  'TEST_DATABASE=postgresql FULL=$(FULL) $(BIN)/python -m pytest $(BOOKING)' \
	  'TEST_DATABASE=sqlite FULL=$(FULL) $(BIN)/python -m pytest $(BOOKING)' \
	  '$(BIN)/mypy && $(BIN)/lint-imports && $(WITHOUT_DATABASE) $(MANAGE) makemigrations --check --dry-run'

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/ —/'

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Borgerservice needs Python 3.11 or newer, and '$(PYTHON)' is none. Name one: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: requirements-demo.txt | .venv/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

.venv/checks: requirements-checks.txt | .venv/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

node_modules/ready: package.json package-lock.json .npmrc
	@node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))' 2>/dev/null || \
	  { echo "Borgerservice needs Node 20 or newer, and there is none on the PATH."; exit 1; }
	npm ci --ignore-scripts --no-progress --loglevel=error
	@touch $@

%.mo: %.po | .venv/made
	@$(WITHOUT_DATABASE) $(MANAGE) compile_translations

$(VAR)/loaded: .venv/ready $(LOADED_FROM) $(if $(wildcard $(VAR)/borgerservice.sqlite3),,new-database)
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) load_reference
	$(MANAGE) load_demo
	@touch $@

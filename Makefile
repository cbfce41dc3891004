# Two commands set everything up: `make demo` and `make test`. The rest is for every day.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.12 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo run test test-fast lint format bench clean distclean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s$$'\t'

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 12) else "Reelproof needs Python 3.12; this is " + sys.version.split()[0] + ". Install it, or call: make PYTHON=/path/to/python3.12")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.cpu: pyproject.toml | $(PY)
	@echo "Installing Reelproof into $(VENV) (about two minutes the first time) ..."
	@$(PY) -m pip install --quiet --editable '.[cpu]'
	@$(PY) -m pip install --quiet --no-deps Resemblyzer==0.1.4 # the weights of voices; its code is not used
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.cpu
	@echo "Installing what the tests need ..."
	@$(PY) -m pip install --quiet --editable '.[cpu,dev]'
	@touch $@

demo: $(VENV)/.cpu ## Brief to signed, verified film; two foreign clips stopped (no server, no GPU)
	@$(PY) manage.py demo

run: $(VENV)/.cpu ## Site and worker at http://127.0.0.1:8000 with demo logins
	@$(PY) manage.py up

test: lint ## Everything that CI checks: lint, types, layers, all tests with coverage
	@tests/debian-packages.sh
	@$(PY) -m pytest -n 2 --cov --cov-report=term:skip-covered -q

test-fast: $(VENV)/.dev ## The tests without browser and servers
	@$(PY) -m pytest -n 2 -q -m 'not browser and not server'

lint: $(VENV)/.dev ## Style, types, layers, deployment checks, migrations, policies
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --cache-dir .import_linter_cache
	@DJANGO_SETTINGS_MODULE=django_site.settings.production REELPROOF_HOSTS=reelproof.example \
		REELPROOF_SECRET_KEY="$$(head -c 48 /dev/urandom | base64)" $(PY) manage.py check --deploy --fail-level WARNING
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) -m auditor policies test policies

format: $(VENV)/.dev ## Bring the code into the house style
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format .

bench: $(VENV)/.dev ## Every benchmark, one after the other (tens of minutes)
	@for bench in tests/bench/*.py; do echo "== $$bench"; $(PY) -m "tests.bench.$$(basename "$$bench" .py)"; done

clean: ## Forget the demo, caches and reports; keep the installation
	@rm -rf var .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov staticfiles
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## Forget the installation too
	@rm -rf $(VENV) *.egg-info

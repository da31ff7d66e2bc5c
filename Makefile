# A fresh clone needs only `make demo`. Everything else is listed by `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := out/demo

# Weights that lie beside the checkout are used where they are; otherwise `proctor models fetch` gets them.
ifneq ($(wildcard ../shared/models/MANIFEST.toml),)
export PROCTOR_MODELS ?= $(abspath ../shared/models)
endif

.PHONY: help setup lock models demo test check lint bench format clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## Make .venv with the package and all tools, pinned (about a minute; at once when nothing changed)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
		echo "'$(PYTHON)' is not a complete Python 3.11. Install python3.11 with its venv module (Debian: python3.11-venv)," >&2; \
		echo "or name another one: make setup PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "Installing into $(VENV) ..."
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --quiet --upgrade pip --constraint constraints.txt
	@$(BIN)/python -m pip install --quiet --quiet --editable '.[cluster]' --group dev --constraint constraints.txt
	@touch $@

lock: setup  ## Write constraints.txt again, after a dependency was added to pyproject.toml
	@{ sed -n '/^#/p' constraints.txt; \
	   $(BIN)/python -m pip list --format=freeze --exclude-editable | sed 's/+.*//' | LC_ALL=C sort --ignore-case; } \
	   > constraints.new
	@mv constraints.new constraints.txt && touch $(READY)

models: setup  ## Get the weights, unless PROCTOR_MODELS (or ../shared/models) has them
	@[ -n "$${PROCTOR_MODELS:-}" ] || $(BIN)/proctor models fetch || \
		echo "Not all models are here. The analysis still runs and says what it could not assess." >&2

demo: models  ## Analyse the sample session and print where its report is
	@rm -rf $(DEMO)
	@$(BIN)/proctor analyze sample_videos/webcam.mp4 --screen sample_videos/screen.mp4 --student S123 \
		--events sample_videos/events.csv --output $(DEMO)
	@echo "$(abspath $(DEMO)/report.html)"

test: setup  ## Run the tests
	@$(BIN)/python -m pytest

lint: setup  ## Style, types and the floors of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

check: lint  ## All that CI checks: lint and tests
	$(BIN)/python -m pytest

bench: models  ## Measure speed: one table, after about an hour
	@$(BIN)/python benchmarks/run.py

format: setup  ## Rewrite the code in the house style
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

clean:  ## Remove what the commands above made, except .venv and reports of yours
	@rm -rf $(DEMO) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

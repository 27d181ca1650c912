# Each target in one line; what it does stands in the module that it calls.
SHELL := /bin/sh
PY := .venv/bin/python -W ignore
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test setup evaluate bench lint browser
run: setup ; @$(PY) -m webhook
setup: ; @python3 webhook/setup.py
test: setup ; @$(PY) -m pytest
evaluate: setup ; @$(PY) -m bot.evaluation
bench: setup ; @$(PY) -m webhook.bench
lint: setup ; @.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
browser: ; @sh tests/browser/install.sh

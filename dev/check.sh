#!/bin/sh
# The quick checks of tests/house/test_rules.py alone: lint, types, import directions. Needs ./test to have run once.
set -eu
cd "$(dirname -- "$0")/.."
.venv/bin/ruff check --output-format=concise "${@:-.}"
# Django's plug-in reads the settings, which want a database named and a place for keys.
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
SONAE_DATA_DIR=$place SONAE_APP_DATABASE_URL=postgresql:///none .venv/bin/mypy src/sonae
.venv/bin/lint-imports --no-cache

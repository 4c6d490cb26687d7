# `make` lists the targets. PYTHON chooses the interpreter: 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install run test check fix dev bench openapi wheel sbom audit locks clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pulsar needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

CONSOLE_SOURCES := $(shell find web/src web/static -type f 2>/dev/null) web/package.json web/svelte.config.js web/vite.config.ts

pulsar/console/index.html: web/node_modules/.package-lock.json $(CONSOLE_SOURCES)
	cd web && npm run --silent build
	rm -rf pulsar/console && cp -r web/build pulsar/console && touch $@

install: .venv/installed pulsar/console/index.html ## environment in .venv, console built

run: install ## everything on the embedded database; prints the address
	@$(BIN)/pulsar serve

# Two processes with a database each; loadgroup gives a test at a time to whichever is free.
test: install ## install, then all tests
	@sh tests/needs.sh
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup
	cd web && npm run --silent test

check: install ## style, types, layers, the API document, console checks: what CI runs before the tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pulsar openapi | diff -u web/openapi.json - || { echo "run: make openapi"; exit 1; }
	cd web && npm run --silent check && npm run --silent lint

fix: .venv/installed ## format, and mend what ruff can
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	cd web && npm run --silent format

dev: .venv/installed ## API on 8080; `npm run dev` in web/ gives a console that reloads
	PULSAR_LOG_LEVEL=DEBUG $(BIN)/pulsar serve

bench: install ## speed, as ratios in one run
	$(BIN)/python -m bench

openapi: .venv/installed ## the document and the console's types from the code
	$(BIN)/pulsar openapi > web/openapi.json
	cd web && npm run --silent api

wheel: install ## dist/*.whl, with the console in it
	$(BIN)/python -m hatchling build -t wheel

.venv/supply/installed: requirements/supply.txt .venv/installed
	$(PYTHON) -m venv .venv/supply
	.venv/supply/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/supply.txt
	@touch $@

sbom: .venv/supply/installed ## dist/sbom-*.cdx.json: what Pulsar is made of, as CycloneDX
	mkdir -p dist
	.venv/supply/bin/cyclonedx-py requirements requirements/runtime.txt --of JSON -o dist/sbom-python.cdx.json
	cd web && npm sbom --sbom-format cyclonedx --package-lock-only > ../dist/sbom-console.cdx.json

audit: .venv/supply/installed ## known weaknesses in what Pulsar is made of; asks the registries
	.venv/supply/bin/pip-audit --require-hashes --disable-pip -r requirements/runtime.txt
	cd web && npm audit --package-lock-only --audit-level=high

locks: ## requirements/*.txt anew from pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group pyproject.toml:supply -o requirements/supply.txt

clean: ## what was built; not the data
	rm -rf .venv dist pulsar/console web/node_modules web/build web/.svelte-kit

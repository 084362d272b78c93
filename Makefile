PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-full lint venv

venv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -e ".[test]"

run:
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q -c constraints.txt . && $(BIN)/cargopool solve scenarios/clusters20-week --out runs/clusters20-week

test:
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q -c constraints.txt -e ".[test]" && $(BIN)/pytest -n 2 --dist loadfile

test-full: venv
	CARGOPOOL_TEST_SCALE=full $(BIN)/pytest -n 2 --dist loadfile --timeout 5400

lint:
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy

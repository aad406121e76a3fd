# Everything a newcomer types. `make demo` and `make test` are all the set-up there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_DB := demo.sqlite

.PHONY: demo test static docs check format wheel-demo audit benchmark soak faults fuzz clean

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Nianbao needs Python 3.11 or newer (PYTHON=/path/to/python3 make ...)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "python3-venv is missing; installing it with apt"; \
	  apt-get update -q && apt-get install -y -q --no-install-recommends python3-venv python3-pip && $(PYTHON) -m venv --clear $(VENV); }
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP) ## Ingest fixtures/reports and show one report and a comparison
	@rm -f $(DEMO_DB)
	$(BIN)/nianbao ingest fixtures/reports --db $(DEMO_DB)
	$(BIN)/nianbao show 宿迁市人民政府 2024 --db $(DEMO_DB)
	$(BIN)/nianbao query docs/comparison.sql --db $(DEMO_DB)

test: $(STAMP) ## Run the tests
	$(BIN)/python -m pytest -n 2

static: $(STAMP) ## Format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: $(STAMP) ## Build the documentation into docs/_build/html
	$(BIN)/python -m sphinx -W --keep-going -q -E -b html docs docs/_build/html

check: static test docs ## Everything CI checks

wheel-demo: ## The demo from the built wheel in a fresh environment of every Python on the PATH (PYTHONS="python3.14 ..." for some)
	$(PYTHON) .ci/wheel_demo.py $(PYTHONS)

audit: ## Look the pinned dependencies up for known weaknesses, where the advisories can be reached
	$(PYTHON) .ci/audit.py

format: $(STAMP) ## Reformat the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmark: $(STAMP) ## Run the benchmarks (about 20 minutes; REPORTS=1000000 for the country's size) and write benchmarks/RESULTS.md
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[benchmark]'
	$(BIN)/python benchmarks/run.py

soak: $(STAMP) ## 20,000 documents in one run, 2 % of them hostile, beside the same run without those (about 20 processor minutes)
	$(BIN)/python benchmarks/soak.py --write

faults: $(STAMP) ## Run the fault matrix (about 15 minutes; as root with its full disks) and write its table into docs/faults.md
	$(BIN)/python -m benchmarks.faults --write

fuzz: $(STAMP) ## Fuzz every reader for MINUTES (30) of the processor each, or only TARGETS="html pdf"; docs/fuzzing.md
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	$(BIN)/python -m benchmarks.fuzz $(TARGETS) --minutes $(or $(MINUTES),30)

clean: ## Remove the environment and the demo database
	rm -rf $(VENV) $(DEMO_DB)* docs/_build

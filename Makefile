# Each target works on a bare machine with Python 3.11 or later and pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTED := scanner checks tests examples

.PHONY: demo test ruff mypy pytest long bench commands readme format clean

# Exit 1 (findings) and 3 (something unread) are what the demo is about, so make ends with 0.
demo: $(VENV)/.installed
	@$(BIN)/backupscan demo || case $$? in 1|3) ;; *) exit 2 ;; esac
	@echo
	@echo "Next: what a change would do to backup, before it is applied. In one terminal run"
	@echo "  $(BIN)/backupscan simulate --port 18443"
	@echo "In another, with the variables that it prints:"
	@echo "  $(BIN)/backupscan plan examples/plans/break.json --live --arm-endpoint https://localhost:18443"

# mypy takes one core for a minute where it has no cache, so the tests do not wait for it.
test: $(VENV)/.tested ruff
	@$(MAKE) --no-print-directory -j 2 mypy pytest

ruff: $(VENV)/.tested
	$(BIN)/ruff check $(TESTED)
	$(BIN)/ruff format --check $(TESTED)

mypy: $(VENV)/.tested
	$(BIN)/mypy

# Many tests wait for processes, so there are more workers than most machines have cores.
pytest: $(VENV)/.tested
	$(BIN)/pytest -n 3 --dist worksteal $(PYTEST_FLAGS)

# Faults with the limits that users get, kills, a simulated hour, and damages to every answer.
# Where there is npm, Azure Storage is served on this machine, too.
long: $(VENV)/.tested
	@! command -v npm > /dev/null || npm install --prefix $(VENV)/npm --silent --no-fund --no-audit \
		--ignore-scripts azurite@3
	$(BIN)/pytest -m long $(PYTEST_FLAGS)

# What a scan costs, each row of one run; quiet machines measure best.
bench: $(VENV)/.tested
	$(BIN)/python -m tests.bench

# The table of az's options, from az's own parser: installs azure-cli in a temporary folder.
commands: $(VENV)/.tested
	$(BIN)/python -m tests.commands

# The README's tables, from the code.
readme: $(VENV)/.tested
	$(BIN)/python -m tests.readme

format: $(VENV)/.tested
	$(BIN)/ruff check --fix $(TESTED)
	$(BIN)/ruff format $(TESTED)

$(VENV)/.installed: pyproject.toml
	@echo "Installing into $(VENV), once …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.tested: pyproject.toml $(VENV)/.installed
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info

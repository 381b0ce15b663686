# The same names everywhere: setup, demo, up, test, lint, types, bench, report.
FITS = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c "$(FITS)" 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
STAMP := $(VENV)/.installed
export DAGSTER_DISABLE_TELEMETRY := 1
# Some machines forbid bytecode; pytest and every process that it starts are slower without it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo up test lint types imports bench report soak mutants clean lock

setup: $(STAMP)

# uv when it can be had (four times as fast), plain pip otherwise; both check the same hashes. Where the machine has no Python that
# fits, uv brings one.
define install
	@test -x $(BIN)/python || if [ -n "$(PYTHON)" ]; then $(PYTHON) -m venv $(VENV); \
	elif command -v uv >/dev/null; then uv venv --quiet --seed --python 3.13 $(VENV); \
	else echo "No Python 3.11 to 3.14 here. Install one, or uv, which brings its own."; exit 1; fi
	@if $(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv >/dev/null 2>&1; then \
		echo "installing $(1) with uv" && \
		$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r $(1) && \
		$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		echo "installing $(1) with pip" && \
		$(BIN)/python -m pip install --quiet --require-hashes -r $(1) && \
		$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . ; \
	fi
endef

# What running needs, and nothing else.
$(RUNTIME): requirements.lock pyproject.toml
	$(call install,requirements.lock)
	@touch $(RUNTIME)

$(STAMP): requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch $(RUNTIME) $(STAMP)

demo: $(RUNTIME)
	$(BIN)/kobosync demo

up: $(RUNTIME)
	$(BIN)/kobosync up

# Three workers, whole modules each, since tests wait for servers and browsers now and then: the tests that start servers share them within a module.
test: setup lint types imports
	$(BIN)/pytest -n 3 --dist loadscope

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

report: $(RUNTIME)
	$(BIN)/kobosync report config/demo.yaml

bench: setup
	$(BIN)/python -m benchmarks

# How many small wrong changes the tests beside the code would not see; an hour.
mutants: setup
	$(BIN)/python -m tests.mutation

soak: setup
	$(BIN)/pytest -m soak --override-ini addopts="-q --strict-markers --disable-socket --allow-hosts=127.0.0.1,localhost,::1 --allow-unix-socket"

# Each lock is for every Python that fits, and names no index.
COMPILE = $(BIN)/python -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet
lock:
	$(COMPILE) --upgrade --extra build pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade --extra build --extra cluster -c requirements.lock pyproject.toml -o requirements-cluster.lock
	$(COMPILE) --upgrade --extra dev -c requirements-cluster.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf var reports

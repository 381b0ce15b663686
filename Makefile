# The same names everywhere: setup, demo, up, test, lint, types, bench, report.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export DAGSTER_DISABLE_TELEMETRY := 1

.PHONY: setup demo up test lint types imports bench report soak clean lock

setup: $(STAMP)

# uv when it can be had (four times as fast), plain pip otherwise; both check the same hashes.
$(STAMP): requirements-dev.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if $(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv >/dev/null 2>&1; then \
		echo "installing with uv" && \
		$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements-dev.lock && \
		$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		echo "installing with pip" && \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock && \
		$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(STAMP)

demo: setup
	$(BIN)/kobosync demo

up: setup
	$(BIN)/kobosync up

# Two workers, whole modules each: the tests that start servers share them within a module.
test: setup lint types imports
	$(BIN)/pytest -n 2 --dist loadscope

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

report: setup
	$(BIN)/kobosync report config/demo.yaml

bench: setup
	$(BIN)/python -m benchmarks

soak: setup
	$(BIN)/pytest -m soak --override-ini addopts="-q --strict-markers --disable-socket --allow-hosts=127.0.0.1,localhost,::1 --allow-unix-socket"

lock:
	$(BIN)/python -m uv pip compile --python 3.11 --generate-hashes --no-strip-extras --no-header --quiet --upgrade pyproject.toml -o requirements.lock
	$(BIN)/python -m uv pip compile --python 3.11 --generate-hashes --no-strip-extras --no-header --quiet --extra dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf var reports

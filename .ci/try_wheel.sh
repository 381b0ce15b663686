#!/usr/bin/env bash
# The built wheel as a stranger gets it: no lock, an environment of its own, a folder outside the checkout.
# bash .ci/try_wheel.sh [PYTHON]: with that interpreter, else with the one of the checkout's environment.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
python=$here/.venv/bin/python
theirs=${1:-$python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# From a copy: what an earlier build left in the checkout would go into the wheel too.
mkdir "$work/source"
git -C "$here" archive HEAD | tar -x -C "$work/source"
"$python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work" "$work/source"
wheel="$(echo "$work"/kobosync-*.whl)[postgres]"
"$python" -m uv venv --quiet --python "$theirs" "$work/venv"
"$python" -m uv pip install --quiet --python "$work/venv/bin/python" "$wheel"
# pip resolves by rules of its own: it must come to the same release of Dagster, without a second install.
"$theirs" -m venv "$work/pip"
"$work/pip/bin/pip" install --quiet --dry-run --report "$work/pip.json" "$wheel"
"$python" - "$work/pip.json" <<'PY'
import json, sys
from importlib.metadata import version

chosen = {one["metadata"]["name"]: one["metadata"]["version"] for one in json.load(open(sys.argv[1]))["install"]}
family = {name: chosen[name] for name in ("dagster", "dagster-webserver", "dagster-postgres")}
assert all(family[name].rsplit(".", 1)[0] == version(name).rsplit(".", 1)[0] for name in family), family
print("pip:", family)
PY
unset KOBOSYNC_HOME DAGSTER_HOME PYTHONPATH
cd "$work"
venv/bin/python -c "import dagster, dagster_postgres, dagster_webserver, pipelines.definitions"
venv/bin/kobosync --version
venv/bin/kobosync init home --name Nordvik --kommunenummer 9901 --deadline 2027-12-31
venv/bin/kobosync init demo --demo
cd demo
../venv/bin/kobosync demo --nights 2 | tail -3
../venv/bin/kobosync status --json >status.json
../venv/bin/kobosync check config/demo.yaml >/dev/null
../venv/bin/python -c "import json; (one,) = json.load(open('status.json')); assert one['verdict'] == 'done', one"
echo "wheel: installed, imported, two nights on Python $(../venv/bin/python -c 'import platform; print(platform.python_version())')"

#!/usr/bin/env bash
# The built wheel as a stranger gets it: no lock, an environment of its own, a folder outside the checkout.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
python=$here/.venv/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work" "$here"
"$python" -m uv venv --quiet --python "$python" "$work/venv"
"$python" -m uv pip install --quiet --python "$work/venv/bin/python" "$(echo "$work"/kobosync-*.whl)[postgres]"
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
echo "wheel: installed, imported, two nights"

"""Splink on DuckDB, set up as its documentation recommends: u from random pairs, m by expectation maximisation per block.

Arguments: a JSON file {left, right (null: deduplicate left), columns: [{name, kind}], blocks: [[column, ...]], out}. kind: name,
exact, number, date. Both files have `id`. Writes out (id_l, id_r, score) and prints {"seconds", "cpu" (seconds of all threads), "pairs"}.
"""

import json
import logging
import sys
import time
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

logging.getLogger("splink").setLevel(logging.ERROR)


def comparison(column):
    name, kind = column["name"], column["kind"]
    if kind == "name":
        return cl.JaroWinklerAtThresholds(name, [0.92, 0.8])
    if kind == "date":
        return cl.DamerauLevenshteinAtThresholds(name, [1, 2])
    return cl.ExactMatch(name)


def main(spec):
    connection = duckdb.connect()
    started, worked = time.perf_counter(), time.process_time()
    api = DuckDBAPI(connection=connection)
    frames = []
    for side in ("left", "right"):
        if spec[side]:
            connection.execute(
                f"create table {side}_rows as select id as unique_id, * exclude (id) from read_csv('{spec[side]}', all_varchar=true)"
            )
            frames.append(api.register(f"{side}_rows", dataset_display_name=side))
    rules = [block_on(*block) for block in spec["blocks"]]
    settings = SettingsCreator(
        link_type="link_only" if spec["right"] else "dedupe_only",
        comparisons=[comparison(column) for column in spec["columns"]],
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker(frames if spec["right"] else frames[0], settings)
    linker.training.estimate_probability_two_random_records_match(rules[:2], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000)
    for rule in rules:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        except Exception as unfit:  # a block without pairs to train on
            print(f"not trained on {rule}: {unfit}", file=sys.stderr)
    predictions = linker.inference.predict(threshold_match_probability=0.001)
    scores = f"select unique_id_l as id_l, unique_id_r as id_r, match_weight as score from {predictions.physical_name}"
    connection.execute(f"copy ({scores}) to '{spec['out']}' (header)")
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    pairs = connection.execute(f"select count(*) from {predictions.physical_name}").fetchone()[0]
    print(json.dumps({"seconds": seconds, "cpu": cpu, "pairs": pairs}))


main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))

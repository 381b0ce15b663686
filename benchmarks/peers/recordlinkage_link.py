"""recordlinkage as its documentation shows it: block indexing, Jaro-Winkler and exact comparisons, ECM without labels.

Arguments and answer as splink_link.py; the score is the classifier's log odds, so that a threshold can be swept.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import recordlinkage


def main(spec):
    started, worked = time.perf_counter(), time.process_time()
    left = pd.read_csv(spec["left"], dtype=str).set_index("id")
    right = pd.read_csv(spec["right"], dtype=str).set_index("id") if spec["right"] else None
    sides = (left,) if right is None else (left, right)
    indexer = recordlinkage.Index()
    for block in spec["blocks"]:
        indexer.block(block)
    # A block of pandas takes two blanks for equal.
    pairs = indexer.index(*sides)
    compare = recordlinkage.Compare()
    for column in spec["columns"]:
        name = column["name"]
        if column["kind"] == "name":
            compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
        elif column["kind"] == "date":
            compare.string(name, name, method="damerau_levenshtein", threshold=0.75, label=name)
        else:
            compare.exact(name, name, label=name)
    features = compare.compute(pairs, *sides)
    classifier = recordlinkage.ECMClassifier(use_col_names=None)
    classifier.fit(features)
    chance = classifier.prob(features).to_numpy().clip(1e-12, 1 - 1e-12)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    out = features.index.to_frame(index=False)
    out.columns = ["id_l", "id_r"]
    out["score"] = np.log(chance / (1 - chance))
    out.to_csv(spec["out"], index=False)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "pairs": len(out)}))


main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))

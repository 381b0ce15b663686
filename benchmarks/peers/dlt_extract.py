"""dlt: the two files as resources, extracted, normalised and loaded as Parquet into a folder.

Arguments: FDV.csv LEIE.xlsx FOLDER. Prints {"seconds", "rows"}. The clock runs around the pipeline's run.
"""

import json
import os
import sys
import time

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
import pandas as pd


def main(csv, xlsx, folder):
    @dlt.resource(name="fdv", write_disposition="replace", primary_key="Nummer")
    def fdv():
        yield pd.read_csv(csv, sep=";", dtype=str)

    @dlt.resource(name="leie", write_disposition="replace", primary_key="Nummer")
    def leie():
        yield pd.read_excel(xlsx, dtype=str)

    made = dlt.pipeline(
        "kilder",
        pipelines_dir=f"{folder}/work",
        destination=dlt.destinations.filesystem(bucket_url=f"file://{folder}/out"),
        dataset_name="k",
    )
    started = time.perf_counter()
    made.run([fdv(), leie()], loader_file_format="parquet").raise_on_failed_jobs()
    seconds = time.perf_counter() - started
    rows = made.last_trace.last_normalize_info.row_counts
    print(json.dumps({"seconds": seconds, "rows": sum(count for name, count in rows.items() if not name.startswith("_"))}))


main(*sys.argv[1:])

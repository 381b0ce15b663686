"""The tables between the steps in object storage: a real S3 conversation over HTTP with a server on loopback."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from upath import UPath

from benchmarks.municipalities import slug_of, write
from pipelines.definitions import build_definitions
from pipelines.home import config_files, municipalities
from reporting.report_copies import copy_night
from reporting.report_files import ReportError


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket; credentials and address come from the environment, as in deploy/env.example."""
    moto_server = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    values = {"ACCESS_KEY_ID": "made-here", "SECRET_ACCESS_KEY": "made-here", "ENDPOINT_URL": f"http://{host}:{port}"}
    for name, value in (values | {"DEFAULT_REGION": "eu-north-1", "EC2_METADATA_DISABLED": "true"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    s3fs.S3FileSystem.clear_instance_cache()
    # The server's buckets live as long as the process, so each test has its own.
    bucket = f"kobosync-{uuid.uuid4().hex[:8]}"
    s3fs.S3FileSystem().mkdir(bucket, region_name="eu-north-1")
    yield f"s3://{bucket}/tables"
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def test_two_nights_with_their_tables_in_object_storage(s3: str, tmp_path: Path) -> None:
    write(tmp_path, 1, storage=s3)
    definitions = build_definitions(list(municipalities(config_files(tmp_path / "config"))[0].values()), tmp_path)
    night = definitions.resolve_job_def(f"{slug_of(1)}_nightly")
    with dg.DagsterInstance.ephemeral() as instance:
        assert night.execute_in_process(instance=instance, raise_on_error=False).success
        (tmp_path / "kilder" / f"{slug_of(1)}.csv").unlink()
        second = night.execute_in_process(instance=instance, raise_on_error=False)
    assert not second.success, "the source is gone"
    stored = sorted(str(path).removeprefix(s3) for path in UPath(s3).rglob("*.parquet"))
    assert f"/{slug_of(1)}/standing_rows.parquet" in stored
    assert not list(UPath(s3).rglob("*.unfinished"))
    assert not (tmp_path / "var" / "tables").exists(), "and nothing of them on this machine"
    with UPath(f"{s3}/{slug_of(1)}/standing_rows.parquet").open("rb") as file:
        rows = pl.read_parquet(file)
    assert rows.height > 0
    assert rows.get_column("carried").all(), "the night before was found in the bucket, and its rows stand"


def test_reports_are_copied_to_object_storage_and_the_newest_is_one_address(s3: str, tmp_path: Path) -> None:
    night, older = tmp_path / "2023-11-02", tmp_path / "2023-11-01"
    for folder in (night, older):
        (folder / "data").mkdir(parents=True)
        (folder / "index.html").write_text(f"natten {folder.name}: ærlig talt", encoding="utf-8")
        (folder / "data" / "0.json").write_text("[]", encoding="utf-8")
    there = copy_night(night, s3, "fjordvik", "index.html")
    copy_night(older, s3, "fjordvik", "index.html")
    assert "2023-11-02/index.html" in UPath(there).read_text(encoding="utf-8"), "an older night never takes its place"
    assert UPath(f"{s3}/fjordvik/2023-11-01/index.html").read_text(encoding="utf-8") == "natten 2023-11-01: ærlig talt"
    assert UPath(f"{s3}/fjordvik/2023-11-02/data/0.json").read_text(encoding="utf-8") == "[]"


def test_a_bucket_that_refuses_is_one_sentence_and_the_reports_are_there(s3: str, tmp_path: Path) -> None:
    (tmp_path / "2023-11-02").mkdir()
    (tmp_path / "2023-11-02" / "index.html").write_text("x", encoding="utf-8")
    with pytest.raises(ReportError, match=r"reports of 2023-11-02 lie in .*could not be copied to s3://nobodys/reports .*reports_copy"):
        copy_night(tmp_path / "2023-11-02", "s3://nobodys/reports", "fjordvik", "index.html")
    assert (tmp_path / "2023-11-02" / "index.html").exists()


def test_a_night_copies_its_own_reports(s3: str, tmp_path: Path) -> None:
    write(tmp_path, 1, reports_copy=f"{s3}/rapporter")
    definitions = build_definitions(list(municipalities(config_files(tmp_path / "config"))[0].values()), tmp_path)
    with dg.DagsterInstance.ephemeral() as instance:
        assert definitions.resolve_job_def(f"{slug_of(1)}_nightly").execute_in_process(instance=instance, raise_on_error=False).success
    assert list(UPath(f"{s3}/rapporter/{slug_of(1)}").glob("*/summary.json"))
